"""All lines of a panel, compiled: loops over lines with the functions of `lensim.dose_response.laplace.line`."""

from math import gamma, pi
from typing import Final, NamedTuple

import numpy as np

from lensim.dose_response.laplace.line import LN10, MODES, climb, occupancy
from lensim.dose_response.laplace.weighing import weigh
from lensim.inference.compiled import compiled

TAIL: Final = 5.0
"""Degrees of freedom of the draws around a mode; few, so that no weight is endless."""
_T_CONSTANT: Final = gamma((TAIL + 3.0) / 2.0) / (gamma(TAIL / 2.0) * (TAIL * pi) ** 1.5)
_NORMAL_CONSTANT: Final = (2.0 * pi) ** -1.5
_SAME: Final = 0.5
_STARTS: Final = np.array([[-0.6, 0.0, 0.3], [0.6, 0.1, 1.0], [0.3, 0.0, -1.0]])
"""In sds of the prior, from its mean."""


class Proposals(NamedTuple):
    """Mixtures that curves are drawn from, one a line, all components but the last by size and with heavy tails.

    The size u of a curve is effect times occupancy at the top dose, which is what wells know of a curve whose end they
    do not see: over (x, h, u) such a posterior is a long straight one, where over (x, h, a) it bends. The last
    component is normal over (x, h, a).

    Attributes
    ----------
    centre, root
        (line, component, 3) and (line, component, 3, 3), lower triangle.
    share
        (line, component)
    log10_top
        (line) log10 of the top dose [log10 uM].
    """

    centre: np.ndarray
    root: np.ndarray
    share: np.ndarray
    log10_top: np.ndarray


@compiled()
def _kept(line, curve, height, curvature, starts, modes, heights, curvatures, all_starts, count):  # type: ignore[no-untyped-def]
    """Put a mode among those of its line, unless it is there already."""
    for m in range(count[line]):
        away = curve - modes[line, m]
        if away @ (curvatures[line, m] @ away) < _SAME or away @ (curvature @ away) < _SAME:
            if height > heights[line, m]:
                modes[line, m], heights[line, m], curvatures[line, m], all_starts[line, m] = (
                    curve,
                    height,
                    curvature,
                    starts,
                )
            return
    m = count[line]
    if m < MODES:
        modes[line, m], heights[line, m], curvatures[line, m], all_starts[line, m] = curve, height, curvature, starts
        count[line] += 1


@compiled()
def find_modes(wells, spreads, prior, modes, heights, curvatures, starts, count, work, profiles):  # type: ignore[no-untyped-def]
    """Modes of every line, climbed anew from those that there are, or from three places where there are none."""
    for line in range(len(wells.lines) - 1):
        cultures = wells.lines[line + 1] - wells.lines[line]
        known = count[line]
        before, before_starts = modes[line].copy(), starts[line].copy()
        count[line] = 0
        for m in range(known if known else len(_STARTS)):
            curve = before[m].copy() if known else prior[0] + _STARTS[m] * prior[1]
            own = before_starts[m, :cultures].copy()
            if not known:
                for k in range(cultures):
                    cell = wells.bounds[wells.lines[line] + k]
                    own[k, :3] = curve
                    own[k, 3] = np.median(wells.log_signal[wells.edges[cell] : wells.edges[cell + 1]])
            height, curvature = climb(wells, line, curve, own, spreads, prior, work, profiles)
            full = np.zeros(starts.shape[2:])
            full[:cultures] = own
            _kept(line, curve, height, curvature, full, modes, heights, curvatures, starts, count)


