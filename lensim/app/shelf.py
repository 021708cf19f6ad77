"""Files that were dropped onto the page: each in a temporary folder of its session, under a name that is safe."""

import re
import shutil
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from lensim import limits
from lensim.checks import InputError

LARGEST_MB: Final = limits.TABLE_BYTES // limits.MEGABYTE
LONGEST_NAME: Final = 120
"""Bytes of a name."""
MOST_FILES: Final = 200
_NEVER: Final = frozenset('<>:"/\\|?*')
_DEVICES: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


@dataclass(frozen=True)
class Dropped:
    """A file of the session.

    Attributes
    ----------
    key
        Which one it is, in ids of the page.
    path
        Where it is.
    size
        In bytes.
    """

    key: str
    path: Path
    size: int

    @property
    def name(self) -> str:
        """As the page shows it."""
        return self.path.name


def safe_name(name: str, taken: Iterable[str] = ()) -> str:
    """A name from the browser as that of a file in a folder: no path, no sign that a system reads, not too long.

    The ending stays, since some kinds of file are known by it. A name that is `taken` gets a number.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    kept = "".join(one if one.isprintable() and one not in _NEVER else "_" for one in last).strip(" .") or "file"
    stem, dot, ending = kept.rpartition(".")
    stem, ending = (stem, ending) if dot and stem and len(ending) <= 10 else (kept, "")
    stem = f"_{stem}" if _DEVICES.fullmatch(stem) else stem
    ending = f".{ending}" if ending else ""
    known = {one.casefold() for one in taken}
    for number in range(1, MOST_FILES + 2):
        behind = (f" ({number})" if number > 1 else "") + ending
        found = stem.encode()[: LONGEST_NAME - len(behind.encode())].decode(errors="ignore") + behind
        if found.casefold() not in known:
            break
    return found


class Shelf:
    """The dropped files of one room of one session, in a folder that goes with it."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="lensim-app-", ignore_cleanup_errors=True)
        self._number = 0

    @property
    def folder(self) -> Path:
        """For what is made of the files."""
        return Path(self._folder.name)

    def take(self, infos: Iterable[Mapping[str, Any]], beside: Iterable[Dropped] = ()) -> list[Dropped]:
        """Files as the page hands them over, by their names in the browser, moved into the folder.

        Parameters
        ----------
        infos
            With `name` and `datapath`, of Shiny.
        beside
            Files that stay beside them, whose names are taken.

        Raises
        ------
        InputError
            If one is too large, or there are too many.
        """
        names, found = [one.name for one in beside], []
        for info in infos:
            if len(names) >= MOST_FILES:
                raise InputError(f"files must be at most {MOST_FILES}, got more: read fewer plates at a time")
            path = Path(str(info["datapath"]))
            size = path.stat().st_size
            name = safe_name(str(info["name"]), names)
            if size > limits.TABLE_BYTES:
                raise InputError(too_large(name, size))
            self._number += 1
            place = self.folder / str(self._number)
            moved(path, place, name)
            names.append(name)
            found.append(Dropped(f"file{self._number}", place / name, size))
        return found

    def close(self) -> None:
        """Delete the folder."""
        self._folder.cleanup()


def too_large(name: str, size: int) -> str:
    """The sentence about a file that is not taken."""
    return (
        f"{name} must be at most {LARGEST_MB} MB, got {size / limits.MEGABYTE:.0f} MB: export fewer plates, or use the "
        "command line for results"
    )


def moved(path: Path, folder: Path, name: str) -> None:
    """Move a file into a new folder."""
    folder.mkdir()
    shutil.copyfile(path, folder / name)
    path.unlink()
