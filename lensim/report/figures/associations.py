"""Figures of associations: effects with regions of practical equivalence, what Fisher can find, and IC50s."""

from collections.abc import Mapping
from itertools import product
from textwrap import fill
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from lensim import vocabulary as v
from lensim.dose_response.associations import Equivalence
from lensim.expression.estimands import expression_estimands, summarise_subjects
from lensim.inference.intervals import interval_of
from lensim.report.figures.style import PALETTE, figure_of, literal, literal_name, new_figure, short_name
from lensim.tables.records import records

WIDEST: Final = 7.0
COLOURS: Final = {"different": PALETTE[1], "equivalent": PALETTE[2]}
STYLES: Final = ("-", "--", "-.", ":")
LONGEST_CONTRAST: Final = 90
"""Letters of a contrast, which has the names of two conditions."""
LONGEST_LINE: Final = 34
"""Letters of a line beside a panel."""


def plot_associations(table: pd.DataFrame, region: Equivalence) -> Figure:
    """Odds ratio of resistance and difference of inhibition, a row a value of a label; shaded: region of equivalence.

    A table as from `lensim.dose_response.associations.associate`.
    """
    rows = records(table)
    figure, grid = new_figure(1, 2, figsize=(7.2, 1.3 + 0.34 * len(rows)), sharey=True)
    axes = grid[0]
    drawn = (
        (axes[0], "log2_odds_ratio", region.log2_odds_ratio),
        (axes[1], "inhibition_difference_percent", region.inhibition_percent),
    )
    for axis, name, width in drawn:
        axis.axvspan(-width, width, color="0.9", lw=0)
        axis.axvline(0, color="black", lw=0.8, ls=":")
        limit = WIDEST if name == "log2_odds_ratio" else 100.0
        for at, row in enumerate(rows):
            colour = COLOURS.get(row[f"{name}_verdict"], PALETTE[0])
            low, high = max(row[f"{name}_lower"], -limit), min(row[f"{name}_upper"], limit)
            axis.plot([low, high], [at, at], color=colour, lw=1.4)
            for end, cut, arrow in ((low, -limit, "<"), (high, limit, ">")):  # the interval goes on
                if end == cut:
                    axis.plot(end, at, arrow, color=colour, ms=5)
            if abs(row[name]) <= limit:
                axis.plot(row[name], at, "o", color=colour, ms=4)
        axis.tick_params(labelsize=8)
    axes[0].set_xlim(-WIDEST - 0.3, WIDEST + 0.3)
    axes[0].xaxis.set_major_locator(FixedLocator([-6, -4, -2, 0, 2, 4, 6]))
    axes[0].xaxis.set_minor_locator(NullLocator())
    axes[0].xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"1/{2**-x:.0f}" if x < 0 else f"{2**x:.0f}"))
    several = len({row.get("label", "") for row in rows}) > 1
    names = [
        literal(
            f"{short_name(row.get('label', ''))}: " * several
            + f"{short_name(row['value'])} ({row['resistant']:.0f} of {row['lines']})"
        )
        for row in rows
    ]
    axes[0].set_yticks(range(len(rows)), names, fontsize=8)
    axes[0].set_ylim(len(rows) - 0.5, -0.5)
    axes[0].set_xlabel("odds ratio of resistance", fontsize=9)
    axes[1].set_xlabel("difference of mean inhibition [points]", fontsize=9)
    figure.suptitle("against all other lines; resistant of each in brackets; shaded: too small to matter", fontsize=8)
    figure.tight_layout()
    return figure


