"""The figure of growth rates: GR over dose of each line, with its band, GR50 and the level at which nothing grows."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lensim import vocabulary as v
from lensim.dose_response import curve
from lensim.dose_response.dose_words import number_in_words
from lensim.dose_response.estimands import LOWEST_DOSE, TOP_DOSE, curves_of_lines, dose_response_estimands
from lensim.dose_response.growth import DIVISIONS, GR50, LOG10_GR50, with_growth
from lensim.dose_response.growth_rate import gr_value
from lensim.dose_response.growth_table import MOST_WITHOUT_GROWTH, summarise_growth
from lensim.dose_response.read.units import shown_unit
from lensim.dose_response.time_zero import has_time_zero
from lensim.inference.intervals import interval_of
from lensim.inference.observations import observations_of
from lensim.report.figures.catalogue import ResultFigure
from lensim.report.figures.style import PALETTE, literal, new_figure, short_name

PANELS_A_ROW = 6
LONGEST_TITLE = 32
"""Letters of a line above a narrow panel."""
PLACES = 60
LOWEST_GR, HIGHEST_GR = -1.05, 1.35


def growth_figures(result: xr.DataTree, ci_prob: float) -> tuple[ResultFigure, ...]:
    """The figure of a fit whose data have wells of time zero; none of others.

    Parameters
    ----------
    result
        A dose-response fit with its data.
    ci_prob
        Probability inside the intervals.
    """
    data = observations_of(result)
    if not has_time_zero(data):
        return ()

    def draw() -> Figure:
        return plot_growth(result, with_growth(dose_response_estimands(result), result), ci_prob)

    return (
        ResultFigure(
            "growth_rates",
            f"Growth-rate inhibition (GR) over dose with {ci_prob:.0%} bands: 1 is growth as untreated, 0 (full line) "
            "a culture that stays as it was at time zero, below 0 one that loses cells. The number above each panel is "
            "GR50, the dose at which GR is 0.5 (dashed line), or a bound where there is none within the doses.",
            f"Growth rates over dose, {data.sizes[v.CELL_LINE]} panels, on a log axis of dose",
            draw,
        ),
    )


def plot_growth(result: xr.DataTree, estimands: xr.Dataset, ci_prob: float = 0.9) -> Figure:
    """One small panel a line: GR over dose with its band, from the curve and the divisions of each draw.

    The dashed line is GR 0.5; the tick on it is GR50 with its interval, drawn only inside the tested doses. The full
    line is GR 0, where a culture stays as it was at time zero. A line whose GR is not defined has an empty panel that
    says why.

    Parameters
    ----------
    result
        A dose-response fit with its data.
    estimands
        As from `lensim.dose_response.growth.with_growth`, of `result`.
    ci_prob
        Probability inside the intervals.
    """
    table = summarise_growth(estimands, ci_prob).set_index("cell_line")
    names = [str(name) for name in estimands[v.CELL_LINE].to_numpy()]
    columns = min(PANELS_A_ROW, len(names))
    rows = -(-len(names) // PANELS_A_ROW)
    figure, axes = new_figure(rows, columns, figsize=(2.1 * columns + 0.9, 1.95 * rows + 1.0), sharex=True, sharey=True)
    for axis, (line, name) in zip(axes.flat, enumerate(names), strict=False):
        _draw_panel(axis, result, estimands.isel({v.CELL_LINE: line}), line, ci_prob)
        said = str(table.loc[name, "gr50"]) or str(table.loc[name, "growth"]).partition(":")[0]
        axis.set_title(literal(f"{short_name(name, LONGEST_TITLE)}\n{short_name(said)}"), fontsize=7.5, linespacing=1.2)
        axis.set_ylim(LOWEST_GR, HIGHEST_GR)
    for axis in axes.flat[len(names) :]:
        axis.set_axis_off()
    for position in {place % columns: place for place in range(len(names))}.values():
        axes.flat[position].tick_params(labelbottom=True)
    data = observations_of(result)
    unit = short_name(shown_unit(data).name)
    gap = "; " if columns > 3 else ";\n"
    dose = short_name(data.attrs.get("compound", "") or "Dose")
    said = f"{dose} ({unit}){gap}above each panel: GR50 ({unit})"
    said += f"{' ' if columns > 1 else gap[-1]}with its {ci_prob:.0%} interval"
    figure.supxlabel(literal(said), fontsize=10 if columns > 3 else 8)
    figure.supylabel("Growth rate, 1 as untreated", fontsize=10)
    figure.tight_layout(rect=(0.01, 0.0, 1.0, 1.0))
    return figure


def _draw_panel(axis: Axes, result: xr.DataTree, own: xr.Dataset, line: int, ci_prob: float) -> None:
    low, top = float(own[LOWEST_DOSE]), float(own[TOP_DOSE])
    axis.axhline(GR50, color="0.6", lw=0.8, ls="--", zorder=0)
    axis.axhline(0.0, color="0.4", lw=0.8, zorder=0)
    grid = np.geomspace(low, top, PLACES)
    parameters = [one.isel({v.CELL_LINE: line}).to_numpy().reshape(-1, 1) for one in curves_of_lines(result)]
    rates = gr_value(curve.residual(grid, *parameters), own[DIVISIONS].to_numpy().reshape(-1, 1))
    rates = rates[~np.isnan(rates).any(axis=1)]
    axis.set_xscale("log")
    um = shown_unit(observations_of(result)).um_per_unit
    ticks = 10.0 ** np.arange(np.ceil(np.log10(low) - 1e-9), np.floor(np.log10(top) + 1e-9) + 1)
    axis.set_xticks(ticks, [number_in_words(tick / um, 3) for tick in ticks], fontsize=7)
    axis.minorticks_off()
    axis.tick_params(axis="y", labelsize=7)
    axis.spines[["top", "right"]].set_visible(False)
    if len(rates) < (1.0 - MOST_WITHOUT_GROWTH) * own[DIVISIONS].size:
        return
    lower, median, upper = interval_of(rates, ci_prob, axis=0)
    axis.fill_between(grid, lower, upper, color=PALETTE[0], alpha=0.25, lw=0)
    axis.plot(grid, median, color=PALETTE[0], lw=1.6)
    dose = own[LOG10_GR50].to_numpy().ravel()
    ends = 10.0 ** interval_of(dose[~np.isnan(dose)], ci_prob, method="inverted_cdf")
    if low <= ends[1] <= top:
        axis.plot([max(ends[0], low), min(ends[2], top)], [GR50, GR50], color="k", lw=2.2, solid_capstyle="butt")
        axis.plot(ends[1], GR50, "|", color="k", ms=9, mew=1.6)
