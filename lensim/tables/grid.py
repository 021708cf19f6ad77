"""Find the grids of numbers, one number a well, in a plate reader's text."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lensim.checks import FaultReport, InputError
from lensim.tables.number_text import is_missing
from lensim.tables.well_names import STANDARD_PLATES, parse_well_name, row_of_letters

SEPARATORS: Final = ("\t", ";", ",", None)  # None: blanks
_WIDTHS: Final = {columns: rows for rows, columns in STANDARD_PLATES}
_NUMBER: Final = re.compile(r"[+-]?[0-9]*[0-9.,][0-9.,]*(?:[eE][+-]?[0-9]+)?")
_NO_READING: Final = re.compile(r"over\w*|ovr\w*|sat\w*|err\w*|\*+|#\w*[!#]*|[<>]\s?\S+|\?+", re.IGNORECASE)
_ROW_LABEL: Final = re.compile(r"([A-Za-z]|[Aa][A-Fa-f])[:.]?")
_COLUMN_LABEL: Final = re.compile(r"0?([1-9][0-9]?)[:.]?")
_TITLE_LENGTH: Final = 60


@dataclass(frozen=True)
class Grid:
    """Numbers of a plate as text.

    Attributes
    ----------
    cells
        Text and line (from 1) of each well, by row and column from 0.
    first_line, last_line
        Where in the file the grid is.
    title
        The last text above it.
    """

    cells: dict[tuple[int, int], tuple[str, int]]
    first_line: int
    last_line: int
    title: str

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the smallest standard plate that has all these wells."""
        rows, columns = (max(place[axis] for place in self.cells) + 1 for axis in (0, 1))
        return next(shape for shape in STANDARD_PLATES if shape[0] >= rows and shape[1] >= columns)

    @property
    def whole_plate(self) -> tuple[int, int] | None:
        """Rows and columns where the grid is a whole standard plate; None where it may be a part of one."""
        return self.shape if len(self.cells) == self.shape[0] * self.shape[1] else None

    def __str__(self) -> str:
        rows, columns = (len({place[axis] for place in self.cells}) for axis in (0, 1))
        under = f" under {self.title!r}" if self.title else ""
        return f"{rows} x {columns} on lines {self.first_line} to {self.last_line}{under}"


@dataclass(frozen=True)
class _Line:
    number: int  # from 1
    fields: list[str]

    @property
    def is_blank(self) -> bool:
        return not any(self.fields)


def find_grids(text: str) -> list[Grid]:
    """All grids of numbers in a text, in order; with the first of tab, semicolon, comma and blanks that gives any.

    A grid has its columns numbered above it and its rows lettered, and is then any part of a plate; or lacks one or
    both, and is then as large as a plate of 96, 384 or 1536 wells. Between a labelled row and the next, further rows
    without a letter are further readings of it, each a grid of its own.
    """
    for separator in SEPARATORS:
        if grids := _find(_fields(text, separator)):
            return grids
    return []


def choose_grid(text: str, place: str, number: int | None) -> Grid:
    """The one grid of a text, or number `number` (from 1) of several.

    Raises
    ------
    InputError
        If there is none, or several and none was chosen, or not so many; the message says what was found.
    """
    grids = find_grids(text)
    if not grids:
        sizes = ", ".join(f"{rows} x {columns}" for rows, columns in STANDARD_PLATES)
        raise InputError(
            f"{place}: no grid of numbers was found ({sizes}, or any part of a plate with its letters and numbers "
            f"beside it); {_nearest(text)}"
        )
    if number is None and len(grids) > 1:
        raise InputError(f"{place}: {_count(grids)}: choose one by its grid number")
    if number is not None and not 1 <= number <= len(grids):
        raise InputError(f"{place}: the grid number must lie between 1 and {len(grids)}, got {number}; {_count(grids)}")
    return grids[(number or 1) - 1]


