import numpy as np
import pytest

from lensim.qc.references import check_references, own_variances
from tests.qc_runs import run_of


def rows_of(sds: tuple[float, ...], samples: int = 40) -> list:
    rng = np.random.default_rng(1)
    shared = rng.standard_normal(samples)
    return [
        ("p", "", f"s{s}", f"R{g}", "unknown", 20.0 + shared[s] + sd * float(rng.standard_normal()), np.nan)
        for g, sd in enumerate(sds)
        for s in range(samples)
    ]


def test_m_is_that_of_genorm_and_stable_references_pass():
    rows = rows_of((0.2, 0.2, 0.2))
    found = check_references(run_of(rows, ("R0", "R1", "R2")))
    assert found.status == "pass"
    ct = np.array([row[5] for row in rows]).reshape(3, -1)
    expected = np.mean([(ct[0] - ct[k]).std(ddof=1) for k in (1, 2)])
    assert found.findings[0].value == pytest.approx(expected)


def test_an_unstable_reference_is_told_and_its_own_sd_covers_the_truth():
    found = check_references(run_of(rows_of((0.1, 0.1, 1.6)), ("R0", "R1", "R2"))).findings
    m = {one.place: one for one in found if one.check == "stability M"}
    sd = {one.place: one for one in found if one.check == "own sd of reference"}
    assert m["R2"].status == "fail"
    assert sd["R2"].low < 1.6 < sd["R2"].high
    assert sd["R0"].value < 0.5


def test_own_variances_solve_the_pairs():
    own = np.array([1.0, 2.0, 3.0, 4.0])
    pairs = own[:, None] + own
    np.fill_diagonal(pairs, 0.0)
    assert own_variances(pairs) == pytest.approx(own)
    assert own_variances(np.array([[0.0, 3.0], [3.0, 0.0]])).tolist() == [1.5, 1.5]


def test_what_a_run_lacks_is_said():
    rows = rows_of((0.1, 0.1), samples=3)
    assert check_references(run_of(rows)).not_checked == ("stability of references: no reference is named",)
    assert check_references(run_of(rows, ["R0"])).not_checked == ("stability of references: one reference, R0",)
    assert check_references(run_of(rows, ["R0", "R1"])).not_checked == (
        "stability of references: fewer than 4 samples have all of them",
    )
