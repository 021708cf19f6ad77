"""The groups by well of a result, made where it lacks them: replicates of the data, and their log likelihood."""

from collections.abc import Collection
from typing import Any

import xarray as xr

from lensim.assay import assay_of
from lensim.checks import InputError
from lensim.inference.catalogue import find_model
from lensim.inference.densities import BY_WELL, add_by_well
from lensim.inference.observations import OBSERVATIONS, observations_of
from lensim.inference.priors import priors_from, priors_of
from lensim.inference.settings import FitSettings
from lensim.record import object_of


def can_have_predictive(result: xr.DataTree) -> bool:
    """Whether a result has replicates of its data, or they can be made."""
    if "posterior_predictive" in result.children:
        return True
    needed = {"prior", "posterior", "observed_data", OBSERVATIONS} <= set(result.children)
    is_known = str(result.attrs.get("model", "")) in assay_of(result).densities
    return needed and is_known and {"seed", "priors"} <= set(result.attrs)


def with_predictive(result: xr.DataTree) -> xr.DataTree:
    """A result with replicates of its data; the one that is given stays as it is.

    Raises
    ------
    InputError
        As `add_predictive`.
    """
    if "posterior_predictive" in result.children:
        return result
    found = result.copy()
    add_predictive(found, ("posterior_predictive",))
    return found


def add_predictive(result: xr.DataTree, groups: Collection[str] = BY_WELL) -> None:
    """Add prior_predictive, posterior_predictive and log_likelihood to a result, where it lacks them.

    They come from the density of its model. The numbers are those that a fit gives when it makes them at once.

    Parameters
    ----------
    result
        As `lensim.fit_study.fit_study` gives it, or read from its file.
    groups
        Those that are wanted.

    Raises
    ------
    InputError
        If no density of its model is known, or the result lacks its prior, data, priors or seed.
    """
    if all(name in result.children for name in groups):
        return
    name, seed = str(result.attrs.get("model", "")), result.attrs.get("seed")
    density = assay_of(result).densities.get(name)
    lacks = [one for one in ("prior", "posterior", OBSERVATIONS) if one not in result.children]
    if density is None or lacks or seed is None:
        what = "a model whose density lensim knows" if density is None else ", ".join(lacks) or "its seed"
        raise InputError(
            f"predictive groups need {what}, got a result of {name or 'a model without a name'} that lacks it: fit the "
            'data again with engine="nuts" to have them'
        )
    priors = priors_from(find_model(name), priors_of(result))
    try:
        add_by_well(density, observations_of(result), priors, result, _predictive_draws(result), int(seed), groups)
    except KeyError as error:
        raise InputError(f"predictive groups need {error}, got a result without: fit the data again") from None


def _predictive_draws(result: xr.DataTree) -> int:
    found: dict[str, Any] = object_of(result.attrs.get("settings", "{}"), "attrs['settings'] of a result", "settings")
    draws = found.get("predictive_draws")
    return draws if isinstance(draws, int) and draws > 0 else FitSettings().predictive_draws
