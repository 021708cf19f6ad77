"""Workbooks of spreadsheets (.xlsx, .xlsm, .xls, .xlsb, .ods) as sheets of text, every cell as a CSV would have it."""

import datetime as dt
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from lensim import limits
from lensim.checks import InputError
from lensim.plain_text import shown_name
from lensim.tables.raw import read_bytes
from lensim.tables.workbook_archive import counted_members, names_of
from lensim.tables.workbook_extent import binary_marks, document_marks
from lensim.tables.workbook_looked import require_readable
from lensim.tables.workbook_marks import Marks, marks_of, require_extent

OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_OLD_STREAMS: Final = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))
_OPENED: Final = "open it in the spreadsheet, save it without a password, and read that"
_COMMA_NUMBER: Final = re.compile(r"[-+]?[0-9]+,[0-9]+")
_DATES: Final = (dt.date, dt.time, dt.timedelta)
_EXACT: Final = 1e15
"""Whole numbers below this are exact, and are written without an exponent."""


@dataclass(frozen=True)
class SheetCells:
    """One sheet of a workbook.

    Attributes
    ----------
    name
        As on its tab.
    rows
        The text of each cell as a CSV would have it: numbers in the digits that they need, with their stored value
        (0.85 where 85% is shown), dates in ISO, TRUE and FALSE, errors as #N/A. Row 0 is row 1 of the sheet, cell 0 is
        column A; all rows are equally long. A merged cell's text is in every cell that it covers; of a merged cell that
        is alone in its rows, such as a title, in the first only.
    is_hidden
        Whether the sheet is not shown.
    marks
        Cells with errors, formulas without value and percentages, of .xlsx alone; rows and columns that are hidden, of
        all but .xls.
    merged
        Merged cells: first row, first column, last row, last column, from 0.
    comma_numbers, dates
        Cells of text that are numbers with a comma, such as 1,5, and cells that are dates or times: row and column
        from 0.
    is_range
        Whether these are the cells of a sheet that a user names, all of which are of the table.
    """

    name: str
    rows: list[list[str]]
    is_hidden: bool = False
    marks: Marks = field(default_factory=Marks)
    merged: tuple[tuple[int, int, int, int], ...] = ()
    comma_numbers: tuple[tuple[int, int], ...] = ()
    dates: tuple[tuple[int, int], ...] = ()
    is_range: bool = False

    @property
    def tab(self) -> str:
        """The name on its tab, also of some of its cells."""
        return self.name.rpartition("!")[0] if self.is_range else self.name


@dataclass(frozen=True)
class Workbook:
    """A workbook with its sheets in the order of their tabs; sheets of charts and macros are left out."""

    place: str
    sheets: tuple[SheetCells, ...]


def read_workbook(path: str | Path) -> Workbook:
    """The sheets of a workbook (.xlsx, .xlsm, .xls, .xlsb or .ods, whatever the file's name says).

    Formulas have the value that the spreadsheet has saved.

    Raises
    ------
    InputError
        If the file cannot be read, is no workbook, is damaged or protected by a password, or holds more than is read.
    """
    return workbook_of(read_bytes(path), shown_name(Path(path).name))


def is_workbook(raw: bytes) -> bool:
    """Whether a file's bytes are those of a workbook, by its content."""
    if raw.startswith(OLE):
        return True
    return _kind(names_of(raw)) != ""


