"""Optimal experimental designs by exchange: observations move between candidate points as long as a score falls.

Any score of the summed information will do. Known optima are in the tests: the points of a logistic regression, of a
curve between known ends, of an E-max curve.

Source: Fedorov 1972, Theory of Optimal Experiments, chapter 3; the version in which a point goes for the best of all
candidates is that of Mitchell and Miller (1970) as Atkinson, Donev and Tobias (2007) describe it.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from scipy import optimize

Score = Callable[[np.ndarray], float]
"""From summed information (line, p, p) to a number that shall be small."""
LEAST_GAIN: Final = 1e-10
ROUNDS: Final = 200


def exchanged(information: np.ndarray, score: Score, start: np.ndarray, rounds: int = ROUNDS) -> np.ndarray:
    """Numbers of observations at each candidate such that no exchange of a single one lowers the score.

    Parameters
    ----------
    information
        (line, candidate, p, p) of one observation at each candidate; the first axis is what the score averages over.
    score
        What shall be small.
    start
        (candidate) whole numbers to start from; their sum is kept.
    rounds
        Exchanges at most.

    Returns
    -------
    numpy.ndarray
        (candidate) whole numbers.
    """
    count = np.asarray(start, dtype=int).copy()
    total = np.einsum("c,lcpq->lpq", count.astype(float), information)
    best = score(total)
    for _ in range(rounds):
        found: tuple[float, int, int] | None = None
        for leaves in np.flatnonzero(count).tolist():
            without = total - information[:, leaves]
            for enters in range(information.shape[1]):
                if enters == leaves:
                    continue
                value = score(without + information[:, enters])
                if value < best - LEAST_GAIN and (found is None or value < found[0]):
                    found = value, leaves, enters
        if found is None:
            break
        best, leaves, enters = found
        count[leaves] -= 1
        count[enters] += 1
        total = total - information[:, leaves] + information[:, enters]
    return count


def minus_log_determinant(total: np.ndarray, prior: float = 0.0) -> float:
    """Bayesian D-criterion: mean over the first axis of -log det of information plus a prior precision."""
    sign, value = np.linalg.slogdet(total + prior * np.eye(total.shape[-1]))
    return float(np.mean(np.where(sign > 0, -value, np.inf)))


def variance_along(direction: np.ndarray, prior: float = 0.0) -> Score:
    """Bayesian c-criterion: mean over the first axis of c' M^-1 c, M information plus a prior precision.

    `direction` is (p), or (line, p) where each has its own.
    """

    def score(total: np.ndarray) -> float:
        whole = total + prior * np.eye(total.shape[-1])
        c = np.broadcast_to(direction, (len(whole), whole.shape[-1]))[..., None]
        return float(np.mean(np.einsum("lpk,lpk->l", c, np.linalg.solve(whole, c))))

    return score


def polished(
    points: np.ndarray,
    count: np.ndarray,
    information_at: Callable[[np.ndarray], np.ndarray],
    score: Score,
    bounds: tuple[float, float],
    iterations: int = 2000,
) -> np.ndarray:
    """Points moved from where a grid left them to where the score is least, with their numbers of observations.

    Parameters
    ----------
    points
        (point) where observations are made.
    count
        (point) how many there.
    information_at
        From points (point) to the information of one observation at each (line, point, p, p).
    score
        What shall be small.
    bounds
        Within which points stay.
    iterations
        Of the simplex search, at most.
    """
    weight = np.asarray(count, dtype=float)

    def of(moved: np.ndarray) -> float:
        return score(np.einsum("c,lcpq->lpq", weight, information_at(np.clip(moved, *bounds))))

    found = optimize.minimize(
        of, points, method="Nelder-Mead", bounds=[bounds] * len(points),
        options={"xatol": 1e-9, "fatol": 1e-13, "maxiter": iterations, "maxfev": iterations},
    )  # fmt: skip
    return np.asarray(np.clip(found.x, *bounds))
