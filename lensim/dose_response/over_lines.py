"""The mean of a population of lines, from what is known of each line of a study."""

from typing import Final

import numpy as np

SCALE_OF_LOG10_RATIOS: Final = 0.3
"""Of the half-normal prior of the spread between lines: a factor of two is ordinary (assumed)."""
SCALE_OF_POINTS: Final = 15.0
"""The same of differences of inhibition, in percent points."""
LEAST_KEPT: Final = 0.2
"""Share of the information on a line that is its data's, at least: below, nothing could be said of it."""
_GRID: Final = np.linspace(0.0, 4.0, 81)


def mean_over_lines(
    mean: np.ndarray,
    variance: np.ndarray,
    scale: float,
    draws: int,
    rng: np.random.Generator,
    prior_variance: float | np.ndarray = np.inf,
) -> np.ndarray:
    """Draws of the mean of a population of lines (..., draw), from mean and variance of each line (..., line).

        value(line) ~ Normal(mu, sqrt(sigma^2 + variance(line))),  sigma ~ HalfNormal(scale),  mu flat

    The spread sigma is summed over on a grid, and so has its uncertainty in the mean of few lines. A model in which
    lines are pooled has drawn each value towards 0 by its own prior, of `prior_variance`, which would be counted once
    for every line: it is taken off, value / (1 - variance / prior_variance), and the variance likewise.

    Parameters
    ----------
    mean, variance
        What is known of each line: of draws of its value.
    scale
        Of the spread between lines, a priori.
    draws
        How many.
    rng
        Random numbers.
    prior_variance
        Of each value (...); infinite where nothing drew it.
    """
    pulled = np.asarray(prior_variance)[..., None] if np.ndim(prior_variance) else prior_variance
    kept = np.maximum(1.0 - variance / pulled, LEAST_KEPT)
    mean, variance = mean / kept, variance / kept
    grid = scale * _GRID
    total = variance[..., None, :] + grid[:, None] ** 2 + 1e-12 * scale**2
    precision = (1.0 / total).sum(axis=-1)
    mu = (mean[..., None, :] / total).sum(axis=-1) / precision
    square = ((mean[..., None, :] - mu[..., None]) ** 2 / total).sum(axis=-1)
    log_p = -0.5 * (np.log(total).sum(axis=-1) + np.log(precision) + square + _GRID**2)
    p = np.cumsum(np.exp(log_p - log_p.max(axis=-1, keepdims=True)), axis=-1)
    at = rng.random((*mean.shape[:-1], draws)) * p[..., -1:]
    picked = (at[..., None, :] > p[..., :, None]).sum(axis=-2)
    middle, sd = (np.take_along_axis(one, picked, axis=-1) for one in (mu, precision**-0.5))
    return np.asarray(middle + sd * rng.standard_normal(middle.shape))
