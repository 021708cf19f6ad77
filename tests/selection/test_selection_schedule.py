"""Schedules, cultures and their course in time: what they are, and what is refused."""

import numpy as np
import pytest

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.config import checked
from lensim.maiga2013.facts import number
from lensim.maiga2013.selection_twin import compared_schedules, published_schedule
from lensim.selection import Culture, DoseSchedule, Escalation, lay_out

RISE = {"first_dose_um": 0.1, "last_dose_um": 10.0, "factor": 10**0.5, "days_per_step": 7.0}
STEP = {"dose_um": 1.0, "days": 2.0}


def doses(schedule):
    return [step.dose_um for step in schedule.all_steps]


def test_an_escalation_ends_at_its_last_dose_whatever_the_factor():
    assert doses(DoseSchedule(name="a", escalation=Escalation(**RISE))) == pytest.approx(
        [0.1, 10**-0.5, 1, 10**0.5, 10]
    )
    odd = Escalation(**RISE | {"factor": 4.0, "maintenance_dose_um": 30.0, "maintenance_days": 20.0})
    schedule = DoseSchedule(name="b", escalation=odd)
    assert doses(schedule) == pytest.approx([0.1, 0.4, 1.6, 6.4, 10, 30])
    assert schedule.days == pytest.approx(5 * 7 + 20)
    assert schedule.last_dose_um == 30.0
    flat = Escalation(**RISE | {"last_dose_um": 0.1})
    assert doses(DoseSchedule(name="c", escalation=flat)) == [0.1]


def test_the_dose_changes_on_the_day_of_a_change():
    schedule = DoseSchedule.of_steps("a", [(0.1, 2.0), (0.0, 1.5), (3.0, 4.0)])
    assert schedule.dose_at(np.array([0.0, 1.99, 2.0, 3.4, 3.5, 7.5])).tolist() == [0.1, 0.1, 0.0, 0.0, 3.0, 3.0]
    for day in (-0.1, 7.6):
        with pytest.raises(InputError, match=r"day of schedule a must lie between 0 and 7.5"):
            schedule.dose_at(day)


def test_until_moves_the_end_of_the_last_step_alone():
    schedule = DoseSchedule.of_steps("a", [(0.1, 2.0), (3.0, 4.0)])
    assert [(s.dose_um, s.days) for s in schedule.until(10.0).all_steps] == [(0.1, 2.0), (3.0, 8.0)]
    assert schedule.until(2.5).days == 2.5
    with pytest.raises(InputError, match="whose last step begins on day 2, must be above 2, got 2"):
        schedule.until(2.0)


def test_the_published_schedule_takes_the_stated_time_and_doses():
    schedule = published_schedule()
    assert doses(schedule) == pytest.approx([0.1, 0.316, 1.0, 3.16, 10.0, 30.0], rel=1e-2)
    assert schedule.ends_day[-2] == pytest.approx(number("selection_days_at_least"))
    assert published_schedule(2.0).ends_day[-2] == pytest.approx(number("selection_days_at_least") / 2)
    compared = compared_schedules()
    assert len({schedule.days for schedule in compared}) == 1
    assert len({schedule.name for schedule in compared}) == len(compared)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"name": "a"}, "must have exactly one of steps and escalation, got none"),
        ({"name": "a", "steps": [STEP], "escalation": RISE}, "must have exactly one of steps and escalation, got both"),
        ({"name": "a", "steps": []}, "steps must hold 1 to 1000 steps, got 0"),
        ({"name": " ", "steps": [STEP]}, "name must not be empty, got none"),
        ({"name": "a", "steps": [STEP | {"dose_um": -1}]}, "x: steps.0.dose_um: .* greater than or equal to 0, got -1"),
        ({"name": "a", "steps": [STEP | {"days": 0}]}, "x: steps.0.days: Input should be greater than 0, got 0"),
        ({"name": "a", "steps": [STEP | {"days": float("inf")}]}, "steps.0.days: .* finite number, got inf"),
        ({"name": "a", "steps": [STEP | {"dose_um": "ten"}]}, "steps.0.dose_um: must be a number, got 'ten'"),
        ({"name": "a", "steps": [STEP | {"hours": 3}]}, "steps.0.hours: there is no such key here; the keys are "),
        ({"name": "a", "steps": [{"days": 3}]}, "steps.0.dose_um: Field required"),
        (
            {"name": "a", "escalation": RISE | {"last_dose_um": 0.01}},
            r"last_dose_um must not lie below first_dose_um \(0.1\), got 0.01",
        ),
        ({"name": "a", "escalation": RISE | {"factor": 1.0}}, "factor must be above 1, got 1"),
        ({"name": "a", "escalation": RISE | {"factor": 1.0001}}, "factor must give at most 1000 steps, got 1.0001"),
        ({"name": "a", "escalation": RISE | {"maintenance_dose_um": 30}}, "must be given together, got one of them"),
        ({"name": "a", "escalation": RISE | {"first_dose_um": 0}}, "first_dose_um: Input should be greater than 0"),
    ],
)
def test_what_is_no_schedule_is_refused(content, message):
    with pytest.raises(InputError, match=message):
        checked(DoseSchedule, content, "x")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"sensitive_cells": 0}, "must hold at least 1 cell together, got 0"),
        ({"sensitive_cells": -1}, "sensitive_cells: .* greater than or equal to 0, got -1"),
        ({"sensitive_cells": 1.5}, "sensitive_cells: .* integer, got a number with a fractional part"),
        ({"split_cells": 0}, "split_cells must be at least 1, got 0"),
        ({"split_cells": 10**7}, r"split_cells must not exceed capacity_cells \(5000000\), got 10000000"),
        ({"sensitive_cells": 10**7}, r"must not exceed capacity_cells \(5000000\) together, got 10000000"),
        ({"passage_days": 0}, "passage_days: Input should be greater than 0, got 0"),
        ({"medium": "RPMI"}, "medium: there is no such key here; the keys are "),
    ],
)
def test_what_is_no_culture_is_refused(content, message):
    with pytest.raises(InputError, match=message):
        checked(Culture, content, "culture")


def test_the_course_has_every_change_passage_and_step():
    schedule = DoseSchedule.of_steps("a", [(0.1, 2.25), (3.0, 2.75)])
    sheet = lay_out(schedule, Culture(passage_days=2.0, step_days=1.0))
    assert sheet[v.DAY].to_numpy().tolist() == [0, 1, 2, 2.25, 3, 4, 5]
    assert sheet[v.DOSE].to_numpy().tolist() == [0.1, 0.1, 0.1, 0.1, 3.0, 3.0, 3.0]
    assert sheet[v.DAY].to_numpy()[sheet[v.IS_PASSAGE]].tolist() == [2, 4]
    assert sheet[v.LAST_DOSE] == 3.0
    assert sheet.attrs["schedule"] == "a"


def test_a_course_of_too_many_intervals_is_refused():
    with pytest.raises(InputError, match=r"schedule a must have at most 100000 intervals at step_days 0.0001"):
        lay_out(DoseSchedule.of_steps("a", [(1.0, 100.0)]), Culture(step_days=1e-4))
