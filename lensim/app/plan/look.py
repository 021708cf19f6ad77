"""One simulated study, to look at: what the data of the chosen design would look like, and what would be concluded."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from lensim import vocabulary as v
from lensim.power.chunk import run_chunk
from lensim.power.expression.study import simulate_chunk as simulate_pairs
from lensim.power.groups.study import simulate_chunk as simulate_groups
from lensim.power.scenario import Scenario
from lensim.power.spec import stream_path

HAS_LOOK: Final = ("expression", "ratios", "groups")
"""Designs of which a study is shown."""


@dataclass(frozen=True)
class Look:
    """A simulated study.

    Attributes
    ----------
    rows
        Who (subject) of which group, and its value: log2 ratio of a pair, or log2 level; a row a pair or a sample.
    quantity
        What the values are, in words.
    decided
        Whether the study is a find.
    estimate, low, high
        What its analysis finds [log2]; NaN where it has none.
    """

    rows: tuple[tuple[str, str, float], ...]
    quantity: str
    decided: bool
    estimate: float
    low: float
    high: float


def look_at(scenario: Scenario, number: int, rule: int, item: int) -> Look:
    """The study of a number, simulated and analysed as those of the shares are.

    Parameters
    ----------
    scenario
        The chosen design.
    number
        Of the study; each has streams of its own.
    rule, item
        Positions of the rule that decides, and of its item.
    """
    one: Any = scenario.at({"studies.chunk": 1})
    found = run_chunk(one, {}, number, 1)
    mine = found[(found["rule"] == rule) & (found["target"] == item)].iloc[0]
    path = stream_path({}, number)
    rows, quantity = _groups(one, path) if scenario.design.assay == "groups" else _pairs(one, path)
    return Look(rows, quantity, bool(mine["decided"]), *(float(mine[name]) for name in ("estimate", "low", "high")))


def _pairs(scenario: Any, path: tuple[str | int, ...]) -> tuple[tuple[tuple[str, str, float], ...], str]:
    pairs = simulate_pairs(scenario, path, 1).pairs
    subjects = pairs[v.SUBJECT].to_numpy()[pairs[v.SUBJECT_OF_PAIR].to_numpy()]
    first = pairs[v.TARGET_OF_PAIR].to_numpy() == 0
    values = pairs[v.LOG2_RATIO].to_numpy()[0]
    rows = [(str(who), "", float(value)) for who, value, own in zip(subjects, values, first, strict=True) if own]
    return tuple(rows), "treated, percent of control"


def _groups(scenario: Any, path: tuple[str | int, ...]) -> tuple[tuple[tuple[str, str, float], ...], str]:
    batch = simulate_groups(scenario, path, 1)
    level, names = batch.level[0, 0], scenario.design.names
    control = level[batch.group_of_subject == 0]
    relative = level - np.nanmean(control)
    counts = pd.Series(batch.group_of_subject).groupby(batch.group_of_subject).cumcount()
    rows = [
        (f"{names[group]} {count + 1}", str(names[group]), float(value))
        for group, count, value in zip(batch.group_of_subject, counts, relative, strict=True)
    ]
    return tuple(rows), "level, percent of the mean of controls"
