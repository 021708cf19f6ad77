"""The population of a panel, compiled: lines, groups, spreads, given the weighted draws of every line.

    log weight of draw s of line l = sum over cultures of log L_c(l, s; D, d) - log q(l, s)    q: what it was drawn from
    x(line) ~ Normal(group_x, sigma_x),  group_x ~ Normal(mu_x, sigma_group_x),  mu_x ~ Normal(mean, sd)
    D, d    as in module `days`

A Gibbs sampler whose steps are all exact: a line's draw is picked by its weight among all of the line's, the spreads
given the picks with the groups' and the population's means integrated out, then these means. In every fourth sweep the
spreads of cultures and the shifts of experiments are drawn given the picks, two sweeps later the spreads take a step of
Metropolis with the picks summed over. What is returned of a line are the weights, averaged over the sweeps, and the
picks.

The mean shift of all experiments is kept apart: draws of lines have it in them, as have the means of the population,
and it is drawn from what its prior and that of the population's mean say of it. So is the mean of the days of a line
with several conditions, which draws of all of them have in them: it is drawn given these.
"""

from typing import Final, NamedTuple

import numpy as np

from lensim.dose_response.laplace.days import (
    draw_founders,
    draw_shifts,
    log_density_of_days,
    log_weights,
    no_shifts,
    of_culture,
    slice_days,
    variance_of_shift,
)
from lensim.dose_response.laplace.line import KEPT
from lensim.dose_response.laplace.rows import exponential
from lensim.inference.compiled import compiled

_SLICE_WIDTH: Final = 0.8
_SLICE_STEPS: Final = 8
_ROUNDS: Final = 2
_LOWEST_LOG: Final = -12.0
_TURNS: Final = 4
"""Sweeps until spreads of cultures are drawn again in the same way."""
_WANTED: Final = 0.3
"""Share of the steps of Metropolis that are taken."""


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


class Sweeps(NamedTuple):
    """Draws of a panel's population: index sweep first.

    Attributes
    ----------
    picks
        (line) which draw of each line.
    group, mu, sigma_group, sigma
        (group, 3) and (3), the means of log10 EC50 with the shift in them.
    days
        (5) log spreads of cultures, and logits of the shares that all lines of an experiment, and conditions of a line
        on one day, have in common.
    shift
        Mean shift of all experiments.
    of_founder
        (line) mean of the days of the line that it is a condition of, which its draws have in them.
    weights
        (line, draw) averaged over the sweeps.
    """

    picks: np.ndarray
    group: np.ndarray
    mu: np.ndarray
    sigma_group: np.ndarray
    sigma: np.ndarray
    days: np.ndarray
    shift: np.ndarray
    of_founder: np.ndarray
    weights: np.ndarray


