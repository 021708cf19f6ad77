"""Every study of a batch, compiled: nodes of spreads and factors, their weights, and what is asked of the posterior.

A target has nodes n (technical spread by spread of pairs), q of its factor given n, and k of the spread of subjects of
each group. Numbers of a kernel come in the order of `lensim.expression.exact.sums`.
"""

from typing import Final, NamedTuple

import numpy as np

from lensim.expression.exact.factor import around, lay
from lensim.expression.exact.normal_mixture import NEGLIGIBLE_WEIGHT, describe
from lensim.expression.exact.rows import exponential, soft_max
from lensim.expression.exact.spreads import (
    COARSE_NODES,
    at_omegas,
    place,
    place_at_factors,
    room_for_ranges,
    technical_nodes,
)
from lensim.expression.exact.sums import Pairs, Sums, at_factor, room_for_sums, sum_groups, sum_units, take_pairs
from lensim.inference.compiled import compiled

SUBJECT_NODES: Final = 12
"""Of the spread of subjects given that of pairs."""
PAIR_NODES: Final = 12
"""Of the spread of pairs; twice and four times as many where so few do not show its posterior."""
MOST_PAIR_NODES: Final = 48
ROUGH: Final = 0.06
"""Every second node alone may have so much more than half of the weight, and no more."""


class Moments(NamedTuple):
    """Of a target, by node: weight, weight times mean, weight times second moment, factor summed over; and their scale.

    Nodes n are those of the spread of pairs for each of the technical spread.

    Attributes
    ----------
    of_group
        (group, 3, k, n) of mu.
    of_difference
        (difference, 3, k of the first * k of the second, n).
    log_taus
        (group, k, spread of pairs) nodes of the log spread of subjects.
    log_weight
        (technical node) of a target's evidence.
    """

    of_group: np.ndarray
    of_difference: np.ndarray
    log_taus: np.ndarray
    log_weight: np.ndarray


@compiled()
def _factor_shares(sums, deltas, log_weights, joint, shares, logs, top, total):  # type: ignore[no-untyped-def]
    """Share of each k given (q, n) (group, q, k, n), and into `joint` (q, n) the log weights of these."""
    for q in range(len(deltas)):
        delta = deltas[q]
        joint[q] += log_weights[q] - delta * (sums.yd + 0.5 * delta * sums.dd)
        for g in range(len(shares)):
            at_factor(sums.alpha[g], sums.beta[g], sums.gamma[g], delta, logs)
            soft_max(logs, shares[g, q], top, total)
            joint[q] += top + np.log(total)
            shares[g, q] /= total


@compiled(fastmath=True)
def _add_moments(weight, delta, share, mean, slope, variance, at, part, first, second, third):  # type: ignore[no-untyped-def]
    """Add those of mu of a group at factor nodes `delta` (n), of `weight` (n), to rows of k."""
    for k in range(len(share)):
        for n in range(len(weight)):
            part[n] = weight[n] * share[k, n]
        for n in range(len(weight)):
            at[n] = mean[k, n] + delta[n] * slope[k, n]
        for n in range(len(weight)):
            first[k, n] += part[n]
            second[k, n] += part[n] * at[n]
        for n in range(len(weight)):
            third[k, n] += part[n] * (variance[k, n] + at[n] * at[n])


@compiled(fastmath=True)
def _add_apart(weight, delta, one, other, means, slopes, variance, part, at, first, second, third):  # type: ignore[no-untyped-def]
    """Add those of a difference of two groups at one k of either."""
    for n in range(len(weight)):
        part[n] = weight[n] * one[n] * other[n]
    for n in range(len(weight)):
        at[n] = means[n] + delta[n] * slopes[n]
    for n in range(len(weight)):
        first[n] += part[n]
        second[n] += part[n] * at[n]
    for n in range(len(weight)):
        third[n] += part[n] * (variance[n] + at[n] * at[n])


