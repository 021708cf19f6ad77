"""Figures of a plan for the next experiment of a panel: where to put the doses, and which lines to test."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from lensim.plan.doses import FEWER, FOUND, FREE, PLANNED, DosesFound
from lensim.plan.doses_check import SAME
from lensim.plan.lines import NEW, LinesFound
from lensim.report.figures.style import PALETTE, literal, literal_name, new_figure, short_name

NORMAL_95 = 1.96
COLOURS = {PLANNED: "0.45", FOUND: PALETTE[0], FEWER: PALETTE[2], FREE: PALETTE[1]}
MARKS = {PLANNED: "s", FOUND: "o", FEWER: "D", FREE: "^"}
CHOICES_SHOWN = 20


def plot_doses(found: DosesFound) -> Figure:
    """Doses of each design; what is expected of numbers of wells; what simulated panels gave, by world."""
    worlds = _worlds(found)
    ratios = (1.25, 1.0, 1.25) if worlds else (1.25, 1.0)
    figure, grid = new_figure(
        1, len(ratios), figsize=(3.7 * len(ratios), 2.9 + 0.12 * len(worlds)), width_ratios=ratios, layout="constrained"
    )
    axes = grid[0]
    _draw_series(found, axes[0])
    _draw_wells(found, axes[1])
    if worlds:
        _draw_worlds(found, worlds, axes[2])
    return figure


def _draw_series(found: DosesFound, axis: Axes) -> None:
    """A row a design, its doses on a log axis with the number of wells at each."""
    designs = list(found.table["design"])
    lowest = np.inf
    for at, design in enumerate(reversed(designs)):
        row = found.row(design)
        doses, wells = _doses_of(row)
        lowest = min(lowest, min(doses))
        axis.plot(doses, [at] * len(doses), MARKS[design], ms=5, color=COLOURS[design], clip_on=False)
        for dose, number in zip(doses, wells, strict=True):
            axis.annotate(str(number), (dose, at), xytext=(0, 5), textcoords="offset points", ha="center", fontsize=6)
    axis.set_xscale("log")
    axis.set_xlim(lowest / 2.0, None)
    names = [
        f"{design}\n({found.row(design)['wells']:.0f} wells, {found.row(design)['untreated_wells']:.0f} untreated)"
        for design in reversed(designs)
    ]
    axis.set_yticks(range(len(designs)), names, fontsize=7)
    axis.set_ylim(-0.5, len(designs) - 0.3)
    axis.set_xlabel("dose [µM]; numbers: wells of a line\nat each dose in one experiment", fontsize=8)
    axis.tick_params(axis="x", labelsize=7)


def _doses_of(row: dict[str, object]) -> tuple[list[float], list[int]]:
    """Doses above 0 and wells at each, from a row of the table."""
    parts = [part.split(" (x ") for part in str(row["doses_um"]).split(", ")]
    each = row["replicates"]
    return (
        [float(part[0]) for part in parts],
        [int(part[1].rstrip(")")) if len(part) > 1 else int(float(str(each))) for part in parts],
    )


def _goal(found: DosesFound) -> tuple[str, float, str]:
    if found.goal == "calls":
        return "right", 100.0, "lines called rightly [%]"
    return "error", 1.0, "error of log10 IC50 [µM]\n(root mean square)"


def _draw_wells(found: DosesFound, axis: Axes) -> None:
    """What the best series of each number of wells is expected to give, beside the plan's and the free design."""
    name, scale, words = _goal(found)
    column = f"expected_{name}"
    rows = found.by_wells.sort_values("wells")
    axis.plot(rows["wells"], scale * rows[column], "-", lw=1.2, color=COLOURS[FOUND], label="best series")
    for design in (FOUND, FEWER, PLANNED, FREE):
        row = found.row(design)
        if row:
            axis.plot(
                row["wells"], scale * row[column], MARKS[design], ms=5, color=COLOURS[design], label=design, zorder=3
            )
    planned = found.row(PLANNED)
    axis.axhline(scale * planned[column], color=COLOURS[PLANNED], lw=0.7, ls=":")
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    axis.set_xlabel("wells of a line\nin one experiment", fontsize=8)
    axis.set_ylabel(f"expected {words}", fontsize=8)
    axis.tick_params(labelsize=7)
    axis.legend(fontsize=6.5, frameon=False)


