"""Plates of a text export of SoftMax Pro: blocks that begin with Plate: and end with ~End, each read by its name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from lensim.tables.export_lines import Line
from lensim.tables.grid import Grid
from lensim.tables.well_names import parse_well_name

_FIRST: Final = re.compile(r"##BLOCKS=\s*[0-9]+", re.IGNORECASE)
_LATER: Final = re.compile(r"^[\t;,|\"' ]{0,99}##BLOCKS=\s*[0-9]+", re.IGNORECASE | re.MULTILINE)
_HEAD: Final = re.compile(r"^[\t;,|\"' ]{0,99}Plate:\"?([\t;,|])", re.IGNORECASE | re.MULTILINE)
_MOST_LINES: Final = 100
_DATA_TYPES: Final = ("raw", "reduced", "both")
_END: Final = "~end"
_COLUMNS_OF: Final = {6: 3, 12: 4, 24: 6, 48: 8, 96: 12, 384: 24, 1536: 48}


def is_softmax(text: str) -> bool:
    """Whether a text, or the first cell of a sheet, begins as SoftMax Pro begins its exports."""
    return _FIRST.match(text.lstrip('\ufeff \t\r\n"')) is not None


def separator_of_softmax(text: str) -> str | None:
    """What parts the fields of an export of SoftMax Pro, also one saved again by a spreadsheet; None of any other."""
    if not is_softmax(text) and not _LATER.search(text[:10_000]):
        return None
    head = _HEAD.search(text)
    return head.group(1) if head else "\t"


def begins_as_softmax(lines: Sequence[Line]) -> bool:
    """Whether the first lines of a sheet have what SoftMax Pro begins its exports with."""
    return any(is_softmax(line.filled[0]) for line in lines[:_MOST_LINES] if line.filled)


@dataclass(frozen=True)
class _Head:
    """What the line Plate: says of the block under it."""

    plate: str
    is_by_time: bool
    read_type: str
    mode: str
    wavelengths: tuple[str, ...]
    columns: int
    rows: int
    last_column: int


@dataclass(frozen=True)
class _Part:
    """Where one wavelength is in the rows of a block: a row's cell to the column of the plate, or to row and column."""

    places: dict[int, tuple[int | None, int]]


def softmax_grids(lines: Sequence[Line]) -> list[Grid]:
    """A grid for each plate, wavelength and time of an export; wells that were not read have no text.

    The label says the detection and the wavelength, such as "Absorbance, 450 nm", and the time of a kinetic read. Rows
    that SoftMax Pro has reduced, and groups of results, are passed over. A row that is shorter than its head, or has
    cells beyond it, gives its grids a fault.
    """
    grids: list[Grid] = []
    lines = _from_first_column(lines)
    at = 0
    while at < len(lines):
        head = _head(lines[at])
        at += 1
        if head is None:
            continue
        block = []
        while at < len(lines) and not lines[at].fields[0].lower().startswith(_END) and _head(lines[at]) is None:
            block.append(lines[at])
            at += 1
        grids += _of_block(head, block)
    return _told_apart(grids)


def _from_first_column(lines: Sequence[Line]) -> Sequence[Line]:
    """Lines without the empty columns before the word Plate:, where a sheet was moved."""
    heads = (line for line in lines if line.filled and line.filled[0].strip('"').lower() == "plate:")
    head = next(heads, None)
    before = 0 if head is None else next(at for at, cell in enumerate(head.fields) if cell)
    return [replace(line, fields=line.fields[before:] or [""]) for line in lines] if before else lines


def _head(line: Line) -> _Head | None:
    fields = line.fields
    if fields[0].strip('"').lower() != "plate:" or len(fields) < 8:
        return None
    data = next((at for at in range(5, 9) if at < len(fields) and fields[at].lower() in _DATA_TYPES), 6)
    after = [*fields[data:], *[""] * 16]
    wavelengths = tuple(after[9].split())
    excited = after[13].split()
    if len(excited) == len(wavelengths) and fields[5].lower().startswith(("fluorescence", "time resolved")):
        wavelengths = tuple(f"{one}/{other}" for one, other in zip(excited, wavelengths, strict=True))
    columns = _COLUMNS_OF.get(int(after[12]), 0) if after[12].isdigit() else 0
    rows = int(after[12]) // columns if columns else 0
    is_by_time = fields[3].lower().startswith("time")
    is_part = columns and after[10].isdigit() and after[11].isdigit()
    last_column = int(after[10]) + int(after[11]) - 1 if is_part else columns
    return _Head(fields[1], is_by_time, fields[4].lower(), fields[5], wavelengths, columns, rows, last_column)


