"""Figures of an expression fit: levels, before and after, forest, standard curves, resistant against parental."""

from collections.abc import Mapping
from itertools import product
from textwrap import fill

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.expression.classical import classical_fold_changes
from lensim.expression.estimands import expression_estimands, summarise_populations, summarise_subjects
from lensim.expression.evidence import CONTROL_DETECTED, evidence_of
from lensim.expression.groups.estimands import is_of_groups
from lensim.inference.intervals import interval_of
from lensim.inference.observations import observations_of
from lensim.report.figures.catalogue import ResultFigure
from lensim.report.figures.groups import plot_groups
from lensim.report.figures.panels import LETTERS_AN_INCH, panels_in_rows, ratio_axis
from lensim.report.figures.style import (
    PALETTE,
    figure_of,
    legend_columns,
    literal,
    literal_name,
    new_figure,
    short_name,
)

ABSENT_COLOUR = "#999999"
LONGEST_UPRIGHT = 12
"""Letters of a condition's name that two neighbouring panels have room for."""
LONGEST_TITLE = 20
"""Letters of a line above a narrow panel."""
LONGEST_CONTRAST = 34
"""Letters of a line above a panel of the forest."""
LONGEST_PAIR = 90
"""Letters of a contrast, which has the names of two conditions."""
MOST_TICKS = 7
"""On an axis of percent of control in a narrow panel."""


def _colours(data: xr.Dataset) -> dict[str, str]:
    return {str(kind): PALETTE[i % len(PALETTE)] for i, kind in enumerate(data[v.CELL_TYPE].to_numpy())}


def _kinds(data: xr.Dataset) -> list[str]:
    return [str(k) for k in data[v.CELL_TYPE].to_numpy()[data[v.CELL_TYPE_OF_SUBJECT].to_numpy()]]


def _plain(value: float, _: object = None) -> str:
    return f"{value:g}"


