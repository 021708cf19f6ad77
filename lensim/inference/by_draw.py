"""What is computed of each draw and each value observed, a few draws at a time: memory holds little but the result."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import numpy as np
import xarray as xr

from lensim.inference.laws import OF_DRAWS, Values, labelled

VALUES_AT_A_TIME: Final = 2**18
"""Values times draws that are worked on together: they fit into the cache of a processor."""


def parts_of_draws(values: Values, width: int) -> Iterator[tuple[slice, dict[str, np.ndarray]]]:
    """Draws part by part: where each part lies, and its values (..., draw).

    Parameters
    ----------
    values
        From `lensim.inference.laws.values_of`.
    width
        How many numbers are held of a draw, at most.
    """
    total = next(iter(values.values())).shape[-1]
    size = max(1, VALUES_AT_A_TIME // max(width, 1))
    for start in range(0, total, size):
        part = slice(start, min(start + size, total))
        yield part, {name: array[..., part] for name, array in values.items()}


def by_draw(
    values: Values,
    posterior: xr.Dataset,
    observed: xr.Dataset,
    say: Callable[[Values], Mapping[str, np.ndarray]],
    width: int = 0,
) -> xr.Dataset:
    """What `say` gives of each variable observed, for every draw (chain, draw, ...).

    Parameters
    ----------
    values
        Draws of all variables that `say` needs, from `lensim.inference.laws.values_of`.
    posterior
        Whose chains, draws and names along dims the result has.
    observed
        What was observed; the result has its variables and dims.
    say
        `say(values)`: of some draws, each variable observed (*dims, draw), or without dims that are summed over, the
        last ones.
    width
        How many numbers `say` holds of a draw, where that is more than is observed.
    """
    chains = tuple(posterior.sizes[dim] for dim in OF_DRAWS)
    found: dict[str, np.ndarray] = {}
    widest = max(width, *(one.size for one in observed.values()))
    for part, x in parts_of_draws(values, widest):
        for name, array in say(x).items():
            if name not in found:
                found[name] = np.empty((chains[0] * chains[1], *array.shape[:-1]), dtype=array.dtype)
            found[name][part] = np.moveaxis(array, -1, 0)
    labels = {dim: np.arange(size) for dim, size in observed.sizes.items()} | dict(posterior.coords)
    variables = {
        name: xr.Variable((*OF_DRAWS, *observed[name].dims[: array.ndim - 1]), array.reshape(*chains, *array.shape[1:]))
        for name, array in found.items()
    }
    return labelled(variables, labels)
