"""A further run of a panel from one draw of its posterior: the same lines on other days, cultures, plates and wells.

culture_x of the new run ~ as the model has it around the line's: days, days of a line, and its own deviation
log background of a plate ~ Normal(mu_log_background_signal, sigma_log_background_signal)
places on a plate and the tops of percents anew from their populations
log_top_signal is that of the culture before: what a well shows untreated has no population in the model, and its
prior, a factor of 20 either way, would make panels that no laboratory has
"""

from typing import Final

import numpy as np
import xarray as xr
from scipy.special import expit

from lensim import vocabulary as v
from lensim.dose_response.founders import founders_of_curves
from lensim.dose_response.places import COLUMN, EDGE, ROW, place_of_wells
from lensim.dose_response.priors import DoseResponsePriors
from lensim.dose_response.time_zero import without_time_zero
from lensim.inference.joined_runs import joined_runs

DIMS: Final = (v.WELL, v.CULTURE, v.PLATE, v.EXPERIMENT, v.BLANK)
POINTERS: Final = {
    v.CULTURE_OF_WELL: v.CULTURE,
    v.PLATE_OF_CULTURE: v.PLATE,
    v.EXPERIMENT_OF_CULTURE: v.EXPERIMENT,
    v.PLATE_OF_BLANK: v.PLATE,
}
BLANK_FREEDOM: Final = 4.0
"""Degrees of freedom of blank wells, as the models have them."""
LN10: Final = float(np.log(10.0))


def new_run(
    data: xr.Dataset, draw: xr.Dataset, model: str, priors: DoseResponsePriors, rng: np.random.Generator
) -> xr.Dataset:
    """Observations of a further run: the same sheet with other signals.

    Parameters
    ----------
    data
        The panel that was fitted, raw signals or percents.
    draw
        One draw of its posterior (no dims chain and draw).
    model
        Its name; which variables the draw has says the rest.
    priors
        Of the fit.
    rng
        Random numbers.

    Time-zero wells are left out: they say nothing of the parameters that are judged.
    """
    data = without_time_zero(data)
    curves = curves_of_new_cultures(data, draw, rng)
    culture = data[v.CULTURE_OF_WELL].to_numpy()
    residual = _residual(data[v.DOSE].to_numpy().astype(float), curves[culture])
    sd, nu = float(draw[v.SD_WELL]), float(draw[v.NU_WELL])
    if v.SIGNAL not in data:
        top = priors.wells.sd_log_top_share * rng.standard_normal(data.sizes[v.CULTURE])
        expected = np.exp(top)[culture] * residual
        spread = np.hypot(sd * expected, float(draw[v.SD_FLOOR]))
        percent = 100.0 * (expected + spread * rng.standard_t(nu, len(culture)))
        return data.assign({v.VIABILITY: (v.WELL, percent, data[v.VIABILITY].attrs)})
    minutes = float(data[v.COUNTING_MINUTES]) if v.COUNTING_MINUTES in data else np.inf
    background, found = _backgrounds(data, draw, minutes, rng)
    plate = data[v.PLATE_OF_CULTURE].to_numpy()[culture]
    expected = background[plate] + np.exp(_of(draw, v.LOG_TOP, v.CULTURE))[culture] * residual
    spread = np.sqrt(sd**2 + 1.0 / (minutes * expected))
    log_signal = np.log(expected) + _places(data, draw, plate, rng) + spread * rng.standard_t(nu, len(culture))
    return data.assign({v.SIGNAL: (v.WELL, _signal(log_signal), data[v.SIGNAL].attrs)} | found)


def with_new_run(data: xr.Dataset, run: xr.Dataset) -> xr.Dataset:
    """The panel and its further run as one panel."""
    return joined_runs(without_time_zero(data), run, DIMS, POINTERS)


