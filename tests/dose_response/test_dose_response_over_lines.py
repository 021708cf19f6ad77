"""The mean of a population of lines, against normal answers and over repeated studies."""

import numpy as np
import pytest
from scipy import stats

from lensim.dose_response.over_lines import mean_over_lines
from lensim.seeding import stream

FALSE_ALARM = 1e-6


def test_lines_known_far_worse_than_they_differ_have_the_mean_of_a_weighted_average():
    mean, sd = np.array([0.1, 0.5, 0.9, 0.3]), np.array([20.0, 30.0, 25.0, 40.0])
    drawn = mean_over_lines(mean, sd**2, 0.3, 200_000, stream(1, "over lines"))
    weight = sd**-2
    assert drawn.mean() == pytest.approx((mean * weight).sum() / weight.sum(), abs=0.2)
    assert drawn.std() == pytest.approx(weight.sum() ** -0.5, rel=0.01)


def test_intervals_of_the_mean_hold_it_in_studies_of_few_lines():
    """Null: means over lines drawn with a spread from the prior; 90% intervals hold the mean in 90% of studies."""
    rng = stream(2, "over lines")
    studies, lines, error = 2000, 4, 0.1
    sigma = np.abs(rng.normal(0, 0.3, (studies, 1)))
    known = rng.normal(0, np.hypot(sigma, error), (studies, lines))
    drawn = mean_over_lines(known, np.full((studies, lines), error**2), 0.3, 400, rng)
    low, high = np.quantile(drawn, [0.05, 0.95], axis=1)
    held = int(((low < 0) & (high > 0)).sum())
    assert stats.binomtest(held, studies, 0.9).pvalue > FALSE_ALARM
    assert stats.binomtest(held, studies, 0.8).pvalue < FALSE_ALARM  # the check can fail


def test_the_prior_of_pooled_lines_is_taken_off_each_of_them():
    """A line known as 0.4 with sd 0.3 beside a prior of sd 0.5 around 0: its own data say more, less surely."""
    own, error, prior = 0.6, 0.375, 0.5
    variance = 1 / (error**-2 + prior**-2)
    pooled = np.full(3, own * variance / error**2)
    drawn = mean_over_lines(pooled, np.full(3, variance), 0.01, 100_000, stream(3, "over lines"), prior**2)
    assert drawn.mean() == pytest.approx(own, abs=0.01)
    assert drawn.std() == pytest.approx(error / np.sqrt(3), rel=0.01)
