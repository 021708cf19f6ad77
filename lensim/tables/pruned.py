"""Some of the wells of a Dataset, without the names that nothing points at any more."""

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr

NOWHERE = -1
"""A pointer of what has none, such as the medium of a standard."""


def pruned(
    data: xr.Dataset, kept: Mapping[str, np.ndarray], pointed_at: Sequence[tuple[str, Mapping[str, str]]]
) -> xr.Dataset:
    """Some entries of some dims, and of the dims that these point at the entries that are still pointed at.

    Parameters
    ----------
    data
        Pointers are integer positions along the dim that they name.
    kept
        Places that stay, in order, by dim.
    pointed_at
        In order: a dim, and the pointers at it, each with the dim that it lies along. A dim that is pointed at comes
        before those that it points at itself. Pointers of no consequence, such as those of standards at a gene that
        no sample has, are left out, and the entries along them must then be kept with care.

    Returns
    -------
    xarray.Dataset
        Every pointer is counted anew.
    """
    places: dict[str, np.ndarray] = {dim: np.asarray(own) for dim, own in kept.items()}
    moved: dict[str, np.ndarray] = {}
    for dim, along in pointed_at:
        values = {
            name: np.asarray(data.variables[name].values)[places[one]] if one in places else data.variables[name].values
            for name, one in along.items()
            if name in data.variables
        }
        if dim not in data.sizes or not values:
            continue
        there = np.unique(np.concatenate([own[own != NOWHERE] for own in values.values()])).astype(np.int64)
        new = np.full(data.sizes[dim], NOWHERE, dtype=np.int64)
        new[there] = np.arange(len(there))
        places[dim] = there
        moved |= {name: np.where(own == NOWHERE, NOWHERE, new[own]) for name, own in values.items()}
    chosen = data.isel(places)
    return chosen.assign({name: chosen[name].copy(data=own) for name, own in moved.items()})
