"""How far the sheets of .xlsb and .ods workbooks extend, known before a library lays them out in memory."""

from typing import Final

from lensim.checks import InputError
from lensim.tables.raw import require_shape
from lensim.tables.workbook_marks import parse

_ROW: Final = 0
_CELLS: Final = range(2, 12)  # kinds of cells with content; 1 is an empty one
_TABLE: Final = "table"
_LARGEST_REPEAT: Final = 7


def require_binary_extents(members: dict[str, bytes], place: str) -> None:
    """Refuse a sheet of an .xlsb file that extends further than is read.

    Raises
    ------
    InputError
        With the bound, the size and what to do; or if the records of a sheet cannot be read.
    """
    for name, content in members.items():
        if name.endswith(".bin") and "/sheet" in name:
            try:
                rows, columns = _binary_extent(content)
            except IndexError:
                raise InputError(f"{place}: the workbook is damaged, {name} is cut off: save it again") from None
            require_shape(f"{place} {name}", lines=rows, cells=rows * columns, columns=columns)


def _binary_extent(content: bytes) -> tuple[int, int]:
    at, row, rows, columns = 0, 0, 0, 0
    while at < len(content):
        kind, at = _number(content, at, 2)
        size, at = _number(content, at, 4)
        if kind == _ROW:
            row = int.from_bytes(content[at : at + 4], "little")
        elif kind in _CELLS:
            rows = max(rows, row + 1)
            columns = max(columns, int.from_bytes(content[at : at + 4], "little") + 1)
        at += size
    return rows, columns


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
    """Extent of the sheets of an .ods file, whose rows and cells state how often they are repeated."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._open()

    def _open(self) -> None:
        self.rows = self.columns = 0
        self._waiting = 0  # empty rows, which count where a filled one follows
        self._repeat = self._width = self._empty = 0

    def start(self, tag: str, given: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == _TABLE:
            self._open()
        elif name == "table-row":
            self._repeat, self._width, self._empty = _times(given, "number-rows-repeated"), 0, 0
        elif name in ("table-cell", "covered-table-cell"):
            times = _times(given, "number-columns-repeated")
            if any(key.rpartition(":")[2] in ("value-type", "formula") for key in given):
                self._width += self._empty + times
                self._empty = 0
            else:
                self._empty += times

    def end(self, tag: str) -> None:
        if tag.rpartition(":")[2] != "table-row":
            return
        if not self._width:
            self._waiting += self._repeat
            return
        self.rows += self._waiting + self._repeat
        self._waiting = 0
        self.columns = max(self.columns, self._width)
        require_shape(self._place, lines=self.rows, cells=self.rows * self.columns, columns=self.columns)


def require_document_extents(content: bytes, place: str) -> None:
    """Refuse an .ods file with a sheet that extends further than is read.

    Raises
    ------
    InputError
        With the bound, the size and what to do; or if it is no XML.
    """
    table = _Table(place)
    parse(content, place, {"StartElementHandler": table.start, "EndElementHandler": table.end})


def _times(given: dict[str, str], name: str) -> int:
    said = next((value for key, value in given.items() if key.rpartition(":")[2] == name), "1")
    return int(said) if said.isdecimal() and len(said) <= _LARGEST_REPEAT else 10**_LARGEST_REPEAT
