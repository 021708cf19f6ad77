import errno
import re

import numpy as np
import pytest
import xarray as xr

from lensim import checks
from lensim.checks import STANDARD_OUTPUT, FaultReport, InputError, fault_of


def refused(message: str):
    return pytest.raises(InputError, match=f"^{re.escape(message)}$")


def test_input_error_is_a_value_error():
    assert issubclass(InputError, ValueError)


def test_at_least():
    checks.at_least("draws", 1, 1)
    with refused("draws must be at least 1, got 0"):
        checks.at_least("draws", 0, 1)
    with refused("draws must be at least 1, got nan"):
        checks.at_least("draws", np.nan, 1)


def test_above():
    checks.above("dose_um", 1e-9, 0)
    with refused("dose_um must be above 0, got 0"):
        checks.above("dose_um", 0, 0)
    with refused("dose_um must be above 0, got nan"):
        checks.above("dose_um", np.nan, 0)


def test_between():
    checks.between("ci_prob", 0.01, 0.01, 0.999)
    checks.between("ci_prob", 0.999, 0.01, 0.999)
    with refused("ci_prob must lie between 0.01 and 0.999, got 90"):
        checks.between("ci_prob", 90, 0.01, 0.999)
    with refused("ci_prob must lie between 0.01 and 0.999, got nan"):
        checks.between("ci_prob", np.nan, 0.01, 0.999)


def test_whole_numbers_that_no_float_can_hold():
    with refused(f"a must lie between 0 and 1, got 1{'0' * 49}...(401 characters)...{'0' * 50}"):
        checks.between("a", 10**400, 0, 1)
    with refused("a must be above 0, got a value of the type int that is too long to be written"):
        checks.above("a", -(10**5000), 0)


def test_one_of():
    checks.one_of("lost", "drop", ("refuse", "drop"))
    with refused("lost must be one of refuse, drop, got 'keep'"):
        checks.one_of("lost", "keep", (word for word in ("refuse", "drop")))


def test_unique():
    checks.unique("lines", ["A", "B"])
    with refused("lines must not name anything twice, got A, B"):
        checks.unique("lines", ["B", "A", "B", "A", "C", "A"])


def test_finite():
    checks.finite("signal", np.zeros((2, 2)))
    with refused("signal[1, 0] must be a finite number, got nan, and 1 more that are not"):
        checks.finite("signal", np.array([[1.0, 2.0], [np.nan, np.inf]]))
    with refused("signal[2] must be a finite number, got -inf"):
        checks.finite("signal", np.array([1.0, 2.0, -np.inf]))


def test_has_variables():
    data = xr.Dataset({"signal": ("well", [1.0]), "dose_um": ("well", [0.0])})
    checks.has_variables(data, {"signal": ("well",), "dose_um": ("well",)}, "fit")
    with refused("fit needs the variable plate ('well',), got a Dataset with signal, dose_um"):
        checks.has_variables(data, {"plate": ("well",)}, "fit")
    with refused("fit needs signal with dims ('study', 'well'), got ('well',)"):
        checks.has_variables(data, {"signal": ("study", "well")}, "fit")


def test_fault_report_without_faults_is_quiet():
    FaultReport("wells.csv").raise_if_any()


def test_fault_report_tells_all_in_order_of_lines_with_the_whole_file_first():
    report = FaultReport("wells.csv")
    report.add("dose_um must be 0 or more, got -3", line=14)
    report.add("signal must be a number, got 'x'", line=2)
    report.add("no untreated well")
    with refused(
        "wells.csv: no untreated well\n"
        "wells.csv line 2: signal must be a number, got 'x'\n"
        "wells.csv line 14: dose_um must be 0 or more, got -3"
    ):
        report.raise_if_any()


def test_fault_report_keeps_files_apart_and_counts_in_its_own_unit():
    report = FaultReport("map.csv", unit="row")
    report.add("a", line=9, place="plate.txt")
    report.add("b", line=3)
    report.add("c", line=1, place="plate.txt")
    with refused("plate.txt row 1: c\nplate.txt row 9: a\nmap.csv row 3: b"):
        report.raise_if_any()


def test_fault_report_shows_so_many_and_counts_the_rest():
    report = FaultReport("wells.csv", shown=2)
    for line in range(1, 6):
        report.add("bad", line=line)
    with refused("wells.csv line 1: bad\nwells.csv line 2: bad\nwells.csv: and 3 more faults"):
        report.raise_if_any()


def test_a_long_sentence_keeps_its_beginning_and_its_remedy():
    report = FaultReport("a.csv")
    report.add(f"x must be y, got {'b' * 10_000}: write y", line=3)
    with pytest.raises(InputError) as caught:
        report.raise_if_any()
    assert str(caught.value).startswith("a.csv line 3: x must be y, got bbb")
    assert str(caught.value).endswith("bbb: write y")
    assert "b...(10,001 characters)...b" in str(caught.value)


def test_of_a_long_message_the_first_lines_are_shown_and_the_others_counted():
    lines = str(InputError("\n".join(f"line {n} " + "is wrong " * 100 for n in range(50)))).splitlines()
    assert len(lines) == 14
    assert lines[0] == "line 0 " + "is wrong " * 100
    assert lines[-1] == "and 37 more lines"
    assert str(InputError("\n".join("é" * 3 for _ in range(300)))).splitlines()[98:] == ["ééé", "and 201 more lines"]
    assert str(InputError("\n".join("é" for _ in range(100)))).splitlines() == ["é"] * 100


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No", "a"), "a cannot be used: No: make room there, or name a place on another disk"),
        (OSError(errno.EROFS, "Fixed", "a.csv"), "a.csv cannot be used: Fixed: name a place on another disk"),
        (OSError(errno.EACCES, "No", "a.csv"), "a.csv cannot be used: No: permit it, or name another place"),
        (OSError(errno.ENAMETOOLONG, "Long", "a.csv"), "a.csv cannot be used: Long: take a shorter name"),
        (OSError(errno.ENOSPC, "Full", STANDARD_OUTPUT), "standard output cannot be used: Full: send it to a disk that has room"),  # noqa: E501
        (OSError(errno.EPIPE, "Gone", "a.csv"), "a.csv cannot be used: Gone"),
    ],
)  # fmt: skip
def test_an_error_of_the_system_has_a_remedy(error, said):
    assert fault_of(error) == said
