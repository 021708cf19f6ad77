import numpy as np
import pytest
from scipy import stats

from lensim import seeding
from lensim.checks import InputError
from lensim.inference.calibration import (
    coverage_pvalue,
    is_covered,
    randomised_rank,
    reliability_table,
    spiegelhalter_pvalue,
)

FALSE_ALARM = 1e-6


def conjugate_normal(studies: int, draws: int):
    """theta ~ Normal(0, 1), y ~ Normal(theta, 1): the posterior is Normal(y / 2, 1 / 2), known exactly."""
    rng = seeding.stream(1, "conjugate normal")
    theta = rng.normal(size=studies)
    y = theta + rng.normal(size=studies)
    return theta, y[:, None] / 2 + np.sqrt(0.5) * rng.normal(size=(studies, draws))


def test_ranks_of_an_exact_posterior_are_uniform_and_cover():
    theta, draws = conjugate_normal(4000, 200)
    ranks = randomised_rank(draws, theta, seeding.stream(1, "ties"))
    assert stats.kstest(ranks, "uniform").pvalue > FALSE_ALARM
    for probability in (0.5, 0.9):
        assert coverage_pvalue(is_covered(ranks, probability), probability) > FALSE_ALARM


def test_ties_among_infinities_keep_ranks_uniform():
    theta, draws = conjugate_normal(4000, 200)
    beyond = 0.3  # all that lies above is infinite, in truth and draws
    theta, draws = np.where(theta > beyond, np.inf, theta), np.where(draws > beyond, np.inf, draws)
    ranks = randomised_rank(draws, theta, seeding.stream(1, "ties"))
    assert stats.kstest(ranks, "uniform").pvalue > FALSE_ALARM


def test_a_posterior_too_narrow_is_rejected():
    theta, draws = conjugate_normal(4000, 200)
    middle = np.median(draws, axis=1, keepdims=True)
    ranks = randomised_rank(middle + 0.5 * (draws - middle), theta, seeding.stream(1, "ties"))
    for probability in (0.5, 0.9):
        assert coverage_pvalue(is_covered(ranks, probability), probability) < FALSE_ALARM


def test_stated_probabilities_are_judged():
    rng = seeding.stream(1, "events")
    p = rng.beta(0.5, 0.5, size=4000)
    happened = rng.random(4000) < p
    assert spiegelhalter_pvalue(p, happened) > FALSE_ALARM
    assert spiegelhalter_pvalue(p**2, happened) < FALSE_ALARM
    rows = reliability_table(p, happened, (0.0, 0.5, 1.0))
    assert sum(row["events"] for row in rows) == 4000
    assert rows[0]["stated"] < 0.5 < rows[1]["stated"]


def test_bad_input_is_told_so():
    with pytest.raises(InputError, match="got NaN"):
        randomised_rank(np.array([[np.nan]]), np.array([1.0]), seeding.stream(1, "x"))
    with pytest.raises(InputError, match=r"truth must have the shape \(1,\) of the draws, got \(2,\)"):
        randomised_rank(np.zeros((1, 3)), np.zeros(2), seeding.stream(1, "x"))
    with pytest.raises(InputError, match="between 0 and 1, got 2 to 2"):
        spiegelhalter_pvalue(np.array([2.0]), np.array([1.0]))
    with pytest.raises(InputError, match="other than 0, 1/2 and 1"):
        spiegelhalter_pvalue(np.array([0.0, 1.0]), np.array([0.0, 1.0]))
