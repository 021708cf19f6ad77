"""Power of Fisher's exact test against simulated tables, and the odds ratios that it would find."""

import numpy as np
import pytest
from scipy import stats

from lensim.checks import InputError
from lensim.dose_response.fisher_power import detectable_odds_ratio, fisher_power, shares_at

FALSE_ALARM = 1e-6


def test_power_is_that_of_simulated_tables():
    rng = np.random.default_rng(3)
    first, second = rng.binomial(5, 0.9, 2000), rng.binomial(18, 0.3, 2000)
    finds = [stats.fisher_exact([[a, 5 - a], [b, 18 - b]]).pvalue < 0.05 for a, b in zip(first, second, strict=True)]
    assert stats.binomtest(int(np.sum(finds)), 2000, fisher_power(5, 18, 0.9, 0.3)).pvalue > FALSE_ALARM
    assert stats.binomtest(int(np.sum(finds)), 2000, fisher_power(5, 18, 0.8, 0.3)).pvalue < FALSE_ALARM


def test_the_test_keeps_its_level():
    for share in (0.1, 0.435, 0.7):
        assert fisher_power(11, 12, share, share) < 0.05


@pytest.mark.parametrize("odds_ratio", [0.01, 0.5, 1.0, 3.0, 200.0])
def test_shares_have_the_odds_ratio_and_the_number(odds_ratio):
    p, q = shares_at(odds_ratio, 5, 18, 10)
    assert 5 * p + 18 * q == pytest.approx(10)
    assert p * (1 - q) / (q * (1 - p)) == pytest.approx(odds_ratio)


def test_the_odds_ratio_found_has_the_power():
    for first, second in ((5, 18), (11, 12)):
        for odds_ratio in detectable_odds_ratio(first, second, 10):
            if 0 < odds_ratio < np.inf:
                power = fisher_power(first, second, *shares_at(odds_ratio, first, second, 10))
                assert power == pytest.approx(0.8, abs=1e-3)
    low, high = detectable_odds_ratio(11, 12, 10)
    assert low < 1 < high
    assert detectable_odds_ratio(1, 22, 10) == (0.0, np.inf)  # one line never tells


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: fisher_power(0, 3, 0.5, 0.5), "first, its lines, must be at least 1, got 0"),
        (lambda: fisher_power(2, 3, 0.5, 1.5), "second_share must lie between 0 and 1, got 1.5"),
        (lambda: fisher_power(2, 3, 0.5, 0.5, 2.0), "level must lie between 0 and 1, got 2"),
        (lambda: shares_at(0.0, 5, 18, 10), "odds_ratio must be above 0, got 0"),
        (lambda: shares_at(2.0, 5, 18, 30), "resistant must lie between 0 and 23, got 30"),
        (lambda: detectable_odds_ratio(5, 18, 10, power=0.01), "power must lie between 0.05 and 1, got 0.01"),
    ],
)
def test_what_cannot_be_asked_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()
