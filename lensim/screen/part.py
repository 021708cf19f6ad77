"""What a store keeps of one compound: its rows of the table, its verdict, and the digest of the file of its draws."""

import hashlib
import json
import math
import re
import unicodedata
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import pandas as pd
from pydantic import TypeAdapter, ValidationError

from lensim.checks import InputError, shown_name
from lensim.inference.approximation import APPROXIMATE
from lensim.ownership import WRITER
from lensim.record import object_in

FOLDER: Final = "compounds"
NAME: Final = re.compile(r"compounds/[A-Za-z0-9.+-]{1,40}-[0-9a-f]{12}\.(json|nc)")
"""Name of a part, or of a file of draws, in the folder of a screen."""
WHAT: Final = "a part of a screen that lensim wrote"
LONGEST_STEM: Final = 40
ERROR, ENGINE, MODEL, CONVERGED, VERDICT = "error", "engine", "model", "converged", "verdict"
TOLD: Final = (MODEL, ENGINE, CONVERGED, VERDICT, ERROR)
"""Columns behind those of the assay's main table."""


@dataclass(frozen=True)
class Part:
    """What a store keeps of one compound.

    Attributes
    ----------
    name
        Of the compound.
    of
        Digest of the settings of its screen.
    data
        Digest of its data.
    table
        Name of the main table of its assay; empty where it failed.
    columns, rows
        Of that table; a number that is none is None.
    passed
        Whether its gate passed; of an approximate answer, whether it can be trusted as far as it goes.
    verdict, engine, model, notes
        As its result says.
    error
        Why there is no result; empty where there is one.
    fit
        Digest of the file of draws; empty without one.
    is_final
        Whether another run would come to the same; not of what a lack of memory did.
    """

    name: str
    of: str
    data: str
    table: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str | int | float | bool | None, ...], ...] = ()
    passed: bool = False
    verdict: str = ""
    engine: str = ""
    model: str = ""
    notes: tuple[str, ...] = ()
    error: str = ""
    fit: str = ""
    is_final: bool = True

    @property
    def is_approximate(self) -> bool:
        """Whether its numbers are an approximate answer, without draws that a gate could judge."""
        return self.engine == APPROXIMATE

    @property
    def told(self) -> dict[str, str]:
        """What is said of the compound behind each of its rows."""
        yes = APPROXIMATE if self.is_approximate else "yes"
        converged = "" if self.error else yes if self.passed else "no"
        return dict(zip(TOLD, (self.model, self.engine, converged, self.verdict, self.error), strict=True))


def stem_of(name: str) -> str:
    """Name of the files of a compound, which no other has on any file system: what can be read of it, and a digest."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    readable = re.sub(r"[^A-Za-z0-9.+]+", "-", plain).strip("-.")[:LONGEST_STEM].strip("-.") or "x"
    return f"{readable}-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def rows_of(frame: pd.DataFrame) -> tuple[tuple[str | int | float | bool | None, ...], ...]:
    """The rows of a table as values that JSON and CSV write alike."""
    return tuple(tuple(map(_plain, row)) for row in frame.astype(object).itertuples(index=False, name=None))


def _plain(value: Any) -> str | int | float | bool | None:
    value = value.item() if hasattr(value, "item") else value
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    return value if isinstance(value, str | int | float | bool) else str(value)


def text_of(part: Part) -> str:
    """A part as text, with who wrote it and its digest."""
    content = asdict(part)
    return json.dumps({"written_by": WRITER, "digest": _digest(content), "part": content}, ensure_ascii=False) + "\n"


def read_part(path: Path) -> Part:
    """The part in a file.

    Raises
    ------
    InputError
        If it is no part of a screen, or was changed.
    """
    content = object_in(path, WHAT)
    inside = content.get("part")
    if content.get("written_by") != WRITER or not isinstance(inside, dict):
        raise InputError(f"{shown_name(path)} must be {WHAT}, got something else")
    try:
        part = TypeAdapter(Part).validate_python(inside)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise InputError(f"{shown_name(path)} must be {WHAT}, got one whose {where} is not as it must be") from None
    if content.get("digest") != _digest(inside) or any(len(row) != len(part.columns) for row in part.rows):
        raise InputError(f"{shown_name(path)} must be {WHAT}, got one that was changed")
    return part


def failed(part: Part, error: str, *, is_final: bool = True) -> Part:
    """The part of a compound that has no result, and why."""
    return replace(part, error=" ".join(error.split()), is_final=is_final)


def _digest(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
