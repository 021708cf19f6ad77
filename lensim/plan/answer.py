"""Answers to every part of a planning question, and their sentences."""

import time
from collections.abc import Callable
from typing import Final

import xarray as xr

from lensim.checks import InputError
from lensim.inference.verdict import verdict_of
from lensim.plan.bracketing import bracketing
from lensim.plan.detection import undetected
from lensim.plan.doses import placed_doses, require_doses
from lensim.plan.doses_words import doses_in_sentences
from lensim.plan.evaluate import Evaluator, Share
from lensim.plan.frontier import designs_of, frontier
from lensim.plan.interim import looks, require_pairs
from lensim.plan.layouts import layouts
from lensim.plan.lines import next_lines, require_lines
from lensim.plan.lines_words import lines_in_sentences
from lensim.plan.parts import require_part
from lensim.plan.question import Question
from lensim.plan.result import Plan
from lensim.plan.robustness import designs_tried, tried
from lensim.plan.search import smallest
from lensim.plan.words import (
    bracketing_in_words,
    designs_tried_in_words,
    detection_in_words,
    frontier_in_words,
    interim_in_words,
    is_of_lines,
    layouts_in_words,
    robustness_in_words,
    share_in_words,
    size_in_words,
)
from lensim.power.pool import Pool, one_by_one

TRUST: Final = "trust=True takes it as it is"
ROUGH_BUDGET: Final = 4000
"""Studies of the first answer."""


def require_trusted(result: xr.DataTree, name: str, *, trust: bool) -> None:
    """Refuse a fit that did not pass its convergence gate, unless it is trusted.

    Raises
    ------
    InputError
        If it has no verdict or failed, and `trust` is false.
    """
    if trust:
        return
    try:
        verdict = verdict_of(result)
    except InputError:
        raise InputError(f"{name} must say whether it converged, got no verdict; {TRUST}") from None
    if not verdict.passed:
        raise InputError(f"{name} must have passed its convergence gate, got: {'; '.join(verdict.reasons)}; {TRUST}")


def require_answerable(question: Question, result: xr.DataTree | None) -> None:
    """Refuse a part that does not suit the scenario before anything is simulated.

    Raises
    ------
    InputError
        If a part does not suit the scenario or the fit, a price is missing, or every design of a frontier is too large.
    """
    scenario = question.scenario
    if question.frontier and question.costs:
        designs_of(scenario, question.frontier, question.costs)
    if question.interim:
        require_pairs(scenario)
    if question.detection:
        require_part(scenario, "detection")
    if question.bracketing and result is None:
        raise InputError("bracketing needs a dose-response fit: name one with prior=, got none")
    if question.bracketing:
        require_part(scenario, "bracketing")
    if question.layouts:
        require_part(scenario, "layouts")
    if question.doses:
        require_doses(scenario, question.doses, question.rule_number)
    if question.lines:
        require_lines(scenario, question.lines, result, question.costs)


def answer(
    question: Question,
    result: xr.DataTree | None = None,
    *,
    pool: Pool = one_by_one,
    tell: Callable[[str], None] = lambda said: None,
) -> Plan:
    """Answer every part of a question, the size first, and report each answer as it comes.

    Parameters
    ----------
    question
        What is asked.
    result
        The fit that the plan starts from, for bracketing.
    pool
        Where chunks are worked on.
    tell
        Called with a sentence as soon as there is one.

    Raises
    ------
    InputError
        If a part does not suit the scenario, or no study could be analysed.
    """
    begun = time.perf_counter()
    require_answerable(question, result)
    plan = Plan(question)
    scenario, rule, item = question.scenario, question.rule_number, question.item_number
    evaluator = Evaluator(scenario, rule, item, pool)

    def done(what: str, said: str = "") -> None:
        plan.seconds[what] = time.perf_counter() - begun
        if said:
            tell(said)

    if question.size:
        asked = question.size

        def share_at(n: int, studies: int) -> Share:
            return evaluator.share({asked.field: n}, studies)

        bounds = (question.target, asked.low, asked.high)
        plan.first = smallest(share_at, *bounds, min(ROUGH_BUDGET, asked.budget), what=asked.field)
        done("first answer", f"first answer: {size_in_words(plan.first, question)}")
        plan.size = plan.first
        if asked.budget > ROUGH_BUDGET:
            plan.size = smallest(share_at, *bounds, asked.budget, what=asked.field)
        done("size", f"answer: {size_in_words(plan.size, question)}")
        if plan.size.n is not None:
            scenario = scenario.at({asked.field: plan.size.n})
            if question.worlds:
                plan.robustness = tried(evaluator, asked, plan.size.n, question.worlds, question.target)
                done("robustness", robustness_in_words(plan))
    else:
        plan.share = evaluator.share({}, scenario.studies.count)
        done("share", f"the design as given: {share_in_words(plan.share, of_lines=is_of_lines(question))}")
    if question.frontier and question.costs:
        plan.frontier = frontier(evaluator, question.frontier, question.costs, question.target)
        if question.worlds:
            plan.designs_tried = designs_tried(evaluator, plan.frontier, question.worlds, question.target)
        done("frontier", f"{frontier_in_words(plan)}{designs_tried_in_words(plan)}")
    if question.interim and plan.size and plan.size.n:
        plan.interim = looks(scenario, question.interim, rule, item, pool)
        done("interim", interim_in_words(plan))
    if question.detection:
        plan.detection = undetected(scenario, question.detection, pool)
        done("detection", detection_in_words(plan))
    if question.bracketing and result is not None:
        plan.bracketing = bracketing(result, question.bracketing.top_doses_um)
        done("bracketing", bracketing_in_words(plan))
    if question.layouts:
        plan.layouts = layouts(scenario, question.layouts, rule, pool)
        done("layouts", layouts_in_words(plan))
    if question.doses:
        plan.doses = placed_doses(scenario, question.doses, rule, pool)
        done("doses", doses_in_sentences(plan.doses))
    if question.lines and result is not None:
        plan.lines = next_lines(scenario, question.lines, result, question.costs, pool)
        done("lines", lines_in_sentences(plan.lines))
    return plan
