"""Calibration: how often the probabilities that a fit states come true. Pure functions of draws and truths."""

from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from scipy import stats

from lensim import checks

CLIPPED: Final = 5e-4
"""A probability from some thousand draws is known no nearer to 0 or 1 than this."""
STEPS: Final = 100


class Recalibration(NamedTuple):
    """How stated probabilities come true, with standard errors: intercept 0 and slope 1 where they are right.

    Attributes
    ----------
    intercept, intercept_error
        Log odds that are missing from every stated one: above 0 where events happen more often than stated.
    slope, slope_error
        By which log odds would have to be multiplied: below 1 where statements are too sure. NaN where events and
        non-events are wholly apart, which leaves the slope without a bound.
    """

    intercept: float
    intercept_error: float
    slope: float
    slope_error: float


def randomised_rank(draws: np.ndarray, truth: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Rank of each truth among its draws as a share in (0, 1), uniform if the posterior is calibrated.

    u = (draws below + V * (draws equal + 1)) / (draws + 1), V uniform: ties, such as an infinite IC50 among infinite
    draws, are broken at random, without which a share of infinite draws would look like coverage of everything.

    Parameters
    ----------
    draws
        (..., draw), infinities allowed.
    truth
        (...), infinities allowed.
    rng
        Breaks ties.

    Raises
    ------
    InputError
        If a draw or a truth is NaN, or the shapes do not match.

    Source: Cook, Gelman and Rubin 2006; randomised for atoms as in Czado, Gneiting and Held 2009,
    doi:10.1111/j.1541-0420.2009.01191.x
    """
    draws, truth = np.asarray(draws, dtype=float), np.asarray(truth, dtype=float)
    if draws.shape[:-1] != truth.shape:
        raise checks.InputError(f"truth must have the shape {draws.shape[:-1]} of the draws, got {truth.shape}")
    if np.isnan(draws).any() or np.isnan(truth).any():
        raise checks.InputError("draws and truth must be numbers, got NaN")
    below = (draws < truth[..., None]).sum(axis=-1)
    equal = (draws == truth[..., None]).sum(axis=-1)
    return (below + rng.random(truth.shape) * (equal + 1)) / (draws.shape[-1] + 1)


def is_covered(rank: np.ndarray, probability: float) -> np.ndarray:
    """Whether the central interval of that probability holds the truth, from the truth's randomised rank."""
    checks.between("probability", probability, 0.0, 1.0)
    return np.abs(np.asarray(rank) - 0.5) <= probability / 2.0


def coverage_pvalue(covered: np.ndarray, probability: float) -> float:
    """P value of the null that independent intervals cover with exactly this probability (exact binomial)."""
    covered = np.asarray(covered, dtype=bool)
    return float(stats.binomtest(int(covered.sum()), covered.size, probability).pvalue)


def spiegelhalter_pvalue(stated: np.ndarray, happened: np.ndarray) -> float:
    """P value of the null that events happen with the probabilities stated of them.

    z = sum (y - p)(1 - 2 p) / sqrt(sum (1 - 2 p)^2 p (1 - p)), standard normal under the null with many events.

    Raises
    ------
    InputError
        If a probability lies outside [0, 1], or all are 0, 1/2 or 1, which says nothing of calibration.

    Source: Spiegelhalter 1986, doi:10.1002/sim.4780050506
    """
    p, y = np.asarray(stated, dtype=float), np.asarray(happened, dtype=float)
    if ((p < 0) | (p > 1)).any():
        raise checks.InputError(f"a probability must lie between 0 and 1, got {p.min():g} to {p.max():g}")
    variance = float(((1 - 2 * p) ** 2 * p * (1 - p)).sum())
    if variance == 0.0:
        raise checks.InputError("calibration needs probabilities other than 0, 1/2 and 1, got none")
    return float(2 * stats.norm.sf(abs(float(((y - p) * (1 - 2 * p)).sum())) / np.sqrt(variance)))


def reliability_table(stated: np.ndarray, happened: np.ndarray, edges: tuple[float, ...]) -> list[dict[str, float]]:
    """Mean stated probability beside the share that happened, for events grouped by what was stated."""
    p, y = np.asarray(stated, dtype=float), np.asarray(happened, dtype=float)
    rows = []
    for low, high in pairwise(edges):
        own = (p >= low) & ((p < high) | ((high == edges[-1]) & (p == high)))
        if own.any():
            rows.append({"events": float(own.sum()), "stated": float(p[own].mean()), "happened": float(y[own].mean())})
    return rows


def recalibration(stated: np.ndarray, happened: np.ndarray, cluster: np.ndarray | None = None) -> Recalibration:
    """Intercept and slope of calibration, by logistic regression of events on their stated log odds.

        intercept: log odds of an event = a + log odds stated;  slope: log odds of an event = a' + b * log odds stated

    Parameters
    ----------
    stated, happened
        Probabilities, and whether the events happened, in the same order.
    cluster
        Which events depend on each other, such as those of one study; each its own where not given.

    Raises
    ------
    InputError
        If a probability lies outside [0, 1].

    Source: Cox 1958, doi:10.1093/biomet/45.3-4.562; errors by the sandwich over clusters, Liang and Zeger 1986,
    doi:10.1093/biomet/73.1.13
    """
    p, y = np.asarray(stated, dtype=float), np.asarray(happened, dtype=float)
    if len(p) and ((p < 0) | (p > 1)).any():
        raise checks.InputError(f"a probability must lie between 0 and 1, got {p.min():g} to {p.max():g}")
    of = np.arange(len(p)) if cluster is None else np.unique(cluster, return_inverse=True)[1]
    p = np.clip(p, CLIPPED, 1.0 - CLIPPED)
    log_odds = np.log(p / (1.0 - p))
    alone = _logistic(np.ones((len(p), 1)), y, log_odds, of)
    both = _logistic(np.column_stack([np.ones(len(p)), log_odds]), y, np.zeros(len(p)), of)
    return Recalibration(float(alone[0][0]), float(alone[1][0]), float(both[0][-1]), float(both[1][-1]))


def _logistic(x: np.ndarray, y: np.ndarray, offset: np.ndarray, cluster: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients of a logistic regression and their errors; NaN where there is no maximum.

    The error is that over clusters or that of independent events, whichever is larger: over clusters it is far too
    small where hardly any event was in doubt.
    """
    nothing = np.full((2, x.shape[1]), np.nan)
    if len(y) <= x.shape[1] or np.ptp(y) == 0.0:
        return nothing[0], nothing[1]
    beta = np.zeros(x.shape[1])
    beta[1:] = 1.0  # as if all were right
    for _ in range(STEPS):
        mean = 1.0 / (1.0 + np.exp(-np.clip(offset + x @ beta, -700.0, 700.0)))
        curvature = (x * (mean * (1.0 - mean))[:, None]).T @ x
        if np.linalg.cond(curvature) > 1e12:
            return nothing[0], nothing[1]
        step = np.linalg.solve(curvature, x.T @ (y - mean))
        beta = beta + np.clip(step, -1.0, 1.0)
        if np.abs(step).max() < 1e-9:
            break
    else:
        return nothing[0], nothing[1]
    score = np.zeros((int(cluster.max()) + 1, x.shape[1]))
    np.add.at(score, cluster, x * (y - mean)[:, None])
    inverse = np.linalg.inv(curvature)
    clusters = len(score)
    spread = inverse @ (score.T @ score) @ inverse * (clusters / max(clusters - 1, 1))
    return beta, np.sqrt(np.maximum(np.diag(spread), np.diag(inverse)))
