"""Axes of small figures."""

from hypothesis import assume, given
from hypothesis import strategies as st

from lensim.app.look.drawing import Scale, histogram, ticks_of, ticks_of_log

NUMBERS = st.floats(-1e6, 1e6)


@given(NUMBERS, NUMBERS)
def test_ticks_lie_between_the_ends_and_are_few(low, high):
    assume(high - low > 1e-6 * max(abs(low), abs(high), 1.0))
    found = [value for value, _ in ticks_of(low, high)]
    slack = 1e-6 * (high - low)
    assert all(low - slack <= one <= high + slack for one in found)
    assert 1 <= len(found) <= 7
    assert found == sorted(set(found))


@given(st.floats(-9, 3), st.floats(0.1, 9))
def test_ticks_of_a_log_axis_are_powers_of_ten(low, span):
    assert all(value == int(value) and low <= value + 1e-6 for value, _ in ticks_of_log(low, low + span))


@given(NUMBERS)
def test_a_place_never_lies_outside(value):
    assert 10 <= Scale(-1.0, 1.0, 10, 90)(value) <= 90


def test_a_histogram_of_one_value_is_drawn():
    assert "<rect" in str(histogram((2.0, 2.0), (1.0,), (2.0, 2.0, 2.0), "x", "words"))
