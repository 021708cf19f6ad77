"""Figures of published summaries: the distribution that they imply, and the P values that they allow."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator
from scipy import stats

from lensim import vocabulary as v
from lensim.report.figures.style import PALETTE, literal, new_figure, short_name
from lensim.summaries.summary import PublishedSummary
from lensim.tables.records import records

SPAN_QUANTILES = (0.002, 0.998)
DENSITY_DRAWS = 400
MARKED = (("minimum", "|"), ("lower_quartile", "|"), ("median", "D"), ("upper_quartile", "|"), ("maximum", "|"))
NAMED_VALUES = 12
LONGEST_TITLE = 60
"""Letters of a summary's name."""


def plot_implied(result: xr.DataTree, summaries: Sequence[PublishedSummary]) -> Figure:
    """For each summary: density of the change of a further line, the values behind the summary, and what is printed.

    Changes are in percent of control, on a log axis; a band is the 90% interval of a value in order.
    """
    rows = len(summaries)
    figure, axes = new_figure(rows, 1, figsize=(6.4, 1.0 + 1.5 * rows), sharex=True)
    posterior = result["posterior"].to_dataset().isel(chain=0, contrast=0)
    for axis, summary in zip(axes[:, 0], summaries, strict=True):
        own = posterior.sel(target=summary.target, cell_type=summary.cell_type)
        mu, tau = own[v.MU_FOLD_CHANGE].to_numpy(), own[v.SIGMA_FOLD_CHANGE].to_numpy()
        _density(axis, mu, np.hypot(tau, summary.measurement_sd))
        _values(axis, _unseen(result, summary.name))
        _printed(axis, summary)
        axis.axvline(100, color="black", lw=0.8, ls=":")
        axis.set_xscale("log")
        axis.set_yticks([])
        axis.set_title(literal(f"{short_name(summary.name, LONGEST_TITLE)} (n = {summary.n})"), fontsize=8, loc="left")
        axis.tick_params(labelsize=8)
    _ticks(axes[-1, 0])
    axes[-1, 0].set_xlabel("treated over control [% of control]; dotted: no change", fontsize=9)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, fontsize=7, frameon=False, loc="upper right", ncols=len(labels))
    figure.tight_layout(rect=(0, 0, 1, 1 - 0.3 / (1.0 + 1.5 * rows)))
    return figure


def _unseen(result: xr.DataTree, name: str) -> np.ndarray:
    """(draw, n) log2 changes behind a summary."""
    group = result["unseen"]
    key = next(str(key) for key in group.data_vars if group.attrs.get(str(key)) == name)
    return np.asarray(group[key].to_numpy()[0])


def _density(axis: Axes, mu: np.ndarray, spread: np.ndarray) -> None:
    step = max(len(mu) // DENSITY_DRAWS, 1)
    mu, spread = mu[::step], spread[::step]
    low, high = np.quantile(mu, 0.5) + np.array([-4, 4]) * np.quantile(np.hypot(spread, mu.std()), 0.7)
    grid = np.linspace(low, high, 300)
    density = stats.norm.pdf(grid[:, None], mu, spread).mean(axis=1)
    axis.fill_between(
        100 * 2.0**grid, density, color=PALETTE[5], alpha=0.35, lw=0, label="a printed change of a further one"
    )
    axis.set_ylim(-0.45 * density.max(), 1.1 * density.max())


def _values(axis: Axes, z: np.ndarray) -> None:
    """A dot and a 90% interval for each value in order, below the density."""
    n = z.shape[1]
    bottom = axis.get_ylim()[0]
    at = bottom * (0.25 + 0.55 * (np.arange(n) % 3) / 2)
    low, middle, high = 100 * 2.0 ** np.quantile(z, [0.05, 0.5, 0.95], axis=0)
    axis.hlines(at, low, high, color=PALETTE[0], lw=1.0 if n <= NAMED_VALUES else 0.6)
    axis.plot(middle, at, "o", color=PALETTE[0], ms=2.5, label="values behind the summary, 90% interval")


def _printed(axis: Axes, summary: PublishedSummary) -> None:
    """What is printed, on the foot of the density."""
    label: str | None = "printed range and median"
    for name, marker in MARKED:
        interval = summary.interval(name)
        if interval is None:
            continue
        ends = 2.0 ** np.array(interval) if summary.is_log else np.array(interval)
        axis.plot(100 * np.sqrt(ends.prod()), 0.0, marker, color=PALETTE[1], ms=7, mew=1.6, label=label, zorder=5)
        label = None
    interval = summary.interval("mean")
    if interval is not None:
        ends = 2.0 ** np.array(interval) if summary.is_log else np.array(interval)
        axis.plot(100 * ends.mean(), 0.0, "x", color=PALETTE[1], ms=7, mew=1.6, label="printed mean", zorder=5)


def _ticks(axis: Axes) -> None:
    low, high = axis.get_xlim()
    all_ticks = np.concatenate([np.array([1, 2, 5]) * 10.0**k for k in range(-3, 8)])
    shown = all_ticks[(all_ticks >= low) & (all_ticks <= high)]
    if len(shown) > 10:
        shown = shown[np.isclose(np.log10(shown) % 1, 0)]
    axis.set_xticks(shown)
    axis.xaxis.set_minor_locator(NullLocator())
    axis.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))


def plot_attainable(table: pd.DataFrame) -> Figure:
    """P values that each analysis can give to values with the summary, and the printed P.

    A table as from `lensim.summaries.audit.audit`, of one or several summaries.
    """
    names = list(dict.fromkeys(table["summary"]))
    rows = [len(table[table["summary"] == name]) for name in names]
    figure, axes = new_figure(
        len(names), 1, figsize=(7.2, 0.9 + 0.19 * sum(rows) + 0.35 * len(names)), sharex=True, height_ratios=rows
    )
    for axis, name in zip(axes[:, 0], names, strict=True):
        own = records(table[table["summary"] == name])
        for at, row in enumerate(own):
            colour = {"attainable": PALETTE[0], "not attainable": "0.6"}.get(row["verdict"], PALETTE[4])
            low, high = max(row["lowest_p"], 1e-6), max(row["highest_p"], 1e-6)
            single = [float(one) for one in str(row["single_p"]).split()]
            if single:
                axis.plot(single, [at] * len(single), "|", color=colour, ms=5, mew=1.1)
            else:
                axis.plot([low, high], [at, at], "|-", color=colour, lw=2.2, ms=5, solid_capstyle="butt")
        low, high = own[0]["printed_low"], own[0]["printed_high"]
        if high == high:
            axis.axvspan(max(low, 1e-6), high, color=PALETTE[1], alpha=0.6, lw=0.8)
        axis.set_yticks(range(len(own)), [literal(row["analysis"]) for row in own], fontsize=6.5)
        axis.set_ylim(len(own) - 0.5, -0.5)
        said = own[0]["printed_p"]
        axis.set_title(
            literal(f"{short_name(name, LONGEST_TITLE)}{f': printed {said}' if said else ''}"), fontsize=8, loc="left"
        )
        axis.set_xscale("log")
        axis.tick_params(axis="x", labelsize=8)
    axes[-1, 0].xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    said = "P that the values can give\nblue: the printed P (orange) is among them"
    if (table["verdict"] == "open").any():
        said = "P that the values can give\nblue: the printed P (band) was found; amber: open"
    axes[-1, 0].set_xlabel(said, fontsize=8)
    figure.tight_layout()
    return figure
