"""A look through a netCDF file (HDF5) in a process of its own: whatever the libraries do there harms nobody.

Run as a script: bytes of the file on its input; the bytes that its variables may take, and the seconds of processor
time that it has, as arguments. It says the first fault in a sentence, or nothing. It takes nothing from lensim, so that
it starts fast.
"""

import io
import math
import sys
from collections.abc import Iterator
from typing import Any, Final

import h5py  # type: ignore[import-untyped]

MOST_OBJECTS: Final = 20_000
MOST_LEVELS: Final = 8
MOST_ATTRIBUTES: Final = 2_000
ATTRIBUTE_BYTES: Final = 1_000_000
DIMENSIONS: Final = ("DIMENSION_LIST", "REFERENCE_LIST")
"""Attributes of references, by which netCDF says the dims of a variable."""
FILTERS: Final = {h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32}
MEMORY: Final = 8_000_000_000


class Refused(Exception):
    """Something that no result has: in words, with its place."""


def look(content: bytes, declared_at_most: int) -> None:
    """Refuse what no result has, then read all of it as the netCDF library does.

    Raises
    ------
    Refused
        With the place.
    """
    with h5py.File(io.BytesIO(content), "r") as file:
        declared = 0
        for place, one in _objects(file):
            _require_attributes(place, one)
            if isinstance(one, h5py.Dataset):
                declared += _require_plain(place, one)
                if declared > declared_at_most:
                    raise Refused(
                        f"variables of more than {declared_at_most:,} bytes (for one of {len(content):,} bytes), "
                        f"with {place}"
                    )
    _read(content)


def _objects(file: Any) -> Iterator[tuple[str, Any]]:
    """Groups and variables, each once; links to elsewhere and repeated groups are refused."""
    seen: set[int] = set()
    waiting: list[tuple[str, Any, int]] = [("", file, 0)]
    while waiting:
        place, one, level = waiting.pop()
        address = h5py.h5o.get_info(one.id).addr
        if address in seen:
            raise Refused(f"one group or variable twice, the second time as {place}")
        seen.add(address)
        if len(seen) > MOST_OBJECTS or level > MOST_LEVELS:
            raise Refused(f"more than {MOST_OBJECTS:,} variables or {MOST_LEVELS} groups within groups")
        yield place or "/", one
        if isinstance(one, h5py.Group):
            for name in one:
                inner = f"{place}/{name}"
                if type(one.get(name, getlink=True)) is not h5py.HardLink:
                    raise Refused(f"a link in the place of {inner}")
                found = one[name]
                if not isinstance(found, h5py.Group | h5py.Dataset):
                    raise Refused(f"a type in the place of {inner}")
                waiting.append((inner, found, level + 1))


def _require_plain(place: str, variable: Any) -> int:
    """Bytes that a variable takes; refuses what is not stored in the file, or of a type or filter that none has."""
    if variable.shape is None or len(variable.shape) > MOST_LEVELS:
        raise Refused(f"the variable {place} without values, or of too many dims")
    if variable.is_virtual or variable.external:
        raise Refused(f"the variable {place} with its values in another file")
    if not _is_plain(variable.dtype):
        raise Refused(f"the variable {place} of the type {variable.dtype}")
    properties = variable.id.get_create_plist()
    if {properties.get_filter(number)[0] for number in range(properties.get_nfilters())} - FILTERS:
        raise Refused(f"the variable {place} with a filter that lensim does not use")
    return math.prod(variable.shape) * variable.dtype.itemsize


def _is_plain(dtype: Any) -> bool:
    return h5py.check_string_dtype(dtype) is not None or (dtype.kind in "biufS" and dtype.metadata is None)


def _require_attributes(place: str, one: Any) -> None:
    if len(one.attrs) > MOST_ATTRIBUTES:
        raise Refused(f"more than {MOST_ATTRIBUTES:,} attributes of {place}")
    for name in one.attrs:
        attribute = one.attrs.get_id(name)
        if math.prod(attribute.shape or ()) * attribute.dtype.itemsize > ATTRIBUTE_BYTES:
            raise Refused(f"the attribute {name} of {place} of more than {ATTRIBUTE_BYTES:,} bytes")
        if name in DIMENSIONS:
            continue
        if not _is_plain(attribute.dtype):
            raise Refused(f"the attribute {name} of {place} of the type {attribute.dtype}")
        value = one.attrs[name]
        if isinstance(value, str | bytes) and len(value) > ATTRIBUTE_BYTES:
            raise Refused(f"the attribute {name} of {place} of more than {ATTRIBUTE_BYTES:,} bytes")


def _read(content: bytes) -> None:
    """All dims, attributes and values, as the netCDF library reads them."""
    import h5netcdf  # type: ignore[import-untyped]

    with h5netcdf.File(io.BytesIO(content), "r") as file:
        waiting = [file]
        while waiting:
            group = waiting.pop()
            dict(group.attrs)
            dict(group.dims)
            for variable in group.variables.values():
                _ = variable.dimensions, dict(variable.attrs), variable.chunks, variable[...]
            waiting += group.groups.values()


def main() -> None:
    """Look through what comes in."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY + 3 * int(sys.argv[1]),) * 2)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[2]), int(sys.argv[2]) + 1))
    except (ImportError, ValueError, OSError):  # no such bounds on this system
        pass
    try:
        look(sys.stdin.buffer.read(), int(sys.argv[1]))
    except Exception as error:  # whatever the libraries make of a file
        said = (
            str(error)
            if isinstance(error, Refused)
            else f"one that cannot be read ({type(error).__name__}: {error})"[:500]
        )
        sys.stdout.buffer.write(said.encode("utf-8", "replace") or b"unknown")


if __name__ == "__main__":
    main()
