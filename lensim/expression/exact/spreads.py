"""Nodes of the spreads, compiled: where they have their posterior.

Nodes of the spread of pairs lie over its posterior, those of the spread of subjects over its posterior given that of
pairs: where a subject has one pair only the sum of both variances is known, and a rectangle would have few nodes on it.
"""

from typing import Final, NamedTuple

import numpy as np

from lensim.expression.exact.rows import soft_max
from lensim.expression.exact.sums import Pairs, sum_groups, sum_units
from lensim.inference.compiled import compiled

COARSE_NODES: Final = 12
PASSES: Final = 6
REACH: Final = 5.0
"""Half the width of the first grid, in prior standard deviations."""
NEGLIGIBLE_LOG: Final = 12.0
"""A spread whose density is e^-12 of its highest is outside the grid."""
ENOUGH_LOG: Final = 9.0
"""A grid that ends at a density of less than e^-9 of the highest does not grow."""
LEAST_PART: Final = 0.2
"""Of a step between a node inside and the edge."""
RESOLVED: Final = 4
"""Nodes of a coarse grid inside: with fewer the grid is laid anew."""
BEYOND: Final = 3.0
"""Steps by which a grid grows where it ends inside."""
FACTOR_SPREADS: Final = 2.0


class Ranges(NamedTuple):
    """Where spreads have their posterior.

    Attributes
    ----------
    omega
        (2) lowest and highest log sd_log2_pair.
    low, high
        (group, node) lowest and highest log sigma at `COARSE_NODES` equal steps of the former.
    """

    omega: np.ndarray
    low: np.ndarray
    high: np.ndarray


@compiled()
def room_for_ranges(groups):  # type: ignore[no-untyped-def]
    """Room for ranges."""
    return Ranges(np.empty(2), np.empty((groups, COARSE_NODES)), np.empty((groups, COARSE_NODES)))


@compiled()
def technical_nodes(ss, df, centre, log_sd, hermite):  # type: ignore[no-untyped-def]
    """Nodes of the technical variance and the log of their weights: Gauss-Hermite, laid over what the replicates say.

    Of the log spread x the log density is -df x - ss exp(-2 x) / 2 - (x - centre)^2 / (2 log_sd^2), of replicates and
    prior; without replicates the variance is 0.
    """
    if df <= 0:
        return np.zeros(1), np.zeros(1)
    x = 0.5 * np.log(max(ss, 1e-12) / df)
    for _ in range(50):
        pull = ss * np.exp(-2.0 * x)
        step = (-df + pull - (x - centre) / log_sd**2) / (2.0 * pull + log_sd**-2)
        x += min(max(step, -1.0), 1.0)
        if abs(step) < 1e-9:
            break
    width = (2.0 * ss * np.exp(-2.0 * x) + log_sd**-2) ** -0.5
    size = 2 if width < 0.12 else 3 if width < 0.3 else 5
    first = size * (size - 1) // 2
    z, log_w = hermite[0, first : first + size], hermite[1, first : first + size]
    at = x + width * z
    log_density = -df * (at - x) - 0.5 * ss * (np.exp(-2.0 * at) - np.exp(-2.0 * x))
    log_density += -0.5 * ((at - centre) / log_sd) ** 2 + 0.5 * ((x - centre) / log_sd) ** 2
    return np.exp(2.0 * at), log_w + 0.5 * z * z + log_density


@compiled()
def _edges(log_density, low, step, is_last):  # type: ignore[no-untyped-def]
    """The part of a grid where a density is not negligible, and whether enough nodes are inside.

    Between a node inside and one outside the edge is where a line between their log densities crosses: no nearer than
    the edge of the density itself, which is log-concave there.
    """
    size = len(log_density)
    top = log_density[0]
    for k in range(1, size):
        top = max(top, log_density[k])
    floor = top - NEGLIGIBLE_LOG
    first, last = 0, size - 1
    while not log_density[first] > floor and first < last:
        first += 1
    while not log_density[last] > floor and last > first:
        last -= 1
    is_resolved = last - first + 1 >= RESOLVED
    least = LEAST_PART if is_resolved or is_last else 1.0
    begin, end, is_open = float(first), float(last), False
    if first > 0:
        begin -= max((log_density[first] - floor) / (log_density[first] - log_density[first - 1]), least)
    elif log_density[0] > top - ENOUGH_LOG:
        begin, is_open = -BEYOND, True
    if last < size - 1:
        end += max((log_density[last] - floor) / (log_density[last] - log_density[last + 1]), least)
    elif log_density[last] > top - ENOUGH_LOG:
        end, is_open = last + BEYOND, True
    return low + begin * step, low + end * step, is_resolved and not is_open


