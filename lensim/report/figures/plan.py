"""Figures of a plan: search, frontier, bracketing, robustness, layouts, and the map to pipette; all figures by name."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from lensim.plan.evaluate import Share
from lensim.plan.frontier import Frontier
from lensim.plan.result import Plan
from lensim.plan.robustness import Trial
from lensim.plan.search import detectable
from lensim.plan.words import counted_in_words, field_in_words
from lensim.plate_map.contents import map_of_table
from lensim.report.figures.plan_panels import plot_doses, plot_lines
from lensim.report.figures.plate_map import plot_map
from lensim.report.figures.style import PALETTE, figure_of, literal, literal_name, new_figure, short_name

NORMAL_95 = 1.96
LONGEST_SHIFT = 80
"""Letters of what is otherwise in another world."""
WELL_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def plot_search(plan: Plan, ax: Axes | None = None) -> Figure:
    """Shares of finds at every number that was tried, with the target and where it is crossed.

    `ax` to draw into, if there is one.
    """
    size, question = plan.size, plan.question
    if size is None or question.size is None:
        raise ValueError("a search is drawn of a plan with a size, got none")
    figure, axis = figure_of(ax, figsize=(5.2, 3.6))
    tried = sorted(size.shares.items())
    n = [number for number, _ in tried]
    axis.errorbar(
        n,
        [100 * share.value for _, share in tried],
        yerr=[100 * NORMAL_95 * share.mcse for _, share in tried],
        fmt="o",
        ms=4,
        lw=1,
        color=PALETTE[0],
        label="simulated, 95% interval",
    )
    axis.axhline(100 * question.target, color="black", lw=0.8, ls="--", label=f"target {question.target:.0%}")
    if size.n is not None and size.low is not None and size.high is not None:
        axis.axvline(size.n, color=PALETTE[1], lw=1.2, label=f"answer {size.n}")
        if size.low < size.high:
            axis.axvspan(size.low - 0.5, size.high + 0.5, color=PALETTE[1], alpha=0.15, lw=0, label="95% interval")
    word = "power" if question.scenario.is_conditional else "assurance"
    axis.set_xlabel(f"number: {literal(counted_in_words(question.scenario, question.size.field))}", fontsize=9)
    axis.set_ylabel(f"{word} [%]", fontsize=9)
    axis.set_ylim(0, 102)
    if len(n) > 1 and max(n) / min(n) > 8:
        axis.set_xscale("log")
        axis.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
        axis.xaxis.set_minor_formatter(FuncFormatter(lambda x, _: ""))
    else:
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    axis.tick_params(labelsize=8)
    axis.legend(fontsize=7, frameon=False, loc="lower right")
    if ax is None:
        figure.tight_layout()
    return figure


def plot_frontier(
    found: Frontier,
    target: float,
    currency: str,
    word: str,
    ax: Axes | None = None,
    *,
    field_words: Callable[[str], str] = field_in_words,
) -> Figure:
    """Every design by cost and share; those that no cheaper one beats are joined and named.

    `word` is power or assurance; `ax` to draw into, if there is one; `field_words` says what numbers of a field count.
    """
    figure, axis = figure_of(ax, figsize=(6.4, 4.2))
    table = found.table
    fields = list(table.columns[: list(table.columns).index("cost")])
    axis.errorbar(
        table["cost"], 100 * table["share"], yerr=100 * NORMAL_95 * table["share_mcse"], fmt="o", ms=3, lw=0.7,
        color="0.65", label="designs, 95% interval",
    )  # fmt: skip
    best = table[table["is_best"]]
    axis.plot(best["cost"], 100 * best["share"], "-o", ms=4, lw=1.2, color=PALETTE[0], label="best for the money")
    axis.axhline(100 * target, color="black", lw=0.8, ls="--", label=f"target {target:.0%}")
    last_cost, last_share = -np.inf, -np.inf
    reach = table["cost"].max() - table["cost"].min() or 1.0
    for row in best.to_dict("records"):
        if row["cost"] - last_cost < 0.12 * reach and 100 * row["share"] - last_share < 6:
            continue  # names would lie on each other
        said = " x ".join(
            f"{row[name]:g}" if isinstance(row[name], int | float) else short_name(row[name]) for name in fields
        )
        axis.annotate(
            literal(said),
            (row["cost"], 100 * row["share"]),
            xytext=(-4, 5),
            textcoords="offset points",
            fontsize=6.5,
            ha="right",
        )
        last_cost, last_share = row["cost"], 100 * row["share"]
    axis.set_xlabel(f"cost [{literal_name(currency)}]", fontsize=9)
    axis.set_ylabel(f"{word} [%]", fontsize=9)
    axis.set_title(literal(f"numbers: {' x '.join(map(field_words, fields))}"), fontsize=8)
    axis.tick_params(labelsize=8)
    axis.margins(x=0.12)
    axis.set_ylim(max(0.0, 100 * table["share"].min() - 15), 102)
    axis.legend(fontsize=7, frameon=False, loc="lower right")
    if ax is None:
        figure.tight_layout()
    return figure


def plot_robustness(trials: list[Trial], n: int, target: float, word: str, ax: Axes | None = None) -> Figure:
    """Share of finds of the recommendation in every other world.

    `word` is power or assurance; `ax` to draw into, if there is one.
    """
    figure, axis = figure_of(ax, figsize=(6.4, 1.1 + 0.38 * len(trials)))
    for at, trial in enumerate(reversed(trials)):
        colour = {1: PALETTE[2], 0: PALETTE[4], -1: PALETTE[1]}[trial.verdict]
        share, error = 100 * trial.share.value, 100 * NORMAL_95 * trial.share.mcse
        axis.errorbar(share, at, xerr=error, fmt="o", ms=5, color=colour)
        if trial.size is not None:
            needed = f"needs {trial.size.n}" if trial.size.n is not None else "no number in reach is enough"
            side = 1 if share < 50 else -1
            axis.annotate(
                needed, (share + side * error, at), xytext=(5 * side, 0), textcoords="offset points", va="center",
                ha="left" if side > 0 else "right", fontsize=7,
            )  # fmt: skip
    axis.set_yticks(
        range(len(trials)),
        [literal(short_name(trial.shift.name, LONGEST_SHIFT)) for trial in reversed(trials)],
        fontsize=8,
    )
    axis.axvline(100 * target, color="black", lw=0.8, ls="--")
    axis.set_xlim(0, 102)
    axis.set_ylim(-0.6, len(trials) - 0.4)
    axis.set_xlabel(f"{word} of {n} [%]; dashed: target", fontsize=9)
    axis.tick_params(axis="x", labelsize=8)
    if ax is None:
        figure.tight_layout()
    return figure


def plot_bracketing(table: pd.DataFrame, ax: Axes | None = None) -> Figure:
    """Probability that the IC50 of each line lies within the doses, by top dose.

    `ax` to draw into, if there is one; the scale of colours takes its place beside it.
    """
    square = table.pivot(index="cell_line", columns="top_dose_um", values="p_bracketed")
    square = square.loc[square.iloc[:, 0].sort_values(ascending=False).index]
    figure, axis = figure_of(ax, figsize=(2.6 + 0.6 * square.shape[1], 1.2 + 0.22 * len(square)))
    image = axis.imshow(100 * square.to_numpy(), aspect="auto", vmin=0, vmax=100, cmap="cividis")
    for (i, j), value in np.ndenumerate(100 * square.to_numpy()):
        axis.text(
            j, i, f"{value:.0f}", ha="center", va="center", fontsize=6.5, color="white" if value < 60 else "black"
        )
    axis.set_xticks(range(square.shape[1]), [f"{dose:g}" for dose in square.columns], fontsize=8)
    axis.set_yticks(range(len(square)), [literal_name(name) for name in square.index], fontsize=7)
    axis.set_xlabel("top dose [µM]", fontsize=9)
    bar = figure.colorbar(image, ax=axis, fraction=0.06, pad=0.04)
    bar.set_label("IC50 within the doses [%]", fontsize=8)
    bar.ax.tick_params(labelsize=7)
    if ax is None:
        figure.tight_layout()
    return figure


def plot_layouts(table: pd.DataFrame) -> Figure:
    """Bias and error of log10 IC50, and the share of finds, of each plate map with and without faults."""
    figure, grid = new_figure(1, 3, figsize=(9.0, 2.9), sharey=True)
    axes = grid[0]
    maps = list(dict.fromkeys(table["plate_map"]))
    panels = (
        ("ic50_bias", 1.0, "bias of log10 IC50"),
        ("ic50_width", 1.0, "width of 90% interval\nof log10 IC50"),
        ("share", 100.0, "finds [%]"),
    )
    for axis, (name, scale, title) in zip(axes, panels, strict=True):
        for k, faults in enumerate(("none", "on")):
            own = table[table["faults"] == faults].set_index("plate_map").reindex(maps)
            axis.errorbar(
                scale * own[name],
                np.arange(len(maps)) + 0.12 * (2 * k - 1),
                xerr=scale * NORMAL_95 * own[f"{name}_mcse"],
                fmt="os"[k],
                ms=4,
                lw=1,
                color=PALETTE[k],
                label="no faults" if faults == "none" else "faults of plates",
            )
        axis.set_xlabel(title, fontsize=8)
        axis.tick_params(labelsize=7)
    axes[0].axvline(0, color="black", lw=0.6, ls="--")
    axes[0].set_yticks(range(len(maps)), [literal_name(name) for name in maps], fontsize=8)
    axes[0].set_ylim(-0.6, len(maps) - 0.4)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="lower center", ncols=2, fontsize=7, frameon=False)
    figure.tight_layout(rect=(0, 0.07, 1, 1))
    return figure


def plot_plate_map(table: pd.DataFrame, plate: str, rows: int = 8, columns: int = 12, ax: Axes | None = None) -> Figure:
    """One plate as it is pipetted: dose by colour and number, lines by letter, blanks empty.

    `ax` to draw into, if there is one.
    """
    own = table[table["plate"] == plate]
    lines = [name for name in dict.fromkeys(own["cell_line"]) if name != "blank"]
    doses = sorted({float(dose) for dose in own["dose_um"].dropna()})
    figure, axis = figure_of(ax, figsize=(7.2, 4.9))
    colours = colormaps["cividis"]
    for well in own.to_dict("records"):
        row, column = WELL_LETTERS.index(well["well"][0]), int(well["well"][1:]) - 1
        if well["cell_line"] == "blank":
            axis.add_patch(Circle((column, row), 0.42, facecolor="white", edgecolor="0.4", hatch="///", lw=0.8))
            continue
        level = doses.index(float(well["dose_um"])) / max(len(doses) - 1, 1)
        axis.add_patch(Circle((column, row), 0.42, facecolor=colours(1 - level), edgecolor="0.2", lw=0.6))
        axis.text(
            column, row, f"{WELL_LETTERS[lines.index(well['cell_line'])]}\n{well['dose_um']:.4g}", ha="center",
            va="center", fontsize=6, color="white" if level > 0.45 else "black",
        )  # fmt: skip
    axis.set_xlim(-0.6, columns - 0.4)
    axis.set_ylim(rows - 0.4, -0.6)
    axis.set_aspect("equal")
    axis.set_xticks(range(columns), [str(c + 1) for c in range(columns)], fontsize=8)
    axis.set_yticks(range(rows), list(WELL_LETTERS[:rows]), fontsize=8)
    axis.xaxis.tick_top()
    names = ", ".join(f"{WELL_LETTERS[k]} {short_name(name)}" for k, name in enumerate(lines))
    axis.set_xlabel(literal(f"{short_name(plate)}. {names}. Numbers: dose [µM]; hatched: blank"), fontsize=7)
    if ax is None:
        figure.tight_layout()
    return figure


def plot_detectable(
    curves: Mapping[str, tuple[Sequence[float], Sequence[Share]]], target: float, title: str, word: str = "power"
) -> Figure:
    """Share of finds against the size of a difference, a panel each quantity, with the size found at the target.

    `word` is power or assurance.
    """
    figure, axes = new_figure(1, len(curves), figsize=(3.6 * len(curves), 3.3), sharey=True)
    for axis, (name, (sizes, shares)) in zip(axes[0], curves.items(), strict=True):
        axis.errorbar(
            list(sizes),
            [100 * share.value for share in shares],
            yerr=[100 * NORMAL_95 * share.mcse for share in shares],
            fmt="-o",
            ms=4,
            lw=1,
            color=PALETTE[0],
        )
        axis.axhline(100 * target, color="black", lw=0.8, ls="--")
        value, error = detectable(sizes, shares, target)
        if np.isfinite(value):
            axis.axvline(value, color=PALETTE[1], lw=1)
            axis.axvspan(value - NORMAL_95 * error, value + NORMAL_95 * error, color=PALETTE[1], alpha=0.15, lw=0)
            axis.annotate(f"{value:.2f}", (value, 8), xytext=(4, 0), textcoords="offset points", fontsize=8)
        axis.set_xlabel(f"difference in {literal_name(name)}", fontsize=8)
        axis.tick_params(labelsize=8)
        axis.set_ylim(0, 102)
    axes[0, 0].set_ylabel(f"{word} [%]", fontsize=9)
    figure.suptitle(literal(title), fontsize=9)
    figure.tight_layout()
    return figure


def plan_figures(found: Plan, plate_map: pd.DataFrame | None = None) -> dict[str, Figure]:
    """Every figure of a plan, by the name of its file.

    Parameters
    ----------
    found
        The plan.
    plate_map
        A row a well to pipette, of a plan with plates.
    """
    drawn: dict[str, Figure] = {}
    question = found.question
    word = "power" if question.scenario.is_conditional else "assurance"
    if found.size is not None:
        drawn["size"] = plot_search(found)
    if found.frontier is not None and question.costs is not None:
        drawn["frontier"] = plot_frontier(
            found.frontier,
            question.target,
            question.costs.currency,
            word,
            field_words=partial(counted_in_words, question.scenario),
        )
    if found.robustness and found.size is not None and found.size.n is not None:
        drawn["robustness"] = plot_robustness(found.robustness, found.size.n, question.target, word)
    if found.bracketing is not None:
        drawn["bracketing"] = plot_bracketing(found.bracketing)
    if found.layouts is not None:
        drawn["layouts"] = plot_layouts(found.layouts)
    if found.doses is not None:
        drawn["doses"] = plot_doses(found.doses)
    if found.lines is not None:
        drawn["lines"] = plot_lines(found.lines)
    if plate_map is not None and "dose_um" in plate_map:
        for number, plate in enumerate(dict.fromkeys(plate_map["plate"])):
            drawn[f"plate_map_{number + 1}"] = plot_plate_map(plate_map, plate)
    elif plate_map is not None:
        drawn["plate_map"] = plot_map(map_of_table(plate_map, "plate_map"))
    return drawn
