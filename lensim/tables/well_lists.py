"""Lists of wells in a reader's text: one well a line, or one well a column."""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import Final, Literal

from lensim.tables.export_lines import Line
from lensim.tables.grid_blocks import Block, is_number, may_be_reading
from lensim.tables.names import plain_name
from lensim.tables.number_text import is_missing, whole_number
from lensim.tables.well_names import STANDARD_PLATES, Naming, letters_of_row, naming_of_wells, parse_well_name

_WELL_HEADS: Final = frozenset(
    {
        "well",
        "wells",
        "pos",
        "position",
        "well_position",
        "well_positions",
        "well_pos",
        "well_name",
        "well_id",
        "coordinate",
        "coord",
    }
)
_ROW_HEADS: Final = ("well_row", "row")
_COLUMN_HEADS: Final = ("well_col", "well_column", "column", "col")
_PLATE_HEADS: Final = ("barcode", "plate_barcode", "plate_id", "plate_name", "plate", "plate_number", "plate_no", "pn")
_SHORT_PLATE_HEADS: Final = ("p",)  # of MicroBeta, beside Pos
_NO_READING: Final = re.compile(
    r"s|p|pn|rpt|[cpsdt]time[0-9]*|(?:std_?)?err(?:or)?(?:_.*)?|sd|std(?:_?dev)?|cv(?:_.*)?|count_?ing_time|meas_?time|time(?:_.*)?|temp(?:erature)?(?:_.*)?"
    r"|row|col|column|plate.*|barcode|repeat|sample.*|content|group|no|nr|number|index|cycle|well.*|pos(?:ition)?"
    r"|conc(?:entration)?(?:_.*)?|dilution.*|dose.*|x|y|width|height"
)
_FEWEST_ACROSS: Final = 4
LARGEST_PLATE: Final = STANDARD_PLATES[-1][0] * STANDARD_PLATES[-1][1]


