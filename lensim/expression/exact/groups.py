"""Comparisons of groups of different subjects of many studies by quadrature: the posterior of `level_groups`, compiled.

Given its spread between subjects the mean of a group is normal. Spreads lie on a grid, and so does the typical spread
of a target that they lie around; grids begin at the width of the priors and shrink to where the posterior of each study
is.
Given the typical spread groups are independent, so a comparison, a weighed sum of means, is a mixture of normals. Its
parts are gathered by their variance in narrow classes, each a normal with the mean and the variance of what it holds.
"""

from typing import Any, Final

import numpy as np

from lensim.expression.exact.normal_mixture import describe
from lensim.expression.exact.rows import exponential
from lensim.expression.priors import LevelPriors
from lensim.inference.compiled import compiled

REACH: Final = 6.0
"""Half the width of the first grid, in sds of the prior."""
NODES: Final = 32
"""Of the spread of a group, and of the typical spread; more where the law around the typical spread is narrow."""
NODES_OF_SD: Final = 0.8
"""Sds of the law of spreads between two nodes, at most."""
MOST_NODES: Final = 2048
PASSES: Final = 3
KEPT: Final = 1e-9
"""Share of the largest weight below which nodes at the ends are left out of the next grid."""
CLASSES: Final = 96
"""Of variances of a comparison."""
LEAST_LOG_SD: Final = 0.05
"""Of the law of spreads around the typical one: a narrower law needs a finer grid."""


def compare_groups(
    level: np.ndarray,
    known: np.ndarray,
    group: np.ndarray,
    weights: np.ndarray,
    further: np.ndarray,
    priors: LevelPriors,
    thresholds: np.ndarray,
    probabilities: np.ndarray,
) -> np.ndarray:
    """What is asked of each comparison of each study and target.

    Parameters
    ----------
    level, known
        (study, target, subject) log2 level, NaN where there is none, and its known variance [log2^2].
    group
        Group of each subject.
    weights
        (comparison, group) of the means of groups.
    further
        (study, target, comparison) variance beside that of means, such as that of factors [log2^2].
    priors
        Of the analysis.
    thresholds, probabilities
        Where P(comparison > threshold) and quantiles are wanted [log2].

    Returns
    -------
    numpy.ndarray
        (study, target, comparison, number): mean, sd, P at each threshold, each quantile; NaN where a group of the
        comparison has no level, or the grid would be too large.
    """
    numbers = np.array(
        [
            priors.sd_mean_log2_level,
            np.log(priors.median_typical_sd_log2_between_subjects),
            priors.log_sd_typical_sd_log2_between_subjects,
            priors.log_sd_sd_log2_between_subjects,
        ]
    )
    kernel: Any = _all_studies  # numba hides its signature
    found: np.ndarray = kernel(
        np.ascontiguousarray(level, dtype=float),
        np.ascontiguousarray(known, dtype=float),
        group.astype(np.int64),
        np.ascontiguousarray(weights, dtype=float),
        np.ascontiguousarray(further, dtype=float),
        numbers,
        np.asarray(thresholds, dtype=float),
        np.asarray(probabilities, dtype=float),
    )
    return found


@compiled()
def _log_likelihoods(level, known, middles, sd_of_mean, log_like, mean, variance):  # type: ignore[no-untyped-def]
    """Log density of a group's levels at each log spread, the mean integrated out; mean and variance of that mean."""
    centre, count = 0.0, 0
    for n in range(len(level)):
        centre += level[n]
        count += 1
    centre /= max(count, 1)
    of_prior = sd_of_mean**-2
    for j in range(len(middles)):
        spread = np.exp(2.0 * middles[j])
        precision, total, square, logs = of_prior, -centre * of_prior, 0.0, 0.0
        for n in range(len(level)):
            weight, away = 1.0 / (spread + known[n]), level[n] - centre
            precision += weight
            total += weight * away
            square += weight * away * away
            logs += np.log(weight)
        mean[j], variance[j] = centre + total / precision, 1.0 / precision
        log_like[j] = 0.5 * (logs - np.log(precision) - square + total * total / precision)


@compiled()
def _middles(low, high, cells, out):  # type: ignore[no-untyped-def]
    for j in range(cells):
        out[j] = low + (j + 0.5) * (high - low) / cells


@compiled()
def _cells(low, high, own_sd):  # type: ignore[no-untyped-def]
    return max(NODES, int(np.ceil((high - low) / (own_sd * NODES_OF_SD))))


