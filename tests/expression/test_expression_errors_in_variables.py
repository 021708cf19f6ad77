"""A straight line through uncertain points: known slopes, known errors, and least squares that is bent."""

import numpy as np
import pytest
from scipy import stats

from lensim.checks import InputError
from lensim.expression.errors_in_variables import Measured, slope_draws, without_pooling
from lensim.seeding import stream

FALSE_ALARM = 1e-6
SLOPE, SD_X, SD_Y, SIGMA, TAU = 0.8, 0.4, 0.2, 0.3, 0.7
STUDIES, POINTS, DRAWS = 200, 13, 39


def studies(name: str) -> tuple[np.ndarray, np.ndarray, np.random.Generator]:
    """True x and y (study, point) on a line of slope 0.8, and random numbers."""
    rng = stream(31, "errors in variables", name)
    x = TAU * rng.standard_normal((STUDIES, POINTS))
    return x, 0.3 + SLOPE * x + SIGMA * rng.standard_normal(x.shape), rng


def of_all(
    x: np.ndarray,
    y: np.ndarray,
    rng: np.random.Generator,
    sd_x: float = SD_X,
    beyond: np.ndarray | None = None,
    bound: float = np.nan,
) -> np.ndarray:
    """Slopes (study, draw): the studies stand among the draws."""

    def repeated(values: np.ndarray) -> np.ndarray:
        return np.repeat(values, DRAWS, axis=0)

    measured = Measured(repeated(x), np.array(sd_x)), Measured(repeated(y), np.array(SD_Y))
    many = None if beyond is None else repeated(beyond)
    return slope_draws(*measured, rng, beyond=many, bound=bound).reshape(STUDIES, DRAWS)


def p_of_bias(slopes: np.ndarray) -> float:
    return float(stats.ttest_1samp(slopes, SLOPE).pvalue)


def p_of_coverage(slopes: np.ndarray, ci_prob: float) -> float:
    """Null: the rank of the true slope among its draws is uniform, so that so many lie in the central share."""
    rank = (slopes < SLOPE).sum(axis=1)
    tail = round((1 - ci_prob) / 2 * (DRAWS + 1))
    inside = int(((rank >= tail) & (rank <= DRAWS - tail)).sum())
    return float(stats.binomtest(inside, STUDIES, (DRAWS + 1 - 2 * tail) / (DRAWS + 1)).pvalue)


def test_the_slope_is_not_bent_and_least_squares_is():
    """Null: medians of posteriors lie about the true slope, and 50% and 90% intervals hold it so often."""
    x, y, rng = studies("plain")
    seen_x, seen_y = x + SD_X * rng.standard_normal(x.shape), y + SD_Y * rng.standard_normal(x.shape)
    slopes = of_all(seen_x, seen_y, rng)
    assert p_of_bias(np.median(slopes, axis=1)) > FALSE_ALARM
    assert min(p_of_coverage(slopes, ci_prob) for ci_prob in (0.5, 0.9)) > FALSE_ALARM
    drawn = seen_x + SD_X * rng.standard_normal(x.shape)  # an independent draw of the posterior of x
    for used in (seen_x, drawn):
        least_squares = [stats.linregress(*pair).slope for pair in zip(used, seen_y, strict=True)]
        assert p_of_bias(np.array(least_squares)) < FALSE_ALARM


def test_points_above_a_bound_stay_in_and_bend_nothing():
    """Null: as above, where all that is known of an x above 0.6 is that it is, the others being exact."""
    x, y, rng = studies("beyond")
    seen_y, beyond = y + SD_Y * rng.standard_normal(x.shape), x > 0.6
    exact = np.where(beyond, 0.0, x)
    slopes = of_all(exact, seen_y, rng, 1e-3, beyond, 0.6)
    assert p_of_bias(np.median(slopes, axis=1)) > FALSE_ALARM
    assert min(p_of_coverage(slopes, ci_prob) for ci_prob in (0.5, 0.9)) > FALSE_ALARM
    as_if_there = np.where(beyond, 0.6, x)
    least_squares = [stats.linregress(*pair).slope for pair in zip(as_if_there, seen_y, strict=True)]
    assert p_of_bias(np.array(least_squares)) < FALSE_ALARM


def test_pooling_is_taken_off_exactly():
    """Of a normal estimate under a normal population, the posterior says what the estimate was."""
    estimate, variance, mean, spread = np.array([-1.0, 0.4, 2.0]), np.array([0.04, 0.2, 0.5]), 0.7, 0.9
    weight = spread**2 / (spread**2 + variance)
    posterior = Measured(weight * estimate + (1 - weight) * mean, np.sqrt(weight * variance))
    found = without_pooling(posterior, np.array(mean), np.array(spread))
    assert found.mean == pytest.approx(estimate)
    assert found.sd == pytest.approx(np.sqrt(variance))


def test_without_error_it_is_least_squares():
    rng = stream(31, "exact")
    x, y = np.array([-1.0, 0.0, 0.5, 1.0, 2.0, 2.5]), np.array([0.1, 0.9, 1.6, 1.9, 3.2, 3.4])
    nothing = np.zeros(6)
    slopes = slope_draws(Measured(np.tile(x, (4000, 1)), nothing), Measured(y, nothing), rng)
    exact = stats.linregress(x, y)
    scale = exact.stderr * np.sqrt(4 / 3)  # a flat sigma, not a flat log sigma, takes a degree of freedom
    low, high = exact.slope + scale * stats.t(3).ppf([0.25, 0.75])
    inside = int(((slopes > low) & (slopes < high)).sum())
    assert stats.binomtest(inside, 4000, 0.5).pvalue > FALSE_ALARM


def test_too_few_points_are_refused_or_left_without_an_answer():
    rng = stream(31, "few")
    three = Measured(np.zeros((5, 3)), np.ones(3))
    with pytest.raises(InputError, match=r"^points of a line must be at least 4, got 3$"):
        slope_draws(three, three, rng)
    five = Measured(np.arange(25.0).reshape(5, 5), np.ones(5))
    beyond = np.zeros((5, 5), dtype=bool)
    beyond[0, :2] = True
    assert np.isnan(slope_draws(five, five, rng, beyond=beyond, sweeps=5)).tolist() == [True, *[False] * 4]
