"""Figures of a cell cycle: events with their gates, shares of phases, and what a drug does to S."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from lensim import vocabulary as v
from lensim.cell_cycle.cultures import events_of_cultures, is_measured
from lensim.cell_cycle.estimands import (
    cell_cycle_estimands,
    summarise_effects,
    summarise_line_differences,
    summarise_shares,
)
from lensim.cell_cycle.gate import OUTSIDE
from lensim.cell_cycle.gated import GatedStudy, gate_study, log10_brdu
from lensim.cell_cycle.phases import PHASES, S_PHASE, contrast_of_condition
from lensim.inference.observations import observations_of
from lensim.report.figures.catalogue import ResultFigure
from lensim.report.figures.style import PALETTE, figure_of, legend_above, literal_name, new_figure

PHASE_COLOURS = {phase: PALETTE[k] for k, phase in enumerate(PHASES)}
OUTSIDE_COLOUR = "#999999"
SHOWN_EVENTS = 3000
"""Of each tube; more would hide each other."""
MOST_TUBES = 12


def plot_events(events: xr.Dataset, gated: GatedStudy) -> Figure:
    """BrdU against DNA of every tube (the first twelve), coloured by gate, with the share of each phase."""
    tubes = list(range(min(events.sizes[v.TUBE], MOST_TUBES)))
    columns = min(len(tubes), 2 if len(tubes) <= 4 else 4)
    rows = -(-len(tubes) // columns)
    figure, axes = new_figure(
        rows, columns, figsize=(8.0, 0.9 + rows * (3.0 if columns == 2 else 2.1)), sharex=True, sharey=True
    )
    dna, tube = events[v.DNA].to_numpy(), events[v.TUBE_OF_EVENT].to_numpy()
    brdu = log10_brdu(events[v.BRDU].to_numpy())
    count = gated.data[v.EVENTS].to_numpy()
    right = 1.1 * np.quantile(dna, 0.985)
    for position, axis in enumerate(axes.ravel()):
        if position >= len(tubes):
            axis.set_visible(False)
            continue
        own = np.flatnonzero(tube == tubes[position])
        own = own[:: max(1, len(own) // SHOWN_EVENTS)]
        for k in (OUTSIDE, *range(len(PHASES))):
            some = own[gated.phase_of_event[own] == k]
            colour = OUTSIDE_COLOUR if k == OUTSIDE else PHASE_COLOURS[PHASES[k]]
            axis.plot(dna[some], brdu[some], ls="", marker=".", ms=1.2, alpha=0.5, color=colour, rasterized=True)
        share = 100 * count[tubes[position]] / max(count[tubes[position]].sum(), 1)
        size = 8 if columns == 2 else 7
        for k, phase in enumerate(PHASES):
            said = axis.text(0.98, 0.97 - 0.085 * k, f"{phase} {share[k]:.0f}%", transform=axis.transAxes)
            said.set(size=size, va="top", ha="right", color=PHASE_COLOURS[phase], weight="bold")
        axis.set_title(literal_name(events[v.TUBE].to_numpy()[tubes[position]]), fontsize=8 if columns == 2 else 6)
        axis.set_xlim(0, right)
        axis.set_ylim(np.quantile(brdu, 0.001) - 0.1, np.quantile(brdu, 0.999) + (0.7 if columns == 2 else 1.1))
    for axis in axes[-1]:
        axis.set_xlabel("DNA, propidium iodide\n[channel]", fontsize=8)
    for axis in axes[:, 0]:
        axis.set_ylabel("BrdU\n[log10 fluorescence units]", fontsize=8)
    handles = [Line2D([], [], ls="", marker="o", ms=5, color=PHASE_COLOURS[phase], label=phase) for phase in PHASES]
    handles.append(Line2D([], [], ls="", marker="o", ms=5, color=OUTSIDE_COLOUR, label="outside the gates"))
    figure.legend(handles=handles, loc="upper center", ncols=4, fontsize=8, frameon=False)
    figure.tight_layout(rect=(0, 0, 1, 1 - 0.32 / figure.get_figheight()))
    return figure


def plot_phases(result: xr.DataTree, ci_prob: float = 0.9) -> Figure:
    """Share of each phase per line and condition: bars with intervals of the line's share, points of each culture."""
    data, table = observations_of(result), summarise_shares(cell_cycle_estimands(result), ci_prob)
    lines = [str(name) for name in data[v.CELL_LINE].to_numpy()]
    conditions = [str(name) for name in data[v.CONDITION].to_numpy()]
    events = events_of_cultures(data)
    share = 100 * events / events.sum(axis=1, keepdims=True)
    columns = min(len(lines), 4)
    rows = -(-len(lines) // columns)
    figure, axes = new_figure(rows, columns, figsize=(8.0, 0.6 + 3.0 * rows), sharey=True)
    width = 0.8 / len(PHASES)
    for k, axis in enumerate(axes.ravel()):
        if k >= len(lines):
            axis.set_visible(False)
            continue
        for p, phase in enumerate(PHASES):
            for c, condition in enumerate(conditions):
                row = table[
                    (table["cell_line"] == lines[k]) & (table["condition"] == condition) & (table["phase"] == phase)
                ]
                if row.empty:
                    continue
                x = c + (p - 1) * width
                middle, low, high = row.iloc[0][["percent", "percent_lower", "percent_upper"]]
                axis.bar(x, middle, 0.92 * width, color=PHASE_COLOURS[phase], alpha=0.45)
                axis.errorbar(
                    x, middle, [[middle - low], [high - middle]], color=PHASE_COLOURS[phase], capsize=3, lw=1.4
                )
                own = (data[v.LINE_OF_CULTURE].to_numpy() == k) & (data[v.CONDITION_OF_CULTURE].to_numpy() == c)
                jitter = x + 0.25 * width * np.linspace(-1, 1, own.sum() + 2)[1:-1]
                axis.plot(jitter, share[own, p], ls="", marker="o", ms=4, mfc="white", mec="black", mew=0.8)
        axis.set_title(literal_name(lines[k]), fontsize=9)
        axis.set_xticks(range(len(conditions)), [literal_name(name) for name in conditions], fontsize=8)
        axis.set_xlim(-0.5, len(conditions) - 0.5)
        axis.set_ylim(0, None)
    for axis in axes[:, 0]:
        axis.set_ylabel("share of cells [%]", fontsize=9)
    handles: list[Artist] = [
        Rectangle((0, 0), 1, 1, color=PHASE_COLOURS[phase], alpha=0.45, label=phase) for phase in PHASES
    ]
    handles.append(Line2D([], [], ls="", marker="o", ms=4, mfc="white", mec="black", label="one culture"))
    figure.legend(handles=handles, loc="upper center", ncols=4, fontsize=8, frameon=False)
    figure.tight_layout(rect=(0, 0, 1, 1 - 0.3 / figure.get_figheight()))
    return figure


def effects_for_figure(result: xr.DataTree, ci_prob: float = 0.9) -> pd.DataFrame:
    """Effect on S of each line, and the difference of lines, a row each: label, percent_points with interval."""
    estimands = cell_cycle_estimands(result)
    effects, differences = summarise_effects(estimands, ci_prob), summarise_line_differences(estimands, ci_prob)
    several = effects["contrast"].nunique() > 1
    parts = [effects.assign(label=effects["cell_line"])]
    if len(differences):
        parts.append(differences.assign(label=differences["pair"]))
    table = pd.concat(parts, ignore_index=True)
    table = table[table["phase"] == S_PHASE]
    if several:
        table = table.assign(label=table["label"] + ", " + table["contrast"])
    return table[["label", "percent_points", "percent_points_lower", "percent_points_upper"]]


def plot_effects(
    tables: Mapping[str, pd.DataFrame], truth: Mapping[str, float] | None = None, ax: Axes | None = None
) -> Figure:
    """Change of the S share, treated less control, with intervals; one colour for each analysis.

    Parameters
    ----------
    tables
        By name in the legend; as `effects_for_figure` gives them.
    truth
        By label, where it is known.
    ax
        To draw into; a new figure without it.
    """
    labels = list(dict.fromkeys(label for table in tables.values() for label in table["label"]))
    figure, axis = figure_of(ax, figsize=(7.5, 1.4 + 0.3 * len(labels) * max(2, len(tables))))
    handles = []
    for k, (name, table) in enumerate(tables.items()):
        colour = PALETTE[k]
        offset = (k - (len(tables) - 1) / 2) * 0.75 / len(tables)
        for row in table.to_dict("records"):
            y = labels.index(row["label"]) + offset
            axis.plot([row["percent_points_lower"], row["percent_points_upper"]], [y, y], color=colour, lw=2)
            axis.plot(row["percent_points"], y, marker="o", ms=5, color=colour)
        handles.append(Line2D([], [], color=colour, marker="o", lw=2, ms=5, label=literal_name(name)))
    for label, value in (truth or {}).items():
        axis.plot(
            [value] * 2,
            [labels.index(label) - 0.45, labels.index(label) + 0.45],
            color="black",
            lw=1,
            ls="--",
            zorder=0,
        )
    if truth:
        handles.append(Line2D([], [], color="black", lw=1, ls="--", label="truth of the twin"))
    axis.axvline(0, color="#999999", lw=0.8)
    axis.set_yticks(range(len(labels)), [literal_name(label) for label in labels], fontsize=8)
    axis.set_ylim(len(labels) - 0.5, -0.5)
    axis.set_xlabel("change of the S-phase share [percentage points]", fontsize=9)
    columns = 2 if len(handles) > 2 else 3
    legend = legend_above(figure, ax, handles, columns)
    if ax is None:
        figure.tight_layout(rect=(0, 0, 1, 1 - legend / figure.get_figheight()))
    return figure


def figures_of_fit(result: xr.DataTree, ci_prob: float, threshold_um: float | None) -> tuple[ResultFigure, ...]:
    """Shares of the phases, and the change of the S share where a line was treated and not."""
    phases = ResultFigure(
        "phases",
        f"Share of each phase with its {ci_prob:.0%} interval; points are single cultures.",
        "Bars of the share of cells in each phase, by line and condition",
        lambda: plot_phases(result, ci_prob),
    )
    effects = ResultFigure(
        "effects",
        "Change of the S share under treatment in each line, and the difference of lines.",
        "Intervals of the change of the S share, one row a line",
        lambda: plot_effects({f"{ci_prob:.0%} interval": effects_for_figure(result, ci_prob)}),
    )
    return (phases, effects) if _has_effect(observations_of(result)) else (phases,)


def _has_effect(data: xr.Dataset) -> bool:
    """Whether any line was cultured under the control and under a treatment."""
    measured, is_treated = is_measured(data), contrast_of_condition(data) > 0
    return bool((measured[:, ~is_treated].any(axis=1) & measured[:, is_treated].any(axis=1)).any())


def figures_of_events(data: xr.Dataset) -> tuple[ResultFigure, ...]:
    """Single events with the gates that counts come from; none of data that are counts already."""
    if v.BRDU not in data:
        return ()
    return (
        ResultFigure(
            "events",
            "Single events of each tube, BrdU against DNA, with the gates of the phases.",
            "Scatter plots of BrdU against DNA content, one panel a tube, with gates",
            lambda: plot_events(data, gate_study(data)),
        ),
    )
