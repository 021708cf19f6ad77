"""What is compared, and the classical answers by independent libraries."""

import numpy as np
import pytest
from group_studies import levels_study
from scipy import stats

from lensim.expression.groups.comparisons import comparisons_of, mann_whitney, welch


def test_treatments_are_compared_with_the_control_and_each_other():
    found = comparisons_of(levels_study([0, 1], [0, 1], [0, 1]))
    assert [one.name for one in found] == ["c1 over c0", "c2 over c0", "c2 over c1"]
    assert [one.weights for one in found] == [(-1, 1, 0), (-1, 0, 1), (0, -1, 1)]


def test_two_factors_have_their_interaction():
    data = levels_study([0, 1], [0, 1], [0, 1], [0, 1], kinds=[0, 0, 1, 1], conditions=[0, 1, 0, 1])
    found = comparisons_of(data)
    assert [(one.kind, one.name) for one in found] == [
        ("conditions", "c1 over c0 (k0)"),
        ("conditions", "c1 over c0 (k1)"),
        ("cell types", "k0 over k1 (c0)"),
        ("cell types", "k0 over k1 (c1)"),
        ("interaction", "k0 over k1 (c1 over c0)"),
    ]
    assert found[-1].weights == (-1, 1, 1, -1)


def test_a_cell_that_is_absent_has_no_interaction():
    data = levels_study([0, 1], [0, 1], [0, 1], kinds=[0, 0, 1], conditions=[0, 1, 0])
    assert [one.name for one in comparisons_of(data)] == ["c1 over c0 (k0)", "k0 over k1 (c0)"]


def test_welch_is_that_of_scipy():
    rng = np.random.default_rng(1)
    groups = rng.normal(0, 0.4, 3), rng.normal(1, 1.2, 7)
    mean, sd = (np.array([how(one) for one in groups]) for how in (np.mean, lambda x: np.std(x, ddof=1)))
    found = welch(np.array([-1.0, 1.0]), mean, sd, np.array([3, 7]), 0.95)
    test = stats.ttest_ind(groups[1], groups[0], equal_var=False)
    ends = test.confidence_interval(0.95)
    assert (found.p_value, found.lower, found.upper) == pytest.approx((test.pvalue, ends.low, ends.high))


def test_the_interaction_is_that_of_statsmodels_where_spreads_and_numbers_are_alike():
    anova = pytest.importorskip("statsmodels.formula.api")
    frame = pytest.importorskip("pandas").DataFrame(
        {"kind": np.repeat([0, 1], 8), "drug": np.tile(np.repeat([0, 1], 4), 2)}
    )
    noise = np.array([-1.5, -0.5, 0.5, 1.5]) * 0.3
    frame["level"] = np.tile(noise, 4) + 0.8 * frame["drug"] + 0.5 * frame["kind"] * frame["drug"]
    fitted = anova.ols("level ~ kind * drug", frame).fit()
    mean, sd = np.array([0.0, 0.8, 0.0, 1.3]), np.full(4, noise.std(ddof=1))
    found = welch(np.array([1.0, -1.0, -1.0, 1.0]), mean, sd, np.full(4, 4), 0.95)
    assert found.p_value == pytest.approx(fitted.pvalues["kind:drug"])
    assert [found.lower, found.upper] == pytest.approx(fitted.conf_int().loc["kind:drug"].tolist())


def test_groups_without_spread_or_subjects_have_no_p_value():
    one, weights = np.ones(2), np.array([-1.0, 1.0])
    assert np.isnan(welch(weights, one, one, np.array([0, 3]), 0.9).difference)
    alone = welch(weights, np.array([0.0, 2.0]), np.array([np.nan, 1.0]), np.array([1, 3]), 0.9)
    assert alone.difference == 2.0
    assert np.isnan(alone.p_value)
    assert np.isnan(welch(weights, one, np.zeros(2), np.array([3, 3]), 0.9).p_value)


def test_the_rank_test_is_exact_without_ties():
    first, second = np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0])
    assert mann_whitney(first, second) == pytest.approx(0.1)
    assert mann_whitney(first, np.array([3.0, 4.0])) == stats.mannwhitneyu(first, [3, 4], method="asymptotic").pvalue
    assert np.isnan(mann_whitney(first, np.zeros(0)))
