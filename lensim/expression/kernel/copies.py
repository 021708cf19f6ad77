"""A dim reaction, which starts from few copies, and slopes of its log density (`lensim.models.expression_copies`)."""

from math import erfc, exp, expm1, log, pi, sqrt
from typing import Final

import numpy as np

from lensim.expression.kernel.study import (
    DEVIATION,
    DOUBLINGS,
    ONE_COPY_CT,
    QUANTITY,
    SD_TECHNICAL,
    SHIFT,
    UNIT_CT,
    Reactions,
    Sizes,
)
from lensim.inference.compiled import compiled

MOST_COPIES: Final = 45
LOG_MANY_COPIES: Final = float(np.log(20.0))
LEAST_PROBABILITY: Final = 1e-290
SURELY: Final = 700.0
"""So many copies are never none, in a number of 64 bits."""
LOGS: Final = np.log(np.arange(1.0, MOST_COPIES + 1.0))
LN2: Final = float(np.log(2.0))
HALF_LOG_2PI: Final = 0.5 * float(np.log(2.0 * np.pi))


@compiled()
def log_of_copies(log_copies: float) -> tuple[float, float, float, float]:
    """Mean and variance of log k for k ~ Poisson(exp(log_copies)) given k >= 1, and the slopes of both."""
    if log_copies > LOG_MANY_COPIES:
        inverse = exp(-log_copies)
        return log_copies - inverse / 2.0, inverse, 1.0 + inverse / 2.0, -inverse
    copies = exp(log_copies)
    weight, total, first, second = 1.0, 1.0, 0.0, 0.0
    total_k, first_k, second_k = 0.0, 0.0, 0.0  # the same sums of weight (k - 1)
    for k in range(1, MOST_COPIES):
        weight *= copies / (k + 1.0)
        logged = weight * LOGS[k]
        total += weight
        first += logged
        second += logged * LOGS[k]
        total_k += weight * k
        first_k += logged * k
        second_k += logged * LOGS[k] * k
    mean, square = first / total, second / total
    slope_of_mean = (first_k - mean * total_k) / total
    slope_of_square = (second_k - square * total_k) / total
    return mean, max(square - mean * mean, 0.0), slope_of_mean, slope_of_square - 2.0 * mean * slope_of_mean


@compiled()
def of_ct(ct: float, log_copies: float, mean: float, sd: float, limit: float) -> tuple[float, float, float, float]:
    """Log density of a Ct, or of none at the limit, and its slopes by log_copies, mean and sd."""
    copies = exp(min(log_copies, SURELY))
    nothing = exp(-copies)
    by_copies = nothing * copies if copies < SURELY else 0.0  # how fast the probability of copies grows
    if ct < limit:
        something = -expm1(-copies) + LEAST_PROBABILITY
        z = (ct - mean) / sd
        density = log(something) - 0.5 * z * z - log(sd) - HALF_LOG_2PI
        return density, by_copies / something, z / sd, (z * z - 1.0) / sd
    u = (limit - mean) / (sd * sqrt(2.0))
    late = erfc(u) / 2.0
    probability = nothing + (1.0 - nothing) * late + LEAST_PROBABILITY
    by_u = -(1.0 - nothing) * exp(-u * u) / sqrt(pi) / probability
    return log(probability), -by_copies * (1.0 - late) / probability, -by_u / (sd * sqrt(2.0)), -by_u * u / sd


@compiled()
def dim_reactions(x: np.ndarray, d: np.ndarray, at: np.ndarray, dims: Reactions, of: Sizes, limit: float) -> float:
    """Log density of all dim reactions; adds its slopes to `d`."""
    found, technical = 0.0, x[at[SD_TECHNICAL]]
    for i in range(len(dims.ct)):
        g, slot, read = dims.gene[i], dims.slot[i], at[QUANTITY] + dims.gene[i] * of.sample + dims.sample[i]
        shift = at[SHIFT] + g * of.plate + dims.plate[i]
        quantity = x[read] + x[at[DEVIATION] + slot] if slot >= 0 else dims.quantity[i]
        log_factor, above = LN2 * x[at[DOUBLINGS] + g], x[at[ONE_COPY_CT] + g] - x[at[UNIT_CT] + g]
        log_copies = log_factor * above + LN2 * quantity
        mean_log, variance_log, slope_of_mean, slope_of_variance = log_of_copies(log_copies)
        mean = x[at[ONE_COPY_CT] + g] + x[shift] - mean_log / log_factor
        sd = sqrt(technical * technical + variance_log / (log_factor * log_factor))
        density, by_log, by_mean, by_sd = of_ct(dims.ct[i], log_copies, mean, sd, limit)
        found += density
        by_variance = by_sd / (2.0 * sd)
        by_log += by_variance / (log_factor * log_factor) * slope_of_variance - by_mean / log_factor * slope_of_mean
        by_factor = by_mean * mean_log / log_factor**2 - 2.0 * by_variance * variance_log / log_factor**3
        d[at[SD_TECHNICAL]] += 2.0 * by_variance * technical
        d[at[ONE_COPY_CT] + g] += by_mean + by_log * log_factor
        d[at[UNIT_CT] + g] -= by_log * log_factor
        d[shift] += by_mean
        d[at[DOUBLINGS] + g] += LN2 * (by_factor + by_log * above)
        if slot >= 0:
            d[read] += LN2 * by_log
            d[at[DEVIATION] + slot] += LN2 * by_log
    return found
