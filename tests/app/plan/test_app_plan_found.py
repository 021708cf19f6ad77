"""The last answer is that of `lensim plan` with the form's TOML; those before it are the same with fewer studies."""

from dataclasses import replace
from itertools import pairwise

import pandas as pd
import pytest

from lensim.app.plan.asked import Asked
from lensim.app.plan.found import NORMAL_95, POINT, Found, numbers_of, steps
from lensim.app.plan.start import start_at
from lensim.app.toml_text import toml_text
from lensim.face.plan import plan
from lensim.plan.evaluate import Evaluator
from lensim.plan.question import read_question
from lensim.power.pool import one_by_one
from tests.app.plan.plan_fits import of_conditions, of_groups, of_panel

RATIOS = Asked(design="ratios", effect=250.0, rule="t", number=7)


def found_for(asked: Asked) -> list[Found]:
    question = asked.question()
    small = question.size.model_copy(update={"budget": 3000, "high": 20})
    few = question.frontier.model_copy(update={"studies": 250})
    less = question.model_copy(update={"size": small, "frontier": few})
    return list(steps(Found(asked.digest(), less, asked.number, asked.steps), one_by_one))


@pytest.fixture(scope="module")
def of_ratios() -> list[Found]:
    return found_for(RATIOS)


def toml_of_small(asked: Asked, path):
    text = asked.toml().replace("high = 60", "high = 20\nbudget = 3000")
    path.write_text(text.replace("[frontier.grid]", "[frontier]\nstudies = 250\n\n[frontier.grid]"))
    return path


def test_the_last_answer_is_that_of_lensim_plan(of_ratios, tmp_path):
    theirs = plan(toml_of_small(RATIOS, tmp_path / "next.toml"))
    ours = of_ratios[-1].result
    assert of_ratios[-1].is_final
    assert ours.text == theirs.text
    assert list(ours.tables) == list(theirs.tables)
    for name, table in theirs.tables.items():
        pd.testing.assert_frame_equal(ours.tables[name], table)


def test_a_curve_comes_first_and_the_chosen_number_is_on_it(of_ratios):
    first = of_ratios[0]
    assert first.result is None
    assert first.chosen.studies == 250
    assert len(first.curve) >= 2
    assert all(found.number in found.curve for found in of_ratios)


def test_every_step_has_what_those_before_it_had(of_ratios):
    assert [found.is_final for found in of_ratios] == sorted(found.is_final for found in of_ratios)
    assert [found.is_done for found in of_ratios] == [False] * (len(of_ratios) - 1) + [True]
    for one, next_ in pairwise(of_ratios):
        assert all(next_.curve[n].studies >= share.studies for n, share in one.curve.items())
        assert bool(one.gains) <= bool(next_.gains)
        assert next_.digest == RATIOS.digest()


def test_at_the_end_the_error_is_below_a_point(of_ratios):
    last = of_ratios[-1]
    assert all(NORMAL_95 * share.mcse <= POINT for share in last.curve.values())
    assert all(gain.error <= 150 * POINT for gain in last.gains)


def test_a_share_of_the_curve_is_the_share_of_lensim_plan(of_ratios):
    last = of_ratios[-1]
    question = RATIOS.question()
    again = Evaluator(question.scenario).share({RATIOS.size_field: 7}, last.chosen.studies)
    assert again.columns == last.chosen.columns


def test_one_more_costs_what_the_plan_says(of_ratios):
    gains = {gain.thing: gain for gain in of_ratios[-1].gains}
    assert set(gains) == {"patient", "experiment"}
    assert gains["patient"].cost == 300 + 4 * (20 + 8) + 8 * 1.5  # a subject, its cultures, cDNA and wells of 2 genes
    assert gains["patient"].points > gains["patient"].error


def test_numbers_of_a_curve_are_those_of_the_search_and_the_chosen_one():
    question = replace(RATIOS, number=11).question()
    assert numbers_of(question, 11) == [2, 4, 8, 11, 16, 32, 60]


FROM_FITS = {
    "groups": (of_groups, Asked(design="groups", subject="donor", number=6, replicates=1)),
    "calls": (of_panel, Asked(design="calls", number=2, experiments=1, replicates=1, doses=3, goal=0.3)),
    "dose_response": (
        of_conditions,
        Asked(design="dose_response", target="IC50", subject="line", number=2, experiments=1, replicates=1, doses=3),
    ),
}


@pytest.mark.parametrize("design", sorted(FROM_FITS))
def test_the_last_answer_from_a_fit_is_that_of_lensim_plan_from_it(design, tmp_path, monkeypatch):
    """Few studies of small designs; both sides search with as few."""
    monkeypatch.setattr("lensim.plan.search.FIRST", 20)
    monkeypatch.setattr("lensim.plan.search.CLOSE", 20)
    monkeypatch.setattr("lensim.app.plan.found.ROUNDS_OF_PANELS", (1,))
    monkeypatch.setattr("lensim.app.plan.found.ROUNDS", (1,))
    make, plain = FROM_FITS[design]
    path = make(tmp_path)
    asked = replace(plain, start=start_at(path, path.name))
    content = asked.content()
    size = content["size"]
    size |= {"high": size["low"] + 1, "budget": 100}
    content["frontier"] = {"studies": 100, "grid": {size["field"]: [size["low"]]}}
    if design != "groups":
        del content["frontier"]
        content["scenario"]["studies"]["chunk"] = 10
    (tmp_path / "next.toml").write_text(toml_text(content), encoding="utf-8")
    theirs = plan(tmp_path / "next.toml", prior=path)
    question = read_question(tmp_path / "next.toml", asked.start.prior)
    found = list(steps(Found(asked.digest(), question, asked.chosen, asked.steps), one_by_one))
    assert found[-1].is_final
    assert f"averaged over the posterior of {path.name}" in theirs.text
    assert ("% of the lines of " in theirs.text) is (design == "calls")
    assert found[-1].result.text == theirs.text
    assert list(found[-1].result.tables) == list(theirs.tables)
    for name, table in theirs.tables.items():
        pd.testing.assert_frame_equal(found[-1].result.tables[name], table)
