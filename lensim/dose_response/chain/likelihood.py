"""Log likelihood of the wells of a culture, its slopes and its information, compiled.

raw signals   log signal ~ StudentT(nu, log E + place, sqrt(sd^2 + per_count / E)),  E = background + top residual
percents      viability  ~ StudentT(nu, E, sqrt((sd E)^2 + floor^2)),                E = top residual
"""

from math import lgamma, pi
from typing import Final

import numpy as np

from lensim.inference.compiled import compiled
from lensim.inference.vectors import exponential, logarithm

LN10: Final = float(np.log(10.0))
_FAST: Final = {"reassoc", "contract", "arcp", "nsz"}
_EXACT: Final = {"contract", "nsz"}
_AT_ONCE: Final = 64
SIDE_BY_SIDE: Final = 8
_LARGE: Final = 1e140


@compiled(fastmath=_FAST, allocates=False)
def _times(y, first, last, mu, share):  # type: ignore[no-untyped-def]
    """Product of 1 + (y - mu)^2 share over some wells."""
    product = 1.0
    for w in range(first, last):
        away = y[w] - mu
        product *= 1.0 + away * away * share
    return product


@compiled(allocates=False)
def _log_times(y, first, last, mu, share):  # type: ignore[no-untyped-def]
    """Log of `_times`, where that is too large a number."""
    total = 0.0
    for w in range(first, last):
        away = y[w] - mu
        total += np.log1p(away * away * share)
    return total


@compiled(fastmath=_EXACT, allocates=False)
def _cells_of_raw(log_dose, cells, x, slope, fall, level, background, sd2, nu, per_count, room):  # type: ignore[no-untyped-def]
    """Into room (cell): mean log signals, log variances, what squares are multiplied with, signals."""
    for c in range(cells):
        room[3, c] = background + level * (1.0 + fall / (1.0 + exponential(slope * (LN10 * x - log_dose[c]))))
        expected = max(room[3, c], 1e-300)
        variance = sd2 + per_count / expected
        room[0, c], room[1, c], room[2, c] = logarithm(expected), logarithm(variance), 1.0 / (variance * nu)


@compiled(fastmath=_EXACT, allocates=False)
def _cells_of_percents(log_dose, cells, x, slope, fall, level, sd2, nu, floor2, room):  # type: ignore[no-untyped-def]
    """As above, of viabilities."""
    for c in range(cells):
        expected = level * (1.0 + fall / (1.0 + exponential(slope * (LN10 * x - log_dose[c]))))
        variance = sd2 * expected * expected + floor2
        room[0, c], room[1, c], room[2, c], room[3, c] = expected, logarithm(variance), 1.0 / (variance * nu), 1.0


@compiled(fastmath=_FAST, allocates=False)
def log_likelihood(panel, y, k, x, h, a, top, log_background, wells, room):  # type: ignore[no-untyped-def]
    """Of the wells of culture k, but for what depends on nu alone (`constant_of_wells`).

    `wells` is (log sd, log nu, log floor); `room` is (4, cell), to work in.
    """
    slope, fall, level = np.exp(h), np.expm1(-a), np.exp(top)
    background = np.exp(log_background) if panel.is_raw else 0.0
    sd2, nu, floor2 = np.exp(2.0 * wells[0]), np.exp(wells[1]), np.exp(2.0 * wells[2])
    if not (slope < 1e10 and level < 1e100 and abs(fall) < 1e100 and sd2 < 1e50 and nu < 1e50 and abs(x) < 1e50):
        return -np.inf
    start, cells = panel.bounds[k], panel.bounds[k + 1] - panel.bounds[k]
    whole = (cells + SIDE_BY_SIDE - 1) // SIDE_BY_SIDE * SIDE_BY_SIDE
    if panel.is_raw:
        _cells_of_raw(panel.dose_of[k], whole, x, slope, fall, level, background, sd2, nu, panel.per_count, room)
    else:
        _cells_of_percents(panel.dose_of[k], whole, x, slope, fall, level, sd2, nu, floor2, room)
    total, product = 0.0, 1.0
    for c in range(cells):
        if not room[3, c] > 0.0:
            return -np.inf
        first, last = panel.edges[start + c], panel.edges[start + c + 1]
        total -= 0.5 * (last - first) * room[1, c]
        while first < last:
            until = min(first + _AT_ONCE, last)
            times = _times(y, first, until, room[0, c], room[2, c])
            if times < _LARGE:
                product *= times
            else:
                total -= 0.5 * (nu + 1.0) * _log_times(y, first, until, room[0, c], room[2, c])
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
def all_log_likelihoods(panel, y, s, into, room):  # type: ignore[no-untyped-def]
    """Of all cultures, into (culture)."""
    for k in range(len(into)):
        c = s.curve[k]
        into[k] = log_likelihood(
            panel, y, k, c[0], c[1], c[2], s.top[k], s.background[panel.plate_of[k]], s.wells, room
        )


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
