"""What the dose-response models say of draws, in numpy alone: prior, likelihood and replicates, without compiling.

Equations as in the PyMC models, with which tests hold them equal:

    log signal ~ StudentT(nu_well, log E + place, sqrt(sd_well^2 + 1 / counts)),  E = background + top * residual(d)
    log blank  ~ StudentT(4, log background, sqrt(sd_blank^2 + 1 / counts))
    viability  ~ StudentT(nu_well, E, sqrt((sd_well E)^2 + sd_floor^2)),          E = top share * residual(d)
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np
import xarray as xr
from scipy.special import expit

from lensim import vocabulary as v
from lensim.dose_response.laws import EDGE_EFFECT, GRADIENTS, LOG_TOP_SHARE, PanelModel, panel_laws
from lensim.dose_response.panel_arrays import (
    cells_of_wells,
    has_blanks,
    panel_coords,
    places_of_wells,
    raw_signals,
    viabilities,
)
from lensim.dose_response.priors import DoseResponsePriors
from lensim.inference.by_draw import by_draw
from lensim.inference.engine import Density
from lensim.inference.laws import (
    Values,
    labelled,
    log_prior_of_laws,
    prior_of_laws,
    student_t,
    values_of,
)

NU_BLANK: Final = 4.0
LN10: Final = float(np.log(10.0))
Arrays = Mapping[str, np.ndarray]


class _Places(NamedTuple):
    """Where wells, or blanks, lie a priori: location and squared scale (cell, draw), degrees of freedom (draw).

    `of` is the cell of each well; `away` is added to its location, (well, draw) or 0.
    """

    location: np.ndarray
    variance: np.ndarray
    nu: Any
    of: np.ndarray
    away: Any = 0.0


def log_prior(data: xr.Dataset, posterior: xr.Dataset, priors: Any, *, model: PanelModel) -> xr.Dataset:
    """Log density of each variable given its parents; see `lensim.inference.engine.Density`."""
    laws = panel_laws(data, priors or DoseResponsePriors(), model)
    return log_prior_of_laws(laws, posterior, values_of(posterior))


def prior(data: xr.Dataset, priors: Any, draws: int, rng: np.random.Generator, *, model: PanelModel) -> xr.Dataset:
    """Draws of the prior of a dose-response model; see `lensim.inference.engine.Density`."""
    laws, coords = panel_laws(data, priors or DoseResponsePriors(), model), panel_coords(data)
    return prior_of_laws(laws, coords, draws, rng)


def log_likelihood(data: xr.Dataset, posterior: xr.Dataset, priors: Any, *, model: PanelModel) -> xr.Dataset:
    """Log density of each well and blank, draw by draw; see `lensim.inference.engine.Density`."""
    observed, arrays = _observed(data, model), _arrays(data, model)

    def density(x: Values) -> dict[str, np.ndarray]:
        return {
            name: student_t(
                observed[name].to_numpy()[:, None] - at.location[at.of] - at.away, at.variance[at.of], at.nu
            )
            for name, at in _places(arrays, x, model)
        }

    return by_draw(values_of(posterior), posterior, observed, density)


def predictive(
    data: xr.Dataset, posterior: xr.Dataset, priors: Any, rng: np.random.Generator, *, model: PanelModel
) -> xr.Dataset:
    """A replicate of each well and blank a draw; see `lensim.inference.engine.Density`."""
    arrays = _arrays(data, model)

    def replicate(x: Values) -> dict[str, np.ndarray]:
        made = {}
        for name, at in _places(arrays, x, model):
            shape = (len(at.of), at.location.shape[1])
            spread = np.sqrt(at.variance)[at.of] * rng.standard_t(np.broadcast_to(at.nu, shape))
            made[name] = np.asarray(at.location[at.of] + at.away + spread)
        return made

    return by_draw(values_of(posterior), posterior, _observed(data, model), replicate)


def constant(data: xr.Dataset, *, model: PanelModel) -> xr.Dataset:
    """What the model holds of the data, as the group constant_data; the rough estimates behind coordinates are no part.

    A PyMC model holds those too, because its sampler needs them. No reader does.
    """
    arrays = _arrays(data, model)
    ends = {
        ("_of_well", "log_signal", "viability"): v.WELL,
        ("_of_blank", "log_blank_signal"): v.BLANK,
        ("_of_cell",): "cell",
        ("_of_culture",): v.CULTURE,
    }
    along = {name: (dim,) for name in arrays for end, dim in ends.items() if name.endswith(end)}
    return labelled(
        {name: xr.Variable(along.get(name, ()), array) for name, array in arrays.items()}, panel_coords(data)
    )


def _arrays(data: xr.Dataset, model: PanelModel) -> dict[str, np.ndarray]:
    own = viabilities(data) if model.is_normalised else raw_signals(data)
    return cells_of_wells(data) | own | (places_of_wells(data) if model.has_places else {})


def _observed(data: xr.Dataset, model: PanelModel) -> xr.Dataset:
    """The group observed_data."""
    if model.is_normalised:
        return xr.Dataset({"viability_observed": (v.WELL, viabilities(data)["viability"])})
    arrays = raw_signals(data)
    found = {"log_signal_observed": (v.WELL, arrays["log_signal"])}
    if has_blanks(data):
        found["log_blank_signal_observed"] = (v.BLANK, arrays["log_blank_signal"])
    return xr.Dataset(found)


def _places(arrays: Arrays, x: Values, model: PanelModel) -> Iterator[tuple[str, _Places]]:
    if model.is_normalised:
        yield "viability_observed", _fractions(arrays, x)
        return
    yield "log_signal_observed", _signals(arrays, x, model)
    if "sd_blank" in x:
        background = x[v.BACKGROUND][arrays["plate_of_blank"]]
        variance = x["sd_blank"] ** 2 + arrays["inverse_counting_minutes"] / background
        yield "log_blank_signal_observed", _Places(np.log(background), variance, NU_BLANK, np.arange(len(background)))


def _residual(arrays: Arrays, x: Values) -> np.ndarray:
    """Expected signal of each culture at each of its doses, as a fraction of untreated (cell, draw)."""
    culture = arrays["culture_of_cell"]
    away = arrays["log_dose_of_cell"][:, None] - LN10 * x[v.CULTURE_LOG10_EC50][culture]
    occupancy = expit(np.exp(x[v.CULTURE_LOG_HILL])[culture] * away)
    return np.asarray(1.0 + np.expm1(-x[v.CULTURE_EFFECT])[culture] * occupancy)


def _signals(arrays: Arrays, x: Values, model: PanelModel) -> _Places:
    culture = arrays["culture_of_cell"]
    background = x[v.BACKGROUND][arrays["plate_of_culture"][culture]]
    expected = background + np.exp(x[v.LOG_TOP])[culture] * _residual(arrays, x)
    variance = x[v.SD_WELL] ** 2 + arrays["inverse_counting_minutes"] / expected
    away = _position(arrays, x) if model.has_places else 0.0
    return _Places(np.log(expected), variance, x[v.NU_WELL], arrays["cell_of_well"], away)


def _position(arrays: Arrays, x: Values) -> np.ndarray:
    """What a well gains or loses by its place (well, draw)."""
    plate = arrays["plate_of_well"]
    found = x[EDGE_EFFECT][plate] * arrays["edge_of_well"][:, None]
    for along in GRADIENTS:
        found = found + x[f"{along}_log_gradient"][plate] * arrays[f"{along}_of_well"][:, None]
    return found


def _fractions(arrays: Arrays, x: Values) -> _Places:
    expected = np.exp(x[LOG_TOP_SHARE])[arrays["culture_of_cell"]] * _residual(arrays, x)
    variance = (x[v.SD_WELL] * expected) ** 2 + x[v.SD_FLOOR] ** 2
    return _Places(expected, variance, x[v.NU_WELL], arrays["cell_of_well"])


def _density(model: PanelModel) -> Density:
    return Density(
        log_prior=partial(log_prior, model=model),
        log_likelihood=partial(log_likelihood, model=model),
        predictive=partial(predictive, model=model),
        prior=partial(prior, model=model),
        observed=partial(_observed, model=model),
        constant=partial(constant, model=model),
    )


DENSITIES: Final[Mapping[str, Density]] = {
    "dose_response_hierarchical": _density(PanelModel()),
    "dose_response_separate": _density(PanelModel(is_pooled=False)),
    "dose_response_plate_position": _density(PanelModel(has_places=True)),
    "dose_response_separate_plate_position": _density(PanelModel(is_pooled=False, has_places=True)),
    "dose_response_hierarchical_normalised": _density(PanelModel(is_normalised=True)),
    "dose_response_separate_normalised": _density(PanelModel(is_pooled=False, is_normalised=True)),
}
"""Of each dose-response model of the catalogue."""
