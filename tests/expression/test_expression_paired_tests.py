import re
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from lensim.checks import InputError
from lensim.expression.paired_tests import (
    mann_whitney,
    sign_test,
    t_test_on_log2_ratios,
    t_test_on_ratios,
    wilcoxon_signed_rank,
)

PAIRED = (t_test_on_ratios, t_test_on_log2_ratios, wilcoxon_signed_rank, sign_test)
RATIOS = st.lists(st.floats(0.01, 100), min_size=2, max_size=9, unique=True)
SLEEP = np.array([1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4])  # Student 1908, extra sleep of ten patients
DEPRESSION = np.array([0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]) - np.array(
    [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
)  # Hollander and Wolfe 1973, page 29


def refused(message: str):
    return pytest.raises(InputError, match=f"^{re.escape(message)}$")


# --- published answers ---


def test_students_sleep_data():
    test = t_test_on_log2_ratios(2.0**SLEEP)
    assert test.statistic == pytest.approx(4.0621, abs=5e-5)
    assert test.p_value == pytest.approx(0.002833, abs=5e-7)
    assert (test.low, test.high) == pytest.approx((0.7001142, 2.4598858), abs=5e-8)
    assert test.estimate == pytest.approx(1.58)
    assert (test.name, test.null, test.n) == ("t on log2 ratios", "mean log2 ratio is 0", 10)


def test_t_on_ratios_is_that_of_the_differences_from_1():
    test = t_test_on_ratios(SLEEP + 1.0)
    assert test.statistic == pytest.approx(4.0621, abs=5e-5)
    assert (test.low, test.high) == pytest.approx((1.7001142, 3.4598858), abs=5e-8)
    assert (test.estimate_of, test.null) == ("mean ratio", "mean ratio is 1")


def test_hollander_and_wolfes_depression_scores():
    test = wilcoxon_signed_rank(2.0**DEPRESSION)
    assert test.statistic == 5.0  # the other sum of ranks is 40
    assert test.p_value == pytest.approx(0.0390625, rel=1e-12)
    assert test.estimate == pytest.approx(-0.46, abs=5e-4)


def test_ten_of_twelve_increased():
    test = sign_test([2.0] * 10 + [0.5] * 2)
    assert test.p_value == pytest.approx(2 * (1 + 12 + 66) / 2**12, rel=1e-12)
    assert (test.statistic, test.n) == (10, 12)
    assert test.estimate == pytest.approx(10 / 12)
    exact = stats.beta.ppf([0.025, 0.975], [10, 11], [3, 2])
    assert (test.low, test.high) == pytest.approx(tuple(exact), rel=1e-6)


def test_permeability_of_placentas():
    at_term = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
    test = mann_whitney(at_term, [1.15, 0.88, 0.90, 0.74, 1.21])
    assert test.statistic == 35
    assert test.p_value == pytest.approx(2 * 0.1272, abs=1e-4)
    assert (test.estimate, test.n) == (0.7, 15)


# --- properties ---


def test_the_two_t_tests_can_disagree():
    ratios = [1.6, 2.0, 2.4, 3.0, 12.0]
    assert t_test_on_ratios(ratios).p_value > 0.15
    assert t_test_on_log2_ratios(ratios).p_value < 0.05


@given(RATIOS)
def test_turning_ratios_over_turns_log_estimates_over(ratios):
    turned = 1.0 / np.array(ratios)
    assume(len(np.unique(np.abs(np.log2(ratios)))) == len(ratios) and 1.0 not in ratios)
    for test in (t_test_on_log2_ratios, wilcoxon_signed_rank):
        first, second = test(ratios), test(turned)
        assert second.p_value == pytest.approx(first.p_value)
        assert second.estimate == pytest.approx(-first.estimate, abs=1e-12)
    assert sign_test(turned).p_value == sign_test(ratios).p_value


@given(st.integers(1, 30), st.integers(1, 30))
def test_sign_test_knows_signs_alone(up, down):
    assume(up + down >= 2)
    test = sign_test([3.0] * up + [0.9] * down)
    assert test.p_value == pytest.approx(stats.binomtest(up, up + down).pvalue)


@pytest.mark.parametrize("confidence", [0.8, 0.9])
def test_interval_of_wilcoxon_holds_what_its_test_does_not_reject(confidence):
    values = np.array([0.31, 1.72, -0.43, 0.94, 2.15, 0.58, 1.06, -0.11])
    test = wilcoxon_signed_rank(2.0**values, confidence)
    for bound, inwards in ((test.low, 1e-6), (test.high, -1e-6)):
        assert stats.wilcoxon(values - bound - inwards, method="exact").pvalue > 1 - confidence
        assert stats.wilcoxon(values - bound + inwards, method="exact").pvalue <= 1 - confidence


def test_wilcoxon_has_no_95_percent_interval_below_six_pairs():
    five, six = wilcoxon_signed_rank([1.5, 2, 3, 4.5, 5]), wilcoxon_signed_rank([1.5, 2, 3, 4.5, 5, 6])
    assert np.isnan([five.low, five.high]).all()
    assert (six.low, six.high) == pytest.approx((np.log2(1.5), np.log2(6)))


def test_wilcoxon_p_by_enumeration():
    values = np.array([0.3, -0.7, 1.1, 1.9, 2.4])
    ranks = stats.rankdata(np.abs(values))
    sums = np.array([np.dot(ranks, signs) for signs in product((0, 1), repeat=5)])
    found = np.dot(ranks, values > 0)
    expected = min(1.0, 2 * min(np.mean(sums >= found), np.mean(sums <= found)))
    assert wilcoxon_signed_rank(2.0**values).p_value == pytest.approx(expected, rel=1e-12)


def test_ratios_of_1_take_no_part_in_tests_of_ranks_and_signs():
    assert wilcoxon_signed_rank([1, 2, 3]).n == 2
    assert sign_test([1, 2, 3]).n == 2


def test_mann_whitney_apart_entirely():
    test = mann_whitney([1, 2, 3], [4, 5, 6, 7])
    assert test.p_value == pytest.approx(2 / 35, rel=1e-12)
    assert (test.statistic, test.estimate) == (0, 0)
    assert np.isnan(test.low)


# --- refusals ---


@pytest.mark.parametrize("test", PAIRED)
class TestRefusals:
    def test_one_pair(self, test):
        with refused("ratios, their number, must be at least 2, got 1"):
            test([1.5])

    def test_ratio_of_0(self, test):
        with refused("ratios[1] must be above 0, got 0"):
            test([1.5, 0.0, 2.0])

    def test_ratio_that_is_not_a_number(self, test):
        with refused("ratios[2] must be a finite number, got nan"):
            test([1.5, 2.0, np.nan])

    def test_confidence_in_percent(self, test):
        with refused("confidence must lie between 0 and 1, got 95"):
            test([1.5, 2.0], 95)


@pytest.mark.parametrize("test", [t_test_on_ratios, t_test_on_log2_ratios])
@pytest.mark.parametrize("value", [1.0, 1.3])
def test_t_refuses_ratios_all_alike(test, value):
    with refused("ratios must differ for a t-test, got 3 that are alike"):
        test([value] * 3)


@pytest.mark.parametrize("test", [wilcoxon_signed_rank, sign_test])
def test_ranks_and_signs_refuse_ratios_all_1(test):
    with refused("ratios must not all be 1, got 3 that are"):
        test([1.0, 1.0, 1.0])


def test_mann_whitney_refuses_a_group_of_one():
    with refused("second group, its number of values, must be at least 2, got 1"):
        mann_whitney([1.0, 2.0], [3.0])


def test_mann_whitney_refuses_nan():
    with refused("first group[1] must be a finite number, got nan"):
        mann_whitney([1.0, np.nan], [3.0, 4.0])
