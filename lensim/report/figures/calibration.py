"""Figures of ranks: differences of their cumulative share from uniform, with simultaneous bands."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lensim import seeding
from lensim.inference.uniformity import ecdf_difference, simultaneous_band
from lensim.report.figures.style import PALETTE, literal, new_figure

COLUMNS: Final = 3
MOST_PANELS: Final = 9
GREY: Final = "#9a9a9a"
BAND: Final = "#dddddd"
FURTHEST: Final = 0.31
"""Differences beyond are drawn at this one."""


def ranks_on(ax: Axes, ranks: np.ndarray, title: str, beside: Sequence[np.ndarray] = (), label: str = "") -> None:
    """Cumulative ranks less expected, with the band that 95% of uniform samples stay within at all points.

    Parameters
    ----------
    ax
        Where.
    ranks
        One a simulation, drawn thick.
    title
        Above the panel.
    beside
        Further ranks, drawn thin.
    label
        Of the thick line, for the legend.
    """
    at, low, high = simultaneous_band(len(ranks), seeding.stream(1, "band", len(ranks)))
    ax.fill_between(at, low, high, color=BAND, lw=0, label="95% band, all points together")
    for one in beside:
        ax.plot(at, _within(ecdf_difference(one, at)), color=GREY, lw=0.5, alpha=0.7)
    ax.plot(at, _within(ecdf_difference(ranks, at)), color=PALETTE[0], lw=1.4, label=label or None)
    ax.set_xlim(0, 1)
    ax.set_ylim(-FURTHEST, FURTHEST)
    ax.set_title(literal(title), fontsize=8)
    ax.set_xlabel("rank of the truth, as a share", fontsize=8)
    ax.set_ylabel("share of ranks below,\nless expected", fontsize=7)
    ax.tick_params(labelsize=7)


def _within(difference: np.ndarray) -> np.ndarray:
    return np.clip(difference, -FURTHEST, FURTHEST)


def panels(number: int) -> tuple[Figure, np.ndarray]:
    """A figure with so many panels of ranks, the rest hidden."""
    columns = min(COLUMNS, number)
    lines = -(-number // columns)
    figure, axes = new_figure(lines, columns, figsize=(3.3 * columns, 2.6 * lines))
    for ax in axes.ravel()[number:]:
        ax.set_visible(False)
    return figure, axes.ravel()


def calibration_figure(ranks: Mapping[str, np.ndarray]) -> Figure:
    """Ranks (simulation, item) of the quantities of a fit, by name, the worst first; nine at most.

    The thick line has one item a simulation, picked at random, for which the band holds; thin ones are of each item.
    """
    shown = list(ranks.items())[:MOST_PANELS]
    figure, axes = panels(max(len(shown), 1))
    for ax, (name, own) in zip(axes, shown, strict=False):
        pick = seeding.stream(1, "item", name).integers(own.shape[1], size=len(own))
        items = [own[:, item] for item in range(own.shape[1])] if own.shape[1] > 1 else []
        ranks_on(ax, own[np.arange(len(own)), pick], name, items, "one item a simulation")
    if shown:
        axes[0].legend(fontsize=6, loc="upper right", frameon=False)
    figure.tight_layout()
    return figure
