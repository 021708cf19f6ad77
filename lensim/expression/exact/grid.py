"""The grid that whole posteriors are drawn from, compiled: spreads and factor in equal steps over their posterior.

Numbers of a kernel come in the order of `lensim.expression.exact.grid_sums`.
"""

from typing import Final

import numpy as np

from lensim.expression.exact.grid_sums import (
    NEGLIGIBLE_LOG,
    PASSES,
    group_sums,
    log_sum,
    mean_and_log,
    normalise,
    ranges,
    renumbered,
    technical_nodes,
    units_given,
    where_dense,
)
from lensim.inference.compiled import compiled

FACTOR_NODES: Final = 5
"""Of the prior of a target's factor, where the pairs say nothing about it."""
FACTOR_GRID: Final = 13
"""Of its posterior, where they do."""
SCAN_NODES: Final = 9
FACTOR_REACH: Final = 4.5
INFORMED: Final = 0.3
"""Pairs inform a factor where they move its mean, or change its variance, by so much of its prior sd and variance."""
FINE_NODES: Final = 13
LEAST_DOUBLINGS: Final = 0.05
"""A cycle, of any factor: 1.035-fold."""


@compiled()
def grid_of_factor(ratio, ct_change, share, known, unit, edges, groups, sigma2, priors, doublings, sd, size):  # type: ignore[no-untyped-def]
    """Where the doublings of a target have their posterior, as equal steps from the stated ones, and the spreads there.

    The scan starts at the prior's range and shrinks to where the density is, as that of the spreads does.
    """
    first = max(-FACTOR_REACH * sd, LEAST_DOUBLINGS - doublings)
    last = FACTOR_REACH * sd
    low, high = np.empty(groups + 1), np.empty(groups + 1)
    for _ in range(PASSES):
        deltas = np.linspace(first, last, SCAN_NODES)
        log_density = np.empty(SCAN_NODES)
        lows, highs = np.empty((SCAN_NODES, groups + 1)), np.empty((SCAN_NODES, groups + 1))
        for n in range(SCAN_NODES):
            moved = ratio + deltas[n] * ct_change
            lows[n], highs[n], evidence = ranges(moved, ct_change, share, known, unit, edges, groups, sigma2, priors)
            log_density[n] = evidence + len(ratio) * np.log(doublings + deltas[n]) - 0.5 * (deltas[n] / sd) ** 2
        there = log_density > log_density.max() - NEGLIGIBLE_LOG
        for g in range(groups + 1):
            low[g], high[g] = lows[there, g].min(), highs[there, g].max()
        width = last - first
        first, last = where_dense(deltas, log_density, first, last)
        if last - first > 0.7 * width:
            break
    return np.linspace(first, last, size), low, high


@compiled()
def informs(joint, log_technical, nodes):  # type: ignore[no-untyped-def]
    """Whether the weights of the nodes of a factor's prior are others than those of the prior."""
    weight = np.empty(len(nodes))
    for q in range(len(nodes)):
        of_technical = np.empty(len(log_technical))
        for i in range(len(log_technical)):
            of_technical[i] = log_technical[i] + log_sum(joint[q, i].copy())
        weight[q] = log_sum(of_technical)
    normalise(weight)
    mean = (weight * nodes).sum()
    return abs(mean) > INFORMED or abs((weight * nodes * nodes).sum() - mean * mean - 1.0) > INFORMED


@compiled()
def target_grid(  # type: ignore[no-untyped-def]
    y, d, f, kn, unit, edges, groups, sigmas2, omegas, taus, doublings, deltas, log_weights, priors,
    joint, share_of_node, means, variances,
):  # fmt: skip
    """Fill the grid of one target (factor, technical, pair, group, subjects) at given nodes."""
    units, there = edges[groups], len(y)
    for i in range(len(sigmas2)):
        for j in range(FINE_NODES):
            variance = np.exp(2.0 * omegas[j]) + f * sigmas2[i] + kn
            inverse, mean, slope, log_det, yy, yd, dd = units_given(y, d, variance, unit, units)
            prior_j = -0.5 * ((omegas[j] - priors[3]) / priors[4]) ** 2
            for q in range(len(deltas)):
                delta = deltas[q]
                scale = there * np.log(doublings + delta) if len(deltas) > 1 else 0.0
                apart = log_det + yy + 2.0 * delta * yd + delta * delta * dd
                joint[q, i, j] = log_weights[q] + prior_j + scale - 0.5 * apart
            for g in range(groups):
                tau = np.exp(taus[g])
                for k in range(FINE_NODES):
                    sums = group_sums(inverse, mean, slope, edges[g], edges[g + 1], tau[k], priors[0] ** -2)
                    prior_k = -0.5 * ((taus[g, k] - priors[1]) / priors[2]) ** 2
                    for q in range(len(deltas)):
                        m, s2, log_likelihood = mean_and_log(sums, deltas[q])
                        means[q, i, j, g, k], variances[q, i, j, g, k] = m, s2
                        share_of_node[q, i, j, g, k] = log_likelihood + prior_k
                for q in range(len(deltas)):
                    joint[q, i, j] += normalise(share_of_node[q, i, j, g])


