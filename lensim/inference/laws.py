"""The prior of a model as a list of laws, in numpy: draws of it, and its density variable by variable.

A law is the distribution of one variable given those before it. Its parameters are numbers, or a function of draws of
the variables before it. Draws are the last axis of every array here, so that a scalar of a model meets a vector of it
as in its equations.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import xarray as xr
from scipy.special import betaln, gammaln

from lensim.inference.prior_sensitivity import OF_NUMBERS

Values = Mapping[str, np.ndarray]
"""Draws of variables by name, each (..., draw)."""
Kind = Literal["normal", "half_normal", "log_normal", "gamma", "beta", "uniform"]
Parameters = tuple[Any, ...] | Callable[[Values], tuple[Any, ...]]

LOG_2PI: Final = float(np.log(2.0 * np.pi))
OF_DRAWS: Final = ("chain", "draw")


@dataclass(frozen=True)
class Law:
    """The distribution of one variable given those before it.

    Attributes
    ----------
    name, dims
        The variable, and its dims besides draws.
    kind
        normal(mean, sd); half_normal(sd); log_normal(mean of logs, sd of logs); gamma(shape, rate); beta(a, b);
        uniform(), which is between 0 and 1.
    parameters
        Numbers, each a scalar or along `dims`; or a function of the variables before it, which gives arrays that
        broadcast along (*dims, draw).
    """

    name: str
    kind: Kind
    parameters: Parameters = ()
    dims: tuple[str, ...] = ()

    @property
    def has_numbers(self) -> bool:
        """Whether its parameters are numbers, which a user can give."""
        return not callable(self.parameters)

    def at(self, values: Values) -> tuple[Any, ...]:
        """Its parameters, which broadcast along (*dims, draw)."""
        if callable(self.parameters):
            return self.parameters(values)
        return tuple(np.asarray(one, dtype=float)[..., None] for one in self.parameters)


@dataclass(frozen=True)
class Derived:
    """A variable that is a function of others, and so has no density: `value` gives (*dims, draw)."""

    name: str
    value: Callable[[Values], np.ndarray]
    dims: tuple[str, ...] = ()


def positive_spread(name: str, median: float, log_sd: float, dims: tuple[str, ...] = ()) -> Law:
    """A spread that is surely not 0: log normal around a median."""
    return Law(name, "log_normal", (np.log(median), log_sd), dims)


def draw_laws(
    laws: Sequence[Law | Derived], sizes: Mapping[str, int], draws: int, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Draws of every variable, in the order of the laws.

    Parameters
    ----------
    laws
        Each after those that its parameters need.
    sizes
        Of the dims.
    draws
        Number of draws.
    rng
        Source of randomness.

    Returns
    -------
    dict
        Each (*dims, draw).
    """
    values: dict[str, np.ndarray] = {}
    for law in laws:
        shape = (*(sizes[dim] for dim in law.dims), draws)
        if isinstance(law, Derived):
            values[law.name] = np.broadcast_to(law.value(values), shape)
        else:
            values[law.name] = _DRAWN[law.kind](rng, shape, *law.at(values))
    return values


def log_prior_of_laws(laws: Sequence[Law | Derived], posterior: xr.Dataset, values: Values) -> xr.Dataset:
    """Log density of every variable given its parents (chain, draw, ...).

    As `lensim.inference.sampler_coordinates.log_prior_of` has it of a PyMC model: attrs[OF_NUMBERS] is 1 where the
    parameters of a law are numbers, else 0.

    Parameters
    ----------
    laws
        Of the model.
    posterior
        Whose draws and names along dims the result has.
    values
        From `values_of`; variables that a law needs and `posterior` lacks may be added.
    """
    densities = {}
    for law in laws:
        if isinstance(law, Law):
            value = values[law.name]
            density = np.broadcast_to(_DENSITY[law.kind](value, *law.at(values)), value.shape)
            densities[law.name] = _of_chains(density, law.dims, posterior, {OF_NUMBERS: int(law.has_numbers)})
    return labelled(densities, posterior.variables)


def values_of(posterior: xr.Dataset) -> dict[str, np.ndarray]:
    """Draws of a posterior (chain, draw, ...) by name, each (..., draw), with those of all chains in a row."""
    found = {}
    for name, variable in posterior.data_vars.items():
        array = variable.transpose(*OF_DRAWS, ...).to_numpy().astype(float, copy=False)
        found[str(name)] = np.moveaxis(array.reshape(array.shape[0] * array.shape[1], *array.shape[2:]), 0, -1)
    return found


