"""Selections against closed forms, as docs/evidence/selection.md tells: its table, with many more cultures."""

import numpy as np
import pytest
from scipy import stats

from lensim import vocabulary as v
from lensim.maiga2013.selection_twin import CLONES as PAIR
from lensim.maiga2013.selection_twin import published_schedule
from lensim.seeding import stream
from lensim.selection import Culture, DoseSchedule, expected, lay_out, rates_at, simulate, truth_of
from lensim.selection.branching import extinction_probability, no_mutation_probability
from tests.selection.event_by_event import event_by_event
from tests.selection.test_selection_simulate import (
    HUGE,
    MUTATING,
    NO_MUTATION,
    ONE_CELL,
    TWO_DOSES,
    extinct_at_the_end,
    integrated,
    over_two_doses,
)

FALSE_ALARM = 1e-6
STUDIES = 200_000


def tell(what: str, happened: int, number: int, closed: float) -> float:
    p = float(stats.binomtest(happened, number, closed).pvalue)
    error = np.sqrt(closed * (1 - closed) / number)
    print(f"{what}: {happened / number:.4f} ± {error:.4f} of {number}, closed form {closed:.4f}, P = {p:.2g}")
    return p


@pytest.mark.calibrate
def test_extinction_of_one_cell_at_one_dose():
    truth = truth_of(NO_MUTATION, STUDIES)
    data = simulate(lay_out(DoseSchedule.of_steps("one", [(1.0, 10.0)]), ONE_CELL), truth, stream(1, "bar"))
    division, death = (rate[0, 0] for rate in rates_at(truth.isel(study=[0]), 1.0))
    closed = float(extinction_probability(division, death, 10.0))
    assert tell("one dose", extinct_at_the_end(data), STUDIES, closed) > FALSE_ALARM


@pytest.mark.calibrate
def test_extinction_of_one_cell_over_two_doses():
    truth = truth_of(NO_MUTATION, STUDIES)
    data = simulate(lay_out(TWO_DOSES, ONE_CELL), truth, stream(1, "bar two"))
    assert tell("two doses", extinct_at_the_end(data), STUDIES, over_two_doses(truth)) > FALSE_ALARM


@pytest.mark.calibrate
def test_cells_one_event_at_a_time():
    rng, number = stream(1, "bar events"), 100_000
    extinct = sum(event_by_event(1, 0, (0.6, 0.4, 0.0, 0.0), 0.0, 5.0, rng)[0] == 0 for _ in range(number))
    assert tell("one event at a time", extinct, number, float(extinction_probability(0.6, 0.4, 5.0))) > FALSE_ALARM


@pytest.mark.calibrate
def test_no_mutant():
    culture = Culture(sensitive_cells=20, split_cells=HUGE, capacity_cells=HUGE)
    few = MUTATING.model_copy(update={"mutation_probability": 1e-3})
    sheet = lay_out(DoseSchedule.of_steps("none", [(0.0, 8.0)]), culture)
    data = simulate(sheet, truth_of(few, STUDIES), stream(1, "bar mutants"))
    closed = no_mutation_probability(0.5, 0.1, 1e-3, 8.0, 20)
    assert tell("no mutant", int((data[v.MUTANTS] == 0).sum()), STUDIES, closed) > FALSE_ALARM


@pytest.mark.calibrate
def test_the_published_course_without_chance():
    sheet, truth = lay_out(published_schedule(), Culture()), truth_of(PAIR)
    ours, theirs = expected(sheet, truth)[v.CELLS].to_numpy()[0], integrated(sheet, truth)
    there = theirs > 1e-3
    worst = float((np.abs(ours - theirs)[there] / theirs[there]).max())
    print(f"without chance: relative error at most {worst:.1g} over {sheet.sizes[v.DAY] - 1} intervals")
    assert worst < 1e-9
