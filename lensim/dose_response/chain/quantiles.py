"""EC50s of lines as quantiles of what wells and population say of them, compiled.

Of a line, the EC50 given the population has a density of its own,
the effect integrated out:

    g(z) ~ Normal(z; 0, 1) Normal(best(x); mu_effect, sigma_effect^2 + 1 / known(x)) beyond(x),   x = mu + sigma z

with best(x) the effect that suits the wells best where the EC50 is x, known(x) their information on it, and beyond(x)
their likelihood there. An EC50 that keeps its quantile under g while the population moves is where the wells let it be.
Between nodes the log density is linear.
"""

from typing import Final

import numpy as np

from lensim.dose_response.chain.coordinates import NODES, STEP, place_in_table
from lensim.dose_response.chain.hierarchy import LINES, own_variance
from lensim.dose_response.chain.likelihood import expand, log_likelihood
from lensim.inference.compiled import compiled

FARTHEST: Final = 4.5
"""Standardised EC50s beyond it keep their places."""
BELOW: Final = 4.0
ABOVE: Final = 5.0
"""Tables go this far beyond the doses, in log10, by steps."""
_CLIMB: Final = 8
_LOWEST_EFFECT: Final = -3.0
_LARGEST_EFFECT: Final = 8.0
_DEEPEST: Final = 300.0


@compiled(allocates=False)
def _densities(panel, bases, s, w, line):  # type: ignore[no-untyped-def]
    """Into w.nodes the log density of a line's standardised EC50 at nodes, into w.cells masses between; their sum."""
    g = panel.group_of[line]
    centre, spread = s.group[g, 0], np.exp(s.spread[LINES, 0])
    own, middle = np.exp(-2.0 * s.spread[LINES, 2]), s.group[g, 2]
    first, last = panel.of_line.first[line], panel.of_line.first[line + 1]
    v = own_variance(panel, s, 2) / (last - first)
    nodes, cells, beyond, of_line = w.nodes, w.cells, bases.beyond[line], bases.effect_of_line[line]
    width = 2.0 * FARTHEST / (NODES - 1)
    for j in range(NODES):
        z = width * j - FARTHEST
        n, part = place_in_table(bases, line, centre + spread * z, s.line[line, 1])
        known = of_line[n, 0] * (1.0 - part) + of_line[n + 1, 0] * part
        away = (of_line[n, 1] * (1.0 - part) + of_line[n + 1, 1] * part) / known - middle
        nodes[j] = beyond[n] * (1.0 - part) + beyond[n + 1] * part - 0.5 * z * z
        variance = 1.0 / own + v
        nodes[j] -= 0.5 * (np.log1p(known * variance) + away * away / (variance + 1.0 / known))
    highest = nodes[0]
    for j in range(1, NODES):
        highest = max(highest, nodes[j])
    if not abs(highest) < 1e200:
        return 0.0
    for j in range(NODES):
        nodes[j] = max(nodes[j], highest - _DEEPEST)
    total, before = 0.0, np.exp(nodes[0] - highest)
    for j in range(NODES - 1):
        after = np.exp(nodes[j + 1] - highest)
        rise = nodes[j + 1] - nodes[j]
        cells[j] = width * (0.5 * (before + after) if abs(rise) < 1e-3 else (after - before) / rise)
        total += cells[j]
        before = after
    for j in range(NODES):
        nodes[j] -= highest + np.log(total)
    for j in range(NODES - 1):
        cells[j] /= total
    return total


@compiled(allocates=False)
def read_quantile(panel, bases, s, w, line):  # type: ignore[no-untyped-def]
    """Into w.away_line the place of the EC50 of a line, into w.density_ec50 its density there given the population.

    The place is its quantile where that is at most a half, else minus the mass above: near 1 a quantile has no digits.
    """
    z = (s.line[line, 0] - s.group[panel.group_of[line], 0]) * np.exp(-s.spread[LINES, 0])
    w.away_line[line, 1] = 0.0
    if bases.is_known[line]:
        w.away_line[line, 0] = s.line[line, 0]
        w.density_ec50[line] = -s.spread[LINES, 0] - 0.5 * z * z
        return
    if not abs(z) < FARTHEST or not _densities(panel, bases, s, w, line) > 0.0:
        w.away_line[line, 0], w.away_line[line, 1], w.density_ec50[line] = z, 1.0, 0.0
        return
    width = 2.0 * FARTHEST / (NODES - 1)
    at = (z + FARTHEST) / width
    j = min(int(at), NODES - 2)
    part, rise, below, above = at - j, w.nodes[j + 1] - w.nodes[j], 0.0, 0.0
    for k in range(j):
        below += w.cells[k]
    for k in range(NODES - 2, j, -1):
        above += w.cells[k]
    below += _mass_below(part, rise) * w.cells[j]
    above += _mass_below(1.0 - part, -rise) * w.cells[j]
    w.away_line[line, 0] = below if below <= above else -max(above, 1e-300)
    w.density_ec50[line] = -0.5 * z * z - (w.nodes[j] + rise * part)