def plot_fold_change_effects(table: pd.DataFrame, equivalent_log2: float, ax: Axes | None = None) -> Figure:
    """Differences of log2 fold changes by target and question; shaded: region of equivalence.

    A table as from `lensim.expression.associations.associate_fold_changes`; `ax` to draw into, if there is one.
    """
    rows = records(table)
    figure, axis = figure_of(ax, figsize=(7.0, 1.2 + 0.34 * len(rows)))
    axis.axvspan(-equivalent_log2, equivalent_log2, color="0.9", lw=0)
    axis.axvline(0, color="black", lw=0.8, ls=":")
    for at, row in enumerate(rows):
        colour = COLOURS.get(row["log2_effect_verdict"], PALETTE[0])
        axis.plot([row["log2_effect_lower"], row["log2_effect_upper"]], [at, at], color=colour, lw=1.4)
        axis.plot(row["log2_effect"], at, "o", color=colour, ms=4)
    several = table["contrast"].nunique() > 1
    named = [
        f"{short_name(row['target'])}, {short_name(row['contrast'])}" if several else short_name(row["target"])
        for row in rows
    ]
    names = [
        literal(f"{name}, {short_name(row['question'])} ({row['subjects']} lines)")
        for name, row in zip(named, rows, strict=True)
    ]
    axis.set_yticks(range(len(rows)), names, fontsize=8)
    axis.set_ylim(len(rows) - 0.5, -0.5)
    axis.tick_params(labelsize=8)
    axis.set_xlabel("effect on the fold change of mRNA [log2]; shaded: too small to matter", fontsize=9)
    if ax is None:
        figure.tight_layout()
    return figure


def plot_fisher_power(curves: pd.DataFrame, reach: pd.DataFrame, power: float) -> Figure:
    """Power of Fisher's test by odds ratio, and the detectable odds ratio by number of lines with the label.

    Parameters
    ----------
    curves
        Columns part, odds_ratio, power.
    reach
        Columns lines (of the part), below and above: odds ratios found with `power`; 0 or infinite where none is.
    power
        That power.
    """
    figure, axes = new_figure(1, 2, figsize=(7.8, 3.5))
    left, right = axes[0]
    drawn = [
        left.plot(
            own["odds_ratio"],
            100 * own["power"],
            color=PALETTE[k % len(PALETTE)],
            ls=STYLES[k % 4],
            label=literal_name(name),
        )[0]
        for k, (name, own) in enumerate(curves.groupby("part", sort=False))
    ]
    left.axhline(100 * power, color="0.5", lw=0.8, ls=":")
    left.set_ylim(0, 102)
    left.set_xlabel("odds ratio of resistance", fontsize=8)
    left.set_ylabel("power of Fisher's test [%]", fontsize=8)
    left.legend(handles=drawn, fontsize=7, frameon=False, loc="upper center", bbox_to_anchor=(0.5, 1.22), ncols=2)
    edge = float(curves["odds_ratio"].max())
    for name, marker, end in (("above", "^", edge), ("below", "v", 1 / edge)):
        found = (reach[name] > 0) & (reach[name] < np.inf)
        inside = reach[found & reach[name].between(1 / edge, edge)]
        right.plot(inside["lines"], inside[name], marker, color=PALETTE[0], ms=4.5)
        none = reach[~reach["lines"].isin(inside["lines"])]
        right.plot(none["lines"], [end] * len(none), "x", color=PALETTE[1], ms=4.5)
    right.axhline(1, color="black", lw=0.8, ls=":")
    right.plot([], [], "^", color=PALETTE[0], label=f"found with {power:.0%} power from here on")
    right.plot([], [], "x", color=PALETTE[1], label=f"not found up to {edge:g}, down to 1/{edge:g}")
    right.set_yscale("log")
    right.set_ylim(0.7 / edge, 1.4 * edge)
    right.set_xlabel("lines with the label, of all", fontsize=8)
    right.set_ylabel("odds ratio of resistance", fontsize=8)
    right.legend(fontsize=7, frameon=False, loc="upper center", bbox_to_anchor=(0.5, 1.22))
    left.set_xscale("log")
    ratio = FuncFormatter(lambda x, _: f"1/{1 / x:.0f}" if x < 0.999 else f"{x:.0f}")
    for axis in (left.xaxis, right.yaxis):
        axis.set_major_locator(FixedLocator([1 / 64, 1 / 16, 1 / 4, 1, 4, 16, 64]))
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(ratio)
    for panel in (left, right):
        panel.tick_params(labelsize=8)
    figure.tight_layout()
    return figure


