"""Figures of a power analysis: curves with error bands, heat maps over two fields, and errors of sign and size."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lensim.power.words import field_label, grid_fields
from lensim.report.figures.style import PALETTE, literal, literal_name, new_figure, short_name

TARGET_SHARE = 0.8
NORMAL_95 = 1.96
MOST_TICKS = 8
MARKERS = "os^Dv"


def plot_power_curves(table: pd.DataFrame) -> Figure:
    """Share of finds along the first numeric field of the grid; a panel each target and value of the other fields.

    Bands are 95% Monte Carlo intervals; the dashed line is at 80%.
    """
    fields = grid_fields(table)
    along = next((name for name in fields if pd.api.types.is_numeric_dtype(table[name])), None)
    others = ["target", *(name for name in fields if name != along)]
    panels = list(table.groupby(others, sort=False))
    columns = min(3, len(panels))
    rows = -(-len(panels) // columns)
    figure, axes = new_figure(rows, columns, figsize=(1.0 + 3.0 * columns, 0.9 + 2.5 * rows), sharex=True, sharey=True)
    rules = list(dict.fromkeys(table["rule"]))
    for axis, (values, own) in _placed(axes, panels):
        for number, rule in enumerate(rules):
            line = own[own["rule"] == rule]
            if len(line):
                _draw_rule(axis, line if along is None else line.sort_values(along), along, number)
        axis.axhline(100 * TARGET_SHARE, color="black", lw=0.6, ls="--")
        said = [
            short_name(values[0]),
            *(
                f"{short_name(field_label(n))}: {_short(value)}"
                for n, value in zip(others[1:], values[1:], strict=True)
            ),
        ]
        axis.set_title(literal("\n".join(said)), fontsize=8)
        axis.set_ylim(0, 101)
        axis.tick_params(labelsize=8)
    quantity = " or ".join(dict.fromkeys(table["quantity"]))
    for row in axes:
        row[0].set_ylabel(f"{quantity} [%]", fontsize=8)
    for place, (axis, _) in enumerate(_placed(axes, panels)):
        if along is None:
            axis.set_xticks([])
            continue
        axis.set_xlabel(literal(field_label(along)), fontsize=8)
        axis.tick_params(labelbottom=place + columns >= len(panels))  # a last row that is not full leaves some without
    handles = [
        Line2D([], [], ls="" if along is None else _style(k), **_mark(k), label=rule) for k, rule in enumerate(rules)
    ]
    figure.legend(handles=handles, loc="lower center", ncols=min(2, len(rules)), fontsize=7, frameon=False)
    figure.tight_layout(rect=(0, 0.19 * -(-len(rules) // 2) / figure.get_figheight(), 1, 1))
    return figure


def _mark(number: int) -> dict[str, Any]:
    """Of a rule by its number: colours repeat after seven, with another marker."""
    marker = MARKERS[number // len(PALETTE) % len(MARKERS)]
    return {"color": PALETTE[number % len(PALETTE)], "marker": marker, "ms": 3, "lw": 1.2}


def _style(number: int) -> str:
    return ("-", "--", ":", "-.")[number // len(PALETTE) % 4]


def _draw_rule(axis: Axes, line: pd.DataFrame, along: str | None, number: int) -> None:
    """Shares of one rule in one panel, in the order of the field that they go along; a point where there is none."""
    share, error = 100 * line["share"].to_numpy(), 100 * NORMAL_95 * line["share_mcse"].to_numpy()
    if along is None:
        axis.errorbar([number] * len(line), share, yerr=error, ls="", **_mark(number))
        return
    x = line[along].to_numpy()
    axis.fill_between(x, share - error, share + error, color=PALETTE[number % len(PALETTE)], alpha=0.2, lw=0)
    axis.plot(x, share, ls=_style(number), **_mark(number))
    if len(x) <= MOST_TICKS:
        axis.set_xticks(x, [f"{value:g}" for value in x], fontsize=8)


def _placed(axes: np.ndarray, panels: list[Any]) -> Iterator[tuple[Axes, Any]]:
    """Each panel with its axes; axes that are left over are taken away."""
    for axis in axes.ravel()[len(panels) :]:
        axis.axis("off")
    yield from zip(axes.ravel(), panels, strict=False)


def _short(value: object) -> str:
    """A value of the grid as a title says it: of a distribution {"normal": (1.93, 0.03)} its name and numbers."""
    if isinstance(value, float):
        return f"{value:g}"
    return str(value).strip("{}").replace("'", "").replace(":", "").replace("_", " ")


def plot_heat_maps(table: pd.DataFrame) -> Figure | None:
    """Share of finds over the first two fields of the grid, a panel each rule and target; None without two fields.

    Where the grid has more, squares are means over them, and the scale says so.
    """
    fields = grid_fields(table)
    if len(fields) < 2:
        return None
    x, y = fields[:2]
    panels = list(table.groupby(["target", "rule"], sort=False))
    columns = min(3, len(panels))
    rows = -(-len(panels) // columns)
    figure, axes = new_figure(rows, columns, figsize=(1.2 + 3.1 * columns, 0.8 + 2.4 * rows))
    image = None
    for axis, (key, own) in _placed(axes, panels):
        square = own.groupby([y, x], sort=True)["share"].mean().unstack()
        image = axis.imshow(100 * square.to_numpy(), origin="lower", aspect="auto", vmin=0, vmax=100, cmap="cividis")
        for (i, j), value in np.ndenumerate(100 * square.to_numpy()):
            if np.isfinite(value):
                axis.text(
                    j, i, f"{value:.0f}", ha="center", va="center", fontsize=7, color="white" if value < 60 else "black"
                )
        axis.set_xticks(range(square.shape[1]), [literal_name(_short(value)) for value in square.columns], fontsize=7)
        axis.set_yticks(range(square.shape[0]), [literal_name(_short(value)) for value in square.index], fontsize=7)
        axis.set_title(literal(f"{short_name(key[0])}\n{key[1]}"), fontsize=7)
        axis.set_xlabel(literal(field_label(x)), fontsize=8)
    for row in axes:
        row[0].set_ylabel(literal(field_label(y)), fontsize=8)
    averaged = f"; mean over {', '.join(field_label(name) for name in fields[2:])}" if len(fields) > 2 else ""
    figure.tight_layout(rect=(0.01, 0.01, 0.9, 1))
    if image is not None:
        bar = figure.colorbar(image, ax=axes, fraction=0.03, pad=0.02)
        bar.ax.tick_params(labelsize=8)
        bar.set_label(f"{' or '.join(dict.fromkeys(table['quantity']))} [%]{literal(averaged)}", fontsize=7)
    return figure


def plot_sign_and_size(table: pd.DataFrame) -> Figure | None:
    """Of the finds: how many have the wrong sign, and how much they exaggerate, against the share of finds.

    Rules without a sign are left out; None where no rule has one. A design with a small share finds an effect mostly
    when noise helps: it exaggerates.
    """
    if "type_m" not in table:
        return None
    table = table[table["studies_with_finds"].notna()]
    figure, grid = new_figure(1, 2, figsize=(7.4, 3.4))
    axes = grid[0]
    rules = list(dict.fromkeys(table["rule"]))
    for number, rule in enumerate(rules):
        own = table[(table["rule"] == rule) & (table["share"] > 0)]
        colour, marker = PALETTE[number % len(PALETTE)], MARKERS[number // len(PALETTE) % len(MARKERS)]
        for axis, name, scale in ((axes[0], "type_s", 100.0), (axes[1], "type_m", 1.0)):
            axis.errorbar(
                100 * own["share"],
                scale * own[name],
                yerr=scale * NORMAL_95 * own[f"{name}_mcse"],
                fmt=marker,
                ms=4,
                lw=0.8,
                color=colour,
                label=rule if len(own) else f"{rule} (no finds)",
            )
    axes[0].set_ylabel("finds with the wrong sign (type S) [%]", fontsize=8)
    axes[0].set_ylim(bottom=0)
    axes[1].set_ylabel("exaggeration of finds (type M) [fold]", fontsize=8)
    axes[1].axhline(1.0, color="black", lw=0.6, ls="--")
    for axis in axes:
        axis.set_xlabel(f"{' or '.join(dict.fromkeys(table['quantity']))} [%]", fontsize=8)
        axis.tick_params(labelsize=8)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="lower center", ncols=2, fontsize=7, frameon=False)
    figure.tight_layout(rect=(0, 0.04 + 0.05 * -(-len(rules) // 2), 1, 1))
    return figure


def power_figures(table: pd.DataFrame) -> dict[str, Figure]:
    """Every figure that the grid of a result allows, by the name of its file."""
    drawn = {
        "power_curves": plot_power_curves(table),
        "heat_maps": plot_heat_maps(table),
        "sign_and_size": plot_sign_and_size(table),
    }
    return {name: figure for name, figure in drawn.items() if figure is not None}
