"""Sums over lines of a simulated study, figures with Monte Carlo errors, and differences from the same studies."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from lensim.plan.doses_check import SAME, Asked, checked_series, row_of, summed
from lensim.plan.doses_search import Series
from lensim.power.pool import one_by_one
from lensim.power.scenario import scenario_of
from lensim.seeding import stream

PANEL = {
    "name": "panel",
    "seed": 2,
    "design": {"assay": "dose_response", "groups": {"A": 2, "B": 2}, "experiments": 2},
    "analysis": {"engine": "laplace"},
    "rules": [{"rule": "call"}],
}
ASKED = Asked(10.0, 0.9, 10.0)


def posterior(*curves, spread=0.0):
    """Draws around curves (line, 3)."""
    noise = spread * stream(1, "draws").standard_normal((400, len(curves), 3))
    return SimpleNamespace(curves=np.asarray(curves)[None] + noise)


def test_lines_are_counted_by_what_is_true_of_them():
    near, far, flat = (0.0, 0.0, 5.0), (-1.0, 0.0, 5.0), (0.0, 0.0, 0.1)
    truth = np.array([0.1, 0.9, np.inf])  # the second is off by more than a factor of 10
    row = row_of(posterior(near, far, flat), truth, ASKED)
    assert row["lines"] == 3
    assert row["counted"] == 2
    assert row["near"] == 1
    assert row["covered"] == 0
    assert row["right"] == 3
    assert row["wrong"] == 0
    assert 1.0 < row["square"] < 1.02  # no error counts more than 1
    assert row_of(posterior(flat, near, near), truth, ASKED)["wrong"] == 2
    assert row_of(None, truth, ASKED) == dict.fromkeys(row, 0.0) | {"failed": 1.0}


def rows(errors: dict[str, list[float]], failed: dict[str, list[float]] | None = None) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "world": SAME, "design": design, "study": k, "failed": (failed or {}).get(design, [0.0] * 9)[k],
                "lines": 4.0, "counted": 4.0, "square": 4.0 * error**2, "near": 2.0, "covered": 3.0, "right": 3.0,
                "wrong": 1.0,
            }
            for design, own in errors.items()
            for k, error in enumerate(own)
        ]
    )  # fmt: skip


def test_shares_have_the_error_of_a_mean_and_pairs_less_than_that():
    rng = stream(1, "errors")
    common = rng.uniform(0.1, 0.5, 9)
    other = np.sqrt(common**2 - 0.005)
    found = summed(rows({"planned": common.tolist(), "found": other.tolist()}), "planned").set_index("design")
    assert found.loc["found", "error"] == pytest.approx(np.sqrt(np.mean(other**2)))
    square = np.mean(common**2)
    by_hand = np.std(common**2, ddof=1) / np.sqrt(9) / (2 * np.sqrt(square))
    assert found.loc["planned", "error_mcse"] == pytest.approx(by_hand, rel=0.05)
    assert found.loc["found", "error_more"] < 0
    assert found.loc["found", "error_more_mcse"] < 0.1 * found.loc["found", "error_mcse"]
    assert found.loc["planned", "right"] == 0.75


def test_a_study_that_failed_under_either_series_is_in_no_difference():
    failed = {"found": [1.0, *[0.0] * 8]}
    table = rows({"planned": [9.0, *[0.3] * 8], "found": [0.2] * 9}, failed)
    table.loc[table["failed"] == 1.0, ["lines", "counted", "square", "near", "covered", "right", "wrong"]] = 0.0
    found = summed(table, "planned").set_index("design")
    assert found.loc["found", "failed"] == 1
    assert found.loc["found", "error_more"] == pytest.approx(-0.1)


def test_series_see_the_same_lines_and_more_wells_err_less():
    settings = {"planned": {}, "alike": {}, "poor": Series(0.3, 2.0, 5, 2, 2).setting}
    found = checked_series(scenario_of(PANEL), settings, ASKED, ("outlying wells",), 3, one_by_one)
    assert len(found) == 3 * 3 + 2 * 3  # studies; the first two series are tried in the other world too
    table = summed(found, "planned").set_index(["world", "design"])
    for world in (SAME, "outlying wells"):
        assert table.loc[(world, "alike"), "error_more"] == 0.0
    assert table.loc[(SAME, "poor"), "error_more"] > 0.0


def backwards(function, tasks):
    """A pool that works on everything, last task first."""
    yield from reversed([(key, function(*arguments)) for key, arguments in tasks])


def test_figures_do_not_depend_on_the_pool():
    pair = [
        summed(checked_series(scenario_of(PANEL), {"planned": {}}, ASKED, (), 12, pool), "planned")
        for pool in (one_by_one, backwards)
    ]
    pd.testing.assert_frame_equal(*pair)
