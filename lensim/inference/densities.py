"""The groups of a fit beside its posterior, from a density in numpy: no model is built and nothing is compiled."""

from collections.abc import Collection
from typing import Any, Final

import xarray as xr

from lensim import seeding
from lensim import vocabulary as v
from lensim.inference.engine import Density
from lensim.inference.settings import FitSettings

SAMPLER_COORDINATES: Final = "sampler_coordinates"
"""Group of a result that holds variables that only its sampler needs (chain, draw, ...)."""
BY_WELL: Final = ("prior_predictive", "posterior_predictive", "log_likelihood")
"""Groups that have a number for each draw and each value observed."""
CHEAP_VALUES: Final = 4_000_000
"""Draws times values observed up to which a fit makes the groups by well at once: a second, and 30 MB of file."""


def is_cheap(drawn: xr.DataTree, data: xr.Dataset) -> bool:
    """Whether the groups by well are made with the fit, by the number of their values."""
    sizes = drawn["posterior"].sizes
    observed = max((one.size for one in data.data_vars.values()), default=0)
    return sizes["chain"] * sizes["draw"] * observed <= CHEAP_VALUES


def complete_by_density(
    density: Density,
    data: xr.Dataset,
    priors: Any,
    drawn: xr.DataTree,
    settings: FitSettings,
    seed: int,
) -> xr.DataTree:
    """Add to a posterior the other groups of a fit: prior, log prior, observed and constant data, units.

    Those of `BY_WELL` are made too where the settings allow it and they are cheap.

    Parameters
    ----------
    density
        Of the model.
    data
        As it was fitted.
    priors
        The dataclass of the model's priors.
    drawn
        Groups posterior, sample_stats and observations; they and the attrs come along.
    settings, seed
        As for `lensim.inference.fit.fit`.
    """
    result = xr.DataTree()
    result["prior"] = xr.DataTree(density.prior(data, priors, settings.prior_draws, seeding.stream(seed, "prior")))
    for name, group in drawn.children.items():
        result[name] = group
    result.attrs |= drawn.attrs
    result["log_prior"] = xr.DataTree(density.log_prior(data, with_coordinates(drawn), priors))
    result["observed_data"] = xr.DataTree(density.observed(data))
    result["constant_data"] = xr.DataTree(density.constant(data))
    if settings.by_well and is_cheap(drawn, data):
        add_by_well(density, data, priors, result, settings.predictive_draws, seed)
    state_units(result)
    return result


def add_by_well(
    density: Density,
    data: xr.Dataset,
    priors: Any,
    result: xr.DataTree,
    predictive_draws: int,
    seed: int,
    groups: Collection[str] = BY_WELL,
) -> None:
    """Add those of these groups by well that a result lacks; the same numbers, whenever they are made."""
    lacks = set(groups) - set(result.children)
    posterior = with_coordinates(result)
    if "prior_predictive" in lacks:
        rng = seeding.stream(seed, "prior predictive")
        replicate = density.predictive(data, result["prior"].to_dataset(), priors, rng)
        result["prior_predictive"] = xr.DataTree(replicate)
    if "log_likelihood" in lacks:
        result["log_likelihood"] = xr.DataTree(density.log_likelihood(data, posterior, priors))
    if "posterior_predictive" in lacks:
        rng = seeding.stream(seed, "posterior predictive")
        thinned = every_nth(posterior, predictive_draws)
        result["posterior_predictive"] = xr.DataTree(density.predictive(data, thinned, priors, rng))


def with_coordinates(result: xr.DataTree) -> xr.Dataset:
    """The posterior with the coordinates of its sampler, where a result has some: what more is computed or drawn from.

    Some variables of a model are in these alone, such as deviations of genes with few copies.
    """
    posterior = result["posterior"].to_dataset()
    if SAMPLER_COORDINATES not in result.children:
        return posterior
    return posterior.merge(result[SAMPLER_COORDINATES].to_dataset())


def every_nth(posterior: xr.Dataset, draws: int) -> xr.Dataset:
    """Draws spread evenly over those of a posterior, at most `draws`."""
    step = max(1, -(-posterior.sizes["chain"] * posterior.sizes["draw"] // draws))
    return posterior.isel(draw=slice(None, None, step))


def state_units(result: xr.DataTree) -> None:
    """Write the unit of every variable that the vocabulary knows into its attrs."""
    for group in ("prior", "posterior"):
        for name, variable in result[group].data_vars.items():
            bare = str(name)
            for prefix in ("mu_", "sigma_group_", "sigma_", "group_"):
                bare = bare.removeprefix(prefix)
            if bare in v.UNITS:
                variable.attrs["units"] = v.UNITS[bare]
