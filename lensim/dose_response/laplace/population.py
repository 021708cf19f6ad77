"""The population of a panel, compiled: lines, groups, spreads, given the weighted draws of every line.

    log weight of draw s of line l = sum over cultures of log L_c(l, s; D, d) - log q(l, s)    q: what it was drawn from
    x(line) ~ Normal(group_x, sigma_x),  group_x ~ Normal(mu_x, sigma_group_x),  mu_x ~ Normal(mean, sd)
    D, d    as in module `days`

A Gibbs sampler whose steps are all exact, in turns of `TURN` sweeps. In each sweep every line's draw is picked by its
weight among all of the line's, the spreads are drawn given the picks with the groups' and the population's means
integrated out, then these means (module `means`). A turn begins with a step of Metropolis of the spreads of cultures
with the picks summed over; at its end these spreads and the shifts of experiments are drawn given the picks.

What is returned of a sweep are further picks of every line, by numbers that are spread evenly over the draws of a line,
and means given these picks, with noise of opposite sign in every second draw; and the weights, averaged over every
second sweep.

The mean shift of all experiments is kept apart: draws of lines have it in them, as have the means of the population,
and it is drawn from what its prior and that of the population's mean say of it. So is the mean of the days of a line
with several conditions, which draws of all of them have in them: it is drawn given these.
"""

from typing import Final, NamedTuple

import numpy as np

from lensim.dose_response.laplace.days import (
    draw_founders,
    draw_shifts,
    heights_less,
    log_density_of_days,
    log_weights,
    no_shifts,
    of_culture,
    slice_days,
    variance_of_shift,
)
from lensim.dose_response.laplace.line import KEPT
from lensim.dose_response.laplace.means import Population, add_up, draw_means, draw_spreads, sums_of
from lensim.dose_response.laplace.picks import add_blocks, blocks_for, pick, weigh_draws
from lensim.inference.compiled import compiled

TURN: Final = 4
"""Sweeps until spreads of cultures are drawn again."""
_WANTED: Final = 0.3
"""Share of the steps of Metropolis of the spreads of cultures that are taken."""


