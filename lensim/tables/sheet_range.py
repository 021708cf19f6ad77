"""A part of a sheet by the cells at its corners, as a user names it: Day 1!B3:F40."""

import re
from dataclasses import dataclass, replace
from typing import Final

from lensim.tables.workbook import SheetCells, cell_name, column_name
from lensim.tables.workbook_marks import column_of

_CORNERS: Final = re.compile(
    r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7}):\$?([A-Za-z]{1,3})\$?([0-9]{1,7})|\$?([A-Za-z]{1,3}):\$?([A-Za-z]{1,3})"
)
_NO_END: Final = 10_000_000


@dataclass(frozen=True)
class CellRange:
    """Rows and columns of a sheet, from 0; the last ones are within."""

    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        if self.bottom >= _NO_END:
            return f"{column_name(self.left)}:{column_name(self.right)}"
        return f"{cell_name(self.top, self.left)}:{cell_name(self.bottom, self.right)}"

    def holds(self, row: int, column: int) -> bool:
        """Whether a cell is within."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right


def range_in_name(name: str) -> tuple[str, CellRange] | None:
    """The sheet and the cells that a name such as Day 1!B3:F40 or Day 1!B:F means; None for any other name."""
    sheet, mark, cells = name.rpartition("!")
    match = _CORNERS.fullmatch(cells.strip())
    if not mark or not sheet.strip() or match is None:
        return None
    sheet = sheet.strip()
    if len(sheet) > 2 and sheet[0] == sheet[-1] == "'":
        sheet = sheet[1:-1].replace("''", "'")
    if match[5]:
        columns, rows = (column_of(match[5]), column_of(match[6])), (0, _NO_END)
    else:
        columns, rows = (column_of(match[1]), column_of(match[3])), (int(match[2]) - 1, int(match[4]) - 1)
    if min(rows) < 0:
        return None
    return sheet, CellRange(min(rows), min(columns), max(rows), max(columns))


def within(sheet: SheetCells, cells: CellRange) -> SheetCells:
    """A sheet of which only some cells are filled; all stay at their places."""
    width = len(sheet.rows[0]) if sheet.rows else 0
    own = range(cells.left, min(cells.right, width - 1) + 1)
    rows = [[""] * width for _ in sheet.rows[: cells.bottom + 1]]
    for at in range(cells.top, len(rows)):
        for column in own:
            rows[at][column] = sheet.rows[at][column]
    marks = replace(
        sheet.marks,
        without_value=[one for one in sheet.marks.without_value if cells.holds(*one)],
        percentages=[one for one in sheet.marks.percentages if cells.holds(*one)],
    )
    return replace(
        sheet,
        name=f"{sheet.name}!{cells}",
        rows=rows,
        marks=marks,
        merged=tuple(one for one in sheet.merged if cells.holds(*one[:2]) and cells.holds(*one[2:])),
        comma_numbers=tuple(one for one in sheet.comma_numbers if cells.holds(*one)),
        dates=tuple(one for one in sheet.dates if cells.holds(*one)),
        is_range=True,
    )