@compiled()
def at_omegas(values, omega, omegas, found):  # type: ignore[no-untyped-def]
    """Values at equal steps between the two `omega`, at other places between and beyond, by lines."""
    size = len(values)
    for n in range(len(omegas)):
        x = (omegas[n] - omega[0]) / (omega[1] - omega[0]) * (size - 1)
        at = min(max(int(np.floor(x)), 0), size - 2)
        part = min(max(x - at, 0.0), 1.0)
        found[n] = (1.0 - part) * values[at] + part * values[at + 1]


@compiled()
def place(pairs, sigma2, priors, sums, ranges):  # type: ignore[no-untyped-def]
    """Where log sd_log2_pair, and log sigma of each group given it, have their posterior, into `ranges`.

    The grid starts at the priors' range and shrinks to where the density is, or grows, at the likeliest technical
    variance and the stated factor.
    """
    groups = len(pairs.edges) - 1
    omega, low, high = ranges
    omega[0], omega[1] = priors[3] - REACH * priors[4], priors[3] + REACH * priors[4]
    low[:], high[:] = priors[1] - REACH * priors[2], priors[1] + REACH * priors[2]
    top, total, shares = np.empty(COARSE_NODES), np.empty(COARSE_NODES), np.empty((COARSE_NODES, COARSE_NODES))
    variance = np.full(COARSE_NODES, sigma2)
    for attempt in range(PASSES):
        omegas = np.linspace(omega[0], omega[1], COARSE_NODES)
        sum_units(pairs, np.exp(2.0 * omegas), variance, sums)
        sum_groups(pairs, low, high, priors, sums)
        joint = -0.5 * (((omegas - priors[3]) / priors[4]) ** 2 + sums.log_det + sums.yy)
        for g in range(groups):
            soft_max(sums.alpha[g], shares, top, total)
            joint += top + np.log(total)
        is_last = attempt == PASSES - 1
        is_done = True
        least = joint.max() - NEGLIGIBLE_LOG
        for g in range(groups):
            for n in range(COARSE_NODES):
                step = (high[g, n] - low[g, n]) / (COARSE_NODES - 1)
                low[g, n], high[g, n], is_resolved = _edges(sums.alpha[g, :, n], low[g, n], step, is_last)
                is_done &= is_resolved or joint[n] < least
        begin, end, is_resolved = _edges(joint, omega[0], omegas[1] - omegas[0], is_last)
        if is_last or (is_done and is_resolved):
            break
        omegas = np.linspace(begin, end, COARSE_NODES)
        for g in range(groups):
            at_omegas(low[g].copy(), omega, omegas, low[g])
            at_omegas(high[g].copy(), omega, omegas, high[g])
        omega[0], omega[1] = begin, end
    return begin, end


@compiled()
def place_at_factors(pairs, sigma2, priors, sums, ranges, centre, spread):  # type: ignore[no-untyped-def]
    """As `place`, wide enough for any factor within `FACTOR_SPREADS` sds of what its doublings are off by."""
    groups = len(pairs.edges) - 1
    found = (room_for_ranges(groups), room_for_ranges(groups), room_for_ranges(groups))
    first, last = np.inf, -np.inf
    for n in range(3):
        off = centre + (n - 1) * FACTOR_SPREADS * spread
        moved = Pairs(
            pairs.ratio + off * pairs.ct_change, pairs.ct_change, pairs.share, pairs.known, pairs.first, pairs.edges
        )
        begin, end = place(moved, sigma2, priors, sums, found[n])
        first, last = min(first, begin), max(last, end)
    omegas, one = np.linspace(first, last, COARSE_NODES), np.empty(COARSE_NODES)
    ranges.omega[0], ranges.omega[1] = first, last
    ranges.low[:], ranges.high[:] = np.inf, -np.inf
    for n in range(3):
        for g in range(groups):
            at_omegas(found[n].low[g], found[n].omega, omegas, one)
            ranges.low[g] = np.minimum(ranges.low[g], one)
            at_omegas(found[n].high[g], found[n].omega, omegas, one)
            ranges.high[g] = np.maximum(ranges.high[g], one)
    return first, last
