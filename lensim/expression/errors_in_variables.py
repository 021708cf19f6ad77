"""A straight line through points that are uncertain in both coordinates, some of them known by a bound alone."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import ndtr, ndtri

from lensim import checks

SD_SLOPE: Final = 3.0  # assumed: eightfold a tenfold dose would surprise; without a bound a slope can be anything
FEWEST_POINTS: Final = 4
SWEEPS: Final = 300
_LEAST_WEIGHT: Final = 0.1
_LEAST_VARIANCE: Final = 1e-10
_FAR_TAIL: Final = 8.0


@dataclass(frozen=True)
class Measured:
    """Estimates with their standard errors, such that an estimate scatters about the truth (..., point)."""

    mean: np.ndarray
    sd: np.ndarray


def without_pooling(posterior: Measured, population_mean: np.ndarray, population_sd: np.ndarray) -> Measured:
    """Estimates from the data alone, from a posterior that was shrunk towards a normal population.

    With w = 1 - (sd / population sd)^2, the share of its own data in a posterior mean, the estimate is
    (mean - (1 - w) population mean) / w and its error sd / sqrt(w). A point of which the population says nearly all (w
    below 0.1) is taken as if w were 0.1.

    A regression on means that are shrunk together, or of them, has a biased slope; one on these estimates has not.
    """
    weight = np.maximum(1.0 - (posterior.sd / population_sd) ** 2, _LEAST_WEIGHT)
    mean = (posterior.mean - (1.0 - weight) * population_mean) / weight
    return Measured(mean, posterior.sd / np.sqrt(weight))


def slope_draws(
    x: Measured,
    y: Measured,
    rng: np.random.Generator,
    *,
    beyond: np.ndarray | None = None,
    bound: float = np.nan,
    sweeps: int = SWEEPS,
) -> np.ndarray:
    """Draws of the slope of true y on true x, both measured with error.

        x measured ~ Normal(x, sd of x);  y measured ~ Normal(y, sd of y)
        y ~ Normal(a + b x, sigma);       x ~ Normal(mu, tau)
        b ~ Normal(0, 3); a, mu, sigma and tau flat

    The population of x is what takes the bias out: least squares on measured x finds b tau^2 / (tau^2 + sd^2). A Gibbs
    sampler, each draw the end of a chain of its own, y integrated out where it would slow the chain.

    Parameters
    ----------
    x, y
        Mean and sd, broadcast to (draws, point).
    rng
        Random numbers.
    beyond
        (draws, point): where x is known to be above `bound` only; its measurement then does not count.
    bound
        That bound; NaN leaves such points out.
    sweeps
        Length of each chain.

    Returns
    -------
    numpy.ndarray
        (draws); NaN where fewer than four points are left.

    Raises
    ------
    InputError
        If there are fewer than four points.

    Source
    ------
    Structural model of errors in variables, Fuller 1987, doi:10.1002/9780470316665; the sampler is ours.
    """
    is_beyond = np.zeros(1, dtype=bool) if beyond is None else beyond
    m, s, y_hat, v, beyond = np.broadcast_arrays(x.mean, x.sd**2, y.mean, y.sd**2, is_beyond)
    checks.at_least("points of a line", m.shape[-1], FEWEST_POINTS)
    used = ~beyond if np.isnan(bound) else np.ones(m.shape, dtype=bool)
    number = used.sum(axis=-1)
    enough = number >= FEWEST_POINTS
    n = np.maximum(number, FEWEST_POINTS).astype(float)[..., None]
    start = np.where(beyond, 0.0 if np.isnan(bound) else bound, m)
    s, v = np.maximum(np.where(beyond, 1.0, s), _LEAST_VARIANCE), np.maximum(v, _LEAST_VARIANCE)
    by_measurement = np.where(beyond, 0.0, 1.0 / s)

    def total(values: np.ndarray) -> np.ndarray:
        return np.where(used, values, 0.0).sum(axis=-1, keepdims=True)

    def variance(sum_of_squares: np.ndarray, shape: np.ndarray) -> np.ndarray:
        return np.asarray(np.maximum(sum_of_squares / 2.0 / rng.standard_gamma(shape), _LEAST_VARIANCE))

    centre = total(start) / n
    value = start - centre
    m, bound = start - centre, bound - centre
    sigma2 = np.maximum(total((y_hat - total(y_hat) / n) ** 2) / n, _LEAST_VARIANCE)
    slope = np.zeros_like(n)
    for _ in range(sweeps):
        # line, given x
        weight = np.where(used, 1.0 / (sigma2 + v), 0.0)
        all_weight, first, of_y = weight.sum(-1, keepdims=True), total(weight * value), total(weight * y_hat)
        precision = total(weight * value**2) - first**2 / all_weight + SD_SLOPE**-2
        slope = (total(weight * value * y_hat) - first * of_y / all_weight) / precision
        slope = slope + rng.standard_normal(n.shape) / np.sqrt(precision)
        level = (of_y - slope * first) / all_weight + rng.standard_normal(n.shape) / np.sqrt(all_weight)
        # population of x
        mean = total(value) / n
        tau2 = variance(total((value - mean) ** 2), (n - 2.0) / 2.0)
        mu = mean + np.sqrt(tau2 / n) * rng.standard_normal(n.shape)
        # x, given the line, its population and its measurement
        precision = by_measurement + 1.0 / tau2 + weight * slope**2
        mean = (by_measurement * m + mu / tau2 + weight * slope * (y_hat - level)) / precision
        sd = 1.0 / np.sqrt(precision)
        value = mean + sd * rng.standard_normal(m.shape)
        if not np.isnan(bound).all() and beyond.any():
            value[beyond] = _above(mean[beyond], sd[beyond], np.broadcast_to(bound, m.shape)[beyond], rng)
        # y, and the spread about the line
        precision = 1.0 / v + 1.0 / sigma2
        expected = level + slope * value
        y = (y_hat / v + expected / sigma2) / precision + rng.standard_normal(m.shape) / np.sqrt(precision)
        sigma2 = variance(total((y - expected) ** 2), (n - 1.0) / 2.0)
    return np.where(enough, slope[..., 0], np.nan)


def _above(mean: np.ndarray, sd: np.ndarray, bound: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Normal draws above a bound; far in the tail they are exponential."""
    low = (bound - mean) / sd
    near = -ndtri(rng.random(low.shape) * ndtr(-np.minimum(low, _FAR_TAIL)))
    far = low + rng.standard_exponential(low.shape) / np.maximum(low, 1.0)
    return np.asarray(mean + sd * np.where(low > _FAR_TAIL, far, near))
