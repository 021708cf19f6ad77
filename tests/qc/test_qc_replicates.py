import numpy as np
import pytest

from lensim.qc.replicates import check_replicates, late_from
from tests.qc_runs import run_of, sample_rows


def moved(rows: list, at: int, cycles: float) -> list:
    return [(*row[:5], row[5] + cycles, row[6]) if k == at else row for k, row in enumerate(rows)]


def test_spread_of_replicates_covers_its_truth():
    found = {one.check: one for one in check_replicates(run_of(sample_rows(np.random.default_rng(1)))).findings}
    assert found["replicate spread"].low < 0.1 < found["replicate spread"].high
    assert found["replicate spread"].status == found["outlying well"].status == "pass"


@pytest.mark.parametrize(("cycles", "status"), [(0.75, "look"), (2.0, "fail")])
def test_an_outlying_well_is_named(cycles, status):
    rows = moved(sample_rows(np.random.default_rng(1)), 4, cycles)
    (found,) = [one for one in check_replicates(run_of(rows)).findings if one.check == "outlying well"]
    assert (found.place, found.status) == ("p TNF1.1, TNF, s1", status)
    assert found.value == pytest.approx(cycles, abs=0.4)


def test_of_duplicates_both_are_named():
    rows = moved(sample_rows(np.random.default_rng(1), replicates=2), 4, 2.0)
    (found,) = [one for one in check_replicates(run_of(rows)).findings if one.check == "outlying well"]
    assert found.place == "p TNF2.0 and TNF2.1, TNF, s2"
    assert "they do not tell which is off" in found.reason


def test_a_failed_reaction_beside_early_replicates():
    rows = moved(sample_rows(np.random.default_rng(1)), 0, np.nan)
    (found,) = [one for one in check_replicates(run_of(rows)).findings if one.check == "outlying well"]
    assert (found.place, found.status) == ("p TNF0.0, TNF, s0", "fail")
    assert found.reason.startswith("not detected, its replicates at 2")
    assert found.effect == ("taken as a true result it pulls the level down: exclude the well, or leave its Ct empty")


def test_late_replicates_are_left_alone():
    rows = [(*row[:5], row[5] + 11.0, row[6]) for row in sample_rows(np.random.default_rng(1))]
    assert check_replicates(run_of(moved(rows, 3, 2.0))).not_checked == (
        "replicates: no sample has two detected reactions of a gene on a plate, early enough",
    )
    assert (late_from(40.0), late_from(30.0)) == (32.5, 25.0)


def test_a_wide_spread_is_looked_at_or_fails():
    for factor, status in ((4.0, "look"), (12.0, "fail")):
        rng = np.random.default_rng(1)
        rows = [(*row[:5], 24.0 + factor * (row[5] - 24.0), row[6]) for row in sample_rows(rng, samples=60)]
        found = check_replicates(run_of(rows)).findings[0]
        assert (found.check, found.place, found.status) == ("replicate spread", "TNF", status)
