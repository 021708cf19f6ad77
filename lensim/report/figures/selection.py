"""Figures of selections: cells of both clones over the doses, and what became of cultures by schedule."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from lensim import vocabulary as v
from lensim.report.figures.style import PALETTE, empty_figure, figure_of, literal_name, new_figure
from lensim.selection.design import RESISTANT, SENSITIVE
from lensim.selection.outcomes import IS_EXTINCT, IS_RESISTANT, RESISTANCE_DAY
from lensim.tables.records import records

COLOURS: Final = {SENSITIVE: PALETTE[0], RESISTANT: PALETTE[1]}
NONE_AT: Final = 0.3
"""Where a log axis of cells shows that there are none."""
NO_DRUG_SHARE: Final = 0.2
"""Where a log axis of doses shows that there is none, as a part of the lowest dose."""
COLUMNS: Final = 3
SHOWN: Final = 25
MARKERS: Final = ("o", "s", "D", "^", "v", "P", "X")
STYLES: Final = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)), (0, (1, 3)))


def plot_paths(runs: Mapping[str, xr.Dataset]) -> Figure:
    """Cells of both clones after each passage, a line a culture (the first 25), with the dose in steps below.

    Parameters
    ----------
    runs
        Name of a schedule to cultures as from `lensim.selection.simulate`; three schedules a row.
    """
    rows, columns = -(-len(runs) // COLUMNS), min(len(runs), COLUMNS)
    height, width = 0.55 + 3.0 * rows, max(1.0 + 2.3 * columns, 4.6)
    figure = empty_figure((width, height))
    outer = figure.add_gridspec(
        rows, columns, wspace=0.08, hspace=0.32,
        left=0.75 / width, right=0.985, bottom=0.5 / height, top=1 - 0.6 / height,
    )  # fmt: skip
    most = max(float(data["cells"].max()) for data in runs.values())
    doses = np.concatenate([data["dose_um"].to_numpy() for data in runs.values()])
    for place, (name, data) in enumerate(runs.items()):
        first = place % columns == 0
        inner = outer[place // columns, place % columns].subgridspec(2, 1, height_ratios=[2.4, 1.0], hspace=0.08)
        above = figure.add_subplot(inner[0])
        below = figure.add_subplot(inner[1], sharex=above)
        _cells(above, data, most, first=first)
        above.set_title(literal_name(name), fontsize=9, loc="left")
        above.tick_params(labelbottom=False)
        _dose(below, data, doses, first=first)
        if place + columns >= len(runs):
            below.set_xlabel("time [days]", fontsize=8)
    handles = [Line2D([], [], color=colour, lw=1.2, label=f"{clone} cells") for clone, colour in COLOURS.items()]
    figure.legend(handles=handles, loc="upper right", ncols=2, fontsize=8, frameon=False)
    figure.align_ylabels()
    return figure


def _cells(axis: Axes, data: xr.Dataset, most: float, *, first: bool) -> None:
    """The first cultures, a line each: cultures end in one of two ways, which a band would blur."""
    shown = data.isel({v.DAY: data[v.IS_PASSAGE].to_numpy() | (data[v.DAY].to_numpy() == 0)})
    for clone, colour in COLOURS.items():
        courses = np.maximum(shown[v.CELLS].sel({v.CLONE: clone}).to_numpy()[:SHOWN], NONE_AT)
        axis.plot(shown[v.DAY], courses.T, color=colour, lw=0.8, alpha=0.45)
    axis.set_yscale("log")
    axis.set_ylim(NONE_AT / 1.6, 4 * most)
    axis.yaxis.set_major_locator(FixedLocator([NONE_AT, *(10.0**k for k in range(0, 13, 2))]))
    axis.yaxis.set_minor_locator(NullLocator())
    axis.yaxis.set_major_formatter(FuncFormatter(_cells_tick))
    axis.tick_params(labelsize=8)
    if first:
        axis.set_ylabel("cells after a passage", fontsize=8)
    else:
        axis.set_yticklabels([])


def _cells_tick(value: float, _: int) -> str:
    return "none" if value < 1 else f"$10^{{{np.log10(value):.0f}}}$"


def _dose(axis: Axes, data: xr.Dataset, doses: np.ndarray, *, first: bool) -> None:
    """Doses in steps on a log axis that is the same in all panels; no drug is drawn below the lowest dose."""
    low, high = (doses[doses > 0].min(), doses.max()) if (doses > 0).any() else (0.1, 1.0)
    day, dose = data["day"].to_numpy(), data["dose_um"].to_numpy()
    nothing = NO_DRUG_SHARE * low
    height = np.where(dose[1:] > 0, dose[1:], nothing)
    axis.stairs(height, day, baseline=nothing / 2, fill=True, color="0.75", lw=0)
    axis.stairs(height, day, baseline=None, color="0.25", lw=1.0)
    axis.set_yscale("log")
    axis.set_ylim(nothing / 2, 2.5 * high)
    decades = [10.0**k for k in range(-4, 5) if 0.99 * low <= 10.0**k <= 1.01 * high]
    axis.yaxis.set_major_locator(FixedLocator(([nothing] if (doses == 0).any() else []) + (decades or [high])))
    axis.yaxis.set_minor_locator(NullLocator())
    axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: "none" if value < 0.9 * low else f"{value:g}"))
    axis.tick_params(labelsize=8)
    if first:
        axis.set_ylabel("dose [µM]", fontsize=8)
    else:
        axis.set_yticklabels([])


def plot_outcomes(table: pd.DataFrame, ends: Mapping[str, xr.Dataset]) -> Figure:
    """Share of cultures taken over by resistant cells by each day, and what became of them by the end.

    Parameters
    ----------
    table, ends
        As from `lensim.selection.compare_schedules`.
    """
    height = max(3.0, 1.3 + 0.4 * len(table))
    figure, axes = new_figure(1, 2, figsize=(8.0, height), width_ratios=[1.25, 1])
    left, right = axes[0]
    for k, found in enumerate(ends.values()):
        _cumulative(left, found, k)
    left.set_xlabel("time [days]", fontsize=8)
    left.set_ylabel("cultures in which resistant cells prevail\nfrom then on [%]", fontsize=8)
    left.set_ylim(0, 103)
    left.set_xlim(left=0)
    left.tick_params(labelsize=8)
    _shares(right, table, list(ends))
    figure.tight_layout()
    return figure


def _cumulative(axis: Axes, found: xr.Dataset, place: int) -> None:
    days, n = np.sort(found[RESISTANCE_DAY].to_numpy()), found.sizes["study"]
    reached = days[np.isfinite(days)]
    at = np.concatenate([[0.0], reached, [found.attrs["days"]]])
    share = 100 * np.concatenate([[0.0], np.arange(1, len(reached) + 1), [len(reached)]]) / n
    axis.step(at, share, where="post", color=PALETTE[place % len(PALETTE)], ls=STYLES[place % len(STYLES)], lw=1.6)


def _shares(axis: Axes, table: pd.DataFrame, names: Sequence[str]) -> None:
    for at, row in enumerate(records(table)):
        colour = PALETTE[list(names).index(row["schedule"]) % len(PALETTE)]
        for outcome, marker, face, aside in ((IS_RESISTANT, "o", colour, -0.1), (IS_EXTINCT, "s", "white", 0.1)):
            low, middle, high = (100 * row[f"p_{outcome}{end}"] for end in ("_low", "", "_high"))
            axis.plot([low, high], [at + aside, at + aside], color=colour, lw=1.6, zorder=2)
            axis.plot(middle, at + aside, marker, color=colour, mfc=face, ms=6, mew=1.3, zorder=3)
    axis.plot([], [], "o", color="0.3", label="resistant cells prevail")
    axis.plot([], [], "s", color="0.3", mfc="white", label="no cell is left")
    axis.set_yticks(range(len(table)), [literal_name(name) for name in table["schedule"]], fontsize=8)
    axis.set_ylim(len(table) - 0.5, -0.5)
    axis.set_xlim(-4, 104)
    axis.set_xlabel("cultures at the end [%], 95% intervals", fontsize=8)
    axis.tick_params(labelsize=8)
    axis.grid(axis="x", color="0.9", lw=0.7)
    axis.set_axisbelow(True)
    axis.legend(fontsize=7.5, frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)


def plot_worlds(table: pd.DataFrame, worlds: pd.DataFrame, ax: Axes | None = None) -> Figure:
    """Cultures in which resistant cells prevail, by schedule, as assumed and where an assumption is another.

    Parameters
    ----------
    table
        As from `lensim.selection.compare_schedules`.
    worlds
        Such tables under each other, with a column world.
    ax
        To draw into; a new figure without it.
    """
    names = [str(name) for name in table["schedule"]]
    groups = {"as assumed": table} | {str(name): own for name, own in worlds.groupby("world", sort=False)}
    figure, axis = figure_of(ax, figsize=(7.4, 1.5 + 0.62 * len(groups)))
    for at, own in enumerate(groups.values()):
        for row in records(own):
            k = names.index(row["schedule"])
            y = at + 0.14 * (k - (len(names) - 1) / 2)
            low, middle, high = (100 * row[f"p_{IS_RESISTANT}{end}"] for end in ("_low", "", "_high"))
            colour = PALETTE[k % len(PALETTE)]
            axis.plot([low, high], [y, y], color=colour, lw=1.4)
            axis.plot(middle, y, MARKERS[k % len(MARKERS)], color=colour, ms=4.5)
    for at in range(1, len(groups)):
        axis.axhline(at - 0.5, color="0.88", lw=0.8)
    axis.set_yticks(range(len(groups)), [literal_name(name) for name in groups], fontsize=8)
    axis.set_ylim(len(groups) - 0.5, -0.5)
    axis.set_xlim(-3, 103)
    axis.set_xlabel("cultures in which resistant cells prevail at the end [%], 95% Monte Carlo interval", fontsize=8)
    axis.tick_params(labelsize=8)
    handles = [
        Line2D(
            [],
            [],
            ls="",
            marker=MARKERS[k % len(MARKERS)],
            color=PALETTE[k % len(PALETTE)],
            ms=4.5,
            label=literal_name(name),
        )
        for k, name in enumerate(names)
    ]
    axis.legend(handles=handles, fontsize=7.5, frameon=False, loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=3)
    if ax is None:
        figure.tight_layout()
    return figure
