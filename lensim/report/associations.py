"""Figure of associations: effects with intervals and their regions of practical equivalence."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from lensim.inference.associations import Equivalence
from lensim.report.figures import PALETTE
from lensim.report.tables import records

WIDEST = 7.0


def plot_associations(table: pd.DataFrame, region: Equivalence) -> Figure:
    """Odds ratio of resistance and difference of inhibition, a row a value of a label; shaded: of no consequence.

    A table as from `lensim.inference.associations.associate`.
    """
    rows = records(table)
    figure, axes = plt.subplots(1, 2, figsize=(7.2, 1.3 + 0.34 * len(rows)), sharey=True)
    drawn = (
        (axes[0], "log2_odds_ratio", region.log2_odds_ratio),
        (axes[1], "inhibition_difference_percent", region.inhibition_percent),
    )
    colours = {"different": PALETTE[1], "equivalent": PALETTE[2]}
    for axis, name, width in drawn:
        axis.axvspan(-width, width, color="0.9", lw=0)
        axis.axvline(0, color="black", lw=0.8, ls=":")
        limit = WIDEST if name == "log2_odds_ratio" else 100.0
        for at, row in enumerate(rows):
            colour = colours.get(row[f"{name}_verdict"], PALETTE[0])
            low, high = max(row[f"{name}_lower"], -limit), min(row[f"{name}_upper"], limit)
            axis.plot([low, high], [at, at], color=colour, lw=1.4)
            for end, cut, arrow in ((low, -limit, "<"), (high, limit, ">")):  # the interval goes on
                if end == cut:
                    axis.plot(end, at, arrow, color=colour, ms=5)
            if abs(row[name]) <= limit:
                axis.plot(row[name], at, "o", color=colour, ms=4)
        axis.tick_params(labelsize=8)
    axes[0].set_xlim(-WIDEST - 0.3, WIDEST + 0.3)
    axes[0].xaxis.set_major_locator(FixedLocator([-6, -4, -2, 0, 2, 4, 6]))
    axes[0].xaxis.set_minor_locator(NullLocator())
    axes[0].xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"1/{2**-x:.0f}" if x < 0 else f"{2**x:.0f}"))
    axes[0].set_yticks(
        range(len(rows)), [f"{row['value']} ({row['resistant']:.0f} of {row['lines']})" for row in rows], fontsize=8
    )
    axes[0].set_ylim(len(rows) - 0.5, -0.5)
    axes[0].set_xlabel("odds ratio of resistance", fontsize=9)
    axes[1].set_xlabel("difference of mean inhibition [points]", fontsize=9)
    figure.suptitle("against all other lines; resistant of each in brackets; shaded: too small to matter", fontsize=8)
    figure.tight_layout()
    return figure
