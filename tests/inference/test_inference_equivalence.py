import numpy as np
import pytest
from scipy import stats

from lensim.inference.equivalence import difference_draws, effect_row, verdict_on
from lensim.seeding import stream

FALSE_ALARM = 1e-6


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(-0.5, 0.5, "equivalent"), (2, 3, "different"), (-3, -2, "different"), (-3, 3, "undecided")],
)
def test_one_word_says_on_which_side_of_the_region_the_draws_lie(low, high, verdict):
    assert verdict_on(np.linspace(low, high, 100), 1.0) == verdict


def test_a_row_has_median_interval_and_probability_of_the_region():
    row = effect_row("log2_effect", np.linspace(-1, 1, 2001), 0.5, 0.9)
    expected = {
        "log2_effect": 0.0,
        "log2_effect_lower": -0.9,
        "log2_effect_upper": 0.9,
        "log2_effect_p_equivalent": 0.5,
    }
    assert {name: row[name] for name in expected} == pytest.approx(expected, abs=1e-3)
    assert row["log2_effect_verdict"] == "undecided"


def test_difference_of_two_groups_is_the_posterior_of_a_t_test():
    """Oracle: with the reference prior the difference has Student's t of the pooled two-sample test."""
    first, second = np.array([1.0, 2.0, 4.0]), np.array([0.0, 0.5, 0.7, 3.0])
    draws = difference_draws(np.tile(first, (20_000, 1)), np.tile(second, (20_000, 1)), stream(1, "difference"))
    test = stats.ttest_ind(first, second)
    middle = first.mean() - second.mean()
    exact = stats.t(test.df, middle, middle / test.statistic)
    assert stats.kstest(draws, exact.cdf).pvalue > FALSE_ALARM
    assert stats.kstest(draws, stats.norm(middle, middle / test.statistic).cdf).pvalue < FALSE_ALARM  # it can fail
