"""Differences of the cumulative ranks from uniform, a panel a model and engine, with simultaneous bands."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from benchmarks.calibration.rates import Row
from lensim.inference.uniformity import ecdf_difference
from lensim.report.figures.calibration import FURTHEST, panels, ranks_on
from lensim.report.figures.style import PALETTE


def rank_figure(rows: Sequence[Row], wrong: Mapping[tuple[str, str], Row]) -> Figure:
    """One panel a row: every quantity thin, that with the smallest P thick, that of the wrong twin dashed.

    Parameters
    ----------
    rows
        Of the right twin, each with quantities.
    wrong
        Rows of wrong twins by model and engine.
    """
    figure, axes = panels(len(rows))
    at = np.linspace(0.0, 1.0, 201)
    for ax, row in zip(axes, rows, strict=False):
        worst, twin = row.worst, wrong.get((row.model, row.engine))
        assert worst is not None
        title = f"{row.model}\n{row.engine}, {len(worst.ranks)} simulations"
        ranks_on(ax, worst.ranks, title, [one.ranks for one in row.quantities], "smallest P")
        if twin is not None and twin.worst is not None:
            difference = np.clip(ecdf_difference(twin.worst.ranks, at), -FURTHEST, FURTHEST)
            ax.plot(at, difference, color=PALETTE[1], lw=1.2, ls="--", label="wrong twin")
    most = max(axes[: len(rows)], key=lambda ax: len(ax.get_legend_handles_labels()[1]))
    most.legend(fontsize=6, loc="upper right", frameon=False)
    figure.tight_layout()
    return figure
