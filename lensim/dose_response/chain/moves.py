"""Moves of a chain that ask wells, compiled: one elliptical slice step for all of them.

A move changes a few numbers and, with them, the curves or tops of some cultures or what their wells are compared with:

    CULTURE          curve and top of a culture; its line is integrated out, given the line's other cultures
    LINE             curve of a line; its cultures keep their places in units of their bases
    POPULATION       mean and spreads of one number of curves, and shares; lines and cultures keep such places
    SHIFT, DAY       what cultures of an experiment, or conditions of a line in it, share; cultures keep such places
    WELLS            sd_well, nu_well, sd_floor
    BACKGROUND       log background of a plate
    OVER_BACKGROUND  its mean and spread over plates, which move with them
    PLACE            effects of places on a plate
    OVER_PLACE       their means and spreads over plates, which move with them
    GIVEN_BACKGROUND, GIVEN_PLACE   means and spreads given the plates: no well is asked
    SIZE             log10 EC50, log slope and size at the top dose of a line; its cultures keep their deviations
    EFFECTS          mean and spreads of effects; lines and cultures keep places by what wells know of them
    SIZES            means and spreads of log10 EC50s and of sizes at the top dose; EC50s keep their quantiles
    JUMP             another curve of a line, from all that it may be; effects of cultures are drawn anew
    ALONG            another EC50 of a line, from what wells and population say of it; effects are drawn anew

Elliptical slice sampling, generalised (Nishihara, Murray and Adams 2014, JMLR 15, 2087): the target is written as a
multivariate t around where it is expected times what is left, and a step goes along an ellipse of the t. So it is an
independent draw where the expectation is right, and a short step where it is not; it has no rejection and no step size.
"""

from typing import Final

import numpy as np

from lensim.dose_response.chain.asked import log_likelihood_of_move
from lensim.dose_response.chain.coordinates import base_of_culture, root_of_culture
from lensim.dose_response.chain.hierarchy import LINES, day_variance, draw_line, own_variance, shift_of, shift_variance
from lensim.dose_response.chain.jump import jump, jump_along
from lensim.dose_response.chain.kinds import (
    ALONG,
    BACKGROUND,
    CULTURE,
    DAY,
    EFFECTS,
    GIVEN_BACKGROUND,
    JUMP,
    LINE,
    OVER_BACKGROUND,
    PLACE,
    POPULATION,
    SHIFT,
    SIZE,
    SIZES,
    TAIL,
    WELLS,
    copy,
    copy_base,
    members_of_move,
)
from lensim.dose_response.chain.prior_of_moves import log_prior_of_move
from lensim.dose_response.chain.written import read_move, write_move
from lensim.inference.compiled import compiled

_SHRINKS: Final = 60
_TWO_PI: Final = 2.0 * float(np.pi)


@compiled(allocates=False)
def _log_density_written(panel, s, w, kind, i):  # type: ignore[no-untyped-def]
    """Of cultures given their lines, and of lines given their groups, in the coordinates of a move."""
    if kind != LINE and kind != POPULATION and kind != EFFECTS and kind != SIZES and kind != SHIFT and kind != DAY:
        return 0.0
    total = 0.0
    if kind == LINE:
        total += w.density_line[i]
    elif kind in (POPULATION, EFFECTS, SIZES):
        for line in range(len(s.line)):
            total += w.density_line[line] + (w.density_ec50[line] if kind == SIZES else 0.0)
        if i == 0 and panel.experiments:
            square = 0.0
            for e in range(panel.experiments):
                square += s.shift[e] ** 2
            each = shift_variance(s)
            total -= 0.5 * (panel.experiments * np.log(each) + square / each)
        if i == 0 and panel.days:
            square = 0.0
            for j in range(panel.days):
                square += s.day[j] ** 2
            each = day_variance(panel, s)
            total -= 0.5 * (panel.days * np.log(each) + square / each)
    order, first, last = members_of_move(panel, kind, i)
    for n in range(first, last):
        total += w.density[order[n]]
    return total


@compiled(allocates=False)
def _slice(panel, bases, s, w, kind, i, d, rng):  # type: ignore[no-untyped-def]
    """One elliptical slice step from w.z, numbers of the move in units of its base."""
    mean, root, z = w.base_mean, w.base_root, w.base_z
    order, first, last = members_of_move(panel, kind, i)
    at = w.tried_at
    copy(w.at, at, 6)
    height = log_prior_of_move(panel, bases, s, w, kind, i, at) + _log_density_written(panel, s, w, kind, i)
    for n in range(first, last):
        height += w.log_likelihood[order[n]]
    square = 0.0
    for j in range(d):
        square += z[j] * z[j]
    height += 0.5 * (TAIL + d) * np.log(1.0 + square / TAIL) + np.log(rng.random())
    stretch = np.sqrt(0.5 * (TAIL + square) / rng.standard_gamma(0.5 * (TAIL + d)))
    other = w.aside
    for j in range(d):
        other[j] = stretch * rng.standard_normal()
    angle = _TWO_PI * rng.random()
    low, high = angle - _TWO_PI, angle
    for _ in range(_SHRINKS):
        cosine, sine = np.cos(angle), np.sin(angle)
        square = 0.0
        for j in range(d):
            w.new[j] = z[j] * cosine + other[j] * sine
            square += w.new[j] * w.new[j]
        for j in range(d):
            at[j] = mean[j]
            for k in range(d):
                at[j] += root[j, k] * w.new[k]
        density = log_prior_of_move(panel, bases, s, w, kind, i, at) + 0.5 * (TAIL + d) * np.log(1.0 + square / TAIL)
        if density > -np.inf:
            write_move(panel, bases, s, w, kind, i, at)
            density += log_likelihood_of_move(panel, s, w, kind, i) + _log_density_written(panel, s, w, kind, i)
        if density > height:
            for n in range(first, last):
                w.log_likelihood[order[n]] = w.tried[order[n]]
            return
        if angle < 0.0:
            low = angle
        else:
            high = angle
        angle = low + (high - low) * rng.random()
    # back; what is written anew may differ in its last digits
    write_move(panel, bases, s, w, kind, i, w.at)
    log_likelihood_of_move(panel, s, w, kind, i)
    for n in range(first, last):
        w.log_likelihood[order[n]] = w.tried[order[n]]


