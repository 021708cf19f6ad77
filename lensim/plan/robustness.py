"""A recommendation tried in other worlds: where it holds, where it breaks, and what would then be needed."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from lensim.plan.evaluate import Evaluator, Share, surely
from lensim.plan.question import Shift, SizeQuestion
from lensim.plan.search import Size, smallest


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


def _in_world(evaluator: Evaluator, world: Mapping[str, Any], field: str, n: int, studies: int) -> Share:
    return evaluator.share({**world, field: n}, studies)


def tried(
    evaluator: Evaluator, question: SizeQuestion, n: int, shifts: tuple[Shift, ...], target: float, studies: int = 4000
) -> list[Trial]:
    """The recommended number in every other world; where it does not surely hold, the search once more.

    Shifts come on top of those that the scenario has.
    """
    found = []
    truth = evaluator.scenario.truth
    for shift in shifts:
        world: dict[str, Any] = {
            "truth.scale": {**truth.scale, **{k: x * truth.scale.get(k, 1.0) for k, x in shift.scale.items()}},
            "truth.shift": {**truth.shift, **{k: x + truth.shift.get(k, 0.0) for k, x in shift.shift.items()}},
        }
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