def plot_levels(result: xr.DataTree, ci_prob: float = 0.9) -> Figure:
    """Level of each target in each subject under the control, on a log axis, one panel a target.

    Relative to the calibrator where there is one. A target that was never detected in a subject is a bound: an arrow
    from the upper end of its interval.
    """
    data = observations_of(result)
    level = result["posterior"][v.LOG2_LEVEL]
    calibrator = str(data.attrs.get("calibrator", ""))
    subjects = [str(s) for s in level[v.SUBJECT].to_numpy()]
    kinds, colours = _kinds(data), _colours(data)
    seen = evidence_of(data)[CONTROL_DETECTED].to_numpy()
    targets = [str(t) for t in level[v.TARGET].to_numpy()]
    figure, axes, across = panels_in_rows(len(targets), (2.7, 0.6 + 0.24 * len(subjects)), (1.2, 0.5))
    for t, axis in enumerate(axes):
        values = level.isel({v.TARGET: t})
        if calibrator and seen[t, subjects.index(calibrator)]:
            values = values - values.isel({v.SUBJECT: subjects.index(calibrator)})
        drawn = values.transpose(v.SUBJECT, "chain", "draw").to_numpy()
        lower, median, upper = 2.0 ** interval_of(drawn, ci_prob, axis=(1, 2))
        shown = lower[seen[t] > 0].min() / 4 if (seen[t] > 0).any() else lower.min()
        for s in range(len(subjects)):
            colour = colours[kinds[s]]
            if seen[t, s]:
                axis.plot([lower[s], upper[s]], [s, s], color=colour, lw=1.4)
                axis.plot(median[s], s, marker="o", color=colour, ms=4.5, ls="")
            else:
                axis.plot(max(upper[s], shown), s, marker="<", color=ABSENT_COLOUR, ms=6, ls="", mfc="white")
        middle = np.sqrt(axis.dataLim.x0 * axis.dataLim.x1)
        ratio_axis(axis, middle / 2, middle * 2)
        axis.set_title(literal_name(targets[t]), fontsize=10)
        axis.grid(axis="x", lw=0.3, color="#dddddd")
    for axis in axes[::across]:
        axis.set_yticks(range(len(subjects)), [literal_name(name) for name in subjects], fontsize=8)
    axes[0].invert_yaxis()
    unit = f"mRNA without drug, relative to {literal_name(calibrator)}" if calibrator else "mRNA without drug, relative"
    said = f"{unit} (median and {ci_prob:.0%} interval, log axis)"
    figure.supxlabel(fill(said, int(LETTERS_AN_INCH * figure.get_figwidth())), fontsize=9)
    handles = [Line2D([], [], color=c, marker="o", lw=1.4, ms=4.5, label=literal_name(k)) for k, c in colours.items()]
    if not (seen > 0).all():
        handles.append(
            Line2D([], [], color=ABSENT_COLOUR, marker="<", mfc="white", ls="", label="never detected: below this")
        )
    across = legend_columns(handles, figure.get_figwidth(), 3)
    figure.legend(handles=handles, ncols=across, fontsize=8, frameon=False, loc="upper left")
    legend = 0.1 + 0.2 * -(-len(handles) // across)
    figure.tight_layout(rect=(0, 0, 1, 1 - legend / figure.get_figheight()))
    return figure


def plot_before_after(classical: pd.DataFrame, data: xr.Dataset) -> Figure:
    """Each subject's target before and after, percent of its own control, by the classical ratio.

    One panel a target, treated condition and cell type; `classical` is the table of `classical_fold_changes`.
    """
    shown = classical.dropna(subset=["pfaffl_ratio"])
    kinds = list(dict.fromkeys(shown["cell_type"]))
    rows = list(dict.fromkeys(zip(shown["target"], shown["condition"], strict=True)))
    colours = _colours(data)
    figure, axes = new_figure(len(rows), len(kinds), figsize=(1 + 1.7 * len(kinds), 0.8 + 2.0 * len(rows)), sharey=True)
    control = str(data[v.CONDITION].to_numpy()[int(np.argmax(data[v.IS_CONTROL].to_numpy()))])
    for row, (target, condition) in enumerate(rows):
        is_last = row == len(rows) - 1 or rows[row + 1][1] != condition
        ticks = [literal_name(control), literal_name(condition)] if is_last else ["", ""]
        for column, kind in enumerate(kinds):
            axis = axes[row][column]
            is_own = (shown["target"] == target) & (shown["condition"] == condition) & (shown["cell_type"] == kind)
            own = shown[is_own]
            for ratio in own["pfaffl_ratio"]:
                axis.plot([0, 1], [100, 100 * ratio], color=colours[kind], marker="o", ms=3, lw=0.9, alpha=0.8)
            axis.axhline(100, color="#999999", lw=0.6, ls="--")
            axis.set_yscale("log")
            axis.yaxis.set_major_formatter(FuncFormatter(_plain))
            axis.yaxis.set_minor_formatter(FuncFormatter(lambda value, _: ""))
            axis.set_yticks([25, 50, 100, 200, 400, 800])
            axis.set_xlim(-0.3, 1.3)
            axis.set_xticks([0, 1], ticks, fontsize=7)
            if max(map(len, ticks)) > LONGEST_UPRIGHT:
                for label in axis.get_xticklabels():
                    label.set(rotation=30, ha="right", rotation_mode="anchor")
            axis.text(0.04, 0.94, f"n = {len(own)}", transform=axis.transAxes, fontsize=7, va="top")
            if row == 0:
                axis.set_title(literal(fill(short_name(kind), LONGEST_TITLE)), fontsize=8)
            if column == 0:
                axis.set_ylabel(f"{literal_name(target)}\n[% of control]", fontsize=8)
    figure.tight_layout()
    return figure


def plot_forest(result: xr.DataTree, ci_prob: float = 0.9) -> Figure:
    """Fold change of each subject, its population's mean and the prediction for a new subject.

    One panel a target and contrast. A subject without a pair of a contrast has no bar in its panels, and a contrast
    without any pair no panels.
    """
    estimands = expression_estimands(result)
    subjects, populations = summarise_subjects(estimands, ci_prob), summarise_populations(estimands, ci_prob)
    colours = _colours(observations_of(result))
    targets, contrasts = (list(dict.fromkeys(subjects[name])) for name in ("target", "contrast"))
    rows: list[tuple[str, str, str]] = []
    for kind in colours:
        own = subjects.loc[subjects["cell_type"] == kind, "subject"]
        if not len(own):
            continue
        rows += [("subject", kind, str(name)) for name in dict.fromkeys(own)]
        rows += [("mean", kind, f"mean of {kind}"), ("new", kind, f"a new {kind}")]
    figure, axes = new_figure(
        len(contrasts),
        len(targets),
        figsize=(1.8 + 2.6 * len(targets), 0.3 + (0.5 + 0.2 * len(rows)) * len(contrasts)),
        sharey=True,
        sharex=True,
    )
    for (c, contrast), (t, target) in product(enumerate(contrasts), enumerate(targets)):
        axis = axes[c][t]
        is_own = [(table["target"] == target) & (table["contrast"] == contrast) for table in (subjects, populations)]
        _draw_forest(axis, rows, subjects[is_own[0]], populations[is_own[1]], colours)
        named = [short_name(target)] * (c == 0) + [fill(short_name(contrast, LONGEST_PAIR), LONGEST_CONTRAST)] * (
            len(contrasts) > 1
        )
        axis.set_title(literal("\n".join(named)), fontsize=10 if len(contrasts) == 1 else 8)
    _percent_ticks(axes.ravel())
    for row in axes:
        row[0].set_yticks(range(len(rows)), [literal_name(name) for _, _, name in rows], fontsize=7)
    axes[0][0].invert_yaxis()
    what = (
        f"{literal(short_name(contrasts[0], LONGEST_PAIR))}, percent of control"
        if len(contrasts) == 1
        else "percent of control"
    )
    gap = " " if len(targets) > 1 else "\n"  # one narrow panel has no room for the whole line
    figure.supxlabel(f"{what}{gap}(median and {ci_prob:.0%} interval; cross: never detected)", fontsize=9)
    figure.tight_layout()
    return figure


def _draw_forest(
    axis: Axes,
    rows: list[tuple[str, str, str]],
    subjects: pd.DataFrame,
    populations: pd.DataFrame,
    colours: Mapping[str, str],
) -> None:
    """One panel: the rows of one target and contrast that there are."""
    of_subject, of_type = subjects.set_index("subject"), populations.set_index("cell_type")
    for place, (what, kind, name) in enumerate(rows):
        table, at = (of_subject, name) if what == "subject" else (of_type, kind)
        if at not in table.index:
            continue
        row, colour, marker, width = table.loc[at], colours[kind], "|", 1.0
        key = "new_subject_percent" if what == "new" else "fold_change_percent"
        if what == "subject":
            colour, marker, width = (colour, "o", 1.2) if row["detected"] else (ABSENT_COLOUR, "x", 1.2)
        elif what == "mean":
            marker, width = "D", 2.6
        axis.plot([row[f"{key}_lower"], row[f"{key}_upper"]], [place, place], color=colour, lw=width)
        axis.plot(row[key], place, marker=marker, color=colour, ms=5 if what == "mean" else 4, ls="")
    axis.axvline(100, color="black", lw=0.6, ls="--")
    axis.set_xscale("log")
    axis.xaxis.set_minor_formatter(FuncFormatter(lambda value, _: ""))


def _percent_ticks(axes: np.ndarray) -> None:
    """Limits of 12.5 to 1600% or as wide as the data, with ticks at halves and doubles of 100%."""
    low = min(12.5, *(0.8 * axis.dataLim.x0 for axis in axes))
    high = max(1600.0, *(1.25 * axis.dataLim.x1 for axis in axes))
    doublings = np.arange(np.floor(np.log2(low / 100)) + 1, np.ceil(np.log2(high / 100)))
    step = -(-len(doublings) // MOST_TICKS)
    ticks = 100 * 2.0 ** doublings[doublings % step == 0]
    for axis in axes:
        axis.set_xlim(low, high)
        axis.set_xticks(ticks, [f"{tick:g}" for tick in ticks], fontsize=8)


def plot_standard_curves(result: xr.DataTree, ci_prob: float = 0.9) -> Figure:
    """Dilution series with the posterior line of each gene; reactions that were not detected lie on the cycle limit."""
    data, posterior = observations_of(result), result["posterior"]
    genes = [str(g) for g in data[v.GENE].to_numpy()]
    gene, quantity = data[v.GENE_OF_STANDARD].to_numpy(), data[v.STANDARD_QUANTITY].to_numpy()
    ct, limit = data[v.STANDARD_CT].to_numpy(), float(data[v.CYCLE_LIMIT])
    figure, axes = new_figure(1, len(genes), figsize=(1 + 2.3 * len(genes), 2.9), sharey=True)
    grid = np.linspace(np.log2(quantity.min()), np.log2(quantity.max()), 40)
    for g, axis in enumerate(axes[0]):
        factor = posterior[v.FACTOR].isel({v.GENE: g}).to_numpy().ravel()
        unit = posterior[v.UNIT_CT].isel({v.GENE: g}).to_numpy().ravel()
        lower, median, upper = interval_of(unit - grid[:, None] / np.log2(factor), ci_prob, axis=1)
        axis.fill_between(2.0**grid, lower, upper, color=PALETTE[0], alpha=0.25, lw=0)
        axis.plot(2.0**grid, median, color=PALETTE[0], lw=1.2)
        own = gene == g
        found = own & np.isfinite(ct)
        axis.plot(quantity[found], ct[found], ls="", marker="o", ms=3.5, color="black", mfc="none")
        lost = own & ~np.isfinite(ct)
        axis.plot(quantity[lost], np.full(lost.sum(), limit), ls="", marker="x", ms=5, color=PALETTE[1])
        axis.set_xscale("log")
        axis.xaxis.set_major_formatter(FuncFormatter(_plain))
        low, middle, high = interval_of(factor, ci_prob)
        axis.set_title(f"{literal_name(genes[g])}\nfactor {middle:.2f} ({low:.2f} to {high:.2f})", fontsize=8)
    axes[0][0].set_ylabel("Ct [cycles]; cross: not detected", fontsize=8)
    unit_of_quantity = literal_name(data[v.STANDARD_QUANTITY].attrs.get("units", "relative"))
    figure.supxlabel(f"pooled cDNA [{unit_of_quantity}]", fontsize=9)
    figure.tight_layout()
    return figure


def plot_resistant_profile(
    result: xr.DataTree, parent_of: Mapping[str, str], ci_prob: float = 0.9, ax: Axes | None = None
) -> Figure:
    """Level of each target in a resistant variant over its parent, without drug; no ratio where one has none.

    `parent_of` names the parent of each variant; `ax` to draw into, if there is one.
    """
    data, level = observations_of(result), result["posterior"][v.LOG2_LEVEL]
    subjects, targets = [str(s) for s in level[v.SUBJECT].to_numpy()], [str(t) for t in level[v.TARGET].to_numpy()]
    seen = evidence_of(data)[CONTROL_DETECTED].to_numpy()
    figure, axis = figure_of(ax, figsize=(5.4, 1.0 + 0.35 * len(targets) * len(parent_of)))
    labels: list[str] = []
    for number, (variant, parent) in enumerate(parent_of.items()):
        here, there = subjects.index(variant), subjects.index(parent)
        for t, target in enumerate(targets):
            ratio = 2.0 ** (level.isel({v.TARGET: t, v.SUBJECT: here}) - level.isel({v.TARGET: t, v.SUBJECT: there}))
            low, middle, high = interval_of(ratio, ci_prob)
            place = len(labels)
            labels.append(literal(f"{short_name(target)}, {short_name(variant)} over {short_name(parent)}"))
            if seen[t, here] and seen[t, there]:
                axis.plot([low, high], [place, place], color=PALETTE[number], lw=1.6)
                axis.plot(middle, place, marker="o", color=PALETTE[number])
            else:
                axis.text(1.0, place, " not detected: no ratio", fontsize=8, color="#555555", va="center")
    axis.axvline(1.0, color="black", lw=0.6, ls="--")
    axis.set_xscale("log")
    axis.set_xticks([0.25, 0.5, 1, 2, 4, 8, 16], ["0.25", "0.5", "1", "2", "4", "8", "16"], fontsize=8)
    axis.xaxis.set_minor_formatter(FuncFormatter(lambda value, _: ""))
    axis.set_yticks(range(len(labels)), labels, fontsize=8)
    axis.invert_yaxis()
    said = f"mRNA without drug, variant over parent (median, {ci_prob:.0%} interval, log axis)"
    if ax is None:
        figure.supxlabel(said, fontsize=8)
        figure.tight_layout()
    else:
        axis.set_xlabel(said, fontsize=8)
    return figure


def figures_of_fit(result: xr.DataTree, ci_prob: float, threshold_um: float | None) -> tuple[ResultFigure, ...]:
    """Levels and bench ratios where there are Ct, a forest where populations are modelled, and standard curves."""
    data, posterior = observations_of(result), result["posterior"]
    found = []
    if v.CT in data and v.LOG2_LEVEL in posterior:
        found.append(
            ResultFigure(
                "levels",
                "Level of each target under the control condition; a target that was never detected is a bound.",
                "Levels of mRNA of each subject on a log axis, one panel a target",
                lambda: plot_levels(result, ci_prob),
            )
        )
    if is_of_groups(posterior.to_dataset()):
        found.append(
            ResultFigure(
                "groups",
                f"Level of each subject over that of the control group, and the mean of each group with its "
                f"{ci_prob:.0%} interval.",
                "Levels of subjects by group on a log axis, one panel a target, with the mean of each group",
                lambda: plot_groups(result, ci_prob),
            )
        )
        return tuple(found)
    classical = _bench_ratios(data)
    if len(classical):
        found.append(
            ResultFigure(
                "before_after",
                "Each subject before and after treatment, in percent of its own control: Pfaffl's ratio, without a "
                "model.",
                "Lines from before to after treatment, one a subject, on a log axis, one panel a target and cell type",
                lambda: plot_before_after(classical, data),
            )
        )
    if v.MU_FOLD_CHANGE in posterior:
        found.append(
            ResultFigure(
                "forest",
                f"Fold change of each subject with its {ci_prob:.0%} interval, and the population behind them.",
                "Forest plot of fold changes in percent of control, by target and cell type",
                lambda: plot_forest(result, ci_prob),
            )
        )
    if data.sizes.get(v.STANDARD, 0):
        found.append(
            ResultFigure(
                "standard_curves",
                "Dilution series, and the amplification that the model takes from them.",
                "Ct of dilution series against quantity, one panel a gene, with fitted lines",
                lambda: plot_standard_curves(result, ci_prob),
            )
        )
    return tuple(found)


def _bench_ratios(data: xr.Dataset) -> pd.DataFrame:
    """Ratios of `classical_fold_changes`; no rows where a bench could make none of these data."""
    try:
        return classical_fold_changes(data).dropna(subset=["pfaffl_ratio"])
    except InputError:
        return pd.DataFrame()
