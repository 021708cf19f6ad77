"""What `level_repeated_measures` says of draws, in numpy: its log densities, its prior and replicates of its data."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.expression.fold_change_density import by_names_of_pymc, by_place, log_normal_density, log_spread_density
from lensim.expression.groups.arrays import repeated_arrays, repeated_coordinates
from lensim.expression.groups.density import OBSERVED
from lensim.expression.priors import RepeatedLevelPriors
from lensim.inference.engine import Density
from lensim.inference.prior_sensitivity import OF_DRAWS, OF_NUMBERS

_GROUPS: Final = (v.TARGET, v.GROUP)
_SUBJECTS: Final = (v.TARGET, v.SUBJECT)


def log_prior(data: xr.Dataset, posterior: xr.Dataset, priors: RepeatedLevelPriors) -> xr.Dataset:
    """Log density of each variable given its parents (chain, draw, ...)."""
    typical, between, sd = (posterior[name] for name in (v.TYPICAL_SD_WITHIN, v.SD_SUBJECT_EFFECT, v.SD_WITHIN))
    found = {
        v.TYPICAL_SD_WITHIN: log_spread_density(
            typical, priors.median_typical_sd_log2_within_subjects, priors.log_sd_typical_sd_log2_within_subjects
        ),
        v.SD_SUBJECT_EFFECT: log_spread_density(
            between, priors.median_sd_log2_subject_effect, priors.log_sd_sd_log2_subject_effect
        ),
        v.SD_WITHIN: log_normal_density(np.log(sd), np.log(typical), priors.log_sd_sd_log2_within_subjects)
        - np.log(sd),
        v.SUBJECT_EFFECT: log_normal_density(posterior[v.SUBJECT_EFFECT], 0.0, between),
        v.MEAN_LEVEL: log_normal_density(posterior[v.MEAN_LEVEL], 0.0, priors.sd_mean_log2_level),
    }
    if v.FACTOR_ERROR in posterior:
        of_gene = xr.DataArray(repeated_arrays(data)["factor_error_sd"], dims=v.GENE)
        found[v.FACTOR_ERROR] = log_normal_density(posterior[v.FACTOR_ERROR], 0.0, of_gene)
    result = xr.Dataset({name: values.transpose(*posterior[name].dims) for name, values in found.items()})
    for own, values in result.data_vars.items():
        values.attrs = {OF_NUMBERS: int(own not in (v.SD_WITHIN, v.SUBJECT_EFFECT))}
    return result.assign_attrs({})


def _of_levels(arrays: Mapping[str, np.ndarray], draws: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Mean and sd of each level (chain, draw, level)."""
    target = arrays["target_of_level"]
    mean, sd = (
        draws[name].transpose(*OF_DRAWS, *_GROUPS).to_numpy()[..., target, arrays["group_of_level"]]
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
    arrays, coords = repeated_arrays(data), repeated_coordinates(data)

    def normal(*dims: str) -> np.ndarray:
        return rng.standard_normal((1, draws, *(len(coords[dim]) for dim in dims)))

    typical = priors.median_typical_sd_log2_within_subjects * np.exp(
        priors.log_sd_typical_sd_log2_within_subjects * normal(v.TARGET)
    )
    between = priors.median_sd_log2_subject_effect * np.exp(priors.log_sd_sd_log2_subject_effect * normal(v.TARGET))
    sd = typical[..., None] * np.exp(priors.log_sd_sd_log2_within_subjects * normal(*_GROUPS))
    found: dict[str, tuple[tuple[str, ...], np.ndarray]] = {
        v.TYPICAL_SD_WITHIN: ((v.TARGET,), typical),
        v.SD_SUBJECT_EFFECT: ((v.TARGET,), between),
        v.SD_WITHIN: (_GROUPS, sd),
        v.SUBJECT_EFFECT: (_SUBJECTS, between[..., None] * normal(*_SUBJECTS)),
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
    return by_names_of_pymc({OBSERVED: repeated_arrays(data)["level"]})


def constant(data: xr.Dataset) -> xr.Dataset:
    """The arrays that the model holds."""
    return by_names_of_pymc(repeated_arrays(data))


DENSITY: Final = Density(log_prior, log_likelihood, predictive, prior, observed, constant)
"""Of `level_repeated_measures`."""
