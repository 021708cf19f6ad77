"""What the cell-cycle model says of draws, in numpy alone: prior, likelihood and replicates.

events(culture, :) ~ DirichletMultinomial(n(culture), concentration * share(line, condition, :))
share = softmax(0, phase_log_ratio(line, :) + phase_log_ratio_change(line, contrast, :))
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import xarray as xr
from scipy.special import gammaln

from lensim import vocabulary as v
from lensim.cell_cycle.cultures import events_of_cultures
from lensim.cell_cycle.phases import LATER_PHASES, contrast_of_condition, contrasts_of, shares_of_log_ratios
from lensim.cell_cycle.priors import CellCyclePriors
from lensim.inference.by_draw import by_draw
from lensim.inference.engine import Density
from lensim.inference.laws import (
    Law,
    Values,
    log_prior_of_laws,
    positive_spread,
    prior_of_laws,
    values_of,
)

EVENTS: Final = "events_observed"


def cell_cycle_arrays(data: xr.Dataset) -> dict[str, np.ndarray]:
    """The arrays of the model, by the names under which it holds them; tubes of one culture are summed."""
    contrast = contrast_of_condition(data)[data[v.CONDITION_OF_CULTURE].to_numpy()]
    return {
        "events_of_culture": events_of_cultures(data),
        "line_of_culture": data[v.LINE_OF_CULTURE].to_numpy().astype(np.int64),
        "contrast_of_culture": contrast.astype(np.int64),  # 0 for the control
    }


def cell_cycle_laws(priors: CellCyclePriors) -> list[Law]:
    """The prior of every variable of the model."""
    ratios = np.array([priors.mean_s_log_ratio, priors.mean_g2m_log_ratio])
    return [
        Law(v.PHASE_LOG_RATIO, "normal", (ratios, priors.sd_phase_log_ratio), (v.CELL_LINE, v.LATER_PHASE)),
        Law(
            v.PHASE_LOG_RATIO_CHANGE,
            "normal",
            (0.0, priors.sd_phase_log_ratio_change),
            (v.CELL_LINE, v.CONTRAST, v.LATER_PHASE),
        ),
        positive_spread(v.DIRICHLET, priors.median_concentration, priors.log_sd_concentration),
    ]


def log_prior(data: xr.Dataset, posterior: xr.Dataset, priors: Any) -> xr.Dataset:
    """Log density of each variable; see `lensim.inference.engine.Density`."""
    return log_prior_of_laws(cell_cycle_laws(priors or CellCyclePriors()), posterior, values_of(posterior))


def prior(data: xr.Dataset, priors: Any, draws: int, rng: np.random.Generator) -> xr.Dataset:
    """Draws of the prior; see `lensim.inference.engine.Density`."""
    laws = cell_cycle_laws(priors or CellCyclePriors())
    coords = {
        v.CELL_LINE: data[v.CELL_LINE].to_numpy(),
        v.CONTRAST: np.array(contrasts_of(data)),
        v.LATER_PHASE: np.array(LATER_PHASES),
    }
    return prior_of_laws(laws, coords, draws, rng)


def log_likelihood(data: xr.Dataset, posterior: xr.Dataset, priors: Any) -> xr.Dataset:
    """Log probability of the events of each culture; see `lensim.inference.engine.Density`."""
    arrays = cell_cycle_arrays(data)
    events = arrays["events_of_culture"][..., None]
    total = events.sum(axis=1)

    def probability(x: Values) -> dict[str, np.ndarray]:
        weight, concentration = _weights(arrays, x), x[v.DIRICHLET]
        of_phases = gammaln(events + weight) - gammaln(weight) - gammaln(events + 1.0)
        of_all = gammaln(concentration) + gammaln(total + 1.0) - gammaln(total + concentration)
        return {EVENTS: of_all + of_phases.sum(axis=1)}

    return by_draw(values_of(posterior), posterior, observed(data), probability)


def predictive(data: xr.Dataset, posterior: xr.Dataset, priors: Any, rng: np.random.Generator) -> xr.Dataset:
    """Events of each culture and phase, drawn anew; see `lensim.inference.engine.Density`."""
    arrays = cell_cycle_arrays(data)
    total = arrays["events_of_culture"].sum(axis=1)[:, None]

    def replicate(x: Values) -> dict[str, np.ndarray]:
        weight = np.moveaxis(_weights(arrays, x), 1, -1)  # (culture, draw, phase)
        shares = rng.standard_gamma(weight)
        drawn = rng.multinomial(total, shares / shares.sum(axis=-1, keepdims=True))
        return {EVENTS: np.moveaxis(drawn, -1, 1)}

    return by_draw(values_of(posterior), posterior, observed(data), replicate)


def _weights(arrays: Mapping[str, np.ndarray], x: Values) -> np.ndarray:
    """Concentration times the expected shares of each culture (culture, phase, draw)."""
    line, contrast = arrays["line_of_culture"], arrays["contrast_of_culture"]
    change = x[v.PHASE_LOG_RATIO_CHANGE]
    with_control = np.concatenate([np.zeros((len(change), 1, *change.shape[2:])), change], axis=1)
    ratio = x[v.PHASE_LOG_RATIO][line] + with_control[line, contrast]  # (culture, later_phase, draw)
    share = np.moveaxis(shares_of_log_ratios(np.moveaxis(ratio, 1, -1)), -1, 1)
    return np.asarray(x[v.DIRICHLET] * share)


def observed(data: xr.Dataset) -> xr.Dataset:
    """The group observed_data."""
    dims = (f"{EVENTS}_dim_0", f"{EVENTS}_dim_1")
    return xr.Dataset({EVENTS: (dims, cell_cycle_arrays(data)["events_of_culture"])})


def constant(data: xr.Dataset) -> xr.Dataset:
    """The group constant_data."""
    return xr.Dataset(
        {
            name: (tuple(f"{name}_dim_{axis}" for axis in range(array.ndim)), array)
            for name, array in cell_cycle_arrays(data).items()
        }
    )


DENSITIES: Final[Mapping[str, Density]] = {
    "cell_cycle_phases": Density(log_prior, log_likelihood, predictive, prior, observed, constant)
}
"""Of the cell-cycle model of the catalogue."""