def plot_against_ic50(
    result: xr.DataTree,
    log10_ic50_um: xr.DataArray,
    group_of_subject: Mapping[str, str],
    table: pd.DataFrame,
    top_dose_um: float,
    ci_prob: float = 0.9,
) -> Figure:
    """Fold change of each line against its IC50, both with their intervals, one panel a target and contrast.

    A line whose IC50 is probably beyond the tested doses is an open mark at the right edge, with a bar from the lower
    end of its interval. `table` is `summarise_sensitivity`'s, whose answers are written above the panels.
    """
    subjects = summarise_subjects(expression_estimands(result), ci_prob)
    ic50 = log10_ic50_um.stack(sample_=("chain", "draw"), create_index=False).transpose(v.CELL_LINE, "sample_")
    lines = [str(name) for name in ic50[v.CELL_LINE].to_numpy()]
    groups = list(dict.fromkeys(group_of_subject[name] for name in lines if name in group_of_subject))
    targets, contrasts = (list(dict.fromkeys(subjects[name])) for name in ("target", "contrast"))
    edge = 2.2 * top_dose_um
    figure, axes = new_figure(
        len(contrasts), len(targets), figsize=(0.8 + 2.6 * len(targets), 0.6 + 2.8 * len(contrasts)), sharey=True
    )
    for (axes_of_contrast, contrast), (t, target) in product(zip(axes, contrasts, strict=True), enumerate(targets)):
        axis = axes_of_contrast[t]
        own = subjects[(subjects["target"] == target) & (subjects["contrast"] == contrast) & (subjects["detected"] > 0)]
        for row in own[own["subject"].isin(lines)].itertuples():
            draws = ic50.to_numpy()[lines.index(row.subject)]
            low, middle, high = np.minimum(10.0 ** interval_of(draws, ci_prob, method="nearest"), edge)
            colour = PALETTE[groups.index(group_of_subject[row.subject])]
            beyond = middle > top_dose_um
            x = edge if beyond else middle
            axis.plot([low, high], [row.fold_change_percent] * 2, color=colour, lw=0.8, alpha=0.7)
            axis.plot([x, x], [row.fold_change_percent_lower, row.fold_change_percent_upper], color=colour, lw=0.8)
            axis.plot(x, row.fold_change_percent, marker="o", ms=4.5, color=colour, mfc="white" if beyond else colour)
        said = [
            f"{asked.question}: {asked.log2_estimate:+.2f} ({asked.log2_lower:+.2f} to {asked.log2_upper:+.2f})"
            for asked in table[(table["target"] == target) & (table["contrast"] == contrast)].itertuples()
        ]
        axis.set_title(literal("\n".join([short_name(target), *said])), fontsize=7)
        axis.axhline(100, color="black", lw=0.6, ls="--")
        axis.axvline(top_dose_um, color="#999999", lw=0.6, ls=":")
        axis.set_xscale("log")
        axis.set_yscale("log")
        axis.set_yticks([25, 50, 100, 200, 400, 800], ["25", "50", "100", "200", "400", "800"], fontsize=8)
        axis.yaxis.set_minor_formatter(FuncFormatter(lambda value, _: ""))
        axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        if not t:
            axis.set_ylabel(
                f"{literal(fill(short_name(contrast, LONGEST_CONTRAST), LONGEST_LINE))}\npercent of control", fontsize=8
            )
    marks = [
        Line2D([], [], color=PALETTE[k], marker="o", ls="", label=literal_name(name)) for k, name in enumerate(groups)
    ]
    marks.append(Line2D([], [], color="black", marker="o", mfc="white", ls="", label=f"IC50 beyond {top_dose_um:g} µM"))
    figure.legend(handles=marks, loc="lower center", ncols=len(marks), fontsize=7, frameon=False)
    foot = 0.27 / figure.get_figheight()
    figure.supxlabel(f"IC50 [µM] (medians and {ci_prob:.0%} intervals; differences in log2)", fontsize=8, y=foot)
    figure.tight_layout(rect=(0, 0.9 * foot, 1, 1))
    return figure
