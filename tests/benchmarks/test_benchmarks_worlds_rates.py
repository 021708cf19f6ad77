import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchmarks.worlds.rates import (
    INSIDE,
    REPORTED,
    Rate,
    calls_row,
    cases_of,
    coverage_row,
    holds,
    is_off,
    parts_of_ic50,
    rate_of,
    tables_of,
)
from lensim import seeding
from lensim.inference.calibration import Recalibration

FALSE_ALARM = 1e-6


def record(numbers, calls=(), **more):
    """A study with an answer, of one estimand and one call."""
    return {
        "assay": "expression",
        "world": "nothing odd",
        "engine": "fast",
        "outcome": "ok",
        "why": "",
        "converged": True,
        "told": [],
        "seconds": 1.0,
        "numbers": {"x": numbers},
        "calls": {"x": list(calls)},
    } | more


def normal_studies(studies, shared=0.0, stretch=1.0):
    """Cases of a conjugate normal, whose 90% interval is known; errors of one study may share a part."""
    rng = seeding.stream(1, "rates")
    found = []
    for _ in range(studies):
        z = np.sqrt(1 - shared**2) * rng.standard_normal(6) + shared * rng.standard_normal()
        z90, z50 = stretch * stats.norm.ppf(0.95), stretch * stats.norm.ppf(0.75)
        found.append(record([[t, 0.0, -z90, z90, -z50, z50, float(stats.norm.cdf(t / stretch))] for t in z]))
    return found


def test_error_of_independent_cases_is_that_of_a_mean():
    values = np.array([0.0, 1.0, 1.0, 0.0, 1.0])
    rate = rate_of(values, np.arange(5))
    assert rate.value == pytest.approx(0.6)
    assert rate.error == pytest.approx(values.std(ddof=1) / np.sqrt(5))


def test_cases_of_a_study_that_are_all_alike_count_once():
    values = np.array([0.0, 1.0, 1.0, 0.0, 1.0])
    once, thrice = rate_of(values, np.arange(5)), rate_of(np.repeat(values, 3), np.repeat(np.arange(5), 3))
    assert thrice == pytest.approx(once)


def test_a_share_of_all_or_nothing_has_an_error_all_the_same():
    assert rate_of(np.ones(98), np.arange(98)).error == pytest.approx(np.sqrt(99 / 100**2 / 101))
    assert np.isnan(rate_of(np.ones(5), np.zeros(5)).error)
    assert np.isnan(rate_of(np.empty(0), np.empty(0)).value)


def test_coverage_of_right_intervals_is_told_right():
    row = coverage_row(cases_of(normal_studies(400), "x"))
    assert row["studies"], row["cases"] == (400, 2400)
    assert abs(row["covered 90"].value - 0.9) < 5 * row["covered 90"].error
    assert abs(row["covered 50"].value - 0.5) < 5 * row["covered 50"].error
    assert abs(row["bias"].value) < 5 * row["bias"].error
    assert row["error"] == pytest.approx(1.0, abs=0.1)
    assert row["width"] == pytest.approx(2 * stats.norm.ppf(0.95))
    assert row["holds"]


def test_intervals_that_are_too_narrow_do_not_hold():
    row = coverage_row(cases_of(normal_studies(400, stretch=0.6), "x"))
    assert row["covered 90"].value == pytest.approx(2 * stats.norm.cdf(0.6 * 1.645) - 1, abs=0.05)
    assert not row["holds"]


def test_errors_that_a_study_shares_make_a_larger_error():
    alone, together = (
        coverage_row(cases_of(normal_studies(400, shared), "x"))["covered 90"].error for shared in (0.0, 0.95)
    )
    assert together > 1.5 * alone


def test_a_low_share_of_cases_that_depend_on_each_other_is_not_told_as_a_failure():
    each = np.r_[np.ones(80), np.zeros(20)]
    assert not holds(Rate(0.8, 0.028), np.tile(each, 4))
    assert holds(Rate(0.8, 0.08), np.tile(each, 4))
    assert holds(Rate(0.88, 0.001), np.tile(each, 100))


def test_an_infinite_ic50_counts_in_coverage_alone():
    nothing = [np.inf, np.inf, 0.5, np.inf, np.inf, np.inf, 0.6]
    some = [0.2, 0.1, 0.0, np.inf, 0.05, 0.3, 0.7]
    cases = cases_of([record([nothing, some], tested=[-2.0, 1.0], flagged=[True, False])] * 2, "x")
    row = coverage_row(cases, are_doses=True)
    assert (row["cases"], row["covered 90"].value) == (4, 1.0)
    assert row["flagged"].value == 0.5
    assert np.isnan(row["flagged where missed"].value)
    assert row["error"] == pytest.approx(0.1)
    assert row["width"] == pytest.approx(np.median([0.5, 1.0]))
    assert coverage_row(cases)["width"] == np.inf
    parts = parts_of_ic50(cases)
    assert len(parts[REPORTED]) == len(parts[INSIDE]) == 2
    assert not parts[REPORTED]["flagged"].any()


def test_probabilities_are_off_where_chance_does_not_explain_it():
    assert not is_off(Recalibration(0.3, 0.1, 0.8, 0.1))
    assert is_off(Recalibration(0.4, 0.1, 1.0, 0.1))
    assert is_off(Recalibration(0.0, 0.1, 0.6, 0.1))
    assert not is_off(Recalibration(0.0, 0.1, np.nan, np.nan))


def test_sure_calls_are_counted_for_and_against():
    rows = [(0.95, 1.0), (0.95, 0.0), (0.02, 0.0), (0.5, 1.0), (0.4, 0.0), (0.03, 0.0)]
    found = calls_row([record([], rows), record([], rows)], "x")
    assert found.sure == 8
    assert found.wrong.value == pytest.approx(0.25)
    assert found.expected == pytest.approx(np.mean([0.05, 0.05, 0.02, 0.03]))


def test_a_study_without_an_answer_is_counted_and_has_no_cases():
    failed = record([], outcome="failed", why="no mode", converged=False) | {"numbers": {}, "calls": {}}
    told = record([[0.0, 0.0, -1.0, 1.0, -0.5, 0.5, 0.5]], [(0.5, 1.0)], told=["some wells"])
    intervals, calls, worlds = tables_of([told, failed, told, told])
    assert worlds["answered"][0].value == pytest.approx(0.75)
    assert worlds["told"][0].value == 1.0
    assert worlds["sentences"][0] == {"some wells": 1.0}
    assert worlds["why"][0] == ["no mode"]
    assert intervals["cases"].tolist() == [3]
    assert calls["sure"].tolist() == [0]


def test_nothing_gives_empty_tables():
    assert all(isinstance(table, pd.DataFrame) and table.empty for table in tables_of([]))
