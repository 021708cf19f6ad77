"""Jumps of a line to another curve, compiled: a Metropolis step with draws from all that the line may be."""

from typing import Final

import numpy as np

from lensim.dose_response.chain.asked import log_likelihood_of_move
from lensim.dose_response.chain.coordinates import effect_of_culture
from lensim.dose_response.chain.hierarchy import LINES, own_variance
from lensim.dose_response.chain.kinds import TAIL, copy, members_of_move, occupancy_at_top
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
    gain -= _weigh_cultures(panel, bases, s, line, False, rng)
    x, h, a = old[0], old[1], old[2]
    copy(at, old, 3)
    _move_cultures(panel, s, w, line, old[0] - x, old[1] - h)
    gain += _weigh_cultures(panel, bases, s, line, True, rng)
    if not _is_taken(panel, s, w, kind, line, gain, rng):
        old[0], old[1], old[2] = x, h, a


@compiled(allocates=False)
def _move_cultures(panel, s, w, line, dx, dh):  # type: ignore[no-untyped-def]
    """Move log10 EC50s and log slopes of the cultures of a line; where they were, into w.away."""
    for n in range(panel.of_line.first[line], panel.of_line.first[line + 1]):
        c = panel.of_line.order[n]
        copy(s.curve[c], w.away[c], 3)
        s.curve[c, 0] += dx
        s.curve[c, 1] += dh


@compiled(allocates=False)
def _is_taken(panel, s, w, kind, line, gain, rng):  # type: ignore[no-untyped-def]
    """Whether curves of the cultures of a line are kept, their wells added to the gain; else they are as before."""
    order, first, last = members_of_move(panel, kind, line)
    gain += log_likelihood_of_move(panel, s, w, kind, line)
    for n in range(first, last):
        gain -= w.log_likelihood[order[n]]
    is_taken = np.log(rng.random()) < gain
    for n in range(first, last):
        c = order[n]
        if is_taken:
            w.log_likelihood[c] = w.tried[c]
        else:
            copy(w.away[c], s.curve[c], 3)
    return is_taken


@compiled(allocates=False)
def _weigh_cultures(panel, bases, s, line, draws, rng):  # type: ignore[no-untyped-def]
    """Log density of effects of cultures given their line, less that which they are drawn with here; drawn or not."""
    v, a, total = own_variance(panel, s, 2), s.line[line, 2], 0.0
    for n in range(panel.of_line.first[line], panel.of_line.first[line + 1]):
        c = panel.of_line.order[n]
        known, pull = effect_of_culture(panel, bases, c, s.curve[c, 0], s.curve[c, 1])
        each = known + 1.0 / v
        middle = (pull + a / v) / each
        if draws:
            s.curve[c, 2] = middle + rng.standard_normal() / np.sqrt(each)
        own = s.curve[c, 2]
        total += 0.5 * (each * (own - middle) ** 2 - (own - a) ** 2 / v - np.log(each))
    return total


@compiled(allocates=False)
def _weigh_effects(panel, bases, s, line, draws, rng):  # type: ignore[no-untyped-def]
    """As `_weigh_cultures`, of a line given its group and of its cultures."""
    v = own_variance(panel, s, 2)
    own, centre = np.exp(-2.0 * s.spread[LINES, 2]), s.group[panel.group_of[line], 2]
    precision, top = own, own * centre
    for n in range(panel.of_line.first[line], panel.of_line.first[line + 1]):
        c = panel.of_line.order[n]
        known, pull = effect_of_culture(panel, bases, c, s.curve[c, 0], s.curve[c, 1])
        precision += known / (1.0 + v * known)
        top += pull / (1.0 + v * known)
    middle = top / precision
    if draws:
        s.line[line, 2] = middle + rng.standard_normal() / np.sqrt(precision)
    a = s.line[line, 2]
    total = 0.5 * (precision * (a - middle) ** 2 - own * (a - centre) ** 2 - np.log(precision))
    return total + _weigh_cultures(panel, bases, s, line, draws, rng)


@compiled(allocates=False)
def jump_along(panel, bases, s, w, kind, line, rng):  # type: ignore[no-untyped-def]
    """Try another EC50 of a line, from what wells and population say of it, with effects anew."""
    read_quantile(panel, bases, s, w, line)
    if w.away_line[line, 1] == 1.0:
        return
    old = s.line[line]
    x, a = old[0], old[2]
    gain = -w.density_ec50[line] - _weigh_effects(panel, bases, s, line, False, rng)
    w.away_line[line, 0] = rng.random()
    write_quantile(panel, bases, s, w, line)
    gain += w.density_ec50[line]
    _move_cultures(panel, s, w, line, old[0] - x, 0.0)
    gain += _weigh_effects(panel, bases, s, line, True, rng)
    if not _is_taken(panel, s, w, kind, line, gain, rng):
        old[0], old[2] = x, a
