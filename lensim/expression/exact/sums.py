"""Sums of the exact engine, compiled: the likelihood of a target's pairs at nodes of the spreads, for any factor.

A node n is a spread of pairs with a technical spread, a node k a spread of subjects. Given both, and the factor's
doublings off by delta, everything is normal:

    log likelihood = -(log_det + yy + 2 delta yd + delta^2 dd) / 2
                     + sum over groups of (alpha + delta beta - delta^2 gamma / 2)
    mu of a group ~ Normal(mean + delta slope, sqrt(variance))

Priors come as (sd of mu, log median and log sd of sigma, of the pair spread, of the technical spread).
"""

from typing import Final, NamedTuple

import numpy as np

from lensim.expression.exact.rows import logarithms
from lensim.inference.compiled import compiled

BLOCK: Final = 16
"""Weights of pairs can be large: of so many the product is within range for any that a prior can mean."""


class Pairs(NamedTuple):
    """Pairs of one target of one study, in order of unit; units of a group side by side.

    Attributes
    ----------
    ratio, ct_change, share, known
        (pair) log2 ratio, what a doubling a cycle more adds to it, share of the technical variance, known variance.
    first
        (unit + 1) where the pairs of each unit begin.
    edges
        (group + 1) where the units of each group begin.
    """

    ratio: np.ndarray
    ct_change: np.ndarray
    share: np.ndarray
    known: np.ndarray
    first: np.ndarray
    edges: np.ndarray


class Sums(NamedTuple):
    """What the likelihood is made of, and rows to work in.

    Attributes
    ----------
    log_det, yy, yd, dd
        (n) of pairs, given the fold changes of their units.
    alpha, beta, gamma, mean, slope, variance
        (group, k, n) of each group; alpha with the log prior of k and the log of its step.
    unit_variance, unit_mean, unit_slope
        (n, unit) of the mean of a unit's pairs.
    rows
        (6, n).
    raw
        (8, k * n).
    logs, mantissa
        (k * n).
    """

    log_det: np.ndarray
    yy: np.ndarray
    yd: np.ndarray
    dd: np.ndarray
    alpha: np.ndarray
    beta: np.ndarray
    gamma: np.ndarray
    mean: np.ndarray
    slope: np.ndarray
    variance: np.ndarray
    unit_variance: np.ndarray
    unit_mean: np.ndarray
    unit_slope: np.ndarray
    rows: np.ndarray
    raw: np.ndarray
    logs: np.ndarray
    mantissa: np.ndarray


@compiled()
def room_for_sums(groups, nodes_k, nodes_n, units):  # type: ignore[no-untyped-def]
    """Room for the sums of a target."""
    of_group, of_unit = (groups, nodes_k, nodes_n), (nodes_n, units)
    return Sums(
        np.zeros(nodes_n), np.zeros(nodes_n), np.zeros(nodes_n), np.zeros(nodes_n),
        np.zeros(of_group), np.zeros(of_group), np.zeros(of_group), np.zeros(of_group), np.zeros(of_group),
        np.zeros(of_group), np.zeros(of_unit), np.zeros(of_unit), np.zeros(of_unit), np.zeros((6, nodes_n)),
        np.zeros((8, nodes_k * nodes_n)), np.zeros(nodes_k * nodes_n), np.zeros(nodes_k * nodes_n, np.int64),
    )  # fmt: skip


@compiled()
def take_pairs(ratio, ct_change, share, known, begin, end, unit, group, groups, pairs):  # type: ignore[no-untyped-def]
    """The pairs of a target that are there, those from `begin` to `end` of a study, into `pairs`; a view of them."""
    count, units, last = 0, 0, -1
    pairs.edges[:] = 0
    for p in range(begin, end):
        if not np.isfinite(ratio[p]):
            continue
        if count == 0 or unit[p] != last:
            pairs.first[units] = count
            units += 1
            pairs.edges[group[p] + 1] += 1
        last = unit[p]
        pairs.ratio[count], pairs.ct_change[count] = ratio[p], ct_change[p]
        pairs.share[count], pairs.known[count] = share[p], known[p]
        count += 1
    pairs.first[units] = count
    for g in range(groups):
        pairs.edges[g + 1] += pairs.edges[g]
    return Pairs(
        pairs.ratio[:count], pairs.ct_change[:count], pairs.share[:count], pairs.known[:count],
        pairs.first[: units + 1], pairs.edges,
    )  # fmt: skip


