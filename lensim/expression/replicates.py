"""Replicate reactions of which one may be outlying: what is left of a cell, by closed form, for many studies at once.

The same mixture as the models of reactions have (`lensim.models.expression_replicates`), at a plug-in reading spread
and with the cell's level unknown. Of each cell n + 1 parts, "none is outlying" and "reaction i is", are weighed. The
mean Ct of the cell has the mean and the variance of the mixture of parts.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

SHARE_OUTLYING: Final = 0.01
"""Share of outlying reactions (assumed)."""
SD_OUTLYING: Final = 2.0
"""How far an outlying reaction lies [cycles] (assumed)."""
PRIOR_SD: Final = 0.15
PRIOR_FREEDOM: Final = 1.0
ROUNDS: Final = 3
_LOG_2PI: Final = float(np.log(2.0 * np.pi))


@dataclass(frozen=True)
class WeighedCells:
    """What is left of cells; all (..., cell) but the first.

    Attributes
    ----------
    probability
        (..., cell, replicate) that a reaction is outlying.
    mean
        Mean Ct of what is left [cycles].
    doubt
        Variance of the mean from not knowing which reaction is outlying [cycles^2].
    square, freedom
        Sum of squares of what is left around its mean [cycles^2], and its degrees of freedom.
    inverse
        1 / number of reactions left.
    """

    probability: np.ndarray
    mean: np.ndarray
    doubt: np.ndarray
    square: np.ndarray
    freedom: np.ndarray
    inverse: np.ndarray


def weigh(ct: np.ndarray, variance_beside_reading: np.ndarray) -> WeighedCells:
    """Weigh the parts of every cell.

    Parameters
    ----------
    ct
        (study, cell, replicate) [cycles]; NaN where there is no reaction.
    variance_beside_reading
        (study, cell) variance of a reaction by the drawing of copies [cycles^2].
    """
    there = np.isfinite(ct)
    count = there.sum(axis=-1)
    value = np.where(there, ct, 0.0)
    total = value.sum(axis=-1)
    mean = total / np.maximum(count, 1)
    around = np.where(there, value - mean[..., None], 0.0)
    square = (around**2).sum(axis=-1)
    kept = np.maximum(count - 1, 1)[..., None]
    away = around * (count / np.maximum(count - 1, 1))[..., None]  # of a reaction from the mean of the others
    square_without = np.maximum(square[..., None] - around * away, 0.0)
    may = there & (count >= 2)[..., None]
    reading = _first_variance(square, count, variance_beside_reading)
    for _ in range(ROUNDS):
        variance = reading[..., None] + variance_beside_reading
        none = np.log1p(-SHARE_OUTLYING) + _within(count, square, variance)
        far = variance[..., None] * (1.0 + 1.0 / kept) + SD_OUTLYING**2
        one = np.log(SHARE_OUTLYING) + _within(kept, square_without, variance[..., None])
        one = np.where(may, one - 0.5 * (away**2 / far + np.log(far) + _LOG_2PI), -np.inf)
        top = np.maximum(none, one.max(axis=-1))
        none, one = np.exp(none - top), np.exp(one - top[..., None])
        whole = none + one.sum(axis=-1)
        none, one = none / whole, one / whole[..., None]
        left_square = none * square + (one * square_without).sum(axis=-1)
        left_freedom = none * np.maximum(count - 1, 0) + (one * (kept - 1)).sum(axis=-1)
        share = reading[..., None] / variance  # of what is seen, what reading makes
        reading = (PRIOR_FREEDOM * PRIOR_SD**2 + (left_square * share).sum(axis=-1)) / (
            PRIOR_FREEDOM + left_freedom.sum(axis=-1)
        )
    shift = np.where(may, mean[..., None] - away / np.maximum(count, 1)[..., None], mean[..., None])
    weighed = none * mean + (one * shift).sum(axis=-1)
    doubt = none * (mean - weighed) ** 2 + (one * (shift - weighed[..., None]) ** 2).sum(axis=-1)
    inverse = none / np.maximum(count, 1) + (one / kept).sum(axis=-1)
    return WeighedCells(one, np.where(count > 0, weighed, np.nan), doubt, left_square, left_freedom, inverse)


def _within(count: np.ndarray, square: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Log density of reactions around their own mean, whatever that is."""
    return -0.5 * ((count - 1.0) * (_LOG_2PI + np.log(variance)) + np.log(np.maximum(count, 1)) + square / variance)


def _first_variance(square: np.ndarray, count: np.ndarray, beside: np.ndarray) -> np.ndarray:
    """Reading variance of each study that outlying reactions do not raise: from the median over its cells."""
    freedom = np.where(count > 1, count - 1, np.nan)
    median_of_one = (1.0 - 2.0 / (9.0 * freedom)) ** 3  # Wilson and Hilferty, of a chi-squared over its freedom
    scaled = np.where(count > 1, np.maximum(square / freedom / median_of_one - beside, 0.0), np.nan)
    several = np.isfinite(scaled).any(axis=-1)
    middle = np.full(square.shape[:-1], PRIOR_SD**2)
    middle[several] = np.nanmedian(scaled[several], axis=-1)
    number = np.isfinite(scaled).sum(axis=-1)
    return (PRIOR_FREEDOM * PRIOR_SD**2 + number * middle) / (PRIOR_FREEDOM + number)
