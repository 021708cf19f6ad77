"""Sums of the grid that posteriors are drawn from, compiled: log likelihoods given the spreads, and their ranges.

Numbers of a kernel come in order: priors as (sd of mu, log median and log sd of sigma, of the pair spread, of the
technical spread); pairs in order of unit, units of a group side by side.
"""

from typing import Final

import numpy as np

from lensim.inference.compiled import compiled

TECHNICAL_NODES: Final = 5
COARSE_NODES: Final = 11
PASSES: Final = 4
NEGLIGIBLE_LOG: Final = 12.0
"""A spread, or a factor, whose marginal density is e^-12 of its highest is outside the grid."""
BLOCK: Final = 24
LOG_BLOCK: Final = 8
"""Variances of pairs can be small: of so many the product is within range for any that a prior can mean."""
REACH: Final = 4.2
"""Half the width of the first grid, in prior standard deviations."""


@compiled()
def log_sum(values):  # type: ignore[no-untyped-def]
    """Log of the sum of what these are the logs of."""
    top = values.max()
    if not np.isfinite(top):
        return top
    return top + np.log(np.exp(values - top).sum())


@compiled()
def normalise(logs):  # type: ignore[no-untyped-def]
    """Turn logs into shares, in place; the log of what they sum to is given back."""
    top = logs[0]
    for k in range(1, len(logs)):
        top = max(top, logs[k])
    total = 0.0
    for k in range(len(logs)):
        logs[k] = np.exp(logs[k] - top) if logs[k] - top > -30.0 else 0.0
        total += logs[k]
    for k in range(len(logs)):
        logs[k] /= total
    return top + np.log(total)


@compiled()
def technical_nodes(ss, df, centre, log_sd):  # type: ignore[no-untyped-def]
    """Nodes of the log technical spread and the log of prior times likelihood of the replicates at each."""
    if df <= 0:
        return np.full(1, -np.inf), np.zeros(1)
    x = 0.5 * np.log(max(ss, 1e-12) / df)
    for _ in range(50):
        pull = ss * np.exp(-2.0 * x)
        step = (-df + pull - (x - centre) / log_sd**2) / (2.0 * pull + log_sd**-2)
        x += min(max(step, -1.0), 1.0)
        if abs(step) < 1e-9:
            break
    width = (2.0 * ss * np.exp(-2.0 * x) + log_sd**-2) ** -0.5
    nodes = x + width * np.linspace(-2.6, 2.6, TECHNICAL_NODES)
    return nodes, -df * nodes - 0.5 * ss * np.exp(-2.0 * nodes) - 0.5 * ((nodes - centre) / log_sd) ** 2


@compiled()
def renumbered(unit, group, groups):  # type: ignore[no-untyped-def]
    """Units that have pairs, counted from 0, and where the units of each group begin and end; pairs are in order."""
    number, edges = np.empty(len(unit), np.int64), np.zeros(groups + 1, np.int64)
    count = 0
    for p in range(len(unit)):
        if p == 0 or unit[p] != unit[p - 1]:
            count += 1
            edges[group[p] + 1] += 1
        number[p] = count - 1
    for g in range(groups):
        edges[g + 1] += edges[g]
    return number, edges


@compiled()
def units_given(ratio, ct_change, variance, unit, units):  # type: ignore[no-untyped-def]
    """Of each unit: inverse precision, weighted mean at the stated factor and its slope in it; and sums within units.

    Every unit has a pair.
    """
    precision, mean, slope = np.zeros(units), np.zeros(units), np.zeros(units)
    log_det, yy, yd, dd = 0.0, 0.0, 0.0, 0.0
    product = 1.0
    for p in range(len(ratio)):
        w = 1.0 / variance[p]
        u = unit[p]
        precision[u] += w
        mean[u] += w * ratio[p]
        slope[u] += w * ct_change[p]
        product *= variance[p]
        if p % LOG_BLOCK == LOG_BLOCK - 1:
            log_det += np.log(product)
            product = 1.0
        yy += w * ratio[p] * ratio[p]
        yd += w * ratio[p] * ct_change[p]
        dd += w * ct_change[p] * ct_change[p]
    log_det += np.log(product)
    product = 1.0
    for u in range(units):
        product *= precision[u]
        if u % LOG_BLOCK == LOG_BLOCK - 1:
            log_det += np.log(product)
            product = 1.0
        precision[u] = 1.0 / precision[u]
        yy -= precision[u] * mean[u] * mean[u]
        yd -= precision[u] * mean[u] * slope[u]
        dd -= precision[u] * slope[u] * slope[u]
        mean[u] *= precision[u]
        slope[u] *= precision[u]
    log_det += np.log(product)
    return precision, mean, slope, log_det, yy, yd, dd


