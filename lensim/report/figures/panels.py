"""Panels of equal size in rows, and axes of ratios with a few plain ticks."""

from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from lensim.report.figures.style import new_figure

MOST_ACROSS: Final = 4
"""Panels beside one another: a page has no room for more."""
MOST_TICKS: Final = 6
MOST_DOUBLINGS: Final = 14
"""Of an axis with ticks at halves and doubles."""
LETTERS_AN_INCH: Final = 14
"""Of a line below the panels."""


def panels_in_rows(
    number: int, panel: tuple[float, float], around: tuple[float, float]
) -> tuple[Figure, list[Axes], int]:
    """A figure of panels that share their y axis, the panels in their order, and how many are beside one another.

    Parameters
    ----------
    number
        Of panels.
    panel, around
        Width and height of a panel with its ticks, and of what is around all of them [inches].
    """
    rows = -(-number // MOST_ACROSS)
    across = -(-number // rows)
    size = (around[0] + panel[0] * across, around[1] + panel[1] * rows)
    figure, axes = new_figure(rows, across, figsize=size, sharey=True)
    for surplus in axes.ravel()[number:]:
        surplus.set_axis_off()
    return figure, list(axes.ravel()[:number]), across


def ratio_axis(axis: Axes, least: float = 0.5, most: float = 2.0) -> None:
    """A log axis of what is drawn, with a few ticks: halves and doubles of 1, or powers of ten where there are many.

    Parameters
    ----------
    axis
        With everything drawn.
    least, most
        The limits reach at least from one to the other.
    """
    low, high = 0.85 * min(axis.dataLim.x0, least), 1.2 * max(axis.dataLim.x1, most)
    base = 2.0 if np.log2(high / low) < MOST_DOUBLINGS else 10.0
    first, last = np.log(low) / np.log(base), np.log(high) / np.log(base)
    step = max(1, -(-int(last - first) // MOST_TICKS))
    ticks = base ** (step * np.arange(np.ceil(first / step), np.floor(last / step) + 1))
    axis.set_xscale("log")
    axis.set_xlim(low, high)
    axis.set_xticks(ticks, [f"{tick:g}" for tick in ticks], fontsize=8)
    axis.xaxis.set_minor_formatter(NullFormatter())
