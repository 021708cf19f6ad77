"""Growth rates of a fit whose data have time-zero wells: divisions, GR50, GRmax and GR_AOC, as draws and as a table.

    divisions of a line in one experiment  D_e = log2 untreated signal - log2 signal at time zero, mean of its cultures
    divisions of the line                  D | D_1 .. D_n, sd  ~ Normal(mean of D_e, sd / sqrt(n))
    sd of divisions between experiments    sd | all D_e        ~ LogNormal(log 0.25, 0.6) prior, all lines together

GR metrics of a line are those of its curve (`lensim.dose_response.growth_rate`) at the divisions of the same draw. In a
draw in which untreated cells do not divide they are not defined, and NaN.
"""

from typing import Final

import numpy as np
import xarray as xr

from lensim import seeding
from lensim import vocabulary as v
from lensim.dose_response import curve
from lensim.dose_response.estimands import MOSTLY_OUT_OF_REACH, TOP_DOSE, areas_of_lines, curves_of_lines
from lensim.dose_response.experiments import curves_of_cultures, of_only_cultures
from lensim.dose_response.growth_rate import gr_area_over_curve, gr_value, log10_dose_at_gr
from lensim.dose_response.level_draws import draw_on_grid
from lensim.dose_response.steps import within_steps
from lensim.dose_response.time_zero import has_time_zero, log_time_zero_signals
from lensim.inference.observations import observations_of

DIVISIONS: Final = "divisions"
LOG10_GR50: Final = "log10_gr50_um"
GR_MAX: Final = "gr_max"
GR_AREA: Final = "gr_area_over_curve"
THIS: Final = "this_experiment_"
THIS_DIVISIONS: Final = f"{THIS}{DIVISIONS}"
THIS_LOG10_GR50: Final = f"{THIS}{LOG10_GR50}"
THIS_GR_MAX: Final = f"{THIS}{GR_MAX}"
WITH_TIME_ZERO: Final = "experiments_with_time_zero"
GR50: Final = 0.5
MEDIAN_SD_OF_DAYS: Final = 0.25
LOG_SD_OF_DAYS: Final = 0.6
"""Prior of the spread of divisions between experiments; 90% of it lies between 0.09 and 0.67 (assumed)."""
_LOG_SDS: Final = np.linspace(np.log(0.02), np.log(5.0), 80)


def with_growth(estimands: xr.Dataset, result: xr.DataTree, seed: int = 0) -> xr.Dataset:
    """Estimands with draws of growth rates; as they are where the data have no time-zero wells.

    Parameters
    ----------
    estimands
        As from `dose_response_estimands`, of `result`.
    result
        A fit with its observations attached.
    seed
        Root of the draws of time-zero levels and of days.

    Returns
    -------
    xarray.Dataset
        Further variables (chain, draw, cell_line): divisions (of untreated cells from time zero to the end),
        log10_gr50_um (dose at which GR is 0.5 [log10 uM]; +inf where it never is), gr_max (GR at the line's top dose)
        and gr_area_over_curve (mean of 1 - GR over the tested log doses), each NaN in draws in which untreated cells
        do not divide and for lines without time-zero wells; and where lines were treated once, this_experiment_
        and the names of the first three, of that experiment. The coordinate experiments_with_time_zero
        (cell_line) says in how many experiments a line has such wells, attrs["assay_hours"] the duration where known.
    """
    data = observations_of(result)
    if not has_time_zero(data) or v.LOG_TOP not in result["posterior"]:
        return estimands
    posterior = result["posterior"].to_dataset()
    chains, draws = posterior.sizes["chain"], posterior.sizes["draw"]
    of_cultures = _divisions_of_cultures(data, posterior, seed)
    of_lines, number = _divisions_of_lines(data, of_cultures, seeding.stream(seed, "time_zero", "days"))

    def drawn(values: np.ndarray, dim: str = v.CELL_LINE) -> xr.DataArray:
        return xr.DataArray(values.reshape(chains, draws, -1), dims=("chain", "draw", dim))

    curves = [
        one.transpose("chain", "draw", v.CELL_LINE).drop_vars(list(one.coords)) for one in curves_of_lines(result)
    ]
    top = xr.DataArray(estimands[TOP_DOSE].to_numpy(), dims=v.CELL_LINE)
    divisions = drawn(of_lines)
    gr50 = _gr50(divisions, curves)
    cultures = curves_of_cultures(result, data)
    own = None if cultures is None else [one.drop_vars(list(one.coords)) for one in cultures]
    own_divisions = drawn(of_cultures, v.CULTURE)
    gr50, gr50_of_cultures = within_steps(data, gr50, None if own is None else _gr50(own_divisions, own))
    areas = areas_of_lines(estimands, gr_area_over_curve, [one.to_numpy() for one in (divisions, *curves)])
    found = {
        DIVISIONS: divisions.assign_attrs(units="divisions"),
        LOG10_GR50: gr50.assign_attrs(units="log10 uM"),
        GR_MAX: _gr_at(top, divisions, curves),
        GR_AREA: divisions.copy(data=areas).assign_attrs(units="1"),
    }
    if own is not None and gr50_of_cultures is not None:
        line = data[v.LINE_OF_CULTURE].to_numpy()
        at_top = _gr_at(top.isel({v.CELL_LINE: xr.DataArray(line, dims=v.CULTURE)}), own_divisions, own)
        shown = {THIS_DIVISIONS: own_divisions, THIS_LOG10_GR50: gr50_of_cultures, THIS_GR_MAX: at_top}
        found |= of_only_cultures(data, shown)
    told = {v.ASSAY_HOURS: float(data[v.ASSAY_HOURS])} if v.ASSAY_HOURS in data else {}
    return estimands.assign(found).assign_coords({WITH_TIME_ZERO: (v.CELL_LINE, number)}).assign_attrs(told)


