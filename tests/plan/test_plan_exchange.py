"""Optimal designs that are known in closed form are found again."""

import numpy as np
import pytest
from scipy import optimize
from scipy.special import expit

from lensim.plan.exchange import exchanged, minus_log_determinant, polished, variance_along

GRID = np.linspace(-4.0, 4.0, 81)


def rank_one(f: np.ndarray) -> np.ndarray:
    return (f[:, :, None] * f[:, None, :])[None]


def binary(u: np.ndarray) -> np.ndarray:
    """A binary logistic regression in its linear predictor: weights p (1 - p)."""
    p = expit(u)
    return rank_one(np.sqrt(p * (1 - p))[:, None] * np.stack([np.ones_like(u), u], axis=1))


def curve_between_known_ends(u: np.ndarray) -> np.ndarray:
    """Normal errors around p(u), location and slope unknown: gradient p (1 - p) (1, u)."""
    p = expit(u)
    return rank_one((p * (1 - p))[:, None] * np.stack([np.ones_like(u), u], axis=1))


def emax(d: np.ndarray, theta: float = 2.0) -> np.ndarray:
    """E0 + Emax d / (d + theta)."""
    x = d / (d + theta)
    return rank_one(np.stack([np.ones_like(d), x, -d / (d + theta) ** 2], axis=1))


def four_parameters(u: np.ndarray) -> np.ndarray:
    """A curve with both ends unknown: gradient (1, p, p (1 - p), p (1 - p) u)."""
    p = expit(u)
    return rank_one(np.stack([np.ones_like(u), p, p * (1 - p), p * (1 - p) * u], axis=1))


def found(information, grid, start, score=minus_log_determinant):
    """Points with observations, by exchange on a grid and then freely."""
    first = np.zeros(len(grid), dtype=int)
    first[list(start)] = 1
    count = exchanged(information(grid), score, first)
    at = np.flatnonzero(count)
    at = np.repeat(at, count[at])
    return np.sort(polished(grid[at], np.ones(len(at)), information, score, (grid[0], grid[-1])))


def test_the_points_of_a_binary_logistic_regression():
    """Stated: -1.5434 and 1.5434 (Ford, Torsney and Wu 1992); derived: u tanh(u / 2) = 1."""
    root = optimize.brentq(lambda u: u * np.tanh(u / 2) - 1.0, 0.1, 4.0)
    assert abs(root - 1.5434) < 5e-5
    np.testing.assert_allclose(found(binary, GRID, (10, 50)), [-root, root], atol=1e-6)


def test_the_points_of_a_curve_between_known_ends():
    """Derived: det = (p (1 - p))^4 (2 u)^2 at -u and u, so u tanh(u / 2) = 1 / 2: 1.0436, at 26 and 74%."""
    root = optimize.brentq(lambda u: u * np.tanh(u / 2) - 0.5, 0.1, 4.0)
    assert abs(root - 1.0436) < 5e-5
    np.testing.assert_allclose(found(curve_between_known_ends, GRID, (10, 50)), [-root, root], atol=1e-6)


@pytest.mark.parametrize("highest", [1.0, 20.0])
def test_the_points_of_an_emax_curve(highest):
    """Stated (Dette, Kiss, Bevanda and Bretz 2010): both ends and b theta / (b + 2 theta).

    Derived: with x = d / (d + theta) the gradient spans (1, x, x^2), so the inner point is the middle of x.
    """
    grid = np.linspace(0.0, highest, 81)
    inner = highest * 2.0 / (highest + 4.0)
    np.testing.assert_allclose(found(emax, grid, (5, 33, 70)), [0.0, inner, highest], atol=1e-6)


def test_the_points_of_a_curve_with_unknown_ends():
    """Derived: functions that vanish at both ends remain, so the inner points are those between known ends."""
    root = optimize.brentq(lambda u: u * np.tanh(u / 2) - 0.5, 0.1, 4.0)
    wide = np.linspace(-30.0, 30.0, 241)
    points = found(four_parameters, wide, (3, 100, 130, 230))
    np.testing.assert_allclose(points[1:3], [-root, root], atol=1e-5)
    assert abs(points[0]) > 15
    assert points[3] > 15


@pytest.mark.parametrize(("information", "variance"), [(binary, 4.0), (curve_between_known_ends, 16.0)])
def test_all_observations_at_the_midpoint_where_that_alone_is_asked(information, variance):
    """Derived: of p (1 - p) (1, u) the first entry is largest at 0, so all go there; 1 / n of the variance of one."""
    score = variance_along(np.array([1.0, 0.0]), prior=1e-9)
    points = found(information, GRID, (20, 30, 55, 70), score)
    np.testing.assert_allclose(points, 0.0, atol=1e-3)
    least = score(np.einsum("lcpq->lpq", information(points)))
    assert abs(least - variance / len(points)) < 1e-6


def test_a_prior_moves_the_points_of_a_mean_over_lines():
    """The two points that are best for lines on average lie further apart than those for one line."""
    apart = np.concatenate([curve_between_known_ends(GRID + shift) for shift in (-1.5, 0.0, 1.5)])
    start = np.zeros(81, dtype=int)
    start[[10, 50]] = 3
    count = exchanged(apart, minus_log_determinant, start)
    assert count.sum() == 6
    assert np.abs(GRID[np.flatnonzero(count)]).max() > 1.2


def test_a_worse_start_is_left_and_the_best_is_kept():
    start = np.zeros(81, dtype=int)
    start[[0, 80]] = 2
    before = minus_log_determinant(2 * (binary(GRID)[:, 0] + binary(GRID)[:, 80]))
    count = exchanged(binary(GRID), minus_log_determinant, start)
    after = minus_log_determinant(np.einsum("c,lcpq->lpq", count.astype(float), binary(GRID)))
    assert after < before - 1
    np.testing.assert_array_equal(exchanged(binary(GRID), minus_log_determinant, count), count)
