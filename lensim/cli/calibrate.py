"""The command `lensim calibrate`: whether the intervals of a fit can be believed for its data."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from lensim.cli.progress import progress_bar
from lensim.cli.shared import Seed, say
from lensim.cli.workbook import Xlsx, require_workbook, say_workbook
from lensim.cli.workers import Workers, interrupted_in_one_sentence

if TYPE_CHECKING:
    import pandas as pd

DOUBTFUL: Final = 3
MOST_SIMULATIONS: Final = 10_000


def calibrate(
    result_file: Annotated[Path, typer.Argument(metavar="RESULT", help="Result of lensim fit (.nc).")],
    simulations: Annotated[int, typer.Option(min=1, max=MOST_SIMULATIONS, help="Further runs to simulate.")] = 100,
    engine: Annotated[str, typer.Option(help="Fast engine that fits them; auto takes the first that does.")] = "auto",
    folder: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for table, figure and simulations; an interrupted run continues there."),
    ] = None,
    seed: Seed = 1,
    workers: Workers = 1,
    xlsx: Xlsx = None,
) -> None:
    """Tell whether the intervals of a fit can be believed for its data, by posterior calibration.

    Further runs of the study (the same lines or subjects, other days, samples and wells) are simulated from draws of
    the fit, and fitted together with the data. Exit status 0 where intervals can be believed, 3 where they cannot, or
    where nothing can be said. A workbook that lensim wrote is replaced.
    """
    from lensim.face.fit import Fit
    from lensim.output import load_result

    require_workbook(xlsx, force=True, inputs=[result_file])
    fit = Fit(load_result(result_file))
    kept = f"what was finished is in {folder}, and the same command goes on there"
    with (
        interrupted_in_one_sentence(kept if folder else "nothing is kept without --out"),
        progress_bar("further runs") as progress,
    ):
        found = fit.calibrate(
            simulations=simulations,
            seed=seed,
            engine=engine,
            workers=workers,
            out=folder,
            progress=progress,
        )
    if len(found.table):
        _print(found.table)
    if not fit.verdict.passed:
        say(f"note: the fit itself {fit.verdict.sentence()}")
    say(found.sentence, style="green" if found.is_believable else "red")
    if xlsx is not None:
        found.to_excel(xlsx, force=True)
        say_workbook(xlsx)
    if folder is not None:
        say(f"table and figure in {folder}")
    if not found.is_believable:
        raise typer.Exit(DOUBTFUL)


def _print(table: "pd.DataFrame") -> None:
    """The table in words: coverage with errors, and how ranks read."""
    import pandas as pd

    from lensim.cli.tables import print_text
    from lensim.tables.records import records

    rows = [
        {
            "quantity": str(row["quantity"]),
            "items": f"{row['items']}",
            "50% intervals hold": f"{row['covered_50_percent']:.0f} ± {row['covered_50_percent_error']:.0f}%",
            "90% intervals hold": f"{row['covered_90_percent']:.0f} ± {row['covered_90_percent_error']:.0f}%",
            "P of uniform ranks": f"{row['pvalue_adjusted']:.2g}",
            "reads": str(row["reads"]),
        }
        for row in records(table)
    ]
    print_text(pd.DataFrame(rows), "Truths of further runs in their intervals, the worst quantity first")
