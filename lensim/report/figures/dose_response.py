"""Figures of a dose-response fit: curves over the data, a forest of IC50s, a posterior predictive check."""

from collections.abc import Mapping
from functools import cache

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from lensim import vocabulary as v
from lensim.dose_response import curve
from lensim.dose_response.conditions import pairs_of
from lensim.dose_response.dose_words import number_in_words
from lensim.dose_response.estimands import (
    dose_response_estimands,
    summarise_lines,
    tested_doses_um,
)
from lensim.dose_response.experiments import LOG_TOP_SHARE, curves_of_cultures
from lensim.dose_response.misfit import odd_doses, with_shapes
from lensim.dose_response.read.units import shown_unit
from lensim.inference.intervals import interval_of
from lensim.inference.kept_means import mean_of
from lensim.inference.observations import observations_of
from lensim.predictive import can_have_predictive, with_predictive
from lensim.report.figures.catalogue import ResultFigure
from lensim.report.figures.conditions import plot_condition_ratios
from lensim.report.figures.growth import growth_figures
from lensim.report.figures.style import (
    PALETTE,
    figure_of,
    head_column,
    legend_above,
    literal,
    literal_name,
    new_figure,
    short_name,
)

MARKERS = ("o", "s", "^", "D", "v", "P", "X")
PANELS_A_ROW = 6
ODD_COLOUR = "#e69f00"
ODD_WIDTH = 1.45
LONGEST_TITLE = 32
"""Letters of a line above a narrow panel."""


def group_colours(data: xr.Dataset) -> dict[str, str]:
    """One colour a molecular group, in the order of the Dataset."""
    return {str(group): PALETTE[i % len(PALETTE)] for i, group in enumerate(data[v.MOLECULAR_GROUP].to_numpy())}


def _group_handles(data: xr.Dataset) -> list[Artist]:
    """What a legend says of the groups that have a line."""
    here = set(data[v.MOLECULAR_GROUP].to_numpy()[data[v.GROUP_OF_LINE].to_numpy()].tolist())
    colours = group_colours(data)
    return [Line2D([], [], color=colours[name], lw=3, label=literal_name(name)) for name in colours if name in here]


def percent_of_untreated(result: xr.DataTree) -> pd.DataFrame:
    """Each well as percent of the untreated level that the posterior gives its culture, background taken off."""
    data = observations_of(result)
    culture = data[v.CULTURE_OF_WELL].to_numpy()
    if v.SIGNAL in data:
        level = np.exp(mean_of(result, v.LOG_TOP))[culture]
        plate = data[v.PLATE_OF_CULTURE].to_numpy()[culture]
        background = mean_of(result, v.BACKGROUND)[plate]
        percent = 100.0 * (data[v.SIGNAL].to_numpy() - background) / level
    else:
        level = np.exp(mean_of(result, LOG_TOP_SHARE))[culture]
        percent = data[v.VIABILITY].to_numpy() / level
    return pd.DataFrame(
        {
            "line": data[v.LINE_OF_CULTURE].to_numpy()[culture],
            "experiment": data[v.EXPERIMENT_OF_CULTURE].to_numpy()[culture],
            "dose_um": data[v.DOSE].to_numpy(),
            "percent": percent,
        }
    )


