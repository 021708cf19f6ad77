"""Profiles of a culture around many curves of its line at once, compiled: one number of all curves after another.

What `lensim.dose_response.laplace.line` says of one curve is done here of `AT_ONCE` side by side, in a form that
processors work on several of at once. Not for panels in which places on plates move cells.

All numbers lie in one array, a row of `AT_ONCE` for each; the rows are named by where they begin.
"""

from typing import Final

import numpy as np

from lensim.dose_response.laplace.rows import exponential, logarithm
from lensim.inference.compiled import compiled

AT_ONCE: Final = 64
"""Curves that are worked on together."""
LN10: Final = float(np.log(10.0))
_STEPS: Final = 8
_CLOSE: Final = 5e-3
"""Gain of a step of Newton from which on the rest is taken from the parabola."""
_SMALL: Final = 0.2
"""Gain above which no step is taken from it, of a curve whose search did not end."""
_FOR_ALL: Final = 3
_FEW: Final = 2.0
"""After so many steps no search goes on for so few curves: most of them lie far from the wells, and have no weight."""
_LEAST_SHARE_OF_INFORMATION: Final = 0.2
_LARGEST_STEP: Final = (0.3, 0.2, 0.3, 0.5)
_WELLS_AT_ONCE: Final = 8
"""Factors of a likelihood that are multiplied before a logarithm is taken."""
_REACH: Final = (0.3, 0.5, 0.5)
"""A culture's best curve by its own wells is taken to lie no further from that found (log10 uM, log slope, effect)."""
_SLACK: Final = 0.1
_LEAST: Final = 1e-6

_ROW: Final = AT_ONCE
CURVE: Final = 0
"""Three rows: midpoint, log slope and effect of the curves of the line."""
BEST: Final = 3 * _ROW
"""Four rows: midpoint, log slope, effect and log top of the culture; where to search before, the best after."""
_X, _H, _A, _T = BEST, BEST + _ROW, BEST + 2 * _ROW, BEST + 3 * _ROW
_SLOPE, _FALL, _LEVEL = 7 * _ROW, 8 * _ROW, 9 * _ROW
_GX, _GH, _GA, _GT = 10 * _ROW, 11 * _ROW, 12 * _ROW, 13 * _ROW
_XX, _XH, _XA, _HH, _HA, _AA = 14 * _ROW, 15 * _ROW, 16 * _ROW, 17 * _ROW, 18 * _ROW, 19 * _ROW
_XT, _HT, _AT, _TT = 20 * _ROW, 21 * _ROW, 22 * _ROW, 23 * _ROW
_VALUE = 24 * _ROW
_RX, _RH, _RA, _RT = 25 * _ROW, 26 * _ROW, 27 * _ROW, 28 * _ROW
_ETA, _PRECISION, _GAIN, _PULL, _BEND, _PRODUCT = 29 * _ROW, 30 * _ROW, 31 * _ROW, 32 * _ROW, 33 * _ROW, 34 * _ROW
_DX, _DH, _DA, _DT, _RISE = 25 * _ROW, 26 * _ROW, 27 * _ROW, 28 * _ROW, 29 * _ROW
KEPT_ROWS: Final = 35 * _ROW
"""Ten rows: the paraboloids, as `lensim.dose_response.laplace.line` has them."""
SIZE: Final = 45 * _ROW
"""Of the array to work in."""


@compiled(fastmath=True)
def _begin(wells, k, w):  # type: ignore[no-untyped-def]
    """What the cells of culture k have in common, and sums to begin with: what the prior of the log top says."""
    loose, mean = 1.0 / wells.sd_top**2, wells.mean_top[k]
    for s in range(AT_ONCE):
        w[_SLOPE + s] = exponential(w[_H + s])
        w[_FALL + s] = exponential(-w[_A + s]) - 1.0
        w[_LEVEL + s] = exponential(w[_T + s])
    for s in range(AT_ONCE):
        away = w[_T + s] - mean
        w[_GT + s] = -away * loose
        w[_VALUE + s] = -0.5 * loose * away * away
        w[_TT + s] = loose
    for s in range(3 * _ROW):
        w[_GX + s] = 0.0
    for s in range(9 * _ROW):
        w[_XX + s] = 0.0


