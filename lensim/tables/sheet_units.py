"""A row of units below the header of a sheet: they are put behind the names of their columns, and are no data."""

import re
from collections.abc import Sequence
from typing import Final

from lensim.checks import FaultReport
from lensim.tables.names import plain_name
from lensim.tables.number_text import is_like_number, is_missing
from lensim.tables.sheet_dates import MeaningsOf
from lensim.tables.sheet_place import SheetPlace
from lensim.tables.unit_words import NO_UNIT, are_one, bare_unit, is_concentration, unit_in_name, unit_key
from lensim.tables.workbook import SheetCells

_LOG: Final = re.compile(r"-?(?:log|lg|ln)[0-9]*[ (_]+([^()]+)\)?", re.IGNORECASE)
_GENERIC: Final = frozenset({"signal", "intensity", "raw_signal"})
LOOKED_AT: Final = 200
"""So many rows below show which columns hold numbers."""


def is_row_of_units(sheet: SheetCells, names: Sequence[str], rows: Sequence[int]) -> bool:
    """Whether the first of some rows below a header has units of the columns, and no data.

    It has no number, a known unit in a column that holds numbers below, and no text of its own in the other columns.
    """
    if len(rows) < 2:
        return False
    first, below = sheet.rows[rows[0]], rows[1 : LOOKED_AT + 1]
    has_unit = False
    for at, cell in enumerate(first):
        if is_missing(cell) or cell.lower() in NO_UNIT:
            continue
        if is_like_number(cell.lstrip("<>")):
            return False
        filled = [text for row in below if not is_missing(text := sheet.rows[row][at])]
        holds_numbers = 2 * sum(is_like_number(text.lstrip("<>")) for text in filled) > len(filled)
        key = unit_key(cell)
        if holds_numbers and key:
            has_unit = True
        elif not key and not holds_numbers:
            return False
    return has_unit


def names_with_units(
    sheet: SheetCells,
    names: Sequence[str],
    row: int,
    place: SheetPlace,
    meanings_of: MeaningsOf,
) -> tuple[list[str], str]:
    """The names of columns with the units of a row behind them, where a name does not have its own; and what is told.

    Raises
    ------
    InputError
        If a unit contradicts that in the name of its column.
    """
    faults, told, found = FaultReport(place, unit="row"), [], list(names)
    for at, name in enumerate(names):
        cell = sheet.rows[row][at]
        if not name or is_missing(cell) or cell.lower() in NO_UNIT:
            continue
        unit, key, own = bare_unit(cell), unit_key(cell), unit_in_name(name)
        if log := _LOG.fullmatch(unit) if "log" in name.lower() else None:
            unit, key = log[1], unit_key(log[1])
        if own and not are_one(own, key):
            faults.add(
                f"{name} has a unit in its name and must have the same in the row of units, got {cell!r}: correct one",
                line=row + 1,
            )
            continue
        told.append(f"{name!r} in {unit}")
        if not own:
            found[at] = _named(name, "%" if key == "percent" else unit, key, meanings_of)
    faults.raise_if_any()
    return found, f"row {row + 1} has units: {', '.join(told)}"


def _named(name: str, unit: str, key: str, meanings_of: MeaningsOf) -> str:
    """A name with a unit behind it, where a reader understands this, or could go wrong without it."""
    if not (before := set(meanings_of(name))):
        return name
    if key == "cpm" and plain_name(name) in _GENERIC and set(meanings_of(key)) == before:
        return key
    both = f"{name} ({unit})"
    return both if is_concentration(key) or (key and set(meanings_of(both)) == before) else name
