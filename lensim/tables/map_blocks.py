"""Plate maps as people make them: a block of the plate's shape for each factor, in text or in sheets of workbooks."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from lensim.checks import FaultReport, NamedLine
from lensim.tables.export_lines import SEPARATORS, lines_of, same_name
from lensim.tables.grid_blocks import is_number
from lensim.tables.map_titles import is_row_head, is_usual_sheet, parted, plate_alone
from lensim.tables.names import plain_name
from lensim.tables.table import TextTable
from lensim.tables.well_names import STANDARD, STANDARD_PLATES, well_name
from lensim.tables.workbook import cell_name

MOST_LINES: Final = 20_000
"""A text with more lines is no map of blocks: 1536 wells of 60 plates with 9 factors have fewer."""
_FEWEST_COLUMNS: Final = 2
_LARGEST_COLUMN: Final = STANDARD_PLATES[-1][1]
_COLUMN: Final = re.compile(r"0?([1-9][0-9]?)(?:\.0)?")
_ROW: Final = re.compile(r"[A-Za-z]{1,2}")
Cells = Sequence[Sequence[str]]


@dataclass(frozen=True)
class MapSheet:
    """Rows of cells of a sheet; `name` is empty for a file of text."""

    name: str
    rows: Cells


@dataclass(frozen=True)
class MapBlock:
    """One factor on one plate.

    Attributes
    ----------
    title
        The name of the factor, as it is written.
    plate
        The plate's name; empty where the block does not say it.
    sheet
        The sheet's name; empty in a file of text.
    top, left
        Row and column, from 0, of the corner: left of the first column number.
    columns
        The columns of the plate, from 0, that are numbered.
    cells
        Text by row and column of the plate, from 0; also those that are empty.
    places
        Row and column in the sheet, from 0, of each of these.
    """

    title: str
    plate: str
    sheet: str
    top: int
    left: int
    columns: tuple[int, ...]
    cells: Mapping[tuple[int, int], str]
    places: Mapping[tuple[int, int], tuple[int, int]] = field(repr=False)

    def cell(self, well: tuple[int, int]) -> str:
        """The name of the cell of a well in the sheet: C12."""
        return cell_name(*self.places[well])

    def place_of(self, well: tuple[int, int]) -> str:
        """The cell of a well, with its sheet where there is one."""
        return f"sheet {self.sheet!r}, cell {self.cell(well)}" if self.sheet else f"cell {self.cell(well)}"

    @property
    def corner(self) -> str:
        """The name of the corner's cell."""
        return cell_name(self.top, self.left)

    def __str__(self) -> str:
        on = f"sheet {self.sheet!r}, " if self.sheet else ""
        return f"block {self.title!r} ({on}cell {self.corner})"


@dataclass(frozen=True)
class MapOfBlocks:
    """The blocks of a map, and the plates and factors in the order in which they are met."""

    place: str
    blocks: tuple[MapBlock, ...]

    @property
    def plates(self) -> tuple[str, ...]:
        """Names of the plates; one empty name where there is one plate without a name."""
        return tuple(dict.fromkeys(block.plate for block in self.blocks))

    @property
    def factors(self) -> tuple[str, ...]:
        """Names of the factors, the first spelling of each."""
        first: dict[str, str] = {}
        for block in self.blocks:
            first.setdefault(_key(block.title), block.title)
        return tuple(first.values())

    def of(self, plate: str, factor: str) -> MapBlock | None:
        """The block of a factor on a plate."""
        return next((one for one in self.blocks if one.plate == plate and _key(one.title) == _key(factor)), None)

    def wells(self, plate: str) -> list[tuple[int, int]]:
        """Places on a plate for which a block has a text, row by row."""
        filled = {well for one in self.blocks if one.plate == plate for well, text in one.cells.items() if text}
        return sorted(filled)

    def table(self) -> TextTable:
        """A row a well that has any text: the plate, where one has a name, the well, and each factor."""
        factors, has_plate = self.factors, any(self.plates)
        header = (
            *(["plate"] if has_plate and not any(_key(name) == "plate" for name in factors) else []),
            "well",
            *factors,
        )
        rows: list[list[str]] = []
        lines: list[int] = []
        for plate in self.plates:
            blocks = [self.of(plate, factor) for factor in factors]
            for well in self.wells(plate):
                texts = [block.cells.get(well, "") if block else "" for block in blocks]
                rows.append([*([plate] if header[0] == "plate" else []), well_name(*well), *texts])
                lines.append(self._line(len(rows), plate, well, blocks))
        return TextTable(self.place, header, rows, lines)

    def _line(self, number: int, plate: str, well: tuple[int, int], blocks: Sequence[MapBlock | None]) -> NamedLine:
        of = f" of plate {same_name(plate)}" if plate and len(self.plates) > 1 else ""
        name = f"well {well_name(*well)}{of}"
        there = [block for block in blocks if block is not None and well in block.cells]
        own = {block.title: f"{block.place_of(well)} ({name}, block {block.title!r})" for block in there}
        cells = ", ".join(f"{block.cell(well)} {block.title!r}" for block in there)
        return NamedLine(number, f"{name} (cells {cells})", own)