@compiled(fastmath=True)
def _cell(wells, k, c, variance, w):  # type: ignore[no-untyped-def]
    """Of cell c: its log expected signal, slopes of this by midpoint, log slope, effect and log top; its precision."""
    log_dose, background, per_count = wells.log_dose[c], wells.background[k], wells.per_count
    for s in range(AT_ONCE):
        reach = w[_SLOPE + s] * (log_dose - LN10 * w[_X + s])
        occupancy = 1.0 / (1.0 + exponential(-reach))
        fall, level = w[_FALL + s], w[_LEVEL + s]
        left = 1.0 + fall * occupancy
        expected = background + level * left
        inverse = 1.0 / expected
        share = level * inverse
        bend = share * fall * occupancy * (1.0 - occupancy)
        w[_RX + s] = -bend * w[_SLOPE + s] * LN10
        w[_RH + s] = bend * reach
        w[_RA + s] = -share * (fall + 1.0) * occupancy
        w[_RT + s] = share * left
        w[_ETA + s] = logarithm(expected)
        counting = per_count * inverse
        precision = 1.0 / (variance + counting)
        w[_PRECISION + s] = precision
        w[_GAIN + s] = 0.5 * counting * precision
        w[_PULL + s] = 0.0
        w[_BEND + s] = 0.0
        w[_PRODUCT + s] = 1.0


@compiled(fastmath=True)
def _wells(wells, c, nu, w):  # type: ignore[no-untyped-def]
    """Of the wells of cell c: slope of the log likelihood by the expected log signal, curvature, log likelihood."""
    first, last = wells.edges[c], wells.edges[c + 1]
    for well in range(first, last):
        signal = wells.log_signal[well]
        for s in range(AT_ONCE):
            away = signal - w[_ETA + s]
            by = away * w[_PRECISION + s]
            square = away * by
            pull = (nu + 1.0) / (nu + square)
            w[_PULL + s] += pull * (by - w[_GAIN + s] * square)
            w[_BEND + s] += (nu - square) * pull * pull
            w[_PRODUCT + s] *= 1.0 + square / nu
        if (well - first) % _WELLS_AT_ONCE == _WELLS_AT_ONCE - 1:
            for s in range(AT_ONCE):
                w[_VALUE + s] -= 0.5 * (nu + 1.0) * logarithm(w[_PRODUCT + s])
                w[_PRODUCT + s] = 1.0
    count = float(last - first)
    for s in range(AT_ONCE):
        w[_VALUE + s] += 0.5 * (count * logarithm(w[_PRECISION + s]) - (nu + 1.0) * logarithm(w[_PRODUCT + s]))


@compiled(fastmath=True)
def _add_cell(count, nu, w):  # type: ignore[no-untyped-def]
    """A cell's wells, `count` of them, as slopes and curvatures by midpoint, log slope, effect and log top."""
    least = _LEAST_SHARE_OF_INFORMATION * count * (nu + 1.0) / (nu + 3.0)
    share = 1.0 / (nu + 1.0)
    for s in range(AT_ONCE):
        slope = w[_PULL + s] + count * w[_GAIN + s]
        bend = max(w[_BEND + s] * share, least) * w[_PRECISION + s]
        rx, rh, ra, rt = w[_RX + s], w[_RH + s], w[_RA + s], w[_RT + s]
        w[_GX + s] += slope * rx
        w[_GH + s] += slope * rh
        w[_GA + s] += slope * ra
        w[_GT + s] += slope * rt
        bx, bh, ba, bt = bend * rx, bend * rh, bend * ra, bend * rt
        w[_XX + s] += bx * rx
        w[_XH + s] += bx * rh
        w[_XA + s] += bx * ra
        w[_HH + s] += bh * rh
        w[_HA + s] += bh * ra
        w[_AA + s] += ba * ra
        w[_XT + s] += bx * rt
        w[_HT + s] += bh * rt
        w[_AT + s] += ba * rt
        w[_TT + s] += bt * rt