def _count(grids: Sequence[Grid]) -> str:
    found = "; ".join(f"number {n}, {grid}" for n, grid in enumerate(grids, 1))
    return f"{len(grids)} grid{'s' * (len(grids) > 1)} of numbers found ({found})"


def _nearest(text: str) -> str:
    """What comes nearest to a grid: the line with the most numbers."""
    best, at = 0, 0
    for separator in SEPARATORS:
        for line in _fields(text, separator):
            numbers = sum(_is_number(cell) for cell in line.fields)
            if numbers > best:
                best, at = numbers, line.number
    return f"the line with most numbers is line {at}, with {best}" if best else "no line has a number of its own"


def _fields(text: str, separator: str | None) -> list[_Line]:
    lines = []
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        if separator is None:
            cells = line.split()
        elif '"' in line:
            try:
                cells = next(csv.reader([line], delimiter=separator), [])
            except csv.Error:
                cells = line.split(separator)
        else:
            cells = line.split(separator)
        lines.append(_Line(number, [cell.strip() for cell in cells]))
    return lines


def _find(lines: list[_Line]) -> list[Grid]:
    grids: list[Grid] = []
    at = 0
    while at < len(lines):
        found = _under_column_numbers(lines, at) or _without_column_numbers(lines, at)
        if found:
            grids += found
            at = found[-1].last_line  # lines are numbered from 1, so this is the next one
        else:
            at += 1
    return [grid for grid in grids if _is_numeric(grid)]


def _is_number(cell: str) -> bool:
    return bool(_NUMBER.fullmatch(cell))


def _may_be_reading(cell: str) -> bool:
    return _is_number(cell) or is_missing(cell) or bool(_NO_READING.fullmatch(cell))


def _is_numeric(grid: Grid) -> bool:
    """Whether most cells are numbers: a layout with names of samples is a grid, too, but not of readings."""
    filled = [text for text, _ in grid.cells.values() if not is_missing(text)]
    return 2 * sum(map(_is_number, filled)) > len(filled)


def _label(cells: list[str]) -> int | None:
    """Row from the last letter before the readings; None without one."""
    last = next((cell for cell in reversed(cells) if cell), "")
    match = _ROW_LABEL.fullmatch(last)
    row = row_of_letters(match.group(1)) if match else None
    return row if row is not None and row < STANDARD_PLATES[-1][0] else None


def _title(lines: list[_Line], at: int) -> str:
    above = next((line.fields for line in reversed(lines[:at]) if not line.is_blank), [])
    return " ".join(cell for cell in above if cell)[:_TITLE_LENGTH]


def _column_numbers(fields: list[str]) -> list[tuple[int, int, int]]:
    """Where the longest runs of consecutive column numbers start, their first number, and their length.

    Several runs of one length are several readings side by side.
    """
    numbers = [int(match.group(1)) if (match := _COLUMN_LABEL.fullmatch(cell)) else 0 for cell in fields]
    runs = []
    start = 0
    for at in range(1, len(numbers) + 1):
        if at < len(numbers) and numbers[at - 1] and numbers[at] == numbers[at - 1] + 1:
            continue
        if numbers[start] and numbers[at - 1] <= STANDARD_PLATES[-1][1]:
            runs.append((start, numbers[start], at - start))
        start = at
    longest = max((length for _, _, length in runs), default=0)
    return [run for run in runs if run[2] == longest >= 2]


def _under_column_numbers(lines: list[_Line], at: int) -> list[Grid]:
    """The grids below a line of column numbers, if that is what line `at` is."""
    runs = _column_numbers(lines[at].fields)
    if not runs:
        return []
    start, first, width = runs[0]
    lettered, plain = _rows_below(lines[at + 1 :], start, width)
    if len(lettered) >= 2 and len({len(of_row) for of_row in lettered.values()}) == 1:
        times = len(next(iter(lettered.values())))
        readings = [{row: of_row[n] for row, of_row in lettered.items()} for n in range(times)]
    elif first == 1 and width in _WIDTHS and len(plain) == _WIDTHS[width]:
        readings = [dict(enumerate(plain))]
    else:
        return []
    title = _title(lines, at)
    return [_grid(rows, start, first - 1, width, title) for start, first, width in runs for rows in readings]


