"""Coordinates of lines and cultures in which a move leaves them where they are, compiled.

A culture is in units of its paraboloid given its line, a line in units of what the paraboloids of its cultures say of
it given its group, an effect in units of what wells know of the size at the top dose. So a change of a mean or a
spread takes lines and cultures along, as far as their wells leave them free.
"""

from typing import Final

import numpy as np

from lensim.dose_response.chain.hierarchy import LINES, own_variance, shift_of
from lensim.dose_response.chain.kinds import members_of_move
from lensim.dose_response.chain.likelihood import LN10
from lensim.inference.compiled import compiled

STEP: Final = 0.1
"""Of tables along log10 EC50."""
NODES: Final = 41
"""Of the density of a standardised EC50."""


@compiled(allocates=False)
def _factor_of_culture(bases, c, w):  # type: ignore[no-untyped-def]
    """Into w.mean and w.lower (of the precision) the base of a culture given its prior."""
    lower = w.lower
    for i in range(4):  # Cholesky factor of the precision
        for j in range(i + 1):
            value = bases.curvature[c, i, j] + (w.prior_precision[i] if i == j else 0.0)
            for k in range(j):
                value -= lower[i, k] * lower[j, k]
            lower[i, j] = np.sqrt(max(value, 1e-12)) if i == j else value / lower[j, j]
    for i in range(4):
        value = bases.pull[c, i] + w.prior_precision[i] * w.prior_mean[i]
        for k in range(i):
            value -= lower[i, k] * w.mean[k]
        w.mean[i] = value / lower[i, i]
    for i in range(3, -1, -1):
        value = w.mean[i]
        for k in range(i + 1, 4):
            value -= lower[k, i] * w.mean[k]
        w.mean[i] = value / lower[i, i]


@compiled(allocates=False)
def base_of_culture(bases, c, w, at):  # type: ignore[no-untyped-def]
    """As `_factor_of_culture`, and into w.z where `at` is in units of it."""
    _factor_of_culture(bases, c, w)
    for j in range(4):
        w.z[j] = 0.0
        for i in range(j, 4):
            w.z[j] += w.lower[i, j] * (at[i] - w.mean[i])


@compiled(allocates=False)
def root_of_culture(w):  # type: ignore[no-untyped-def]
    """Into w.root the transposed inverse of w.lower."""
    lower = w.lower
    w.root[:] = 0.0
    for column in range(4):
        w.root[column, column] = 1.0 / lower[column, column]
        for i in range(column - 1, -1, -1):
            value = 0.0
            for k in range(i + 1, column + 1):
                value -= lower[k, i] * w.root[k, column]
            w.root[i, column] = value / lower[i, i]


@compiled(allocates=False)
def _base_of_line(panel, bases, s, w, line):  # type: ignore[no-untyped-def]
    """Into w.mean and w.lower what the wells say of a line, its cultures integrated out, with its group."""
    lower, mean, root = w.lower, w.mean, w.root  # root is room here
    lower[:] = 0.0
    mean[:] = 0.0
    v = w.line_v
    for m in range(panel.of_line.first[line], panel.of_line.first[line + 1]):
        c = panel.of_line.order[m]
        k3, b3 = bases.of_curve[c], bases.pull_of_curve[c]
        moved = shift_of(panel, s, c)
        # with M = K + V^-1 = R R^T:  A = K - K M^-1 K,  A estimate = b - K M^-1 b
        for i in range(3):
            for j in range(i + 1):
                value = k3[i, j] + (1.0 / v[i] if i == j else 0.0)
                for k in range(j):
                    value -= root[i, k] * root[j, k]
                root[i, j] = np.sqrt(max(value, 1e-12)) if i == j else value / root[j, j]
        for column in range(4):  # R^-1 of each column of K, and of b
            for i in range(3):
                value = k3[i, column] if column < 3 else b3[i] - k3[i, 0] * moved
                for k in range(i):
                    value -= root[i, k] * root[3 + k, column]
                root[3 + i, column] = value / root[i, i]
        for i in range(3):
            mean[i] += b3[i] - k3[i, 0] * moved
            for k in range(3):
                mean[i] -= root[3 + k, i] * root[3 + k, 3]
            for j in range(i + 1):
                lower[i, j] += k3[i, j]
                for k in range(3):
                    lower[i, j] -= root[3 + k, i] * root[3 + k, j]
    for k in range(3):
        if panel.is_pooled:
            own, centre = np.exp(-2.0 * s.spread[LINES, k]), s.group[panel.group_of[line], k]
        else:
            own, centre = panel.sd_mean[k] ** -2, panel.mean[k]
        lower[k, k] += own
        mean[k] += own * centre
        w.line_own[k], w.line_centre[k] = own, centre
    for i in range(3):
        for j in range(i + 1):
            value = lower[i, j]
            for k in range(j):
                value -= lower[i, k] * lower[j, k]
            lower[i, j] = np.sqrt(max(value, 1e-12)) if i == j else value / lower[j, j]
    for i in range(3):
        for k in range(i):
            mean[i] -= lower[i, k] * mean[k]
        mean[i] /= lower[i, i]
    for i in range(2, -1, -1):
        for k in range(i + 1, 3):
            mean[i] -= lower[k, i] * mean[k]
        mean[i] /= lower[i, i]


