"""The last results of functions of data, known by the content of the data: what one fit asks for several times."""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Collection
from functools import wraps
from typing import Any, Concatenate, Final

import numpy as np
import xarray as xr

KEPT: Final = 4
"""Results of each function: a process works on one study at a time."""


def remembered[**P, T](function: Callable[Concatenate[xr.Dataset, P], T]) -> Callable[Concatenate[xr.Dataset, P], T]:
    """A function of a Dataset, and of numbers or texts, that is worked out once for data of the same content.

    The function must depend on its arguments alone, and its result must not be changed.
    """
    known: OrderedDict[tuple[str, str], T] = OrderedDict()

    @wraps(function)
    def asked(data: xr.Dataset, *given: P.args, **named: P.kwargs) -> T:
        key = (digest_of_data(data), repr((given, sorted(named.items()))))
        if key in known:
            known.move_to_end(key)
            return known[key]
        found = function(data, *given, **named)
        known[key] = found
        if len(known) > KEPT:
            known.popitem(last=False)
        return found

    return asked


def digest_of_data(data: xr.Dataset, but: Collection[str] = ()) -> str:
    """Digest of all that is in a Dataset: names, dims, types and values of its variables, and attrs.

    Parameters
    ----------
    data
        Of any kind.
    but
        Attrs that do not count.
    """
    found = hashlib.blake2b(digest_size=16)
    for name in sorted(map(str, data.variables)):
        variable = data.variables[name]
        values = variable.to_numpy()
        found.update(f"{name} {variable.dims} {values.dtype.kind} {values.shape}\n".encode())
        found.update(_bytes_of(values))
    attrs: dict[str, Any] = {str(name): value for name, value in data.attrs.items() if name not in but}
    found.update(json.dumps(attrs, sort_keys=True, default=str).encode())
    return found.hexdigest()


def _bytes_of(values: np.ndarray) -> bytes:
    """Values as bytes; texts do not depend on the width of the longest."""
    if values.dtype.kind in "biufM":
        return np.ascontiguousarray(values).tobytes()
    return "\x00".join(map(str, values.ravel().tolist())).encode("utf-8", "surrogatepass")