@compiled(fastmath=True)
def _without_top(w):  # type: ignore[no-untyped-def]
    """Eliminate the log top from slopes and curvatures."""
    for s in range(AT_ONCE):
        share = 1.0 / w[_TT + s]
        gt, xt, ht, at = w[_GT + s], w[_XT + s], w[_HT + s], w[_AT + s]
        w[_GX + s] -= xt * gt * share
        w[_GH + s] -= ht * gt * share
        w[_GA + s] -= at * gt * share
        w[_XX + s] -= xt * xt * share
        w[_XH + s] -= xt * ht * share
        w[_XA + s] -= xt * at * share
        w[_HH + s] -= ht * ht * share
        w[_HA + s] -= ht * at * share
        w[_AA + s] -= at * at * share


@compiled(fastmath=True)
def _steps(tight, w):  # type: ignore[no-untyped-def]
    """Steps of Newton of every curve's best, and their gains; returns how many of these are not yet small.

    `tight`: 1 / squared spreads of cultures.
    """
    tx, th, ta = tight
    count = 0.0
    for s in range(AT_ONCE):
        xh, xa, ha = w[_XH + s], w[_XA + s], w[_HA + s]
        px, ph, pa = w[_XX + s] + tx, w[_HH + s] + th, w[_AA + s] + ta
        gx = w[_GX + s] - (w[_X + s] - w[CURVE + s]) * tx
        gh = w[_GH + s] - (w[_H + s] - w[CURVE + _ROW + s]) * th
        ga = w[_GA + s] - (w[_A + s] - w[CURVE + 2 * _ROW + s]) * ta
        ixx, ixh, ixa = ph * pa - ha * ha, xa * ha - xh * pa, xh * ha - xa * ph
        share = 1.0 / (px * ixx + xh * ixh + xa * ixa)
        ihh, iha, iaa = px * pa - xa * xa, xh * xa - px * ha, px * ph - xh * xh
        dx = (ixx * gx + ixh * gh + ixa * ga) * share
        dh = (ixh * gx + ihh * gh + iha * ga) * share
        da = (ixa * gx + iha * gh + iaa * ga) * share
        gt, by_top = w[_GT + s], 1.0 / w[_TT + s]
        dt = (gt - w[_XT + s] * dx - w[_HT + s] * dh - w[_AT + s] * da) * by_top
        gain = gx * dx + gh * dh + ga * da + gt * gt * by_top
        w[_RISE + s] = gain
        count += 1.0 if gain > _CLOSE else 0.0
        w[_DX + s] = min(max(dx, -_LARGEST_STEP[0]), _LARGEST_STEP[0])
        w[_DH + s] = min(max(dh, -_LARGEST_STEP[1]), _LARGEST_STEP[1])
        w[_DA + s] = min(max(da, -_LARGEST_STEP[2]), _LARGEST_STEP[2])
        w[_DT + s] = min(max(dt, -_LARGEST_STEP[3]), _LARGEST_STEP[3])
    return count


@compiled(fastmath=True)
def _move(w):  # type: ignore[no-untyped-def]
    """Take the steps."""
    for s in range(4 * _ROW):
        w[BEST + s] += w[_DX + s]


@compiled(fastmath=True)
def _settle(w):  # type: ignore[no-untyped-def]
    """Take small steps: what value and slopes are after them is taken from the parabola. No step where not small."""
    for s in range(AT_ONCE):
        share = 1.0 if w[_RISE + s] < _SMALL else 0.0
        dx, dh, da = share * w[_DX + s], share * w[_DH + s], share * w[_DA + s]
        w[_X + s] += dx
        w[_H + s] += dh
        w[_A + s] += da
        xx, xh, xa = w[_XX + s], w[_XH + s], w[_XA + s]
        hh, ha, aa = w[_HH + s], w[_HA + s], w[_AA + s]
        kx, kh, ka = xx * dx + xh * dh + xa * da, xh * dx + hh * dh + ha * da, xa * dx + ha * dh + aa * da
        w[_VALUE + s] += share * 0.5 * w[_GT + s] * w[_GT + s] / w[_TT + s]
        w[_VALUE + s] += (w[_GX + s] - 0.5 * kx) * dx + (w[_GH + s] - 0.5 * kh) * dh + (w[_GA + s] - 0.5 * ka) * da
        w[_GX + s] -= kx
        w[_GH + s] -= kh
        w[_GA + s] -= ka