@compiled(allocates=False)
def _own_variances(panel, s, w):  # type: ignore[no-untyped-def]
    for k in range(3):
        w.line_v[k] = own_variance(panel, s, k)


@compiled(allocates=False)
def _density_of_line(panel, s, w, line):  # type: ignore[no-untyped-def]
    """Of a line given its group, in units of its base, which w has."""
    total, precision, root = 0.0, 1.0, 1.0
    for k in range(3):
        total += w.line_own[k] * (s.line[line, k] - w.line_centre[k]) ** 2
        precision *= w.line_own[k]
        root *= w.lower[k, k]
    w.density_line[line] = 0.5 * (np.log(precision / (root * root)) - total)


@compiled(allocates=False)
def read_line(panel, bases, s, w, line):  # type: ignore[no-untyped-def]
    """Into w.away_line where a line is in units of its base."""
    _own_variances(panel, s, w)
    _base_of_line(panel, bases, s, w, line)
    for j in range(3):
        w.away_line[line, j] = 0.0
        for i in range(j, 3):
            w.away_line[line, j] += w.lower[i, j] * (s.line[line, i] - w.mean[i])
    _density_of_line(panel, s, w, line)


@compiled(allocates=False)
def write_line(panel, bases, s, w, line):  # type: ignore[no-untyped-def]
    """The line at w.away_line."""
    _own_variances(panel, s, w)
    _base_of_line(panel, bases, s, w, line)
    for i in range(2, -1, -1):
        value = w.away_line[line, i]
        for k in range(i + 1, 3):
            value -= w.lower[k, i] * (s.line[line, k] - w.mean[k])
        s.line[line, i] = w.mean[i] + value / w.lower[i, i]
    _density_of_line(panel, s, w, line)


@compiled(allocates=False)
def _prior_of_culture(panel, s, w, c):  # type: ignore[no-untyped-def]
    for k in range(3):
        w.prior_mean[k] = s.line[panel.line_of[c], k] + (shift_of(panel, s, c) if k == 0 else 0.0)
        w.prior_precision[k] = 1.0 / w.line_v[k]
    w.prior_mean[3], w.prior_precision[3] = panel.top[0], panel.top[1] ** -2


@compiled(allocates=False)
def place_in_table(bases, line, x, h):  # type: ignore[no-untyped-def]
    """The step of a table below a log10 EC50, and the share of the step above it.

    Above the top dose it is that of the table's slope with the same occupancy there.
    """
    top = bases.log_top_dose[line] / LN10
    if x > top:
        x = top + np.exp(min(h - bases.log_slope[line], 20.0)) * (x - top)
    at = min(max((x - bases.lowest) / STEP, 0.0), bases.beyond.shape[1] - 1.001)
    n = int(at)
    return n, at - n


