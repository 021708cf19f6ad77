"""The sum of the exact engine, compiled: spreads on grids that adapt to a study, everything else in closed form.

Numbers of a kernel come in order: priors as (sd of mu, log median and log sd of sigma, of the pair spread, of the
technical spread); pairs in order of unit, units of a group side by side.
"""

from typing import Final

import numpy as np

from lensim.expression.exact.normal_mixture import NEGLIGIBLE_WEIGHT, describe
from lensim.inference.compiled import compiled

TECHNICAL_NODES: Final = 5
FACTOR_NODES: Final = 5
COARSE_NODES: Final = 11
FINE_NODES: Final = 13
PASSES: Final = 4
NEGLIGIBLE_LOG: Final = 12.0
"""A spread whose marginal density is e^-12 of its highest is outside the grid."""
BLOCK: Final = 24
LOG_BLOCK: Final = 8
"""Variances of pairs can be small: of so many the product is within range for any that a prior can mean."""
REACH: Final = 4.2
"""Half the width of the first grid, in prior standard deviations."""


@compiled()
def _log_sum(values):  # type: ignore[no-untyped-def]
    top = values.max()
    if not np.isfinite(top):
        return top
    return top + np.log(np.exp(values - top).sum())


@compiled()
def _normalise(logs):  # type: ignore[no-untyped-def]
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
def _technical_nodes(ss, df, centre, log_sd):  # type: ignore[no-untyped-def]
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
def _renumbered(unit, group, groups):  # type: ignore[no-untyped-def]
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
def _units_given(ratio, ct_change, variance, unit, units):  # type: ignore[no-untyped-def]
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
def _group_sums(inverse, mean, slope, start, stop, tau, prior_precision):  # type: ignore[no-untyped-def]
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
def _mean_and_log(sums, delta):  # type: ignore[no-untyped-def]
    """Mean and variance of mu and the log likelihood of a group, at a factor that is off by delta."""
    total, b, c, e, f, h, log_det = sums
    first, second = b + delta * c, e + 2.0 * delta * f + delta * delta * h
    mean = first / total
    return mean, 1.0 / total, 0.5 * (log_det - second + first * mean)


@compiled()
def _shrunk(nodes, log_density, low, high):  # type: ignore[no-untyped-def]
    """The part of a grid where the density is not negligible, one node wider on each side."""
    floor = log_density.max() - NEGLIGIBLE_LOG
    inside = np.nonzero(log_density > floor)[0]
    first, last = max(inside[0] - 1, 0), min(inside[-1] + 1, len(nodes) - 1)
    return max(nodes[first], low), min(nodes[last], high)


@compiled()
def _ranges(ratio, ct_change, share, known, unit, edges, groups, sigma2, priors):  # type: ignore[no-untyped-def]
    """Where log sd_log2_pair, and log sigma of each group, have their posterior, at the likeliest technical spread."""
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
            precision, mean, slope, log_det, yy, _, _ = _units_given(ratio, ct_change, variance, unit, units)
            joint[j] += -0.5 * (log_det + yy)
            for g in range(groups):
                taus = np.linspace(low[g], high[g], COARSE_NODES)
                tau = np.exp(taus)
                for k in range(COARSE_NODES):
                    sums = _group_sums(precision, mean, slope, edges[g], edges[g + 1], tau[k], priors[0] ** -2)
                    _, _, log_likelihood = _mean_and_log(sums, 0.0)
                    log_l[g, j, k] = log_likelihood - 0.5 * ((taus[k] - priors[1]) / priors[2]) ** 2
                z[g, j] = _log_sum(log_l[g, j])
                joint[j] += z[g, j]
        shrunk = False
        for g in range(groups):
            marginal = np.empty(COARSE_NODES)
            for k in range(COARSE_NODES):
                marginal[k] = _log_sum(joint - z[g] + log_l[g, :, k])
            new_low, new_high = _shrunk(np.linspace(low[g], high[g], COARSE_NODES), marginal, low[g], high[g])
            shrunk |= new_high - new_low < 0.7 * (high[g] - low[g])
            low[g], high[g] = new_low, new_high
        new_low, new_high = _shrunk(omegas, joint, low[groups], high[groups])
        shrunk |= new_high - new_low < 0.7 * (high[groups] - low[groups])
        low[groups], high[groups] = new_low, new_high
        if not shrunk:
            break
    return low, high