@compiled()
def midpoints_of_cultures(wells, spreads, prior, modes, heights, curvatures, starts, count, work, profiles, found):  # type: ignore[no-untyped-def]
    """At the best mode of each line: (culture) midpoint that its wells alone point to and its precision; (well) mean.

    `found` is (culture, 2). Returns the expected log signal of every well and the number of parameters that wells pay
    for.
    """
    eta = np.empty(len(wells.log_signal))
    paid = 0.0
    tight = np.array([spreads[2] ** -2, spreads[3] ** -2, spreads[4] ** -2])
    for line in range(len(wells.lines) - 1):
        best = np.argmax(heights[line, : count[line]])
        curve = modes[line, best].copy()
        own = starts[line, best].copy()
        covariance = np.linalg.inv(curvatures[line, best])
        paid += 3.0 - (np.diag(covariance) / prior[1] ** 2).sum()
        climb(wells, line, curve, own, spreads, prior, work, profiles)
        first = wells.lines[line]
        for k in range(first, wells.lines[line + 1]):
            out = profiles[k - first]
            found[k, 1] = max(out[8], 1e-6)
            found[k, 0] = out[0] + out[5] / found[k, 1]
            own_curvature = np.array(
                [[out[8], out[9], out[10]], [out[9], out[11], out[12]], [out[10], out[12], out[13]]]
            )
            known = np.linalg.solve(own_curvature + np.diag(tight), own_curvature)
            paid += 1.0 + np.trace(known) * (1.0 - 1.0 / (wells.lines[line + 1] - first))
            fall, slope, level = np.exp(-out[2]) - 1.0, np.exp(out[1]), np.exp(out[3])
            for c in range(wells.bounds[k], wells.bounds[k + 1]):
                reach = slope * (wells.log_dose[c] - LN10 * out[0])
                occupancy = 1.0 / (1.0 + np.exp(-reach)) if reach > -700.0 else 0.0
                mean = np.log(wells.background[k] + level * (1.0 + fall * occupancy))
                for i in range(wells.doubt.shape[1]):
                    mean += wells.doubt[c, i] * out[15 + i]
                for w in range(wells.edges[c], wells.edges[c + 1]):
                    eta[w] = mean
    return eta, paid


@compiled(fastmath=True)
def well_density(log_signal, eta, per_count, sd, nu):  # type: ignore[no-untyped-def]
    """Sum of log densities of wells around their expected log signals, but for the gamma functions of nu."""
    total = 0.0
    for w in range(len(eta)):
        variance = sd * sd + per_count * np.exp(-eta[w])
        total -= 0.5 * np.log(variance) + 0.5 * (nu + 1.0) * np.log(
            1.0 + (log_signal[w] - eta[w]) ** 2 / (variance * nu)
        )
    return total


@compiled()
def draw_lines(wells, spreads, chosen, proposals, starts, pool, work, profiles, points, kept, log_proposal):  # type: ignore[no-untyped-def]
    """Draws of the curves of the chosen lines from mixtures, the paraboloids of their cultures, log densities of draws.

    `proposals` is a `Proposals`, `starts` as `weigh` takes them, by line, `pool` (line, component, draw, 4) standard
    normals and a chi-squared of TAIL degrees of freedom. `points` (line, draw, 3), `kept` (line, culture, KEPT, draw)
    and `log_proposal` (line, draw), the log density of the mixture, are filled.
    """
    draws = points.shape[1]
    last = proposals.share.shape[1] - 1
    point = np.empty(3)
    for line in chosen:
        share, top = proposals.share[line], proposals.log10_top[line]
        at = 0
        for m in range(last + 1):
            until = draws if m == last else min(at + int(np.rint(share[m] * draws)), draws)
            for s in range(at, until):
                z = pool[line, m, s - at]
                stretch = 1.0 if m == last else np.sqrt(TAIL / z[3])
                for k in range(3):
                    point[k] = proposals.centre[line, m, k]
                    for i in range(k + 1):
                        point[k] += proposals.root[line, m, k, i] * z[i] * stretch
                if m < last:
                    point[2] /= occupancy(point[0], point[1], top)
                points[line, s] = point
            at = until
        points[line] = points[line][np.argsort(points[line, :, 0])]
        weigh(wells, line, points[line], starts[line], spreads, work, profiles, kept[line])
        for s in range(draws):
            density = 0.0
            reached = occupancy(points[line, s, 0], points[line, s, 1], top)
            for m in range(last + 1):
                if share[m] == 0.0:
                    continue
                root = proposals.root[line, m]
                point[:] = points[line, s]
                if m < last:
                    point[2] *= reached
                square = 0.0
                for k in range(3):  # forward substitution
                    away = point[k] - proposals.centre[line, m, k]
                    for i in range(k):
                        away -= root[k, i] * point[i]
                    point[k] = away / root[k, k]
                    square += point[k] * point[k]
                if m == last:
                    height = _NORMAL_CONSTANT * np.exp(-0.5 * square)
                else:
                    height = _T_CONSTANT * (1.0 + square / TAIL) ** (-0.5 * (TAIL + 3.0)) * reached
                density += share[m] * height / (root[0, 0] * root[1, 1] * root[2, 2])
            log_proposal[line, s] = np.log(density + 1e-300)