def _of_chains(
    values: np.ndarray, dims: tuple[str, ...], posterior: xr.Dataset, attrs: Mapping[str, Any]
) -> xr.Variable:
    """An array (*dims, draw) as a variable (chain, draw, *dims)."""
    shape = tuple(posterior.sizes[dim] for dim in OF_DRAWS)
    array = np.ascontiguousarray(np.moveaxis(values, -1, 0)).reshape(*shape, *values.shape[:-1])
    return xr.Variable((*OF_DRAWS, *dims), array, attrs)


def labelled(variables: Mapping[str, xr.Variable], labels: Mapping[Any, Any]) -> xr.Dataset:
    """Variables with the names that `labels` has along their dims: arrays, or variables of a Dataset."""
    dims = dict.fromkeys(dim for one in variables.values() for dim in one.dims)
    return xr.Dataset(variables, {dim: (dim, np.asarray(labels[dim])) for dim in dims if dim in labels})


def prior_as_dataset(
    laws: Sequence[Law | Derived], values: Values, coords: Mapping[str, np.ndarray], draws: int
) -> xr.Dataset:
    """Draws of `draw_laws` as the group prior has them (chain, draw, ...), of one chain."""
    coords = {**coords, "chain": np.arange(1), "draw": np.arange(draws)}
    variables = {
        one.name: xr.Variable((*OF_DRAWS, *one.dims), np.moveaxis(values[one.name], -1, 0)[None]) for one in laws
    }
    return labelled(variables, coords)


def prior_of_laws(
    laws: Sequence[Law | Derived], coords: Mapping[str, np.ndarray], draws: int, rng: np.random.Generator
) -> xr.Dataset:
    """Draws of every variable as the group prior has them (chain, draw, ...), of one chain.

    Parameters
    ----------
    laws, draws, rng
        As for `draw_laws`.
    coords
        Names along the dims.
    """
    values = draw_laws(laws, {dim: len(names) for dim, names in coords.items()}, draws, rng)
    return prior_as_dataset(laws, values, coords, draws)


def student_t(away: np.ndarray, variance: Any, nu: Any) -> np.ndarray:
    """Log density of what lies `away` from a Student t with squared scale `variance` and nu degrees of freedom."""
    constant = gammaln((nu + 1.0) / 2.0) - gammaln(nu / 2.0) - 0.5 * np.log(np.pi * nu)
    return np.asarray(constant - 0.5 * np.log(variance) - 0.5 * (nu + 1.0) * np.log1p(away**2 / (nu * variance)))


def _normal(x: Any, mean: Any, sd: Any) -> Any:
    return -0.5 * ((x - mean) / sd) ** 2 - np.log(sd) - 0.5 * LOG_2PI


def _within(x: Any, density: Any, low: float = 0.0, high: float = np.inf) -> Any:
    return np.where((x >= low) & (x <= high), density, -np.inf)


_DENSITY: Final[Mapping[str, Callable[..., Any]]] = {
    "normal": _normal,
    "half_normal": lambda x, sd: _within(x, np.log(2.0) + _normal(x, 0.0, sd)),
    "log_normal": lambda x, mean, sd: _normal(np.log(x), mean, sd) - np.log(x),
    "gamma": lambda x, shape, rate: shape * np.log(rate) - gammaln(shape) + (shape - 1.0) * np.log(x) - rate * x,
    "beta": lambda x, a, b: (a - 1.0) * np.log(x) + (b - 1.0) * np.log1p(-x) - betaln(a, b),
    "uniform": lambda x: _within(x, 0.0, 0.0, 1.0),
}
_DRAWN: Final[Mapping[str, Callable[..., Any]]] = {
    "normal": lambda rng, shape, mean, sd: mean + sd * rng.standard_normal(shape),
    "half_normal": lambda rng, shape, sd: np.abs(sd * rng.standard_normal(shape)),
    "log_normal": lambda rng, shape, mean, sd: np.exp(mean + sd * rng.standard_normal(shape)),
    "gamma": lambda rng, shape, a, rate: rng.standard_gamma(a, shape) / rate,
    "beta": lambda rng, shape, a, b: rng.beta(a, b, shape),
    "uniform": lambda rng, shape: rng.random(shape),
}
