"""What is found for a question, step by step: a first curve at once, then all of it ever more precisely.

Every step calls the functions of `lensim plan`, with its streams: the last answer is that of `lensim plan`, number for
number. The steps before it are the same with fewer studies, and say so.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

from lensim.plan.cost import cost_of
from lensim.plan.evaluate import Evaluator, Share
from lensim.plan.frontier import frontier
from lensim.plan.question import Question
from lensim.plan.result import Plan, PlanResult
from lensim.plan.robustness import tried
from lensim.plan.run import run_plan
from lensim.plan.search import smallest
from lensim.plan.tables import tables_of
from lensim.plan.words import paragraph
from lensim.power.pool import Pool

NORMAL_95: Final = 1.96
SATURATED: Final = 0.995
"""Share above which larger numbers are not looked at."""
POINT: Final = 0.01
"""Error (95%) at which a share needs no more studies."""
ROUNDS: Final = (4, 16, 40)
"""Chunks of studies of each number of the curve, round by round, after one."""
ROUNDS_OF_PANELS: Final = (4, 16)
"""Their studies take a hundred times as long."""
ROUGH_BUDGET: Final = 2000
ROUGH_STUDIES: Final = 500
ROUGH_DESIGN: Final = 250


@dataclass(frozen=True)
class Gain:
    """What one more of something buys.

    Attributes
    ----------
    thing
        Of what there is one more.
    points, error
        Points of assurance, and their 95% Monte Carlo error.
    cost
        That one more costs.
    """

    thing: str
    points: float
    error: float
    cost: float


@dataclass(frozen=True)
class Found:
    """What is known by now.

    Attributes
    ----------
    digest
        Of the fields that it is the answer to.
    question
        What was asked.
    number, steps
        The chosen number, and what one more can be had of, by its field.
    curve
        Share of finds at each number that was looked at, with all else as chosen.
    gains
        What one more of each thing buys; empty until it is known.
    result
        What `lensim plan` answers; None until it is there.
    is_final
        Whether the result is that of `lensim plan`, and not a first one from fewer studies.
    is_done
        Whether no more studies follow.
    """

    digest: str
    question: Question
    number: int
    steps: Mapping[str, str] = field(default_factory=dict)
    curve: Mapping[int, Share] = field(default_factory=dict)
    gains: tuple[Gain, ...] = ()
    result: PlanResult | None = None
    is_final: bool = False
    is_done: bool = False

    @property
    def chosen(self) -> Share | None:
        """The share of the chosen design."""
        return self.curve.get(self.number)

    @property
    def cost(self) -> float:
        """Price of the chosen design."""
        costs = self.question.costs
        return float("nan") if costs is None else cost_of(self.question.scenario, costs)


def steps(begun: Found, pool: Pool) -> Iterator[Found]:
    """All that is found for a question, in the order in which it is of use; each step has what those before it had.

    Parameters
    ----------
    begun
        With the question alone.
    pool
        Where chunks are worked on.

    Raises
    ------
    InputError
        If no study could be analysed, or a part does not suit the scenario.
    """
    known, question = begun, begun.question
    scenario = question.scenario
    looks = _Looks(question, begun.number, Evaluator(scenario, question.rule_number, question.item_number, pool))
    for curve in looks.first():
        known = replace(known, curve=curve)
        yield known
    for plan in _rough(question, pool):
        known = replace(known, result=PlanResult(plan, paragraph(plan), tables_of(plan)))
        yield known
    more = _more(known, Evaluator(scenario, question.rule_number, question.item_number, pool))
    chunk = scenario.studies.chunk
    first, *rounds = ROUNDS_OF_PANELS if scenario.design.assay == "dose_response" else ROUNDS
    known = replace(known, gains=more(first * chunk), curve=looks.again(first * chunk))
    yield known
    known = replace(known, result=run_plan(question, pool=pool, trust=True), is_final=True)
    yield known
    for chunks in rounds:
        known = replace(known, curve=looks.again(chunks * chunk), gains=more(chunks * chunk))
        yield known
    yield replace(known, is_done=True)


def first_curves(question: Question, number: int, pool: Pool) -> Iterator[dict[int, Share]]:
    """The curves that come first, from one chunk of studies of each number."""
    yield from _Looks(
        question, number, Evaluator(question.scenario, question.rule_number, question.item_number, pool)
    ).first()


class _Looks:
    """The curve of a question, with ever more studies."""

    def __init__(self, question: Question, number: int, evaluator: Evaluator) -> None:
        self._field = question.size.field if question.size else ""
        self._numbers = numbers_of(question, number)
        self._number = number
        self._evaluator = evaluator
        self._curve: dict[int, Share] = {}

    def first(self) -> Iterator[dict[int, Share]]:
        """The chosen number and its neighbours on the curve, then smaller ones, then larger ones until all find it."""
        at = self._numbers.index(self._number)
        yield self._look(self._numbers[max(at - 1, 0) : at + 2])
        below = self._numbers[: max(at - 1, 0)]
        if below:
            yield self._look(below)
        for n in self._numbers[at + 2 :]:
            if self._curve[max(self._curve)].value > SATURATED:
                return
            yield self._look([n])

    def again(self, studies: int) -> dict[int, Share]:
        """The curve with at least so many studies where its error is not small by now."""
        return self._look([n for n, share in self._curve.items() if NORMAL_95 * share.mcse > POINT], studies)

    def _look(self, numbers: list[int], studies: int = 1) -> dict[int, Share]:
        shares = self._evaluator.shares([{self._field: n} for n in numbers], studies)
        self._curve |= dict(zip(numbers, shares, strict=True))
        return dict(sorted(self._curve.items()))


def numbers_of(question: Question, number: int) -> list[int]:
    """Numbers of a curve: those that the search of `lensim plan` begins with, and the chosen one."""
    found = {number}
    if question.size is not None:
        at = question.size.low
        while at < question.size.high:
            found.add(at)
            at *= 2
        found.add(question.size.high)
    return sorted(found)


def _rough(question: Question, pool: Pool) -> Iterator[Plan]:
    """The parts of `lensim plan`, with so few studies that they come within seconds: the number, then the designs."""
    plan = Plan(question)
    evaluator = Evaluator(question.scenario, question.rule_number, question.item_number, pool)
    asked, target = question.size, question.target
    if asked is not None:
        budget = min(ROUGH_BUDGET, asked.budget)
        share_at = partial(_share_at, evaluator, asked.field)
        plan.size = smallest(share_at, target, asked.low, asked.high, budget, what=asked.field)
        yield plan
        if plan.size.n is not None and question.worlds:
            less = asked.model_copy(update={"budget": budget})
            plan.robustness = tried(evaluator, less, plan.size.n, question.worlds, target, ROUGH_STUDIES)
            yield plan
    if question.frontier is not None and question.costs is not None:
        few = question.frontier.model_copy(update={"studies": min(ROUGH_DESIGN, question.frontier.studies)})
        plan.frontier = frontier(evaluator, few, question.costs, target)
        yield plan


def _share_at(evaluator: Evaluator, field: str, n: int, studies: int) -> Share:
    return evaluator.share({field: n}, studies)


def _more(known: Found, evaluator: Evaluator) -> Callable[[int], tuple[Gain, ...]]:
    """What one more of each thing buys, with so many studies."""
    scenario, costs = known.question.scenario, known.question.costs
    content = scenario.model_dump(mode="python")
    settings: list[dict[str, Any]] = [{name: _value(content, name) + 1} for name in known.steps.values()]

    def gains(studies: int) -> tuple[Gain, ...]:
        now, *then = evaluator.shares([{}, *settings], studies)
        found = []
        for thing, setting, share in zip(known.steps, settings, then, strict=True):
            price = float("nan") if costs is None else cost_of(scenario.at(setting), costs) - known.cost
            error = NORMAL_95 * (share.mcse**2 + now.mcse**2) ** 0.5
            found.append(Gain(thing, 100 * (share.value - now.value), 100 * error, price))
        return tuple(found)

    return gains


def _value(content: Any, path: str) -> Any:
    """The value of a field by its dotted name."""
    for name in path.split("."):
        content = content[name]
    return content