def _rows_below(lines: list[_Line], start: int, width: int) -> tuple[dict[int, list[_Line]], list[_Line]]:
    """Rows of readings in the fields from `start` on: those with a letter and what follows it, or all without any."""
    lettered: dict[int, list[_Line]] = {}
    plain: list[_Line] = []
    for line in lines:
        if line.is_blank and (lettered or plain):
            break
        if line.is_blank:
            continue
        row, cells = _label(line.fields[:start]), line.fields[start : start + width]
        if row is not None and not plain and (not lettered or row == max(lettered) + 1):
            lettered[row] = [line]
        elif row is None and any(map(_is_number, cells)) and all(map(_may_be_reading, cells)):
            (lettered[max(lettered)] if lettered else plain).append(line)
        else:
            break
    return lettered, plain


def _grid(rows: dict[int, _Line], start: int, first_column: int, width: int, title: str) -> Grid:
    cells = {}
    for row, line in rows.items():
        padded = line.fields[start : start + width] + [""] * (start + width - max(start, len(line.fields)))
        for offset, text in enumerate(padded):
            cells[row, first_column + offset] = text, line.number
    numbers = [line.number for line in rows.values()]
    return Grid(cells, min(numbers), max(numbers), title)


def _full_row(fields: list[str]) -> tuple[int, int, int | None] | None:
    """Where the readings of a row start, how many there are, and its letter's row; None if it is no row of a plate."""
    begin = next((at for at, cell in enumerate(fields) if cell), len(fields))
    row = _label(fields[: begin + 1])
    starts = (begin + 1,) if row is not None else (0, begin)
    for start in starts:
        for width in sorted(_WIDTHS, reverse=True):
            cells, rest = fields[start : start + width], fields[start + width :]
            fits = len(cells) == width and not any(map(_is_number, rest))
            if fits and any(map(_is_number, cells)) and all(map(_may_be_reading, cells)):
                return start, width, row
    return None


def _without_column_numbers(lines: list[_Line], at: int) -> list[Grid]:
    """The grids that start at line `at` without column numbers above them: as wide as a plate.

    Without letters beside them they are as high as a plate, too, or several plates.
    """
    first = _full_row(lines[at].fields)
    if first is None:
        return []
    start, width, row = first
    run: list[_Line] = []
    for line in lines[at:]:
        if line.is_blank:
            continue
        found = _full_row(line.fields)
        if found is None or found[1] != width or (found[2] is None) != (row is None):
            break
        if row is not None and found[2] != row + len(run):
            break
        run.append(line)
    title = _title(lines, at)
    if row is not None:
        return [_grid({row + n: line for n, line in enumerate(run)}, start, 0, width, title)] if len(run) > 1 else []
    height = _WIDTHS[width]
    if len(run) % height:
        return []
    return [_grid(dict(enumerate(run[n : n + height])), start, 0, width, title) for n in range(0, len(run), height)]


def place_on_grid(
    name: str, column: str, grid: Grid, grid_place: str, line: int, faults: FaultReport
) -> tuple[int, int] | None:
    """Row and column of a well that a plate map names, from 0; a fault and None where the grid has no such well.

    Parameters
    ----------
    name, column
        The well, such as A1, and the column of the map that it is in.
    grid, grid_place
        The grid, and the file that it is from.
    line, faults
        Line of the map, for what is wrong there.
    """
    place = parse_well_name(name)
    if place is None:
        faults.add(f"{column} must be a letter and a number, such as A1, got {name!r}", line=line)
    elif place not in grid.cells:
        faults.add(f"well {name} is not in the grid of {grid_place}, {grid}", line=line)
        return None
    return place