@compiled()
def study_grid(  # type: ignore[no-untyped-def]
    ratio, ct_change, share, known, doublings, doublings_sd, ss, df, target_of_pair, unit_of_pair, group_of_pair,
    targets, groups, priors, hermite_nodes, hermite_logs, factor_grid,
):  # fmt: skip
    """The grid of one study: nodes of every spread, and of each node its weight and the mean and variance of mu.

    A factor that is not known has the nodes of its prior where the pairs say nothing about it, and a grid of
    `FACTOR_GRID` nodes over its posterior where they do; with `factor_grid` above 0 always one of so many nodes.

    Gives (technical spreads squared, log weight of each; of targets: number of factor nodes, what each adds to the
    doublings, log pair spreads, log subject spreads by group, log weight (factor, technical, pair), share of a subject
    spread given these, mean and variance of mu). Weights of a target are those of all targets together.
    """
    log_sigmas, log_technical = technical_nodes(ss, df, priors[5], priors[6])
    sigmas2 = np.exp(2.0 * log_sigmas)
    nodes_i = len(sigmas2)
    nodes_q = np.ones(targets, np.int64)
    size = max(FACTOR_GRID, factor_grid)
    deltas = np.zeros((targets, size))
    share_of_node = np.empty((targets, size, nodes_i, FINE_NODES, groups, FINE_NODES))
    means, variances = np.empty(share_of_node.shape), np.empty(share_of_node.shape)
    joint = np.full((targets, size, nodes_i, FINE_NODES), -np.inf)
    omegas, taus = np.empty((targets, FINE_NODES)), np.empty((targets, groups, FINE_NODES))
    for t in range(targets):
        own = (target_of_pair == t) & np.isfinite(ratio)
        y, d, f, kn = ratio[own], ct_change[own], share[own], known[own]
        unit, edges = renumbered(unit_of_pair[own], group_of_pair[own], groups)
        sd = doublings_sd[t]
        likeliest = sigmas2[nodes_i // 2]
        has_grid = factor_grid > 0 and sd > 0
        for _attempt in range(2):
            if has_grid:
                n = factor_grid if factor_grid > 0 else FACTOR_GRID
                deltas[t, :n], low, high = grid_of_factor(
                    y, d, f, kn, unit, edges, groups, likeliest, priors, doublings[t], sd, n
                )
                log_weights = -0.5 * (deltas[t, :n] / sd) ** 2
            else:
                n = FACTOR_NODES if sd > 0 else 1
                low, high, _ = ranges(y, d, f, kn, unit, edges, groups, likeliest, priors)
                deltas[t, :n] = sd * hermite_nodes if sd > 0 else np.zeros(1)
                log_weights = hermite_logs if sd > 0 else np.zeros(1)
            nodes_q[t] = n
            omegas[t] = np.linspace(low[groups], high[groups], FINE_NODES)
            for g in range(groups):
                taus[t, g] = np.linspace(low[g], high[g], FINE_NODES)
            target_grid(
                y, d, f, kn, unit, edges, groups, sigmas2, omegas[t], taus[t], doublings[t], deltas[t, :n],
                log_weights, priors, joint[t], share_of_node[t], means[t], variances[t],
            )  # fmt: skip
            if has_grid or sd <= 0 or not informs(joint[t, :n], log_technical, hermite_nodes):
                break
            has_grid = True
    of_technical = np.empty((targets, nodes_i))
    for t in range(targets):
        for i in range(nodes_i):
            of_technical[t, i] = log_sum(joint[t, : nodes_q[t], i].copy().ravel())
    total_technical = log_technical + of_technical.sum(axis=0)
    for t in range(targets):
        for i in range(nodes_i):
            joint[t, :, i] += total_technical[i] - of_technical[t, i]
    return sigmas2, total_technical, nodes_q, deltas, omegas, taus, joint, share_of_node, means, variances
