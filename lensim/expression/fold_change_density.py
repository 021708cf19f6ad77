"""What `fold_change_hierarchical` says of draws, in numpy: its log densities, its prior and replicates of its data."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.expression.fold_change_arrays import fold_change_arrays, require_fold_changes
from lensim.expression.priors import FoldChangePriors
from lensim.inference.engine import Density
from lensim.inference.prior_sensitivity import OF_DRAWS, OF_NUMBERS

MODEL: Final = "fold_change_hierarchical"
REPLICATES_OBSERVED: Final = "replicate_contrast_observed"
LOG_2_PI: Final = float(np.log(2.0 * np.pi))
_GROUPS: Final = (v.TARGET, v.CELL_TYPE, v.CONTRAST)


def log_normal_density(x: Any, mu: Any, sigma: Any) -> Any:
    """Log density of Normal(mu, sigma) at x."""
    return -0.5 * ((x - mu) / sigma) ** 2 - np.log(sigma) - 0.5 * LOG_2_PI


def log_spread_density(x: Any, median: float, log_sd: float) -> Any:
    """Log density of LogNormal(log median, log_sd) at x."""
    return log_normal_density(np.log(x), np.log(median), log_sd) - np.log(x)


def observed_name(data: xr.Dataset) -> str:
    """The name of what is observed of pairs: Ct changes where they are known, else ratios."""
    return "ct_change_observed" if v.CT_CHANGE in data else "log2_ratio_observed"


def coordinates_of(data: xr.Dataset) -> dict[str, np.ndarray]:
    """Names along the dims of the model's variables."""
    return {
        dim: data[dim].to_numpy() if dim in data.coords else np.arange(data.sizes[dim])
        for dim in (v.TARGET, v.SUBJECT, v.CONTRAST, v.CELL_TYPE)
    }


def log_prior(data: xr.Dataset, posterior: xr.Dataset, priors: FoldChangePriors) -> xr.Dataset:
    """Log density of each variable given its parents (chain, draw, ...).

    Parameters
    ----------
    data
        Pairs, as the model takes them.
    posterior
        Draws of the model's own variables.
    priors
        Of the model.
    """
    kind = xr.DataArray(data[v.CELL_TYPE_OF_SUBJECT].to_numpy(), dims=v.SUBJECT)
    mu, sigma = (posterior[name].isel({v.CELL_TYPE: kind}) for name in (v.MU_FOLD_CHANGE, v.SIGMA_FOLD_CHANGE))
    found = {
        v.SD_PAIR: log_spread_density(posterior[v.SD_PAIR], priors.median_sd_log2_pair, priors.log_sd_sd_log2_pair)
    }
    if v.SD_TECHNICAL in posterior:
        found[v.SD_TECHNICAL] = log_spread_density(
            posterior[v.SD_TECHNICAL], priors.median_sd_technical_cycles, priors.log_sd_sd_technical_cycles
        )
    found[v.SIGMA_FOLD_CHANGE] = log_spread_density(
        posterior[v.SIGMA_FOLD_CHANGE], priors.median_sigma_log2_fold_change, priors.log_sd_sigma_log2_fold_change
    )
    arrays = fold_change_arrays(data)
    for name, centre, sd, dim in (
        (v.DOUBLINGS, arrays["doublings"], arrays.get("doublings_sd"), v.TARGET),
        (v.REFERENCE_RESPONSE, 0.0, arrays.get("reference_response_sd"), v.CONTRAST),
    ):
        if sd is not None:
            mean = xr.DataArray(np.broadcast_to(centre, sd.shape), dims=dim)
            found[name] = log_normal_density(posterior[name], mean, xr.DataArray(sd, dims=dim))
    found[v.MU_FOLD_CHANGE] = log_normal_density(posterior[v.MU_FOLD_CHANGE], 0.0, priors.sd_mu_log2_fold_change)
    found[v.LOG2_FOLD_CHANGE] = log_normal_density(posterior[v.LOG2_FOLD_CHANGE], mu, sigma)
    result = xr.Dataset({name: values.transpose(*posterior[name].dims) for name, values in found.items()})
    result = result.drop_vars([name for name in result.coords if name not in posterior.coords])
    for own, values in result.data_vars.items():
        values.attrs = {OF_NUMBERS: int(own != v.LOG2_FOLD_CHANGE)}
    return result.assign_attrs({})


