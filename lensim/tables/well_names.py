"""Names of wells, A1 to AF48, the ways in which rows are lettered, and the plates that they fit on."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

STANDARD_PLATES: Final = ((8, 12), (16, 24), (32, 48))
"""Rows and columns of plates of 96, 384 and 1536 wells."""

Style = Literal["standard", "small after Z", "quarters", "in doubt"]
"""Rows after Z: AA, AB ... ("standard"); a, b ... f ("small after Z", BMG); or four rows a letter: Aa, Ab, Ac, Ad, Ba
... Hd ("quarters"). "in doubt" where the letters leave two of them open."""

_NAME: Final = re.compile(r"([A-Za-z]{1,2})[ :_-]?0*([1-9][0-9]?)")
_QUARTER: Final = re.compile(r"[A-H][a-d]")
_LAST_OF_384: Final = "P"


@dataclass(frozen=True)
class Naming:
    """How the rows of some wells are lettered."""

    style: Style = "standard"

    def row(self, letters: str) -> int | None:
        """Row, from 0, of its letters; None where there is no such row, or where it is in doubt."""
        if self.style == "in doubt" or not re.fullmatch(r"[A-Za-z]{1,2}", letters):
            return None
        if self.style == "quarters":
            if not _QUARTER.fullmatch(letters):
                return None
            return 4 * (ord(letters[0]) - ord("A")) + ord(letters[1]) - ord("a")
        if self.style == "small after Z" and len(letters) == 1 and letters.islower():
            row = 26 + ord(letters) - ord("a")
        else:
            row = row_of_letters(letters)
        return row if row < STANDARD_PLATES[-1][0] else None

    def place(self, name: str) -> tuple[int, int] | None:
        """Row and column, from 0, of a name such as B7, b07 or AC012; None for any other."""
        match = _NAME.fullmatch(name.strip())
        if not match:
            return None
        row, column = self.row(match.group(1)), int(match.group(2)) - 1
        return (row, column) if row is not None and column < STANDARD_PLATES[-1][1] else None


STANDARD: Final = Naming()


def naming_of_rows(letters: Iterable[str], rows: int = 0, of_grid: Naming | None = None) -> Naming:
    """How rows are lettered, from all their letters together.

    Parameters
    ----------
    letters
        Such as A, b, AA, Aa.
    rows
        Rows of the plate, where they are known.
    of_grid
        How the grid is lettered that these wells are in.
    """
    there = set(letters)
    large = {one for one in there if len(one) == 1 and one.isupper()}
    small = {one for one in there if len(one) == 1 and one.islower()}
    pairs = {one for one in there if len(one) == 2}
    quarters = {one for one in pairs if _QUARTER.fullmatch(one)}
    if of_grid is not None and of_grid.style == "quarters":
        is_standard = not quarters and (pairs or max(large, default="A") > "H")
        return of_grid if quarters == there else STANDARD if is_standard else Naming("in doubt")
    if pairs and quarters == pairs and not large and not small:
        known_single = of_grid is not None
        only_first = {pair[0] for pair in pairs} == {"A"}
        return (STANDARD if known_single else Naming("in doubt")) if only_first else Naming("quarters")
    if small and small <= set("abcdef"):
        is_large_plate = rows > 16 or max(large, default="A") > _LAST_OF_384
        if large and is_large_plate:
            return Naming("small after Z")
        if of_grid is not None and of_grid.style == "small after Z":
            return Naming("in doubt")
    return STANDARD


def naming_of_wells(names: Iterable[str], rows: int = 0, of_grid: Naming | None = None) -> Naming:
    """How the rows of wells are lettered, from all their names together; see `naming_of_rows`."""
    found = (_NAME.fullmatch(name.strip()) for name in names)
    return naming_of_rows((match.group(1) for match in found if match), rows, of_grid)


def with_standard_letters(names: Sequence[str], rows: int = 0) -> list[str]:
    """Names of wells of a study with rows after Z as AA to AF, where they are lettered a to f or Aa to Hd."""
    naming = naming_of_wells(names, rows)
    if naming.style not in ("small after Z", "quarters"):
        return list(names)
    places = [naming.place(name) for name in names]
    return [name if place is None else well_name(*place) for name, place in zip(names, places, strict=True)]


def parse_well_name(name: str) -> tuple[int, int] | None:
    """Row and column, from 0, of a name such as B7, b07 or AC12; None for any other."""
    return STANDARD.place(name)


def row_of_letters(letters: str) -> int:
    """Row, from 0, of A to Z, then of AA, AB and later pairs."""
    row = 0
    for letter in letters.upper():
        row = row * 26 + ord(letter) - ord("A") + 1
    return row - 1


def letters_of_row(row: int) -> str:
    """A to Z, then AA, AB and so on, for a row from 0."""
    return chr(ord("A") + row) if row < 26 else chr(ord("A") + row // 26 - 1) + chr(ord("A") + row % 26)


def well_name(row: int, column: int) -> str:
    """Name of a well from its row and column, from 0."""
    return f"{letters_of_row(row)}{column + 1}"


def smallest_plate(places: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """Rows and columns of the smallest standard plate that has all these rows and columns, from 0."""
    rows, columns = zip(*places, strict=True)
    return next(shape for shape in STANDARD_PLATES if shape[0] > max(rows) and shape[1] > max(columns))