@compiled()
def _shares(log_like, middles, typical, own_sd, out):  # type: ignore[no-untyped-def]
    """Share of each spread of a group given a typical spread, and the log of what they sum to."""
    cells, top = len(middles), -np.inf
    for j in range(cells):
        away = (middles[j] - typical) / own_sd
        out[j] = log_like[j] - 0.5 * away * away
        top = max(top, out[j])
    total = 0.0
    for j in range(cells):
        out[j] = exponential(out[j] - top)
        total += out[j]
    for j in range(cells):
        out[j] /= total
    width = (middles[1] - middles[0]) if cells > 1 else 1.0
    return top + np.log(total * width)


@compiled()
def _shrunk(low, high, weight, cells):  # type: ignore[no-untyped-def]
    """The part of a grid that holds weight, with a cell to either side."""
    least, first, last = KEPT * weight[:cells].max(), cells, -1
    for j in range(cells):
        if weight[j] > least:
            first, last = min(first, j), max(last, j)
    width = (high - low) / cells
    return low + max(first - 1, 0) * width, low + min(last + 2, cells) * width


@compiled()
def _gather(left, right, own, other_weight, lowest, step, joined, room):  # type: ignore[no-untyped-def]
    """Parts of a sum of two independent mixtures, gathered by variance.

    `left` (3, part) holds weights, means and variances, `own` the class of each pair; into `joined` (3, class).
    """
    weight, first, second, third = room
    weight[:], first[:], second[:], third[:] = 0.0, 0.0, 0.0, 0.0
    for a in range(left.shape[1]):
        if left[0, a] > 0.0:
            for b in range(right.shape[1]):
                w = left[0, a] * right[0, b]
                mean = left[1, a] + other_weight * right[1, b]
                c = own[a, b]
                weight[c] += w
                first[c] += w * mean
                second[c] += w * mean * mean
                third[c] += w * (left[2, a] + other_weight * other_weight * right[2, b])
    for c in range(len(weight)):
        joined[0, c] = weight[c]
        middle = first[c] / weight[c] if weight[c] > 0.0 else 0.0
        joined[1, c] = middle
        spread = third[c] / weight[c] + max(second[c] / weight[c] - middle * middle, 0.0) if weight[c] > 0.0 else 0.0
        joined[2, c] = spread if weight[c] > 0.0 else np.exp(lowest + (c + 0.5) * step)


@compiled()
def _classes(left, right, lowest, step, own):  # type: ignore[no-untyped-def]
    """The class of the variance of each pair of parts (part, part of the other)."""
    for a in range(len(left)):
        for b in range(len(right)):
            place = int((np.log(left[a] + right[b]) - lowest) / step)
            own[a, b] = min(max(place, 0), CLASSES - 1)


@compiled()
def _compared(weights, further, typical_weight, shares, mean, variance, cells, thresholds, probabilities, out):  # type: ignore[no-untyped-def]
    """One comparison: parts of its groups joined given each typical spread, and described."""
    groups = np.flatnonzero(weights)
    least, most = further, further
    for g in groups:
        least += weights[g] ** 2 * variance[g, : cells[g]].min()
        most += weights[g] ** 2 * variance[g, : cells[g]].max()
    lowest = np.log(least)
    step = max(np.log(most) - lowest, 1e-9) / CLASSES * (1.0 + 1e-9)
    room = (np.empty(CLASSES), np.empty(CLASSES), np.empty(CLASSES), np.empty(CLASSES))
    total = np.zeros((4, CLASSES))
    count = len(groups)
    most_parts = max(cells.max(), CLASSES)
    owns = np.empty((count, most_parts, cells.max()), np.int64)
    before = further + weights[groups[0]] ** 2 * variance[groups[0], : cells[groups[0]]]
    for at in range(1, count):  # classes do not depend on the typical spread
        g = groups[at]
        rest = 0.0
        for later in range(at + 1, count):
            rest += weights[groups[later]] ** 2 * variance[groups[later], : cells[groups[later]]].min()
        _classes(before + rest, weights[g] ** 2 * variance[g, : cells[g]], lowest, step, owns[at])
        before = np.exp(lowest + (np.arange(CLASSES) + 0.5) * step) - rest
        before = np.maximum(before, 1e-300)
    for k in range(len(typical_weight)):
        if typical_weight[k] <= KEPT:
            continue
        g = groups[0]
        left = np.empty((3, cells[g]))
        for j in range(cells[g]):
            left[0, j] = shares[k, g, j]
            left[1, j] = weights[g] * mean[g, j]
            left[2, j] = further + weights[g] ** 2 * variance[g, j]
        for at in range(1, count):
            g = groups[at]
            right = np.empty((3, cells[g]))
            for j in range(cells[g]):
                right[0, j], right[1, j], right[2, j] = shares[k, g, j], mean[g, j], variance[g, j]
            joined = np.empty((3, CLASSES))
            _gather(left, right, owns[at], weights[g], lowest, step, joined, room)
            left = joined
        for c in range(left.shape[1]):
            w = typical_weight[k] * left[0, c]
            if w > 0.0:
                total[0, c] += w
                total[1, c] += w * left[1, c]
                total[2, c] += w * left[1, c] * left[1, c]
                total[3, c] += w * left[2, c]
    there = np.flatnonzero(total[0] > 0.0)
    w = total[0][there]
    middle = total[1][there] / w
    spread = total[3][there] / w + np.maximum(total[2][there] / w - middle * middle, 0.0)
    describe(w, middle, spread, thresholds, probabilities, out)


