"""Log likelihood of the wells of a culture, its slopes and its information, compiled.

raw signals   log signal ~ StudentT(nu, log E + place, sqrt(sd^2 + per_count / E)),  E = background + top residual
percents      viability  ~ StudentT(nu, E, sqrt((sd E)^2 + floor^2)),                E = top residual
"""

from math import lgamma, pi
from typing import Final

import numpy as np

from lensim.inference.compiled import compiled

LN10: Final = float(np.log(10.0))
_FAST: Final = {"reassoc", "contract", "arcp", "nsz"}
_AT_ONCE: Final = 8
_LARGE: Final = 1e140


@compiled(fastmath=_FAST, allocates=False)
def _times(y, first, last, mu, share):  # type: ignore[no-untyped-def]
    """Product of 1 + (y - mu)^2 share over some wells."""
    product = 1.0
    for w in range(first, last):
        away = y[w] - mu
        product *= 1.0 + away * away * share
    return product


@compiled(fastmath=_FAST, allocates=False)
def log_likelihood(panel, y, k, x, h, a, top, log_background, wells):  # type: ignore[no-untyped-def]
    """Of the wells of culture k, but for what depends on nu alone (`constant_of_wells`).

    `wells` is (log sd, log nu, log floor).
    """
    slope, fall, level = np.exp(h), np.expm1(-a), np.exp(top)
    background = np.exp(log_background) if panel.is_raw else 0.0
    sd2, nu, floor2 = np.exp(2.0 * wells[0]), np.exp(wells[1]), np.exp(2.0 * wells[2])
    if not (slope < 1e10 and level < 1e100 and abs(fall) < 1e100 and sd2 < 1e50 and nu < 1e50):
        return -np.inf
    total, product = 0.0, 1.0
    for c in range(panel.bounds[k], panel.bounds[k + 1]):
        reach = slope * (panel.log_dose[c] - LN10 * x)
        occupancy = 1.0 / (1.0 + np.exp(-reach)) if reach > -700.0 else 0.0
        expected = background + level * (1.0 + fall * occupancy)
        if panel.is_raw:
            if not expected > 0.0:
                return -np.inf
            mu, variance = np.log(expected), sd2 + panel.per_count / expected
        else:
            mu, variance = expected, sd2 * expected * expected + floor2
        first, last = panel.edges[c], panel.edges[c + 1]
        total -= 0.5 * (last - first) * np.log(variance)
        share = 1.0 / (variance * nu)
        while first < last:
            until = min(first + _AT_ONCE, last)
            product *= _times(y, first, until, mu, share)
            if product > _LARGE:
                total -= 0.5 * (nu + 1.0) * np.log(product)
                product = 1.0
            first = until
    total -= 0.5 * (nu + 1.0) * np.log(product)
    return total if total == total else -np.inf


@compiled(allocates=False)
def constant_of_wells(number, log_nu):  # type: ignore[no-untyped-def]
    """What log densities of `number` wells have that depends on nu alone."""
    nu = np.exp(log_nu)
    return number * (lgamma(0.5 * (nu + 1.0)) - lgamma(0.5 * nu) - 0.5 * np.log(nu * pi))


@compiled(allocates=False)
def all_log_likelihoods(panel, y, s, into):  # type: ignore[no-untyped-def]
    """Of all cultures, into (culture)."""
    for k in range(len(into)):
        c = s.curve[k]
        into[k] = log_likelihood(panel, y, k, c[0], c[1], c[2], s.top[k], s.background[panel.plate_of[k]], s.wells)


@compiled(allocates=False)
def expand(panel, y, k, at, log_background, wells, slope_of, information, d):  # type: ignore[no-untyped-def]
    """Slope of the log likelihood of culture k at (log10 EC50, log slope, effect, log top); expected information."""
    slope, fall, level = np.exp(at[1]), np.expm1(-at[2]), np.exp(at[3])
    background = np.exp(log_background) if panel.is_raw else 0.0
    sd2, nu, floor2 = np.exp(2.0 * wells[0]), np.exp(wells[1]), np.exp(2.0 * wells[2])
    slope_of[:] = 0.0
    information[:] = 0.0
    for c in range(panel.bounds[k], panel.bounds[k + 1]):
        reach = slope * (panel.log_dose[c] - LN10 * at[0])
        occupancy = 1.0 / (1.0 + np.exp(-reach)) if reach > -700.0 else 0.0
        left = 1.0 + fall * occupancy
        expected = background + level * left
        bend = level / expected * fall * occupancy * (1.0 - occupancy)
        d[0], d[1] = -bend * slope * LN10, bend * reach if reach > -700.0 else 0.0
        d[2], d[3] = -level / expected * (fall + 1.0) * occupancy, level * left / expected
        if panel.is_raw:
            mu, variance = np.log(expected), sd2 + panel.per_count / expected
            by_mu, by_variance = 1.0, -panel.per_count / expected
        else:
            mu, variance = expected, sd2 * expected * expected + floor2
            by_mu, by_variance = expected, 2.0 * sd2 * expected * expected
        number = panel.edges[c + 1] - panel.edges[c]
        of_mu, of_variance = 0.0, 0.0
        for w in range(panel.edges[c], panel.edges[c + 1]):
            r = y[w] - mu
            pull = (nu + 1.0) / (nu * variance + r * r)
            of_mu += pull * r
            of_variance += 0.5 * (pull * r * r - 1.0) / variance
        g = of_mu * by_mu + of_variance * by_variance
        info = number * ((nu + 1.0) / (nu + 3.0) / variance * by_mu * by_mu)
        info += number * 0.5 * nu / (nu + 3.0) * (by_variance / variance) ** 2
        for i in range(4):
            slope_of[i] += g * d[i]
            for j in range(4):
                information[i, j] += info * d[i] * d[j]