def find_map_blocks(sheets: Sequence[MapSheet], place: str) -> MapOfBlocks | None:
    """The blocks in some sheets; None where there is none.

    A block has columns numbered in a row that follow each other, and rows lettered below, left of the first number. Its
    factor is named in the corner, else in the nearest text above it, else by the sheet. A plate is named with it (Plate
    2 Dose), in a line of its own above blocks (Plate 2), or by the sheet where several sheets have the same factors.

    Raises
    ------
    InputError
        With each block that has no name, rows that do not follow each other, or a factor that a plate has twice.
    """
    faults = FaultReport(place)
    blocks = [block for sheet in sheets for block in _blocks_of(sheet, faults)]
    if not blocks:
        return None
    blocks = _with_sheets(blocks, faults)
    _check_twice(blocks, faults)
    faults.raise_if_any()
    return MapOfBlocks(place, tuple(blocks))


def blocks_in_text(text: str, place: str) -> MapOfBlocks | None:
    """The blocks of a text, with the separator that gives most of them; None where there is none.

    Raises
    ------
    InputError
        As `find_map_blocks`.
    """
    if text.count("\n") + text.count("\r") > 2 * MOST_LINES:
        return None
    best: tuple[int, list[list[str]]] = (0, [])
    for separator in SEPARATORS[:-1]:
        rows = [line.fields for line in lines_of(text, separator)]
        heads = sum(len(run) for at in range(len(rows)) for run in _heads(rows, at))
        if heads > best[0]:
            best = (heads, rows)
    return find_map_blocks([MapSheet("", best[1])], place) if best[0] else None


def _key(name: str) -> str:
    return plain_name(name) or name.casefold().strip()


def _text(rows: Cells, row: int, column: int) -> str:
    return " ".join(rows[row][column].split()) if 0 <= row < len(rows) and 0 <= column < len(rows[row]) else ""


def _line_text(rows: Cells, row: int) -> str:
    """The texts of a row, one where merged cells repeat it."""
    return " ".join(dict.fromkeys(filter(None, (_text(rows, row, column) for column in range(len(rows[row]))))))


def _number(text: str) -> int:
    match = _COLUMN.fullmatch(text)
    number = int(match.group(1)) if match else 0
    return number if number <= _LARGEST_COLUMN else 0


def _row_of(text: str) -> int | None:
    return STANDARD.row(text.upper()) if _ROW.fullmatch(text) else None


def _heads(rows: Cells, at: int) -> list[list[tuple[int, int]]]:
    """Runs of column numbers that follow each other side by side, each with a lettered row below: field and column."""
    fields = rows[at]
    runs: list[list[tuple[int, int]]] = []
    for column in range(1, len(fields)):
        number = _number(_text(rows, at, column))
        if number and runs and runs[-1][-1] == (column - 1, number - 2):
            runs[-1].append((column, number - 1))
        elif number:
            runs.append([(column, number - 1)])
    return [
        run
        for run in runs
        if len(run) >= _FEWEST_COLUMNS and _row_of(_text(rows, at + 1, run[0][0] - 1)) is not None
        and _row_of(_text(rows, at, run[0][0] - 1)) is None
    ]  # fmt: skip


def _blocks_of(sheet: MapSheet, faults: FaultReport) -> list[MapBlock]:
    found: list[MapBlock] = []
    taken: set[tuple[int, int]] = set()
    plate = ""
    for at in range(len(sheet.rows)):
        for run in _heads(sheet.rows, at):
            if (at, run[0][0]) in taken:
                continue
            plate = _heading(sheet.rows, at, run[0][0] - 1, taken, plate)
            block = _read_block(sheet, at, run, plate, taken, faults)
            taken |= {(at, column) for column in range(run[0][0] - 1, run[-1][0] + 1)} | set(block.places.values())
            taken |= {(row, run[0][0] - 1) for row, _ in block.places.values()}
            found.append(block)
    return found


def _heading(rows: Cells, at: int, left: int, taken: set[tuple[int, int]], plate: str) -> str:
    """The plate that a line of its own names above a block, else the one that was named before."""
    for row in range(at - 1, -1, -1):
        if (row, left) in taken or any((row, column) in taken for column in range(left, len(rows[row]))):
            break
        if said := plate_alone(_line_text(rows, row)):
            return said
    return plate