class Sweeps(NamedTuple):
    """Draws of a panel's population: index draw first.

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
        (line, draw of the line) averaged over the sweeps.
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
def _empty(sweeps, lines, draws, groups):  # type: ignore[no-untyped-def]
    return Sweeps(
        np.zeros((sweeps, lines), np.int64), np.zeros((sweeps, groups, 3)), np.zeros((sweeps, 3)),
        np.zeros((sweeps, 3)), np.zeros((sweeps, 3)), np.zeros((sweeps, 5)), np.zeros(sweeps),
        np.zeros((sweeps, lines)), np.zeros((lines, draws)),
    )  # fmt: skip


@compiled()
def _begun(start, groups):  # type: ignore[no-untyped-def]
    group = np.empty((groups, 3))
    group[:] = start[0]
    return Population(group, start[0].copy(), np.log(0.3 * start[1]), np.log(start[1]))


@compiled()
def _tell(at, population, days, moved, panel, hyper, rng, found):  # type: ignore[no-untyped-def]
    """Put means, spreads and the mean shift of experiments, drawn given these, at place `at` of what is returned."""
    found.group[at], found.mu[at] = population.group, population.mu
    if len(population.group) > 1:
        found.sigma_group[at] = np.exp(population.log_group)
    found.sigma[at], found.days[at], found.of_founder[at] = np.exp(population.log_sigma), days, moved
    variance = variance_of_shift(days, panel)
    known = variance + hyper.sd[0] ** 2
    shift = variance / known * (population.mu[0] - hyper.mean[0])
    found.shift[at] = shift + np.sqrt(variance / known) * hyper.sd[0] * rng.standard_normal()


@compiled()
def _fill_normals(normals, rng):  # type: ignore[no-untyped-def]
    for i in range(normals.shape[0]):
        for k in range(normals.shape[1]):
            normals[i, k] = rng.standard_normal()


@compiled()
def _turn_normals(normals, at, rng):  # type: ignore[no-untyped-def]
    """New numbers for every second draw, those of opposite sign for the next."""
    if at % 2 == 0:
        _fill_normals(normals, rng)
    else:
        normals *= -1.0


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
    even,
    sweeps,
    warm,
    of_draws,
    of_cultures,
    rng,
):
    """Draws of a panel's population and of its lines.

    `points` (line, draw, 3), best in order of log10 EC50, `log_proposal` (line, draw) log density that they were drawn
    from, `panel` a `Paraboloids`, `start` (2, 3) mean and spread to begin from, `start_of_days` (5) as `Sweeps.days`,
    `priors` a `DayPriors`, `even` (draws to return, line) numbers between 0 and 1 that the picks are told from,
    `sweeps` that these are of, `warm` sweeps before them, `of_draws` and `of_cultures` two `Rows`, as long as draws of
    a line and as cultures or longer. Returns a `Sweeps`.
    """
    lines, draws, told_in_all = points.shape[0], points.shape[1], len(even)
    found, population, told = _empty(told_in_all, lines, draws, groups), _begun(start, groups), _begun(start, groups)
    sums, own_normals = sums_of(group_of_line, groups), np.zeros((1 + groups, 3))
    days, tried, shifts = start_of_days.copy(), start_of_days.copy(), no_shifts(panel)
    numbers = 5 if len(panel.founder_of_day) else 4
    moved, values, means = np.zeros(lines), np.empty(lines), np.empty(lines)
    picked, normals, sd_mu = np.zeros(lines, np.int64), np.zeros((1 + groups, 3)), hyper.sd.copy()
    own = np.zeros((KEPT, len(of_cultures.shift)))
    base, other = np.empty((lines, draws)), np.empty((lines, draws))
    references, total = np.zeros(lines), np.zeros(lines)
    weight, other_weight = np.empty((lines, draws)), np.empty((lines, draws))
    coordinates, level = np.ascontiguousarray(points.transpose(0, 2, 1)), heights_less(panel, log_proposal)
    blocks, log_step = blocks_for(lines, draws), 0.0
    for begin in range(-(warm // TURN) * TURN, sweeps, TURN):
        inverse = np.exp(-population.log_sigma)
        log_weights(panel, level, days, shifts, of_draws, base)
        whole = weigh_draws(coordinates, base, group_of_line, population.group, moved, inverse, references, weight)
        for i in range(numbers):
            tried[i] = days[i] + np.exp(log_step) * priors.step[i] * rng.standard_normal()
        log_weights(panel, level, tried, shifts, of_draws, other)
        gain = log_density_of_days(tried, shifts, population.mu[0], panel, hyper, priors) - whole
        gain += weigh_draws(
            coordinates, other, group_of_line, population.group, moved, inverse, references, other_weight
        )
        gain -= log_density_of_days(days, shifts, population.mu[0], panel, hyper, priors)
        if begin < 0:
            log_step += 0.2 * (min(1.0, np.exp(min(gain, 0.0))) - _WANTED)
        if np.log(rng.random()) < gain:
            days[:] = tried
            weight, other_weight = other_weight, weight
            base, other = other, base
        sd_mu[0] = np.sqrt(hyper.sd[0] ** 2 + variance_of_shift(days, panel))
        for at in range(begin, min(begin + TURN, sweeps)):
            if at > begin:
                inverse = np.exp(-population.log_sigma)
                weigh_draws(coordinates, base, group_of_line, population.group, moved, inverse, references, weight)
            for line in range(lines):
                total[line] = add_blocks(weight[line], blocks[line], found.weights[line], at >= 0 and at % 2 == 0)
                picked[line] = pick(weight[line], blocks[line], total[line] * rng.random())
            for one in range(max(at, 0) * told_in_all // sweeps, max(at + 1, 0) * told_in_all // sweeps):
                for line in range(lines):
                    found.picks[one, line] = pick(weight[line], blocks[line], total[line] * even[one, line])
                add_up(points, found.picks[one], moved, group_of_line, sums)
                _turn_normals(normals, one, rng)
                told.log_sigma[:], told.log_group[:] = population.log_sigma, population.log_group
                draw_means(told, sums, hyper, sd_mu, normals)
                _tell(one, told, days, moved, panel, hyper, rng, found)
            add_up(points, picked, moved, group_of_line, sums)
            draw_spreads(population, sums, lines, hyper, sd_mu, rng)
            _fill_normals(own_normals, rng)
            draw_means(population, sums, hyper, sd_mu, own_normals)
            if numbers == 5:
                for line in range(lines):
                    values[line], means[line] = points[line, picked[line], 0], population.group[group_of_line[line], 0]
                draw_founders(values, means, np.exp(population.log_sigma[0]), days, shifts, panel, rng)
                for line in range(lines):
                    moved[line] = shifts.of_founder[panel.founder[line]]
        of_culture(panel, picked, own)
        slice_days(own, days, shifts, population.mu[0], panel, hyper, priors, of_cultures, rng)
        draw_shifts(own, days, shifts, panel, of_cultures, rng)
    found.weights[:] /= (sweeps + 1) // 2
    return found
