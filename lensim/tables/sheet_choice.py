"""Which sheet of a workbook is read: the one that the user names, or the only one that has what a reader needs."""

import difflib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from lensim.checks import InputError
from lensim.plain_text import few_of, shown
from lensim.tables.columns import Meanings, as_stated
from lensim.tables.sheet_pattern import pattern_of
from lensim.tables.sheet_range import range_in_name, within
from lensim.tables.sheet_table import HEADER_ROWS, Score, rows_of_header
from lensim.tables.workbook import SheetCells, Workbook

_SUITS: Final = 1_000
"""Added to the score of a header that has all that is needed: more than there are columns that are understood."""
SHOWN: Final = 12

Way = tuple[tuple[str, ...], ...]
"""Meanings of columns, of which a table has one out of each group."""


@dataclass(frozen=True)
class Sought:
    """What a reader needs of a sheet.

    Attributes
    ----------
    what
        In words, for messages: "a table of wells with doses and signals".
    meanings
        The columns that are understood.
    ways
        What a table must have, the more particular first: the first that any sheet has counts.
    suits
        Whether a header is that of a table of another kind.
    recognises
        Whether a sheet (as a source) is a machine's export or a grid; asked where no sheet has the table.
    can_be_named
        Whether the reader has the option worksheet.
    may_be_several
        Whether all sheets that are recognised are read together, as those of a plate reader are.
    rank
        How well a sheet (as a source) is known, which decides among several; 0 for not at all.
    """

    what: str = "a table"
    meanings: Meanings = field(default_factory=dict)
    ways: tuple[Way, ...] = ()
    suits: Callable[[Sequence[str]], bool] = lambda header: False
    recognises: Callable[[Any], bool] = lambda source: False
    can_be_named: bool = False
    may_be_several: bool = False
    rank: Callable[[Any], int] = lambda source: 0

    def way_of(self, header: Sequence[str], stated: Mapping[str, str]) -> int | None:
        """The first way that a header has; behind the others that of another kind of table. None without any."""
        named = self.known(header, stated)
        for at, way in enumerate(self.ways):
            if all(named & set(group) for group in way):
                return at
        return len(self.ways) if self.suits(as_stated(header, stated)) else None

    def score(self, stated: Mapping[str, str]) -> Score:
        """How well a row is a header, beside the columns that a user names."""

        def of_row(row: Sequence[str]) -> int:
            known = len(self.known(row, stated))
            way = self.way_of(row, stated)
            return known if way is None else known + _SUITS * (len(self.ways) + 1 - way)

        return of_row

    def meanings_of(self, stated: Mapping[str, str]) -> Callable[[str], set[str]]:
        """What a column is by its name, beside the columns that a user names."""
        return lambda name: self.known([name], stated)

    def known(self, header: Sequence[str], stated: Mapping[str, str]) -> set[str]:
        """The meanings that a header has."""
        cells = [cell for cell in as_stated(header, stated) if cell]
        named = {
            what for what, meaning in self.meanings.items() if any(meaning.rank(cell) is not None for cell in cells)
        }
        return named | (set(stated) & set(cells))


ANY: Final = Sought()
"""For a reader that does not say what it needs."""


def chosen_sheets(
    book: Workbook,
    sought: Sought,
    names: Sequence[str],
    stated: Mapping[str, str],
    as_source: Callable[[SheetCells], Any],
    *,
    passed_over: Sequence[str] = (),
) -> list[SheetCells]:
    """The sheets that are read: those that are named, or the only one that has what is needed.

    Parameters
    ----------
    book
        The workbook.
    sought
        What is needed.
    names
        The sheets that the user names, if any.
    stated
        The columns that the user names.
    as_source
        Makes a source of a sheet, which `sought.recognises` looks at.
    passed_over
        Sheets that are read for another purpose.

    Raises
    ------
    InputError
        If the workbook has no sheet of a name, no sheet with content, or it is not clear which is meant.
    """
    filled = [one for one in book.sheets if any(map(any, one.rows))]
    if not filled:
        raise InputError(f"{book.place}: no sheet of the workbook has any cell with a value")
    if names:
        return [named_sheet(book, name) for name in names]
    free = [one for one in filled if one.name not in passed_over] or filled
    shown_ones = [one for one in free if not one.is_hidden]
    if len(free) == 1:
        return free
    for candidates in (shown_ones, [one for one in free if one.is_hidden]):
        found = _that_suit(candidates, sought, stated, as_source)
        if len(found) > 1 and not sought.may_be_several:
            ranks = [sought.rank(as_source(one)) for one in found]
            found = [one for one, rank in zip(found, ranks, strict=True) if rank == max(ranks)]
        if len(found) == 1 or (found and sought.may_be_several):
            return found
        if found:
            raise InputError(f"{book.place}: {_several(found, sought, book)}")
    if len(shown_ones) == 1 or sought.may_be_several:  # their faults say more
        return shown_ones or free
    raise InputError(f"{book.place}: {_none(free, sought, stated)}")


