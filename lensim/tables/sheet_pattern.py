"""Several sheets of a workbook by one pattern of their names: "Plate *", also of their cells, "Plate *!B3:F40"."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Final

from lensim.checks import InputError
from lensim.plain_text import first_names, shown
from lensim.tables.sheet_range import range_in_name
from lensim.tables.workbook import SheetCells, Workbook

_SIGNS: Final = frozenset("*?[")
"""No spreadsheet takes them in the name of a sheet."""
SHOWN: Final = 12


def with_patterns(book: Workbook, names: Sequence[str], *, may_lack: bool = False) -> list[str]:
    """The names of sheets that a user gives, with those that fit a pattern in its place, in the order of their tabs.

    `*` is any text, `?` any sign and `[12]` one of these; case and blanks around do not count. A sheet without values,
    one that is named beside the pattern and, where others fit, a hidden one are not among those that fit.

    Parameters
    ----------
    book
        The workbook.
    names
        Names of sheets, of their cells, or patterns of both.
    may_lack
        Whether a pattern that fits no sheet is left out, as of a workbook of which no sheet needs to be named.

    Raises
    ------
    InputError
        If no sheet with values fits a pattern, with the sheets that there are.
    """
    there = {_plain(one.name) for one in book.sheets}
    patterns = [name for name in names if _plain(name) not in there and _SIGNS & set(_sheet_in(name))]
    taken = {_plain(_sheet_in(name)) for name in names if name not in patterns}
    found: list[str] = []
    for name in names:
        if name not in patterns:
            found.append(name)
            continue
        fits = [one for one in book.sheets if fnmatchcase(_plain(one.name), _plain(_sheet_in(name)))]
        filled = [one for one in fits if any(map(any, one.rows))]
        if not filled and not may_lack:
            raise InputError(f"{book.place}: {_none(book, name, is_empty=bool(fits))}")
        chosen = [one.name for one in _shown_of(filled) if _plain(one.name) not in taken]
        taken.update(map(_plain, chosen))
        cells = name.rpartition("!")[2] if range_in_name(name) else ""
        found += [f"{one}!{cells}" if cells else one for one in chosen]
    return found


def pattern_of(sheets: Sequence[SheetCells], book: Workbook) -> str:
    """A pattern that some sheets fit, and no other with values; empty where a common beginning gives none.

    Parameters
    ----------
    sheets
        Two and more of the workbook.
    book
        The workbook.
    """
    names = [one.name for one in sheets]
    beginning = names[0]
    while not all(name.startswith(beginning) for name in names):
        beginning = beginning[:-1]
    pattern = f"{beginning.rstrip('0123456789')}*"
    return pattern if len(pattern) > 1 and with_patterns(book, [pattern]) == names else ""


def _sheet_in(name: str) -> str:
    part = range_in_name(name)
    return name if part is None else part[0]


def _plain(name: str) -> str:
    return name.strip().casefold()


def _shown_of(sheets: Sequence[SheetCells]) -> Sequence[SheetCells]:
    return [one for one in sheets if not one.is_hidden] or sheets


def _none(book: Workbook, pattern: str, *, is_empty: bool) -> str:
    listed = first_names([shown(one.name) for one in book.sheets], SHOWN)
    what = "no sheet that fits" if not is_empty else "no cell with a value in the sheets that fit"
    return f"the workbook has {what} {shown(pattern)}, its sheets are {listed}"