@compiled(fastmath=True)
def _add_pair(y, d, share, known, omega2, sigma2, w, product, precision, total, moved, yy, yd, dd):  # type: ignore[no-untyped-def]
    """Add a pair, of precision w at each node, to the sums of its unit and of its target."""
    for n in range(len(w)):
        w[n] = 1.0 / (omega2[n] + share * sigma2[n] + known)
    for n in range(len(w)):
        product[n] *= w[n]
        precision[n] += w[n]
    for n in range(len(w)):
        total[n] += w[n] * y
        moved[n] += w[n] * d
    for n in range(len(w)):
        yy[n] += w[n] * (y * y)
        yd[n] += w[n] * (y * d)
        dd[n] += w[n] * (d * d)


@compiled(fastmath=True)
def _end_unit(product, precision, total, moved, yy, yd, dd):  # type: ignore[no-untyped-def]
    """Turn the sums of a unit into variance, mean and slope, and take what these explain off those of the target."""
    for n in range(len(product)):
        precision[n] = 1.0 / precision[n]
    for n in range(len(product)):
        product[n] *= precision[n]
    for n in range(len(product)):
        yy[n] -= precision[n] * total[n] * total[n]
    for n in range(len(product)):
        yd[n] -= precision[n] * total[n] * moved[n]
    for n in range(len(product)):
        dd[n] -= precision[n] * moved[n] * moved[n]
    for n in range(len(product)):
        total[n] *= precision[n]
        moved[n] *= precision[n]


@compiled()
def sum_units(pairs, omega2, sigma2, sums):  # type: ignore[no-untyped-def]
    """Fill `sums` of units and pairs at nodes of the variance of pairs and the technical variance (n)."""
    w, product, precision = sums.rows[0], sums.rows[1], sums.rows[2]
    total, moved, logs = sums.rows[3], sums.rows[4], sums.rows[5]
    log_det, yy, yd, dd = sums.log_det, sums.yy, sums.yd, sums.dd
    log_det[:] = 0.0
    yy[:] = 0.0
    yd[:] = 0.0
    dd[:] = 0.0
    product[:] = 1.0
    held = 0
    mantissa = sums.mantissa[: len(w)]
    for u in range(len(pairs.first) - 1):
        precision[:] = 0.0
        total[:] = 0.0
        moved[:] = 0.0
        for p in range(pairs.first[u], pairs.first[u + 1]):
            _add_pair(
                pairs.ratio[p], pairs.ct_change[p], pairs.share[p], pairs.known[p], omega2, sigma2,
                w, product, precision, total, moved, yy, yd, dd,
            )  # fmt: skip
            held += 1
            if held == BLOCK:
                logarithms(product, mantissa, logs)
                log_det -= logs
                product[:] = 1.0
                held = 0
        _end_unit(product, precision, total, moved, yy, yd, dd)
        for n in range(len(w)):
            sums.unit_variance[n, u], sums.unit_mean[n, u], sums.unit_slope[n, u] = precision[n], total[n], moved[n]
    logarithms(product, mantissa, logs)
    log_det -= logs


@compiled(fastmath=True)
def _add_units(variance, mean, slope, first, last, tau2, raw):  # type: ignore[no-untyped-def]
    """Add weighted sums over units to rows of raw (k * n), and multiply the product of their weights."""
    for n in range(len(variance)):
        own, of_mean, of_slope = variance[n, first:last], mean[n, first:last], slope[n, first:last]
        for k in range(tau2.shape[1]):
            total, b, c, e, f, h, product = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0
            for u in range(len(own)):
                w = 1.0 / (tau2[n, k] + own[u])
                wm, ws = w * of_mean[u], w * of_slope[u]
                total += w
                b += wm
                c += ws
                e += wm * of_mean[u]
                f += wm * of_slope[u]
                h += ws * of_slope[u]
                product *= w
            at = k * len(variance) + n
            raw[0, at] += total
            raw[1, at] += b
            raw[2, at] += c
            raw[3, at] += e
            raw[4, at] += f
            raw[5, at] += h
            raw[6, at] *= product