def way_of_sheet(sheet: SheetCells, sought: Sought, stated: Mapping[str, str]) -> int | None:
    """The first way that a row of a sheet has; None where the sheet has no table that is sought."""
    rows = range(min(len(sheet.rows), HEADER_ROWS))
    found = (sought.way_of(names, stated) for top in rows for names in rows_of_header(sheet, top))
    return min((way for way in found if way is not None), default=None)


def _that_suit(
    sheets: Sequence[SheetCells], sought: Sought, stated: Mapping[str, str], as_source: Callable[[SheetCells], Any]
) -> list[SheetCells]:
    """The sheets that have what is needed in the most particular way that any has."""
    ways: dict[int, list[SheetCells]] = {}
    for sheet in sheets:
        if (way := way_of_sheet(sheet, sought, stated)) is not None:
            ways.setdefault(way, []).append(sheet)
    if ways:
        return ways[min(ways)]
    return [sheet for sheet in sheets if _is_recognised(as_source(sheet), sought)]


def _is_recognised(source: Any, sought: Sought) -> bool:
    try:
        return sought.recognises(source)
    except InputError:
        return False


def named_sheet(book: Workbook, name: str) -> SheetCells:
    """The sheet of a name, or some of its cells; case and blanks count only where several differ in these alone.

    Raises
    ------
    InputError
        If there is no such sheet, or no cell of it has a value.
    """
    exact = [one for one in book.sheets if one.name == name]
    alike = [one for one in book.sheets if one.name.strip().casefold() == name.strip().casefold()]
    if not exact and len(alike) != 1:
        if (part := range_in_name(name)) is not None:
            sheet = within(named_sheet(book, part[0]), part[1])
            if not any(map(any, sheet.rows)):
                raise InputError(f"{book.place}: the cells {shown(name)} have no value")
            return sheet
        names = [one.name for one in book.sheets]
        close = difflib.get_close_matches(name, names, n=1)
        hint = f" (closest: {shown(close[0])})" if close else ""
        raise InputError(f"{book.place} must have a sheet {shown(name)}, it has {_listed(names)}{hint}")
    [sheet] = exact or alike
    if not any(map(any, sheet.rows)):
        raise InputError(f"{book.place}: the sheet {shown(name)} has no cell with a value")
    return sheet


def _several(found: Sequence[SheetCells], sought: Sought, book: Workbook) -> str:
    names = [one.name for one in found]
    said = f"the sheets {_listed(names)} may each be {sought.what}"
    if not sought.can_be_named:
        return f"{said}: copy the one that is meant into a workbook of its own"
    fits = pattern_of(found, book)
    pattern = f", worksheet={json.dumps(fits, ensure_ascii=False)}" if fits else ""
    each = (
        ', with columns={"experiment": "worksheet"} if each is an experiment' if "experiment" in sought.meanings else ""
    )
    return (
        f"{said}: name the one that is meant, worksheet={json.dumps(names[0], ensure_ascii=False)}, or all that are "
        f"parts of it{pattern}{each}"
    )


def _none(sheets: Sequence[SheetCells], sought: Sought, stated: Mapping[str, str]) -> str:
    likely, near = _nearest(sheets, sought, stated)
    said = f"none of the sheets {_listed([one.name for one in sheets])} is {sought.what} by the names of its columns"
    if not sought.can_be_named:
        return f"{said}: copy the one that is meant into a workbook of its own{near}"
    return f"{said}: name the one that is meant, worksheet={json.dumps(likely.name, ensure_ascii=False)}{near}"


def _nearest(sheets: Sequence[SheetCells], sought: Sought, stated: Mapping[str, str]) -> tuple[SheetCells, str]:
    """The sheet with most columns that are understood, with its header and what it lacks in words.

    Where no sheet has any, that with most rows, and no words.
    """
    score = sought.score(stated)
    rows = [(sheet, at) for sheet in sheets for at in range(min(len(sheet.rows), HEADER_ROWS))]
    headers = ((sheet, header) for sheet, at in rows for header in rows_of_header(sheet, at))
    sheet, header = max(headers, key=lambda one: (score(one[1]), sum(map(bool, one[1]))))
    if not score(header):
        return max(sheets, key=lambda one: sum(map(any, one.rows))), ""
    if not sought.ways:
        return sheet, ""
    there = sought.known(header, stated)
    lacks = next(group for way in sought.ways for group in way if not there & set(group))
    cells = [cell for cell in header if cell]
    way = f'say columns={{"{lacks[0]}": "NAME"}}' if sought.can_be_named else f"call the column {lacks[0]}"
    return sheet, (
        f"; the nearest is {shown(sheet.name)} with the columns {_listed(cells)}, of which none is known as "
        f"{' or '.join(lacks)}: {way}"
    )


def _listed(names: Sequence[str]) -> str:
    return few_of(list(map(shown, names)), SHOWN)
