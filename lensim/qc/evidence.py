"""How sure a finding is: spreads that a few outlying wells do not move, and limits for many places at once."""

from typing import Final, NamedTuple

import numpy as np
from scipy import stats

from lensim.qc.thresholds import FALSE_ALARM

TO_SD: Final = 1.4826
"""The median absolute deviation of a normal times this is its sd."""
CONFIDENCE: Final = 0.95
EFFICIENCY_OF_MAD: Final = 0.37
"""Of the degrees of freedom a median deviation keeps so many: its asymptotic efficiency."""

SD_OF_READING: Final = 0.15
"""Of a reaction, where nothing tells it [cycles] (assumed)."""
PRIOR_FREEDOM: Final = 4.0
"""How much the other places count for the variance of one (assumed)."""


def sure_quantile(places: int, degrees_of_freedom: float, false_alarm: float = FALSE_ALARM) -> float:
    """Student's quantile that the largest of so many absolute values exceeds in a share `false_alarm` of runs.

    Independent places: 1 - (1 - a)^places = false_alarm, two-sided.
    """
    each = -np.expm1(np.log1p(-false_alarm) / max(places, 1))
    return float(stats.t.isf(each / 2.0, max(degrees_of_freedom, 1.0)))


class Spread(NamedTuple):
    """An sd with its degrees of freedom and its 95% interval."""

    sd: float
    degrees_of_freedom: float
    low: float
    high: float


def spread_of(sd: float, degrees_of_freedom: float, confidence: float = CONFIDENCE) -> Spread:
    """The interval of an sd, by chi-squared."""
    if not degrees_of_freedom > 0:
        return Spread(sd, 0.0, 0.0, float("inf"))
    tails = stats.chi2.ppf([0.5 + confidence / 2.0, 0.5 - confidence / 2.0], degrees_of_freedom)
    low, high = sd * np.sqrt(degrees_of_freedom / tails)
    return Spread(sd, degrees_of_freedom, float(low), float(high))


def robust_spread(deviations: np.ndarray, degrees_of_freedom: float) -> Spread:
    """The sd of standardised deviations from their own means, from their median absolute value.

    Parameters
    ----------
    deviations
        Each divided by the root of its share of the variance, so that all have one sd.
    degrees_of_freedom
        Of all of them together.
    """
    known = np.abs(deviations[np.isfinite(deviations)])
    if not len(known):
        return spread_of(float("nan"), 0.0)
    return spread_of(TO_SD * float(np.median(known)), EFFICIENCY_OF_MAD * degrees_of_freedom)


class Fitted(NamedTuple):
    """Coefficients of a regression with their standard errors and degrees of freedom."""

    value: np.ndarray
    error: np.ndarray
    degrees_of_freedom: float


def clipped_regression(design: np.ndarray, response: np.ndarray, absorbed: int = 0, rounds: int = 5) -> Fitted:
    """Least squares without the outlying responses: those beyond 3 robust sd of the last round are left out.

    Parameters
    ----------
    design
        (row, coefficient).
    response
        (row).
    absorbed
        How many means were taken off design and response before.
    rounds
        How often rows are chosen anew.

    Returns
    -------
    Fitted
        NaN where the rows do not tell a coefficient.
    """
    kept = np.isfinite(response)
    columns = design.shape[1]
    value, error, freedom = np.full(columns, np.nan), np.full(columns, np.nan), 0.0
    for _ in range(rounds):
        own, seen = design[kept], response[kept]
        freedom = float(kept.sum() - columns - absorbed)
        if freedom < 3 or np.linalg.matrix_rank(own) < columns:
            return Fitted(np.full(columns, np.nan), np.full(columns, np.nan), 0.0)
        inverse = np.linalg.inv(own.T @ own)
        value = inverse @ (own.T @ seen)
        residual = seen - own @ value
        error = np.sqrt(np.diag(inverse) * float(residual @ residual) / freedom)
        every = response - design @ value
        scale = TO_SD * float(np.median(np.abs(residual))) * np.sqrt(kept.sum() / freedom)
        again = np.isfinite(response) & (np.abs(np.nan_to_num(every)) <= 3.0 * scale) if scale > 0 else kept
        if (again == kept).all():
            break
        kept = again
    return Fitted(value, error, freedom)


class Pooled(NamedTuple):
    """A mean over places, its standard error and degrees of freedom."""

    mean: float
    error: float
    degrees_of_freedom: float


def pooled(values: np.ndarray) -> Pooled:
    """The mean of values that differ between places, without those far out."""
    fitted = clipped_regression(np.ones((len(values), 1)), np.asarray(values, dtype=float))
    return Pooled(float(fitted.value[0]), float(fitted.error[0]), fitted.degrees_of_freedom)


def moderated(variances: np.ndarray, degrees_of_freedom: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Variances of places with few wells, drawn towards their median, and their degrees of freedom.

    (f s^2 + f0 s0^2) / (f + f0)            f0 = `PRIOR_FREEDOM`, s0^2 the median variance
    """
    centre = float(np.median(variances))
    freedom = degrees_of_freedom + PRIOR_FREEDOM
    return (degrees_of_freedom * variances + PRIOR_FREEDOM * centre) / freedom, freedom


def typical_sd(spreads: np.ndarray, degrees_of_freedom: np.ndarray) -> tuple[float, float]:
    """The sd behind many spreads of few wells each, by their median; and the standard error of its log.

    The median of a spread with f degrees of freedom is too small by the root of median chi-squared / f.
    """
    freedom = np.asarray(degrees_of_freedom, dtype=float)
    logs = np.log(np.maximum(spreads / np.sqrt(stats.chi2.ppf(0.5, freedom) / freedom), 1e-12))
    error = 1.25 * float(logs.std(ddof=1)) / np.sqrt(len(logs)) if len(logs) > 1 else np.inf
    return float(np.exp(np.median(logs))), float(error)


def percent_of_log(value: float) -> float:
    """A shift of natural-log signal in percent: 100 (exp(value) - 1)."""
    return 100.0 * float(np.expm1(value))
