"""The population of a panel, compiled: lines, groups, spreads, given the weighted draws of every line.

    log density of draw s of line l = log L(l, s; sd_experiment) - log q(l, s)      q: what it was drawn from
    x(line) ~ Normal(group_x, sigma_x),  group_x ~ Normal(mu_x, sigma_group_x),  mu_x ~ Normal(mean, sd)

A Gibbs sampler whose steps are all exact: a line's draw is picked by its weight among all of the line's, the spreads
given the picks with the groups' and the population's means integrated out, then these means, then the spread of days
among its nodes. What is returned of a line are the weights, averaged over the sweeps, and the picks.
"""

from typing import Final, NamedTuple

import numpy as np

from lensim.inference.compiled import compiled

_SLICE_WIDTH: Final = 0.8
_SLICE_STEPS: Final = 8
_ROUNDS: Final = 2
_LOWEST_LOG: Final = -12.0


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


@compiled()
def _log_density(log_group, log_sigma, size, mean, within, lines, grouped, hyper, k):  # type: ignore[no-untyped-def]
    """Log density of the two log spreads given lines of groups with these sizes, means and sum of squares within."""
    if log_sigma < _LOWEST_LOG or log_sigma > 5.0 or log_group < _LOWEST_LOG or log_group > 5.0:
        return -np.inf
    variance = np.exp(2.0 * log_sigma)
    between = np.exp(2.0 * log_group) if grouped else 0.0
    precision, weighted, square = (
        hyper.sd[k] ** -2,
        hyper.mean[k] * hyper.sd[k] ** -2,
        hyper.mean[k] ** 2 * hyper.sd[k] ** -2,
    )
    total = 0.0
    groups = 0
    for g in range(len(size)):
        if size[g] == 0.0:
            continue
        groups += 1
        own = between + variance / size[g]
        total -= 0.5 * np.log(own)
        precision += 1.0 / own
        weighted += mean[g] / own
        square += mean[g] ** 2 / own
    total += -0.5 * np.log(precision) - 0.5 * (square - weighted * weighted / precision)
    total -= (lines - groups) * log_sigma + 0.5 * within / variance
    if hyper.scale[k] > 0.0:
        total += log_sigma - 0.5 * variance / hyper.scale[k] ** 2
    else:
        total -= 0.5 * ((log_sigma - hyper.log_median[k]) / hyper.log_sd[k]) ** 2
    if grouped:
        total += log_group - 0.5 * between / hyper.scale_of_group[k] ** 2
    return total


@compiled()
def _slice(which, log_group, log_sigma, size, mean, within, lines, grouped, hyper, k, rng):  # type: ignore[no-untyped-def]
    """One slice step of one of the two log spreads, stepping out and shrinking (Neal 2003)."""
    at = log_group if which == 0 else log_sigma
    height = _log_density(log_group, log_sigma, size, mean, within, lines, grouped, hyper, k) + np.log(rng.random())
    low = at - _SLICE_WIDTH * rng.random()
    high = low + _SLICE_WIDTH
    for side in range(2):
        for _ in range(_SLICE_STEPS):
            end = low if side == 0 else high
            a, b = (end, log_sigma) if which == 0 else (log_group, end)
            if _log_density(a, b, size, mean, within, lines, grouped, hyper, k) <= height:
                break
            if side == 0:
                low -= _SLICE_WIDTH
            else:
                high += _SLICE_WIDTH
    for _ in range(100):
        new = low + (high - low) * rng.random()
        a, b = (new, log_sigma) if which == 0 else (log_group, new)
        if _log_density(a, b, size, mean, within, lines, grouped, hyper, k) > height:
            return new
        if new < at:
            low = new
        else:
            high = new
    return at


@compiled()
def _draw_means(values, group_of_line, log_group, log_sigma, size, mean, grouped, hyper, k, rng, group):  # type: ignore[no-untyped-def]
    """Population mean given the spreads, and into `group` the groups' means."""
    variance, between = np.exp(2.0 * log_sigma), np.exp(2.0 * log_group) if grouped else 0.0
    precision, weighted = hyper.sd[k] ** -2, hyper.mean[k] * hyper.sd[k] ** -2
    for g in range(len(size)):
        if size[g] > 0.0:
            own = between + variance / size[g]
            precision += 1.0 / own
            weighted += mean[g] / own
    mu = weighted / precision + rng.standard_normal() / np.sqrt(precision)
    for g in range(len(size)):
        if not grouped:
            group[g, k] = mu
            continue
        own = 1.0 / between + size[g] / variance
        group[g, k] = (mu / between + size[g] * mean[g] / variance) / own + rng.standard_normal() / np.sqrt(own)
    return mu


