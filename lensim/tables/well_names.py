"""Names of wells, A1 to AF48, and the plates that they fit on."""

import re
from collections.abc import Iterable
from typing import Final

STANDARD_PLATES: Final = ((8, 12), (16, 24), (32, 48))
"""Rows and columns of plates of 96, 384 and 1536 wells."""

_NAME: Final = re.compile(r"([A-Za-z]|[Aa][A-Fa-f])[ :_-]?0*([1-9][0-9]?)")


def parse_well_name(name: str) -> tuple[int, int] | None:
    """Row and column, from 0, of a name such as B7, b07 or AC12; None for any other."""
    match = _NAME.fullmatch(name.strip())
    if not match:
        return None
    row, column = row_of_letters(match.group(1)), int(match.group(2)) - 1
    last_row, last_column = STANDARD_PLATES[-1]
    return (row, column) if row < last_row and column < last_column else None


def row_of_letters(letters: str) -> int:
    """Row, from 0, of A to Z, then of AA, AB and later pairs."""
    row = 0
    for letter in letters.upper():
        row = row * 26 + ord(letter) - ord("A") + 1
    return row - 1


def well_name(row: int, column: int) -> str:
    """Name of a well from its row and column, from 0."""
    letters = chr(ord("A") + row) if row < 26 else chr(ord("A") + row // 26 - 1) + chr(ord("A") + row % 26)
    return f"{letters}{column + 1}"


def smallest_plate(places: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """Rows and columns of the smallest standard plate that has all these rows and columns, from 0."""
    rows, columns = zip(*places, strict=True)
    return next(shape for shape in STANDARD_PLATES if shape[0] > max(rows) and shape[1] > max(columns))