@compiled(allocates=False)
def _mass_below(part, rise):  # type: ignore[no-untyped-def]
    """Share of the mass of a cell that lies below a part of it, the log density rising by `rise` over the cell."""
    return part if abs(rise) < 1e-7 else np.expm1(rise * part) / np.expm1(rise)


@compiled(allocates=False)
def _part_with_mass(share, rise):  # type: ignore[no-untyped-def]
    """The part of a cell below which a share of its mass lies; the inverse of `_mass_below`."""
    if rise > 1e-7:
        return np.log1p(share * np.expm1(rise)) / rise
    if rise < -1e-7:
        return 1.0 + np.log1p((1.0 - share) * np.expm1(-rise)) / rise
    return share


@compiled(allocates=False)
def write_quantile(panel, bases, s, w, line):  # type: ignore[no-untyped-def]
    """The EC50 of a line from its place."""
    if bases.is_known[line]:
        s.line[line, 0] = w.away_line[line, 0]
        z = (s.line[line, 0] - s.group[panel.group_of[line], 0]) * np.exp(-s.spread[LINES, 0])
        w.density_ec50[line] = -s.spread[LINES, 0] - 0.5 * z * z
        return
    if w.away_line[line, 1] == 1.0:
        s.line[line, 0] = s.group[panel.group_of[line], 0] + np.exp(s.spread[LINES, 0]) * w.away_line[line, 0]
        w.density_ec50[line] = 0.0
        return
    if not _densities(panel, bases, s, w, line) > 0.0:
        w.density_ec50[line] = -np.inf
        return
    width = 2.0 * FARTHEST / (NODES - 1)
    left, j = abs(w.away_line[line, 0]), 0
    is_above = w.away_line[line, 0] < 0.0
    if is_above:
        j = NODES - 2
        while j > 0 and left > w.cells[j]:
            left -= w.cells[j]
            j -= 1
    else:
        while j < NODES - 2 and left > w.cells[j]:
            left -= w.cells[j]
            j += 1
    share, rise = min(left / w.cells[j], 1.0) if w.cells[j] > 0.0 else 0.5, w.nodes[j + 1] - w.nodes[j]
    part = 1.0 - _part_with_mass(share, -rise) if is_above else _part_with_mass(share, rise)
    z = width * (j + part) - FARTHEST
    s.line[line, 0] = s.group[panel.group_of[line], 0] + np.exp(s.spread[LINES, 0]) * z
    w.density_ec50[line] = -0.5 * z * z - (w.nodes[j] + rise * part)


@compiled(allocates=False)
def weigh_effects(panel, bases, s, y, at, slope, information, room, cells):  # type: ignore[no-untyped-def]
    """Along the table of log10 EC50s: what the wells of each culture say of its effect, its top integrated out.

    Into bases.effect precision and precision times estimate, into bases.beyond the log likelihood at the best effect,
    the cultures of each line together, less that of the best EC50.
    """
    steps = bases.beyond.shape[1]
    bases.beyond[:] = 0.0
    of_top = panel.top[1] ** -2
    for c in range(len(panel.line_of)):
        line = panel.line_of[c]
        background = s.background[panel.plate_of[c]]
        at[1], at[2], at[3] = bases.log_slope[line], s.curve[c, 2], s.top[c]
        for n in range(steps):
            at[0] = bases.lowest + STEP * n
            a, top, best, da, dtop = at[2], at[3], -np.inf, 0.0, 0.0
            for _ in range(_CLIMB):
                found = log_likelihood(panel, y, c, at[0], at[1], at[2], at[3], background, s.wells, cells)
                found -= 0.5 * of_top * (at[3] - panel.top[0]) ** 2
                if found > best:
                    gain = found - best
                    best, a, top = found, at[2], at[3]
                    expand(panel, y, c, at, background, s.wells, slope, information, room)
                    if gain < 0.01:
                        break
                    # a step of Fisher's scoring in effect and top
                    first, cross, last = information[2, 2] + 1e-2, information[2, 3], information[3, 3] + of_top
                    pull = slope[3] - of_top * (top - panel.top[0])
                    det = first * last - cross * cross
                    da, dtop = (slope[2] * last - pull * cross) / det, (pull * first - slope[2] * cross) / det
                else:
                    da, dtop = 0.3 * da, 0.3 * dtop
                at[2] = min(max(a + min(max(da, -1.0), 1.0), _LOWEST_EFFECT), _LARGEST_EFFECT)
                at[3] = top + dtop
            at[2], at[3] = a, top
            known = information[2, 2] - information[2, 3] ** 2 / (information[3, 3] + of_top)
            bases.effect[c, n, 0] = max(known, 1e-9)
            bases.effect[c, n, 1] = max(known, 1e-9) * a
            bases.beyond[line, n] += best
    for line in range(len(panel.group_of)):
        highest = bases.beyond[line, 0]
        for n in range(1, steps):
            highest = max(highest, bases.beyond[line, n])
        for n in range(steps):
            bases.beyond[line, n] = max(bases.beyond[line, n] - highest, -_DEEPEST)
            bases.effect_of_line[line, n] = 0.0
    for c in range(len(panel.line_of)):
        for n in range(steps):
            for k in range(2):
                bases.effect_of_line[panel.line_of[c], n, k] += bases.effect[c, n, k]
