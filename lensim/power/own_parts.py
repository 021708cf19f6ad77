"""Which files of a store are lensim's own: only those are ever simulated again and replaced.

A part has its digest behind its rows, where also a part with damaged rows has it. A file without a digest is taken for
someone else's, and so is a part that was cut before it.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from lensim import limits
from lensim.checks import InputError, shown_name
from lensim.record import object_in

SCENARIO_FILE: Final = "scenario.json"
PARTS_OF: Final = "parts_of"
"""In the scenario file: what parts of the folder say that they are of; that they all have a digest."""
CHUNKS, AUDIT = "chunks", "audit"
PART: Final = re.compile(r"chunks/point-\d{4,}/chunk-\d{6,}\.parquet|audit/part-\d{3,}\.parquet")
PART_MARK: Final = b'"lensim_digest"'
"""In the attrs of a part, which Parquet keeps behind the rows."""
_OF_EARLIER: Final = (b'"study"', b'"rule"', b'"target"', b'"pandas_version"')
"""Columns of a part without a digest."""
_EMPTY: Final = b'"columns": []'
"""An audit without a study."""
_TAIL: Final = limits.MEGABYTE


def own_of_store(folder: Path) -> Callable[[str], bool]:
    """Whether a file in a folder is one of a store of lensim's, by its name inside the folder and what it says."""
    is_signed = PARTS_OF in object_in(folder / SCENARIO_FILE, "a record of lensim power")

    def is_own(name: str) -> bool:
        return name == SCENARIO_FILE or (PART.fullmatch(name) is not None and not _fault(folder / name, is_signed))

    return is_own


def require_own_parts(folder: Path, *, is_signed: bool) -> None:
    """Refuse a store with a link, a pipe or a file of someone else's in the place of a part, before any work is done.

    Parameters
    ----------
    folder
        Of the store, there or not yet.
    is_signed
        Whether every part has a digest; an earlier lensim wrote none.

    Raises
    ------
    InputError
        With the first that is found, and what to do.
    """
    places = [folder / CHUNKS, folder / AUDIT]
    for place in places:
        _require_folder(place)
    for place in _entries(places[0]):
        if place.name.startswith("point-"):
            _require_folder(place)
            places.append(place)
    for place in places[1:]:
        for path in _entries(place):
            if PART.fullmatch(path.relative_to(folder).as_posix()):
                require_own_part(path, is_signed=is_signed)


def require_own_part(path: Path, *, is_signed: bool) -> None:
    """Refuse to replace what lensim did not write; an empty file is nobody's.

    Raises
    ------
    InputError
        With what is there, and what to do.
    """
    if os.path.lexists(path) and (got := _fault(path, is_signed)):
        raise InputError(
            f"{shown_name(path)} must be free or a part that lensim wrote, got {got}: move it away, and its studies "
            "are simulated again"
        )


def _require_folder(place: Path) -> None:
    got = f"a link to {place.resolve()}" if place.is_symlink() else "no folder"
    if os.path.lexists(place) and (place.is_symlink() or not place.is_dir()):
        raise InputError(
            f"{shown_name(place)} must be a folder that lensim made, got {got}: move it away, or name another folder"
        )


def _entries(place: Path) -> Iterator[Path]:
    """What is in a folder, in the order of names; nothing where there is none.

    Raises
    ------
    InputError
        If the folder cannot be read.
    """
    try:
        yield from sorted(place.iterdir()) if place.is_dir() else ()
    except OSError as error:
        raise InputError(
            f"{shown_name(place)} must be a folder that can be read, got: {error.strerror}: permit it, or name "
            "another folder"
        ) from None


def _fault(path: Path, is_signed: bool) -> str:
    """Why something that is there is no part of lensim's; empty where it is one, or an empty file."""
    if path.is_symlink():
        return f"a link to {path.resolve()}"
    if path.is_dir():
        return "a folder"
    if not path.is_file():
        return "a pipe or a device"
    try:
        tail = _tail(path)
    except OSError as error:
        return f"one that cannot be read ({error.strerror})"
    is_earlier = not is_signed and (_EMPTY in tail or all(one in tail for one in _OF_EARLIER))
    is_part = PART_MARK in tail or is_earlier
    return "" if is_part or not tail else "another file, or one that was cut or changed"


def _tail(path: Path) -> bytes:
    """The last bytes of a file."""
    with path.open("rb") as opened:
        size = opened.seek(0, os.SEEK_END)
        opened.seek(max(0, size - _TAIL))
        return opened.read(_TAIL)
