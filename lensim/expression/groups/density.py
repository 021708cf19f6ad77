"""What `level_groups` says of draws, in numpy: its log densities, its prior and replicates of its data."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.expression.fold_change_density import by_names_of_pymc, by_place, log_normal_density, log_spread_density
from lensim.expression.groups.arrays import level_arrays, level_coordinates
from lensim.expression.groups.levels import levels_of
from lensim.expression.priors import LevelPriors
from lensim.inference.engine import Density
from lensim.inference.prior_sensitivity import OF_DRAWS, OF_NUMBERS

OBSERVED: Final = "log2_level_observed"
_GROUPS: Final = (v.TARGET, v.GROUP)


def log_prior(data: xr.Dataset, posterior: xr.Dataset, priors: LevelPriors) -> xr.Dataset:
    """Log density of each variable given its parents (chain, draw, ...)."""
    typical, sd = posterior[v.TYPICAL_SD_SUBJECTS], posterior[v.SD_SUBJECTS]
    found = {
        v.TYPICAL_SD_SUBJECTS: log_spread_density(
            typical, priors.median_typical_sd_log2_between_subjects, priors.log_sd_typical_sd_log2_between_subjects
        ),
        v.SD_SUBJECTS: log_normal_density(np.log(sd), np.log(typical), priors.log_sd_sd_log2_between_subjects)
        - np.log(sd),
        v.MEAN_LEVEL: log_normal_density(posterior[v.MEAN_LEVEL], 0.0, priors.sd_mean_log2_level),
    }
    if v.FACTOR_ERROR in posterior:
        of_gene = xr.DataArray(level_arrays(data)["factor_error_sd"], dims=v.GENE)
        found[v.FACTOR_ERROR] = log_normal_density(posterior[v.FACTOR_ERROR], 0.0, of_gene)
    result = xr.Dataset({name: values.transpose(*posterior[name].dims) for name, values in found.items()})
    for own, values in result.data_vars.items():
        values.attrs = {OF_NUMBERS: int(own != v.SD_SUBJECTS)}
    return result.assign_attrs({})


def _of_levels(arrays: Mapping[str, np.ndarray], draws: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Mean and sd of each level (chain, draw, level)."""
    place = (..., arrays["target_of_level"], arrays["group_of_level"])
    mean, sd = (draws[name].transpose(*OF_DRAWS, *_GROUPS).to_numpy()[place] for name in (v.MEAN_LEVEL, v.SD_SUBJECTS))
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
    arrays, coords = level_arrays(levels), level_coordinates(levels)

    def normal(*dims: str) -> np.ndarray:
        return rng.standard_normal((1, draws, *(len(coords[dim]) for dim in dims)))

    typical = priors.median_typical_sd_log2_between_subjects * np.exp(
        priors.log_sd_typical_sd_log2_between_subjects * normal(v.TARGET)
    )
    sd = typical[..., None] * np.exp(priors.log_sd_sd_log2_between_subjects * normal(*_GROUPS))
    found: dict[str, tuple[tuple[str, ...], np.ndarray]] = {
        v.TYPICAL_SD_SUBJECTS: ((v.TARGET,), typical),
        v.SD_SUBJECTS: (_GROUPS, sd),
        v.MEAN_LEVEL: (_GROUPS, priors.sd_mean_log2_level * normal(*_GROUPS)),
    }
    if "factor_error_sd" in arrays:
        found[v.FACTOR_ERROR] = ((v.GENE,), arrays["factor_error_sd"] * normal(v.GENE))
    return xr.Dataset(
        {name: ((*OF_DRAWS, *dims), values) for name, (dims, values) in found.items()},
        coords={"chain": [0], "draw": np.arange(draws)} | coords,
    )


def observed(data: xr.Dataset) -> xr.Dataset:
    """What is observed, under the name that the model gives it."""
    return by_names_of_pymc({OBSERVED: level_arrays(data)["level"]})


def constant(data: xr.Dataset) -> xr.Dataset:
    """The arrays that the model holds."""
    return by_names_of_pymc(level_arrays(data))


DENSITY: Final = Density(log_prior, log_likelihood, predictive, prior, observed, constant)
"""Of `level_groups`."""
