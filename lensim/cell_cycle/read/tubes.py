"""What files of a cell cycle have in common: tubes with a line, a condition and an experiment, to one Dataset."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.cell_cycle.phases import PHASES
from lensim.checks import FaultReport
from lensim.expression.read.assigned import DEFAULT_EXPERIMENT
from lensim.expression.read.understand import TRUE_WORDS
from lensim.tables.columns import Found
from lensim.tables.table import TextTable

DEFAULT_LINE: Final = "cells"
TUBE_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "cell_line": ("cell_line", "line", "subject", "cells_of"),
    "condition": ("condition", "treatment", "drug"),
    "is_control": ("is_control",),
    "experiment": ("experiment", "experiment_id", "exp"),
    "tube": ("tube", "tube_name", "sample", "sample_name"),
}
"""Column names that say what a tube is, in order of preference; case, blanks and signs do not count."""
CONTROL_WORDS: Final = frozenset(
    {"control", "ctrl", "ctl", "untreated", "dmso", "vehicle", "none", "no_drug", "0", "medium", "len_0"}
)
PHASE_WORDS: Final[Mapping[str, str]] = {
    "g0g1": PHASES[0], "g1": PHASES[0], "g01": PHASES[0], "g1g0": PHASES[0],
    "s": PHASES[1], "sphase": PHASES[1], "synthesis": PHASES[1],
    "g2m": PHASES[2], "g2": PHASES[2], "mg2": PHASES[2],
}  # fmt: skip
OUTSIDE_WORDS: Final = frozenset(
    {
        "outside",
        "other",
        "others",
        "subg1",
        "subg0g1",
        "subg0",
        "debris",
        "ungated",
        "apoptotic",
        "unclassified",
        "dead",
    }
)
OUTSIDE: Final = "outside"


@dataclass(frozen=True)
class TubeKey:
    """Which tube a row is of."""

    cell_line: str
    condition: str
    experiment: str
    tube: str

    def __str__(self) -> str:
        return ", ".join(part for part in (self.cell_line, self.condition, self.experiment, self.tube) if part)


@dataclass
class Tube:
    """A tube as a file has it: counts or percents by phase, and the line that it begins on."""

    key: TubeKey
    line: int
    values: dict[str, float] = field(default_factory=dict)
    total: float | None = None


def phase_of_word(word: str) -> str | None:
    """The phase that a word means, 'outside' for debris and the like, or None."""
    plain = re.sub(r"percent|pct|events?|cells?|count|phase|[^a-z0-9]", "", word.lower())
    plain = plain if plain in PHASE_WORDS or plain in OUTSIDE_WORDS else re.sub("[^a-z0-9]", "", word.lower())
    return PHASE_WORDS.get(plain) or (OUTSIDE if plain in OUTSIDE_WORDS else None)


def key_of_row(found: Found, row: list[str], line: int, faults: FaultReport) -> TubeKey:
    """The tube that a row is of; an empty cell in a column that is there is a fault."""
    for name in ("cell_line", "condition", "experiment"):
        if found.has(name) and not found.cell(name, row):
            faults.add(f"{found.column(name)} must not be empty", line=line)
    return TubeKey(
        found.cell("cell_line", row) or DEFAULT_LINE,
        found.cell("condition", row),
        found.cell("experiment", row) or DEFAULT_EXPERIMENT,
        found.cell("tube", row),
    )


def control_of(table: TextTable, found: Found, control: str, faults: FaultReport) -> str:
    """The condition that others are compared with: named, marked in a column, or known by its name."""
    conditions = list(dict.fromkeys(found.cell("condition", row) for row in table.rows))
    conditions = [name for name in conditions if name]
    if control:
        near = [name for name in conditions if name.lower() == control.lower()]
        if control in conditions or len(near) == 1:
            return control if control in conditions else near[0]
        faults.add(f"control must be one of the conditions {', '.join(conditions)}, got {control!r}")
        return ""
    if found.has("is_control"):
        marked = [
            found.cell("condition", row) for row in table.rows if found.cell("is_control", row).lower() in TRUE_WORDS
        ]
        known = list(dict.fromkeys(marked))
        rule = f"{found.column('is_control')} must mark exactly one condition"
    else:
        known = [name for name in conditions if re.sub("[^a-z0-9]+", "_", name.lower()) in CONTROL_WORDS]
        rule = f"one of the conditions {', '.join(conditions)} must be the control: name it with --control"
    if len(known) != 1:
        faults.add(f"{rule}, got {' and '.join(known) or 'none'}")
        return ""
    return known[0]


def check_cultures(keys: Sequence[tuple[TubeKey, int]], control: str, faults: FaultReport) -> None:
    """A condition beside the control, and a control of every line that was treated."""
    if not control:
        return  # told by now
    has_control = {key.cell_line for key, _ in keys if key.condition == control}
    if all(key.condition == control for key, _ in keys):
        faults.add(f"there must be a condition beside the control {control!r}, got none")
    told = set()
    for key, line in keys:
        if key.condition and key.cell_line not in has_control and key.cell_line not in told:
            told.add(key.cell_line)
            faults.add(f"{key.cell_line} under {key.condition} must have a control ({control}), got none", line=line)


def sheet_of_tubes(keys: Sequence[TubeKey], control: str, attrs: dict[str, str | int]) -> xr.Dataset:
    """Tubes, cultures, lines, conditions and experiments, the control first; what `lay_out` makes of a design."""
    lines, experiments = (
        list(dict.fromkeys(getattr(key, name) for key in keys)) for name in ("cell_line", "experiment")
    )
    conditions = [control, *(c for c in dict.fromkeys(key.condition for key in keys) if c != control)]
    cultures = list(dict.fromkeys((key.cell_line, key.condition, key.experiment) for key in keys))
    return xr.Dataset(
        {
            v.CULTURE_OF_TUBE: (
                v.TUBE,
                np.array([cultures.index((key.cell_line, key.condition, key.experiment)) for key in keys]),
            ),
            v.LINE_OF_CULTURE: (v.CULTURE, np.array([lines.index(line) for line, _, _ in cultures])),
            v.CONDITION_OF_CULTURE: (v.CULTURE, np.array([conditions.index(name) for _, name, _ in cultures])),
            v.EXPERIMENT_OF_CULTURE: (v.CULTURE, np.array([experiments.index(name) for _, _, name in cultures])),
            v.IS_CONTROL: (v.CONDITION, (np.arange(len(conditions)) == 0).astype(np.int64)),
        },
        coords={
            v.TUBE: [str(key) for key in keys],
            v.CELL_LINE: lines,
            v.CONDITION: conditions,
            v.EXPERIMENT: experiments,
            v.PHASE: list(PHASES),
        },
        attrs=attrs,
    )
