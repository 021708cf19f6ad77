"""From a file to a table of text, every row with its line."""

import csv
import io
import itertools
import re
from dataclasses import dataclass
from typing import Final

from lensim import limits
from lensim.checks import FaultReport, InputError

SEPARATORS: Final = ("\t", ";", ",", "|")
_SNIFFED_ROWS: Final = 50
_SEPARATOR_LINE: Final = re.compile(r"\ufeff?\"?sep=([,;|\t])\"?[,;|\t]*", re.IGNORECASE)


@dataclass(frozen=True)
class TextTable:
    """A table as written in a file, before any cell is understood.

    Attributes
    ----------
    place
        The file's name, for messages.
    header
        Names of the columns.
    rows, lines
        The cells of each row, as many as the header has, and the line in the file (from 1) on which the row starts.
    is_whole
        False where rows are left out because they had a fault.
    has_decimal_points
        True where numbers were numbers in the file, and are written here with a point.
    notes
        What was read otherwise than it is written, in sentences.
    """

    place: str
    header: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]
    is_whole: bool = True
    has_decimal_points: bool = False
    notes: tuple[str, ...] = ()


def parse_text(text: str, faults: FaultReport) -> TextTable:
    """The table in a text; the separator is found from the text, and faults of shape are noted.

    Raises
    ------
    InputError
        If the text is no table, or has no rows.
    """
    place = faults.place
    text, stated = _without_separator_line(text)
    table = _split(text, stated or _find_separator(text), faults)
    if not table.header:
        faults.raise_if_any()
    if len(table.header) < 2:
        raise InputError(
            f"{place}: the first line must hold the names of columns, parted by comma, semicolon or tab, "
            f"got {' '.join(table.header)[:60]!r}"
        )
    if not table.rows:
        if not faults.faults:
            faults.add(f"the file has a header ({', '.join(table.header)}) but no rows")
        faults.raise_if_any()
    return table


def first_rows(text: str) -> tuple[tuple[str, ...], ...]:
    """The first row of a text that is not blank, split by each separator that may part its fields."""
    found = []
    text, _ = _without_separator_line(text)
    for separator in SEPARATORS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        try:
            row = next((row for row in reader if any(cell.strip() for cell in row)), [])
        except csv.Error:
            continue
        found.append(tuple(cell.strip() for cell in row))
    return tuple(found)


def _without_separator_line(text: str) -> tuple[str, str]:
    """The text with its first line blank where spreadsheets say the separator there (sep=;), and that separator."""
    line, end, rest = text.partition("\n")
    match = _SEPARATOR_LINE.fullmatch(line.rstrip("\r"))
    return (f"{end}{rest}", match.group(1)) if match else (text, "")


def _find_separator(text: str) -> str:
    """The separator with which most of the first rows have as many fields as the header, and the header most."""

    def suits(separator: str) -> tuple[float, int]:
        try:
            reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
            lengths = [len(row) for row, _ in zip((row for row in reader if row), range(_SNIFFED_ROWS), strict=False)]
        except csv.Error:
            return 0.0, 0
        if not lengths or lengths[0] < 2:
            return 0.0, 0
        return sum(length == lengths[0] for length in lengths) / len(lengths), lengths[0]

    best = max(SEPARATORS, key=suits)  # the first among equals, a tab before a comma
    return best if suits(best)[1] else ","


def _split(text: str, separator: str, faults: FaultReport) -> TextTable:
    """Header and rows; a row with more or fewer fields than the header is a fault and left out."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    header: tuple[str, ...] = ()
    rows: list[list[str]] = []
    lines: list[int] = []
    unequal: list[tuple[int, list[str]]] = []
    is_whole, line = True, 1
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            cut = " (is the file cut off?)" if "end of data" in str(error) else ""
            faults.add(f"quotes or fields cannot be separated ({error}); check the quotes{cut}", line=line)
            is_whole = False
            break
        if len(longest := max(row, key=len, default="")) > limits.CELL_CHARACTERS:
            faults.add(
                f"a cell must have at most {limits.CELL_CHARACTERS:,} characters, got {len(longest):,}: look for a "
                "missing quotation mark",
                line=line,
            )
            is_whole = False
            break
        if not any(cell.strip() for cell in row):  # spreadsheets leave rows of separators behind
            continue
        if not header:
            header = tuple(cell.strip() for cell in row)
            continue
        while len(row) > len(header) and not row[-1].strip():
            row.pop()
        if len(row) != len(header):
            unequal.append((line, row))
            is_whole = False
            continue
        rows.append(row)
        lines.append(line)
    _tell_of_unequal(unequal, len(header), lines, separator, faults)
    return TextTable(faults.place, header, rows, lines, is_whole)


def _tell_of_unequal(
    unequal: list[tuple[int, list[str]]], fields: int, lines: list[int], separator: str, faults: FaultReport
) -> None:
    """Note rows with more or fewer fields than the header: one by one, or as one where commas mark decimals as well."""
    parted = {line: pair for line, row in unequal if separator == "," and (pair := _parted_number(row, fields))}
    if parted and len(parted) >= (len(lines) + len(unequal)) / 2:
        line, pair = next(iter(parted.items()))
        more = f"; so in {len(parted)} rows" if len(parted) > 1 else ""
        faults.add(
            f"a comma both parts fields and marks decimals, perhaps in {pair!r}: part the fields with semicolons or "
            f"tabs, put such numbers in quotes, or write decimal points{more}",
            line=line,
        )
    else:
        parted = {}
    last = max([*lines, *(line for line, _ in unequal)], default=0)
    for line, row in unequal:
        if line in parted:
            continue
        cut = "; is the file cut off?" if line == last and len(row) < fields else ""
        faults.add(f"the row must have {fields} fields, as the header has, got {len(row)}{cut}", line=line)


def _parted_number(row: list[str], fields: int) -> str:
    """Two neighbours in a row with too many fields that can be one number with a decimal comma; the last such."""
    if len(row) <= fields:
        return ""
    pairs = [(a.strip(), b.strip()) for a, b in itertools.pairwise(row)]
    numbers = [f"{a},{b}" for a, b in pairs if a.lstrip("+-").isdecimal() and b.isdecimal()]
    return numbers[-1] if numbers else ""
