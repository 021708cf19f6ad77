"""What files of a cell cycle have in common: tubes with a line, a condition and an experiment, to one Dataset."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.cell_cycle.phases import PHASES
from lensim.checks import FaultReport, InputError
from lensim.tables.columns import Found
from lensim.tables.control import Control, find_control
from lensim.tables.flags import Said
from lensim.tables.source import Source
from lensim.tables.table import TextTable

DEFAULT_LINE: Final = "cells"
DEFAULT_EXPERIMENT: Final = "experiment 1"
"""The experiment of every tube where one file names none; of several files each is an experiment."""

At = tuple[str, int]
"""A file and a line in it."""

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
    """The names that identify a tube."""

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
    at: At
    values: dict[str, float] = field(default_factory=dict)
    total: float | None = None


def phase_of_word(word: str) -> str | None:
    """The phase that a word means, 'outside' for debris and other events in no phase, or None."""
    plain = re.sub(r"percent|pct|events?|cells?|count|phase|[^a-z0-9]", "", word.lower())
    plain = plain if plain in PHASE_WORDS or plain in OUTSIDE_WORDS else re.sub("[^a-z0-9]", "", word.lower())
    return PHASE_WORDS.get(plain) or (OUTSIDE if plain in OUTSIDE_WORDS else None)


def key_of_row(found: Found, row: list[str], line: int, experiment: str, faults: FaultReport) -> TubeKey:
    """The tube that a row is of; an empty cell in a column that is there is a fault.

    `experiment` is its name where the table has none.
    """
    for name in ("cell_line", "condition", "experiment"):
        if found.has(name) and not found.cell(name, row):
            faults.add(f"{found.column(name)} must not be empty", line=line)
    return TubeKey(
        found.cell("cell_line", row) or DEFAULT_LINE,
        found.cell("condition", row),
        found.cell("experiment", row) or experiment,
        found.cell("tube", row),
    )


def note_control_words(said: dict[tuple[str, str], At], table: TextTable, found: Found) -> None:
    """Add to `said` each condition with its word in the column is_control, and where they appear first."""
    for row, line in zip(table.rows, table.lines, strict=True):
        said.setdefault((found.cell("condition", row), found.cell("is_control", row)), (table.place, line))


def control_of(said: Said, stated: str | None, study: FaultReport) -> Control:
    """The control by the rule for all assays; all faults so far are raised where it is not known."""
    known = find_control(said, stated, study)
    if known is None:
        study.raise_if_any()
        raise InputError(f"{study.place}: condition must not be empty in all rows")
    return known


def check_cultures(keys: Sequence[tuple[TubeKey, At]], control: str, faults: FaultReport) -> None:
    """A condition beside the control, and a control of every line that was treated."""
    has_control = {key.cell_line for key, _ in keys if key.condition == control}
    if all(key.condition == control for key, _ in keys):
        faults.add(f"there must be a condition beside the control {control!r}, got none")
    told = set()
    for key, (place, line) in keys:
        if key.condition and key.cell_line not in has_control and key.cell_line not in told:
            told.add(key.cell_line)
            rule = f"{key.cell_line} under {key.condition} must have a control ({control}), got none"
            faults.add(rule, line=line, place=place)


def experiment_of(source: Source, sources: Sequence[Source]) -> str:
    """The experiment of the tubes in a file that names none."""
    return DEFAULT_EXPERIMENT if len(sources) == 1 else source.stem


def sheet_of_tubes(keys: Sequence[TubeKey], found: Control, attrs: dict[str, str | int]) -> xr.Dataset:
    """Tubes, cultures, lines, conditions and experiments, the control first; what `lay_out` makes of a design."""
    lines, experiments = (
        list(dict.fromkeys(getattr(key, name) for key in keys)) for name in ("cell_line", "experiment")
    )
    control = found.name
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
        attrs={v.ASSAY: v.CELL_CYCLE, **attrs, v.CONTROL: control, v.CONTROL_KNOWN_BY: found.known_by},
    )
