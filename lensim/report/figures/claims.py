"""Figures of the claims: stated numbers among twins of the study, and how often findings are made, true or not."""

from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lensim.report.figures.style import PALETTE, figure_of, head_column, literal
from lensim.tables.records import records

ROW_INCHES: Final = 0.215
COLOUR: Final = {"very strong": PALETTE[2], "strong": PALETTE[2], "positive": PALETTE[4], "hardly any": PALETTE[1]}


def plot_numbers(table: pd.DataFrame, ax: Axes | None = None) -> Figure:
    """Percentile of each stated number among the readings of twins; shaded: the central 90%.

    A table as from `lensim.maiga2013.claims.numbers_table`; rows that twins do not read, or that are fixed by the
    design, are left out. `ax` to draw into, if there is one; numbers are written to its right.
    """
    own = table[(table["inside"] != "not simulated") & (table["twin_low"] < table["twin_high"])]
    rows = records(own)
    figure, axis = figure_of(ax, figsize=(8.2, 1.0 + ROW_INCHES * len(rows)), layout="constrained")
    axis.axvspan(5, 95, color="0.92", lw=0)
    axis.axvline(50, color="0.6", lw=0.8, ls=":")
    for at, row in enumerate(rows):
        inside = row["inside"] == "yes"
        colour, face = (PALETTE[0], PALETTE[0]) if inside else (PALETTE[1], "white")
        axis.plot(row["twin_percentile"], at, "o", color=colour, mfc=face, ms=5, mew=1.4, zorder=3)
        interval = f"{_short(row['twin_low'])} to {_short(row['twin_high'])}"
        axis.text(104, at, literal(f"{row['stated']}  ({interval})"), va="center", fontsize=7)
    axis.set_yticks(range(len(rows)), [literal(row["claim"]) for row in rows], fontsize=7.5)
    axis.set_ylim(len(rows) - 0.4, -0.6)
    axis.set_xlim(-2, 102)
    axis.set_xlabel("percentile of the stated number among simulated studies; shaded: central 90%", fontsize=8)
    axis.tick_params(axis="x", labelsize=8)
    head_column(axis, 104, "stated  (90% of studies)", fontsize=7.5, weight="bold")
    return figure


def _short(value: Any) -> str:
    return f"{value:.2g}" if abs(value) < 100 else f"{value:.0f}"


def plot_findings(table: pd.DataFrame, ax: Axes | None = None) -> Figure:
    """Share of studies that report each finding where it is true (filled) and where it is not (open), and their ratio.

    A table as from `lensim.maiga2013.claims.findings_table`; `ax` to draw into, if there is one; text is written
    to its right.
    """
    rows = records(table)
    figure, axis = figure_of(ax, figsize=(8.2, 1.15 + 1.25 * ROW_INCHES * len(rows)), layout="constrained")
    for at, row in enumerate(rows):
        _finding(axis, at, row)
    axis.plot([], [], "o", color="0.3", label="where it is true (power)")
    axis.plot([], [], "o", color="0.3", mfc="white", label="where it is not")
    axis.set_yticks(range(len(rows)), [literal(row["claim"]) for row in rows], fontsize=7.5)
    axis.set_ylim(len(rows) - 0.4, -0.6)
    axis.set_xlim(-3, 103)
    axis.set_xlabel("simulated studies that make the finding [%]", fontsize=8)
    axis.tick_params(axis="x", labelsize=8)
    axis.legend(fontsize=7.5, frameon=False, loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=2)
    head_column(axis, 106, "evidence when made:\nratio (95%)", fontsize=7.5, weight="bold")
    return figure


def _finding(axis: Axes, at: int, row: dict[str, Any]) -> None:
    colour = COLOUR[row["evidence"]]
    ends = np.array([row["p_if_not"], row["p_if_true"]]) * 100
    axis.plot(ends, [at, at], color=colour, lw=1.4, zorder=2)
    axis.plot(ends[1], at, "o", color=colour, ms=6, zorder=3)
    axis.plot(ends[0], at, "o", color=colour, mfc="white", ms=6, mew=1.4, zorder=3)
    axis.text(106, at, f"{row['evidence']}: {row['ratio_words']}", va="center", fontsize=7.5)
