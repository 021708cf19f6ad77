"""The figure of conditions of lines, or of lines against their parents: ratios of IC50s with intervals and bounds."""

from typing import Final

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from lensim.dose_response.conditions import ALL_LINES, MEDIAN_OF_LINES, summarise_conditions
from lensim.report.figures.style import PALETTE, figure_of, literal, literal_name, short_name

_STEPS: Final = (1.0, 2.0, 5.0)
_ROOM: Final = 1.35
"""What is left free beside the farthest end, as a factor."""
_LEAST_REACH: Final = 2.5
_ARROW: Final = 2.0
_COLUMNS: Final = (1.04, 1.30)
"""Where words begin right of the axis, as shares of its width."""


def plot_condition_ratios(estimands: xr.Dataset, ci_prob: float = 0.9, ax: Axes | None = None) -> Figure:
    """Ratio of IC50s of each line under two conditions, or of a line and its parent, on a log axis; and over lines.

    A ratio with an IC50 beyond the tested doses is a bound: an arrow from where it begins. Diamonds are over lines. The
    dashed line is a ratio of 1. To the right are the ratio in words and P(ratio > 1).

    Parameters
    ----------
    estimands
        As from `dose_response_estimands`, of data with conditions or parents.
    ci_prob
        Probability inside the intervals.
    ax
        To draw into; a new figure without it. Columns of words are to its right.
    """
    table = summarise_conditions(estimands, ci_prob)
    low, high = _reach(table)
    heads = _heads(table)
    figure, axis = figure_of(ax, figsize=(7.6, 0.27 * (len(table) + len(heads)) + 1.4))
    axis.axvline(1.0, color="0.5", lw=0.8, ls="--", zorder=0)
    colour_of = {name: PALETTE[i % len(PALETTE)] for i, name in enumerate(heads)}
    height, ticks, labels = 0.0, [], []
    last = ""
    for _, row in table.iterrows():
        kind = _kind(table, row)
        if kind != last and len(heads) > 1:
            ticks.append(height)
            labels.append(literal_name(kind))
            height += 1.0
        last = kind
        _draw_row(axis, row, height, colour_of[kind], low, high)
        ticks.append(height)
        labels.append(("  " if len(heads) > 1 else "") + literal_name(_label(table, row)))
        height += 1.0
    axis.set_xscale("log")
    axis.set_xlim(low, high)
    axis.set_ylim(height - 0.4, -0.7)
    axis.set_yticks(ticks, labels, fontsize=8)
    decades = np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
    few = high / low > 300.0
    axis.set_xticks([step * 10.0**d for d in decades for step in (_STEPS[:1] if few else _STEPS)])
    axis.set_xlim(low, high)
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.minorticks_off()
    axis.tick_params(axis="x", labelsize=8)
    of = f", {short_name(next(iter(heads)))}" if len(heads) == 1 else ""
    axis.set_xlabel(literal(f"Ratio of IC50s{of}: median and {ci_prob:.0%} interval"), fontsize=9)
    axis.spines[["top", "right"]].set_visible(False)
    _head_columns(axis)
    if ax is None:
        figure.tight_layout(rect=(0, 0, 0.98, 1))
    return figure


def _kind(table: pd.DataFrame, row: pd.Series) -> str:
    """What a row stands under: its contrast, or for lines against their parents these words."""
    if (table["contrast"] == row["contrast"]).sum() > 1:
        return str(row["contrast"])
    several = table["contrast"].value_counts().max() > 1
    return "lines against their parents" if several or len(table) > 1 else str(row["contrast"])


def _heads(table: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(_kind(table, row) for _, row in table.iterrows()))


def _label(table: pd.DataFrame, row: pd.Series) -> str:
    """The name of a line; of a line against its parent both; of a row over lines, what it is."""
    is_alone = (table["contrast"] == row["contrast"]).sum() == 1
    is_over = row["cell_line"] in (ALL_LINES, MEDIAN_OF_LINES)
    return str(row["contrast"] if is_alone and not is_over else row["cell_line"])


def _reach(table: pd.DataFrame) -> tuple[float, float]:
    """Ends of the axis: those of all intervals, and a little more."""
    known = table[["ic50_ratio", "ic50_ratio_lower", "ic50_ratio_upper"]].to_numpy(dtype=float)
    known = known[np.isfinite(known) & (known > 0)]
    low, high = min(known.min(initial=1.0), 1 / _LEAST_REACH), max(known.max(initial=1.0), _LEAST_REACH)
    ends = table[["ic50_ratio_lower", "ic50_ratio_upper"]].to_numpy(dtype=float)
    is_open = ~np.isfinite(ends).all(axis=0)
    low, high = (low / _ARROW if is_open[0] else low), (high * _ARROW if is_open[1] else high)
    return float(low / _ROOM), float(high * _ROOM)


def _draw_row(axis: Axes, row: pd.Series, height: float, colour: str, low: float, high: float) -> None:
    over = row["cell_line"] in (ALL_LINES, MEDIAN_OF_LINES)
    start, stop = row["ic50_ratio_lower"], row["ic50_ratio_upper"]
    ends = (start if np.isfinite(start) else low, stop if np.isfinite(stop) else high)
    if np.isfinite(start) or np.isfinite(stop):
        axis.plot(ends, [height, height], color=colour, lw=2.6 if over else 1.8, solid_capstyle="butt")
        for is_open, at, arrow in ((not np.isfinite(start), low, "<"), (not np.isfinite(stop), high, ">")):
            if is_open:
                axis.plot(at, height, arrow, color=colour, ms=6, clip_on=False)
    else:
        axis.plot([low, high], [height, height], color="0.7", lw=0.8, ls=":")
    if np.isfinite(row["ic50_ratio"]):
        axis.plot(row["ic50_ratio"], height, "D" if over else "o", color=colour, ms=6 if over else 5)
    for x, text in zip(_COLUMNS, (f"{row['p_ratio_above_1']:.2f}", literal(row["ratio"])), strict=True):
        axis.annotate(
            text, (x, height), xycoords=("axes fraction", "data"), va="center", fontsize=8, annotation_clip=False
        )


def _head_columns(axis: Axes) -> None:
    for x, text in zip(_COLUMNS, ("P(ratio > 1)", "ratio"), strict=True):
        axis.annotate(text, (x, 1.0), xycoords="axes fraction", xytext=(0, 3), textcoords="offset points",
                      va="bottom", ha="left", fontsize=8, annotation_clip=False)  # fmt: skip
