"""What the XML of a workbook says of its cells beyond their values: extent, errors, formulas, percentages.

The library that gives the values leaves cells with errors, and formulas without a value, empty. And it lays a sheet out
as one rectangle, so that one cell far away would take the machine's memory: the extent is known here before.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final
from xml.parsers import expat

from lensim.checks import InputError
from lensim.tables.raw import require_shape

_CELL: Final = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_BUILT_IN_PERCENT: Final = frozenset({9, 10})
_QUOTED: Final = re.compile(r'"[^"]*+"|\\.|\[[^\[\]]*+\]')


@dataclass
class Marks:
    """Of one sheet; a cell is (row, column) from 0.

    Attributes
    ----------
    errors
        The text of cells that hold an error, such as #N/A.
    without_value
        Cells with a formula whose value the file does not have.
    percentages
        Cells whose number is shown in percent.
    hidden_rows, hidden_columns
        Rows and columns that are not shown; of columns first and last of each run.
    """

    rows: int = 0
    columns: int = 0
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    without_value: list[tuple[int, int]] = field(default_factory=list)
    percentages: list[tuple[int, int]] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)


def marks_of(members: dict[str, bytes], place: str) -> dict[str, Marks]:
    """The marks of each sheet of an .xlsx file, by its name.

    Raises
    ------
    InputError
        If a part is no XML, declares entities, or a sheet extends further than is read.
    """
    percent = _percent_styles(members.get("xl/styles.xml", b""), place)
    targets = targets_of(members.get("xl/_rels/workbook.xml.rels", b""), place)
    return {
        name: _Sheet(f"{place}, sheet {name!r}", percent).read(members[targets[key]])
        for name, key in _sheets(members.get("xl/workbook.xml", b""), place).items()
        if targets.get(key) in members
    }


def parse(content: bytes, place: str, handlers: dict[str, Any]) -> None:
    """Read XML with handlers of `expat`.

    Raises
    ------
    InputError
        If it is no XML, or declares a document type, in which entities could be.
    """
    if not content:
        return
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise InputError(f"{place}: the workbook declares a document type (DTD), which none has: save it again")

    parser.StartDoctypeDeclHandler = refuse
    for name, handler in handlers.items():
        setattr(parser, name, handler)
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise InputError(f"{place}: the workbook is damaged, its XML cannot be read ({error}): save it again") from None


def _local(tag: str) -> str:
    return tag.rpartition(":")[2]


def _sheets(content: bytes, place: str) -> dict[str, str]:
    """Name of each sheet, and the key of its part."""
    found: dict[str, str] = {}

    def start(tag: str, given: dict[str, str]) -> None:
        if _local(tag) == "sheet" and "name" in given:
            found[given["name"]] = next((value for key, value in given.items() if _local(key) == "id"), "")

    parse(content, place, {"StartElementHandler": start})
    return found


def targets_of(content: bytes, place: str) -> dict[str, str]:
    """Name of the part behind each key, of the links of a workbook.

    Parameters
    ----------
    content
        XML of the links.
    place
        The file's name, for messages.
    """
    found: dict[str, str] = {}

    def start(tag: str, given: dict[str, str]) -> None:
        if _local(tag) == "Relationship":
            target = given.get("Target", "").replace("\\", "/")
            found[given.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"

    parse(content, place, {"StartElementHandler": start})
    return found


def _percent_styles(content: bytes, place: str) -> frozenset[str]:
    """Numbers of the styles that show a number in percent."""
    formats: dict[str, str] = {}
    styles: list[str] = []
    inside: list[str] = []

    def start(tag: str, given: dict[str, str]) -> None:
        inside.append(_local(tag))
        if inside[-1] == "numFmt":
            formats[given.get("numFmtId", "")] = given.get("formatCode", "")
        elif inside[-2:] == ["cellXfs", "xf"]:
            styles.append(given.get("numFmtId", "0"))

    parse(content, place, {"StartElementHandler": start, "EndElementHandler": lambda _: inside.pop()})
    return frozenset(str(at) for at, key in enumerate(styles) if _is_percent(key, formats.get(key, "")))


def _is_percent(key: str, code: str) -> bool:
    return "%" in _QUOTED.sub("", code) or (key.isdecimal() and int(key) in _BUILT_IN_PERCENT)


class _Sheet:
    """A sheet's XML, cell by cell."""

    def __init__(self, place: str, percent: frozenset[str]) -> None:
        self._place = place
        self._percent = percent
        self._marks = Marks()
        self._at = (0, -1)
        self._row = -1
        self._kind = self._style = self._text = ""
        self._has_formula = self._in_value = False

    def read(self, content: bytes) -> Marks:
        handlers = {
            "StartElementHandler": self._start,
            "EndElementHandler": self._end,
            "CharacterDataHandler": self._add,
        }
        parse(content, self._place, handlers)
        return self._marks

    def _start(self, tag: str, given: dict[str, str]) -> None:
        name = _local(tag)
        if name == "c":
            match = _CELL.fullmatch(given.get("r", ""))
            self._at = _position(match) if match else (max(self._row, 0), self._at[1] + 1)
            self._kind, self._style = given.get("t", "n"), given.get("s", "0")
            self._has_formula, self._text = False, ""
        elif name in ("v", "is"):
            self._in_value = name == "v"
            self._use()
        elif name == "f":
            self._has_formula = True
            self._use()
        elif name == "row":
            self._row = (_number(given.get("r", "")) or self._row + 2) - 1
            self._at = (self._row, -1)
            if _is_hidden(given):
                self._marks.hidden_rows.append(self._row)
        elif name == "col" and _is_hidden(given):
            first, last = (_number(given.get(end, "")) for end in ("min", "max"))
            if first and last:
                self._marks.hidden_columns.append((first - 1, last - 1))

    def _add(self, text: str) -> None:
        if self._in_value:
            self._text += text

    def _end(self, tag: str) -> None:
        name = _local(tag)
        if name == "v":
            self._in_value = False
        elif name == "c":
            if self._kind == "e" and self._text:
                self._marks.errors[self._at] = self._text.strip()
            elif self._has_formula and not self._text and self._kind not in ("str", "s", "inlineStr"):
                self._marks.without_value.append(self._at)
            elif self._text and self._kind == "n" and self._style in self._percent:
                self._marks.percentages.append(self._at)

    def _use(self) -> None:
        """Take a cell with content into the extent, unless that grows too large."""
        row, column = self._at
        if row >= self._marks.rows or column >= self._marks.columns:
            self._marks.rows = max(self._marks.rows, row + 1)
            self._marks.columns = max(self._marks.columns, column + 1)
            require_extent(self._place, self._marks.rows, self._marks.columns)


def require_extent(place: str, rows: int, columns: int) -> None:
    """Refuse a sheet that extends further than is read.

    Raises
    ------
    InputError
        With the bound, the size and what to do.
    """
    require_shape(place, lines=rows, cells=rows * columns, columns=columns)


def _number(text: str) -> int:
    """The number of a row or column, from 1; 0 where a text is none."""
    return int(text) if text.isdecimal() and len(text) < 9 else 0


def _is_hidden(given: dict[str, str]) -> bool:
    return given.get("hidden") in ("1", "true")


def _position(match: re.Match[str]) -> tuple[int, int]:
    return int(match[2]) - 1, column_of(match[1])


def column_of(letters: str) -> int:
    """The column, counted from 0, that letters are over: 0 of A, 26 of AA."""
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - 64
    return column - 1
