"""Means and spreads of a population and its groups given curves of lines, compiled: one Gibbs step, exact.

The spreads are drawn with all means integrated out, one slice step each (Neal 2003), then the means given these.
"""

from typing import Final, NamedTuple

import numpy as np

from lensim.dose_response.laplace.rows import exponential, logarithm
from lensim.inference.compiled import compiled

_SLICE_WIDTH: Final = (1.6, 3.0)
"""Of the slice of a log spread of lines, and of groups; no wider is it looked for."""
_LOWEST_LOG: Final = -12.0
_HIGHEST_LOG: Final = 5.0
_SMALL: Final = 1e-200
_LARGE: Final = 1e200


class CurveHyperpriors(NamedTuple):
    """Priors of the populations of the three numbers of a curve, each (3).

    Attributes
    ----------
    mean, sd
        Of the population mean.
    scale_of_group
        Of the half-normal spread of groups.
    scale, log_median, log_sd
        Of the spread of lines: half-normal of `scale` where that is above 0, else log-normal.
    """

    mean: np.ndarray
    sd: np.ndarray
    scale_of_group: np.ndarray
    scale: np.ndarray
    log_median: np.ndarray
    log_sd: np.ndarray


class Population(NamedTuple):
    """Means and spreads, changed in place.

    Attributes
    ----------
    group, mu
        (group, 3) and (3) means.
    log_group, log_sigma
        (3) log spreads of groups, and of lines within them.
    """

    group: np.ndarray
    mu: np.ndarray
    log_group: np.ndarray
    log_sigma: np.ndarray


class Sums(NamedTuple):
    """What means and spreads see of the curves of lines, changed in place.

    Attributes
    ----------
    size
        (group) lines of each.
    mean
        (3, group) mean curves.
    within
        (3) sums of squares around these.
    """

    size: np.ndarray
    mean: np.ndarray
    within: np.ndarray


@compiled()
def sums_of(group_of_line, groups):  # type: ignore[no-untyped-def]
    """Sums without curves."""
    size = np.zeros(groups)
    for line in range(len(group_of_line)):
        size[group_of_line[line]] += 1.0
    return Sums(size, np.zeros((3, groups)), np.zeros(3))


@compiled()
def add_up(points, picked, moved, group_of_line, sums):  # type: ignore[no-untyped-def]
    """Fill sums from the points (line, draw, 3) picked (line), `moved` (line) taken off their log10 EC50."""
    size, mean, within = sums
    mean[:] = 0.0
    within[:] = 0.0
    for line in range(len(picked)):
        g, curve = group_of_line[line], points[line, picked[line]]
        mean[0, g] += curve[0] - moved[line]
        mean[1, g] += curve[1]
        mean[2, g] += curve[2]
    for g in range(len(size)):
        if size[g] > 0.0:
            for k in range(3):
                mean[k, g] /= size[g]
    for line in range(len(picked)):
        g, curve = group_of_line[line], points[line, picked[line]]
        within[0] += (curve[0] - moved[line] - mean[0, g]) ** 2
        within[1] += (curve[1] - mean[1, g]) ** 2
        within[2] += (curve[2] - mean[2, g]) ** 2


@compiled()
def _log_density(log_group, log_sigma, sums, lines, hyper, sd_mu, k):  # type: ignore[no-untyped-def]
    """Log density of the two log spreads of number k of the curve given the sums of lines."""
    if log_sigma < _LOWEST_LOG or log_sigma > _HIGHEST_LOG or log_group < _LOWEST_LOG or log_group > _HIGHEST_LOG:
        return -1e300
    grouped = len(sums.size) > 1
    variance = exponential(2.0 * log_sigma)
    between = exponential(2.0 * log_group) if grouped else 0.0
    precision = 1.0 / (sd_mu * sd_mu)
    weighted = hyper.mean[k] * precision
    square = hyper.mean[k] * weighted
    total, product, groups = 0.0, 1.0, 0
    for g in range(len(sums.size)):
        if sums.size[g] == 0.0:
            continue
        groups += 1
        own, mean = between + variance / sums.size[g], sums.mean[k, g]
        share = 1.0 / own
        product *= own
        if product < _SMALL or product > _LARGE:
            total -= 0.5 * logarithm(product)
            product = 1.0
        precision += share
        weighted += mean * share
        square += mean * mean * share
    total -= 0.5 * (logarithm(product) + logarithm(precision) + square - weighted * weighted / precision)
    total -= (lines - groups) * log_sigma + 0.5 * sums.within[k] / variance
    if hyper.scale[k] > 0.0:
        total += log_sigma - 0.5 * variance / hyper.scale[k] ** 2
    else:
        total -= 0.5 * ((log_sigma - hyper.log_median[k]) / hyper.log_sd[k]) ** 2
    if grouped:
        total += log_group - 0.5 * between / hyper.scale_of_group[k] ** 2
    return total


@compiled()
def _slice(of_group, here, population, sums, lines, hyper, sd_mu, k, rng):  # type: ignore[no-untyped-def]
    """One slice step, shrinking, of the log spread of groups or that of lines.

    `here` is the log density where they are; returns the spread, and the log density there.
    """
    other = population.log_sigma[k] if of_group else population.log_group[k]
    at = population.log_group[k] if of_group else population.log_sigma[k]
    height = here + np.log(rng.random())
    width = _SLICE_WIDTH[1] if of_group else _SLICE_WIDTH[0]
    low = at - width * rng.random()
    high = low + width
    for _ in range(100):
        new = low + (high - low) * rng.random()
        there = _log_density(new if of_group else other, other if of_group else new, sums, lines, hyper, sd_mu, k)
        if there > height:
            return new, there
        if new < at:
            low = new
        else:
            high = new
    return at, here


@compiled()
def draw_spreads(population, sums, lines, hyper, sd_mu, rng):  # type: ignore[no-untyped-def]
    """A step of both log spreads of all three numbers of the curve; `sd_mu` (3) of the population means a priori."""
    for k in range(3):
        here = _log_density(population.log_group[k], population.log_sigma[k], sums, lines, hyper, sd_mu[k], k)
        population.log_sigma[k], here = _slice(False, here, population, sums, lines, hyper, sd_mu[k], k, rng)
        if len(sums.size) > 1:
            population.log_group[k], here = _slice(True, here, population, sums, lines, hyper, sd_mu[k], k, rng)


@compiled()
def draw_means(population, sums, hyper, sd_mu, normals):  # type: ignore[no-untyped-def]
    """Population means and groups' means given the spreads, from standard normal numbers (1 + group, 3)."""
    for k in range(3):
        variance = np.exp(2.0 * population.log_sigma[k])
        between = np.exp(2.0 * population.log_group[k]) if len(sums.size) > 1 else 0.0
        precision, weighted = sd_mu[k] ** -2, hyper.mean[k] * sd_mu[k] ** -2
        for g in range(len(sums.size)):
            if sums.size[g] > 0.0:
                own = between + variance / sums.size[g]
                precision += 1.0 / own
                weighted += sums.mean[k, g] / own
        mu = weighted / precision + normals[0, k] / np.sqrt(precision)
        population.mu[k] = mu
        for g in range(len(sums.size)):
            if len(sums.size) == 1:
                population.group[g, k] = mu
                continue
            own = 1.0 / between + sums.size[g] / variance
            middle = (mu / between + sums.size[g] * sums.mean[k, g] / variance) / own
            population.group[g, k] = middle + normals[1 + g, k] / np.sqrt(own)