@compiled()
def _lay(levels, known, ends, priors):  # type: ignore[no-untyped-def]
    """Grids over the posterior of one target: weights of typical spreads, and of each group shares, means, variances.

    `ends` (group + 1) are the places in `levels` where groups begin. A grid that would be too large has no weight.
    """
    groups = len(ends) - 1
    sd_of_mean, middle, log_sd, own_sd = priors
    reach = REACH * np.hypot(log_sd, own_sd)
    low, high = np.full(groups + 1, middle - reach), np.full(groups + 1, middle + reach)  # the typical spread is last
    cells = np.empty(groups + 1, np.int64)
    typical_weight = np.zeros(0)
    shares = np.empty((0, groups, 0))
    mean, variance = np.empty((groups, 0)), np.empty((groups, 0))
    for number in range(PASSES):
        for g in range(groups + 1):
            cells[g] = NODES if g == groups else _cells(low[g], high[g], own_sd)
        most, nodes = cells[:groups].max(), cells[groups]
        if most > MOST_NODES:
            return np.zeros(0), shares, mean, variance, cells
        middles, log_like = np.empty((groups, most)), np.empty((groups, most))
        mean, variance = np.empty((groups, most)), np.empty((groups, most))
        shares = np.zeros((nodes, groups, most))
        typical, log_weight = np.empty(nodes), np.empty(nodes)
        _middles(low[groups], high[groups], nodes, typical)
        for g in range(groups):
            _middles(low[g], high[g], cells[g], middles[g])
            a, b, c = ends[g], ends[g + 1], cells[g]
            _log_likelihoods(
                levels[a:b], known[a:b], middles[g, :c], sd_of_mean, log_like[g, :c], mean[g, :c], variance[g, :c]
            )
        for k in range(nodes):
            away = (typical[k] - middle) / log_sd
            log_weight[k] = -0.5 * away * away
            for g in range(groups):
                c = cells[g]
                log_weight[k] += _shares(log_like[g, :c], middles[g, :c], typical[k], own_sd, shares[k, g, :c])
        top = log_weight.max()
        typical_weight = np.empty(nodes)
        for k in range(nodes):
            typical_weight[k] = exponential(log_weight[k] - top)
        if number < PASSES - 1:
            for g in range(groups):
                marginal = np.zeros(cells[g])
                for k in range(nodes):
                    for j in range(cells[g]):
                        marginal[j] += typical_weight[k] * shares[k, g, j]
                low[g], high[g] = _shrunk(low[g], high[g], marginal, cells[g])
            low[groups], high[groups] = _shrunk(low[groups], high[groups], typical_weight, nodes)
    return typical_weight / typical_weight.sum(), shares, mean, variance, cells


@compiled()
def _all_studies(level, known, group, weights, further, priors, thresholds, probabilities):  # type: ignore[no-untyped-def]
    studies, targets, subjects = level.shape
    comparisons, groups = weights.shape
    found = np.full((studies, targets, comparisons, 2 + len(thresholds) + len(probabilities)), np.nan)
    values, errors = np.empty(subjects), np.empty(subjects)
    ends = np.zeros(groups + 1, np.int64)
    for s in range(studies):
        for t in range(targets):
            count = 0
            for g in range(groups):
                for n in range(subjects):
                    if group[n] == g and np.isfinite(level[s, t, n]):
                        values[count], errors[count] = level[s, t, n], known[s, t, n]
                        count += 1
                ends[g + 1] = count
            typical_weight, shares, mean, variance, cells = _lay(values, errors, ends, priors)
            if not len(typical_weight):
                continue
            for c in range(comparisons):
                has_all = True
                for g in range(groups):
                    has_all = has_all and (weights[c, g] == 0.0 or ends[g + 1] > ends[g])
                if has_all:
                    _compared(
                        weights[c], further[s, t, c], typical_weight, shares, mean, variance, cells[:groups],
                        thresholds, probabilities, found[s, t, c],
                    )  # fmt: skip
    return found
