"""Tables as one workbook (.xlsx), which every spreadsheet program opens: numbers as numbers, text as text.

No cell can start a formula, and no name is read as a date: each text is marked as text, also for a program in which
somebody edits the cell. Nothing in the file depends on the clock, so the same tables give the same bytes.
"""

import datetime
import io
import math
import numbers
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from lensim.added_files import added_file
from lensim.checks import InputError, one_of
from lensim.limits import CELL_CHARACTERS
from lensim.plain_text import escaped, one_line, short, visible

if TYPE_CHECKING:
    import pandas as pd

SUFFIX: Final = ".xlsx"
NAME_CHARACTERS: Final = 31
"""Characters of a sheet's name, in units of UTF-16, that spreadsheet programs take."""
SHEET_ROWS: Final = 1_048_576
SHEET_COLUMNS: Final = 16_384
EXACT_WHOLE: Final = 10**15
"""Whole numbers of more digits, such as some seeds, are text: a spreadsheet would round them."""
LARGEST: Final = 1.797693134862315e308
"""Largest number of 16 digits, with which cells are written: a larger one would be rounded to infinity."""
FIRST_DAY: Final = datetime.date(1900, 3, 1)
"""Earlier dates are text: spreadsheet programs do not agree on them."""
MADE: Final = datetime.datetime(2000, 1, 1)
"""The time that the file itself gives."""
WIDTHS: Final = (8, 60)
"""Of columns, in characters."""
ROWS_LOOKED_AT: Final = 200
"""For the width of a column."""
TEXT_FORMAT: Final = "@"
LONGEST_TEXT_FORMAT: Final = 255
"""Characters of a cell marked as text; some programs show `####` where it has more."""
_NOT_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\]")
_NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPE_OF_XML: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""Spreadsheets read `_x0041_` as an A; the escape of the underscore keeps it."""
_MODIFIED: Final = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


@dataclass(frozen=True)
class SheetTable:
    """One sheet of a workbook.

    Parameters
    ----------
    name
        Of the sheet; characters that no sheet's name may have are replaced, and a second sheet of a name gets a number.
    table
        Its columns and rows; the index is left out.
    units
        Of columns, by their names: the header is `ic50_um [uM]`.
    note
        A sentence below the table, after an empty row.
    """

    name: str
    table: "pd.DataFrame"
    units: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


def write_workbook(
    path: Path, sheets: Sequence[SheetTable], *, force: bool = False, inputs: Iterable[Path] = ()
) -> None:
    """Write tables as sheets of one workbook.

    Missing values are empty cells, and numbers have 16 digits. Infinite numbers, whole numbers of more than 15 digits,
    dates with a time zone and dates before March 1900 are text, because a spreadsheet has none of them.

    Parameters
    ----------
    path
        Ends on .xlsx.
    force
        Replace a workbook that lensim wrote there.
    inputs
        Files that are read for the tables: none of them is replaced.

    Raises
    ------
    InputError
        If the name ends otherwise, a table is larger than a sheet, or the file is there and not lensim's to replace.
    """
    workbook_suffix("path", path)
    content = workbook_bytes(sheets)
    with added_file(path, force=force, inputs=inputs) as partial:
        partial.write_bytes(content)


def workbook_suffix(place: str, path: Path | None) -> None:
    """Refuse a name for a workbook that does not end on .xlsx."""
    if path is not None:
        one_of(f"{place} suffix", path.suffix.lower(), (SUFFIX,))


def workbook_bytes(sheets: Sequence[SheetTable]) -> bytes:
    """Tables as the content of a workbook, for a file in a folder of results; as `write_workbook`."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    book.properties.creator = "lensim"
    book.properties.created = MADE
    for name, sheet in zip(sheet_names([one.name for one in sheets]), sheets, strict=True):
        _fill(book.create_sheet(name), sheet)
    made = io.BytesIO()
    book.save(made)
    return _without_times(made)


def sheet_names(asked: Iterable[str]) -> list[str]:
    """Names that sheets of one workbook may have, each as near to what is asked as the rules of spreadsheets permit.

    Examples
    --------
    >>> sheet_names(["IC50 [uM]", "fold/change", "fold?change"])
    ['IC50 _uM_', 'fold_change', 'fold_change 2']
    """
    names: list[str] = []
    taken = {"history"}  # a name that Excel keeps for itself
    for name in asked:
        plain = _NOT_IN_NAMES.sub("_", visible(name, keep="")).strip(" '") or "sheet"
        plain = _NOT_IN_NAMES.sub("_", plain)  # an escape has a backslash
        own, number = _cut(plain, ""), 1
        while own.casefold() in taken:
            number += 1
            own = _cut(plain, f" {number}")
        taken.add(own.casefold())
        names.append(own)
    return names


def _cut(name: str, end: str) -> str:
    while len((name + end).encode("utf-16-le")) > 2 * NAME_CHARACTERS:
        name = name[:-1]
    return name.rstrip(" '") + end


