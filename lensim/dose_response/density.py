"""What the dose-response models say of draws, in numpy alone: prior, likelihood and replicates, without compiling.

Equations as in the PyMC models, with which tests hold them equal:

    log signal ~ StudentT(nu_well, log E + place, sqrt(sd_well^2 + 1 / counts)),  E = background + top * residual(d)
    log blank  ~ StudentT(4, log background, sqrt(sd_blank^2 + 1 / counts))
    viability  ~ StudentT(nu_well, E, sqrt((sd_well E)^2 + sd_floor^2)),          E = top share * residual(d)

Wells are taken a few draws at a time, so that beside the result only a few megabytes are held.
"""

from collections.abc import Callable, Iterator, Mapping
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
from lensim.inference.engine import Density
from lensim.inference.laws import (
    OF_DRAWS,
    draw_laws,
    log_prior_of_laws,
    named,
    prior_as_dataset,
    student_t,
    values_of,
)

NU_BLANK: Final = 4.0
LN10: Final = float(np.log(10.0))
VALUES_AT_A_TIME: Final = 2**18
"""Wells times draws that are worked on together: they fit into the cache of a processor."""

Arrays = Mapping[str, np.ndarray]
Draws = Mapping[str, np.ndarray]
"""Variables (draw, ...) of some draws."""


class _Places(NamedTuple):
    """Where wells, or blanks, lie a priori: location and squared scale (draw, cell), degrees of freedom (draw, 1).

    `of` is the cell of each well; `away` is added to its location, (draw, well) or 0.
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
    values = draw_laws(laws, {dim: len(names) for dim, names in coords.items()}, draws, rng)
    return prior_as_dataset(laws, values, coords, draws)


def log_likelihood(data: xr.Dataset, posterior: xr.Dataset, priors: Any, *, model: PanelModel) -> xr.Dataset:
    """Log density of each well and blank, draw by draw; see `lensim.inference.engine.Density`."""
    observed = _observed(data, model)

    def density(name: str, at: _Places) -> np.ndarray:
        away = observed[name].to_numpy() - at.location[:, at.of] - at.away
        return student_t(away, at.variance[:, at.of], at.nu)

    return _of_draws(data, posterior, model, density)


def predictive(
    data: xr.Dataset, posterior: xr.Dataset, priors: Any, rng: np.random.Generator, *, model: PanelModel
) -> xr.Dataset:
    """A replicate of each well and blank a draw; see `lensim.inference.engine.Density`."""

    def replicate(name: str, at: _Places) -> np.ndarray:
        shape = (len(at.location), len(at.of))
        spread = np.sqrt(at.variance)[:, at.of] * rng.standard_t(np.broadcast_to(at.nu, shape))
        return np.asarray(at.location[:, at.of] + at.away + spread)

    return _of_draws(data, posterior, model, replicate)


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
    coords = panel_coords(data)
    return xr.Dataset({name: named(along.get(name, ()), array, coords) for name, array in arrays.items()})


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


def _of_draws(
    data: xr.Dataset, posterior: xr.Dataset, model: PanelModel, say: Callable[[str, _Places], np.ndarray]
) -> xr.Dataset:
    """What `say` gives of each observed variable (draw, well), for all draws (chain, draw, well)."""
    observed, arrays = _observed(data, model), _arrays(data, model)
    chains = tuple(posterior.sizes[dim] for dim in OF_DRAWS)
    total = int(np.prod(chains))
    found = {str(name): np.empty((total, one.size)) for name, one in observed.items()}
    for part, draws in _parts(posterior, max(1, VALUES_AT_A_TIME // max(data.sizes[v.WELL], 1))):
        for name, at in _observations(arrays, draws, model):
            if name in found:
                found[name][part] = say(name, at)
    along = {name: (*OF_DRAWS, *map(str, observed[name].dims)) for name in found}
    return xr.Dataset(
        {
            name: named(along[name], array.reshape(*chains, array.shape[1]), posterior.coords | _counted(observed))
            for name, array in found.items()
        }
    )


def _counted(observed: xr.Dataset) -> dict[Any, np.ndarray]:
    return {dim: np.arange(size) for dim, size in observed.sizes.items()}


def _parts(posterior: xr.Dataset, size: int) -> Iterator[tuple[slice, Draws]]:
    """Draws of all chains in a row, `size` at a time; a scalar is (draw, 1)."""
    values = {name: np.atleast_2d(array).T for name, array in values_of(posterior).items() if array.ndim < 3}
    for start in range(0, len(next(iter(values.values()))), size):
        part = slice(start, start + size)
        yield part, {name: array[part] for name, array in values.items()}


def _observations(arrays: Arrays, draws: Draws, model: PanelModel) -> Iterator[tuple[str, _Places]]:
    if model.is_normalised:
        yield "viability_observed", _fractions(arrays, draws)
        return
    yield "log_signal_observed", _signals(arrays, draws, model)
    if "sd_blank" in draws:
        background = draws[v.BACKGROUND][:, arrays["plate_of_blank"]]
        variance = draws["sd_blank"] ** 2 + arrays["inverse_counting_minutes"] / background
        yield (
            "log_blank_signal_observed",
            _Places(np.log(background), variance, NU_BLANK, np.arange(background.shape[1])),
        )


def _residual(arrays: Arrays, draws: Draws) -> np.ndarray:
    """Expected signal of each culture at each of its doses, as a fraction of untreated (draw, cell)."""
    culture = arrays["culture_of_cell"]
    away = arrays["log_dose_of_cell"] - LN10 * draws[v.CULTURE_LOG10_EC50][:, culture]
    occupancy = expit(np.exp(draws[v.CULTURE_LOG_HILL])[:, culture] * away)
    return np.asarray(1.0 + np.expm1(-draws[v.CULTURE_EFFECT])[:, culture] * occupancy)


def _signals(arrays: Arrays, draws: Draws, model: PanelModel) -> _Places:
    culture = arrays["culture_of_cell"]
    background = draws[v.BACKGROUND][:, arrays["plate_of_culture"][culture]]
    expected = background + np.exp(draws[v.LOG_TOP])[:, culture] * _residual(arrays, draws)
    variance = draws[v.SD_WELL] ** 2 + arrays["inverse_counting_minutes"] / expected
    away = _position(arrays, draws) if model.has_places else 0.0
    return _Places(np.log(expected), variance, draws[v.NU_WELL], arrays["cell_of_well"], away)


def _position(arrays: Arrays, draws: Draws) -> np.ndarray:
    """What a well gains or loses by its place (draw, well)."""
    plate = arrays["plate_of_well"]
    found = draws[EDGE_EFFECT][:, plate] * arrays["edge_of_well"]
    for along in GRADIENTS:
        found = found + draws[f"{along}_log_gradient"][:, plate] * arrays[f"{along}_of_well"]
    return found


def _fractions(arrays: Arrays, draws: Draws) -> _Places:
    expected = np.exp(draws[LOG_TOP_SHARE])[:, arrays["culture_of_cell"]] * _residual(arrays, draws)
    variance = (draws[v.SD_WELL] * expected) ** 2 + draws[v.SD_FLOOR] ** 2
    return _Places(expected, variance, draws[v.NU_WELL], arrays["cell_of_well"])


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
