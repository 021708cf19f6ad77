"""The command `lensim compare`: classical analyses of RT-qPCR beside the posterior."""

from pathlib import Path
from typing import Annotated

import typer

from lensim.cli.remedies import in_own_options
from lensim.cli.shared import CiProb, Csv, Force, say
from lensim.cli.summarize import require_room, write_csv
from lensim.cli.tables import print_tables
from lensim.cli.workbook import Xlsx, named, require_workbook, write_tables


def compare(
    result_file: Annotated[Path, typer.Argument(metavar="RESULT", help="Result of lensim fit expression (.nc).")],
    csv: Csv = None,
    xlsx: Xlsx = None,
    ci: CiProb = 0.9,
    force: Force = False,
) -> None:
    """Classical ratios and the posterior side by side, why they differ, and paired tests with their P values."""
    from lensim.assay import Asked, assay_of, require_assay
    from lensim.expression.classical_comparison import comparison_tables
    from lensim.inference.observations import observations_of
    from lensim.inference.verdict import verdict_of
    from lensim.output import load_result
    from lensim.report.about import about_fit

    require_room(csv, None, force=force, inputs=[result_file])
    require_workbook(xlsx, force=force, inputs=[result_file])
    result = load_result(result_file)
    require_assay(result, "expression", str(result_file))
    notes = tuple(map(in_own_options, assay_of(result).notes(observations_of(result))))
    for note in notes:
        say(f"note: {note}", quietly=True)
    tables = comparison_tables(result, ci)
    print_tables(tables)
    verdict = verdict_of(result)
    say(verdict.sentence())
    write_csv(tables, csv, force=force)
    if xlsx is not None:
        write_tables(
            xlsx, named(tables), about_fit(result, Asked(ci), verdict, notes), force=force, inputs=[result_file]
        )