def _fill(sheet: Any, asked: SheetTable) -> None:
    from openpyxl.styles import Alignment, Font

    table = asked.table
    for what, size, most in (("rows", len(table) + 3, SHEET_ROWS), ("columns", table.shape[1], SHEET_COLUMNS)):
        if size > most:
            raise InputError(
                f"sheet {one_line(asked.name)!r} must have at most {most:,} {what}, got {size:,}: write a CSV file"
            )
    cells = _Cells(sheet)
    header = [_header(name, asked.units) for name in table.columns]
    columns = [[_value(one) for one in table.iloc[:, at]] for at in range(table.shape[1])]
    sheet.freeze_panes = "A2"
    for letter, width in zip(_letters(len(header)), _widths(header, columns), strict=True):
        sheet.column_dimensions[letter].width = width
    bold, top = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    sheet.append([cells.of(name, font=bold, alignment=top) for name in header])
    for row in zip(*columns, strict=True):
        sheet.append([cells.of(one) for one in row])
    if asked.note:
        sheet.append([])
        sheet.append([cells.of(_text(asked.note), font=Font(italic=True))])


class _Cells:
    """Cells of a sheet, in which no text is taken for anything else."""

    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet

    def of(self, value: object, **style: Any) -> Any:
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.styles import Alignment

        if value is None or (not style and isinstance(value, bool | int | float)):
            return value
        cell = WriteOnlyCell(self._sheet, value=value)
        if isinstance(value, str):
            cell.data_type = "s"  # openpyxl takes "=1" for a formula and "#N/A" for an error
            if len(value) <= LONGEST_TEXT_FORMAT:
                cell.number_format = TEXT_FORMAT
            if len(value) > WIDTHS[1]:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
        for name, one in style.items():
            setattr(cell, name, one)
        return cell


def _header(name: object, units: Mapping[str, str]) -> str:
    words = ", ".join(str(one) for one in name) if isinstance(name, tuple) else str(name)
    unit = units.get(name, "") if isinstance(name, str) else ""
    return _text(f"{words} [{unit}]" if unit else words)


def _letters(count: int) -> Iterator[str]:
    from openpyxl.utils import get_column_letter

    return (get_column_letter(at + 1) for at in range(count))


def _widths(header: Sequence[str], columns: Sequence[Sequence[object]]) -> Iterator[int]:
    for name, values in zip(header, columns, strict=True):
        longest = max((_shown_width(one) for one in [name, *values[:ROWS_LOOKED_AT]]), default=0)
        yield min(max(longest + 2, WIDTHS[0]), WIDTHS[1])


def _shown_width(value: object) -> int:
    if isinstance(value, float):
        return len(f"{value:.6g}")
    return max((len(line) for line in str("" if value is None else value).split("\n")), default=0)


def _value(value: Any) -> bool | int | float | str | datetime.date | None:
    """A value as a cell holds it: a truth value, a number, a date or text; nothing where it is missing."""
    import pandas as pd

    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, str):
        return _text(value) or None
    if isinstance(value, bool) or type(value).__name__ in ("bool", "bool_"):
        return bool(value)
    if isinstance(value, numbers.Integral):
        whole = int(value)
        return whole if abs(whole) < EXACT_WHOLE else str(whole)
    if isinstance(value, numbers.Real) or type(value).__name__ == "Decimal":
        number = float(value)
        if math.isinf(number):
            return str(number)
        return None if math.isnan(number) else min(max(number, -LARGEST), LARGEST)
    if isinstance(value, datetime.date):
        return _date(value)
    return _text(str(value)) or None


def _date(value: datetime.date) -> datetime.date | str:
    day = value.date() if isinstance(value, datetime.datetime) else value
    if day < FIRST_DAY or getattr(value, "tzinfo", None) is not None:
        return value.isoformat()
    return datetime.datetime.fromisoformat(value.isoformat()[:26]) if isinstance(value, datetime.datetime) else value


def _text(text: str) -> str:
    """A text as a cell can hold it: signs that XML has, lines that end by a line feed, and no more than fits in."""
    if text.isascii() and text.isprintable() and len(text) <= CELL_CHARACTERS and "_x" not in text:
        return text
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    plain = _NOT_IN_XML.sub(lambda sign: escaped(sign[0]), lines)
    return _ESCAPE_OF_XML.sub("_x005F_", short(plain, CELL_CHARACTERS))


def _without_times(made: io.BytesIO) -> bytes:
    """The same archive, with no time of its making."""
    kept = io.BytesIO()
    with zipfile.ZipFile(made) as archive, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as fixed:
        for name in archive.namelist():
            content = archive.read(name)
            if name == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>" + MADE.strftime("%Y-%m-%dT%H:%M:%SZ").encode(), content)
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            fixed.writestr(entry, content)
    return kept.getvalue()
