"""Recommendations tried under other truths: where they reach the target, where not, and what would then be needed."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from lensim.plan.evaluate import Evaluator, Share, surely
from lensim.plan.frontier import Frontier
from lensim.plan.question import Shift, SizeQuestion
from lensim.plan.search import Size, smallest
from lensim.power.scenario import Scenario
from lensim.tables.records import records


@dataclass(frozen=True)
class Trial:
    """One other world.

    Attributes
    ----------
    shift
        Which.
    share
        Of finds with the recommended number.
    verdict
        1 holds, -1 breaks, 0 undecided (99%).
    size
        What is needed there; None where the recommendation holds.
    """

    shift: Shift
    share: Share
    verdict: int
    size: Size | None


@dataclass(frozen=True)
class DesignTrial:
    """The cheapest design in one other world.

    Attributes
    ----------
    shift, share, verdict
        As of a `Trial`.
    instead
        The cheapest design of the frontier that reaches the target there; None where the recommended one surely does,
        and where none does.
    cost
        Of that design; NaN where there is none.
    """

    shift: Shift
    share: Share
    verdict: int
    instead: dict[str, Any] | None
    cost: float


def world_of(scenario: Scenario, shift: Shift) -> dict[str, Any]:
    """Fields of a scenario in another world; shifts come on top of those that the scenario has."""
    truth = scenario.truth
    return {
        "truth.scale": {**truth.scale, **{k: x * truth.scale.get(k, 1.0) for k, x in shift.scale.items()}},
        "truth.shift": {**truth.shift, **{k: x + truth.shift.get(k, 0.0) for k, x in shift.shift.items()}},
    }


def _in_world(evaluator: Evaluator, world: Mapping[str, Any], field: str, n: int, studies: int) -> Share:
    return evaluator.share({**world, field: n}, studies)


def tried(
    evaluator: Evaluator, question: SizeQuestion, n: int, shifts: tuple[Shift, ...], target: float, studies: int = 4000
) -> list[Trial]:
    """The recommended number in every other world; where it does not surely reach the target, a new search."""
    found = []
    for shift in shifts:
        world = world_of(evaluator.scenario, shift)
        share = evaluator.share({**world, question.field: n}, studies)
        verdict = surely(share, target)
        size = None
        if verdict <= 0:
            size = smallest(
                partial(_in_world, evaluator, world, question.field),
                target,
                question.low,
                question.high,
                question.budget // 4,
                what=question.field,
            )
        found.append(Trial(shift, share, verdict, size))
    return found


def designs_tried(
    evaluator: Evaluator, found: Frontier, shifts: tuple[Shift, ...], target: float, studies: int = 2000
) -> list[DesignTrial]:
    """The cheapest design in every other world; dearer ones, one by one, where it does not surely reach the target."""
    if found.cheapest is None:
        return []
    rows = zip(records(found.table), found.settings, strict=True)
    best = [(row, setting) for row, setting in rows if row["is_best"] and row["share"] >= target]
    trials = []
    for shift in shifts:
        world = world_of(evaluator.scenario, shift)
        share = evaluator.share({**world, **found.cheapest}, studies)
        verdict, instead, cost = surely(share, target), None, np.nan
        if verdict <= 0:
            for row, setting in best:
                if evaluator.share({**world, **setting}, studies).value >= target:
                    instead, cost = setting, float(row["cost"])
                    break
        trials.append(DesignTrial(shift, share, verdict, instead, cost))
    return trials
