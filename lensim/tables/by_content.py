"""Columns that are exempt by their name, such as row or index, and yet hold the values of a factor."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable
from typing import Final

from lensim.tables.kinds import Kind
from lensim.tables.names import plain_name
from lensim.tables.number_text import whole_number
from lensim.tables.unused import Column
from lensim.tables.well_names import parse_well_name

MOST_LEVELS: Final = 6
"""A factor under the name of a place or a measurement has at most so many values."""

FEWEST_ROWS: Final = 3
"""Each of its values is in at least so many sets of wells measured alike."""

_OF_MACHINES: Final = re.compile(
    r"unnamed.*|(.*_)?(threshold|baseline|r2|rsq|se|sem|cv|colou?r|path|url|timestamp)"
    r"|(ct|cq|cp|od|threshold|baseline|background)_.*|(t|m)m_?[0-9]*|melt.*|auc.*|.*_auc"
)
"""Names of what a machine writes, whose values may recur by chance."""

_PLACE: Final = re.compile(
    r"(.*_)?(row|col|column|spalte|zeile|reihe|colonne|ligne|rang[ee]{0,2}|quadrant)(_?(index|no|nr|number))?|rows?_?index|col(umn)?_?index"
    r"|(well|position|pos|location)(_?(id|name|index|no|nr|number|position))?"
)
_COORDINATES: Final = frozenset({"x", "y"})
_ROW_OR_COLUMN: Final = re.compile(r"[A-P]|A[A-F]|0?[1-9]|[1-4][0-9]", re.IGNORECASE)
_COUNTED: Final = re.compile(
    r"(?:t|tr|r|rep|replicate|tech|technical|well|no|n|#)?[\s._#-]*([0-9]{1,9}|[a-h])", re.IGNORECASE
)


def kind_by_content(column: Column, kind: Kind, names: Collection[str]) -> Kind:
    """What a column says by its name and its values: a place, count or measurement, or not known.

    Parameters
    ----------
    kind
        What its name says.
    names
        The plain names of all columns that are not used: x beside y is a place.
    """
    plain = plain_name(column.name)
    if kind not in ("measured", "technical") or _OF_MACHINES.fullmatch(plain):
        return kind
    texts = column.texts()
    if kind == "technical" and _are_counted(texts):
        return kind
    if _PLACE.fullmatch(plain) and all(_is_place(text) for text in texts if text):
        return kind
    if plain in _COORDINATES and set(names) >= _COORDINATES and all(text.isdigit() for text in texts if text):
        return kind
    return "unknown" if _crosses(column) else kind


def _is_place(text: str) -> bool:
    return bool(_ROW_OR_COLUMN.fullmatch(text)) or parse_well_name(text) is not None


def _are_counted(texts: Iterable[str]) -> bool:
    """Whether values are 1, 2, 3 or a, b, c, with or without a word for a replicate."""
    counted = [_COUNTED.fullmatch(text) for text in texts if text]
    if not all(counted):
        return False
    ends = [match.group(1).lower() for match in counted if match]
    found = [ord(end) - ord("a") + 1 if end.isalpha() else whole_number(end) for end in ends]
    numbers = sorted({number for number in found if number is not None})
    return bool(numbers) and None not in found and numbers[0] in (0, 1) and numbers[-1] - numbers[0] < len(numbers) + 2


def _crosses(column: Column) -> bool:
    """Whether a few values are each in as many rows, in several sets of wells, and all of them in each effect."""
    counts = Counter(key for _, _, key in column.cells)
    if not 2 <= len(counts) <= MOST_LEVELS or min(counts.values()) < 0.8 * max(counts.values()):
        return False
    sets: defaultdict[str | float, set[Hashable]] = defaultdict(set)
    effects: defaultdict[Hashable, set[str | float]] = defaultdict(set)
    for row, _, key in column.cells:
        sets[key].add((row.effect, row.replicate, row.cell))
        effects[row.base].add(key)
    return min(map(len, sets.values())) >= FEWEST_ROWS and all(len(keys) > 1 for keys in effects.values())