def curves_of_new_cultures(data: xr.Dataset, draw: xr.Dataset, rng: np.random.Generator) -> np.ndarray:
    """log10 EC50, log slope and effect of new cultures of the lines (culture, 3)."""
    line = data[v.LINE_OF_CULTURE].to_numpy()
    cultures, sd = len(line), float(draw[v.SD_EXPERIMENT])
    days = float(draw[v.DAY_SHARE]) if v.DAY_SHARE in draw else 0.0
    shared = float(draw[v.SHARED_SHARE]) if v.SHARED_SHARE in draw else 0.0
    deviation = np.sqrt((1.0 - days) * (1.0 - shared)) * rng.standard_normal(cultures)
    if days:
        experiment = data[v.EXPERIMENT_OF_CULTURE].to_numpy()
        deviation += np.sqrt(days) * rng.standard_normal(int(experiment.max()) + 1)[experiment]
    if shared:
        deviation += np.sqrt((1.0 - days) * shared) * _of_lines_on_days(data, rng)
    return np.column_stack(
        [
            _of(draw, v.LOG10_EC50, v.CELL_LINE)[line] + sd * deviation,
            _of(draw, v.LOG_HILL, v.CELL_LINE)[line]
            + float(draw[v.SD_EXPERIMENT_LOG_HILL]) * rng.standard_normal(cultures),
            _of(draw, v.EFFECT, v.CELL_LINE)[line]
            + float(draw[v.SD_EXPERIMENT_EFFECT]) * rng.standard_normal(cultures),
        ]
    )


def _of_lines_on_days(data: xr.Dataset, rng: np.random.Generator) -> np.ndarray:
    """A standard normal number of each line, its conditions together, in each experiment (culture)."""
    founders = founders_of_curves(data)
    assert founders is not None  # a share of conditions is there where lines have several
    line = np.unique(founders, return_inverse=True)[1][data[v.LINE_OF_CULTURE].to_numpy()]
    pairs = np.column_stack([line, data[v.EXPERIMENT_OF_CULTURE].to_numpy()])
    _, day = np.unique(pairs, axis=0, return_inverse=True)
    return np.asarray(rng.standard_normal(int(day.max()) + 1)[day.reshape(-1)])


def _residual(dose: np.ndarray, curve: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):
        log_dose = np.log(dose)
    occupancy = np.where(dose > 0, expit(np.exp(curve[:, 1]) * (log_dose - LN10 * curve[:, 0])), 0.0)
    return np.asarray(1.0 + np.expm1(-curve[:, 2]) * occupancy)


def _backgrounds(
    data: xr.Dataset, draw: xr.Dataset, minutes: float, rng: np.random.Generator
) -> tuple[np.ndarray, dict[str, tuple[str, np.ndarray, dict[str, object]]]]:
    """Background of each new plate, and its blank wells; NaN stays where a blank was not read."""
    if "mu_log_background_signal" not in draw:
        return _of(draw, v.BACKGROUND, v.PLATE), {}
    spread = float(draw["sigma_log_background_signal"])
    log_background = float(draw["mu_log_background_signal"]) + spread * rng.standard_normal(data.sizes[v.PLATE])
    plate = data[v.PLATE_OF_BLANK].to_numpy().astype(int)
    sd = np.sqrt(float(draw["sd_blank"]) ** 2 + np.exp(-log_background[plate]) / minutes)
    blank = _signal(log_background[plate] + sd * rng.standard_t(BLANK_FREEDOM, len(plate)))
    blank = np.where(np.isfinite(data[v.BLANK_SIGNAL].to_numpy()), blank, np.nan)
    return np.exp(log_background), {v.BLANK_SIGNAL: (v.BLANK, blank, data[v.BLANK_SIGNAL].attrs)}


def _places(data: xr.Dataset, draw: xr.Dataset, plate: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What wells of new plates gain or lose by their place (well); 0 of a model without places."""
    if "mu_edge_log_effect" not in draw:
        return np.zeros(len(plate))
    place, plates = place_of_wells(data), data.sizes[v.PLATE]
    own = float(draw["sigma_log_gradient"]) * np.sqrt(1.0 - float(draw["share_of_log_gradient"]))
    edge = float(draw["mu_edge_log_effect"]) + float(draw["sigma_edge_log_effect"]) * rng.standard_normal(plates)
    row, column = (
        float(draw[f"mu_{along}_log_gradient"]) + own * rng.standard_normal(plates) for along in ("row", "column")
    )
    return np.asarray(edge[plate] * place[:, EDGE] + row[plate] * place[:, ROW] + column[plate] * place[:, COLUMN])


def _signal(log_signal: np.ndarray) -> np.ndarray:
    """Signals that a number can hold: a tail of few degrees of freedom has no end."""
    return np.asarray(np.exp(np.clip(log_signal, -300.0, 300.0)))


def _of(draw: xr.Dataset, name: str, dim: str) -> np.ndarray:
    return np.asarray(draw[name].transpose(dim).to_numpy(), dtype=float)