def workbook_of(raw: bytes, place: str) -> Workbook:
    """The sheets of a workbook of which the bytes are known.

    Raises
    ------
    InputError
        As `read_workbook`.
    """
    marks = _checked(raw, place)
    import python_calamine  # here: most commands read no workbook

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw))
        shown = [one for one in book.sheets_metadata if one.typ == python_calamine.SheetTypeEnum.WorkSheet]
        if len(shown) > limits.WORKBOOK_SHEETS:
            raise InputError(
                f"{place}: a workbook must have at most {limits.WORKBOOK_SHEETS:,} sheets, got {len(shown):,}: copy "
                "the sheets with the tables into a new workbook"
            )
        sheets, cells = [], 0
        for one in shown:
            sheet = book.get_sheet_by_name(one.name)
            place_of_sheet = f"{place}, sheet {one.name!r}"
            require_extent(place_of_sheet, sheet.total_height, sheet.total_width)
            cells += sheet.total_height * sheet.total_width
            if cells > limits.TABLE_CELLS:
                raise InputError(
                    f"{place} must have at most {limits.TABLE_CELLS:,} cells in all its sheets, got more: copy the "
                    "sheet with the table into a new workbook"
                )
            is_hidden = one.visible != python_calamine.SheetVisibleEnum.Visible
            sheets.append(_sheet(sheet, one.name, is_hidden, marks.get(one.name, Marks())))
    except python_calamine.PasswordError:
        raise InputError(f"{place}: the workbook is protected by a password: {_OPENED}") from None
    except (InputError, MemoryError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # of the library, and what Rust calls a panic, which is none of Exception
        said = " ".join(str(error).split())[:200] or type(error).__name__
        raise InputError(
            f"{place}: the workbook is damaged, it cannot be read ({said}): open it in a spreadsheet and save it again"
        ) from None
    return Workbook(place, tuple(sheets))


def cell_name(row: int, column: int) -> str:
    """Name of a cell in its sheet, from its row and column, counted from 0: C12."""
    return f"{column_name(column)}{row + 1}"


def column_name(column: int) -> str:
    """Letters over a column, which is counted from 0: A, Z, AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _kind(names: Sequence[str]) -> str:
    if "xl/workbook.xml" in names:
        return "xlsx"
    if any(name.startswith("xl/") and name.endswith("workbook.bin") for name in names):
        return "xlsb"
    is_document = "content.xml" in names and "mimetype" in names
    return "ods" if is_document else "xlsx" if any(name.startswith("xl/workbook") for name in names) else ""


def _checked(raw: bytes, place: str) -> dict[str, Marks]:
    """The marks of the sheets, of .xls none; refuse what a library must not open."""
    if raw.startswith(OLE):
        if _ENCRYPTED in raw:
            raise InputError(f"{place}: the workbook is protected by a password: {_OPENED}")
        if not any(stream in raw for stream in _OLD_STREAMS):
            raise InputError(f"{place}: the file is of an old Office program, but no workbook: save the table as .xlsx")
        require_readable(raw, place)
        return {}
    kind = _kind(names_of(raw))
    if kind == "xlsx":
        members = counted_members(raw, place, ("xl/worksheets/", "xl/workbook", "xl/_rels/", "xl/styles"))
        return marks_of(members, place)
    if kind == "xlsb":
        marks = binary_marks(counted_members(raw, place, ("xl/worksheets/", "xl/workbook", "xl/_rels/")), place)
    elif kind == "ods":
        members = counted_members(raw, place, ("content.xml", "mimetype"))
        if b"spreadsheet" not in members.get("mimetype", b""):
            raise InputError(f"{place}: the file is an OpenDocument file, but no spreadsheet: save the table as .xlsx")
        marks = document_marks(members.get("content.xml", b""), place)
    else:
        raise InputError(f"{place} must be a workbook (.xlsx, .xls, .xlsb or .ods), got a file of another kind")
    require_readable(raw, place)
    return marks


def _sheet(sheet: Any, name: str, is_hidden: bool, marks: Marks) -> SheetCells:
    values = sheet.to_python(skip_empty_area=False)
    width = max([marks.columns, *(len(row) for row in values)])
    rows = [[cell_text(value) for value in row] + [""] * (width - len(row)) for row in values]
    rows += [[""] * width for _ in range(marks.rows - len(rows))]
    for (row, column), text in marks.errors.items():
        rows[row][column] = text
    merged = tuple((*first, *last) for first, last in sheet.merged_cell_ranges or ())
    kept = tuple(one for one in merged if one[0] < len(rows) and one[1] < width)
    _fill(rows, kept)
    commas = tuple(
        (at, column)
        for at, row in enumerate(values)
        for column, value in enumerate(row)
        if isinstance(value, str) and "," in value and _COMMA_NUMBER.fullmatch(value.strip())
    )
    dates = tuple(
        (at, column) for at, row in enumerate(values) for column, value in enumerate(row) if isinstance(value, _DATES)
    )
    return SheetCells(name, rows, is_hidden, marks, kept, commas, dates)


def _fill(rows: list[list[str]], merged: Sequence[tuple[int, int, int, int]]) -> None:
    """Write the text of merged cells into every cell that they cover; not of those that are alone in their rows."""
    filled = 0
    before = [sum(map(bool, row)) for row in rows]
    for top, left, bottom, right in merged:
        text = rows[top][left]
        covered = rows[top : bottom + 1]
        if not text or (right > left and sum(before[top : bottom + 1]) == 1):
            continue
        filled += len(covered) * (right - left + 1)
        if filled > limits.TABLE_CELLS:
            return
        for row in covered:
            row[left : right + 1] = [text] * (min(right + 1, len(row)) - left)


def cell_text(value: object) -> str:
    """What a CSV would have of a value: 12.5, 3, TRUE, 2026-03-01."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float | int):
        return str(int(value)) if abs(value) < _EXACT and value == int(value) else repr(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return "" if value is None else str(value).replace("\xa0", " ").strip()
