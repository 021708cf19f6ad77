"""A finding has a remedy where something is to be done, and only there."""

import pytest

from lensim.checks import InputError
from lensim.doctor.finding import STATES, Finding


@pytest.mark.parametrize("state", STATES)
def test_a_remedy_is_there_where_something_is_to_be_done(state):
    assert Finding("a", state, "b", "" if state == "ok" else "do c").state == state
    with pytest.raises(ValueError, match="must have a remedy unless it is ok"):
        Finding("a", state, "b", "do c" if state == "ok" else "")


def test_another_state_is_refused():
    with pytest.raises(InputError, match=r"^Finding.state must be one of ok, slow, not installed, missing, got 'odd'$"):
        Finding("a", "odd", "b", "c")  # type: ignore[arg-type]


@pytest.mark.parametrize(("state", "is_needed"), [("slow", True), ("missing", False), ("missing", True)])
def test_only_what_is_needed_and_missing_is_broken(state, is_needed):
    assert Finding("a", state, "b", "c", is_needed).is_broken is (state == "missing" and is_needed)
