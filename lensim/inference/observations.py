"""The fitted data, which every result carries with the posterior."""

import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.result_parts import OBSERVATIONS, require_needed


def attach_observations(result: xr.DataTree, data: xr.Dataset) -> None:
    """Keep the Dataset that was fitted beside its posterior, as group `observations`."""
    result[OBSERVATIONS] = xr.DataTree(data)


def observations_of(result: xr.DataTree) -> xr.Dataset:
    """The Dataset that was fitted.

    Raises
    ------
    InputError
        If the result does not carry it, or it lacks what the tables of the result's assay need.
    """
    if OBSERVATIONS not in result.children:
        raise checks.InputError(f"a result needs the group {OBSERVATIONS}, got {', '.join(result.children)}")
    data = result[OBSERVATIONS].to_dataset()
    require_needed(data, str(result.attrs.get(v.ASSAY, "")))
    return data


def require_estimands(estimands: object, made_by: str) -> None:
    """Refuse anything but computed estimands, such as the result that they are computed from.

    Raises
    ------
    InputError
        Naming the function that makes them.
    """
    if not isinstance(estimands, xr.Dataset):
        raise checks.InputError(f"a table needs the Dataset that {made_by} returns, got {type(estimands).__name__}")
