"""The command `lensim simulate selection`: cultures under dose schedules, and their outcomes."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lensim.checks import InputError
from lensim.cli.shared import Force, Seed, out, say
from lensim.cli.workbook import Xlsx, require_workbook, say_workbook

if TYPE_CHECKING:
    import pandas as pd

    from lensim.selection.run import Draw


def simulate_selection(
    selection_file: Annotated[Path, typer.Argument(metavar="FILE", help="Clones, culture and schedules (TOML).")],
    folder: Annotated[Path, typer.Option("--out", help="Folder for tables and figures.")],
    fit: Annotated[
        Path | None, typer.Option("--from", help="Dose-response fit (.nc): curves of the sensitive clone.")
    ] = None,
    line: Annotated[str, typer.Option(help="The line of that fit.")] = "",
    seed: Seed = 1,
    figures: Annotated[bool, typer.Option(help="Draw figures.")] = True,
    xlsx: Xlsx = None,
    force: Force = False,
) -> None:
    """Birth, death and mutation of a sensitive and a resistant clone under dose schedules.

    With --from each culture has a draw of its own of the line's curve, so outcomes carry the fit's uncertainty.
    """
    from lensim.output import load_result
    from lensim.ownership import require_replaceable
    from lensim.selection.run import run_selection

    read_here = [] if fit is None else [fit]
    require_replaceable(folder, force=force, inputs=[selection_file, *read_here])
    require_workbook(xlsx, force=force, inputs=[selection_file, *read_here])
    if (fit is None) != (not line):
        raise InputError(f"--from and --line must be given together, got {'--line' if fit is None else '--from'} alone")
    result = run_selection(
        selection_file,
        folder,
        fit=None if fit is None else load_result(fit),
        line=line,
        seed=seed,
        draw=_drawing() if figures else None,
        read_here=read_here,
        force=force,
    )
    print_table(result.table)
    if xlsx is not None:
        result.to_excel(xlsx, force=force)
        say_workbook(xlsx)
    say(f"tables and figures in {folder}")


def _drawing() -> "Draw":
    """The report's figures; what draws is imported only where something is drawn."""
    from lensim.report.selection_folder import draw_selection

    return draw_selection


def print_table(table: "pd.DataFrame") -> None:
    """Print the outcomes of every schedule: shares of cultures with errors, and days."""
    from rich.box import SIMPLE
    from rich.table import Table

    from lensim.plain_text import one_line
    from lensim.selection.words import day_in_words
    from lensim.tables.records import records

    shown = Table(box=SIMPLE, padding=(0, 1, 0, 0))
    shown.add_column("schedule", overflow="fold")
    for name in (
        "resistant cells\nprevail [%]",
        "from day\n(median)",
        "grows in last\ndose from day",
        "none is\nleft [%]",
    ):
        shown.add_column(name, justify="right", no_wrap=True)
    for row in records(table):
        prevail, extinct = (
            f"{100 * row[name]:.1f} ± {100 * row[f'{name}_mcse']:.1f}" for name in ("p_is_resistant", "p_is_extinct")
        )
        days = (day_in_words(row[name]) for name in ("resistance_day", "growth_day"))
        shown.add_row(one_line(row["schedule"]), prevail, *days, extinct)
    out.print(shown)
    say("± is one Monte Carlo standard error; days are medians over all cultures")
