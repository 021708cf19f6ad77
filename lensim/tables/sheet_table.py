"""From a sheet to the table in it: where its header is, which rows are titles or notes, and what is to be told."""

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from lensim.checks import InputError
from lensim.plain_text import shown
from lensim.tables.number_text import is_like_number
from lensim.tables.sheet_blocks import without_other_tables
from lensim.tables.sheet_dates import MeaningsOf, check_dates, no_meaning
from lensim.tables.sheet_hidden import told_of_hidden, words_of_rows
from lensim.tables.sheet_place import SheetPlace
from lensim.tables.sheet_units import is_row_of_units, names_with_units
from lensim.tables.table import TextTable
from lensim.tables.workbook import SheetCells, cell_name, column_name

HEADER_ROWS: Final = 100
"""Rows among which a header is looked for."""
_THOUSANDS: Final = re.compile(r"[-+]?[0-9]{1,3},[0-9]{3}")

Score = Callable[[Sequence[str]], int]
"""How well a row is a header: how many columns that are understood it names."""


def text_of_sheet(sheet: SheetCells) -> str:
    """A sheet as text whose fields are parted by tabs, one line a row."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    for row in sheet.rows:
        writer.writerow([" ".join(cell.split()) if not cell.isprintable() else cell for cell in row])
    return out.getvalue()


def header_row(sheet: SheetCells, score: Score) -> int:
    """The row (from 0) that is the header: that which names most columns that are understood, else the first wide one.

    Raises
    ------
    InputError
        If the sheet has no row with two cells.
    """
    best, at, widest, first = 0, -1, 0, -1
    for number, row in enumerate(sheet.rows[:HEADER_ROWS]):
        filled = [cell for cell in row if cell]
        if len(filled) < 2:
            continue
        if len(filled) > widest and (first < 0 or widest < 2 or not _is_data(sheet.rows[first], row)):
            widest, first = len(filled), number
        if 2 * sum(is_like_number(cell) for cell in filled) > len(filled):
            continue
        if (known := max(map(score, rows_of_header(sheet, number)))) > best:
            best, at = known, number
    if first < 0:
        raise InputError("the sheet has no row with the names of columns")
    return at if at >= 0 else first


def _is_data(above: Sequence[str], below: Sequence[str]) -> bool:
    """Whether a wider row is data below a header, of which the last column has no name."""
    return all(below[at] for at, cell in enumerate(above) if cell) and any(is_like_number(cell) for cell in below)


def table_of_sheet(
    sheet: SheetCells, place: SheetPlace, score: Score, told: list[str], meanings_of: MeaningsOf = no_meaning
) -> TextTable:
    """The table in a sheet, each row with its number in the sheet; what is passed over is noted in `told`.

    Raises
    ------
    InputError
        If there is none, it has no rows, a row of units contradicts the header, or a cell holds a date that a
        spreadsheet made of a name or a number.
    """
    try:
        top = header_row(sheet, score)
    except InputError as error:
        raise InputError(f"{place}: {error}") from None
    below = last_of_header(sheet, top)
    names = max(headers_at(sheet, top), key=score)
    filled = [at for at in range(below + 1, len(sheet.rows)) if any(sheet.rows[at])]
    place.header = [(name, at) for at, name in enumerate(names)]
    if is_row_of_units(sheet, names, filled):
        names, units = names_with_units(sheet, names, filled.pop(0), place, meanings_of)
        told.append(units)
    filled, notes = _without_notes(sheet, filled, sum(map(bool, names)))
    try:
        filled = without_other_tables(sheet, names, top, filled, told)
    except InputError as error:
        raise InputError(f"{place}: {error}") from None
    used, filled, aside = _own_columns(sheet, names, filled, score)
    named = [at for at in used if names[at]]
    place.header = [(names[at], at) for at in used]
    if not filled:
        raise InputError(f"{place}: the sheet has a header ({', '.join(names[at] for at in named)}) but no rows")
    _tell_of_rows(sheet, top, notes, told)
    if aside:
        told.append(
            f"{_columns(aside)} beside the table {'is' if len(aside) == 1 else 'are'} passed over: an empty column is "
            "between, and other rows are filled"
        )
    told.extend(told_of_hidden(sheet, filled, used))
    told.extend(check_dates(sheet, {at: names[at] for at in named}, filled, place, meanings_of))
    _tell_of_percentages(sheet, names, filled, told)
    commas = _decimal_commas(sheet, used, filled)
    if commas:
        told.append(
            f"numbers in cells of text have decimal commas, such as {sheet.rows[commas[0][0]][commas[0][1]]!r} in "
            f"{cell_name(*commas[0])}: they are read so"
        )
    pointed = set(commas)
    cells = [
        [sheet.rows[at][k].replace(",", ".") if (at, k) in pointed else sheet.rows[at][k] for k in used]
        for at in filled
    ]
    in_doubt = any(_THOUSANDS.fullmatch(cell) for row in cells for cell in row if "," in cell)
    return TextTable(
        place, tuple(names[at] for at in used), cells, [at + 1 for at in filled], has_decimal_points=not in_doubt
    )


def check_dates_of_export(sheet: SheetCells, place: SheetPlace, score: Score, meanings_of: MeaningsOf) -> None:
    """As `check_dates`, for a machine's export, which is read as text: below its header, down to a blank row.

    Raises
    ------
    InputError
        As `check_dates`.
    """
    if not sheet.dates:
        return
    top = header_row(sheet, score)
    place.header = [(name, at) for at, name in enumerate(sheet.rows[top])]
    rows = list(itertools.takewhile(lambda at: any(sheet.rows[at]), range(top + 1, len(sheet.rows))))
    check_dates(sheet, {at: name for at, name in enumerate(sheet.rows[top]) if name}, rows, place, meanings_of)


def rows_of_header(sheet: SheetCells, top: int) -> list[list[str]]:
    """A row, and what it is as the first row of a header with merged cells."""
    return [sheet.rows[top], *(headers_at(sheet, top) if sheet.merged else ())]


def last_of_header(sheet: SheetCells, top: int) -> int:
    """The last row of the header: merged cells that begin in its first row may cover more."""
    ends = [last for first, left, last, right in sheet.merged if first == top < last and left == right]
    return min([*ends, top + 3]) if ends and max(ends) - top <= 3 else top


def _names(sheet: SheetCells, top: int, below: int) -> list[str]:
    """Names of columns: of all rows of a header, and with the merged group above where names are alike."""
    rows = sheet.rows[top : below + 1]
    names = []
    for parts in zip(*rows, strict=True):
        names.append(" ".join(dict.fromkeys(" ".join(part.split()) for part in parts if part)))
    counts = Counter(name for name in names if name)
    if top and any(times > 1 for times in counts.values()):
        groups = [cell for cell in sheet.rows[top - 1]]
        names = [
            f"{group} {name}" if counts[name] > 1 and group and group != name else name
            for group, name in zip(groups, names, strict=True)
        ]
    return names


def headers_at(sheet: SheetCells, top: int) -> list[list[str]]:
    """The names of columns that a header has which begins in a row: without, and with, the merged groups above them."""
    names = _names(sheet, top, last_of_header(sheet, top))
    groups = {
        at: sheet.rows[top - 1][left]
        for first, left, last, right in sheet.merged
        if first == last == top - 1 and left < right
        for at in range(left, min(right + 1, len(names)))
    }
    grouped = [f"{groups[at]} {name}" if name and groups.get(at) else name for at, name in enumerate(names)]
    return [names, grouped] if grouped != names else [names]


def _without_notes(sheet: SheetCells, filled: list[int], columns: int) -> tuple[list[int], list[int]]:
    """Rows of a table, and those of the notes below it: behind a blank row, with one cell of text."""
    end = len(filled)
    while end > 1 and columns > 2:
        cells = [cell for cell in sheet.rows[filled[end - 1]] if cell]
        if len(set(cells)) > 1 or is_like_number(cells[0]):
            break
        end -= 1
    while end < len(filled) and filled[end] == filled[end - 1] + 1:  # no blank row before: these are of the table
        end += 1
    return filled[:end], filled[end:]


def _own_columns(
    sheet: SheetCells, names: Sequence[str], filled: Sequence[int], score: Score
) -> tuple[list[int], list[int], list[int]]:
    """Columns and rows of a table, and columns that are of another table beside it.

    A table beside it is parted by an empty column, has no column that is understood, and fills other rows.
    """
    used = [at for at, name in enumerate(names) if name or any(sheet.rows[row][at] for row in filled)]
    blocks: list[list[int]] = []
    for at in used:
        if blocks and blocks[-1][-1] == at - 1:
            blocks[-1].append(at)
        else:
            blocks.append([at])
    if len(blocks) < 2:
        return used, list(filled), []
    main = max(blocks, key=lambda block: score([names[at] for at in block]))
    rows = [row for row in filled if any(sheet.rows[row][at] for at in main)]
    own: list[int] = []
    aside: list[int] = []
    for block in blocks:
        others = [row for row in filled if any(sheet.rows[row][at] for at in block)]
        adds = score([names[at] for at in sorted({*main, *block})]) > score([names[at] for at in main])
        (own if block is main or adds or others == rows else aside).extend(block)
    return own, rows if aside else list(filled), aside


def _columns(columns: Sequence[int]) -> str:
    if len(columns) == 1:
        return f"column {column_name(columns[0])}"
    return f"columns {column_name(columns[0])} to {column_name(columns[-1])}"


def _tell_of_rows(sheet: SheetCells, top: int, notes: list[int], told: list[str]) -> None:
    above = [at for at in range(top) if any(sheet.rows[at])]
    for rows, where in ((above, "above the header"), (notes, "below the table")):
        if rows:
            first = next(cell for cell in sheet.rows[rows[0]] if cell)
            told.append(
                f"{words_of_rows(rows)} {where} {'is' if len(rows) == 1 else 'are'} passed over, such as {shown(first)}"
            )


def _tell_of_percentages(sheet: SheetCells, names: Sequence[str], filled: Sequence[int], told: list[str]) -> None:
    rows, seen = set(filled), set()
    for row, column in sheet.marks.percentages:
        if row in rows and column not in seen and column < len(names):
            seen.add(column)
            stored = sheet.rows[row][column]
            told.append(
                f"numbers of the column {names[column]!r} are shown in percent and read as they are stored: "
                f"{stored} in {cell_name(row, column)}, which shows as {100 * float(stored):g}%"
            )


def _decimal_commas(sheet: SheetCells, used: Sequence[int], filled: Sequence[int]) -> list[tuple[int, int]]:
    """Cells of text that are numbers with a decimal comma; none where all of them may have parted thousands."""
    rows, columns = set(filled), set(used)
    found = [(row, column) for row, column in sheet.comma_numbers if row in rows and column in columns]
    sure = any(not _THOUSANDS.fullmatch(sheet.rows[row][column]) for row, column in found)
    return found if sure else []


def require_values(sheet: SheetCells, place: str) -> None:
    """Refuse a sheet with a formula whose value is not in the file.

    Raises
    ------
    InputError
        With the first such cell.
    """
    if without := sheet.marks.without_value:
        more = f", and {len(without) - 1} more" if len(without) > 1 else ""
        raise InputError(
            f"{place}, cell {cell_name(*without[0])} must have a value, got a formula that was never calculated{more}: "
            "open the workbook in a spreadsheet, save it there, and read that"
        )


def told_of_choice(sheet: SheetCells, sheets: int, what: str) -> list[str]:
    """What is to be told of the choice of a sheet among so many with content."""
    told = [f"read as {what}, of {sheets} sheets"] if sheets > 1 else []
    return [*told, "the sheet is hidden in the workbook"] if sheet.is_hidden else told