@compiled()
def _differences(sums, deltas, weight, shares, a, b, room, moments):  # type: ignore[no-untyped-def]
    """Moments of the first of two groups less the second, which are independent given n and q."""
    nodes_k = len(sums.alpha[a])
    masses = np.zeros((2, nodes_k))
    for q in range(len(deltas)):
        for k in range(nodes_k):
            masses[0, k] += (weight[q] * shares[a, q, k]).sum()
            masses[1, k] += (weight[q] * shares[b, q, k]).sum()
    least = 0.01 * NEGLIGIBLE_WEIGHT * masses[0].max() * masses[1].max()
    means, slopes, variance, part, at = room[0], room[1], room[2], room[3], room[4]
    for k in range(nodes_k):
        for m in range(nodes_k):
            if masses[0, k] * masses[1, m] < least:
                continue
            means[:] = sums.mean[a, k] - sums.mean[b, m]
            slopes[:] = sums.slope[a, k] - sums.slope[b, m]
            variance[:] = sums.variance[a, k] + sums.variance[b, m]
            row = k * nodes_k + m
            for q in range(len(deltas)):
                _add_apart(
                    weight[q], deltas[q], shares[a, q, k], shares[b, q, m], means, slopes, variance, part, at,
                    moments[0, row], moments[1, row], moments[2, row],
                )  # fmt: skip


@compiled()
def _exponentials(logs, top):  # type: ignore[no-untyped-def]
    found = np.empty(logs.shape)
    for q in range(logs.shape[0]):
        for n in range(logs.shape[1]):
            found[q, n] = exponential(logs[q, n] - top)
    return found


@compiled()
def _fill(pairs, sigmas2, priors, begin, end, ranges, sums, joint, low, high):  # type: ignore[no-untyped-def]
    """Fill sums at nodes over `ranges`, and `joint` (n) with what is not of the groups or the factor.

    Into `low` and `high` (group, n) the first and the last node of the log spread of subjects.
    """
    nodes = len(joint) // len(sigmas2)
    omegas = np.linspace(begin, end, nodes)
    omega2, sigma2 = np.empty(len(joint)), np.empty(len(joint))
    for i in range(len(sigmas2)):
        here = slice(i * nodes, (i + 1) * nodes)
        omega2[here], sigma2[here] = np.exp(2.0 * omegas), sigmas2[i]
        joint[here] = -0.5 * ((omegas - priors[3]) / priors[4]) ** 2
        for g in range(len(low)):
            at_omegas(ranges.low[g], ranges.omega, omegas, low[g, here])
            at_omegas(ranges.high[g], ranges.omega, omegas, high[g, here])
    sum_units(pairs, omega2, sigma2, sums)
    sum_groups(pairs, low, high, priors, sums)
    joint -= 0.5 * (sums.log_det + sums.yy)


class Grid(NamedTuple):
    """Nodes of a target and their weights.

    Attributes
    ----------
    sums
        At nodes n and k.
    low, high
        (group, n) the first and the last k.
    deltas, weight
        (q, n) nodes of the factor, and weight of each node against `top`, a log.
    shares
        (group, q, k, n) of each k given the others.
    top
        A log.
    """

    sums: Sums
    low: np.ndarray
    high: np.ndarray
    deltas: np.ndarray
    weight: np.ndarray
    shares: np.ndarray
    top: float


