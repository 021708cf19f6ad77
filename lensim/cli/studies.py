"""Several studies of one command, one for each value of the column that --by names: their files and joint tables."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from lensim.checks import InputError

if TYPE_CHECKING:
    import xarray as xr

    from lensim.assay import ResultTable
    from lensim.tables.number_text import DecimalMark

ERROR: Final = "error"
LONGEST_PART: Final = 80
"""Bytes of a name in the name of a file."""
Source = Callable[..., "xr.Dataset | dict[str, xr.Dataset]"]
"""Files and options of an assay to data; with --by to one Dataset for each value of a column."""


@dataclass(frozen=True)
class Study:
    """One of the studies of a command: the value of the column `by`, and the data. Both are empty where it is alone."""

    by: str
    value: str
    data: "xr.Dataset"
    stem: str = ""

    @property
    def words(self) -> str:
        """What goes before a sentence about it: "time_h = 24: "."""
        return f"{self.by} = {self.value}: " if self.by else ""

    def path(self, path: Path) -> Path:
        """Where its file goes: fit.nc becomes fit.time_h-24.nc."""
        return path if not self.by else path.with_name(f"{path.stem}.{self.stem}{path.suffix}")

    def folder(self, folder: Path | None) -> Path | None:
        """Where its figures go: a folder of its own in the one that is asked for."""
        return folder if folder is None or not self.by else folder / self.stem


def studies_of(read: "xr.Dataset | dict[str, xr.Dataset]", by: str) -> list[Study]:
    """The studies of a command: the only one, or one for each value of a column.

    Raises
    ------
    InputError
        If two values would have files of one name.
    """
    if not isinstance(read, dict):
        return [Study("", "", read)]
    stems = {value: f"{_safe(by)}-{_safe(value)}" for value in read}
    taken: dict[str, str] = {}
    for value, stem in stems.items():
        name = stem.casefold()  # as file systems of Windows and macOS compare names
        if name in taken:
            raise InputError(f"values of {by} must give names of files that differ, got {taken[name]!r} and {value!r}")
        taken[name] = value
    return [Study(by, value, data, stems[value]) for value, data in read.items()]


def without_excluded(
    studies: "Sequence[Study]", exclude: Path | None, decimal: "DecimalMark | None" = None
) -> list[Study]:
    """The studies of a command without what the file of --exclude names; each line must be of one of them.

    Raises
    ------
    InputError
        As `lensim.exclude.exclude_wells`.
    """
    if exclude is None:
        return list(studies)
    from lensim.exclude import Excluding
    from lensim.tables.exclusions import read_exclusions

    by = studies[0].by if studies else ""
    left = Excluding({one.value: one.data for one in studies}, read_exclusions(exclude, decimal, by), by=by)
    found = []
    for one in studies:
        try:
            found.append(replace(one, data=left[one.value]))
        except InputError as error:
            raise InputError("\n".join(f"{one.words}{line}" for line in str(error).splitlines())) from error
    return found


def _safe(name: str) -> str:
    """A name as part of a file's: what is no letter, digit, point, plus or hyphen is one underscore.

    A long one ends with a digest, so that two with the same beginning differ, and file systems take it.
    """
    part = re.sub(r"[^\w.+-]+", "_", unicodedata.normalize("NFC", name)).strip("_.") or "_"
    if len(part.encode()) <= LONGEST_PART:
        return part
    beginning = part.encode()[:LONGEST_PART].decode(errors="ignore")
    return f"{beginning}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def joint_tables(
    by: str, tables: "Mapping[str, Sequence[ResultTable]]", faults: Mapping[str, str] = MappingProxyType({})
) -> "tuple[ResultTable, ...]":
    """The tables of several studies as one of each name, the column `by` first.

    Parameters
    ----------
    by
        The column; empty for a study alone.
    tables
        By the value of that column.
    faults
        Why a study has no tables, by its value: a row with the column `error` in the main table.
    """
    import pandas as pd

    if not by:
        return tuple(next(iter(tables.values())))
    named: dict[str, list[tuple[str, ResultTable]]] = {}
    for value, own in tables.items():
        for table in own:
            named.setdefault(table.name, []).append((value, table))
    joint: list[ResultTable] = []
    for parts in named.values():
        frames = []
        for value, table in parts:
            frame = table.frame.drop(columns=by, errors="ignore")
            frame.insert(0, by, value)
            frames.append(frame)
        if faults and not joint:
            frames.append(pd.DataFrame([{by: value, ERROR: fault} for value, fault in faults.items()]))
        joint.append(replace(parts[0][1], frame=pd.concat(frames, ignore_index=True)))
    return tuple(joint)
