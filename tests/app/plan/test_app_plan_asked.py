"""The fields of the form ask of `lensim plan` what their TOML says, and nothing else."""

import tomllib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lensim.app.plan.asked import Asked
from lensim.app.plan.chosen import Prices
from lensim.app.plan.design import MOST, RULES
from lensim.app.plan.designs import DESIGNS
from lensim.app.plan.designs_panels import MOST_LINES
from lensim.checks import InputError
from lensim.dose_response import lay_out
from lensim.dose_response.truth import truth_given
from lensim.plan.question import read_question
from lensim.power.dose_response.study import draw_parameters
from lensim.seeding import stream

ASKED = st.builds(
    Asked,
    design=st.sampled_from(sorted(DESIGNS)),
    unit=st.sampled_from(["percent", "fold"]),
    effect=st.floats(0.2, 5000),
    spread=st.floats(0, 2).map(lambda x: round(x, 2)),
    doubt=st.sampled_from([0.0, 0.3]),
    subject=st.sampled_from(["patient", "mouse"]),
    target=st.sampled_from(["TNF", 'CXCL8 "IL-8"', "IGF1"]),
    number=st.integers(2, MOST_LINES),
    experiments=st.integers(1, 4),
    replicates=st.integers(1, 4),
    doses=st.integers(3, 8),
    ic50_um=st.sampled_from([0.2, 1.0, 30.0]),
    ic50_doubt=st.sampled_from([0.0, 0.1]),
    dose_um=st.sampled_from([0.5, 10.0]),
    certainty=st.sampled_from([0.8, 0.9]),
    rule=st.sampled_from([name for name in RULES if name != "rank"]),
    goal=st.sampled_from([0.5, 0.8, 0.95]),
    prices=st.builds(
        Prices, currency=st.sampled_from(["EUR", "£"]), well=st.integers(0, 999).map(lambda cents: cents / 100)
    ),
)


@given(ASKED)
def test_the_toml_asks_the_question_of_the_form(tmp_path_factory, asked):
    path = tmp_path_factory.mktemp("toml") / "next.toml"
    path.write_text(asked.toml(), encoding="utf-8")
    assert tomllib.loads(asked.toml()) == asked.content()
    assert read_question(path) == asked.question()


@given(ASKED, ASKED)
def test_fields_that_ask_something_else_have_another_digest(one, other):
    assert (one.digest() == other.digest()) == (one.content() == other.content())


@pytest.mark.parametrize(
    "change",
    [{"effect": 210.0}, {"unit": "fold"}, {"spread": 0.8}, {"doubt": 0.1}, {"number": 7}, {"experiments": 3},
     {"replicates": 3}, {"rule": "t"}, {"goal": 0.9}, {"prices": Prices(well=2.0)}, {"seed": 2}, {"target": "IGF1"}],
)  # fmt: skip
def test_every_field_counts(change):
    assert replace(Asked(), **change).digest() != Asked().digest()


@pytest.mark.parametrize(
    "change",
    [{"ic50_um": 2.0}, {"ic50_spread": 0.6}, {"ic50_doubt": 0.0}, {"dose_um": 3.0}, {"certainty": 0.8},
     {"number": 7}, {"experiments": 3}, {"replicates": 3}, {"doses": 5}, {"top_dose_um": 30.0}, {"goal": 0.3}],
)  # fmt: skip
def test_every_field_of_calls_counts(change):
    of_calls = Asked(design="calls")
    assert replace(of_calls, **change).digest() != of_calls.digest()


def test_a_call_is_of_the_dose_and_its_number_is_that_of_experiments():
    asked = Asked(design="calls", dose_um=3.0, certainty=0.95, number=9, experiments=3)
    scenario = asked.question().scenario
    assert [rule.label for rule in scenario.rules] == ["P(resistant at 3 uM) > 0.95"]
    assert (asked.size_field, asked.chosen) == ("design.experiments", 3)
    assert scenario.design.groups == {"line": 9}


@pytest.mark.parametrize("dose", [0.3, 1.0, 4.0])
def test_about_as_many_lines_are_resistant_as_the_form_says(dose):
    asked = Asked(design="calls", dose_um=dose, number=60)
    scenario = asked.question().scenario
    sheet = lay_out(scenario.design.plates, stream(1, "sheet"))
    parameters = draw_parameters(scenario.truth, scenario.design, sheet, stream(1, "figures"), 300)
    true = truth_given(parameters, sheet, stream(1, "truth"))["log10_ic50_um"].to_numpy() > np.log10(dose)
    assert asked.share_resistant == pytest.approx(true.mean(), abs=0.02)


@given(ASKED)
def test_designs_that_are_compared_lie_around_what_is_needed(asked):
    size, found = DESIGNS[asked.design].size(asked), DESIGNS[asked.design].numbers(asked)
    assert found == sorted(set(found))
    assert size.low <= found[0] <= found[-1] <= size.high <= MOST


def test_a_decrease_is_looked_for_as_a_decrease():
    rules = Asked(effect=40.0).content()["scenario"]["rules"]
    assert rules == [{"rule": "posterior", "below": 0.0, "probability": 0.975}]


@pytest.mark.parametrize(("design", "rule"), [("expression", "wilcoxon"), ("groups", "mann_whitney")])
def test_rank_tests_are_those_of_the_design(design, rule):
    assert rule in str(Asked(design=design, rule="rank").content()["scenario"]["rules"])


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (Asked(effect=0.0), "Effect must be above 0, got 0: no change is 100% of control, or a fold change of 1"),
        (
            Asked(design="dose_response", rule="rank"),
            "A panel must be judged by the posterior or by a t-test, got the rank test: choose another rule",
        ),
        (
            Asked(design="calls", dose_um=30.0),
            "The dose of the call must be above 0 and at most the top dose (10 µM), got 30 µM: what lies above the "
            "tested doses is no measurement",
        ),
        (Asked(design="calls", ic50_um=0.0), "Typical IC50 must be above 0, got 0"),
    ],
)
def test_what_cannot_be_asked_is_told_in_a_sentence(asked, message):
    with pytest.raises(InputError) as error:
        asked.question()
    assert str(error.value) == message


@pytest.mark.parametrize("design", sorted(DESIGNS))
def test_one_more_of_everything_is_a_design_too(design):
    asked = Asked(design=design)
    scenario = asked.question().scenario
    for name in asked.steps.values():
        value = scenario.model_dump()
        for part in name.split("."):
            value = value[part]
        assert scenario.at({name: value + 1}).design != scenario.design
