"""A column that differs between subjects of one contrast, or between treated samples and their controls."""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import replace
from typing import Final

from lensim.tables.kinds import COMPOUND_WORDS, CONDITION_WORDS, DOSE_WORDS, SPLITTING
from lensim.tables.names import plain_name
from lensim.tables.number_text import DIGITS
from lensim.tables.unused import Column, PooledRow, in_order

GROUP_WORDS: Final = frozenset(
    {"group", "groups", "genotype", "genotypes", "strain", "status", "phenotype", "cohort", "tissue", "tissues",
     "organ", "organs", "species", "site", "region", "diagnosis", "disease"}
)  # fmt: skip
"""Words for groups of subjects or samples."""

_OF_SUBJECTS: Final = frozenset({"passage", "passages", "ph", "temp", "temperature", "celsius", "buffer"})
"""Words for what differs between subjects without being another contrast."""

WITHIN_PAIRS: Final = SPLITTING["time"] | SPLITTING["density"] | SPLITTING["medium"] | GROUP_WORDS
"""Words for what a treated sample and its control must share."""

OVER_SUBJECTS: Final = (WITHIN_PAIRS - _OF_SUBJECTS) | COMPOUND_WORDS | DOSE_WORDS | CONDITION_WORDS
"""Words for what the treated samples of all subjects of one contrast must share."""

BETWEEN_GROUPS: Final = WITHIN_PAIRS | {"sex", "gender"}
"""Words for what treated samples and controls of different subjects must not be parted by."""

_ZERO: Final = re.compile(
    r"(?:[a-z]{0,4}[ _-]?)?0+(?:[.,]0+)?\s*(?:[a-zµμ%/]{0,9}\.?)|none|no|pre|before|baseline|-", re.IGNORECASE
)

AND_ITS_CONTROL: Final = " and its control"
"""The end of the words of a contrast whose treated samples and controls differ."""

Cell = tuple[PooledRow, str, str | float]


def is_zero(text: str) -> bool:
    """Whether a time or a dose is none: empty, 0, 0 h, d0, none."""
    return not text or _ZERO.fullmatch(text) is not None


def mixed_in_contrasts(column: Column) -> list[tuple[PooledRow, list[str]]]:
    """A row where a second value begins, and the values, for each contrast whose subjects, or arms, differ.

    A control at none (time 0, dose 0, empty) goes with every treated sample. Rows without a contrast are left alone.
    """
    words = _words(column.name)
    cells = [cell for cell in column.cells if cell[0].contrast]
    controls = [cell for cell in cells if cell[0].is_control_arm and not is_zero(cell[1])]
    treated = [cell for cell in cells if not cell[0].is_control_arm]
    found = []
    if words & OVER_SUBJECTS:
        found += _several(treated)
    if not found and words & WITHIN_PAIRS:
        found += _apart(treated, controls, by_subject=True)
    if not found and words & BETWEEN_GROUPS:
        found += _apart(treated, controls, by_subject=False)
    return found


def _words(name: str) -> set[str]:
    words = set(plain_name(name).split("_"))
    return words | {word.rstrip(DIGITS) for word in words}


def _several(treated: Iterable[Cell]) -> list[tuple[PooledRow, list[str]]]:
    """Contrasts whose treated rows have several values."""
    groups: defaultdict[Hashable, list[Cell]] = defaultdict(list)
    for cell in treated:
        groups[cell[0].contrast].append(cell)
    found = []
    for cells in groups.values():
        first = {cells[0][2]: cells[0][1]}
        second = None
        for row, text, key in cells:
            if key not in first and second is None:
                second = row
            first.setdefault(key, text)
        if second is not None:
            found.append((replace(second, words=second.contrast), in_order(first)))
    return found


def _apart(treated: Iterable[Cell], controls: Iterable[Cell], *, by_subject: bool) -> list[tuple[PooledRow, list[str]]]:
    """Contrasts whose treated rows share no value with their controls, subject by subject or all together."""
    values: defaultdict[Hashable, dict[str | float, str]] = defaultdict(dict)
    for row, text, key in controls:
        values[row.base if by_subject else row.target].setdefault(key, text)
    groups: defaultdict[tuple[Hashable, Hashable], list[Cell]] = defaultdict(list)
    for cell in treated:
        row = cell[0]
        groups[row.base if by_subject else row.target, row.contrast].append(cell)
    found = []
    for (base, _), cells in groups.items():
        own, first = values.get(base), {key: text for _, text, key in cells}
        if own and not own.keys() & first.keys():
            row = cells[0][0]
            words = f"{row.words if by_subject else row.contrast}{AND_ITS_CONTROL}"
            found.append((replace(row, words=words), in_order({**own, **first})))
    return found