def _of_pairs(data: xr.Dataset, draws: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Mean and sd of what is observed of each pair (chain, draw, pair)."""
    arrays = fold_change_arrays(data)
    target, subject, contrast = (arrays[f"{one}_of_pair"] for one in ("target", "subject", "contrast"))
    fold = draws[v.LOG2_FOLD_CHANGE].transpose(*OF_DRAWS, v.TARGET, v.SUBJECT, v.CONTRAST).to_numpy()
    variance = draws[v.SD_PAIR].transpose(*OF_DRAWS, v.TARGET).to_numpy()[..., target] ** 2 + arrays["known_variance"]
    if v.SD_TECHNICAL in draws:
        variance = variance + arrays["technical_share"] * draws[v.SD_TECHNICAL].to_numpy()[..., None] ** 2
    mean = fold[:, :, target, subject, contrast] + arrays["input_change"]
    if v.REFERENCE_RESPONSE in draws:
        mean = mean - draws[v.REFERENCE_RESPONSE].transpose(*OF_DRAWS, v.CONTRAST).to_numpy()[..., contrast]
    doublings = arrays["doublings"][target]
    if v.DOUBLINGS in draws:
        doublings = draws[v.DOUBLINGS].transpose(*OF_DRAWS, v.TARGET).to_numpy()[..., target]
    return mean / doublings, np.sqrt(variance) / doublings


def by_place(draws: xr.Dataset, found: Mapping[str, np.ndarray]) -> xr.Dataset:
    """Arrays (chain, draw, place) as PyMC names their dims."""
    coords = {name: draws[name].to_numpy() for name in OF_DRAWS}
    return xr.Dataset(
        {name: ((*OF_DRAWS, f"{name}_dim_0"), values) for name, values in found.items()},
        coords=coords | {f"{name}_dim_0": np.arange(values.shape[-1]) for name, values in found.items()},
    )


def log_likelihood(data: xr.Dataset, posterior: xr.Dataset, priors: FoldChangePriors) -> xr.Dataset:
    """Log density of each pair, and of each contrast of replicates, given draws."""
    arrays = fold_change_arrays(data)
    found = {}
    if "replicate_contrast" in arrays:
        sd = posterior[v.SD_TECHNICAL].to_numpy()[..., None]
        found[REPLICATES_OBSERVED] = log_normal_density(arrays["replicate_contrast"], 0.0, sd)
    found[observed_name(data)] = log_normal_density(arrays["ct_change"], *_of_pairs(data, posterior))
    return by_place(posterior, found)


def predictive(
    data: xr.Dataset, posterior: xr.Dataset, priors: FoldChangePriors, rng: np.random.Generator
) -> xr.Dataset:
    """One replicate of pairs, and of contrasts of replicates, a draw."""
    arrays = fold_change_arrays(data)
    found = {}
    if "replicate_contrast" in arrays:
        sd = posterior[v.SD_TECHNICAL].to_numpy()[..., None]
        found[REPLICATES_OBSERVED] = sd * rng.standard_normal((*sd.shape[:2], len(arrays["replicate_contrast"])))
    mean, sd = _of_pairs(data, posterior)
    found[observed_name(data)] = mean + sd * rng.standard_normal(mean.shape)
    return by_place(posterior, found)


def prior(data: xr.Dataset, priors: FoldChangePriors, draws: int, rng: np.random.Generator) -> xr.Dataset:
    """Draws of the prior (chain of one, draw)."""
    require_fold_changes(data, MODEL)
    arrays, coords = fold_change_arrays(data), coordinates_of(data)

    def normal(*dims: str) -> np.ndarray:
        return rng.standard_normal((1, draws, *(len(coords[dim]) for dim in dims)))

    def spread(median: float, log_sd: float, *dims: str) -> np.ndarray:
        return np.asarray(median * np.exp(log_sd * normal(*dims)))

    kind = data[v.CELL_TYPE_OF_SUBJECT].to_numpy()
    sd_pair = spread(priors.median_sd_log2_pair, priors.log_sd_sd_log2_pair, v.TARGET)
    found: dict[str, tuple[tuple[str, ...], np.ndarray]] = {v.SD_PAIR: ((v.TARGET,), sd_pair)}
    if "replicate_contrast" in arrays:
        own = spread(priors.median_sd_technical_cycles, priors.log_sd_sd_technical_cycles)
        found[v.SD_TECHNICAL] = ((), own)
    if "doublings_sd" in arrays:
        found[v.DOUBLINGS] = ((v.TARGET,), arrays["doublings"] + arrays["doublings_sd"] * normal(v.TARGET))
    if "reference_response_sd" in arrays:
        found[v.REFERENCE_RESPONSE] = ((v.CONTRAST,), arrays["reference_response_sd"] * normal(v.CONTRAST))
    mu = priors.sd_mu_log2_fold_change * normal(*_GROUPS)
    sigma = spread(priors.median_sigma_log2_fold_change, priors.log_sd_sigma_log2_fold_change, *_GROUPS)
    fold = mu[:, :, :, kind] + sigma[:, :, :, kind] * normal(v.TARGET, v.SUBJECT, v.CONTRAST)
    found |= {v.MU_FOLD_CHANGE: (_GROUPS, mu), v.SIGMA_FOLD_CHANGE: (_GROUPS, sigma)}
    found[v.LOG2_FOLD_CHANGE] = ((v.TARGET, v.SUBJECT, v.CONTRAST), fold)
    return xr.Dataset(
        {name: ((*OF_DRAWS, *dims), values) for name, (dims, values) in found.items()},
        coords={"chain": [0], "draw": np.arange(draws)} | coords,
    )


def observed(data: xr.Dataset) -> xr.Dataset:
    """What is observed, under the names that the model gives it."""
    arrays = fold_change_arrays(data)
    found = {observed_name(data): arrays["ct_change"]}
    if "replicate_contrast" in arrays:
        found = {REPLICATES_OBSERVED: arrays["replicate_contrast"]} | found
    return by_names_of_pymc(found)


def constant(data: xr.Dataset) -> xr.Dataset:
    """The arrays that the model holds."""
    return by_names_of_pymc(fold_change_arrays(data))


def by_names_of_pymc(arrays: Mapping[str, np.ndarray]) -> xr.Dataset:
    """Arrays as PyMC names their dims where a model names none."""
    return xr.Dataset(
        {name: (f"{name}_dim_0", values) for name, values in arrays.items()},
        coords={f"{name}_dim_0": np.arange(len(values)) for name, values in arrays.items()},
    )


DENSITY: Final = Density(log_prior, log_likelihood, predictive, prior, observed, constant)
"""Of `fold_change_hierarchical`."""