@compiled(fastmath=True)
def _paraboloids(highest, w):  # type: ignore[no-untyped-def]
    """Paraboloids around the curves of the line from what is around the best, into `KEPT_ROWS`.

    No top is higher than `highest`, see `lensim.dose_response.laplace.line`; returns the highest value there is.
    """
    for s in range(AT_ONCE):
        highest = max(highest, w[_VALUE + s])
    for s in range(AT_ONCE):
        gx, gh, ga, value = w[_GX + s], w[_GH + s], w[_GA + s], w[_VALUE + s]
        x, h, a = w[_X + s] - w[CURVE + s], w[_H + s] - w[CURVE + _ROW + s], w[_A + s] - w[CURVE + 2 * _ROW + s]
        xx = max(w[_XX + s], abs(gx) * (1.0 / _REACH[0]))
        hh = max(w[_HH + s], abs(gh) * (1.0 / _REACH[1]))
        aa = max(w[_AA + s], abs(ga) * (1.0 / _REACH[2]))
        xh, xa, ha = w[_XH + s], w[_XA + s], w[_HA + s]
        px, ph, pa = xx + _LEAST, hh + _LEAST, aa + _LEAST
        ixx, ixh, ixa = ph * pa - ha * ha, xa * ha - xh * pa, xh * ha - xa * ph
        share = 1.0 / (px * ixx + xh * ixh + xa * ixa)
        ihh, iha, iaa = px * pa - xa * xa, xh * xa - px * ha, px * ph - xh * xh
        gain = 0.5 * (ixx * gx * gx + ihh * gh * gh + iaa * ga * ga) + ixh * gx * gh + ixa * gx * ga + iha * gh * ga
        grown = max(gain * share / (max(highest - value, 0.0) + _SLACK), 1.0)
        xx, hh, aa, xh, xa, ha = xx * grown, hh * grown, aa * grown, xh * grown, xa * grown, ha * grown
        bx = gx + xx * x + xh * h + xa * a
        bh = gh + xh * x + hh * h + ha * a
        ba = ga + xa * x + ha * h + aa * a
        height = value - 0.5 * logarithm(w[_TT + s]) - 0.5 * ((bx + gx) * x + (bh + gh) * h + (ba + ga) * a)
        w[KEPT_ROWS + s] = height
        w[KEPT_ROWS + _ROW + s] = bx
        w[KEPT_ROWS + 2 * _ROW + s] = bh
        w[KEPT_ROWS + 3 * _ROW + s] = ba
        w[KEPT_ROWS + 4 * _ROW + s] = xx
        w[KEPT_ROWS + 5 * _ROW + s] = xh
        w[KEPT_ROWS + 6 * _ROW + s] = xa
        w[KEPT_ROWS + 7 * _ROW + s] = hh
        w[KEPT_ROWS + 8 * _ROW + s] = ha
        w[KEPT_ROWS + 9 * _ROW + s] = aa
    return highest


@compiled()
def paraboloids_together(wells, k, spreads, highest, w):  # type: ignore[no-untyped-def]
    """Paraboloids of culture k around `AT_ONCE` curves of its line, into `KEPT_ROWS` of w; the highest log likelihood.

    `CURVE` and `BEST` are filled before. `highest`: the highest log likelihood of the culture known so far.
    """
    sd, nu = spreads[0], spreads[1]
    tight = (spreads[2] ** -2, spreads[3] ** -2, spreads[4] ** -2)
    for step in range(_STEPS):
        _begin(wells, k, w)
        for c in range(wells.bounds[k], wells.bounds[k + 1]):
            _cell(wells, k, c, sd * sd, w)
            _wells(wells, c, nu, w)
            _add_cell(float(wells.edges[c + 1] - wells.edges[c]), nu, w)
        _without_top(w)
        if _steps(tight, w) <= (_FEW if step >= _FOR_ALL else 0.0) or step == _STEPS - 1:
            break
        _move(w)
    _settle(w)
    return _paraboloids(highest, w)
