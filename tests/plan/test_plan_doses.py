"""Doses as a part of a plan: tables, sentences, the map to pipette, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.dose_response import lay_out
from lensim.plan.answer import answer, require_answerable
from lensim.plan.doses import FOUND, FREE, PLANNED
from lensim.plan.doses_words import doses_in_sentences
from lensim.plan.question import question_of
from lensim.plan.run import run_plan
from lensim.plan.tables import tables_of
from lensim.plan.words import paragraph
from lensim.power.scenario import scenario_of
from lensim.report.plan_folder import draw_plan
from lensim.seeding import stream

PANEL = {
    "seed": 2,
    "design": {"assay": "dose_response", "groups": {"A": 2, "B": 2}, "experiments": 2},
    "analysis": {"engine": "laplace"},
    "rules": [{"rule": "call"}],
    "studies": {"count": 2, "chunk": 2},
}
SMALL = {"lines": 40, "studies": 2, "replicates": [2, 3], "dose_ratios": [2.0, 4.0], "worlds": ["outlying wells"]}


def asked(doses: dict, **scenario):
    return question_of({"name": "q", "scenario": PANEL | scenario, "doses": doses})


@pytest.fixture(scope="module")
def plan():
    return answer(asked(SMALL))


def test_the_found_series_is_in_tables_map_and_sentences(plan):
    tables = tables_of(plan)
    assert {"doses", "doses_tried", "doses_by_wells", "doses_in_worlds", "plate_map"} <= set(tables)
    assert {PLANNED, FOUND, FREE} <= set(tables["doses"]["design"])
    found = plan.doses.row(FOUND)
    treated = tables["plate_map"].dropna(subset="dose_um")
    wells = treated[treated["dose_um"] > 0].groupby(["cell_line", "experiment", "dose_um"]).size()
    assert (wells == found["replicates"]).all()
    assert sorted(set(treated["dose_um"])) == [0.0, *plan.doses.series.doses_um]
    untreated = treated[treated["dose_um"] == 0].groupby(["cell_line", "experiment"]).size()
    assert (untreated == found["untreated_wells"]).all()
    assert set(tables["doses_in_worlds"]["world"]) == {"as in the plan", "outlying wells"}
    said = paragraph(plan)
    assert f"{found['dose_count']} doses from {found['top_dose_um']:.4g} uM down in steps of" in said
    assert "In 2 simulated panels: error of log10 IC50 " in said
    assert tables["doses_by_wells"]["wells"].is_monotonic_increasing


def test_expected_figures_of_the_found_series_are_no_worse_than_those_of_fewer_wells(plan):
    by_wells = tables_of(plan)["doses_by_wells"]
    assert by_wells["expected_error"].iloc[-1] == by_wells["expected_error"].min()
    assert plan.doses.row(FREE)["expected_error"] < plan.doses.row(PLANNED)["expected_error"]


def test_calls_are_told_where_they_are_asked_for():
    plan = answer(asked(SMALL | {"goal": "calls", "studies": 0, "worlds": []}))
    assert "expected lines called rightly " in doses_in_sentences(plan.doses)
    assert plan.doses.in_worlds is None
    assert "error" not in plan.doses.table


@pytest.mark.parametrize(
    ("doses", "message"),
    [
        ({"worlds": ["mars"]}, "doses: worlds must be of nothing odd, "),
        ({"worlds": ["percents"]}, "got 'percents'"),
        ({"dose_ratios": [1.0]}, "greater than 1"),
        (
            {"top_doses_um": list(range(1, 11)), "dose_ratios": [2 + k / 50 for k in range(50)]},
            "must make at most 1,000 combinations, got 2,000: give fewer values",
        ),
        ({"replicates": []}, "dose_ratios and replicates must have a value at least, got none"),
        ({"top_dose_um_at_most": 5, "top_doses_um": [10]}, "must be at most top_dose_um_at_most (5), got 10"),
        ({"dose_count_at_most": 4}, "dose_count_at_most must be at least dose_count_at_least (5), got 4"),
        ({"experiments": 3}, "it belongs to [scenario.design]"),
        ({"goal": "ec50"}, "must be one of"),
    ],
)
def test_what_is_wrong_with_a_question_of_doses_is_told(doses, message):
    with pytest.raises(InputError) as error:
        asked(doses)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("scenario", "message"),
    [
        (
            {"design": PANEL["design"] | {"conditions": ["none", "drug"]}},
            "doses need a scenario of plates (design.assay 'dose_response') without conditions, got dose_response with "
            "conditions",
        ),
        (
            {"rules": [{"rule": "top"}]},
            'doses.goal "calls" needs a deciding rule on calls, as in rules = [{ rule = "call" }], got the 3 most '
            "sensitive lines found",
        ),
    ],
)
def test_a_scenario_that_doses_cannot_be_placed_for_is_told(scenario, message):
    with pytest.raises(InputError) as error:
        require_answerable(asked({"goal": "calls"}, **scenario), None)
    assert str(error.value) == message


def test_doses_of_no_constant_ratio_are_told_one_by_one():
    design = PANEL["design"] | {"doses_um": [0.1, 0.3, 10.0], "replicates": 1}
    plan = answer(asked(SMALL | {"studies": 0, "wells_per_line": 24}, design=design))
    said = doses_in_sentences(plan.doses)
    assert "as planned (3 doses (0.1, 0.3, 10 uM), 1 well each and 1 untreated, 4 wells)" in said


def test_lines_without_an_ic50_leave_nothing_to_be_sure_of():
    with pytest.raises(InputError) as error:
        answer(asked(SMALL, truth={"population": {"mu_effect_at_saturation": -3.0}}))
    assert str(error.value) == (
        "doses.top_dose_um_at_most must be above the IC50 of some of the 40 lines drawn, got 10, below all of them; "
        'raise it, or ask for goal = "calls"'
    )


def test_a_run_writes_tables_figures_and_the_map(tmp_path):
    question = asked(SMALL | {"studies": 0})
    result = run_plan(question, tmp_path / "out", draw=draw_plan)
    there = {path.name for path in (tmp_path / "out").iterdir()}
    assert {
        "doses.csv",
        "doses.png",
        "doses_tried.csv",
        "doses_by_wells.csv",
        "plate_map.csv",
        "plate_map.xlsx",
    } <= there
    doses = pd.read_csv(tmp_path / "out" / "plate_map.csv")["dose_um"].dropna()
    assert sorted(set(doses)) == [0.0, *result.plan.doses.series.doses_um]


@pytest.mark.parametrize("plate_map", ["randomised", "by_column", "blocked"])
def test_more_untreated_wells_lie_on_every_map(plate_map):
    design = {"replicates": 2, "untreated_wells": 6, "doses_um": [0.1, 1.0, 10.0], "plate_map": plate_map}
    scenario = scenario_of({"name": "p", **PANEL, "design": PANEL["design"] | design})
    sheet = lay_out(scenario.design.plates, stream(1, "sheet"))
    culture, dose = sheet[v.CULTURE_OF_WELL].to_numpy(), sheet[v.DOSE].to_numpy()
    assert (np.bincount(culture[dose == 0]) == 6).all()
    assert (np.bincount(culture[dose == 10.0]) == 2).all()
    plate = sheet[v.PLATE_OF_CULTURE].to_numpy()[culture]
    places = set(zip(plate, sheet[v.PLATE_ROW].to_numpy(), sheet[v.PLATE_COLUMN].to_numpy(), strict=True))
    assert len(places) == len(dose)


def test_untreated_wells_in_no_multiple_of_replicates_are_told():
    with pytest.raises(InputError) as error:
        scenario_of({"name": "p", **PANEL, "design": PANEL["design"] | {"untreated_wells": 4}})
    assert "untreated_wells must be a multiple of replicates (3), got 4" in str(error.value)