@compiled(allocates=False)
def _take_base(bases, w, kind, i):  # type: ignore[no-untyped-def]
    """Mean and lower root of the covariance of the base of a move, into w."""
    if kind == LINE:
        w.base_mean[:] = 0.0
        w.base_root[:] = 0.0
        for k in range(3):
            w.base_root[k, k] = 1.0
    elif kind == SIZES:
        copy_base(bases.sizes_mean, bases.sizes_root, w, 4)
    elif kind == SIZE:
        copy_base(bases.line_mean[i], bases.line_root[i], w, 3)
    elif kind in (POPULATION, EFFECTS):
        copy_base(bases.population_mean[i], bases.population_root[i], w, 6)
    elif kind == SHIFT:
        w.base_mean[0], w.base_root[0, 0] = bases.shift[i, 0], bases.shift[i, 1]
    elif kind == DAY:
        w.base_mean[0], w.base_root[0, 0] = bases.day[i, 0], bases.day[i, 1]
    elif kind == WELLS:
        copy_base(bases.wells_mean, bases.wells_root, w, 3)
    elif kind == BACKGROUND:
        w.base_mean[0], w.base_root[0, 0] = bases.background[i, 0], bases.background[i, 1]
    elif kind in (OVER_BACKGROUND, GIVEN_BACKGROUND):
        copy_base(bases.over_background_mean, bases.over_background_root, w, 3)
    elif kind == PLACE:
        copy_base(bases.place_mean[i], bases.place_root[i], w, 3)
    else:
        copy_base(bases.over_place_mean, bases.over_place_root, w, 6)


@compiled(allocates=False)
def move_cultures_of(panel, bases, s, w, kind, line, rng):  # type: ignore[no-untyped-def]
    """Each culture of a line, the line integrated out, then the line given them."""
    first, last = panel.of_line.first[line], panel.of_line.first[line + 1]
    n = last - first
    total, own, centre, v = w.line_total, w.line_own, w.line_centre, w.line_v
    for k in range(3):
        v[k] = own_variance(panel, s, k)
        if panel.is_pooled:
            own[k], centre[k] = np.exp(-2.0 * s.spread[LINES, k]), s.group[panel.group_of[line], k]
        else:
            own[k], centre[k] = panel.sd_mean[k] ** -2, panel.mean[k]
        total[k] = 0.0
        for m in range(first, last):
            c = panel.of_line.order[m]
            total[k] += s.curve[c, k] - (shift_of(panel, s, c) if k == 0 else 0.0)
    w.prior_mean[3], w.prior_precision[3] = panel.top[0], panel.top[1] ** -2
    for m in range(first, last):
        c = panel.of_line.order[m]
        moved = shift_of(panel, s, c)
        for k in range(3):
            shift = moved if k == 0 else 0.0
            total[k] -= s.curve[c, k] - shift
            others = own[k] + (n - 1) / v[k]
            w.prior_mean[k] = (own[k] * centre[k] + total[k] / v[k]) / others + shift
            w.prior_precision[k] = 1.0 / (1.0 / others + v[k])
        d = read_move(panel, bases, s, w, kind, c, w.at)
        base_of_culture(bases, c, w, w.at)
        root_of_culture(w)
        copy_base(w.mean, w.root, w, 4)
        copy(w.z, w.base_z, 4)
        _slice(panel, bases, s, w, kind, c, d, rng)
        for k in range(3):
            total[k] += s.curve[c, k] - (moved if k == 0 else 0.0)
    for k in range(3):
        draw_line(panel, s, line, k, total[k] / n, v[k], rng)


@compiled(allocates=False)
def move(panel, bases, s, w, kind, i, rng):  # type: ignore[no-untyped-def]
    """One move."""
    if kind == CULTURE:
        move_cultures_of(panel, bases, s, w, kind, i, rng)
        return
    if kind == JUMP:
        jump(panel, bases, s, w, kind, i, rng)
        return
    if kind == ALONG:
        jump_along(panel, bases, s, w, kind, i, rng)
        return
    d = read_move(panel, bases, s, w, kind, i, w.at)
    _take_base(bases, w, kind, i)
    for j in range(d):
        w.base_z[j] = w.at[j] - w.base_mean[j]
        for k in range(j):
            w.base_z[j] -= w.base_root[j, k] * w.base_z[k]
        w.base_z[j] /= w.base_root[j, j]
    _slice(panel, bases, s, w, kind, i, d, rng)