def _worlds(found: DosesFound) -> list[str]:
    return [] if found.in_worlds is None else list(dict.fromkeys(found.in_worlds["world"]))


def _draw_worlds(found: DosesFound, worlds: list[str], axis: Axes) -> None:
    """Simulated figures of each series in each world, with 95% Monte Carlo intervals."""
    name, scale, words = _goal(found)
    assert found.in_worlds is not None
    designs = [one for one in (PLANNED, FOUND, FEWER) if (found.in_worlds["design"] == one).any()]
    for k, design in enumerate(designs):
        own = found.in_worlds[found.in_worlds["design"] == design].set_index("world").reindex(worlds)
        at = np.arange(len(worlds))[::-1] + 0.2 * ((len(designs) - 1) / 2 - k)
        axis.errorbar(
            scale * own[name], at, xerr=NORMAL_95 * scale * own[f"{name}_mcse"], fmt=MARKS[design], ms=4, lw=1,
            color=COLOURS[design], label=design,
        )  # fmt: skip
    named = [literal("the plan's own world" if world == SAME else world) for world in reversed(worlds)]
    axis.set_yticks(range(len(worlds)), named, fontsize=7)
    axis.set_ylim(-0.6, len(worlds) - 0.4)
    axis.set_xlabel(f"simulated {words}; bars: 95%", fontsize=8)
    axis.tick_params(axis="x", labelsize=7)
    axis.legend(fontsize=6.5, frameon=False)


def plot_lines(found: LinesFound) -> Figure:
    """Share of the variance of the difference that each choice takes away, and the spread left by ways to spend all."""
    table = found.table.head(CHOICES_SHOWN)
    figure, grid = new_figure(1, 2, figsize=(8.6, 1.4 + 0.17 * max(len(table), 8)), width_ratios=(1.3, 1.0))
    choices, ways = grid[0]
    at = np.arange(len(table))[::-1]
    is_new = (table["kind"] == NEW).to_numpy()
    for chosen, colour, label in ((is_new, PALETTE[0], "a new line"), (~is_new, PALETTE[1], "a line of the fit again")):
        if chosen.any():
            choices.barh(at[chosen], 100 * table["variance_less"][chosen], 0.7, color=colour, label=label)
    names = [
        literal(short_name(f"new: {row.group}" if row.kind == NEW else f"{row.name_} ({row.group})", 40))
        for row in table.rename(columns={"name": "name_"}).itertuples()
    ]
    choices.set_yticks(at, names, fontsize=7)
    choices.set_xlabel("less variance of the difference by one test [%]", fontsize=8)
    choices.legend(fontsize=7, frameon=False, loc="lower right")
    _draw_ways(found, ways)
    for axis in (choices, ways):
        axis.tick_params(axis="x", labelsize=7)
    figure.suptitle(literal(f"difference of {found.difference}"), fontsize=9)
    figure.tight_layout()
    return figure


def _draw_ways(found: LinesFound, axis: Axes) -> None:
    """Expected and simulated standard deviation of the difference after each way to spend all tests."""
    names = list(found.groups["way"])
    at = np.arange(len(names))[::-1]
    axis.plot(found.groups["sd"], at, "o", ms=5, color=PALETTE[0], label="expected")
    if found.check is not None:
        check: pd.DataFrame = found.check.set_index("way").reindex(names)
        for name, mark, colour, label in (
            ("sd_simulated", "s", PALETTE[2], "posterior, simulated"),
            ("error", "^", "0.45", "error, simulated"),
        ):
            axis.errorbar(
                check[name], at - 0.15 * (1 + (name == "error")), xerr=NORMAL_95 * check[f"{name}_mcse"], fmt=mark,
                ms=4, lw=1, color=colour, label=label,
            )  # fmt: skip
    said = {"none": "no test", "best": f"best {found.more} tests"}
    axis.set_yticks(at, [literal_name(said.get(name, name)) for name in names], fontsize=7)
    axis.set_ylim(-0.8, len(names) - 0.5)
    axis.set_xlim(0, None)
    axis.set_xlabel("standard deviation of the difference", fontsize=8)
    axis.legend(fontsize=7, frameon=False, loc="lower left")
