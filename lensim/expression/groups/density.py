"""What `level_groups` says of draws, in numpy: its log densities, its prior and replicates of its data."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.expression.fold_change_density import by_names_of_pymc, by_place, log_normal_density
from lensim.expression.groups.arrays import level_arrays, level_coordinates
from lensim.expression.groups.levels import levels_of
from lensim.expression.priors import LevelPriors
from lensim.inference.engine import Density
from lensim.inference.laws import OF_DRAWS, Law, log_prior_of_laws, positive_spread, prior_of_laws, values_of

OBSERVED: Final = "log2_level_observed"
GROUPS: Final = (v.TARGET, v.GROUP)


def spread_around(name: str, typical: str, log_sd: float) -> Law:
    """The law of spreads of groups around the typical spread of their target, which is the variable `typical`."""
    return Law(name, "log_normal", lambda x: (np.log(x[typical])[:, None], log_sd), GROUPS)


def laws_of_means(arrays: Mapping[str, np.ndarray], sd: float) -> list[Law]:
    """The law of the mean of each group, and of the errors of factors where these are uncertain."""
    laws = [Law(v.MEAN_LEVEL, "normal", (0.0, sd), GROUPS)]
    if "factor_error_sd" in arrays:
        laws.append(Law(v.FACTOR_ERROR, "normal", (0.0, arrays["factor_error_sd"]), (v.GENE,)))
    return laws


def _laws(arrays: Mapping[str, np.ndarray], priors: LevelPriors) -> list[Law]:
    return [
        positive_spread(
            v.TYPICAL_SD_SUBJECTS,
            priors.median_typical_sd_log2_between_subjects,
            priors.log_sd_typical_sd_log2_between_subjects,
            (v.TARGET,),
        ),
        spread_around(v.SD_SUBJECTS, v.TYPICAL_SD_SUBJECTS, priors.log_sd_sd_log2_between_subjects),
        *laws_of_means(arrays, priors.sd_mean_log2_level),
    ]


def log_prior(data: xr.Dataset, posterior: xr.Dataset, priors: LevelPriors) -> xr.Dataset:
    """Log density of each variable given its parents (chain, draw, ...)."""
    return log_prior_of_laws(_laws(level_arrays(data), priors), posterior, values_of(posterior))


def _of_levels(arrays: Mapping[str, np.ndarray], draws: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Mean and sd of each level (chain, draw, level)."""
    place = (..., arrays["target_of_level"], arrays["group_of_level"])
    mean, sd = (draws[name].transpose(*OF_DRAWS, *GROUPS).to_numpy()[place] for name in (v.MEAN_LEVEL, v.SD_SUBJECTS))
    return mean, np.sqrt(sd**2 + arrays["known_variance"])


def log_likelihood(data: xr.Dataset, posterior: xr.Dataset, priors: LevelPriors) -> xr.Dataset:
    """Log density of each level given draws."""
    arrays = level_arrays(data)
    return by_place(posterior, {OBSERVED: log_normal_density(arrays["level"], *_of_levels(arrays, posterior))})


def predictive(data: xr.Dataset, posterior: xr.Dataset, priors: LevelPriors, rng: np.random.Generator) -> xr.Dataset:
    """One replicate of all levels a draw."""
    mean, sd = _of_levels(level_arrays(data), posterior)
    return by_place(posterior, {OBSERVED: mean + sd * rng.standard_normal(mean.shape)})


def prior(data: xr.Dataset, priors: LevelPriors, draws: int, rng: np.random.Generator) -> xr.Dataset:
    """Draws of the prior (chain of one, draw)."""
    levels = levels_of(data)
    laws, coords = _laws(level_arrays(levels), priors), level_coordinates(levels)
    return prior_of_laws(laws, coords, draws, rng)


def observed(data: xr.Dataset) -> xr.Dataset:
    """What is observed, under the name that the model gives it."""
    return by_names_of_pymc({OBSERVED: level_arrays(data)["level"]})


def constant(data: xr.Dataset) -> xr.Dataset:
    """The arrays that the model holds."""
    return by_names_of_pymc(level_arrays(data))


DENSITY: Final = Density(log_prior, log_likelihood, predictive, prior, observed, constant)
"""Of `level_groups`."""
