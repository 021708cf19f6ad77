"""The committed question about conditions of lines: number of lines and of days are fields of it."""

from pathlib import Path

from lensim.plan.question import read_question
from lensim.power.assay import Part
from lensim.power.assays import assay_of

PLAN = Path(__file__).resolve().parents[3] / "experiments" / "plan_conditions.toml"


def test_the_question_is_taken_and_lines_and_days_can_be_planned():
    question = read_question(PLAN)
    scenario = question.scenario
    assert scenario.design.conditions == ("none", "IL-6")
    for field, curves in (("design.groups.myeloma", 12), ("design.experiments", 8)):
        changed = scenario.at({field: 6})
        assert len(changed.design.plates.cell_lines) == curves
    parts: frozenset[Part] = assay_of(scenario).parts(scenario)
    assert "layouts" in parts


def test_a_line_under_two_conditions_is_one_line_and_two_cultures_a_day():
    scenario = read_question(PLAN).scenario
    found = assay_of(scenario).resources(scenario, 96)
    lines, days = scenario.design.groups["myeloma"], scenario.design.experiments
    assert (found["subjects"], found["cultures"]) == (lines, 2 * lines * days)


def test_other_worlds_move_the_shift_and_its_spread():
    scenario = read_question(PLAN).scenario
    assay = assay_of(scenario)
    assert "shift_of_condition_log10_ec50_um" in assay.effects(scenario, scenario.rules[0], 0)
    assert "sd_of_condition_log10_ec50_um" in assay.spreads