def _of_block(head: _Head, block: Sequence[Line]) -> list[Grid]:
    names = next((line for line in block if len(line.fields) > 1 and line.fields[1].startswith("Temperat")), None)
    if names is None:
        return []
    parts = _parts(head, names)
    rows = [line for line in block if line.number > names.number]
    if head.is_by_time:
        reads = [(at, line) for at, section in enumerate(_sections(rows)) for line in section]
        grids = [_grid(head, at, parts[0], [line], names) for at, line in reads] if parts else []
    else:
        plates = [_without_rows_beyond(head, read) for read in _by_plate(rows)]
        grids = [_grid(head, at, part, read, names) for read in plates for at, part in enumerate(parts)]
    return [grid for grid in grids if grid is not None]


def _sections(rows: Sequence[Line]) -> list[list[Line]]:
    """The rows of each wavelength, one row a time, which blank lines part; until the head of reduced numbers."""
    sections: list[list[Line]] = [[]]
    for line in rows:
        if any(parse_well_name(cell) is not None for cell in line.filled[:1]):
            break
        if line.is_blank:
            if sections[-1]:
                sections.append([])
            continue
        sections[-1].append(line)
    return [section for section in sections if section]


def _by_plate(rows: Sequence[Line]) -> list[list[Line]]:
    """Reads of as many rows as the plate has, parted by blank lines or by a new time in the first cell."""
    reads: list[list[Line]] = [[]]
    for line in rows:
        if line.is_blank and len(line.fields) < 3:  # a row of wells that were not read has all its separators
            reads.append([])
            continue
        if len(line.fields) > 1 and line.fields[0] and reads[-1]:
            reads.append([])
        if "1" in line.fields[2:3] and "2" in line.fields[3:4]:  # the head of reduced numbers
            break
        reads[-1].append(line)
    return [read for read in reads if read]


def _without_rows_beyond(head: _Head, read: list[Line]) -> list[Line]:
    """A read without blank rows beyond those of its plate, which a blank line becomes in the sheet of a workbook."""
    while head.rows and len(read) > head.rows and read[-1].is_blank:
        read = read[:-1]
    return read


def _parts(head: _Head, names: Line) -> list[_Part]:
    """The parts of a head; a part ends where a column or a well comes again, or at a blank cell."""
    parts: list[dict[int, tuple[int | None, int]]] = [{}]
    for at, cell in enumerate(names.fields[2:], 2):
        place: tuple[int | None, int] | None = parse_well_name(cell) if head.is_by_time else None
        if not head.is_by_time and cell.isdigit():
            place = (None, int(cell) - 1)
        if place is None or place in parts[-1].values():
            if parts[-1]:
                parts.append({})
            if place is None:
                continue
        parts[-1][at] = place
    return [_Part(places) for places in parts if places]


def _grid(head: _Head, number: int, part: _Part, read: Sequence[Line], names: Line) -> Grid | None:
    cells: dict[tuple[int, int], tuple[str, int]] = {}
    fault = ""
    for row, line in enumerate(read):
        read_places = [at for at, (_, column) in part.places.items() if not 0 < head.last_column <= column]
        last = max(read_places or part.places)
        if len(line.fields) <= last and not line.is_blank:
            fault = (
                f"line {line.number} has {len(line.fields)} cells, but its head on line {names.number} has "
                f"{len(names.fields)}; is the file cut off?"
            )
        for at, (own_row, column) in part.places.items():
            text = line.fields[at] if at < len(line.fields) else ""
            cells[(row if own_row is None else own_row, column)] = (text, line.number)
    if not any(text for text, _ in cells.values()) and not fault:
        return None
    first = read[0].fields[0]
    return Grid(
        cells=cells,
        first_line=read[0].number,
        last_line=read[-1].number,
        title=f"{head.mode} {head.read_type}",
        label=_label(head, number, first),
        plates=(head.plate,) if head.plate else (),
        fault=fault,
        kind="raw",
    )


def _label(head: _Head, number: int, first: str) -> str:
    said = [head.mode or "read"]
    if head.read_type.startswith("spectrum") and first:
        return f"{said[0]}, {first} nm"
    if number < len(head.wavelengths) and head.wavelengths[number] != "0":
        said.append(f"{head.wavelengths[number]} nm")
    if first:
        said.append(first)
    return ", ".join(said)


def _told_apart(grids: Sequence[Grid]) -> list[Grid]:
    """Grids of one plate with one label have the number of the read behind it."""
    seen: dict[tuple[tuple[str, ...], str], int] = {}
    told = []
    for grid in grids:
        key = (grid.plates, grid.label)
        seen[key] = seen.get(key, 0) + 1
        told.append(grid if seen[key] == 1 else replace(grid, label=f"{grid.label}, read {seen[key]}"))
    return told