@compiled()
def study_grid(  # type: ignore[no-untyped-def]
    ratio, ct_change, share, known, doublings, doublings_sd, ss, df, target_of_pair, unit_of_pair, group_of_pair,
    targets, groups, priors, hermite_nodes, hermite_logs,
):  # fmt: skip
    """The grid of one study: nodes of every spread, and of each node its weight and the mean and variance of mu.

    Gives (technical spreads squared, log weight of each; of targets: number of factor nodes, log pair spreads, log
    subject spreads by group, log weight (factor, technical, pair), share of a subject spread given these, mean and
    variance of mu). Weights of a target are those of all targets together.
    """
    prior_precision = priors[0] ** -2
    log_sigmas, log_technical = _technical_nodes(ss, df, priors[5], priors[6])
    sigmas2 = np.exp(2.0 * log_sigmas)
    nodes_i = len(sigmas2)
    nodes_q = np.ones(targets, np.int64)
    share_of_node = np.empty((targets, FACTOR_NODES, nodes_i, FINE_NODES, groups, FINE_NODES))
    means, variances = np.empty(share_of_node.shape), np.empty(share_of_node.shape)
    joint = np.full((targets, FACTOR_NODES, nodes_i, FINE_NODES), -np.inf)
    omegas, taus = np.empty((targets, FINE_NODES)), np.empty((targets, groups, FINE_NODES))
    for t in range(targets):
        own = (target_of_pair == t) & np.isfinite(ratio)
        y, d, f, kn = ratio[own], ct_change[own], share[own], known[own]
        unit, edges = _renumbered(unit_of_pair[own], group_of_pair[own], groups)
        units, there = edges[groups], len(y)
        low, high = _ranges(y, d, f, kn, unit, edges, groups, sigmas2[nodes_i // 2], priors)
        omegas[t] = np.linspace(low[groups], high[groups], FINE_NODES)
        for g in range(groups):
            taus[t, g] = np.linspace(low[g], high[g], FINE_NODES)
        sd = doublings_sd[t]
        nodes_q[t] = FACTOR_NODES if sd > 0 else 1
        for i in range(nodes_i):
            for j in range(FINE_NODES):
                variance = np.exp(2.0 * omegas[t, j]) + f * sigmas2[i] + kn
                inverse, mean, slope, log_det, yy, yd, dd = _units_given(y, d, variance, unit, units)
                prior_j = -0.5 * ((omegas[t, j] - priors[3]) / priors[4]) ** 2
                for q in range(nodes_q[t]):
                    delta = sd * hermite_nodes[q] if sd > 0 else 0.0
                    scale = there * np.log(doublings[t] + delta) if sd > 0 else 0.0
                    joint[t, q, i, j] = (
                        (hermite_logs[q] if sd > 0 else 0.0)
                        + prior_j
                        + scale
                        - 0.5 * (log_det + yy + 2.0 * delta * yd + delta * delta * dd)
                    )
                for g in range(groups):
                    tau = np.exp(taus[t, g])
                    for k in range(FINE_NODES):
                        sums = _group_sums(inverse, mean, slope, edges[g], edges[g + 1], tau[k], prior_precision)
                        prior_k = -0.5 * ((taus[t, g, k] - priors[1]) / priors[2]) ** 2
                        for q in range(nodes_q[t]):
                            delta = sd * hermite_nodes[q] if sd > 0 else 0.0
                            m, s2, log_likelihood = _mean_and_log(sums, delta)
                            means[t, q, i, j, g, k], variances[t, q, i, j, g, k] = m, s2
                            share_of_node[t, q, i, j, g, k] = log_likelihood + prior_k
                    for q in range(nodes_q[t]):
                        joint[t, q, i, j] += _normalise(share_of_node[t, q, i, j, g])
    of_technical = np.empty((targets, nodes_i))
    for t in range(targets):
        for i in range(nodes_i):
            of_technical[t, i] = _log_sum(joint[t, : nodes_q[t], i].copy().ravel())
    total_technical = log_technical + of_technical.sum(axis=0)
    for t in range(targets):
        for i in range(nodes_i):
            joint[t, :, i] += total_technical[i] - of_technical[t, i]
    return sigmas2, total_technical, nodes_q, omegas, taus, joint, share_of_node, means, variances


@compiled()
def analyse_all(  # type: ignore[no-untyped-def]
    ratio, ct_change, share, known, doublings, doublings_sd, ss, df, target_of_pair, unit_of_pair, group_of_pair,
    targets, groups, priors, thresholds, probabilities, differences, wants_new, hermite_nodes, hermite_logs,
):  # fmt: skip
    """Every study of a batch; see `lensim.expression.exact.engine.analyse`."""
    studies = len(ratio)
    wide = 2 + len(thresholds) + len(probabilities)
    out = np.empty((studies, targets, groups, wide))
    new = np.full((studies, targets, groups, wide), np.nan)
    apart = np.empty((studies, targets, len(differences), wide))
    for study in range(studies):
        _, _, nodes_q, _, taus, joint, share_of_node, means, variances = study_grid(
            ratio[study], ct_change[study], share[study], known[study], doublings[study], doublings_sd[study],
            ss[study], df[study], target_of_pair, unit_of_pair, group_of_pair, targets, groups, priors, hermite_nodes,
            hermite_logs,
        )  # fmt: skip
        for t in range(targets):
            weight = joint[t, : nodes_q[t]].copy()
            weight = np.exp(weight - weight.max())
            for g in range(groups):
                w, m, s2, tau2 = _by_spreads(
                    weight, share_of_node[t, :, :, :, g], means[t, :, :, :, g], variances[t, :, :, :, g], taus[t, g]
                )
                describe(w, m, s2, thresholds, probabilities, out[study, t, g])
                if wants_new:
                    describe(w, m, s2 + tau2, thresholds, probabilities, new[study, t, g])
            for n in range(len(differences)):
                a, b = differences[n, 0], differences[n, 1]
                w, m, s2 = _apart(weight, share_of_node[t], means[t], variances[t], a, b)
                describe(w, m, s2, thresholds, probabilities, apart[study, t, n])
    return out, new, apart


@compiled()
def _by_spreads(weight, share, means, variances, log_taus):  # type: ignore[no-untyped-def]
    """Components of a group's mean by spread of pairs and of subjects; factor and technical spread by their moments.

    The factor moves the mean by a nearly normal amount and the technical spread hardly moves it, so what is mixed over
    them is nearly normal itself; over the two spreads it is not.
    """
    nq, ni, nj = weight.shape
    nk = len(log_taus)
    w, m, s2, tau2 = np.zeros(nj * nk), np.zeros(nj * nk), np.zeros(nj * nk), np.ones(nj * nk)
    for j in range(nj):
        at = j * nk
        for q in range(nq):
            for i in range(ni):
                for k in range(nk):  # innermost, as the arrays lie in memory
                    part = weight[q, i, j] * share[q, i, j, k]
                    moved = part * means[q, i, j, k]
                    w[at + k] += part
                    m[at + k] += moved
                    s2[at + k] += part * variances[q, i, j, k] + moved * means[q, i, j, k]
        for k in range(nk):
            tau2[at + k] = np.exp(2.0 * log_taus[k])
            if w[at + k] > 0:
                m[at + k] /= w[at + k]
                s2[at + k] = max(s2[at + k] / w[at + k] - m[at + k] * m[at + k], 1e-12)
            else:
                s2[at + k] = 1.0
    return w, m, s2, tau2


@compiled()
def _apart(weight, share, means, variances, a, b):  # type: ignore[no-untyped-def]
    """Components of the difference of two groups, which are independent given factor, technical and pair spread."""
    nq, ni, nj = weight.shape
    nk = share.shape[-1]
    w, m, s2 = np.zeros(nj * nk * nk), np.zeros(nj * nk * nk), np.ones(nj * nk * nk)
    heaviest = weight.max() * nk**-2
    at = 0
    for j in range(nj):
        for k in range(nk):
            for n in range(nk):
                total, first, second = 0.0, 0.0, 0.0
                for q in range(nq):
                    for i in range(ni):
                        part = weight[q, i, j] * share[q, i, j, a, k] * share[q, i, j, b, n]
                        if part < NEGLIGIBLE_WEIGHT * heaviest:
                            continue
                        apart = means[q, i, j, a, k] - means[q, i, j, b, n]
                        total += part
                        first += part * apart
                        second += part * (variances[q, i, j, a, k] + variances[q, i, j, b, n] + apart * apart)
                w[at] = total
                if total > 0:
                    m[at] = first / total
                    s2[at] = max(second / total - m[at] * m[at], 1e-12)
                at += 1
    return w, m, s2