def judged_growth(judged: xr.Dataset) -> xr.Dataset:
    """Estimands for the convergence gate, without lines whose growth rates are not defined or mostly infinite.

    Parameters
    ----------
    judged
        As from `judged_estimands`.
    """
    for name in (DIVISIONS, LOG10_GR50, GR_MAX, GR_AREA, THIS_DIVISIONS, THIS_LOG10_GR50, THIS_GR_MAX):
        if name in judged:
            drawn = judged[name].transpose("chain", "draw", v.CELL_LINE).to_numpy()
            is_known = ~np.isnan(drawn).any(axis=(0, 1)) & (np.isfinite(drawn).mean(axis=(0, 1)) >= MOSTLY_OUT_OF_REACH)
            own = judged[name].isel({v.CELL_LINE: np.flatnonzero(is_known)})
            judged = judged.assign({name: own.rename({v.CELL_LINE: f"with_{name}"})})
    return judged


def _divisions_of_cultures(data: xr.Dataset, posterior: xr.Dataset, seed: int) -> np.ndarray:
    """Divisions of the untreated cells of each culture (draw, culture); NaN without time-zero wells."""
    top = posterior[v.LOG_TOP].transpose("chain", "draw", v.CULTURE).to_numpy().astype(float)
    top = top.reshape(-1, top.shape[-1])
    of_culture = data[v.SEEDING_OF_CULTURE].to_numpy()
    start = log_time_zero_signals(data, posterior, seed)
    return np.asarray(np.where(of_culture >= 0, top - start[:, np.maximum(of_culture, 0)], np.nan) / np.log(2.0))


def _divisions_of_lines(
    data: xr.Dataset, of_cultures: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Divisions of each line (draw, cell_line), NaN without time-zero wells, and in how many experiments it has them.

    Plates of one experiment share a mean. What experiments differ by is seen in all lines that have several.
    """
    line, lines = data[v.LINE_OF_CULTURE].to_numpy(), data.sizes[v.CELL_LINE]
    known = data[v.SEEDING_OF_CULTURE].to_numpy() >= 0
    pairs, at = np.unique(
        np.column_stack([line[known], data[v.EXPERIMENT_OF_CULTURE].to_numpy()[known]]), axis=0, return_inverse=True
    )
    by_day = _means(of_cultures[:, known], at.reshape(-1), len(pairs))
    number = np.bincount(pairs[:, 0], minlength=lines)
    mean = _means(by_day, pairs[:, 0], lines)
    sd = _sds_of_days(by_day, pairs[:, 0], rng)
    own = sd[:, None] / np.sqrt(np.maximum(number, 1)) * rng.standard_normal(mean.shape)
    return np.where(number > 0, mean + own, np.nan), number


def _means(values: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray:
    """Mean along the last axis by group; NaN of a group without members."""
    count = np.bincount(group, minlength=groups)
    total = values @ (group[:, None] == np.arange(groups)).astype(float)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _sds_of_days(by_day: np.ndarray, line: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Spread of divisions between experiments, one a draw, from lines that have several.

    Divisions of a day are known with an error of their own, the variance of its draws. Around a line's mean, of which
    nothing is known before, they lie with the sum of both variances.

    Parameters
    ----------
    by_day
        (draw, day) divisions of a line in one experiment.
    line
        (day)
    rng
        Random numbers.
    """
    mean, variance = by_day.mean(axis=0), by_day.var(axis=0)
    log_weight = -0.5 * ((_LOG_SDS - np.log(MEDIAN_SD_OF_DAYS)) / LOG_SD_OF_DAYS) ** 2
    for one in np.unique(line):
        own = line == one
        weight = 1.0 / (np.exp(2.0 * _LOG_SDS)[:, None] + variance[own])
        total = weight.sum(axis=1)
        middle = (weight * mean[own]).sum(axis=1) / total
        squares = (weight * (mean[own] - middle[:, None]) ** 2).sum(axis=1)
        log_weight = log_weight + 0.5 * (np.log(weight).sum(axis=1) - np.log(total) - squares)
    return np.exp(draw_on_grid(_LOG_SDS, log_weight, len(by_day), rng))


def _gr50(divisions: xr.DataArray, curves: list[xr.DataArray]) -> xr.DataArray:
    return divisions.copy(data=log10_dose_at_gr(GR50, divisions.to_numpy(), *(one.to_numpy() for one in curves)))


def _gr_at(dose_um: xr.DataArray, divisions: xr.DataArray, curves: list[xr.DataArray]) -> xr.DataArray:
    left = curve.residual(dose_um.to_numpy(), *(one.to_numpy() for one in curves))
    return divisions.copy(data=gr_value(left, divisions.to_numpy())).assign_attrs(units="1")
