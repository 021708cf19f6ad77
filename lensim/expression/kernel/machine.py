"""Spreads, amplification, shifts of plates and units, from coordinates, and back (`lensim.models.expression_machine`).

`w` holds coordinates, `x` values, `d` slopes of the log density by values, in whose place come slopes by coordinates.
"""

from math import exp, log
from typing import Final

import numpy as np

from lensim.expression.kernel.normal import placed, slopes
from lensim.expression.kernel.study import (
    DOUBLINGS,
    ESTIMATE,
    FACTOR,
    GENE_ON_PLATE_SHIFT,
    INFORMATION,
    LOG_REST,
    LOG_SHARE,
    MEAN,
    ONE_COPY_CT,
    PLATE_SHIFT,
    REFERENCE_LEVEL,
    REFERENCE_SHIFT,
    SD,
    SD_GENE_ON_PLATE,
    SD_PLATE,
    SHARE,
    SHIFT,
    UNIT_CT,
    WEIGHT,
    Sizes,
)
from lensim.inference.compiled import compiled

LN2: Final = float(np.log(2.0))
LEAST_FACTOR: Final = 1.05


@compiled()
def spreads(w: np.ndarray, x: np.ndarray, law: np.ndarray, at: np.ndarray) -> float:
    """Spreads of log-normal priors, sampled on the log scale; returns the log density of their coordinates."""
    found = 0.0
    for i in range(at[SHARE]):
        z = (w[i] - law[MEAN, i]) / law[SD, i]
        x[i] = exp(w[i])
        found -= 0.5 * z * z
    return found


@compiled()
def slopes_of_spreads(w: np.ndarray, x: np.ndarray, d: np.ndarray, law: np.ndarray, at: np.ndarray) -> None:
    """Slopes by the logs of spreads."""
    for i in range(at[SHARE]):
        d[i] = d[i] * x[i] - (w[i] - law[MEAN, i]) / law[SD, i] ** 2


@compiled()
def share_of_outlying(w: np.ndarray, x: np.ndarray, law: np.ndarray, at: np.ndarray) -> float:
    """The share of outlying reactions, of a prior Beta(1, b), sampled as its log odds."""
    i = at[SHARE]
    more = log(1.0 + exp(-abs(w[i])))
    x[at[LOG_SHARE]] = min(w[i], 0.0) - more
    x[at[LOG_REST]] = -max(w[i], 0.0) - more
    x[i] = exp(x[at[LOG_SHARE]])
    return x[at[LOG_SHARE]] + law[MEAN, i] * x[at[LOG_REST]]


@compiled()
def slope_of_share(x: np.ndarray, d: np.ndarray, law: np.ndarray, at: np.ndarray) -> None:
    """The slope by the log odds of the share."""
    i = at[SHARE]
    of_share, of_rest = d[at[LOG_SHARE]] + 1.0, d[at[LOG_REST]] + law[MEAN, i]
    d[i] = d[i] * x[i] * (1.0 - x[i]) + of_share * (1.0 - x[i]) - of_rest * x[i]


@compiled()
def scaled(w: np.ndarray, x: np.ndarray, first: int, last: int, sd: float) -> float:
    """Normal variables of mean 0 and a common sd, in standard coordinates; returns their log density."""
    found = 0.0
    for i in range(first, last):
        x[i] = sd * w[i]
        found -= 0.5 * w[i] * w[i]
    return found


@compiled()
def slope_of_scaled(w: np.ndarray, d: np.ndarray, first: int, last: int, sd: float) -> float:
    """Slopes by such coordinates; returns the slope by the common sd."""
    by_sd = 0.0
    for i in range(first, last):
        by_sd += d[i] * w[i]
        d[i] = d[i] * sd - w[i]
    return by_sd


@compiled()
def amplification(w: np.ndarray, x: np.ndarray, law: np.ndarray, at: np.ndarray) -> float:
    """Factors and one-copy Cts; returns the log density of their coordinates."""
    found = 0.0
    for i in range(at[FACTOR], at[ONE_COPY_CT + 1]):
        x[i] = law[MEAN, i] + law[SD, i] * w[i]
        found -= 0.5 * w[i] * w[i]
    for g in range(at[ONE_COPY_CT] - at[FACTOR]):
        x[at[DOUBLINGS] + g] = log(max(x[at[FACTOR] + g], LEAST_FACTOR)) / LN2
    return found


