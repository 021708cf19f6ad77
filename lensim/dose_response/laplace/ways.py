"""Ways in which places on a plate may move the cells of a culture, compiled: integrated out with its level.

What replicates show of places is taken off the signals before (`lensim.dose_response.places`). What they leave open
moves the log signals of the cells of a culture in up to three ways u, each of them of a size that is standard normal a
priori:

    log E[signal of cell c] = log E(curve, level) + sum over ways i of size_i u_i(c)
"""

from typing import Final

from lensim.inference.compiled import compiled

WAYS: Final = 3
"""The largest number of ways in which places on a plate may move the cells of a culture."""
_LARGEST_STEP: Final = 1.0


@compiled(fastmath=True)
def without_places(wells, k, work, of_top, out):  # type: ignore[no-untyped-def]
    """Eliminate the ways in which places move the cells of culture k from slopes and curvatures in `out`.

    `of_top`: curvatures of the log top with midpoint, log slope, effect, and its slope. The last rows of `work` keep
    the equations of the ways, in the order in which these are eliminated: curvatures with one another, those with
    midpoint, log slope and effect, and the slope.
    """
    ways, first = wells.doubt.shape[1], wells.bounds[k]
    tt = out[14]
    equations = work[len(work) - WAYS :]
    for i in range(ways):
        row = equations[i]
        by_top = 0.0
        row[:] = 0.0
        row[i], row[6] = 1.0, -out[15 + i]
        for c in range(first, wells.bounds[k + 1]):
            cell = work[c - first]
            bend = cell[7] * wells.doubt[c, i]
            by_top += bend * cell[4]
            row[6] += cell[6] * wells.doubt[c, i]
            for j in range(3):
                row[3 + j] += bend * cell[1 + j]
            for j in range(ways):
                row[j] += bend * wells.doubt[c, j]
        out[15 + WAYS + i] = by_top
        for j in range(4):
            row[3 + j] -= by_top * of_top[j] / tt
    for i in range(ways):
        for j in range(ways):
            equations[i, j] -= out[15 + WAYS + i] * out[15 + WAYS + j] / tt
    for i in range(ways):
        x, h, a, g = equations[i, 3], equations[i, 4], equations[i, 5], equations[i, 6]
        pivot = equations[i, i]
        out[5] -= x * g / pivot
        out[6] -= h * g / pivot
        out[7] -= a * g / pivot
        out[8] -= x * x / pivot
        out[9] -= x * h / pivot
        out[10] -= x * a / pivot
        out[11] -= h * h / pivot
        out[12] -= h * a / pivot
        out[13] -= a * a / pivot
        for j in range(i + 1, ways):
            equations[j] -= equations[j, i] / pivot * equations[i]


@compiled(fastmath=True)
def move_places(wells, work, dx, dh, da, out):  # type: ignore[no-untyped-def]
    """Move the sizes of ways in `out`, given the steps of midpoint, log slope and effect.

    Returns the gain that is expected of this, and what the log top moves for it, times its curvature.
    """
    ways = wells.doubt.shape[1]
    gain, of_top = 0.0, 0.0
    equations = work[len(work) - WAYS :]
    for i in range(ways - 1, -1, -1):
        row = equations[i]
        step = row[6] - row[3] * dx - row[4] * dh - row[5] * da
        for j in range(i + 1, ways):
            step -= row[j] * out[15 + 2 * WAYS + j]
        step /= row[i]
        out[15 + 2 * WAYS + i] = step
        of_top += out[15 + WAYS + i] * step
        gain += row[6] * row[6] / row[i]
        out[15 + i] += min(max(step, -_LARGEST_STEP), _LARGEST_STEP)
    return gain, of_top
