"""The study that is shown is one of those that are counted."""

import numpy as np
import pytest

from lensim.app.plan.asked import Asked
from lensim.app.plan.look import HAS_LOOK, look_at
from lensim.power.chunk import run_chunk


@pytest.mark.parametrize("design", ["expression", "ratios"])
def test_every_pair_of_the_design_is_there(design):
    asked = Asked(design=design, rule="t", number=5, experiments=3)
    look = look_at(asked.question().scenario, 0, 0, 0)
    assert len(look.rows) == 15
    assert len({who for who, _, _ in look.rows}) == 5
    assert all(np.isfinite(value) for *_, value in look.rows)


def test_the_verdict_is_that_of_the_same_study():
    scenario = Asked(design="ratios", rule="t", number=5).question().scenario
    for number in (0, 3):
        look = look_at(scenario, number, 0, 0)
        mine = run_chunk(scenario.at({"studies.chunk": 1}), {}, number, 1).iloc[0]
        assert look.decided == bool(mine["decided"])
        values = np.array([value for *_, value in look.rows]).reshape(5, 2)
        assert look.estimate == pytest.approx(values.mean(), abs=1e-9)


def test_another_number_is_another_study_and_the_same_the_same():
    scenario = Asked(design="ratios", rule="t").question().scenario
    assert look_at(scenario, 0, 0, 0) == look_at(scenario, 0, 0, 0)
    assert look_at(scenario, 0, 0, 0).rows != look_at(scenario, 1, 0, 0).rows


def test_groups_are_shown_against_the_mean_of_controls():
    look = look_at(Asked(design="groups", rule="t", number=4).question().scenario, 0, 0, 0)
    groups = [group for _, group, _ in look.rows]
    assert groups == ["control"] * 4 + ["treated"] * 4
    assert np.mean([value for _, group, value in look.rows if group == "control"]) == pytest.approx(0, abs=1e-9)


def test_a_panel_is_not_shown():
    assert "dose_response" not in HAS_LOOK