@compiled()
def slopes_of_amplification(w: np.ndarray, x: np.ndarray, d: np.ndarray, law: np.ndarray, at: np.ndarray) -> None:
    """Slopes by coordinates of factors and one-copy Cts."""
    for g in range(at[ONE_COPY_CT] - at[FACTOR]):
        factor = x[at[FACTOR] + g]
        d[at[FACTOR] + g] = d[at[DOUBLINGS] + g] / (LN2 * factor) if factor > LEAST_FACTOR else 0.0
    for i in range(at[FACTOR], at[ONE_COPY_CT + 1]):
        d[i] = d[i] * law[SD, i] - w[i]


@compiled()
def plates(
    w: np.ndarray, x: np.ndarray, at: np.ndarray, of: Sizes, shifted: np.ndarray, reference: np.ndarray
) -> float:
    """Shift of each gene on each plate; returns the log density of coordinates of shifts."""
    found, own, common = 0.0, at[GENE_ON_PLATE_SHIFT], at[PLATE_SHIFT]
    for i in range(at[SHIFT], at[REFERENCE_SHIFT + 1]):
        x[i] = 0.0
    if own > common:
        found += scaled(w, x, common, own, x[at[SD_PLATE]])
        for g in range(of.gene):
            for p in range(of.plate):
                x[at[SHIFT] + g * of.plate + p] = x[common + p]
    if at[REFERENCE_LEVEL] > own:
        found += scaled(w, x, own, at[REFERENCE_LEVEL], x[at[SD_GENE_ON_PLATE]])
        for i in range(len(shifted)):
            x[at[SHIFT] + shifted[i]] += x[own + i]
    for g in reference:
        for p in range(of.plate):
            x[at[REFERENCE_SHIFT] + p] += x[at[SHIFT] + g * of.plate + p] / of.reference
    return found


@compiled()
def slopes_of_plates(
    w: np.ndarray, x: np.ndarray, d: np.ndarray, at: np.ndarray, of: Sizes, shifted: np.ndarray, reference: np.ndarray
) -> None:
    """Slopes by coordinates of shifts."""
    own, common = at[GENE_ON_PLATE_SHIFT], at[PLATE_SHIFT]
    for g in reference:
        for p in range(of.plate):
            d[at[SHIFT] + g * of.plate + p] += d[at[REFERENCE_SHIFT] + p] / of.reference
    if at[REFERENCE_LEVEL] > own:
        for i in range(len(shifted)):
            d[own + i] = d[at[SHIFT] + shifted[i]]
        d[at[SD_GENE_ON_PLATE]] += slope_of_scaled(w, d, own, at[REFERENCE_LEVEL], x[at[SD_GENE_ON_PLATE]])
    if own > common:
        for g in range(of.gene):
            for p in range(of.plate):
                d[common + p] += d[at[SHIFT] + g * of.plate + p]
        d[at[SD_PLATE]] += slope_of_scaled(w, d, common, own, x[at[SD_PLATE]])


@compiled()
def of_series(g: int, x: np.ndarray, law: np.ndarray, at: np.ndarray, of: Sizes) -> float:
    """Unit of a gene that the mean of its series says."""
    found = law[ESTIMATE, at[UNIT_CT] + g] + law[WEIGHT, at[UNIT_CT] + g] / x[at[DOUBLINGS] + g]
    for p in range(of.plate):
        i = at[SHIFT] + g * of.plate + p
        found -= law[WEIGHT, i] * x[i]
    return found


@compiled()
def units(w: np.ndarray, x: np.ndarray, law: np.ndarray, at: np.ndarray, of: Sizes) -> float:
    """Ct of one unit of each gene, free where a gene has a dilution series; returns the log density of coordinates."""
    found = 0.0
    for g in range(of.gene):
        i = at[UNIT_CT] + g
        if not of.has_series:
            x[i] = law[MEAN, i]
            continue
        estimate = of_series(g, x, law, at, of)
        x[i], more = placed(w[i], law[MEAN, i], law[SD, i], law[INFORMATION, i], estimate)
        found += more
    return found


@compiled()
def slopes_of_units(w: np.ndarray, x: np.ndarray, d: np.ndarray, law: np.ndarray, at: np.ndarray, of: Sizes) -> None:
    """Slopes by coordinates of units."""
    for g in range(of.gene if of.has_series else 0):
        i = at[UNIT_CT] + g
        doublings, estimate = x[at[DOUBLINGS] + g], of_series(g, x, law, at, of)
        d[i], _, _, by_estimate = slopes(d[i], w[i], law[MEAN, i], law[SD, i], law[INFORMATION, i], estimate)
        d[at[DOUBLINGS] + g] -= by_estimate * law[WEIGHT, i] / (doublings * doublings)
        for p in range(of.plate):
            j = at[SHIFT] + g * of.plate + p
            d[j] -= by_estimate * law[WEIGHT, j]
