"""The command of simulated selections."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lensim.checks import InputError
from lensim.cli.shared import Force, Seed, out

if TYPE_CHECKING:
    import pandas as pd


def simulate_selection(
    selection_file: Annotated[Path, typer.Argument(metavar="FILE", help="Clones, culture and schedules (TOML).")],
    folder: Annotated[Path, typer.Option("--out", help="Folder for tables and figures.")],
    fit: Annotated[
        Path | None, typer.Option("--from", help="Dose-response fit (.nc): curves of the sensitive clone.")
    ] = None,
    line: Annotated[str, typer.Option(help="The line of that fit.")] = "",
    seed: Seed = 1,
    figures: Annotated[bool, typer.Option(help="Draw figures.")] = True,
    force: Force = False,
) -> None:
    """Birth, death and mutation of a sensitive and a resistant clone under dose schedules.

    With --from each culture has a draw of its own of the line's curve, so outcomes carry the fit's uncertainty.
    """
    from lensim import seeding
    from lensim.output import load_result
    from lensim.ownership import require_replaceable
    from lensim.results_folder import results_folder
    from lensim.selection.from_fit import curve_draws, truth_from_draws
    from lensim.selection.outcomes import compare_schedules
    from lensim.selection.read import read_selections
    from lensim.selection.tables import write_tables
    from lensim.selection.truth import truth_of
    from lensim.selection.words import findings_of

    read_here = [selection_file, *([] if fit is None else [fit])]
    require_replaceable(folder, force=force, inputs=read_here)
    if (fit is None) != (not line):
        raise InputError(f"--from and --line must be given together, got {'--line' if fit is None else '--from'} alone")
    asked = read_selections(selection_file)
    truth = truth_of(asked.clones, asked.cultures)
    if fit is not None:
        truth = truth_from_draws(truth, curve_draws(load_result(fit), line), seeding.stream(seed, "selection", "draws"))
    table, runs, ends = compare_schedules(asked.schedules, asked.culture, truth, seed)
    said = findings_of(table)
    print_table(table)
    with results_folder(folder, selection_file, force=force, inputs=read_here) as partial:
        write_tables(partial, table, runs, ends)
        (partial / "findings.txt").write_text("\n".join(said) + "\n")
        if figures:
            from lensim.report.figures.selection import plot_outcomes, plot_paths
            from lensim.report.figures.style import save_figure

            save_figure(plot_paths(runs), partial / "paths.png")
            save_figure(plot_outcomes(table, ends), partial / "outcomes.png")
    out.print(f"tables and figures in {folder}", soft_wrap=True, markup=False)


def print_table(table: "pd.DataFrame") -> None:
    """Outcomes of every schedule."""
    from rich.box import SIMPLE
    from rich.table import Table

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
        shown.add_row(row["schedule"], prevail, *days, extinct)
    out.print(shown)
    out.print("± is one Monte Carlo standard error; days are medians over all cultures", soft_wrap=True, markup=False)