@compiled(fastmath={"reassoc", "contract", "arcp"})
def group_sums(inverse, mean, slope, start, stop, tau, prior_precision):  # type: ignore[no-untyped-def]
    """Sums over the units of a group, given the spread of subjects: enough for any factor. The prior of mu is in.

    Units go in blocks, whose product of weights is within range, so that one logarithm serves a block.
    """
    total, b, c, e, f, h, log_w = prior_precision, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    tau2 = tau * tau
    for first in range(start, stop, BLOCK):
        product = 1.0
        for u in range(first, min(first + BLOCK, stop)):
            w = 1.0 / (tau2 + inverse[u])
            wm, ws = w * mean[u], w * slope[u]
            total += w
            b += wm
            c += ws
            e += wm * mean[u]
            f += wm * slope[u]
            h += ws * slope[u]
            product *= w
        log_w += np.log(product)
    return total, b, c, e, f, h, log_w + np.log(prior_precision / total)


@compiled()
def mean_and_log(sums, delta):  # type: ignore[no-untyped-def]
    """Mean and variance of mu and the log likelihood of a group, at a factor that is off by delta."""
    total, b, c, e, f, h, log_det = sums
    first, second = b + delta * c, e + 2.0 * delta * f + delta * delta * h
    mean = first / total
    return mean, 1.0 / total, 0.5 * (log_det - second + first * mean)


@compiled()
def where_dense(nodes, log_density, low, high):  # type: ignore[no-untyped-def]
    """The part of a grid where the density is not negligible, one node wider on each side."""
    floor = log_density.max() - NEGLIGIBLE_LOG
    inside = np.nonzero(log_density > floor)[0]
    first, last = max(inside[0] - 1, 0), min(inside[-1] + 1, len(nodes) - 1)
    return max(nodes[first], low), min(nodes[last], high)


@compiled()
def ranges(ratio, ct_change, share, known, unit, edges, groups, sigma2, priors):  # type: ignore[no-untyped-def]
    """Where log sd_log2_pair, and log sigma of each group, have their posterior, at the likeliest technical spread.

    With it the log of what the density sums to.
    """
    units = edges[groups]
    low, high = np.empty(groups + 1), np.empty(groups + 1)
    for g in range(groups):
        low[g], high[g] = priors[1] - REACH * priors[2], priors[1] + REACH * priors[2]
    low[groups], high[groups] = priors[3] - REACH * priors[4], priors[3] + REACH * priors[4]
    log_l = np.empty((groups, COARSE_NODES, COARSE_NODES))
    for _ in range(PASSES):
        omegas = np.linspace(low[groups], high[groups], COARSE_NODES)
        joint = -0.5 * ((omegas - priors[3]) / priors[4]) ** 2
        z = np.empty((groups, COARSE_NODES))
        for j in range(COARSE_NODES):
            variance = np.exp(2.0 * omegas[j]) + share * sigma2 + known
            precision, mean, slope, log_det, yy, _, _ = units_given(ratio, ct_change, variance, unit, units)
            joint[j] += -0.5 * (log_det + yy)
            for g in range(groups):
                taus = np.linspace(low[g], high[g], COARSE_NODES)
                tau = np.exp(taus)
                for k in range(COARSE_NODES):
                    sums = group_sums(precision, mean, slope, edges[g], edges[g + 1], tau[k], priors[0] ** -2)
                    _, _, log_likelihood = mean_and_log(sums, 0.0)
                    log_l[g, j, k] = log_likelihood - 0.5 * ((taus[k] - priors[1]) / priors[2]) ** 2
                z[g, j] = log_sum(log_l[g, j])
                joint[j] += z[g, j]
        evidence = log_sum(joint) + np.log(omegas[1] - omegas[0])
        shrunk = False
        for g in range(groups):
            evidence += np.log(high[g] - low[g])
            marginal = np.empty(COARSE_NODES)
            for k in range(COARSE_NODES):
                marginal[k] = log_sum(joint - z[g] + log_l[g, :, k])
            new_low, new_high = where_dense(np.linspace(low[g], high[g], COARSE_NODES), marginal, low[g], high[g])
            shrunk |= new_high - new_low < 0.7 * (high[g] - low[g])
            low[g], high[g] = new_low, new_high
        new_low, new_high = where_dense(omegas, joint, low[groups], high[groups])
        shrunk |= new_high - new_low < 0.7 * (high[groups] - low[groups])
        low[groups], high[groups] = new_low, new_high
        if not shrunk:
            break
    return low, high, evidence
