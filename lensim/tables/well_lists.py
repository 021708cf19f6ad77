"""Lists of wells in a reader's text: one well a line, or one well a column."""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from lensim.tables.export_lines import Line
from lensim.tables.grid_blocks import Block, is_number, may_be_reading
from lensim.tables.names import plain_name
from lensim.tables.number_text import is_missing
from lensim.tables.well_names import Naming, naming_of_wells, parse_well_name

_WELL_HEADS: Final = frozenset(
    {"well", "wells", "pos", "position", "well_position", "well_pos", "well_name", "well_id", "coordinate", "coord"}
)
_PLATE_HEADS: Final = ("barcode", "plate_barcode", "plate_id", "plate_name", "plate", "plate_number", "plate_no")
_NO_READING: Final = re.compile(
    r"(?:std_?)?err(?:or)?(?:_.*)?|sd|std(?:_?dev)?|cv(?:_.*)?|count_?ing_time|meas_?time|time(?:_.*)?|temp(?:erature)?(?:_.*)?"
    r"|row|col|column|plate.*|barcode|repeat|sample.*|content|group|no|nr|number|index|cycle|well.*|pos(?:ition)?"
    r"|conc(?:entration)?(?:_.*)?|dilution.*|dose.*|x|y|width|height"
)
_FEWEST_ACROSS: Final = 4


def list_at(lines: Sequence[Line], at: int) -> list[Block]:
    """The readings of the list of wells whose head is line `at`; empty where that is no head of a list."""
    return _down(lines, at) or _across(lines, at)


def _down(lines: Sequence[Line], at: int) -> list[Block]:
    """One well a line: a column for the well, one or more with numbers, perhaps one for the plate."""
    head = [plain_name(cell) for cell in lines[at].fields]
    wells = [n for n, name in enumerate(head) if name in _WELL_HEADS]
    rows = _rows_of_list(lines[at + 1 :], wells[0]) if len(wells) == 1 else []
    if not rows:
        return []
    well = wells[0]
    naming = naming_of_wells(row.fields[well] for row in rows)
    if naming.style == "in doubt":
        return []
    plate = next((head.index(name) for name in _PLATE_HEADS if name in head), None)
    blocks: list[Block] = []
    for column, name in enumerate(head):
        if column in (well, plate) or _NO_READING.fullmatch(name) or not _is_numeric(rows, column):
            continue
        blocks += _of_column(rows, lines[at], (well, column, plate), naming)
    return blocks


def _rows_of_list(lines: Sequence[Line], well: int) -> list[Line]:
    rows = []
    for line in lines:
        if len(line.fields) <= well or parse_well_name(line.fields[well]) is None:
            break
        rows.append(line)
    return rows if len(rows) >= 2 else []


def _is_numeric(rows: Sequence[Line], column: int) -> bool:
    cells = [row.fields[column] for row in rows if column < len(row.fields)]
    filled = [cell for cell in cells if not is_missing(cell)]
    return bool(filled) and 2 * sum(map(is_number, filled)) > len(filled)


def _of_column(rows: Sequence[Line], head: Line, where: tuple[int, int, int | None], naming: Naming) -> list[Block]:
    """A block for each plate; where a plate has a well several times, one for each time."""
    well, column, plate = where
    cells: defaultdict[tuple[str, int], dict[tuple[int, int], tuple[str, int]]] = defaultdict(dict)
    times: defaultdict[tuple[str, tuple[int, int]], int] = defaultdict(int)
    for row in rows:
        of_plate = row.fields[plate].strip('="') if plate is not None and plate < len(row.fields) else ""
        place = naming.place(row.fields[well])
        if place is None:
            return []
        text = row.fields[column] if column < len(row.fields) else ""
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
        if not all(map(may_be_reading, cells)) or sum(map(is_number, line.fields[named[-1] + 1 :])) > 1:
            break
        padded = [*cells, *[""] * (len(named) - len(cells))]
        found = {place: (text, line.number) for place, text in zip(places, padded, strict=True) if place is not None}
        label = " ".join(cell for cell in line.fields[: named[0]] if cell)
        blocks.append(Block(found, lines[at].number, label=label, naming=naming, is_list=True))
    return blocks
