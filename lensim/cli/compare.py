"""The command `lensim compare`: classical analyses of RT-qPCR beside the posterior."""

from pathlib import Path
from typing import Annotated

import typer

from lensim.cli.remedies import in_own_options
from lensim.cli.shared import CiProb, Csv, Force, say
from lensim.cli.summarize import require_room, write_csv
from lensim.cli.tables import print_tables


def compare(
    result_file: Annotated[Path, typer.Argument(metavar="RESULT", help="Result of lensim fit expression (.nc).")],
    csv: Csv = None,
    ci: CiProb = 0.9,
    force: Force = False,
) -> None:
    """Classical ratios and the posterior side by side, why they differ, and paired tests with their P values."""
    from lensim.assay import assay_of, require_assay
    from lensim.expression.classical_comparison import comparison_tables
    from lensim.inference.observations import observations_of
    from lensim.inference.verdict import verdict_of
    from lensim.output import load_result

    require_room(csv, None, force=force, inputs=[result_file])
    result = load_result(result_file)
    require_assay(result, "expression", str(result_file))
    for note in assay_of(result).notes(observations_of(result)):
        say(f"note: {in_own_options(note)}", quietly=True)
    tables = comparison_tables(result, ci)
    print_tables(tables)
    say(verdict_of(result).sentence())
    write_csv(tables, csv, force=force)
