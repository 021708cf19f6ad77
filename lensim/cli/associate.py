"""The command `lensim associate`: associations between sensitivity and labels of lines."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lensim import limits
from lensim.cli.shared import CiProb, Force, Seed, ThresholdUm, csv_suffix, out, say
from lensim.cli.workbook import Xlsx, require_workbook, write_tables

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from lensim.assay import Asked
    from lensim.result_workbook import Entry, NamedTable


def associate(
    result_file: Annotated[Path, typer.Argument(metavar="RESULT", help="A dose-response fit (.nc).")],
    labels: Annotated[
        Path | None,
        typer.Option(help="Table with cell_line and a column a label, such as p53; else the fit's molecular groups."),
    ] = None,
    label: Annotated[list[str] | None, typer.Option(help="Only this column of the table; may be repeated.")] = None,
    threshold_um: ThresholdUm = None,
    odds_ratio: Annotated[
        float,
        typer.Option(
            min=1, max=limits.LARGEST_NUMBER, help="An odds ratio closer to 1 than this is of no practical importance."
        ),
    ] = 2.0,
    inhibition_percent: Annotated[
        float,
        typer.Option(
            min=limits.SMALLEST_NUMBER,
            max=100,
            help="A smaller difference of mean inhibition has none, either way, in percentage points.",
        ),
    ] = 10.0,
    ci: CiProb = 0.9,
    csv: Annotated[Path | None, typer.Option(help="Write the table here (.csv).")] = None,
    xlsx: Xlsx = None,
    figure: Annotated[Path | None, typer.Option(help="Draw the effects here (.png).")] = None,
    seed: Seed = 1,
    force: Force = False,
) -> None:
    """Compare the sensitivity of lines between molecular groups or your labels: effects, intervals, Fisher's test."""
    import math

    import pandas as pd

    from lensim.added_files import added_file, require_added
    from lensim.assay import Asked
    from lensim.checks import InputError, above, one_of
    from lensim.cli.summarize import write_csv_table
    from lensim.dose_response import associations
    from lensim.dose_response.estimands import dose_response_estimands
    from lensim.dose_response.read.labels import read_labels
    from lensim.output import load_result

    if figure is not None:
        one_of("--figure suffix", figure.suffix.lower(), (".png",))
    csv_suffix(csv)
    read_here = [one for one in (result_file, labels) if one is not None]
    for target in (csv, figure):
        if target is not None:
            require_added(target, force=force, inputs=read_here)
    require_workbook(xlsx, force=force, inputs=read_here)
    above("--odds-ratio", odds_ratio, 1.0)
    region = associations.Equivalence(math.log2(odds_ratio), inhibition_percent)
    result = load_result(result_file)
    lines = associations.lines_of(result)
    if label and labels is None:
        raise InputError("--label must come with --labels FILE, got it alone")
    asked = read_labels(labels, lines, label or ()) if labels is not None else {"molecular group": None}
    estimands = dose_response_estimands(result, threshold_um)
    tables, shared = [], []
    for name, values in asked.items():
        try:
            own = associations.associate(estimands, values, region, ci, seed)
        except InputError as error:
            raise InputError(f"{name}: {error}") from None
        tables.append(own.assign(label=name))
        shared.append(associations.variance_shares(estimands, values, ci, seed).assign(label=name))
    table, shares = pd.concat(tables, ignore_index=True), pd.concat(shared)
    print_associations(table, ci)
    print_shares(shares, ci)
    say(associations.words_on_convergence(result))
    if csv is not None:
        write_csv_table(table, csv, force=force, inputs=read_here)
        say(f"table in {csv}")
    if xlsx is not None:
        asked_of = {"odds ratio": odds_ratio, "inhibition [percentage points]": inhibition_percent, "seed": seed}
        sheets, about = _workbook(table, shares, result, Asked(ci, threshold_um), asked_of)
        write_tables(xlsx, sheets, about, force=force, inputs=read_here)
    if figure is not None:
        from lensim.report.figures.associations import plot_associations
        from lensim.report.figures.style import save_figure

        with added_file(figure, force=force, inputs=read_here) as partial:
            save_figure(plot_associations(table, region), partial)
        say(f"figure in {figure}")


def _workbook(
    table: "pd.DataFrame",
    shares: "pd.DataFrame",
    result: "xr.DataTree",
    asked: "Asked",
    of_labels: Mapping[str, object],
) -> "tuple[list[NamedTable], list[Entry]]":
    """Sheets of effects and of shares of the variance, and the rows of the last sheet."""
    from lensim.dose_response.associations import DRAWN_TOGETHER
    from lensim.inference.verdict import verdict_of
    from lensim.report.about import about_fit
    from lensim.result_workbook import NamedTable, entries_of

    effects = f"Each label against all other lines; medians and {asked.ci_prob:.0%} intervals"
    sheets = [
        NamedTable("associations", table, effects),
        NamedTable("variance_shares", shares, "Share of the variance between lines that a label explains"),
    ]
    of_fit = about_fit(result, asked, verdict_of(result), (DRAWN_TOGETHER,))
    return sheets, [*entries_of("associations", of_labels), *of_fit]


def print_associations(table: "pd.DataFrame", ci_prob: float) -> None:
    """Print effects of every label with intervals, and the highest power that Fisher's test can have."""
    from rich.box import SIMPLE
    from rich.table import Table

    from lensim.dose_response.associations import DRAWN_TOGETHER
    from lensim.plain_text import one_line
    from lensim.tables.records import records

    shown = Table(box=SIMPLE, padding=(0, 1, 0, 0))
    shown.add_column("label", overflow="fold")
    for name in (
        "resistant\nhere, others", "odds ratio", "inhibition\n[points]", "Fisher\nP", "power, if all\nor none",
    ):  # fmt: skip
        shown.add_column(name, justify="right", no_wrap=True)
    for row in records(table):
        low, high = (2.0 ** row[f"log2_odds_ratio_{end}"] for end in ("lower", "upper"))
        apart = [row[f"inhibition_difference_percent{end}"] for end in ("", "_lower", "_upper")]
        shown.add_row(
            f"{one_line(row['label'])}\n{one_line(row['value'])}",
            f"{row['resistant']:.0f} of {row['lines']}\n{row['other_resistant']:.0f} of {row['other_lines']}",
            f"{2.0 ** row['log2_odds_ratio']:.2g} ({low:.2g} to {high:.2g})\n{row['log2_odds_ratio_verdict']}",
            f"{apart[0]:.0f} ({apart[1]:.0f} to {apart[2]:.0f})\n{row['inhibition_difference_percent_verdict']}",
            f"{row['fisher_p']:.2g}",
            f"{row['power_if_all_resistant']:.0%}\n{row['power_if_none_resistant']:.0%}",
        )
    out.print(shown)
    say(f"against all other lines; medians and {ci_prob:.0%} intervals")
    say(f"note: {DRAWN_TOGETHER}")


def print_shares(table: "pd.DataFrame", ci_prob: float) -> None:
    """Print the share of the variance between lines that each label explains, in percent."""
    from lensim.plain_text import one_line
    from lensim.tables.records import records

    for row in records(table):
        share = f"{100 * row['median']:.0f}% ({100 * row['lower']:.0f} to {100 * row['upper']:.0f})"
        say(
            f"{one_line(row['label'])} explains {share} of the variance "
            f"of {row['quantity']} between {row['lines']} lines ({ci_prob:.0%} interval)",
        )
