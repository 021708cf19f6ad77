"""Several tables on one sheet, below or beside each other: the one that suits is read, or the user names its cells."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from lensim.checks import InputError
from lensim.plain_text import first_names
from lensim.tables.number_text import is_like_number
from lensim.tables.sheet_choice import Sought
from lensim.tables.sheet_dates import IS_DATE
from lensim.tables.sheet_range import CellRange, within
from lensim.tables.sheet_table import last_of_header, rows_of_header
from lensim.tables.sheet_units import LOOKED_AT, is_row_of_units
from lensim.tables.workbook import SheetCells

_SHOWN: Final = 12


@dataclass(frozen=True)
class _Head:
    """A header: which way it suits, its rows and its columns from 0."""

    way: int
    top: int
    below: int
    left: int
    right: int

    def is_over(self, other: "_Head") -> bool:
        """Whether a header shares columns with another one."""
        return self.left <= other.right and other.left <= self.right


def one_table(
    sheet: SheetCells, place: str, sought: Sought, stated: Mapping[str, str], told: list[str], *, is_export: bool
) -> SheetCells:
    """The part of a sheet that has the table which suits; the sheet itself, where it has no second header that suits.

    Parameters
    ----------
    sheet, place
        The sheet, and its place for messages.
    sought, stated
        What a table must have, and the columns that the user names.
    told
        Where it is noted that other tables are passed over.
    is_export
        Whether the sheet is a machine's export, whose reader looks for tables below each other itself.

    Raises
    ------
    InputError
        If several tables suit.
    """
    if sheet.is_range or not (sought.ways and sheet.rows):
        return sheet
    heads = _heads(sheet, sought, stated)
    if len(heads) < 2:
        return sheet
    parts = [(head, _cells_of(head, heads, sheet)) for head in heads]
    best = min(head.way for head in heads)
    own = [cells for head, cells in parts if head.way == best]
    if is_export and len({head.top for head in heads}) == len(heads):
        return sheet
    if len(own) > 1:
        raise InputError(f"{place}: {_several(sheet.name, own, sought)}")
    others = ", ".join(str(cells) for head, cells in parts if head.way != best)
    told.append(f"the table in {own[0]} is read, other tables on the sheet are passed over: {others}")
    return replace(within(sheet, own[0]), name=sheet.name, is_range=False)


def _several(name: str, own: Sequence[CellRange], sought: Sought) -> str:
    said = f"the tables in {first_names(own, _SHOWN)} may each be {sought.what}"
    if not sought.can_be_named:
        return f"{said}: copy the one that is meant into a sheet of its own, in another workbook"
    way = json.dumps(f"{name}!{own[0]}", ensure_ascii=False)
    return f"{said}: name the one that is meant by its cells, worksheet={way}, or all that are parts of it"


def _heads(sheet: SheetCells, sought: Sought, stated: Mapping[str, str]) -> list[_Head]:
    """The headers that suit and have rows below."""
    known: dict[str, bool] = {}
    found: list[_Head] = []
    ends: list[tuple[int, int]] = []
    for top, row in enumerate(sheet.rows):
        for cell in row:
            if cell and cell not in known:
                known[cell] = bool(sought.known([cell], stated))
        if any(top <= below for _, below in ends) or not any(cell and known[cell] for cell in row):
            continue
        variants = rows_of_header(sheet, top)
        below = last_of_header(sheet, top)
        ways = [_that_suit(names, sought, stated) for names in variants]
        suiting = max(ways, key=lambda heads: (len(heads), -min((way for way, _, _ in heads), default=0)))
        suiting = [one for one in suiting if _has_rows(sheet, below, one[1], one[2])]
        if suiting:
            rows = list(
                islice((row for row in range(below + 1, len(sheet.rows)) if any(sheet.rows[row])), LOOKED_AT + 1)
            )
            ends.append((top, rows[0] if rows and is_row_of_units(sheet, variants[0], rows) else below))
        found += [_Head(way, top, below, left, right) for way, left, right in suiting]
    return found


def _that_suit(names: Sequence[str], sought: Sought, stated: Mapping[str, str]) -> list[tuple[int, int, int]]:
    """The runs of names that suit each by itself, as way, first and last column; all names, where none does alone."""
    runs = [part for run in _runs(names) for part in _repeats(names, run)]
    found = []
    for left, right in runs:
        has_data = any(map(_is_data, names[left : right + 1]))  # a row of data may have words of headers
        if right > left and not has_data and (way := sought.way_of(names[left : right + 1], stated)) is not None:
            found.append((way, left, right))
    if found or not runs or any(map(_is_data, names)):
        return found
    way = sought.way_of(names, stated)
    return [] if way is None else [(way, runs[0][0], runs[-1][1])]


def _is_data(cell: str) -> bool:
    return is_like_number(cell) or IS_DATE(cell) is not None


def _runs(names: Sequence[str]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for at, name in enumerate(names):
        if name and runs and runs[-1][1] == at - 1:
            runs[-1] = (runs[-1][0], at)
        elif name:
            runs.append((at, at))
    return runs


def _repeats(names: Sequence[str], run: tuple[int, int]) -> list[tuple[int, int]]:
    """A run, cut where its names begin anew: line, dose, signal, line, dose, signal."""
    left, right = run
    starts = [at for at in range(left, right + 1) if names[at] == names[left]]
    size = starts[1] - left if len(starts) > 1 else 0
    if size < 2 or any(names[at] != names[left + (at - left) % size] for at in range(left, right + 1)):
        return [run]
    return [(at, min(at + size - 1, right)) for at in starts]


def _filled(sheet: SheetCells, row: int, left: int, right: int) -> int:
    return sum(map(bool, sheet.rows[row][left : right + 1]))


def _has_rows(sheet: SheetCells, below: int, left: int, right: int) -> bool:
    return any(_filled(sheet, row, left, right) > 1 for row in range(below + 1, len(sheet.rows)))


def _cells_of(head: _Head, heads: Sequence[_Head], sheet: SheetCells) -> CellRange:
    """The cells of a table: down to the title of the next below it, and across to the next beside it."""
    below = [one.top for one in heads if one.top > head.top and one.is_over(head)]
    bottom = min(below, default=len(sheet.rows)) - 1
    beside = [one for one in heads if one is not head and not one.is_over(head)]
    right = min((one.left for one in beside if one.left > head.right), default=len(sheet.rows[0])) - 1
    while right > head.right and not any(sheet.rows[row][right] for row in range(head.top, bottom + 1)):
        right -= 1
    while bottom > head.below + 1 and _filled(sheet, bottom, head.left, head.right) < 2:
        bottom -= 1
    groups = any(first == last == head.top - 1 and one < end for first, one, last, end in sheet.merged)
    return CellRange(head.top - groups, head.left, bottom, right)
