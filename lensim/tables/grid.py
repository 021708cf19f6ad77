"""The grids of numbers, one number a well, in a plate reader's text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from lensim.tables.export_lines import SEPARATORS, Line, PlateNames, lines_of
from lensim.tables.grid_blocks import Block, blocks_at, is_number
from lensim.tables.number_text import is_missing
from lensim.tables.well_lists import Numbering, list_at, numbers_wells
from lensim.tables.well_names import STANDARD, STANDARD_PLATES, Naming

TITLE_LENGTH: Final = 60
_HEADING_LENGTH: Final = 500
_WAVELENGTH: Final = re.compile(r"[2-9][0-9]{2}")

Kind = Literal["raw", "computed", "unknown"]
"""Whether a grid is what the reader measured, or what its program computed from that."""


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
    label
        What tells it from other readings of the same wells: a wavelength, a time, the name of a column.
    plates
        Names of the plate in the export, such as its barcode and its number; empty where it has none.
    naming
        How its rows are lettered.
    is_list
        Whether it was a list of wells, not a grid.
    fault
        Why it cannot be read without doubt; empty where it can.
    heading
        The text above it in full length, of which the title is the beginning.
    kind
        Whether it is a raw read, as `instruments.raw_reads` finds.
    """

    cells: dict[tuple[int, int], tuple[str, int]]
    first_line: int
    last_line: int
    title: str
    label: str = ""
    plates: tuple[str, ...] = ()
    naming: Naming = STANDARD
    is_list: bool = False
    fault: str = ""
    heading: str = ""
    kind: Kind = "unknown"

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the smallest standard plate that has all these wells."""
        rows, columns = (max(place[axis] for place in self.cells) + 1 for axis in (0, 1))
        return next(shape for shape in STANDARD_PLATES if shape[0] >= rows and shape[1] >= columns)

    @property
    def whole_plate(self) -> tuple[int, int] | None:
        """Rows and columns where the grid is a whole standard plate; None where it may be a part of one."""
        return self.shape if len(self.cells) == self.shape[0] * self.shape[1] else None

    @property
    def reading(self) -> str:
        """The text by which it may be chosen among the grids of a plate."""
        return self.label or self.title

    def __str__(self) -> str:
        rows, columns = (len({place[axis] for place in self.cells}) for axis in (0, 1))
        size = f"{len(self.cells)} wells" if self.is_list else f"{rows} x {columns}"
        at = f"lines {self.first_line} to {self.last_line}" if self.first_line < self.last_line else ""
        under = f" under {self.title!r}" if self.title else ""
        of = f", {self.label!r}" if self.label else ""
        return f"{size} on {at or f'line {self.first_line}'}{under}{of}"


def find_grids(text: str, numbering: Numbering | None = None) -> list[Grid]:
    """All grids of numbers in a text, in order; with the first of tab, semicolon, comma and blanks that gives any.

    A grid has its columns numbered above it and its rows lettered, and is then any part of a plate; or lacks one or
    both, and is then as large as a plate of 96, 384 or 1536 wells. Between a labelled row and the next, further rows
    without a letter are further readings of it, each a grid of its own. A list of wells, one below the other or one
    beside the other, gives a grid for each column, or row, of numbers. Lists of numbered wells need a `numbering`.
    """
    return find_grids_and_lines(text, numbering)[0]


def find_grids_and_lines(text: str, numbering: Numbering | None = None) -> tuple[list[Grid], list[Line]]:
    """As `find_grids`, with the lines as they were parted."""
    faulty: tuple[list[Grid], list[Line]] | None = None
    found: tuple[list[Grid], list[Line]] = [], []
    for separator in SEPARATORS:
        lines = lines_of(text, separator)
        found = grids_in_lines(lines, numbering), lines
        if not all(grid.fault for grid in found[0]):
            return found
        faulty = faulty or (found if found[0] else None)
    return faulty or found


def is_in_plate_shape(text: str) -> bool:
    """Whether a text has a grid, of numbers or of names."""
    separated = (lines_of(text, separator) for separator in SEPARATORS[:-1])
    return any(blocks_at(lines, at) for lines in separated for at in range(len(lines)))


def has_numbered_wells(text: str) -> bool:
    """Whether a text has a list of wells that are numbered, not named."""
    return any(numbers_wells(lines_of(text, separator)) for separator in SEPARATORS[:-1])


def grids_in_lines(lines: list[Line], numbering: Numbering | None = None) -> list[Grid]:
    """The grids and lists of wells in lines whose cells are parted already, as `find_grids` finds them in a text."""
    blocks: list[Block] = []
    at = 0
    while at < len(lines):
        found = list_at(lines, at, numbering) or blocks_at(lines, at)
        if found:
            blocks += found
            at = max(block.last_line for block in found)  # lines are numbered from 1, so this is the next one
        else:
            at += 1
    blocks = [block for block in blocks if not block.is_layout and _is_numeric(block)]
    if not all(block.is_one_a_line for block in blocks):  # results of groups of wells, behind the plates
        blocks = [block for block in blocks if not block.is_one_a_line]
    if any(not (block.is_bare or block.fault or block.is_list) for block in blocks):
        blocks = [block for block in blocks if not (block.is_bare and block.fault)]  # settings below a plate
    names = PlateNames(lines)
    starts = [block.first_line for block in blocks]
    return _joined([_grid(block, names.of_grid(block.first_line, starts), lines) for block in blocks])


def _joined(grids: Sequence[Grid]) -> list[Grid]:
    """Grids, those joined that are left and right parts of one plate, printed one below the other."""
    joined: list[Grid] = []
    for grid in grids:
        if joined and _goes_on(joined[-1], grid):
            cells = joined[-1].cells | grid.cells
            joined[-1] = replace(joined[-1], cells=cells, last_line=grid.last_line)
        else:
            joined.append(grid)
    return joined


def _goes_on(left: Grid, right: Grid) -> bool:
    """Whether a grid has the same rows as the one above it, the columns that come next, and no title of its own."""
    rows, columns = ({at[axis] for at in left.cells} for axis in (0, 1))
    more_rows, more_columns = ({at[axis] for at in right.cells} for axis in (0, 1))
    is_same = left.fault == right.fault == "" and (left.title, left.label, left.plates) == (
        right.title,
        right.label,
        right.plates,
    )
    return is_same and rows == more_rows and min(more_columns) == max(columns) + 1


def _grid(block: Block, plates: tuple[str, ...], lines: Sequence[Line]) -> Grid:
    heading = _heading(lines, block.above)
    return Grid(
        cells=block.cells,
        first_line=block.first_line,
        last_line=block.last_line,
        title=heading[:TITLE_LENGTH],
        heading=heading,
        label=block.label,
        plates=block.plates or plates,
        naming=block.naming,
        is_list=block.is_list,
        fault=block.fault,
    )


def _is_numeric(block: Block) -> bool:
    """Whether most cells are numbers: a layout with names of samples is a grid, too, but not of readings."""
    filled = [text for text, _ in block.cells.values() if not is_missing(text)]
    return 2 * sum(map(is_number, filled)) > len(filled)


def _heading(lines: Sequence[Line], above: int) -> str:
    """The last text above the line number `above` that is not for the most part numbers, or a wavelength alone."""
    near = next((line.filled for line in reversed(lines[: above - 1]) if not line.is_blank), [])
    if len(near) == 1 and _WAVELENGTH.fullmatch(near[0]):
        return near[0]
    for line in reversed(lines[: above - 1]):
        if line.filled and 2 * sum(map(is_number, line.filled)) <= len(line.filled):
            return " ".join(line.filled)[:_HEADING_LENGTH]
    return ""


def same_numbers(one: Grid, other: Grid) -> bool:
    """Whether two grids have the same numbers in the same wells, but for rounding."""
    return one.cells.keys() == other.cells.keys() and all(
        _same(text, other.cells[place][0]) for place, (text, _) in one.cells.items()
    )


def _same(one: str, other: str) -> bool:
    if one == other or (is_missing(one) and is_missing(other)):
        return True
    try:
        first, second = (float(text.replace(",", ".")) for text in (one, other))
    except ValueError:
        return False
    return abs(first - second) <= 1e-9 * max(abs(first), abs(second))
