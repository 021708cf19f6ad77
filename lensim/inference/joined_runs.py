"""A study together with a further run of it: the same lines or subjects, other cultures, samples, wells and days."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import xarray as xr

AGAIN: Final = " (again)"
"""Behind the names of what a further run has anew."""


def joined_runs(data: xr.Dataset, run: xr.Dataset, dims: Sequence[str], pointers: Mapping[str, str]) -> xr.Dataset:
    """Both runs as one study.

    Parameters
    ----------
    data, run
        Observations of one design, each with the same variables.
    dims
        Along which the further run has things of its own: these follow those of `data`, with another name.
    pointers
        Variables that hold positions, with the one of `dims` that they point into.
    """
    found = {}
    for name, values in {**data.data_vars, **data.coords}.items():
        along = [dim for dim in values.dims if dim in dims]
        if not along:
            continue
        other = run[name].transpose(*values.dims).to_numpy()
        if str(name) in pointers:
            other = other + data.sizes[pointers[str(name)]]
        elif name in data.coords:
            other = np.array([f"{one}{AGAIN}" for one in other], dtype=object)
            values = values.astype(str).astype(object)
        joined = np.concatenate([values.to_numpy(), other], axis=values.dims.index(along[0]))
        is_text = joined.dtype == object
        found[name] = (values.dims, joined.astype(str) if is_text else joined, values.attrs)
    kept = data.drop_dims([dim for dim in dims if dim in data.dims])
    coords = {name: found.pop(name) for name in list(found) if name in data.coords}
    return kept.assign(found).assign_coords(coords)
