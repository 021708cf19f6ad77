"""How far the sheets of .xlsb and .ods workbooks extend, known before a library lays them out; and what is hidden."""

from collections.abc import Iterator
from typing import Final

from lensim.checks import InputError
from lensim.tables.raw import require_shape
from lensim.tables.workbook_marks import Marks, parse, targets_of

_ROW: Final = 0
_CELLS: Final = range(2, 12)  # kinds of cells with content; 1 is an empty one
_COLUMNS: Final = 60
_SHEET: Final = 156
_FLAGS_OF_ROW: Final = 11
_HIDDEN_ROW: Final = 0x10
_FLAGS_OF_COLUMNS: Final = 16
"""Records of [MS-XLSB]: 2.4.705 BrtRowHdr, 2.4.323 BrtColInfo and 2.4.309 BrtBundleSh."""
_GROUPS: Final = ("table-row-group", "table-column-group")
_TABLE: Final = "table"
_LARGEST_REPEAT: Final = 7


def binary_marks(members: dict[str, bytes], place: str) -> dict[str, Marks]:
    """Hidden rows and columns of each sheet of an .xlsb file, by its name; one that extends too far is refused.

    Raises
    ------
    InputError
        With the bound, the size and what to do; or if the records of a sheet cannot be read.
    """
    parts: dict[str, Marks] = {}
    for name, content in members.items():
        if name.endswith(".bin") and "/sheet" in name:
            try:
                rows, columns, parts[name] = _binary_sheet(content)
            except IndexError:
                raise InputError(f"{place}: the workbook is damaged, {name} is cut off: save it again") from None
            require_shape(f"{place} {name}", lines=rows, cells=rows * columns, columns=columns)
    targets = targets_of(members.get("xl/_rels/workbook.bin.rels", b""), place)
    names = _binary_names(members.get("xl/workbook.bin", b""))
    return {name: parts[targets[key]] for name, key in names.items() if targets.get(key) in parts}


def _binary_sheet(content: bytes) -> tuple[int, int, Marks]:
    """Rows and columns of a sheet, and which are hidden."""
    row, rows, columns, marks = 0, 0, 0, Marks()
    for kind, record in _records(content):
        if kind == _ROW:
            row = int.from_bytes(record[:4], "little")
            if len(record) > _FLAGS_OF_ROW and record[_FLAGS_OF_ROW] & _HIDDEN_ROW:
                marks.hidden_rows.append(row)
        elif kind in _CELLS:
            rows = max(rows, row + 1)
            columns = max(columns, int.from_bytes(record[:4], "little") + 1)
        elif kind == _COLUMNS and len(record) > _FLAGS_OF_COLUMNS and record[_FLAGS_OF_COLUMNS] & 1:
            first, last = (int.from_bytes(record[at : at + 4], "little") for at in (0, 4))
            marks.hidden_columns.append((first, last))
    return rows, columns, marks


def _binary_names(content: bytes) -> dict[str, str]:
    """Name of each sheet, and the key of its part; none where the records of the workbook are cut off."""
    found: dict[str, str] = {}
    try:
        for kind, record in _records(content):
            if kind == _SHEET:
                key, at = _text(record, 8)
                found[_text(record, at)[0]] = key
    except (IndexError, UnicodeDecodeError):  # the library tells such a fault, where it is one
        return {}
    return found


def _records(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and content of each record."""
    at = 0
    while at < len(content):
        kind, at = _number(content, at, 2)
        size, at = _number(content, at, 4)
        yield kind, content[at : at + size]
        at += size


def _text(record: bytes, at: int) -> tuple[str, int]:
    """A text behind its number of signs, and where it ends."""
    end = at + 4 + 2 * int.from_bytes(record[at : at + 4], "little")
    return record[at + 4 : end].decode("utf-16-le"), end


def _number(content: bytes, at: int, most: int) -> tuple[int, int]:
    """A number in seven bits of each byte, and where it ends."""
    number = 0
    for shift in range(most):
        byte = content[at]
        number |= (byte & 0x7F) << (7 * shift)
        at += 1
        if not byte & 0x80:
            break
    return number, at


class _Table:
    """Extent and hidden rows and columns of the sheets of an .ods file, whose rows and cells state their repeats."""

    def __init__(self, place: str) -> None:
        self._place = place
        self.marks: dict[str, Marks] = {}
        self._groups: list[bool] = []  # whether each group of rows or columns around is folded up
        self._open("")

    def _open(self, name: str) -> None:
        self._name = name
        self.rows = self.columns = 0
        self._waiting = 0  # empty rows, which count where a filled one follows
        self._repeat = self._width = self._empty = self._column = 0
        self._is_hidden = False
        self._hidden_rows: list[tuple[int, int]] = []
        self._hidden_columns: list[tuple[int, int]] = []

    def start(self, tag: str, given: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == _TABLE:
            self._open(_said(given, "name"))
        elif name in _GROUPS:
            self._groups.append(_said(given, "display") == "false")
        elif name == "table-column":
            times = _times(given, "number-columns-repeated")
            if self._hides(given):
                self._hidden_columns.append((self._column, self._column + times - 1))
            self._column += times
        elif name == "table-row":
            self._repeat, self._width, self._empty = _times(given, "number-rows-repeated"), 0, 0
            self._is_hidden = self._hides(given)
        elif name in ("table-cell", "covered-table-cell"):
            times = _times(given, "number-columns-repeated")
            if any(key.rpartition(":")[2] in ("value-type", "formula") for key in given):
                self._width += self._empty + times
                self._empty = 0
            else:
                self._empty += times

    def end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name in _GROUPS and self._groups:
            self._groups.pop()
        elif name == _TABLE:
            rows = [at for first, last in self._hidden_rows for at in range(first, min(last, self.rows - 1) + 1)]
            self.marks[self._name] = Marks(hidden_rows=rows, hidden_columns=self._hidden_columns)
        elif name == "table-row":
            self._end_row()

    def _end_row(self) -> None:
        first = self.rows + self._waiting
        if self._is_hidden:
            self._hidden_rows.append((first, first + self._repeat - 1))
        if not self._width:
            self._waiting += self._repeat
            return
        self.rows += self._waiting + self._repeat
        self._waiting = 0
        self.columns = max(self.columns, self._width)
        require_shape(self._place, lines=self.rows, cells=self.rows * self.columns, columns=self.columns)

    def _hides(self, given: dict[str, str]) -> bool:
        return _said(given, "visibility") in ("collapse", "filter") or any(self._groups)


def document_marks(content: bytes, place: str) -> dict[str, Marks]:
    """Hidden rows and columns of each sheet of an .ods file, by its name; one that extends too far is refused.

    Raises
    ------
    InputError
        With the bound, the size and what to do; or if it is no XML.
    """
    table = _Table(place)
    parse(content, place, {"StartElementHandler": table.start, "EndElementHandler": table.end})
    return table.marks


def _said(given: dict[str, str], name: str) -> str:
    """What an attribute says, whatever its namespace; empty where it is not there."""
    return next((value for key, value in given.items() if key.rpartition(":")[2] == name), "")


def _times(given: dict[str, str], name: str) -> int:
    said = _said(given, name) or "1"
    return int(said) if said.isdecimal() and len(said) <= _LARGEST_REPEAT else 10**_LARGEST_REPEAT
