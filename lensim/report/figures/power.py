"""Figures of a power analysis: curves with error bands, heat maps over two fields, and errors of sign and size."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lensim.report.figures.style import PALETTE, literal, new_figure

FIELD_WORDS = {
    "experiments": "experiments",
    "technical_replicates": "reactions of a sample and gene",
    "mu_log2_fold_change": "true mean fold change [log2]",
    "sigma_log2_fold_change": "spread of subjects [log2]",
    "sd_log2_pair": "spread between pairs [log2]",
}
TARGET_SHARE = 0.8
NORMAL_95 = 1.96


def words_of(field: str) -> str:
    """A field of the grid as an axis says it."""
    last = field.split(".")[-1]
    if field.startswith("design.subjects."):
        return f"subjects, {last}"
    return FIELD_WORDS.get(last, last.replace("_", " "))


def grid_fields(table: pd.DataFrame) -> list[str]:
    """The grid's fields of a result table, those with more than one value."""
    return [name for name in table.columns if "." in str(name) and table[name].nunique() > 1]


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
            colour = PALETTE[number % len(PALETTE)]
            if along is None:
                axis.errorbar(
                    [number],
                    100 * line["share"],
                    yerr=100 * NORMAL_95 * line["share_mcse"],
                    fmt="o",
                    color=colour,
                    label=rule,
                )
                axis.set_xticks([])
                continue
            line = line.sort_values(along)
            x, share, error = (
                line[along].to_numpy(),
                line["share"].to_numpy(),
                NORMAL_95 * line["share_mcse"].to_numpy(),
            )
            axis.fill_between(x, 100 * (share - error), 100 * (share + error), color=colour, alpha=0.2, lw=0)
            style = ("-", "--", ":", "-.")[number // len(PALETTE) % 4]
            axis.plot(x, 100 * share, color=colour, marker="o", ms=3, lw=1.2, ls=style, label=rule)
            if len(x) <= 8:
                axis.set_xticks(x, [f"{value:g}" for value in x], fontsize=8)
        axis.axhline(100 * TARGET_SHARE, color="black", lw=0.6, ls="--")
        said = [
            str(values[0]),
            *(f"{words_of(n)} {_short(value)}" for n, value in zip(others[1:], values[1:], strict=True)),
        ]
        axis.set_title(literal("\n".join(said)), fontsize=8)
        axis.set_ylim(0, 101)
        axis.tick_params(labelsize=8)
    quantity = " or ".join(dict.fromkeys(table["quantity"]))
    for row in axes:
        row[0].set_ylabel(f"{quantity} [%]", fontsize=8)
    if along is not None:
        for axis, _ in _placed(axes, panels):
            axis.set_xlabel(literal(words_of(along)), fontsize=8)
    handles, labels = axes[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncols=min(2, len(rules)), fontsize=7, frameon=False)
    figure.tight_layout(rect=(0, 0.19 * -(-len(rules) // 2) / figure.get_figheight(), 1, 1))
    return figure


def _placed(axes: np.ndarray, panels: list[Any]) -> Iterator[tuple[Axes, Any]]:
    """Each panel with its axes; axes that are left over are taken away."""
    for axis in axes.ravel()[len(panels) :]:
        axis.axis("off")
    yield from zip(axes.ravel(), panels, strict=False)


def _short(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


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
        axis.set_xticks(range(square.shape[1]), [literal(_short(value)) for value in square.columns], fontsize=7)
        axis.set_yticks(range(square.shape[0]), [literal(_short(value)) for value in square.index], fontsize=7)
        axis.set_title(literal(f"{key[0]}\n{key[1]}"), fontsize=7)
        axis.set_xlabel(literal(words_of(x)), fontsize=8)
    for row in axes:
        row[0].set_ylabel(literal(words_of(y)), fontsize=8)
    averaged = f"; mean over {', '.join(words_of(name) for name in fields[2:])}" if len(fields) > 2 else ""
    figure.tight_layout(rect=(0.01, 0.01, 0.9, 1))
    if image is not None:
        bar = figure.colorbar(image, ax=axes, fraction=0.03, pad=0.02)
        bar.ax.tick_params(labelsize=8)
        bar.set_label(f"{' or '.join(dict.fromkeys(table['quantity']))} [%]{literal(averaged)}", fontsize=7)
    return figure


def plot_sign_and_size(table: pd.DataFrame) -> Figure:
    """Of the finds: how many have the wrong sign, and how much they exaggerate, against the share of finds.

    A design with a small share finds an effect mostly when noise helps: it exaggerates.
    """
    figure, grid = new_figure(1, 2, figsize=(7.4, 3.4))
    axes = grid[0]
    rules = list(dict.fromkeys(table["rule"]))
    for number, rule in enumerate(rules):
        own = table[(table["rule"] == rule) & (table["share"] > 0)]
        colour, marker = PALETTE[number % len(PALETTE)], "os^Dv"[number // len(PALETTE) % 5]
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


def audit_sentences(audit: pd.DataFrame) -> list[str]:
    """How far the exact engine and NUTS are apart, in plain words."""
    if audit.empty:
        return ["No study was audited by NUTS."]
    fitted = audit[~audit["nuts_failed"]]
    studies = audit[["study", "point"]].drop_duplicates() if "point" in audit else audit[["study"]].drop_duplicates()
    if fitted.empty:
        return [f"Audit: {len(studies)} studies were fitted again by NUTS, and no fit passed its gate."]
    apart = fitted["fast_decided"] != fitted["nuts_decided"]
    known = fitted["probability_mcse"].notna()
    gap = (fitted["fast_probability"] - fitted["nuts_probability"]).abs()[known]
    z = ((fitted["fast_mean"] - fitted["nuts_mean"]) / fitted["mean_mcse"]).abs()
    said = (
        f"; posterior probabilities differ by {gap.mean():.4f} on average, {gap.max():.4f} at most"
        if known.any()
        else ""
    )
    failed = int(audit["nuts_failed"].sum())
    return [
        f"Audit: {len(studies)} studies were fitted again by NUTS: {int(apart.sum())} of {len(fitted)} decisions "
        f"differ{said}; "
        f"means differ by {z.max():.1f} Monte Carlo errors of NUTS at most"
        + (f"; {failed} decisions have no NUTS fit that passes its gate." if failed else ".")
    ]
