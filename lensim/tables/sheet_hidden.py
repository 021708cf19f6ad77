"""What a workbook does not show: rows and columns that are hidden count as data, hidden sheets do not; all are told."""

from collections.abc import Sequence
from typing import Final

from lensim.plain_text import first_names, shown
from lensim.tables.workbook import SheetCells, column_name

SHOWN: Final = 12


def told_of_hidden(sheet: SheetCells, rows: Sequence[int], columns: Sequence[int]) -> list[str]:
    """What is told of rows and columns that hold data and are hidden, by hand or by a filter.

    Parameters
    ----------
    sheet
        The sheet.
    rows, columns
        Those of its table, from 0.
    """
    told = []
    hidden = set(sheet.marks.hidden_rows)
    if own := [at for at in rows if at in hidden and any(sheet.rows[at])]:
        told.append(f"{words_of_rows(own)} {'is' if len(own) == 1 else 'are'} hidden and read as well")
    beside = [
        at
        for at in columns
        if any(first <= at <= last for first, last in sheet.marks.hidden_columns)
        and any(sheet.rows[row][at] for row in rows)
    ]
    if beside:
        names, one = first_names([column_name(at) for at in beside], SHOWN), len(beside) == 1
        told.append(f"column{'' if one else 's'} {names} {'is' if one else 'are'} hidden and read as well")
    return told


def told_of_all_hidden(sheet: SheetCells) -> list[str]:
    """As `told_of_hidden`, of a whole sheet."""
    width = len(sheet.rows[0]) if sheet.rows else 0
    return told_of_hidden(sheet, range(len(sheet.rows)), range(width))


def told_of_hidden_sheets(sheets: Sequence[SheetCells], read: Sequence[SheetCells]) -> list[str]:
    """What is told of sheets with content that are hidden and not read."""
    names = [one.tab for one in read]
    left = [one.name for one in sheets if one.is_hidden and one.name not in names and any(map(any, one.rows))]
    if not left:
        return []
    listed = first_names([shown(one) for one in left], SHOWN)
    return [f"the hidden sheets {listed} are not read" if len(left) > 1 else f"the hidden sheet {listed} is not read"]


def words_of_rows(rows: Sequence[int]) -> str:
    """Rows, counted from 0, in words with the numbers that a spreadsheet shows."""
    numbers = [str(at + 1) for at in rows]
    if len(numbers) == 1:
        return f"row {numbers[0]}"
    return (
        f"rows {' and '.join(numbers)}" if len(numbers) == 2 else f"{len(numbers)} rows ({numbers[0]} to {numbers[-1]})"
    )
