"""Share of finds of a design, by simulation; simulated studies are kept for later questions."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from lensim.power.chunk import run_chunk
from lensim.power.diagnosands import Tally
from lensim.power.pool import Pool, one_by_one
from lensim.power.scenario import Scenario

SURE: Final = 2.6
"""Standard errors of a difference that is sure (99%)."""


@dataclass(frozen=True)
class Share:
    """A share of finds.

    Attributes
    ----------
    value, mcse
        Of the studies that were analysed; NaN where none was.
    studies, failed
        Simulated, and without an answer.
    ceiling
        Of an assurance: share of truths in which what the rule states is so; NaN of a power.
    """

    value: float
    mcse: float
    studies: int
    failed: int
    ceiling: float = np.nan

    @property
    def columns(self) -> dict[str, float]:
        """The figures for a row of a table; the ceiling where there is one."""
        return {name: value for name, value in vars(self).items() if name != "ceiling" or value == value}


@dataclass
class Evaluator:
    """Shares of finds of a scenario and of others that differ in some fields.

    Attributes
    ----------
    scenario, rule, item
        What is asked, which rule decides, and of which of its items.
    also
        Other pairs of rule and item whose diagnosands are wanted from the same studies.
    pool
        Where chunks are worked on; `one_by_one` or what `lensim.power.pool.pool_of` gives.
    tell
        Called with studies done.
    """

    scenario: Scenario
    rule: int = 0
    item: int = 0
    pool: Pool = one_by_one
    tell: Callable[[int], None] = lambda done: None
    also: tuple[tuple[int, int], ...] = ()
    spent: int = 0
    _tallies: dict[str, dict[tuple[int, int], Tally]] = field(default_factory=dict)
    _chunks: dict[str, int] = field(default_factory=dict)

    def share(self, setting: Mapping[str, Any], studies: int) -> Share:
        """The share of finds (0 to 1) with some fields as in `setting`, from at least `studies` studies."""
        return self.shares([setting], studies)[0]

    def shares(self, settings: list[Mapping[str, Any]], studies: int) -> list[Share]:
        """As `share`, for several settings at once."""
        size = self.scenario.studies.chunk
        keys = [json.dumps(dict(setting), sort_keys=True, default=str) for setting in settings]
        tasks = []
        for key, setting in zip(keys, settings, strict=True):
            self._tallies.setdefault(key, {which: Tally() for which in ((self.rule, self.item), *self.also)})
            first, last = self._chunks.get(key, 0), -(-studies // size)
            own = self.scenario.at(setting) if last > first else None
            tasks += [((key, chunk), (own, dict(setting), chunk, size)) for chunk in range(first, last)]
            self._chunks[key] = max(first, last)
        for (key, _), rows in self.pool(run_chunk, iter(tasks)):
            for (rule, item), tally in self._tallies[key].items():
                tally.add(rows[(rows["rule"] == rule) & (rows["target"] == item)])
            self.spent += size
            self.tell(self.spent)
        return [self._described(key) for key in keys]

    def table(self, setting: Mapping[str, Any], rule: int | None = None, item: int | None = None) -> dict[str, float]:
        """Every diagnosand of a setting that was asked for; of the deciding rule, or of one of `also`."""
        which = (self.rule if rule is None else rule, self.item if item is None else item)
        return self._tallies[json.dumps(dict(setting), sort_keys=True, default=str)][which].describe()

    def _described(self, key: str) -> Share:
        found = self._tallies[key][self.rule, self.item].describe()
        value = found["share"]
        return Share(
            float(value),
            float(found["share_mcse"]),
            int(found["studies"]),
            int(found["failed"]),
            float(found["ceiling"]) if self._has_ceiling else np.nan,
        )

    @property
    def _has_ceiling(self) -> bool:
        return not self.scenario.is_conditional and bool(self.scenario.rules[self.rule].can_be_false)


def surely(share: Share, target: float) -> int:
    """1 where a share is surely above a target, -1 where below (99%), 0 where it is open."""
    if np.isnan(share.value):
        return 0
    apart = (share.value - target) / share.mcse
    return int(np.sign(apart)) if abs(apart) > SURE else 0
