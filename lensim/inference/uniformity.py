"""Whether ranks of truths among posterior draws are uniform, as they are where a posterior is calibrated."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from scipy import special, stats

from lensim import checks

FEWEST: Final = 20
"""Ranks from which on the test holds: below, the sums of its polynomials are not yet normal."""
_GRID: Final = 200


class Uniformity(NamedTuple):
    """How ranks depart from uniform.

    Attributes
    ----------
    pvalue
        Of the null that ranks are uniform and independent.
    shift
        Standard errors by which their mean lies above a half: above 0 where the truth lies above what is said of it.
    spread
        Standard errors by which they lie further out than they should: above 0 where intervals are too narrow, below 0
        where they are too wide.
    """

    pvalue: float
    shift: float
    spread: float


def uniformity(ranks: np.ndarray) -> Uniformity:
    """Neyman's smooth test of uniform ranks, of order 4.

        chi^2(4) = sum_k (sum_i phi_k(u_i))^2 / n,  phi_k the normalised Legendre polynomials on (0, 1), k = 1 to 4

    The first polynomial sees a bias, the second a spread that is wrong, the others a skew and heavy tails; a test of
    the largest distance from uniform would see a wrong spread late.

    Parameters
    ----------
    ranks
        Shares in (0, 1), as from `lensim.inference.calibration.randomised_rank`, one a simulation.

    Raises
    ------
    InputError
        If there are fewer than 20, or one lies outside 0 to 1.

    Source: Neyman 1937; order 4 as in Rayner and Best, Smooth Tests of Goodness of Fit.
    """
    u = np.asarray(ranks, dtype=float).ravel()
    checks.at_least("ranks, their number,", len(u), FEWEST)
    if not ((u >= 0) & (u <= 1)).all():
        raise checks.InputError(f"ranks must lie between 0 and 1, got {u.min():g} to {u.max():g}")
    x = 2.0 * u - 1.0
    parts = [np.sqrt(2 * k + 1) * special.eval_legendre(k, x).sum() / np.sqrt(len(u)) for k in range(1, 5)]
    return Uniformity(float(stats.chi2.sf(float(np.square(parts).sum()), 4)), float(parts[0]), float(parts[1]))


def holm(pvalues: Sequence[float]) -> np.ndarray:
    """P values adjusted for their number by Holm's method, which holds whatever their dependence."""
    p = np.asarray(pvalues, dtype=float)
    order = np.argsort(p)
    adjusted = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    found = np.empty(len(p))
    found[order] = np.minimum(adjusted, 1.0)
    return found


def ecdf_difference(ranks: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Share of ranks at or below each point, less that point."""
    u = np.sort(np.asarray(ranks, dtype=float).ravel())
    return np.asarray(np.searchsorted(u, at, side="right") / len(u) - at)


def simultaneous_band(
    number: int, rng: np.random.Generator, probability: float = 0.95, simulations: int = 2000
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points, and the ends between which the differences of `number` uniform ranks lie at all of them together.

    The band is made of binomial intervals, whose pointwise probability is what the wanted share of simulated uniform
    samples stays within everywhere.

    Parameters
    ----------
    number
        Of ranks.
    rng
        Simulates uniform samples.
    probability
        Of staying within the band everywhere.
    simulations
        How many samples.

    Source: Sailynoja, Buerkner and Vehtari 2022, doi:10.1007/s11222-022-10090-6
    """
    checks.at_least("ranks, their number,", number, 1)
    checks.between("probability", probability, 0.0, 1.0)
    at = np.arange(1, _GRID) / _GRID
    least = np.empty(simulations)
    for k in range(simulations):
        count = np.searchsorted(np.sort(rng.random(number)), at, side="right")
        low, high = special.bdtr(count, number, at), special.bdtrc(count - 1, number, at)
        least[k] = min(low.min(), np.where(count > 0, high, 1.0).min())
    tail = float(np.quantile(least, 1.0 - probability))
    lower, upper = stats.binom.ppf(tail, number, at), stats.binom.isf(tail, number, at)
    return at, np.asarray(lower / number - at), np.asarray(upper / number - at)