def _read_block(
    sheet: MapSheet, at: int, run: list[tuple[int, int]], plate: str, taken: set[tuple[int, int]], faults: FaultReport
) -> MapBlock:
    rows, left = sheet.rows, run[0][0] - 1
    title = _title(rows, at, left, run[-1][0], taken)
    factor, own_plate = parted(title)
    cells: dict[tuple[int, int], str] = {}
    places: dict[tuple[int, int], tuple[int, int]] = {}
    before: int | None = None
    for row in range(at + 1, len(rows)):
        of = _row_of(_text(rows, row, left))
        if of is None or _heads_at(rows, row, left):
            break
        if before is not None and of != before + 1:
            faults.add(
                f"{_where(sheet, row, left)}: the rows of the block {title or sheet.name!r} must be lettered one after "
                f"the other, got {_text(rows, row, left)} after {_text(rows, row - 1, left)}"
            )
            break
        before = of
        for column, number in run:
            cells[of, number] = _text(rows, row, column)
            places[of, number] = (row, column)
    return MapBlock(
        title=factor,
        plate=own_plate or plate,
        sheet=sheet.name,
        top=at,
        left=left,
        columns=tuple(number for _, number in run),
        cells=cells,
        places=places,
    )


def _heads_at(rows: Cells, row: int, left: int) -> bool:
    return any(run[0][0] - 1 == left for run in _heads(rows, row))


def _where(sheet: MapSheet, row: int, column: int) -> str:
    return f"sheet {sheet.name!r}, cell {cell_name(row, column)}" if sheet.name else f"cell {cell_name(row, column)}"


def _title(rows: Cells, at: int, left: int, right: int, taken: set[tuple[int, int]]) -> str:
    """The text in the corner, else the nearest text above the block that is no cell of another one."""
    corner = _text(rows, at, left)
    above = ""
    for row in range(at - 1, max(at - 4, -1), -1):
        columns = [left, *range(left + 1, right + 1)]
        if any((row, column) in taken for column in columns):
            break
        texts = [_text(rows, row, column) for column in columns]
        if left and not any(texts):
            texts = [_text(rows, row, column) for column in range(left)]
            if any((row, column) in taken for column in range(left)):
                break
        filled = list(dict.fromkeys(text for text in texts if text))
        if filled:
            above = " ".join(filled[:3])
            break
    if is_row_head(corner):
        return above
    is_plate_above = bool(plate_alone(above))
    return f"{above}: {corner}" if is_plate_above else corner


def _with_sheets(blocks: Sequence[MapBlock], faults: FaultReport) -> list[MapBlock]:
    """Blocks with the names that the sheets give: of the factor where a block has none, else of the plate."""
    sheets = list(dict.fromkeys(block.sheet for block in blocks))
    named = [_named_by_sheet(block, blocks, faults) for block in blocks]
    of_sheet = {sheet: {_key(one.title) for one in named if one.sheet == sheet and not one.plate} for sheet in sheets}
    shared = [name for sheet in sheets for name in of_sheet[sheet]]
    if len(sheets) < 2 or len(set(shared)) == len(shared):
        return _one_spelling(named)
    return _one_spelling([one if one.plate else replace(one, plate=one.sheet) for one in named])


def _named_by_sheet(block: MapBlock, blocks: Sequence[MapBlock], faults: FaultReport) -> MapBlock:
    if block.title:
        return block
    is_alone = sum(one.sheet == block.sheet for one in blocks) == 1
    if is_alone and block.sheet and not is_usual_sheet(block.sheet):
        factor, plate = parted(block.sheet)
        if factor:
            return replace(block, title=factor, plate=block.plate or plate)
    on = f"sheet {block.sheet!r}, " if block.sheet else ""
    is_of_numbers = sum(map(is_number, filter(None, block.cells.values()))) * 2 > sum(map(bool, block.cells.values()))
    remark = "; a reader's grid is no map" if is_of_numbers else ""
    faults.add(
        f"{on}cell {block.corner}: the block needs the name of its factor in this cell or above it, such as cell_line "
        f"or dose (uM), got none{remark}"
    )
    return block


def _one_spelling(blocks: Sequence[MapBlock]) -> list[MapBlock]:
    """Blocks whose plates have one spelling each: plate 2 and Plate 2 are one."""
    first: dict[str, str] = {}
    for block in blocks:
        first.setdefault(same_name(block.plate), block.plate)
    return [replace(block, plate=first[same_name(block.plate)]) for block in blocks]


def _check_twice(blocks: Sequence[MapBlock], faults: FaultReport) -> None:
    """Note a factor that a plate has twice, and plates of which some have no name."""
    first: dict[tuple[str, str], MapBlock] = {}
    for block in blocks:
        before = first.setdefault((block.plate, _key(block.title)), block)
        if block.title and before is not block:
            on = f"sheet {block.sheet!r}, " if block.sheet else ""
            faults.add(
                f"{on}cell {block.corner}: the factor {block.title!r} is there twice, also in cell {before.corner}: "
                "name the plate of each block, such as 'Plate 2 Dose'"
            )
    plates = dict.fromkeys(block.plate for block in blocks)
    if "" in plates and len(plates) > 1:
        unnamed = next(block for block in blocks if not block.plate)
        faults.add(
            f"the {unnamed} names no plate, and others do ({', '.join(name for name in plates if name)}): name the "
            "plate of each block, such as 'Plate 2 Dose'"
        )
