"""Variables that only the sampler needs, and the prior of the model's own variables behind them.

A model may declare a coordinate w, in which sampling is easy, and derive its own variable x from it
(`lensim.models.coordinates`). `note_coordinate` writes into the model that x is meant, and the law of x given its
parents. So a result has the coordinates in a group of their own, and `log_prior` is of the variables that the model is
about: that of w depends on data, and scaling it says nothing of the prior (`arviz.psense_summary`).
"""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

import pymc as pm
import xarray as xr
from pymc.backends.arviz import apply_function_over_dataset, coords_and_dims_for_inferencedata
from pytensor.graph.basic import Variable
from pytensor.graph.traversal import ancestors

from lensim.inference.prior_sensitivity import OF_NUMBERS

_ATTRIBUTE: Final = "lensim_coordinates"


class Coordinate(NamedTuple):
    """A coordinate and the variable behind it: x ~ Normal(mu, sigma) given its parents."""

    name: str
    variable: str
    value: Any
    mu: Any
    sigma: Any


def note_coordinate(name: str, variable: str, *, value: Any, mu: Any, sigma: Any) -> None:
    """Write into the model in context that `name` is a coordinate of `variable`, which is Normal(mu, sigma).

    Parameters
    ----------
    name
        The free variable that is sampled.
    variable
        The name of the model's own variable; it need not be declared.
    value, mu, sigma
        That variable, and its mean and sd given its parents, as expressions of the model's variables.
    """
    model = pm.modelcontext(None)
    setattr(model, _ATTRIBUTE, (*coordinates_of(model), Coordinate(name, variable, value, mu, sigma)))


def coordinates_of(model: pm.Model) -> tuple[Coordinate, ...]:
    """What `note_coordinate` wrote into a model."""
    return tuple(getattr(model, _ATTRIBUTE, ()))


def log_prior_of(model: pm.Model, posterior: xr.Dataset) -> xr.Dataset:
    """Log prior density of each variable of the model given its parents, draw by draw (chain, draw, ...).

    log p(x | parents) of every free variable that is no coordinate, and of every variable behind a coordinate. Their
    sum over variables is the log prior density of the model's own variables. attrs[OF_NUMBERS] of each is 1 where its
    parameters are numbers, which a user can give, and 0 where they are variables.

    Parameters
    ----------
    model
        Whose free variables `posterior` has.
    posterior
        Draws (chain, draw, ...), coordinates among them.
    """
    noted = coordinates_of(model)
    sampled = {one.name for one in noted}
    own = [variable for variable in model.free_RVs if variable.name not in sampled]
    # given the variables behind them, coordinates play no part: the graph is cut there
    known = [*model.free_RVs, *(one.value for one in noted if one.variable in model.named_vars)]
    names = [*(variable.name for variable in own), *(one.variable for one in noted)]
    densities = [pm.logp(variable, variable) for variable in own]
    densities += [pm.logp(pm.Normal.dist(one.mu, one.sigma), one.value) for one in noted]
    density = model.compile_fn(inputs=known, outs=densities, on_unused_input="ignore")
    coords, dims = coords_and_dims_for_inferencedata(model)
    of_numbers = [_has_numbers(model, variable.owner.inputs) for variable in own]
    of_numbers += [_has_numbers(model, (one.mu, one.sigma)) for one in noted]
    found = apply_function_over_dataset(
        density,
        posterior[[variable.name for variable in known]].astype(
            {one.name: one.type.dtype for one in known}, copy=False
        ),
        output_var_names=names,
        coords=coords,
        dims=dims | {one.variable: dims[one.name] for one in noted if one.name in dims},
        progressbar=False,
    )
    for name, has_numbers in zip(names, of_numbers, strict=True):
        found[name].attrs[OF_NUMBERS] = int(has_numbers)
    return found


def _has_numbers(model: pm.Model, parameters: Iterable[Any]) -> bool:
    """Whether the parameters of a prior are numbers, and no variables of the model."""
    free = set(model.free_RVs)
    return not any(one in free for one in ancestors([one for one in parameters if isinstance(one, Variable)]))


def without_coordinates(draws: xr.Dataset, model: pm.Model) -> tuple[xr.Dataset, xr.Dataset]:
    """Draws of the model's own variables, and those of its coordinates."""
    names = [one.name for one in coordinates_of(model) if one.name in draws]
    return draws.drop_vars(names), draws[names]
