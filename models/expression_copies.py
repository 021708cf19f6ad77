"""A reaction that starts from few copies: the distribution of its Ct, and the probability of no Ct."""

from typing import Any

import numpy as np
import pytensor.tensor as pt

from lensim.expression.reactions import LEAST_PROBABILITY, LOG_MANY_COPIES, MOST_COPIES


def log_of_copies(log_copies: Any) -> tuple[Any, Any]:
    """Mean and variance of log k for k ~ Poisson(exp(log_copies)) given k >= 1; a series in 1 / copies beyond 20."""
    few = pt.minimum(log_copies, LOG_MANY_COPIES)
    k = np.arange(1, MOST_COPIES + 1, dtype=float)
    log_k = np.log(k)
    weight = pt.exp(few[..., None] * (k - 1.0) - np.cumsum(log_k))  # over lambda, so that few copies leave no 0 / 0
    total = pt.sum(weight, axis=-1)
    mean = pt.sum(weight * log_k, axis=-1) / total
    variance = pt.sum(weight * log_k**2, axis=-1) / total - mean**2
    many = pt.gt(log_copies, LOG_MANY_COPIES)
    inverse = pt.exp(-pt.maximum(log_copies, LOG_MANY_COPIES))
    return (
        pt.switch(many, log_copies - inverse / 2.0, mean),
        pt.switch(many, inverse, pt.maximum(variance, 0.0)),
    )


def dim_logp(value: Any, log_copies: Any, mean: Any, sd: Any, limit: Any) -> Any:
    """Log density of a Ct, or at the limit the log probability of none: no copies, or a Ct beyond it."""
    nothing = pt.exp(-pt.exp(log_copies))
    log_something = pt.log(-pt.expm1(-pt.exp(log_copies)) + LEAST_PROBABILITY)
    density = log_something - 0.5 * ((value - mean) / sd) ** 2 - pt.log(sd) - 0.5 * np.log(2 * np.pi)
    late = pt.erfc((limit - mean) / (sd * np.sqrt(2.0))) / 2.0
    return pt.switch(value >= limit, pt.log(nothing + (1.0 - nothing) * late + LEAST_PROBABILITY), density)


def dim_random(log_copies: Any, mean: Any, sd: Any, limit: Any, rng: Any = None, size: Any = None) -> np.ndarray:
    """Cts of such reactions; the limit means none."""
    shape = size if size is not None else np.broadcast_shapes(np.shape(log_copies), np.shape(mean))
    ct = mean + sd * rng.standard_normal(shape)
    has_copies = rng.random(shape) < -np.expm1(-np.exp(np.minimum(log_copies, 20.0)))
    return np.where(has_copies & (ct < limit), ct, limit)
