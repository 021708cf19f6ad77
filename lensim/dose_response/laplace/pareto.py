"""The Pareto shape of importance weights, compiled: how far they can be trusted."""

from typing import Final

import numpy as np

from lensim.dose_response.laplace.rows import logarithm
from lensim.inference.compiled import compiled

SAME: Final = 1e-9
"""Weights that differ by less are alike."""
_FEWEST: Final = 25
_PRIOR_OF_SCALE: Final = 3.0
_PRIOR_DRAWS: Final = 10.0
_PRIOR_SHAPE: Final = 0.5


@compiled(fastmath=True)
def _mean_log(above, b):  # type: ignore[no-untyped-def]
    """Mean of log(1 - b x)."""
    total = 0.0
    for i in range(len(above)):
        total += logarithm(1.0 - b * above[i])
    return total / len(above)


@compiled()
def _shape(above):  # type: ignore[no-untyped-def]
    """Shape of a generalised Pareto distribution from sorted exceedances (Zhang and Stephens 2009), with a prior."""
    n = len(above)
    quartile = above[int(n / 4.0 + 0.5) - 1]
    if quartile <= above[0]:
        return np.nan
    candidates = 30 + int(np.sqrt(n))
    scale, heights = np.empty(candidates), np.empty(candidates)
    for j in range(candidates):
        scale[j] = (1.0 - np.sqrt(candidates / (j + 0.5))) / (_PRIOR_OF_SCALE * quartile) + 1.0 / above[-1]
        shape = _mean_log(above, scale[j])
        heights[j] = n * (np.log(-scale[j] / shape) - shape - 1.0)
    weight = np.exp(heights - heights.max())
    shape = _mean_log(above, (scale * weight).sum() / weight.sum())
    return (n * shape + _PRIOR_DRAWS * _PRIOR_SHAPE) / (n + _PRIOR_DRAWS)


@compiled()
def _shapes(weights, found):  # type: ignore[no-untyped-def]
    draws = weights.shape[1]
    tail = int(3.0 * np.sqrt(draws)) if draws > 225 else draws // 5
    for row in range(len(weights)):
        ordered = np.sort(weights[row])
        highest, cut = ordered[-1], ordered[draws - tail - 1]
        if highest > ordered.mean() * (1.0 + SAME) and highest > ordered[draws - tail]:
            found[row] = _shape((ordered[draws - tail :] - cut) / highest)


def pareto_shapes(weights: np.ndarray) -> np.ndarray:
    """Shape k of a generalised Pareto distribution fitted to the upper tail of each row of weights (row).

    Above 0.7 means and spreads by these weights cannot be trusted. Rows without a tail (all weights alike) have -inf.
    It is what `psislw` of ArviZ gives.

    Parameters
    ----------
    weights
        (row, draw), 0 or more; at least 25 draws.

    Source: Vehtari, Simpson, Gelman, Yao and Gabry 2024, Pareto smoothed importance sampling, JMLR 25(72).
    """
    if weights.shape[1] < _FEWEST:
        raise ValueError(f"pareto_shapes: a tail needs {_FEWEST} draws, got {weights.shape[1]}")
    found = np.full(len(weights), -np.inf)
    _shapes(np.ascontiguousarray(weights, dtype=float), found)
    return found