@compiled()
def _log_density(log_group, log_sigma, size, mean, within, lines, grouped, hyper, sd_mu, k):  # type: ignore[no-untyped-def]
    """Log density of the two log spreads given lines of groups with these sizes, means and sum of squares within."""
    if log_sigma < _LOWEST_LOG or log_sigma > 5.0 or log_group < _LOWEST_LOG or log_group > 5.0:
        return -np.inf
    variance = np.exp(2.0 * log_sigma)
    between = np.exp(2.0 * log_group) if grouped else 0.0
    precision, weighted, square = (
        sd_mu**-2,
        hyper.mean[k] * sd_mu**-2,
        hyper.mean[k] ** 2 * sd_mu**-2,
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
def _slice(which, log_group, log_sigma, size, mean, within, lines, grouped, hyper, sd_mu, k, rng):  # type: ignore[no-untyped-def]
    """One slice step of one of the two log spreads, stepping out and shrinking (Neal 2003)."""
    at = log_group if which == 0 else log_sigma
    height = _log_density(log_group, log_sigma, size, mean, within, lines, grouped, hyper, sd_mu, k) + np.log(
        rng.random()
    )
    low = at - _SLICE_WIDTH * rng.random()
    high = low + _SLICE_WIDTH
    for side in range(2):
        for _ in range(_SLICE_STEPS):
            end = low if side == 0 else high
            a, b = (end, log_sigma) if which == 0 else (log_group, end)
            if _log_density(a, b, size, mean, within, lines, grouped, hyper, sd_mu, k) <= height:
                break
            if side == 0:
                low -= _SLICE_WIDTH
            else:
                high += _SLICE_WIDTH
    for _ in range(100):
        new = low + (high - low) * rng.random()
        a, b = (new, log_sigma) if which == 0 else (log_group, new)
        if _log_density(a, b, size, mean, within, lines, grouped, hyper, sd_mu, k) > height:
            return new
        if new < at:
            low = new
        else:
            high = new
    return at


@compiled()
def _draw_means(values, group_of_line, log_group, log_sigma, size, mean, grouped, hyper, sd_mu, k, rng, group):  # type: ignore[no-untyped-def]
    """Population mean given the spreads, and into `group` the groups' means."""
    variance, between = np.exp(2.0 * log_sigma), np.exp(2.0 * log_group) if grouped else 0.0
    precision, weighted = sd_mu**-2, hyper.mean[k] * sd_mu**-2
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
def _weigh_line(coordinates, base, mean, shift, inverse, weight):  # type: ignore[no-untyped-def]
    """Weights of the draws of one line given its group's mean; the log of their sum."""
    highest = -1e300
    middle = mean[0] + shift
    for s in range(len(base)):
        a = (coordinates[0, s] - middle) * inverse[0]
        b = (coordinates[1, s] - mean[1]) * inverse[1]
        c = (coordinates[2, s] - mean[2]) * inverse[2]
        weight[s] = base[s] - 0.5 * (a * a + b * b + c * c)
        highest = max(highest, weight[s])
    total = 0.0
    for s in range(len(base)):
        weight[s] = exponential(weight[s] - highest)
        total += weight[s]
    return highest + np.log(total)


@compiled()
def _weigh(coordinates, base, group_of_line, group, moved, inverse, weight):  # type: ignore[no-untyped-def]
    """Weights of the draws of every line, into weight (line, draw); the sum over lines of the logs of their sums."""
    whole = 0.0
    for line in range(len(base)):
        mean = group[group_of_line[line]]
        whole += _weigh_line(coordinates[line], base[line], mean, moved[line], inverse, weight[line])
    return whole


@compiled(fastmath=True)
def _pick(weight, gone, average, rng):  # type: ignore[no-untyped-def]
    """A draw of one line by these weights, which go into `average` once the start is gone."""
    total = weight.sum()
    if gone:
        share = 1.0 / total
        for s in range(len(weight)):
            average[s] += weight[s] * share
    target, running = rng.random() * total, 0.0
    for s in range(len(weight)):
        running += weight[s]
        if running >= target:
            return s
    return len(weight) - 1


@compiled()
def sweep_population(  # type: ignore[no-untyped-def]
    points,
    log_proposal,
    panel,
    group_of_line,
    groups,
    start,
    start_of_days,
    hyper,
    priors,
    sweeps,
    warm,
    of_draws,
    of_cultures,
    rng,
):
    """Draws of a panel's population and of its lines.

    `points` (line, draw, 3), `log_proposal` (line, draw) log density that they were drawn from, `panel` a
    `Paraboloids`, `start` (2, 3) mean and spread to begin from, `start_of_days` (5) as `Sweeps.days`, `priors` a
    `DayPriors`, `of_draws` and `of_cultures` two `Rows`, as long as draws of a line and as cultures. Returns a
    `Sweeps`.
    """
    lines, draws = points.shape[0], points.shape[1]
    grouped = groups > 1
    size = np.zeros(groups)
    for line in range(lines):
        size[group_of_line[line]] += 1.0
    picks = np.zeros((sweeps, lines), np.int64)
    group_draws, mu_draws = np.zeros((sweeps, groups, 3)), np.zeros((sweeps, 3))
    sigma_group_draws, sigma_draws = np.zeros((sweeps, 3)), np.zeros((sweeps, 3))
    days_draws, shift_draws, average = np.zeros((sweeps, 5)), np.zeros(sweeps), np.zeros((lines, draws))
    founder_draws = np.zeros((sweeps, lines))
    group = np.empty((groups, 3))
    group[:] = start[0]
    log_sigma, log_group = np.log(start[1]), np.log(0.3 * start[1])
    days, tried, shifts = start_of_days.copy(), start_of_days.copy(), no_shifts(panel)
    numbers = 5 if len(panel.founder_of_day) else 4
    moved, values, means = np.zeros(lines), np.empty((lines, 3)), np.empty(lines)
    picked, mu = np.zeros(lines, np.int64), start[0].copy()
    mean, own = np.empty(groups), np.zeros((KEPT, panel.cultures.sum()))
    base, other = np.empty((lines, draws)), np.empty((lines, draws))
    weight, other_weight = np.empty((lines, draws)), np.empty((lines, draws))
    coordinates = np.ascontiguousarray(points.transpose(0, 2, 1))
    log_weights(panel, log_proposal, days, shifts, of_draws, base)
    log_step = 0.0
    for sweep in range(-warm, sweeps):
        inverse = np.exp(-log_sigma)
        whole = _weigh(coordinates, base, group_of_line, group, moved, inverse, weight)
        if sweep % _TURNS == 0:
            for i in range(numbers):
                tried[i] = days[i] + np.exp(log_step) * priors.step[i] * rng.standard_normal()
            log_weights(panel, log_proposal, tried, shifts, of_draws, other)
            gain = _weigh(coordinates, other, group_of_line, group, moved, inverse, other_weight) - whole
            gain += log_density_of_days(tried, shifts, mu[0], panel, hyper, priors)
            gain -= log_density_of_days(days, shifts, mu[0], panel, hyper, priors)
            if sweep < 0:
                log_step += 0.2 * (min(1.0, np.exp(min(gain, 0.0))) - _WANTED)
            if np.log(rng.random()) < gain:
                days[:] = tried
                base, other = other, base
                weight, other_weight = other_weight, weight
        for line in range(lines):
            picked[line] = _pick(weight[line], sweep >= 0, average[line], rng)
        for line in range(lines):
            values[line] = points[line, picked[line]]
            values[line, 0] -= moved[line]
        for k in range(3):
            sd_mu = hyper.sd[k]
            if k == 0:
                sd_mu = np.sqrt(sd_mu**2 + variance_of_shift(days, panel))
            mean[:] = 0.0
            within = 0.0
            for line in range(lines):
                mean[group_of_line[line]] += values[line, k]
            for g in range(groups):
                mean[g] = mean[g] / size[g] if size[g] > 0.0 else 0.0
            for line in range(lines):
                within += (values[line, k] - mean[group_of_line[line]]) ** 2
            for _ in range(_ROUNDS):
                log_sigma[k] = _slice(
                    1, log_group[k], log_sigma[k], size, mean, within, lines, grouped, hyper, sd_mu, k, rng
                )
                if grouped:
                    log_group[k] = _slice(
                        0, log_group[k], log_sigma[k], size, mean, within, lines, grouped, hyper, sd_mu, k, rng
                    )
            mu[k] = _draw_means(
                values, group_of_line, log_group[k], log_sigma[k], size, mean, grouped, hyper, sd_mu, k, rng, group
            )
        if sweep % _TURNS == _TURNS // 2:
            of_culture(panel, picked, own)
            slice_days(own, days, shifts, mu[0], panel, hyper, priors, of_cultures, rng)
            draw_shifts(own, days, shifts, panel, of_cultures, rng)
            log_weights(panel, log_proposal, days, shifts, of_draws, base)
        if numbers == 5:
            for line in range(lines):
                values[line, 0] += moved[line]
                means[line] = group[group_of_line[line], 0]
            draw_founders(values[:, 0], means, np.exp(log_sigma[0]), days, shifts, panel, rng)
            for line in range(lines):
                moved[line] = shifts.of_founder[panel.founder[line]]
        if sweep >= 0:
            picks[sweep], group_draws[sweep], mu_draws[sweep] = picked, group, mu
            if grouped:
                sigma_group_draws[sweep] = np.exp(log_group)
            sigma_draws[sweep], days_draws[sweep] = np.exp(log_sigma), days
            variance = variance_of_shift(days, panel)
            known = variance + hyper.sd[0] ** 2
            shift = variance / known * (mu[0] - hyper.mean[0])
            shift_draws[sweep] = shift + np.sqrt(variance / known) * hyper.sd[0] * rng.standard_normal()
            founder_draws[sweep] = moved
    return Sweeps(
        picks, group_draws, mu_draws, sigma_group_draws, sigma_draws, days_draws, shift_draws, founder_draws,
        average / sweeps,
    )  # fmt: skip
