"""Figures have their words and their table; marks lie where the numbers are."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lensim.app.plan.charts import (
    HEIGHT,
    WIDTH,
    curve_figure,
    curve_in_words,
    curve_rows,
    end_of_axis,
    study_figure,
    study_rows,
)
from lensim.plan.evaluate import Share

SHARES = st.builds(Share, value=st.floats(0, 1), mcse=st.floats(0, 0.1), studies=st.just(250), failed=st.just(0))
CURVES = st.dictionaries(st.integers(2, 60), SHARES, min_size=1, max_size=9)
CURVE = {4: Share(0.5, 0.03, 250, 0), 6: Share(0.75, 0.02, 250, 0), 8: Share(0.9, 0.01, 1000, 0)}
ROWS = [("patient 1", "", 1.0), ("patient 1", "", 0.5), ("patient 2", "", -0.4), ("patient 3", "", math.nan)]


def places(text: str, name: str) -> list[float]:
    return [float(value) for value in re.findall(rf' {name}="(-?[\d.]+)"', text)]


@given(CURVES, st.integers(2, 60), st.floats(0.5, 0.95))
def test_every_curve_is_drawn_inside_its_figure(curve, chosen, goal):
    text = str(curve_figure(curve, chosen, goal, "patients", "power", answer=chosen))
    assert all(0 <= x <= WIDTH for name in ("x", "x1", "x2", "cx") for x in places(text, name))
    assert all(0 <= y <= HEIGHT for name in ("y1", "y2", "cy") for y in places(text, name))


def test_a_larger_number_lies_further_right_and_a_larger_share_higher():
    text = str(curve_figure(CURVE, 6, 0.8, "patients", "power"))
    points = re.search(r'<polyline points="([^"]+)"', text)[1].split()
    x, y = zip(*[map(float, point.split(",")) for point in points], strict=True)
    assert list(x) == sorted(x)
    assert list(y) == sorted(y, reverse=True)
    assert text.count('class="point"') == 3
    assert text.count('class="chosen"') == 1


@given(SHARES, st.floats(0.05, 0.95))
def test_the_goal_does_not_cross_the_words_of_the_chosen_design(share, goal):
    text = str(curve_figure({2: share, 60: share}, 2, goal, "patients", "power"))
    line = float(re.search(r'y1="([\d.]+)"[^>]*class="goal"', text)[1])
    words = float(re.search(r'y="(-?[\d.]+)"[^>]*class="chosen-said"', text)[1])
    assert not words - 9 < line < words + 1 or share.value < 0.2


def test_a_figure_says_what_it_shows():
    text = str(curve_figure(CURVE, 6, 0.8, "patients", "power"))
    assert 'role="img"' in text
    said = "50% at 4, 75% at 6, 90% at 8; the goal of 80% is reached at 8 or before."
    assert f'aria-label="Power against the number of patients: {said}"' in text
    assert curve_in_words(CURVE, 5, 0.95) == "50% at 4, 90% at 8; 95% is not reached."


def test_the_table_has_the_numbers_of_the_figure():
    assert curve_rows(CURVE)[1] == ("6", "75.0% ± 3.9", "250")
    assert [said for _, said in study_rows(ROWS)] == ["200%", "141%", "76%", "none"]


def test_the_axis_ends_where_nothing_is_new():
    curve = CURVE | {16: Share(0.99, 0.0, 250, 0), 32: Share(1.0, 0.0, 250, 0)}
    assert end_of_axis(curve, 6) == 16
    assert end_of_axis(curve, 20) == 20


@pytest.mark.parametrize("rows", [ROWS, [("control 1", "control", 0.1), ("drug 1", "drug", 2.0)], ROWS[-1:]])
def test_a_study_is_drawn_with_all_of_its_values(rows):
    text = str(study_figure(rows, "percent"))
    assert text.count('class="datum"') == sum(math.isfinite(value) for *_, value in rows)
    assert all(0 <= y <= HEIGHT for y in places(text, "cy"))


def test_names_of_a_user_are_text():
    text = str(study_figure([("<b>x</b> 1", "", 0.2)], "<script>"))
    assert "<b>" not in text
    assert "<script>" not in text
