import numpy as np
import pytest

from lensim.qc.finding import COLUMNS, Checked, Finding, Status, graded, join, worst


def finding(status: Status, check: str = "a") -> Finding:
    return Finding(check, "plate 1", status, 1.0, "cycles", "why")


def test_the_worst_status_counts():
    assert worst([]) == "pass"
    assert worst([finding("look"), finding("pass")]) == "look"
    assert Checked((finding("look"), finding("fail"), finding("pass"))).status == "fail"


def test_table_and_summary():
    checked = Checked((finding("look"), finding("pass"), finding("pass", "b")))
    assert list(checked.table) == list(COLUMNS)
    assert np.isnan(checked.table["low"]).all()
    assert checked.summary().to_numpy().tolist() == [["a", "look", 1, 1, 0], ["b", "pass", 1, 0, 0]]
    assert checked.sentence == "run QC: 2 pass, 1 to look at, 0 fail"
    assert Checked(()).table.empty
    assert Checked(()).summary().empty


def test_joined_parts_say_once_what_was_not_checked():
    found = join([Checked((finding("pass"),), ("x: none",)), Checked((finding("fail"),), ("x: none", "y: none"))])
    assert [one.status for one in found.findings] == ["pass", "fail"]
    assert found.not_checked == ("x: none", "y: none")
    with pytest.raises(AttributeError):
        found.status = "pass"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("is_odd", "is_wrong", "status", "effect"),
    [
        (False, False, "pass", ""),
        (False, True, "pass", ""),
        (True, False, "look", "it moves"),
        (True, True, "fail", "it moves"),
    ],
)
def test_what_passes_has_no_effect(is_odd, is_wrong, status, effect):
    found = Finding("a", "b", graded(is_odd, is_wrong), 1.0, "", "why", "it moves")
    assert (found.status, found.effect) == (status, effect)
