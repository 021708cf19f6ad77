"""Pareto-smoothed importance weights: the numbers of `arviz_stats`, whose import takes a second, in numpy."""

from typing import Final

import numpy as np

FEWEST_IN_TAIL: Final = 5
MANY_DRAWS: Final = 225
PRIOR_SCALE: Final = 3.0
PRIOR_DRAWS: Final = 10.0
PRIOR_SHAPE: Final = 0.5


def smoothed(log_weights: np.ndarray) -> tuple[np.ndarray, float]:
    """Log weights with a smooth tail, which sum to 1, and the shape of the tail.

    Parameters
    ----------
    log_weights
        Of draws (draw), up to a constant.

    Returns
    -------
    tuple
        As `arviz_stats.base.array_stats.psislw(-log_weights)`; with an infinite shape, and weights as they are, where
        the tail has fewer than five draws or draws that are all alike.

    Source: Vehtari, Simpson, Gelman, Yao and Gabry 2024, Pareto smoothed importance sampling, JMLR 25(72); the shape by
    Zhang and Stephens 2009, doi:10.1198/tech.2009.08017.
    """
    found = log_weights - log_weights.max()
    draws = len(found)
    in_tail = int(3.0 * np.sqrt(draws)) if draws > MANY_DRAWS else draws // 5
    shape = np.inf
    if in_tail >= FEWEST_IN_TAIL:
        order = np.argsort(found)
        own, highest = order[-in_tail:], found.max()
        cutoff = np.exp(found[order[-in_tail - 1]])
        tail = found[own]
        if tail[-1] - tail[0] >= np.finfo(float).tiny:
            shape, scale = pareto_shape(np.exp(tail) - cutoff)
            if np.isfinite(shape):
                found[own] = np.minimum(_quantiles(shape, scale, cutoff, in_tail), highest)
    return found - np.log(np.exp(found - found.max()).sum()) - found.max(), shape


def pareto_shape(values: np.ndarray) -> tuple[float, float]:
    """Shape and scale of a generalised Pareto distribution of values in order; NaN where a quarter is the smallest."""
    count = len(values)
    quartile = values[int(count / 4 + 0.5) - 1]
    if quartile <= values[0]:
        return np.nan, np.nan
    guesses = 30 + int(count**0.5)
    b = 1.0 - np.sqrt(guesses / (np.arange(1, guesses + 1) - 0.5))
    b = b / (PRIOR_SCALE * quartile) + 1.0 / values[-1]
    k = np.log1p(-b[:, None] * values).mean(axis=1)
    log_likelihood = count * (np.log(-b / k) - k - 1.0)
    weight = np.exp(log_likelihood - log_likelihood.max())
    weight /= weight.sum()
    kept = weight >= 10 * np.finfo(float).eps
    weight = weight[kept] / weight[kept].sum()
    chosen = float((b[kept] * weight).sum())
    shape = float(np.log1p(-chosen * values).mean())
    scale = -shape / chosen
    shape = (count * shape + PRIOR_DRAWS * PRIOR_SHAPE) / (count + PRIOR_DRAWS)
    return (np.inf, np.nan) if np.isnan(shape) else (shape, scale)


def _quantiles(shape: float, scale: float, cutoff: float, count: int) -> np.ndarray:
    """Logs of the expected places of so many draws in a tail."""
    if scale <= 0:
        return np.full(count, np.nan)
    p = np.arange(0.5, count) / count
    step = -np.log1p(-p) if shape == 0 else np.expm1(-shape * np.log1p(-p)) / shape
    return np.asarray(np.log(cutoff + scale * step))
