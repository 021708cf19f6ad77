"""Jumps of a line to another curve, compiled: a Metropolis step with draws from all that the line may be."""

from typing import Final

import numpy as np

from lensim.dose_response.chain.coordinates import effect_of_culture
from lensim.dose_response.chain.hierarchy import LINES, own_variance
from lensim.dose_response.chain.kinds import TAIL, copy, members_of_move, occupancy_at_top
from lensim.dose_response.chain.likelihood import log_likelihood
from lensim.dose_response.chain.prior_of_moves import log_density_of_line
from lensim.dose_response.chain.quantiles import read_quantile, write_quantile
from lensim.inference.compiled import compiled

_WIDE: Final = 0.3
"""Share of the jumps of lines that go wide."""


@compiled(allocates=False)
def _log_mixture(bases, line, at, w):  # type: ignore[no-untyped-def]
    """Log density that `jump` draws with: a t around the line's draws, and a wide one along its size."""
    z, mean, root = w.base_z, bases.line_mean[line], bases.line_root[line]
    square, wide, log_root, log_wide = 0.0, 0.0, 0.0, 0.0
    for j in range(3):
        z[j] = at[j] - mean[j]
        for k in range(j):
            z[j] -= root[j, k] * z[k]
        z[j] /= root[j, j]
        square += z[j] * z[j]
        log_root += np.log(root[j, j])
        wide += ((at[j] - bases.wide[line, 0, j]) / bases.wide[line, 1, j]) ** 2
        log_wide += np.log(bases.wide[line, 1, j])
    one = np.log(1.0 - _WIDE) - log_root - 0.5 * (TAIL + 3.0) * np.log(1.0 + square / TAIL)
    other = np.log(_WIDE) - log_wide - 0.5 * (TAIL + 3.0) * np.log(1.0 + wide / TAIL)
    higher = max(one, other)
    return higher + np.log(np.exp(one - higher) + np.exp(other - higher))


@compiled(allocates=False)
def jump(panel, bases, s, w, kind, line, rng):  # type: ignore[no-untyped-def]
    """Try another curve of a line, by size at the top dose, its cultures keeping theirs."""
    top, z, at = bases.log_top_dose[line], w.z, w.tried_at
    old, old_occupancy = s.line[line], occupancy_at_top(s.line[line, 0], s.line[line, 1], top)
    for j in range(3):
        at[j] = old[j] * (old_occupancy if j == 2 else 1.0)
    before = _log_mixture(bases, line, at, w)
    is_wide = rng.random() < _WIDE
    stretch = np.sqrt(0.5 * TAIL / rng.standard_gamma(0.5 * TAIL))
    for j in range(3):
        z[j] = stretch * rng.standard_normal()
    for j in range(3):
        at[j] = bases.wide[line, 0, j] if is_wide else bases.line_mean[line, j]
        if is_wide:
            at[j] += bases.wide[line, 1, j] * z[j]
        else:
            for k in range(j + 1):
                at[j] += bases.line_root[line, j, k] * z[k]
    after = _log_mixture(bases, line, at, w)
    new_occupancy = occupancy_at_top(at[0], at[1], top)
    at[2] /= new_occupancy
    gain = log_density_of_line(panel, s, line, at[0], at[1], at[2]) - np.log(new_occupancy)
    gain -= log_density_of_line(panel, s, line, old[0], old[1], old[2]) - np.log(old_occupancy)
    gain += before - after
    own = 1.0 / own_variance(panel, s, 2)
    dx, dh = at[0] - old[0], at[1] - old[1]
    order, first, last = members_of_move(panel, kind, line)
    for n in range(first, last):
        c = order[n]
        curve = s.curve[c]
        copy(curve, w.away[c], 3)
        for side in range(2):
            if side == 1:
                curve[0] += dx
                curve[1] += dh
            a_of_line = old[2] if side == 0 else at[2]
            known, pull = effect_of_culture(panel, bases, c, curve[0], curve[1])
            precision = own + known
            middle = (own * a_of_line + pull) / precision
            if side == 1:
                curve[2] = middle + rng.standard_normal() / np.sqrt(precision)
            density = -0.5 * own * (curve[2] - a_of_line) ** 2 - 0.5 * np.log(precision)
            density += 0.5 * precision * (curve[2] - middle) ** 2
            gain += density if side == 1 else -density
    for n in range(first, last):
        c = order[n]
        curve = s.curve[c]
        w.tried[c] = log_likelihood(
            panel,
            w.y,
            c,
            curve[0],
            curve[1],
            curve[2],
            s.top[c],
            s.background[panel.plate_of[c]],
            s.wells,
            w.room_of_cells,
        )
        gain += w.tried[c] - w.log_likelihood[c]
        if not gain > -1e4:
            break
    if np.log(rng.random()) < gain:
        copy(at, s.line[line], 3)
        for n in range(first, last):
            w.log_likelihood[order[n]] = w.tried[order[n]]
    else:
        for n in range(first, last):
            copy(w.away[order[n]], s.curve[order[n]], 3)


