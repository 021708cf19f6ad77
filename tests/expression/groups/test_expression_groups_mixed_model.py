"""The mixed model by independent answers: statsmodels, the paired t-test, and Student's where subjects are alike."""

import numpy as np
import pytest
from scipy import stats

from lensim.expression.groups.mixed_model import MixedModel, paired_estimate


def levels(rng, subjects, groups, share, between=0.8):
    """Levels (subject, group), some missing, as rows."""
    there = rng.random((subjects, groups)) < share
    there[:2] = True
    values = rng.normal(0, between, (subjects, 1)) + 0.5 * np.arange(groups) + rng.normal(0, 0.4, (subjects, groups))
    subject, group = np.nonzero(there)
    return values[subject, group], group, subject


@pytest.mark.parametrize("seed", range(4))
def test_it_is_that_of_statsmodels(seed):
    lm = pytest.importorskip("statsmodels.regression.mixed_linear_model")
    y, group, subject = levels(np.random.default_rng(seed), 12, 3, 0.6)
    x = (group[:, None] == np.arange(3)).astype(float)
    other = lm.MixedLM(y, x, groups=subject).fit(reml=True)
    own = MixedModel(y, group, subject, 3)
    assert own.residual == pytest.approx(other.scale, rel=1e-3)
    assert own.between == pytest.approx(float(other.cov_re[0, 0]), rel=2e-3)
    weights = np.array([-1.0, 0.0, 1.0])
    found = own.estimate(weights)
    assert found.value == pytest.approx(float(weights @ other.fe_params), abs=1e-4)
    same = subject[:, None] == subject[None, :]
    covariance = np.linalg.inv(x.T @ np.linalg.inv(other.scale * np.eye(len(y)) + float(other.cov_re[0, 0]) * same) @ x)
    assert found.error == pytest.approx(float(weights @ covariance @ weights) ** 0.5, rel=1e-3)
    observed = np.asarray(other.cov_params())[:3, :3]  # with what the variances and means share
    assert found.error == pytest.approx(float(weights @ observed @ weights) ** 0.5, rel=0.05)
    assert 3 < found.freedom < len(y)


def test_complete_pairs_are_the_paired_t_test():
    y, group, subject = levels(np.random.default_rng(5), 8, 2, 1.0)
    test = stats.ttest_rel(y[group == 1], y[group == 0])
    ends = test.confidence_interval(0.9)
    own = MixedModel(y, group, subject, 2).estimate(np.array([-1.0, 1.0]))
    paired, rank, number = paired_estimate(np.array([-1.0, 1.0]), y.reshape(8, 2))
    for one in (own, paired):
        assert one.freedom == pytest.approx(7, rel=1e-3)
        assert one.p_value == pytest.approx(test.pvalue, rel=1e-3)
        assert one.interval(0.9) == pytest.approx((ends.low, ends.high), abs=1e-3)
    assert rank == stats.wilcoxon(y[group == 1] - y[group == 0]).pvalue
    assert number == 8


def test_subjects_that_do_not_differ_leave_students_test():
    rng = np.random.default_rng(6)
    one, other = rng.normal(0, 1, 6), rng.normal(1, 1, 6)
    other[:2] = -other[:2] - one[:2] * 3  # pairs that go against each other
    subject = np.r_[np.arange(6), [0, 1, 7, 8, 9, 10]]
    own = MixedModel(np.r_[one, other], np.repeat([0, 1], 6), subject, 2)
    assert own.between == 0.0
    test = stats.ttest_ind(other, one)
    found = own.estimate(np.array([-1.0, 1.0]))
    assert (found.freedom, found.p_value) == pytest.approx((10, test.pvalue))


def test_too_few_levels_and_groups_without_one_have_no_answer():
    alone = MixedModel(np.array([1.0, 2.0, 3.0]), np.array([0, 0, 1]), np.arange(3), 2)
    assert np.isnan(alone.estimate(np.array([-1.0, 1.0])).value)
    y, group, subject = levels(np.random.default_rng(7), 5, 2, 1.0)
    assert np.isnan(MixedModel(y, group, subject, 3).estimate(np.array([-1.0, 0.0, 1.0])).value)
    assert np.isnan(paired_estimate(np.array([-1.0, 1.0]), np.array([[1.0, np.nan], [np.nan, 2.0]]))[0].value)


def test_an_interaction_within_subjects_is_a_difference_of_differences():
    values = np.random.default_rng(8).normal(0, 1, (6, 4))
    weights = np.array([1.0, -1.0, -1.0, 1.0])
    found, _, number = paired_estimate(weights, values)
    assert found.p_value == pytest.approx(stats.ttest_1samp(values @ weights, 0).pvalue)
    assert number == 6
