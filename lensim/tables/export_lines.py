"""The lines of a plate reader's text, split into fields, and the plates that they name."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lensim.tables.names import plain_name

SEPARATORS: Final = ("\t", ";", ",", "|", None)  # None: blanks
_NAMED: Final = re.compile(
    r"(?P<key>plate[ _-]?(?:number|no\.?|nr\.?|id|name|barcode|#)?(?:\s?\([a-z ]+\))?|barcode|ID1)"
    r"\s*(?P<mark>[:=#]?)\s*(?P<value>.*)",
    re.IGNORECASE,
)
_NOT_A_NAME: Final = re.compile(r"plate[ _-]?(?:type|info\w*|layout|map|format|repeat|definition|height|size)", re.I)
_PROCESSED: Final = re.compile(
    r"raw|correct|subtract|background|blank|normali[sz]|ratio|mean|average|reduc|calculat|crosstalk|std|%",
    re.IGNORECASE,
)
_PLATE_TYPE: Final = re.compile(r"\.pdfx?\]|\b(?:flat|round|conical) bottom\b|\bwell plate\b", re.IGNORECASE)
_HEADS: Final = frozenset(
    {"label", "repeat", "barcode", "well", "pos", "position", "result", "type", "signal", "format"}
)


@dataclass(frozen=True)
class Line:
    """One line of a text, its number from 1, its fields without blanks around them, and what parts these."""

    number: int
    fields: list[str]
    separator: str | None = "\t"

    @property
    def is_blank(self) -> bool:
        """Whether no field has any text."""
        return not any(self.fields)

    @property
    def filled(self) -> list[str]:
        """The fields that have a text."""
        return [cell for cell in self.fields if cell]


def lines_of(text: str, separator: str | None) -> list[Line]:
    """A text line by line."""
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
        lines.append(Line(number, [cell.replace("\xa0", " ").strip() for cell in cells], separator))
    return lines


class PlateNames:
    """The names of the plate that is spoken of, line by line: its barcode, its number.

    Lines that name a plate, and follow on each other without a grid between them, speak of one plate; the last says its
    name, because the one above may still belong to the plate before.
    """

    def __init__(self, lines: Sequence[Line]) -> None:
        self._said = [(line.number, names) for line, names in _said(lines)]

    def of_grid(self, first_line: int, lines_before: Sequence[int]) -> tuple[str, ...]:
        """Names of the plate of a grid that starts at a line.

        `lines_before` are the first lines of the grids above it.
        """
        names: list[str] = []
        grids = sorted(lines_before)
        previous = 0
        for number, said in self._said:
            if number >= first_line:
                break
            if any(previous <= grid < number for grid in grids):
                names = []
            names = [*said, *(name for name in names if name not in said)]
            previous = number
        return tuple(names)


def same_name(name: str) -> str:
    """A plate's name without case, the word plate before it, and zeros before a number; signs and blanks are alike."""
    plain = re.sub(r"^plate_?(?=.)", "", plain_name(name)) or plain_name(name) or name.strip()
    return plain.lstrip("0") or "0" if plain.isdigit() else plain


def _said(lines: Sequence[Line]) -> list[tuple[Line, list[str]]]:
    found = []
    for at, line in enumerate(lines):
        cells = line.filled
        if not cells:
            continue
        head = [plain_name(cell) for cell in cells]
        if head[0] in ("plate", "barcode") and "barcode" in head and len(head) > 2:
            found.append((line, _from_table(lines, at)))
        elif (names := _from_words(cells)) is not None:
            found.append((line, names))
    return found


def _from_table(lines: Sequence[Line], at: int) -> list[str]:
    """Barcode and number below a line of the heads Plate, Barcode ..."""
    below = next((line.fields for line in lines[at + 1 :] if not line.is_blank), [])
    head = [plain_name(cell) for cell in lines[at].fields]
    cells = {name: below[n] for n, name in enumerate(head) if n < len(below) and name in ("barcode", "plate")}
    return [text for name in ("barcode", "plate") if (text := _plain_text(cells.get(name, "")))]


def _from_words(cells: list[str]) -> list[str] | None:
    """The name in a line such as "Plate: P1", "Plate Number<tab>Plate 1", "ID1: P1" or "Plate 2"; None in any other.

    An empty list where the line would name a plate, but does not.
    """
    match = _NAMED.fullmatch(cells[0])
    if match is None or _NOT_A_NAME.match(cells[0]):
        return None
    key, mark, value = match["key"].strip().lower(), match["mark"], match["value"].strip()
    if key == "plate" and not mark:
        if not value:
            is_name = len(cells) == 2 and not _is_something_else(cells[1])
            return [_plain_text(cells[1])] if is_name else None
        number = re.fullmatch(r"([A-Za-z](?![\w-])|\S*[0-9]\S*?)[:,.]?(?:\s.*)?", value)
        return [number.group(1)] if number and len(value.split()) <= 4 else None
    if not value and len(cells) > 1:
        value = cells[1]
    value = _plain_text(value)
    if key != "plate" and not mark and match["value"]:  # a sentence that starts with such a word
        return None
    return [] if _PROCESSED.search(value) or not value else [value]


def _is_something_else(cell: str) -> bool:
    """Whether what stands beside the word Plate is a head, a kind of numbers, or a kind of plate."""
    return bool(_PROCESSED.search(cell) or _PLATE_TYPE.search(cell)) or plain_name(cell) in _HEADS


def _plain_text(cell: str) -> str:
    r"""Text without the equals sign and quotes that keep a spreadsheet from changing it: ="BC1"."""
    cell = cell.strip()
    return cell.removeprefix("=").strip('"').strip()
