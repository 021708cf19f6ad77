"""Lines of titles above the header of a table of text: passed over as those of a sheet are."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from lensim.checks import InputError
from lensim.plain_text import shown
from lensim.tables.number_text import is_like_number
from lensim.tables.sheet_choice import Sought
from lensim.tables.source import Source
from lensim.tables.table import SEPARATORS

_LINES: Final = 100


def below_titles(source: Source, sought: Sought, stated: Mapping[str, str]) -> Source:
    """A file of text whose table begins at its header, where the header is below lines of titles.

    Only where the first row is no header of what is sought, the file is none that a machine wrote, and one row among
    the first 100 names all that is needed. Titles become blank lines, so that rows keep their numbers.

    Parameters
    ----------
    source
        A file that is no workbook.
    sought
        What its table must have.
    stated
        Names of columns by meaning, as the user gives them.
    """
    if source.is_parquet or not sought.ways or any(sought.way_of(row, stated) is not None for row in _headers(source)):
        return source
    if _is_of_a_machine(source, sought):
        return source
    try:
        lines = source.text.splitlines(keepends=True)
    except InputError:  # no text, such as an archive, which its reader opens
        return source
    for at, line in enumerate(lines[1:_LINES], start=1):
        for separator in SEPARATORS:
            row = _row(line, separator)
            if len(row) > 1 and not any(map(is_like_number, row)) and _has_all(sought, row, stated):
                return _from_line(source, lines, at)
    return source


def _headers(source: Source) -> Sequence[Sequence[str]]:
    try:
        return source.headers
    except InputError:
        return [()]  # which the reader tells


def _is_of_a_machine(source: Source, sought: Sought) -> bool:
    try:
        return sought.recognises(source) or sought.rank(source) > 0
    except InputError:
        return False


def _row(line: str, separator: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader(io.StringIO(line), delimiter=separator), [])]
    except csv.Error:
        return []


def _has_all(sought: Sought, row: Sequence[str], stated: Mapping[str, str]) -> bool:
    """Whether a row names what the table must have, each in a cell of its own."""
    way = sought.way_of(row, stated)
    return way is not None and way < len(sought.ways) and len({*filter(None, row)}) >= len(sought.ways[way])


def _from_line(source: Source, lines: Sequence[str], at: int) -> Source:
    titles = [line.strip(' \t\r\n,;|"') for line in lines[:at]]
    first = next((title for title in titles if title), "")
    where = "line 1 above the header is" if at == 1 else f"lines 1 to {at} above the header are"
    text = "\n" * at + "".join(lines[at:])
    return replace(
        source, raw=text.encode(), notes=(*source.notes, f"{where} passed over, such as {shown(first)}")
    )  # the digest stays that of the file