@compiled(fastmath=True)
def _integrate_mu(total, b, c, e, f, h, prior_precision, variance, mean, slope, alpha, beta, gamma, product):  # type: ignore[no-untyped-def]
    """From sums over the units of a group to the normal of mu, and the likelihood without it."""
    for m in range(len(total)):
        variance[m] = 1.0 / (total[m] + prior_precision)
    for m in range(len(total)):
        mean[m], slope[m] = variance[m] * b[m], variance[m] * c[m]
    for m in range(len(total)):
        alpha[m] += 0.5 * (b[m] * mean[m] - e[m])
    for m in range(len(total)):
        beta[m] = c[m] * mean[m] - f[m]
    for m in range(len(total)):
        gamma[m] = h[m] - c[m] * slope[m]
    for m in range(len(total)):
        product[m] *= prior_precision * variance[m]


@compiled(fastmath=True)
def _add_logs(alpha, logs, others):  # type: ignore[no-untyped-def]
    for m in range(len(alpha)):
        alpha[m] += 0.5 * (logs[m] + others[m])


@compiled()
def sum_groups(pairs, low, high, priors, sums):  # type: ignore[no-untyped-def]
    """Fill `sums` of groups after `sum_units`: nodes of the log spread of subjects in equal steps from `low` to `high`.

    These (group, n) may differ from one n to the next; alpha has the log of the step.
    """
    prior_precision, raw = priors[0] ** -2, sums.raw
    _, nodes_k, nodes_n = sums.alpha.shape
    tau2 = np.empty((nodes_n, nodes_k))
    for g in range(len(pairs.edges) - 1):
        for n in range(nodes_n):
            step = (high[g, n] - low[g, n]) / (nodes_k - 1)
            log_step, variance, growth = np.log(step), np.exp(2.0 * low[g, n]), np.exp(2.0 * step)
            for k in range(nodes_k):
                off = (low[g, n] + k * step - priors[1]) / priors[2]
                tau2[n, k] = variance
                variance *= growth
                sums.alpha[g, k, n] = log_step - 0.5 * off * off
        raw[:] = 0.0
        raw[6] = 1.0
        for first in range(pairs.edges[g], pairs.edges[g + 1], BLOCK):
            if first > pairs.edges[g]:
                logarithms(raw[6], sums.mantissa, sums.logs)
                raw[7] += sums.logs
                raw[6] = 1.0
            last = min(first + BLOCK, pairs.edges[g + 1])
            _add_units(sums.unit_variance, sums.unit_mean, sums.unit_slope, first, last, tau2, raw)
        alpha = sums.alpha[g].reshape(-1)
        _integrate_mu(
            raw[0], raw[1], raw[2], raw[3], raw[4], raw[5], prior_precision, sums.variance[g].reshape(-1),
            sums.mean[g].reshape(-1), sums.slope[g].reshape(-1), alpha, sums.beta[g].reshape(-1),
            sums.gamma[g].reshape(-1), raw[6],
        )  # fmt: skip
        logarithms(raw[6], sums.mantissa, sums.logs)
        _add_logs(alpha, sums.logs, raw[7])


@compiled(fastmath=True)
def at_factor(alpha, beta, gamma, delta, logs):  # type: ignore[no-untyped-def]
    """Into `logs` (k, n) the log likelihood of a group at a factor that is off by delta (n)."""
    for k in range(len(alpha)):
        for n in range(len(delta)):
            logs[k, n] = alpha[k, n] + delta[n] * (beta[k, n] - 0.5 * delta[n] * gamma[k, n])
