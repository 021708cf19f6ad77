"""The figure of a fit of groups of different subjects: level of each subject, and the mean of each group."""

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from lensim import vocabulary as v
from lensim.expression.groups.arrays import repeated_arrays
from lensim.expression.groups.estimands import group_estimands
from lensim.expression.groups.levels import levels_of_posterior
from lensim.inference.intervals import interval_of
from lensim.inference.observations import observations_of
from lensim.report.figures.panels import panels_in_rows, ratio_axis
from lensim.report.figures.style import PALETTE, literal_name


def plot_groups(result: xr.DataTree, ci_prob: float = 0.9) -> Figure:
    """Level of each subject, and mean of its group with an interval, over the mean of the first group.

    One panel a target, on a log axis; of different subjects. Intervals of means are wider than those of ratios, since
    factors of primers move all groups together.
    """
    data = levels_of_posterior(observations_of(result), result["posterior"].to_dataset())
    arrays, estimands = repeated_arrays(data), group_estimands(result)
    groups, targets = (estimands[dim].to_numpy().astype(str) for dim in (v.GROUP, v.TARGET))
    kinds = data[v.CELL_TYPE_OF_GROUP].to_numpy()
    figure, axes, across = panels_in_rows(len(targets), (2.7, 0.7 + 0.4 * len(groups)), (1.6, 0.6))
    for t, axis in enumerate(axes):
        own = arrays["target_of_level"] == t
        of_groups = [arrays["level"][own & (arrays["group_of_level"] == g)] for g in range(len(groups))]
        first = next((float(one.mean()) for one in of_groups if len(one)), 0.0)
        for g, levels in enumerate(of_groups):
            if not len(levels):
                continue
            colour = PALETTE[int(kinds[g]) % len(PALETTE)]
            shift = np.linspace(-0.18, 0.18, len(levels)) if len(levels) > 1 else np.zeros(1)
            axis.plot(2.0 ** (levels - first), g + shift, ls="", marker="o", ms=3.5, mfc="none", color=colour)
            drawn = estimands[v.MEAN_LEVEL].isel({v.TARGET: t, v.GROUP: g}).to_numpy()
            lower, median, upper = 2.0 ** (interval_of(drawn, ci_prob) - first)
            axis.plot([lower, upper], [g, g], color=colour, lw=2.2, alpha=0.6)
            axis.plot(median, g, marker="D", color=colour, ms=5, ls="")
        axis.axvline(1.0, color="black", lw=0.6, ls="--")
        ratio_axis(axis)
        axis.set_ylim(len(groups) - 0.5, -0.5)
        axis.set_title(literal_name(targets[t]), fontsize=10)
        axis.grid(axis="x", lw=0.3, color="#dddddd")
    for axis in axes[::across]:
        axis.set_yticks(range(len(groups)), [literal_name(name) for name in groups], fontsize=8)
    figure.supxlabel(
        f"mRNA over that of {literal_name(groups[0])}\n(circles: subjects; mean, {ci_prob:.0%})", fontsize=9
    )
    figure.tight_layout()
    return figure