def plot_curves(result: xr.DataTree, summary: pd.DataFrame, ci_prob: float = 0.9) -> Figure:
    """One small panel a line: wells as percent of untreated, the posterior curve and its band, the absolute IC50.

    Untreated wells are left of a break in the log dose axis; experiments differ by marker. The dashed line is half of
    untreated; the tick on it is the posterior median IC50 with its interval, drawn only inside the tested doses. A band
    lies behind doses that are odd (`lensim.dose_response.misfit.odd_doses`).
    """
    data = observations_of(result)
    wells, colours = percent_of_untreated(result), group_colours(data)
    lines = [str(name) for name in data[v.CELL_LINE].to_numpy()]
    order = np.argsort(data[v.GROUP_OF_LINE].to_numpy(), kind="stable")
    rows = -(-len(lines) // PANELS_A_ROW)
    columns = min(PANELS_A_ROW, len(lines))
    figure, axes = new_figure(rows, columns, figsize=(2.1 * columns + 0.9, 1.95 * rows + 1.0), sharex=True, sharey=True)
    ceiling = max(170.0, float(np.quantile(wells["percent"], 0.995)) * 1.05)
    estimands = with_shapes(dose_response_estimands(result), result)
    ic50, odd = estimands[v.LOG10_IC50], odd_doses(estimands)
    for axis, line in zip(axes.flat, order, strict=False):
        group = str(data[v.MOLECULAR_GROUP].to_numpy()[int(data[v.GROUP_OF_LINE][line])])
        _draw_panel(
            axis,
            result,
            wells[wells["line"] == line],
            int(line),
            colours[group],
            ci_prob,
            ic50.isel({v.CELL_LINE: int(line)}).to_numpy(),
        )
        _mark_odd(axis, wells[wells["line"] == line], odd.get(lines[line], []))
        axis.set_title(
            literal(f"{short_name(lines[line], LONGEST_TITLE)}\n{summary.loc[lines[line], 'ic50']}"),
            fontsize=7.5,
            linespacing=1.2,
        )
        axis.set_ylim(0, ceiling)
    for axis in axes.flat[len(lines) :]:
        axis.set_axis_off()
    last_in_column = {i % columns: i for i in range(len(lines))}
    for position in last_in_column.values():
        axes.flat[position].tick_params(labelbottom=True)
    gap = "; " if columns > 3 else ";\n"  # few panels have no room for the whole line
    said = f"{_dose_label(data)}{gap}above each panel: absolute IC50 ({_unit(data)})"
    said += f"{' ' if columns > 1 else gap[-1]}with its {ci_prob:.0%} interval"
    figure.supxlabel(literal(said), fontsize=10 if columns > 3 else 8)
    figure.supylabel("Signal, percent of untreated", fontsize=10)
    handles = _group_handles(data)
    experiments = sorted(wells["experiment"].unique())
    if 1 < len(experiments) <= len(MARKERS):
        names = data[v.EXPERIMENT].to_numpy() if v.EXPERIMENT in data.coords else experiments
        handles += [
            Line2D([], [], color="0.3", marker=MARKERS[i], ls="", ms=4, label=literal_name(_experiment(names[i])))
            for i in experiments
        ]
    legend = legend_above(figure, None, handles, 8) + 0.15
    figure.tight_layout(rect=(0.01, 0.0, 1.0, 1.0 - legend / figure.get_figheight()))
    return figure


def _experiment(name: object) -> str:
    return str(name) if "experiment" in str(name).lower() else f"experiment {name}"


def _dose_label(data: xr.Dataset) -> str:
    return f"{short_name(data.attrs.get('compound', '') or 'Dose')} ({_unit(data)})"


def _unit(data: xr.Dataset) -> str:
    return short_name(shown_unit(data).name)


def _own_unit(value_um: float, data: xr.Dataset) -> str:
    """A dose in the user's unit, for an axis."""
    return number_in_words(value_um / shown_unit(data).um_per_unit, 3)


def _of_one_experiment(result: xr.DataTree, line: int) -> list[np.ndarray] | None:
    """Draws of the curve that the only culture of a line showed (draw, 1); None where it has several."""
    data = observations_of(result)
    own = np.flatnonzero(data[v.LINE_OF_CULTURE].to_numpy() == line)
    cultures = curves_of_cultures(result, data)
    if cultures is None or len(own) > 1:
        return None
    return [one.isel({v.CULTURE: int(own[0])}).to_numpy().reshape(-1, 1) for one in cultures]


def _draw_panel(
    axis: Axes,
    result: xr.DataTree,
    wells: pd.DataFrame,
    line: int,
    colour: str,
    ci_prob: float,
    log10_ic50: np.ndarray,
) -> None:
    posterior = result["posterior"]
    parameters = [
        posterior[name].isel({v.CELL_LINE: line}).to_numpy().reshape(-1, 1)
        for name in (v.LOG10_EC50, v.LOG_HILL, v.EFFECT)
    ]
    treated = wells["dose_um"] > 0
    low, high = wells.loc[treated, "dose_um"].min(), wells["dose_um"].max()
    at_zero = low / 10**0.75
    grid = np.geomspace(low / 1.3, high * 1.3, 80)
    percent = 100.0 * curve.residual(grid, *parameters)
    lower, median, upper = interval_of(percent, ci_prob, axis=0)
    axis.axhline(50, color="0.6", lw=0.8, ls="--", zorder=0)
    axis.fill_between(grid, lower, upper, color=colour, alpha=0.25, lw=0)
    axis.plot(grid, median, color=colour, lw=1.6)
    if (shown := _of_one_experiment(result, line)) is not None:
        percent = 100.0 * curve.residual(grid, *shown)
        axis.plot(grid, np.median(percent, axis=0), color="0.15", lw=1.0, ls=":")
    jitter = {e: 10 ** (0.06 * (i - 1)) for i, e in enumerate(sorted(wells["experiment"].unique()))}
    for experiment, own in wells.groupby("experiment"):
        where = np.where(own["dose_um"] > 0, own["dose_um"], at_zero) * jitter[experiment]
        marker = MARKERS[list(jitter).index(experiment) % len(MARKERS)]
        axis.plot(where, own["percent"], marker, ms=2.6, mfc="none", mec="0.25", mew=0.6, alpha=0.8)
    ends = 10.0 ** interval_of(log10_ic50, ci_prob, method="inverted_cdf")
    if low <= ends[1] <= high:
        axis.plot([max(ends[0], low), min(ends[2], high)], [50, 50], color="k", lw=2.2, solid_capstyle="butt")
        axis.plot(ends[1], 50, "|", color="k", ms=9, mew=1.6)
    axis.set_xscale("log")
    ticks = [at_zero, *10.0 ** np.arange(np.ceil(np.log10(low) - 1e-9), np.floor(np.log10(high) + 1e-9) + 1)]
    axis.set_xticks(ticks, ["0", *[_own_unit(tick, observations_of(result)) for tick in ticks[1:]]], fontsize=7)
    axis.minorticks_off()
    axis.tick_params(axis="y", labelsize=7)
    axis.spines[["top", "right"]].set_visible(False)


def _mark_odd(axis: Axes, wells: pd.DataFrame, doses: list[float]) -> None:
    """A band behind doses that make the shape of a line's data, which is not that of its curve."""
    if not doses:
        return
    low = wells.loc[wells["dose_um"] > 0, "dose_um"].min()
    for dose in doses:
        place = dose if dose > 0 else low / 10**0.75
        axis.axvspan(place / ODD_WIDTH, place * ODD_WIDTH, color=ODD_COLOUR, alpha=0.25, lw=0, zorder=0)


def plot_ic50_forest(
    result: xr.DataTree,
    summary: pd.DataFrame,
    calls: Mapping[str, str] | None = None,
    ci_prob: float = 0.9,
    threshold_um: float | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Absolute IC50 of every line by molecular group, the tested doses shaded; beyond them an arrow and a probability.

    A line whose IC50 is probably beyond the doses has no point: its arrow starts where the interval does.

    Parameters
    ----------
    result
        A dose-response fit with its data.
    summary
        A table of `summarise_lines`.
    calls
        Published call (sensitive, resistant) of each line, written beside it.
    ci_prob
        Probability inside the intervals.
    threshold_um
        IC50 above which a line is resistant [uM]: a dotted line.
    ax
        To draw into; a new figure without it. Columns of numbers are to its right.
    """
    data = observations_of(result)
    tested, colours = tested_doses_um(data), group_colours(data)
    low, top = float(tested["lowest_dose_um"].min()), float(tested["top_dose_um"].max())
    draws = dose_response_estimands(result)["log10_ic50_um"].stack(sample=("chain", "draw"), create_index=False)
    ordered = summary.assign(median=[float(np.median(draws[i])) for i in range(len(summary))])
    ordered["group_order"] = [list(colours).index(g) for g in ordered["molecular_group"]]
    ordered = ordered.sort_values(["group_order", "median", "p_ic50_above_top"], ascending=True)
    figure, axis = figure_of(ax, figsize=(7.6, 0.27 * len(ordered) + 1.6))
    axis.axvspan(low, top, color="0.93", zorder=0)
    right, left = top * 4.0, low / 2.0
    for height, (name, row) in enumerate(ordered.iterrows()):
        position = list(summary.index).index(name)
        ends = 10.0 ** interval_of(draws[position], ci_prob, method="inverted_cdf")
        colour = colours[row["molecular_group"]]
        start, stop = min(max(ends[0], left), top), min(max(ends[2], left), right)
        axis.plot([start, top * 2.2 if ends[2] > top else stop], [height, height], color=colour, lw=2)
        if ends[2] > top:
            axis.plot(top * 2.2, height, ">", color=colour, ms=5)
        if low <= ends[1] <= top:
            axis.plot(ends[1], height, "o", color=colour, ms=5)
        axis.text(right * 1.15, height, f"{row['p_ic50_above_top']:.2f}", va="center", fontsize=8)
        if calls:
            axis.text(right * 3.2, height, literal_name(calls.get(str(name), "")), va="center", fontsize=8)
    head_column(axis, right * 1.15, f"P(IC50\n> {_own_unit(top, data)})", fontsize=8)
    if calls:
        head_column(axis, right * 3.2, "published\ncall", fontsize=8)
    axis.set_yticks(range(len(ordered)), [literal_name(name) for name in ordered.index], fontsize=8)
    axis.set_ylim(len(ordered) - 0.4, -0.7)
    axis.set_xscale("log")
    axis.set_xlim(left, right)
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _own_unit(value, data)))
    unit = _unit(data)
    said = f"Absolute IC50 ({unit}): median and {ci_prob:.0%} interval; tested doses shaded"
    if threshold_um is not None and left < threshold_um < right:
        axis.axvline(threshold_um, color="0.3", lw=0.8, ls=":", zorder=0)
        said += f"\ndotted: resistant above {_own_unit(threshold_um, data)} {unit}"
    axis.set_xlabel(said, fontsize=9, loc="center")
    axis.spines[["top", "right"]].set_visible(False)
    handles = _group_handles(data)
    legend = legend_above(figure, ax, handles, 6)
    if ax is None:
        figure.tight_layout(rect=(0, 0, 0.98, 1.0 - legend / figure.get_figheight()))
    return figure


def replicated_of(result: xr.DataTree) -> str:
    """The variable of replicated wells; empty where a result has none and none can be made."""
    if not can_have_predictive(result):
        return ""
    there = result["posterior_predictive" if "posterior_predictive" in result.children else "observed_data"].data_vars
    return next((name for name in ("log_signal_observed", "viability_observed") if name in there), "")


def plot_posterior_predictive(result: xr.DataTree) -> Figure:
    """Two checks: distribution of the signal against replicated wells, and where each well falls among its replicates.

    Left, density of the observed signal over 50 replicated data sets. Right, the histogram of the share of replicates
    below each well (its PIT): flat if the model's spread is right, with the 99% band of a flat one.
    """
    observed_name = replicated_of(result)
    result = with_predictive(result)
    replicated = result["posterior_predictive"][observed_name].stack(sample=("chain", "draw"), create_index=False)
    observed = result["observed_data"][observed_name].to_numpy()
    figure, axes = new_figure(1, 2, figsize=(9.2, 3.6))
    left, right = axes[0]
    to_axis, label = 100.0, "Viability (%)"
    if observed_name.startswith("log"):
        unit = observations_of(result)[v.SIGNAL].attrs.get("units", v.UNITS[v.SIGNAL])
        to_axis, label = 1 / np.log(10), f"Signal (log10 {literal_name(unit)})"
    span = np.quantile(observed, [0.002, 0.998])
    edges = np.linspace(span[0] - 0.1 * np.ptp(span), span[1] + 0.1 * np.ptp(span), 60) * to_axis
    middle = (edges[1:] + edges[:-1]) / 2
    chosen = np.linspace(0, replicated.sizes["sample"] - 1, 50).astype(int)
    for i, sample in enumerate(chosen):
        density, _ = np.histogram(replicated.isel(sample=sample) * to_axis, edges, density=True)
        left.plot(middle, density, color=PALETTE[5], lw=0.6, alpha=0.5, label="replicated" if i == 0 else None)
    density, _ = np.histogram(observed * to_axis, edges, density=True)
    left.plot(middle, density, color="k", lw=1.6, label="observed")
    left.set(xlabel=label, ylabel="Density of wells", ylim=(0, None))
    left.legend(fontsize=8, frameon=False)
    share = (replicated.to_numpy() < observed[:, None]).mean(axis=1)
    _draw_pit(right, share)
    for axis in (left, right):
        axis.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    return figure


def _draw_pit(axis: Axes, share: np.ndarray) -> None:
    bins = 20
    axis.hist(share, np.linspace(0, 1, bins + 1).tolist(), color=PALETTE[0], alpha=0.7)
    expected, half_width = len(share) / bins, 2.58 * np.sqrt(len(share) / bins * (1 - 1 / bins))
    axis.axhspan(expected - half_width, expected + half_width, color="0.6", alpha=0.35, label="99% band, if flat")
    axis.set(xlabel="Share of replicates below the well (PIT)", ylabel="Wells", xlim=(0, 1))
    axis.set_ylim(bottom=0)
    axis.yaxis.set_major_locator(MaxNLocator(integer=True))
    axis.legend(fontsize=8, frameon=False, loc="lower center")


def figures_of_fit(result: xr.DataTree, ci_prob: float, threshold_um: float | None) -> tuple[ResultFigure, ...]:
    """Curves, IC50s, ratios of conditions, predictive check; the table of lines is computed once, when first drawn."""
    count = observations_of(result).sizes[v.CELL_LINE]

    @cache
    def lines() -> pd.DataFrame:
        return summarise_lines(dose_response_estimands(result, threshold_um), ci_prob)

    found = [
        ResultFigure(
            "curves",
            f"Wells as percent of untreated, and posterior curves of lines with {ci_prob:.0%} bands, which are what a "
            "new day is expected to show. Where a line has one experiment, the dotted curve is what that one showed. "
            "The number above each panel is the IC50 of the line, or a bound where there is none within the doses. A "
            "yellow band is behind doses where the data are not the shape of the curve.",
            f"Dose-response curves over wells, {count} panels, on a log axis of dose",
            lambda: plot_curves(result, lines(), ci_prob),
        ),
        ResultFigure(
            "ic50_forest",
            f"Absolute IC50 of lines with {ci_prob:.0%} intervals; arrows are bounds at the ends of the tested doses.",
            f"Forest plot of the IC50 of {count} lines on a log axis",
            lambda: plot_ic50_forest(result, lines(), ci_prob=ci_prob, threshold_um=threshold_um),
        ),
    ]
    if pairs := pairs_of(observations_of(result)):
        found.append(
            ResultFigure(
                "condition_ratios",
                f"Ratio of IC50s of lines under two conditions, or of lines and their parents, with {ci_prob:.0%} "
                "intervals that know what days and plates have in common. Arrows are bounds, where an IC50 lies beyond "
                "the tested doses; diamonds are over lines.",
                f"Forest plot of {len(pairs)} ratios of IC50s on a log axis",
                lambda: plot_condition_ratios(dose_response_estimands(result), ci_prob),
            )
        )
    found += growth_figures(result, ci_prob)
    if replicated_of(result):
        found.append(
            ResultFigure(
                "posterior_predictive",
                "Whether the model could have made these wells: observed against replicated signals.",
                "Posterior predictive check of wells, as distributions and as PIT",
                lambda: plot_posterior_predictive(result),
            )
        )
    return tuple(found)