@compiled(allocates=False)
def effect_of_culture(panel, bases, c, x, h):  # type: ignore[no-untyped-def]
    """What wells say of the effect of a culture were its log10 EC50 x: precision, and that times their estimate."""
    n, part = place_in_table(bases, panel.line_of[c], x, h)
    table = bases.effect[c]
    known = table[n, 0] * (1.0 - part) + table[n + 1, 0] * part
    return known, table[n, 1] * (1.0 - part) + table[n + 1, 1] * part


@compiled(allocates=False)
def effects_by_wells(panel, bases, s, w, reads):  # type: ignore[no-untyped-def]
    """Effects of lines and cultures in units of what is known of them: into w (reads), or from w; densities into w."""
    v = own_variance(panel, s, 2)
    for line in range(len(s.line)):
        if panel.is_pooled:
            own, centre = np.exp(-2.0 * s.spread[LINES, 2]), s.group[panel.group_of[line], 2]
        else:
            own, centre = panel.sd_mean[2] ** -2, panel.mean[2]
        precision, top = own, own * centre
        first, last = panel.of_line.first[line], panel.of_line.first[line + 1]
        for n in range(first, last):
            c = panel.of_line.order[n]
            known, pull = effect_of_culture(panel, bases, c, s.curve[c, 0], s.curve[c, 1])
            precision += known / (1.0 + v * known)
            top += pull / (1.0 + v * known)
        root = np.sqrt(precision)
        if reads:
            w.away_line[line, 2] = (s.line[line, 2] - top / precision) * root
        else:
            s.line[line, 2] = top / precision + w.away_line[line, 2] / root
        value = s.line[line, 2]
        w.density_line[line] = 0.5 * np.log(own / precision) - 0.5 * own * (value - centre) ** 2
        for n in range(first, last):
            c = panel.of_line.order[n]
            known, pull = effect_of_culture(panel, bases, c, s.curve[c, 0], s.curve[c, 1])
            each = known + 1.0 / v
            middle, root = (pull + value / v) / each, np.sqrt(each)
            if reads:
                w.away[c, 2] = (s.curve[c, 2] - middle) * root
            else:
                s.curve[c, 2] = middle + w.away[c, 2] / root
            w.density[c] = -0.5 * np.log(v * each) - 0.5 * (s.curve[c, 2] - value) ** 2 / v


@compiled(allocates=False)
def _density_of_culture(s, w, c):  # type: ignore[no-untyped-def]
    """Of a culture given its line, in units of its base, which w has."""
    total, precision, root = 0.0, 1.0, 1.0
    for k in range(4):
        value = s.curve[c, k] if k < 3 else s.top[c]
        total += w.prior_precision[k] * (value - w.prior_mean[k]) ** 2
        precision *= w.prior_precision[k]
        root *= w.lower[k, k]
    w.density[c] = 0.5 * (np.log(precision / (root * root)) - total)


@compiled(allocates=False)
def read_cultures(panel, bases, s, w, kind, i):  # type: ignore[no-untyped-def]
    """Into w.away where cultures of a move are in units of their bases, their lines given."""
    _own_variances(panel, s, w)
    order, first, last = members_of_move(panel, kind, i)
    for n in range(first, last):
        c = order[n]
        _prior_of_culture(panel, s, w, c)
        for k in range(3):
            w.tried_at[k] = s.curve[c, k]
        w.tried_at[3] = s.top[c]
        base_of_culture(bases, c, w, w.tried_at)
        for k in range(4):
            w.away[c, k] = w.z[k]
        _density_of_culture(s, w, c)


@compiled(allocates=False)
def write_cultures(panel, bases, s, w, kind, i):  # type: ignore[no-untyped-def]
    """The cultures of a move at w.away."""
    _own_variances(panel, s, w)
    order, first, last = members_of_move(panel, kind, i)
    for n in range(first, last):
        c = order[n]
        _prior_of_culture(panel, s, w, c)
        _factor_of_culture(bases, c, w)
        for a in range(3, -1, -1):
            value = w.away[c, a]
            for k in range(a + 1, 4):
                value -= w.lower[k, a] * ((s.curve[c, k] if k < 3 else s.top[c]) - w.mean[k])
            value = w.mean[a] + value / w.lower[a, a]
            if a < 3:
                s.curve[c, a] = value
            else:
                s.top[c] = value
        _density_of_culture(s, w, c)