@compiled(allocates=False)
def _weigh_effects(panel, bases, s, w, line, draws, rng):  # type: ignore[no-untyped-def]
    """Log density of the effects of a line and its cultures, less that which they are drawn with here; drawn or not."""
    v = own_variance(panel, s, 2)
    own, centre = np.exp(-2.0 * s.spread[LINES, 2]), s.group[panel.group_of[line], 2]
    precision, top = own, own * centre
    first, last = panel.of_line.first[line], panel.of_line.first[line + 1]
    for n in range(first, last):
        c = panel.of_line.order[n]
        known, pull = effect_of_culture(panel, bases, c, s.curve[c, 0], s.curve[c, 1])
        precision += known / (1.0 + v * known)
        top += pull / (1.0 + v * known)
    middle = top / precision
    if draws:
        s.line[line, 2] = middle + rng.standard_normal() / np.sqrt(precision)
    a = s.line[line, 2]
    total = 0.5 * (precision * (a - middle) ** 2 - own * (a - centre) ** 2 - np.log(precision))
    for n in range(first, last):
        c = panel.of_line.order[n]
        known, pull = effect_of_culture(panel, bases, c, s.curve[c, 0], s.curve[c, 1])
        each = known + 1.0 / v
        middle = (pull + a / v) / each
        if draws:
            s.curve[c, 2] = middle + rng.standard_normal() / np.sqrt(each)
        own_a = s.curve[c, 2]
        total += 0.5 * (each * (own_a - middle) ** 2 - (own_a - a) ** 2 / v - np.log(each))
    return total


@compiled(allocates=False)
def jump_along(panel, bases, s, w, kind, line, rng):  # type: ignore[no-untyped-def]
    """Try another EC50 of a line, from what wells and population say of it, with effects anew."""
    old = s.line[line]
    x, a = old[0], old[2]
    read_quantile(panel, bases, s, w, line)
    gain = -w.density_ec50[line] - _weigh_effects(panel, bases, s, w, line, False, rng)
    if w.away_line[line, 1] == 1.0:
        return
    w.away_line[line, 0] = rng.random()
    write_quantile(panel, bases, s, w, line)
    gain += w.density_ec50[line]
    order, first, last = members_of_move(panel, kind, line)
    for n in range(first, last):
        copy(s.curve[order[n]], w.away[order[n]], 3)
        s.curve[order[n], 0] += old[0] - x
    gain += _weigh_effects(panel, bases, s, w, line, True, rng)
    for n in range(first, last):
        c = order[n]
        curve = s.curve[c]
        w.tried[c] = log_likelihood(
            panel,
            w.y,
            c,
            curve[0],
            curve[1],
            curve[2],
            s.top[c],
            s.background[panel.plate_of[c]],
            s.wells,
            w.room_of_cells,
        )
        gain += w.tried[c] - w.log_likelihood[c]
        if not gain > -1e4:
            break
    if np.log(rng.random()) < gain:
        for n in range(first, last):
            w.log_likelihood[order[n]] = w.tried[order[n]]
    else:
        old[0], old[2] = x, a
        for n in range(first, last):
            copy(w.away[order[n]], s.curve[order[n]], 3)
