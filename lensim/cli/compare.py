"""The command `lensim compare`: classical analyses of RT-qPCR beside the posterior."""

from pathlib import Path
from typing import Annotated

import typer

from lensim.checks import between
from lensim.cli.fit import INTERVALS
from lensim.cli.shared import CiProb, Force, say
from lensim.cli.tables import print_tables


def compare(
    result_file: Annotated[Path, typer.Argument(metavar="RESULT", help="Result of lensim fit expression (.nc).")],
    csv: Annotated[Path | None, typer.Option(help="Write the table here.")] = None,
    ci: CiProb = 0.9,
    force: Force = False,
) -> None:
    """Livak, Pfaffl and the posterior side by side, with the reasons why they differ."""
    from lensim.assay import Asked, ResultTable, assay_of, require_assay
    from lensim.expression.classical_comparison import compare_with_classical
    from lensim.inference.observations import observations_of
    from lensim.inference.verdict import verdict_of
    from lensim.output import load_result, require_free, written_whole

    between("--ci", ci, *INTERVALS)
    result = load_result(result_file)
    require_assay(result, "expression", str(result_file))
    if csv:
        require_free(csv, force=force, inputs=[result_file])
    for note in assay_of(result).notes(observations_of(result)):
        say(f"note: {note}", quietly=True)
    table = compare_with_classical(result, ci)
    print_tables((ResultTable("comparison", f"Classical analyses and the posterior, {Asked(ci).words}", table),))
    say(verdict_of(result).sentence())
    if csv:
        with written_whole(csv, force=force) as partial:
            table.to_csv(partial, index=False)
        say(f"table in {csv}")
