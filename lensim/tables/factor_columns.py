"""Whether a column that no reader uses repeats the doses, or is a factor of the experiment."""

import itertools
from collections import defaultdict
from collections.abc import Hashable
from typing import Final

from lensim.tables.unused import Column

FEWEST_RECURRENCES: Final = 2.0
"""A value of a factor is in at least so many pooled sets, on average; one of a measurement is in fewer."""

MOST_LEVELS: Final = 12
"""A column of numbers with more different values than this is a factor only if each is at most doses of a curve."""


def follows_cells(column: Column) -> bool:
    """Whether treated rows of one dose have one value, and each value is of one dose or of neighbouring ones.

    Such a column repeats or numbers the doses. Where values alternate over the doses it is a factor.
    """
    by_effect: defaultdict[Hashable, dict[float, set[str | float]]] = defaultdict(dict)
    for row, _, key in column.cells:
        if row.is_control:
            continue
        if not isinstance(row.cell, float):
            return False
        by_effect[row.effect].setdefault(row.cell, set()).add(key)
    controls: defaultdict[Hashable, set[str | float]] = defaultdict(set)
    for row, _, key in column.cells:
        if row.is_control:
            controls[row.effect].add(key)
    if any(len(keys) > 1 for keys in controls.values()):
        return False
    for doses in by_effect.values():
        if any(len(keys) > 1 for keys in doses.values()):
            return False
        in_order = [next(iter(doses[dose])) for dose in sorted(doses)]
        changes = sum(one != other for one, other in itertools.pairwise(in_order))
        if changes + 1 > len(set(in_order)):
            return False
    return bool(by_effect)


def is_factor(column: Column) -> bool:
    """Whether values recur over pooled sets as those of a factor do, and not as those of a measurement."""
    sets: defaultdict[str | float, set[Hashable]] = defaultdict(set)
    for row, _, key in column.cells:
        sets[key].add((row.effect, row.replicate, row.cell))
    recurrences = sum(map(len, sets.values())) / len(sets)
    if recurrences < FEWEST_RECURRENCES:
        return False
    is_number = all(isinstance(key, float) or key == "" for key in sets)
    return not is_number or len(sets) <= MOST_LEVELS
