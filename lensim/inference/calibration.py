"""Calibration: how often the probabilities that a fit states come true. Pure functions of draws and truths."""

from itertools import pairwise

import numpy as np
from scipy import stats

from lensim import checks


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