@dataclass(frozen=True)
class Numbering:
    """How wells are numbered: along rows or down columns, on a plate of so many wells (by the largest number if 0)."""

    order: Literal["rows", "columns"]
    wells: int = 0

    def place(self, number: int, largest: int) -> tuple[int, int] | None:
        """Row and column, from 0, of a well; None where the plate, or its size, has no such."""
        shape = next((one for one in STANDARD_PLATES if one[0] * one[1] == (self.wells or largest)), None)
        if shape is None or not 1 <= number <= shape[0] * shape[1]:
            return None
        rows, columns = shape
        return divmod(number - 1, columns) if self.order == "rows" else ((number - 1) % rows, (number - 1) // rows)


def list_at(lines: Sequence[Line], at: int, numbering: Numbering | None = None) -> list[Block]:
    """The readings of the list of wells whose head is line `at`; empty where that is no head of a list."""
    return _down(lines, at, numbering) or _across(lines, at)


def numbers_wells(lines: Sequence[Line]) -> bool:
    """Whether there is a list of wells that are numbered."""
    return any(_numbered_rows(lines, at) is not None for at in range(len(lines)))


def _down(lines: Sequence[Line], at: int, numbering: Numbering | None) -> list[Block]:
    """One well a line: a column for the well, one or more with numbers, perhaps one for the plate."""
    head = [plain_name(cell) for cell in lines[at].fields]
    found = _named_rows(lines, at) or _rows_by_two(lines, at) or (_numbered_rows(lines, at) if numbering else None)
    if found is None:
        return []
    used, rows, names = found
    naming = naming_of_wells(names)
    places = [naming.place(name) for name in names]
    numbers = [number for name in names if (number := whole_number(name)) is not None]
    if numbering and len(numbers) == len(names):
        largest = max(numbers)
        places = [numbering.place(number, largest) for number in numbers]
    known = [place for place in places if place is not None]
    if len(known) < len(places):
        return []
    heads = (*_PLATE_HEADS, *_SHORT_PLATE_HEADS) if "pos" in head else _PLATE_HEADS
    plate = next((head.index(name) for name in heads if name in head), None)
    blocks: list[Block] = []
    for column, name in enumerate(head):
        if column in used or column == plate or _NO_READING.fullmatch(name) or not _is_numeric(rows, column):
            continue
        blocks += _of_column(rows, known, lines[at], (column, plate), naming)
    return blocks


_Found = tuple[tuple[int, ...], list[Line], list[str]]
"""The columns that say the well, the rows below, and the name of each row's well."""


def _named_rows(lines: Sequence[Line], at: int) -> _Found | None:
    """Rows with names of wells."""
    return _rows(lines, at, lambda name: parse_well_name(name) is not None)


def _numbered_rows(lines: Sequence[Line], at: int) -> _Found | None:
    """Rows with numbers of wells."""
    return _rows(lines, at, lambda name: 1 <= (whole_number(name) or 0) <= LARGEST_PLATE)


def _rows(lines: Sequence[Line], at: int, is_well: Callable[[str], bool]) -> _Found | None:
    wells = [n for n, cell in enumerate(lines[at].fields) if plain_name(cell) in _WELL_HEADS]
    if len(wells) != 1:
        return None
    rows = _while(lines, at, lambda line: len(line.fields) > wells[0] and is_well(line.fields[wells[0]]))
    return ((wells[0],), rows, [row.fields[wells[0]] for row in rows]) if rows else None


def _rows_by_two(lines: Sequence[Line], at: int) -> _Found | None:
    """Rows that say the row of the well, as letters or a number, and its column in two fields."""
    head = [plain_name(cell) for cell in lines[at].fields]
    row, column = (next((head.index(n) for n in names if n in head), None) for names in (_ROW_HEADS, _COLUMN_HEADS))
    if row is None or column is None:
        return None

    def name(line: Line) -> str:
        if max(row, column) >= len(line.fields):
            return ""
        letters = line.fields[row]
        if 1 <= (number := whole_number(letters) or 0) <= STANDARD_PLATES[-1][0]:
            letters = letters_of_row(number - 1)
        return f"{letters}{line.fields[column]}"

    rows = _while(lines, at, lambda line: parse_well_name(name(line)) is not None)
    return ((row, column), rows, [name(line) for line in rows]) if rows else None


def _while(lines: Sequence[Line], at: int, is_row: Callable[[Line], bool]) -> list[Line]:
    """The lines below a head for as long as they are rows of its list; none where blanks may part words of a name."""
    rows = list(takewhile(is_row, islice(lines, at + 1, None)))
    is_split = lines[at].separator is None and any(len(row.fields) != len(lines[at].fields) for row in rows)
    return rows if len(rows) >= 2 and not is_split else []


def _is_numeric(rows: Sequence[Line], column: int) -> bool:
    cells = [row.fields[column] for row in rows if column < len(row.fields)]
    filled = [cell for cell in cells if not is_missing(cell)]
    return bool(filled) and 2 * sum(map(is_number, filled)) > len(filled)


def _of_column(
    rows: Sequence[Line],
    places: Sequence[tuple[int, int]],
    head: Line,
    where: tuple[int, int | None],
    naming: Naming,
) -> list[Block]:
    """A block for each plate; where a plate has a well several times, one for each time."""
    column, plate = where
    said = [row.fields[plate].strip('="') if plate is not None and plate < len(row.fields) else "" for row in rows]
    if len(named := set(said) - {""}) == 1 and len(set(places)) == len(places):
        said = [*named] * len(said)  # of one plate, which is named in some rows alone
    cells: defaultdict[tuple[str, int], dict[tuple[int, int], tuple[str, int]]] = defaultdict(dict)
    times: defaultdict[tuple[str, tuple[int, int]], int] = defaultdict(int)
    for row, place, of_plate in zip(rows, places, said, strict=True):
        text = _reading_of(row, head, column)
        cells[of_plate, times[of_plate, place]][place] = text, row.number
        times[of_plate, place] += 1
    several = any(time > 0 for _, time in cells)
    return [
        Block(
            of_wells,
            head.number,
            label=head.fields[column] + (f", reading {time + 1}" if several else ""),
            plates=(of_plate,) if of_plate else (),
            naming=naming,
            is_list=True,
            is_one_a_line=True,
        )
        for (of_plate, time), of_wells in cells.items()
    ]


def _reading_of(row: Line, head: Line, column: int) -> str:
    """The text of a row in a column; that it has other fields than its head, where it has, which is no number."""
    if len(row.fields) == len(head.fields) or _width(row) == _width(head):
        return row.fields[column] if column < len(row.fields) else ""
    return f"a row of {_width(row)} fields, not {_width(head)}"


def _width(line: Line) -> int:
    """Fields up to the last that has a text."""
    return max((at for at, cell in enumerate(line.fields, 1) if cell), default=0)


def _across(lines: Sequence[Line], at: int) -> list[Block]:
    """One well a column: a line of names of wells, and below it a line for each reading (a time, a wavelength)."""
    fields = lines[at].fields
    named = [n for n, cell in enumerate(fields) if parse_well_name(cell) is not None]
    if len(named) < _FEWEST_ACROSS or named != list(range(named[0], named[-1] + 1)):
        return []
    naming = naming_of_wells(fields[n] for n in named)
    places = [naming.place(fields[n]) for n in named]
    if len(set(places)) < len(places) or None in places:
        return []
    blocks = []
    for line in lines[at + 1 :]:
        if line.is_blank:
            continue
        cells = line.fields[named[0] : named[-1] + 1]
        if not any(map(is_number, cells)) and not (any(cells) and all(map(may_be_reading, cells))):
            break
        if not all(map(may_be_reading, cells)) or any(map(is_number, line.fields[named[-1] + 1 :])):
            break
        padded = [*cells, *[""] * (len(named) - len(cells))]
        found = {place: (text, line.number) for place, text in zip(places, padded, strict=True) if place is not None}
        label = " ".join(cell for cell in line.fields[: named[0]] if cell)
        blocks.append(Block(found, lines[at].number, label=label, naming=naming, is_list=True))
    return blocks