@compiled(fastmath=True)
def _pick(points, base, group, inverse, gone, average, weight, rng):  # type: ignore[no-untyped-def]
    """A draw of one line given its group's mean; the weights of all go into `average` once the start is gone."""
    highest = -1e300
    for s in range(len(base)):
        a = (points[s, 0] - group[0]) * inverse[0]
        b = (points[s, 1] - group[1]) * inverse[1]
        c = (points[s, 2] - group[2]) * inverse[2]
        weight[s] = base[s] - 0.5 * (a * a + b * b + c * c)
        highest = max(highest, weight[s])
    total = 0.0
    for s in range(len(base)):
        away = weight[s] - highest
        weight[s] = np.exp(away) if away > -40.0 else 0.0
        total += weight[s]
    if gone:
        for s in range(len(base)):
            average[s] += weight[s] / total
    target, running = rng.random() * total, 0.0
    for s in range(len(base)):
        running += weight[s]
        if running >= target:
            return s
    return len(base) - 1


@compiled()
def sweep_population(points, base, log_node, group_of_line, groups, start, hyper, sweeps, warm, rng):  # type: ignore[no-untyped-def]
    """Draws of a panel's population and of its lines.

    `points` (line, draw, 3), `base` (node, line, draw) log likelihood less log proposal, `log_node` (node) log prior
    of each spread of days, `start` (2, 3) mean and spread to begin from.

    Returns picks (sweep, line), group means (sweep, group, 3), population means, spreads of groups and of lines (sweep,
    3 each), nodes (sweep) and the averaged weights (line, draw).
    """
    lines, draws = points.shape[0], points.shape[1]
    grouped = groups > 1
    size = np.zeros(groups)
    for line in range(lines):
        size[group_of_line[line]] += 1.0
    picks = np.zeros((sweeps, lines), np.int64)
    group_draws, mu_draws = np.zeros((sweeps, groups, 3)), np.zeros((sweeps, 3))
    sigma_group_draws, sigma_draws = np.zeros((sweeps, 3)), np.zeros((sweeps, 3))
    node_draws, average = np.zeros(sweeps, np.int64), np.zeros((lines, draws))
    group = np.empty((groups, 3))
    group[:] = start[0]
    log_sigma = np.log(start[1])
    log_group = np.log(0.3 * start[1])
    node = len(log_node) // 2
    picked, weight, mu = np.zeros(lines, np.int64), np.empty(draws), np.empty(3)
    mean, log_p = np.empty(groups), np.empty(len(log_node))
    for sweep in range(-warm, sweeps):
        inverse = np.exp(-log_sigma)
        for line in range(lines):
            picked[line] = _pick(
                points[line],
                base[node, line],
                group[group_of_line[line]],
                inverse,
                sweep >= 0,
                average[line],
                weight,
                rng,
            )
        for k in range(3):
            mean[:] = 0.0
            within = 0.0
            for line in range(lines):
                mean[group_of_line[line]] += points[line, picked[line], k]
            for g in range(groups):
                mean[g] = mean[g] / size[g] if size[g] > 0.0 else 0.0
            for line in range(lines):
                within += (points[line, picked[line], k] - mean[group_of_line[line]]) ** 2
            for _ in range(_ROUNDS):
                log_sigma[k] = _slice(1, log_group[k], log_sigma[k], size, mean, within, lines, grouped, hyper, k, rng)
                if grouped:
                    log_group[k] = _slice(
                        0, log_group[k], log_sigma[k], size, mean, within, lines, grouped, hyper, k, rng
                    )
            mu[k] = _draw_means(
                points, group_of_line, log_group[k], log_sigma[k], size, mean, grouped, hyper, k, rng, group
            )
        if len(log_node) > 1:
            for j in range(len(log_node)):
                log_p[j] = log_node[j]
                for line in range(lines):
                    log_p[j] += base[j, line, picked[line]]
            log_p[:] = np.exp(log_p - log_p.max())
            node = min(np.searchsorted(np.cumsum(log_p), rng.random() * log_p.sum()), len(log_node) - 1)
        if sweep >= 0:
            picks[sweep], group_draws[sweep], mu_draws[sweep] = picked, group, mu
            if grouped:
                sigma_group_draws[sweep] = np.exp(log_group)
            sigma_draws[sweep], node_draws[sweep] = np.exp(log_sigma), node
    return picks, group_draws, mu_draws, sigma_group_draws, sigma_draws, node_draws, average / sweeps
