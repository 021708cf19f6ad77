"""The bytes of a netCDF file of groups, as the netCDF library would write it, by fewer calls.

netCDF-4 is HDF5 in which each dim is a dataset of its own, the scale; variables point at the scales of their dims. The
library asks the file for each dim of each variable many times over, which takes longer than the writing.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import h5py  # type: ignore[import-untyped]
import numpy as np
import xarray as xr

KINDS: Final = "biufU"
"""Kinds of values that are written here: yes or no, numbers and texts."""
NO_VARIABLE: Final = "This is a netCDF dimension but not a netCDF variable."
WHOLE: Final = 1024
"""Length of the pieces of a dim that has no values yet."""
BLOCK: Final = 2**20
"""Bytes by which the image grows."""


def can_write(tree: xr.DataTree) -> bool:
    """Whether all of a tree is of the kinds that are written here; the netCDF library takes the rest, or refuses it."""
    return all(_is_plain(node.to_dataset(inherit=False)) for node in tree.subtree)


def _is_plain(data: xr.Dataset) -> bool:
    values = all(
        isinstance(name, str) and _is_name(name) and _has_kind(one) and all(map(_is_name, map(str, one.dims)))
        for name, one in data.variables.items()
    )
    has_scales = all(data.variables[dim].dims == (dim,) for dim in data.sizes if dim in data.variables)
    attrs = [data.attrs, *(one.attrs for one in data.variables.values())]
    return values and has_scales and all(map(_are_plain, attrs))


def _has_kind(values: xr.Variable) -> bool:
    """Whether values are of `KINDS`; objects are texts if each of them is one, and there are some."""
    kind = values.dtype.kind
    return kind in KINDS or (
        kind == "O" and values.size > 0 and all(isinstance(one, str) for one in values.to_numpy().flat)
    )


def _is_name(name: str) -> bool:
    return bool(name) and not set(name) & {"/", "\x00"} and name != "."


def _are_plain(attrs: Mapping[Any, Any]) -> bool:
    return all(
        isinstance(name, str)
        and _is_name(name)
        and name not in ("_FillValue", "coordinates", "dtype", "CLASS", "NAME")
        and (
            isinstance(value, str)
            or _are_texts(value)
            or (isinstance(value, int | float | np.number) and not isinstance(value, bool))
        )
        for name, value in attrs.items()
    )


def _are_texts(value: object) -> bool:
    """Whether a value is one or more texts, such as the dims of draws."""
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(text, str) for text in value)


def image_of(tree: xr.DataTree, in_single: Iterable[str] = ()) -> bytes:
    """The bytes of the file of a tree.

    Parameters
    ----------
    tree
        All of whose parts `can_write` takes.
    in_single
        Groups whose numbers are written in half the digits.
    """
    with h5py.File("image", "w", driver="core", backing_store=False, block_size=BLOCK, track_order=True) as file:
        number = 0
        for node in tree.subtree:
            path = node.path.strip("/")
            group = file.create_group(path, track_order=True) if path else file
            data = node.to_dataset(inherit=False)
            number = _write(group, data, number, is_single=path in in_single)
        file.flush()
        return bytes(file.id.get_file_image())


def _write(group: Any, data: xr.Dataset, number: int, *, is_single: bool) -> int:
    """Write a group; `number` of the dims before, and those after it."""
    variables, attrs = xr.conventions.encode_dataset_coordinates(data)
    _write_attrs(group, attrs)
    scales = {}
    for name in dict.fromkeys([*variables, *map(str, data.sizes)]):
        own = variables.get(name)
        if name not in data.sizes:
            continue
        if own is None:
            scale = _created(group, name, np.zeros(data.sizes[name], ">f4"))
            scale.make_scale(f"{NO_VARIABLE}{data.sizes[name]:10}")
        else:
            scale = _created(group, name, own.to_numpy())
            scale.make_scale(name)
        scales[name] = scale
    for at, dim in enumerate(map(str, data.sizes)):
        scales[dim].attrs["_Netcdf4Dimid"] = np.int32(number + at)
    for name, own in variables.items():
        if name in scales:
            _write_attrs(scales[str(name)], own.attrs)
            continue
        values = own.to_numpy()
        if is_single and values.dtype.kind == "f":
            values = values.astype(np.float32)
        written = _created(group, str(name), values)
        for at, dim in enumerate(own.dims):
            h5py.h5ds.attach_scale(written.id, scales[str(dim)].id, at)
        if values.dtype.kind == "b":
            written.attrs["dtype"] = "bool"
        _write_attrs(written, own.attrs)
    return number + len(data.sizes)


def _created(group: Any, name: str, values: np.ndarray) -> Any:
    of_no_length: dict[str, Any] = {}
    if 0 in values.shape:
        of_no_length = {
            "maxshape": tuple(size or None for size in values.shape),
            "chunks": tuple(size or WHOLE for size in values.shape),
        }
    if values.dtype.kind in "UO":
        texts = np.array(values, dtype=object)
        return group.create_dataset(name, data=texts, dtype=h5py.string_dtype(), track_order=True, **of_no_length)
    plain = values.view(np.int8) if values.dtype.kind == "b" else values
    return group.create_dataset(name, data=plain, track_order=True, **of_no_length)


def _write_attrs(place: Any, attrs: Mapping[Any, Any]) -> None:
    for name, value in attrs.items():
        if _are_texts(value):
            place.attrs.create(str(name), np.array(value, dtype=object), dtype=h5py.string_dtype())
        else:
            place.attrs[str(name)] = str(value) if isinstance(value, str) else np.atleast_1d(value)
