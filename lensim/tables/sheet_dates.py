"""Cells that hold dates or times: labels of experiments, or what a spreadsheet made of a name or a number."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

from lensim.checks import FaultReport
from lensim.tables.number_text import is_like_number, is_missing
from lensim.tables.sheet_place import SheetPlace
from lensim.tables.workbook import SheetCells

MeaningsOf = Callable[[str], Collection[str]]
"""The meanings that a column has by its name."""

MAY_BE_DATES: Final = frozenset({"experiment", "plate", "sample", "subject", "tube"})
"""Meanings whose names may be dates, if all of a column are."""
_IS_TOLD: Final = frozenset({"sample", "subject", "tube"})
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?: [0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?")
IS_DATE: Final = _DATE.fullmatch


def no_meaning(_: str) -> Collection[str]:
    """For a reader that does not say which columns it understands."""
    return ()


def check_dates(
    sheet: SheetCells, names: Mapping[int, str], rows: Sequence[int], place: SheetPlace, meanings_of: MeaningsOf
) -> list[str]:
    """What is told of dates in names of samples.

    A column of experiments, plates, samples, subjects or tubes may hold dates, if all its names are dates. In any other
    column that is understood, a date is what a spreadsheet made of a name (MAR1, 1-2) or shows of a number.

    Parameters
    ----------
    sheet
        The sheet.
    names
        Of the table's columns, by their number from 0.
    rows
        Of the table.
    place
        For messages.
    meanings_of
        What a column is by its name; columns without a meaning may hold anything.

    Raises
    ------
    InputError
        With the first such cell of each column.
    """
    own, found = set(rows), defaultdict[int, list[int]](list)
    for row, column in sheet.dates:
        if row in own and column in names:
            found[column].append(row)
    faults = FaultReport(place, unit="row")
    told = []
    for column, dates in sorted(found.items()):
        meanings = set(meanings_of(names[column]))
        if not meanings:
            continue
        others = [row for row in rows if row not in set(dates) and not is_missing(sheet.rows[row][column])]
        mixed = [row for row in others if not IS_DATE(sheet.rows[row][column])]
        if mixed or not meanings & MAY_BE_DATES:
            faults.add(_rule(sheet, names[column], column, dates, mixed), line=dates[0] + 1)
        elif meanings & _IS_TOLD:
            told.append(f"the column {names[column]!r} holds dates, read as {sheet.rows[dates[0]][column]}")
    faults.raise_if_any()
    return told


def _rule(sheet: SheetCells, name: str, column: int, dates: Sequence[int], others: Sequence[int]) -> str:
    text = sheet.rows[dates[0]][column]
    kind = "date" if IS_DATE(text) else "time"
    more = f" (and so in {len(dates) - 1} more)" if len(dates) > 1 else ""
    numbers = sum(is_like_number(sheet.rows[row][column]) for row in others)
    if others and 2 * numbers > len(others):
        return (
            f"{name} must be a number, got the {kind} {text}{more}: give the cell the format General and "
            "type the number again"
        )
    beside = f" beside {sheet.rows[others[0]][column]!r}" if others else ""
    return (
        f"{name} must hold no {kind}s{beside}, got {text}{more}: a spreadsheet makes a {kind} of a name such as "
        "MAR1 or 1-2; give the cells the format Text and type the names again"
    )
