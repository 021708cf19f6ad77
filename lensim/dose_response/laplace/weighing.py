"""The draws of a line weighed, compiled: paraboloids of the wells' log likelihood around each of its curves."""

from typing import Final

import numpy as np

from lensim.dose_response.laplace.line import KEPT, START, around, inverse_of, profile_of, put_paraboloid
from lensim.dose_response.laplace.together import AT_ONCE, BEST, CURVE, KEPT_ROWS, SIZE, paraboloids_together
from lensim.dose_response.laplace.ways import WAYS
from lensim.inference.compiled import compiled

_LOOSE: Final = (2.0, 1.0, 2.0)
"""Spreads of cultures under which their own best curves are looked for."""
_FARTHEST: Final = 20.0
_STEEPEST: Final = 4.0
_NOWHERE: Final = -1e200
"""Log likelihood of curves so far out that no prior has them."""


@compiled()
def _moves(wells, k, spreads, work, out, moves):  # type: ignore[no-untyped-def]
    """How the best curve and log top of culture k move with its line's curve, at its profile `out`: moves (4, 3).

    To first order: (K + D^-1)^-1 D^-1, and the log top after them.
    """
    tight = (spreads[2] ** -2, spreads[3] ** -2, spreads[4] ** -2)
    _gt, xt, ht, at = around(wells, k, spreads[0], spreads[1], work, out)
    xx, xh, xa, hh, ha, aa, _whole = inverse_of(
        out[8] + tight[0], out[9], out[10], out[11] + tight[1], out[12], out[13] + tight[2]
    )
    moves[0], moves[1], moves[2] = (xx, xh, xa), (xh, hh, ha), (xa, ha, aa)
    for i in range(3):
        moves[:3, i] *= tight[i]
        moves[3, i] = -(xt * moves[0, i] + ht * moves[1, i] + at * moves[2, i]) / out[14]


@compiled()
def _nowhere(curve):  # type: ignore[no-untyped-def]
    """Whether a curve lies so far out that no prior has it."""
    return abs(curve[2]) > _FARTHEST or abs(curve[0]) > _FARTHEST or abs(curve[1]) > _STEEPEST


@compiled()
def _put(points, begin, middle, best, moves, rows):  # type: ignore[no-untyped-def]
    """Curves from `begin` on, and where to search the best of a culture, into rows that are worked on together.

    `best` at the curve `middle`, and how it moves with the curve, to first order. The last curve, and `middle` in place
    of those far out, fill what would be empty.
    """
    for s in range(AT_ONCE):
        curve = points[min(begin + s, len(points) - 1)]
        for j in range(3):
            rows[CURVE + j * AT_ONCE + s] = middle[j] if _nowhere(curve) else curve[j]
        for i in range(4):
            at = best[i]
            for j in range(3):
                at += moves[i, j] * (rows[CURVE + j * AT_ONCE + s] - middle[j])
            rows[BEST + i * AT_ONCE + s] = at


@compiled()
def weigh(wells, line, points, starts, spreads, work, profiles, kept):  # type: ignore[no-untyped-def]
    """Paraboloids (culture, KEPT, point) of the cultures of a line around its curves (point, 3).

    `starts` (culture, START): where to search the midpoint, log slope and effect, less the line's, and all else.
    """
    first, last = wells.lines[line], wells.lines[line + 1]
    kept[:] = 0.0
    start, highest = np.empty(START), np.empty(last - first)
    best, moves = np.empty((last - first, START)), np.empty((last - first, 4, 3))
    middle = np.empty(3)
    for i in range(3):
        middle[i] = np.median(points[:, i])
    loose = (spreads[0], spreads[1], _LOOSE[0], _LOOSE[1], _LOOSE[2])
    for k in range(first, last):
        start[:] = starts[k - first]
        start[:3] += middle
        profile_of(wells, k, start[:3].copy(), start, loose, work, profiles[0])
        highest[k - first] = profiles[0, 4]
        profile_of(wells, k, middle, start, spreads, work, profiles[0])
        best[k - first, :4], best[k - first, 4:] = profiles[0, :4], profiles[0, 15 : 15 + WAYS]
        _moves(wells, k, spreads, work, profiles[0], moves[k - first])
    if wells.doubt.shape[1]:
        for s in range(len(points)):
            away = points[s] - middle
            for k in range(first, last):
                out, slope = profiles[k - first], moves[k - first]
                start[4:] = best[k - first, 4:]
                for i in range(4):
                    start[i] = (
                        best[k - first, i] + slope[i, 0] * away[0] + slope[i, 1] * away[1] + slope[i, 2] * away[2]
                    )
                profile_of(wells, k, points[s], start, spreads, work, out)
                highest[k - first] = max(highest[k - first], out[4])
                put_paraboloid(points[s], out, highest[k - first], kept[k - first], s)
    else:
        rows = np.empty(SIZE)
        for begin in range(0, len(points), AT_ONCE):
            for k in range(first, last):
                _put(points, begin, middle, best[k - first], moves[k - first], rows)
                highest[k - first] = paraboloids_together(wells, k, spreads, highest[k - first], rows)
                for i in range(KEPT):
                    for s in range(begin, min(begin + AT_ONCE, len(points))):
                        kept[k - first, i, s] = rows[KEPT_ROWS + i * AT_ONCE + s - begin]
    for s in range(len(points)):
        if _nowhere(points[s]):
            kept[:, :, s] = 0.0
            kept[0, 0, s] = _NOWHERE
