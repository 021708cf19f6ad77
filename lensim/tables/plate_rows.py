"""What a line says of the rows and columns of a plate: column numbers side by side, and the letters of a row."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from lensim.tables.well_names import STANDARD, STANDARD_PLATES, naming_of_rows

_ROW_LABEL: Final = re.compile(r"([A-Za-z]{1,2})[:.]?")
_COLUMN_LABEL: Final = re.compile(r"0?([1-9][0-9]?)[:.]?")


@dataclass(frozen=True)
class Segment:
    """Fields of a head that number the columns of one reading: where they are, and the column (from 0) of each."""

    fields: tuple[int, ...]
    columns: tuple[int, ...]

    @property
    def end(self) -> int:
        """The field behind the last column."""
        return self.fields[-1] + 1


def segments_of(fields: Sequence[str]) -> list[Segment]:
    """The longest runs of rising column numbers side by side; several of one length are several readings."""
    runs: list[list[tuple[int, int]]] = [[]]
    for at, cell in enumerate(fields):
        match = _COLUMN_LABEL.fullmatch(cell)
        number = int(match.group(1)) if match else 0
        if not cell and runs[-1]:
            continue
        if not 1 <= number <= STANDARD_PLATES[-1][1]:
            runs.append([])
        elif runs[-1] and number > runs[-1][-1][1]:
            runs[-1].append((at, number))
        else:
            runs.append([(at, number)])
    longest = max(map(len, runs))
    if longest < 2:
        return []
    return [
        Segment(tuple(at for at, _ in run), tuple(number - 1 for _, number in run))
        for run in runs
        if len(run) == longest
    ]


def row_letters(cells: Sequence[str]) -> str | None:
    """The letters of a row: the last cell before the readings; None where it is something else."""
    last = next((cell for cell in reversed(cells) if cell), "")
    match = _ROW_LABEL.fullmatch(last)
    return match.group(1) if match else None


def follows(letters: str, before: Sequence[str]) -> bool:
    """Whether letters can be of a row below those before, of any way to letter rows."""
    known = _known_rows([*before, letters])
    return not before or (len(known) == len(before) + 1 and all(one < other for one, other in pairwise(known)))


def goes_with(letters: str, before: Sequence[str]) -> bool:
    """Whether letters can be of another row of the plate, in any order, of any way to letter rows."""
    return not before or len(set(_known_rows([*before, letters]))) == len(before) + 1


def _known_rows(letters: Sequence[str]) -> list[int]:
    """The rows, from 0, of those letters that are of a row."""
    naming = naming_of_rows(letters)
    rows = [(STANDARD if naming.style == "in doubt" else naming).row(one) for one in letters]
    return [row for row in rows if row is not None]