@compiled()
def _grid(pairs, sigmas2, doublings, sd, priors, hermite, coarse, ranges, begin, end, nodes):  # type: ignore[no-untyped-def]
    """The grid of a target with so many nodes of the spread of pairs."""
    groups, nodes_n = len(pairs.edges) - 1, len(sigmas2) * nodes
    sums = room_for_sums(groups, SUBJECT_NODES, nodes_n, len(pairs.first) - 1)
    joint, delta, width = np.empty(nodes_n), np.zeros(nodes_n), np.zeros(nodes_n)
    low, high = np.empty((groups, nodes_n)), np.empty((groups, nodes_n))
    logs, rows = np.empty((SUBJECT_NODES, nodes_n)), np.empty((2, nodes_n))
    _fill(pairs, sigmas2, priors, begin, end, ranges, sums, joint, low, high)
    size = 1
    if sd > 0.0:
        size, is_moved, centre, spread = around(sums, joint, len(pairs.ratio), doublings, sd, delta, width, logs, rows)
        if is_moved:  # spreads are elsewhere at other factors
            likeliest = sigmas2[len(sigmas2) // 2]
            begin, end = place_at_factors(pairs, likeliest, priors, coarse, ranges, centre, spread)
            _fill(pairs, sigmas2, priors, begin, end, ranges, sums, joint, low, high)
            around(sums, joint, len(pairs.ratio), doublings, sd, delta, width, logs, rows)
    deltas, log_weights = np.zeros((size, nodes_n)), np.zeros((size, nodes_n))
    if sd > 0.0:
        lay(delta, width, len(pairs.ratio), doublings, sd, hermite, deltas, log_weights)
    by_factor, shares = np.empty((size, nodes_n)), np.empty((groups, size, SUBJECT_NODES, nodes_n))
    by_factor[:] = joint
    _factor_shares(sums, deltas, log_weights, by_factor, shares, logs, rows[0], rows[1])
    top = by_factor.max()
    return Grid(sums, low, high, deltas, _exponentials(by_factor, top), shares, top)


@compiled()
def _is_smooth(weight):  # type: ignore[no-untyped-def]
    """Whether every second node of the spread of pairs says the same as the others."""
    odd, even = weight[:, 1::2].sum(), weight[:, ::2].sum()
    return abs(odd - even) < ROUGH * (odd + even)


@compiled()
def weigh_target(pairs, sigmas2, doublings, sd, priors, differences, hermite, coarse, ranges):  # type: ignore[no-untyped-def]
    """The moments of one target of a study."""
    groups, technical = len(pairs.edges) - 1, len(sigmas2)
    begin, end = place(pairs, sigmas2[technical // 2], priors, coarse, ranges)
    nodes = PAIR_NODES
    grid = _grid(pairs, sigmas2, doublings, sd, priors, hermite, coarse, ranges, begin, end, nodes)
    while nodes < MOST_PAIR_NODES and not _is_smooth(grid.weight):
        nodes *= 2
        grid = _grid(pairs, sigmas2, doublings, sd, priors, hermite, coarse, ranges, begin, end, nodes)
    nodes_n = technical * nodes
    of_group = np.zeros((groups, 3, SUBJECT_NODES, nodes_n))
    of_difference = np.zeros((len(differences), 3, SUBJECT_NODES * SUBJECT_NODES, nodes_n))
    log_taus, log_weight = np.empty((groups, SUBJECT_NODES, nodes)), np.empty(technical)
    for g in range(groups):
        for j in range(nodes):
            log_taus[g, :, j] = np.linspace(grid.low[g, j], grid.high[g, j], SUBJECT_NODES)
    for i in range(technical):
        log_weight[i] = grid.top + np.log(grid.weight[:, i * nodes : (i + 1) * nodes].sum())
    rows, sums = np.empty((5, nodes_n)), grid.sums
    for g in range(groups):
        for q in range(len(grid.deltas)):
            _add_moments(
                grid.weight[q], grid.deltas[q], grid.shares[g, q], sums.mean[g], sums.slope[g], sums.variance[g],
                rows[0], rows[1], of_group[g, 0], of_group[g, 1], of_group[g, 2],
            )  # fmt: skip
    for d in range(len(differences)):
        a, b = differences[d, 0], differences[d, 1]
        _differences(sums, grid.deltas, grid.weight, grid.shares, a, b, rows, of_difference[d])
    return Moments(of_group, of_difference, log_taus, log_weight)


@compiled()
def _mixture(moments, weights):  # type: ignore[no-untyped-def]
    """Parts of a mixture by spread of subjects and of pairs; factor and technical spread by their moments.

    The factor moves the mean by a nearly normal amount and the technical spread hardly moves it, so what is mixed over
    them is nearly normal itself; over the two spreads it is not.
    """
    nodes = moments.shape[2] // len(weights)
    size = moments.shape[1] * nodes
    w, m, s2 = np.zeros(size), np.zeros(size), np.ones(size)
    for k in range(moments.shape[1]):
        for j in range(nodes):
            total, first, second = 0.0, 0.0, 0.0
            for i in range(len(weights)):
                n = i * nodes + j
                total += weights[i] * moments[0, k, n]
                first += weights[i] * moments[1, k, n]
                second += weights[i] * moments[2, k, n]
            at = k * nodes + j
            w[at] = total
            if total > 0.0:
                m[at] = first / total
                s2[at] = max(second / total - m[at] * m[at], 1e-12)
    return w, m, s2


@compiled()
def analyse_all(  # type: ignore[no-untyped-def]
    ratio, ct_change, share, known, doublings, doublings_sd, ss, df, target_of_pair, unit_of_pair, group_of_pair,
    targets, groups, priors, thresholds, probabilities, differences, wants_new, shift, contrasts, hermite,
):  # fmt: skip
    """Every study of a batch; see `lensim.expression.exact.engine.analyse`."""
    studies, pairs_in_all = ratio.shape
    wide = 2 + len(thresholds) + len(probabilities)
    out = np.empty((studies, targets, groups, wide))
    new = np.full((studies, targets, groups, wide), np.nan)
    apart = np.empty((studies, targets, len(differences), wide))
    begins = np.searchsorted(target_of_pair, np.arange(targets + 1))
    room = Pairs(
        np.empty(pairs_in_all), np.empty(pairs_in_all), np.empty(pairs_in_all), np.empty(pairs_in_all),
        np.zeros(pairs_in_all + 1, np.int64), np.zeros(groups + 1, np.int64),
    )  # fmt: skip
    coarse = room_for_sums(groups, COARSE_NODES, COARSE_NODES, pairs_in_all)
    ranges = room_for_ranges(groups)
    for study in range(studies):
        sigmas2, log_technical = technical_nodes(ss[study], df[study], priors[5], priors[6], hermite)
        found = []
        for t in range(targets):
            pairs = take_pairs(
                ratio[study], ct_change[study], share[study], known[study], begins[t], begins[t + 1], unit_of_pair,
                group_of_pair, groups, room,
            )  # fmt: skip
            known_factor, sd = doublings[study, t], doublings_sd[study, t]
            found.append(weigh_target(pairs, sigmas2, known_factor, sd, priors, differences, hermite, coarse, ranges))
        for moments in found:
            log_technical += moments.log_weight
        for t in range(targets):
            moments = found[t]
            weights = log_technical - moments.log_weight
            weights = np.exp(weights - weights.max())
            for g in range(groups):
                w, m, s2 = _mixture(moments.of_group[g], weights)
                s2 += shift[study, g]
                describe(w, m, s2, thresholds, probabilities, out[study, t, g])
                if wants_new:
                    s2 += np.exp(2.0 * moments.log_taus[g].reshape(-1))
                    describe(w, m, s2, thresholds, probabilities, new[study, t, g])
            for d in range(len(differences)):
                a, b = differences[d, 0], differences[d, 1]
                w, m, s2 = _mixture(moments.of_difference[d], weights)
                is_shared = a % contrasts == b % contrasts  # groups are in order of cell type, then contrast
                s2 += 0.0 if is_shared else shift[study, a] + shift[study, b]
                describe(w, m, s2, thresholds, probabilities, apart[study, t, d])
    return out, new, apart
