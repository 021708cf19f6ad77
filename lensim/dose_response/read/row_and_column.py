"""Wells of tables that give the row and the column of a plate in two columns."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from lensim.dose_response.read.columns import COLUMNS
from lensim.tables.columns import names_any, places_of_stated
from lensim.tables.names import plain_name
from lensim.tables.number_text import whole_number
from lensim.tables.table import TextTable
from lensim.tables.well_names import STANDARD_PLATES, row_of_letters, well_name

ROW: Final = frozenset({"row", "plate_row", "well_row"})
COLUMN: Final = frozenset({"column", "col", "plate_column", "plate_col", "well_column", "well_col"})
_ROWS, _COLUMNS = STANDARD_PLATES[-1]


def with_wells(table: TextTable, stated: Mapping[str, str]) -> TextTable:
    """The table with a column of wells (B7), made of its columns of rows (B or 2) and columns (7).

    Nothing is made where the table names wells, a user names such a column for something else, or a cell is no row or
    column of a plate.

    Parameters
    ----------
    table
        One row a well.
    stated
        The user's names of columns by meaning.
    """
    if "well" in stated or names_any(table.header, COLUMNS["well"]):
        return table
    taken = {at for name in stated.values() for at in places_of_stated(table.header, name)}
    rows, columns = (
        [at for at, name in enumerate(table.header) if plain_name(name) in words and at not in taken]
        for words in (ROW, COLUMN)
    )
    if len(rows) != 1 or len(columns) != 1:
        return table
    names = [_name(row[rows[0]], row[columns[0]]) for row in table.rows]
    if not all(names):
        return table
    filled = [[*row, name] for row, name in zip(table.rows, names, strict=True)]
    return replace(table, header=(*table.header, "well"), rows=filled)


def _name(row: str, column: str) -> str:
    """A1 of A or 1, and 1; empty where these are no row and column, which count from 1."""
    row, column = row.strip(), column.strip()
    is_letters = row.isascii() and row.isalpha() and len(row) <= 2
    at_row = row_of_letters(row) if is_letters else (whole_number(row) or 0) - 1
    at_column = (whole_number(column) or 0) - 1
    return well_name(at_row, at_column) if 0 <= at_row < _ROWS and 0 <= at_column < _COLUMNS else ""
