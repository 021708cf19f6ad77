import numpy as np
import pytest

from lensim.qc.controls import check_calibrators, check_margins
from tests.qc_runs import run_of

SAMPLES = [("p", "A1", "s1", "TNF", "unknown", 24.0, np.nan), ("p", "A2", "s2", "TNF", "unknown", 27.0, np.nan)]


def blank(ct: float, task: str = "no_template", sample: str = "") -> tuple:
    return ("p", "H1", sample, "TNF", task, ct, np.nan)


@pytest.mark.parametrize(("ct", "status"), [(33.0, "pass"), (31.0, "look"), (29.0, "fail"), (25.0, "fail")])
def test_margin_of_the_earliest_control(ct, status):
    (found,) = check_margins(run_of([*SAMPLES, blank(ct), blank(38.0)])).findings
    assert (found.check, found.place, found.status, found.value) == ("no-template margin", "p, TNF", status, ct - 27.0)
    assert found.reason == f"2 of 2 came, the earliest at {ct:.1f}, the latest sample at 27.0; 5 cycles are wanted"


def test_controls_that_did_not_come_give_a_bound():
    (found,) = check_margins(run_of([*SAMPLES, blank(np.nan)])).findings
    assert (found.status, found.low, found.high) == ("pass", 13.0, np.inf)
    assert found.reason == "none of 1 came by cycle 40; the latest sample came at 27.0"


def test_a_control_without_rt_is_compared_with_its_own_sample():
    found = check_margins(run_of([*SAMPLES, blank(30.0, "no_rt", "s1"), blank(30.0, "no_rt", "s2")])).findings
    assert [(one.place, one.status, one.value) for one in found] == [
        ("p, TNF, s1", "pass", 6.0),
        ("p, TNF, s2", "look", 3.0),
    ]
    assert found[1].effect == "up to 12% of the signal of the latest sample is not its own"


def test_what_a_run_lacks_is_said():
    assert check_margins(run_of(SAMPLES)).not_checked == (
        "no-template margin: the files name no wells without template",
        "no-RT margin: the files name no wells without reverse transcriptase",
    )
    other = ("p", "A3", "s1", "B2M", "unknown", 20.0, np.nan)
    assert check_margins(run_of([*SAMPLES, other, blank(np.nan)])).not_checked[0] == (
        "no-template margin: no wells without template of B2M"
    )


def calibrators(shift: float) -> list:
    return [
        (plate, "", "pool", gene, "plate_calibrator", 25.0 + shift * (plate == "p2") + 0.02 * at, np.nan)
        for plate in ("p1", "p2", "p3")
        for gene in ("TNF", "B2M")
        for at in range(2)
    ]


def test_a_plate_whose_calibrator_comes_late():
    assert {one.status for one in check_calibrators(run_of(calibrators(0.1))).findings} == {"pass"}
    found = {one.place: one for one in check_calibrators(run_of(calibrators(1.5))).findings}
    assert found["p2, TNF"].status == "look"
    assert found["p2, TNF"].value == pytest.approx(1.0)
    assert found["p2, TNF"].effect == (
        "without correction, fold changes across plates are off by a factor of 2; readers correct it"
    )
    assert check_calibrators(run_of(calibrators(6.0))).status == "fail"


def test_runs_without_calibrators():
    assert check_calibrators(run_of(SAMPLES)).not_checked == ("plate calibrators: one plate",)
    two = [*SAMPLES, ("q", "A1", "s1", "TNF", "unknown", 24.0, np.nan)]
    assert check_calibrators(run_of(two)).not_checked == ("plate calibrators: no wells of one sample on all plates",)
    assert check_calibrators(
        run_of([*calibrators(0.0), ("p4", "A1", "s1", "TNF", "unknown", 24.0, np.nan)])
    ).not_checked == ("plate calibrators: none for TNF on p4",)
