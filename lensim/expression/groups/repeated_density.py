"""What `level_repeated_measures` says of draws, in numpy: its log densities, its prior and replicates of its data."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.expression.fold_change_density import by_names_of_pymc, by_place, log_normal_density
from lensim.expression.groups.arrays import repeated_arrays, repeated_coordinates
from lensim.expression.groups.density import GROUPS, OBSERVED, laws_of_means, spread_around
from lensim.expression.groups.levels import repeated_levels_of
from lensim.expression.priors import RepeatedLevelPriors
from lensim.inference.engine import Density
from lensim.inference.laws import OF_DRAWS, Law, log_prior_of_laws, positive_spread, prior_of_laws, values_of

_SUBJECTS: Final = (v.TARGET, v.SUBJECT)


def _laws(arrays: Mapping[str, np.ndarray], priors: RepeatedLevelPriors) -> list[Law]:
    return [
        positive_spread(
            v.TYPICAL_SD_WITHIN,
            priors.median_typical_sd_log2_within_subjects,
            priors.log_sd_typical_sd_log2_within_subjects,
            (v.TARGET,),
        ),
        positive_spread(
            v.SD_SUBJECT_EFFECT,
            priors.median_sd_log2_subject_effect,
            priors.log_sd_sd_log2_subject_effect,
            (v.TARGET,),
        ),
        spread_around(v.SD_WITHIN, v.TYPICAL_SD_WITHIN, priors.log_sd_sd_log2_within_subjects),
        Law(v.SUBJECT_EFFECT, "normal", lambda x: (0.0, x[v.SD_SUBJECT_EFFECT][:, None]), _SUBJECTS),
        *laws_of_means(arrays, priors.sd_mean_log2_level),
    ]


def log_prior(data: xr.Dataset, posterior: xr.Dataset, priors: RepeatedLevelPriors) -> xr.Dataset:
    """Log density of each variable given its parents (chain, draw, ...)."""
    return log_prior_of_laws(_laws(repeated_arrays(data), priors), posterior, values_of(posterior))


def _of_levels(arrays: Mapping[str, np.ndarray], draws: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Mean and sd of each level (chain, draw, level)."""
    target = arrays["target_of_level"]
    mean, sd = (
        draws[name].transpose(*OF_DRAWS, *GROUPS).to_numpy()[..., target, arrays["group_of_level"]]
        for name in (v.MEAN_LEVEL, v.SD_WITHIN)
    )
    effect = draws[v.SUBJECT_EFFECT].transpose(*OF_DRAWS, *_SUBJECTS).to_numpy()
    return mean + effect[..., target, arrays["subject_of_level"]], np.sqrt(sd**2 + arrays["known_variance"])


def log_likelihood(data: xr.Dataset, posterior: xr.Dataset, priors: RepeatedLevelPriors) -> xr.Dataset:
    """Log density of each level given draws."""
    arrays = repeated_arrays(data)
    return by_place(posterior, {OBSERVED: log_normal_density(arrays["level"], *_of_levels(arrays, posterior))})


def predictive(
    data: xr.Dataset, posterior: xr.Dataset, priors: RepeatedLevelPriors, rng: np.random.Generator
) -> xr.Dataset:
    """One replicate of all levels of the same subjects a draw."""
    mean, sd = _of_levels(repeated_arrays(data), posterior)
    return by_place(posterior, {OBSERVED: mean + sd * rng.standard_normal(mean.shape)})


def prior(data: xr.Dataset, priors: RepeatedLevelPriors, draws: int, rng: np.random.Generator) -> xr.Dataset:
    """Draws of the prior (chain of one, draw)."""
    levels = repeated_levels_of(data)
    laws, coords = _laws(repeated_arrays(levels), priors), repeated_coordinates(levels)
    return prior_of_laws(laws, coords, draws, rng)


def observed(data: xr.Dataset) -> xr.Dataset:
    """What is observed, under the name that the model gives it."""
    return by_names_of_pymc({OBSERVED: repeated_arrays(data)["level"]})


def constant(data: xr.Dataset) -> xr.Dataset:
    """The arrays that the model holds."""
    return by_names_of_pymc(repeated_arrays(data))


DENSITY: Final = Density(log_prior, log_likelihood, predictive, prior, observed, constant)
"""Of `level_repeated_measures`."""
