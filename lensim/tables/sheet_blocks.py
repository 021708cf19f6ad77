"""Rows behind a blank row of a table: more rows of it, or another table with a header that no reader understands."""

import json
from collections.abc import Sequence
from typing import Final

from lensim.checks import InputError
from lensim.tables.number_text import is_like_number
from lensim.tables.sheet_hidden import words_of_rows
from lensim.tables.sheet_range import CellRange
from lensim.tables.workbook import SheetCells

_MOST: Final = 0.8
"""A column of so large a share of numbers holds numbers."""


def without_other_tables(
    sheet: SheetCells, names: Sequence[str], top: int, rows: Sequence[int], told: list[str]
) -> list[int]:
    """The rows of a table without those of other tables below it, which are told.

    Another table begins behind a blank row, with a header: texts that differ, none of which recurs in its column, and
    at least one of them where the table has numbers, or no number below in those columns; or names of the table's own
    columns.

    Parameters
    ----------
    sheet
        The sheet.
    names, top, rows
        The header of the table, its row, and the rows below that have content.
    told
        Where other tables are noted.

    Raises
    ------
    InputError
        If rows follow of which it is not clear to which table they belong.
    """
    blocks = _blocks(rows)
    if sheet.is_range or len(blocks) < 2:
        return list(rows)
    kept = list(blocks[0])
    others: list[int] = []
    for block in blocks[1:]:
        if _is_other(sheet, names, block, kept, rows):
            are = "are" if len(block) > 1 else "is"
            told.append(f"{words_of_rows(block)} behind a blank row {are} another table and passed over")
            others += block
        elif others:
            used = [at for at, name in enumerate(names) if name]
            own = json.dumps(f"{sheet.name}!{CellRange(top, used[0], kept[-1], used[-1])}", ensure_ascii=False)
            raise InputError(
                f"{words_of_rows(block)} may be of the table or of another one, in {words_of_rows(others)}: name the "
                f"cells of the table, worksheet={own}, or all that are parts of it"
            )
        else:
            kept += block
    return kept


def _blocks(rows: Sequence[int]) -> list[list[int]]:
    blocks: list[list[int]] = []
    for row in rows:
        if blocks and blocks[-1][-1] == row - 1:
            blocks[-1].append(row)
        else:
            blocks.append([row])
    return blocks


def _is_other(
    sheet: SheetCells, names: Sequence[str], block: Sequence[int], above: Sequence[int], rows: Sequence[int]
) -> bool:
    header = next((row for row in block if sum(map(bool, sheet.rows[row])) > 1), block[0])
    cells = {at: cell for at, cell in enumerate(sheet.rows[header]) if cell}
    if len(cells) < 2 or len(set(cells.values())) < len(cells) or any(map(is_like_number, cells.values())):
        return False
    own = {name.casefold() for name in names if name}
    if any(cell.casefold() in own for cell in cells.values()):
        return True
    if any(sheet.rows[row][at] == cell for at, cell in cells.items() for row in rows if row != header):
        return False
    measured = [at for at in range(len(names)) if _holds_numbers(sheet, at, above)]
    is_empty = not any(sheet.rows[row][at] for row in block for at in measured)
    return any(at in cells for at in measured) or (is_empty and bool(measured) and len(block) > 1)


def _holds_numbers(sheet: SheetCells, column: int, rows: Sequence[int]) -> bool:
    filled = [cell for row in rows if (cell := sheet.rows[row][column])]
    return bool(filled) and sum(is_like_number(cell) for cell in filled) >= _MOST * len(filled)
