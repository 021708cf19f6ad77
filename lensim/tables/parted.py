"""A column that parts the conditions that are compared: control after 24 h, treated after 72 h."""

import json
from collections import defaultdict
from collections.abc import Hashable
from typing import Final

from lensim.checks import FaultReport
from lensim.tables.choice import shown_values
from lensim.tables.kinds import SPLITTING
from lensim.tables.names import plain_name
from lensim.tables.unused import Column, PooledRow, in_order

_OF_A_CULTURE: Final = frozenset(
    {"medium", "media", "supplement", "supplements", "matrix", "substrate", "passage", "passages"}
)
_HANDS: Final = frozenset(
    {"operator", "user", "scientist", "analyst", "technician", "experimenter", "lot", "batch", "instrument", "machine"}
)
SHARED: Final = (SPLITTING["time"] | SPLITTING["density"] | SPLITTING["readout"] | SPLITTING["medium"]) - _OF_A_CULTURE
"""Words for what conditions that are compared must share."""


def note_parted(column: Column, faults: FaultReport) -> None:
    """Note a column of which two conditions that are compared share no value, empty cells left out."""
    plain = plain_name(column.name)
    if not (set(plain.split("_")) & (SHARED | _HANDS) or plain.startswith("cells_per")):
        return
    groups: defaultdict[Hashable, dict[Hashable, list[tuple[PooledRow, str, str | float]]]] = defaultdict(dict)
    for row, text, key in column.cells:
        if row.compared is not None and text:
            groups[row.compared].setdefault(row.effect, []).append((row, text, key))
    parted = [pair for effects in groups.values() if (pair := _parted(list(effects.values())))]
    if not parted:
        return
    one, other = parted[0]
    (first, _, _), (second, _, _) = one[0], other[0]
    more = f" (and in {len(parted) - 1} more)" if parted[1:] else ""
    faults.add(
        f"the column {column.name!r} is {_shown(one)} in {first.words} and {_shown(other)} in {second.words}{more}, "
        f"and these are compared: give a treatment and its control the same value, or compare them in spite of it with "
        f"ignore=[{json.dumps(column.name, ensure_ascii=False)}]",
        line=second.line,
        place=second.place,
    )


Cells = list[tuple[PooledRow, str, str | float]]


def _parted(effects: list[Cells]) -> tuple[Cells, Cells] | None:
    """The first two effects without a value in common."""
    keys = [{key for _, _, key in cells} for cells in effects]
    for at in range(len(effects)):
        for other in range(at + 1, len(effects)):
            if not keys[at] & keys[other]:
                return effects[at], effects[other]
    return None


def _shown(cells: Cells) -> str:
    return shown_values(in_order({key: text for _, text, key in cells}))
