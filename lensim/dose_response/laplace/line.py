"""One line of a panel, compiled: modes and curvatures of its curve, and weighted draws around them.

Given the spreads of wells and of cultures, a line's wells depend on this line alone. A culture's log EC50, log slope
and effect deviate from the line's by z, and its untreated level is its own, integrated out to second order. Around the
best deviations of each culture a paraboloid of the wells' log likelihood is kept,

    log L_c(z) = height + b . z - z . K z / 2           K (3, 3), not negative

so the likelihood of a line's curve follows, without the wells, for any spreads D = diag(s_x^2, s_h^2, s_a^2) of
cultures and any shift d of the log EC50s of an experiment:

    z ~ Normal((d, 0, 0), D):   log L_c = height + b_x d - K_xx d^2 / 2
                                          - log det(1 + D^1/2 K D^1/2) / 2 + g . (D^-1 + K)^-1 g / 2
    with g = b - K (d, 0, 0)
What replicates leave open of places on the plate is integrated out as the untreated level is (module `ways`).
"""

from typing import Final, NamedTuple

import numpy as np

from lensim.dose_response.laplace.ways import WAYS, move_places, without_places
from lensim.inference.compiled import compiled

LN10: Final = float(np.log(10.0))
MODES: Final = 3
"""The largest number of modes of a line that are kept."""
_LEAST_SHARE_OF_INFORMATION: Final = 0.2
_INNER_STEPS: Final = 15
_CLOSE: Final = 1e-5
_OUTER_STEPS: Final = 40
_REACH: Final = (0.3, 0.5, 0.5)
"""A culture's best curve by its own wells is taken to lie no further from that found (log10 uM, log slope, effect)."""
_SLACK: Final = 0.1
_LEAST: Final = 1e-6
_LARGEST_STEP: Final = (0.3, 0.2, 0.3, 0.5)
KEPT: Final = 10
"""Numbers of a paraboloid: height, b (3), K (xx, xh, xa, hh, ha, aa)."""
OF_CELL: Final = 8
"""Numbers of a cell: see `_cells` and `around`."""
PROFILE: Final = 15 + 3 * WAYS
"""Numbers of a culture at its best: see `profile_of`."""
START: Final = 4 + WAYS
"""Numbers that a search begins from: midpoint, log slope, effect, log top, sizes of ways."""


class Wells(NamedTuple):
    """Wells of a panel, in order of line, culture and dose.

    Attributes
    ----------
    log_signal
        (well)
    edges
        (cell + 1) where the wells of each cell begin and end; a cell is one dose of one culture.
    log_dose
        (cell)
    bounds
        (culture + 1) where the cells of each culture begin and end.
    background, mean_top
        (culture) background signal, and mean of the log top a priori.
    lines
        (line + 1) where the cultures of each line begin and end.
    per_count
        1 / counting minutes; 0 where the signal is no count.
    sd_top
        Sd of the log top a priori.
    doubt
        (cell, way) what replicates leave open of the places of cells: log signals move in each of these ways by a
        standard normal number, another in each culture. No way where places are not part of the model.
    """

    log_signal: np.ndarray
    edges: np.ndarray
    log_dose: np.ndarray
    bounds: np.ndarray
    background: np.ndarray
    mean_top: np.ndarray
    lines: np.ndarray
    per_count: float
    sd_top: float
    doubt: np.ndarray


@compiled(fastmath=True)
def _cells(wells, k, slope, fall, x, top, work):  # type: ignore[no-untyped-def]
    """Of each cell of culture k: log expected signal; its slopes by midpoint, log slope, effect, log top; 1 / signal.

    `fall` is exp(-effect) - 1.
    """
    level, background = np.exp(top), wells.background[k]
    first = wells.bounds[k]
    for c in range(first, wells.bounds[k + 1]):
        reach = slope * (wells.log_dose[c] - LN10 * x)
        occupancy = 1.0 / (1.0 + np.exp(-reach)) if reach > -700.0 else 0.0
        left = 1.0 + fall * occupancy
        expected = background + level * left
        row = work[c - first]
        row[5] = 1.0 / expected
        share = level * row[5]
        bend = share * fall * occupancy * (1.0 - occupancy)
        row[0] = np.log(expected)
        row[1] = -bend * slope * LN10
        row[2] = bend * reach if reach > -700.0 else 0.0
        row[3] = -share * (fall + 1.0) * occupancy
        row[4] = share * left


@compiled(fastmath=True)
def _pull(wells, c, eta, inverse, sd, nu):  # type: ignore[no-untyped-def]
    """Of the wells of cell c: slope of the log likelihood by eta, and its curvature, kept above a share of its mean.

    The counting variance per_count * exp(-eta) moves with eta, which the slope knows; `inverse` is exp(-eta).
    """
    counting = wells.per_count * inverse
    variance = sd * sd + counting
    precision = 1.0 / np.sqrt(variance)
    gain = 0.5 * counting * precision * precision
    slope, bend = 0.0, 0.0
    first, last = wells.edges[c], wells.edges[c + 1]
    for w in range(first, last):
        z = (wells.log_signal[w] - eta) * precision
        pull = (nu + 1.0) / (nu + z * z)
        slope += z * pull * (precision - gain * z) + gain
        bend += (nu - z * z) * pull * pull
    least = _LEAST_SHARE_OF_INFORMATION * (last - first) * (nu + 1.0) / (nu + 3.0)
    return slope, max(bend / (nu + 1.0), least) * precision * precision


@compiled(fastmath=True)
def _log_likelihood(wells, k, sd, nu, work):  # type: ignore[no-untyped-def]
    """Log density of the wells of culture k, up to a number that depends on nu alone."""
    total, product = 0.0, 1.0
    first = wells.bounds[k]
    for c in range(first, wells.bounds[k + 1]):
        eta = work[c - first, 0]
        variance = sd * sd + wells.per_count * work[c - first, 5]
        total -= 0.5 * (wells.edges[c + 1] - wells.edges[c]) * np.log(variance)
        share = 1.0 / (variance * nu)
        for w in range(wells.edges[c], wells.edges[c + 1]):
            product *= 1.0 + (wells.log_signal[w] - eta) ** 2 * share
            if product > 1e200:
                total -= 0.5 * (nu + 1.0) * np.log(product)
                product = 1.0
    return total - 0.5 * (nu + 1.0) * np.log(product)


@compiled(fastmath=True)
def inverse_of(xx, xh, xa, hh, ha, aa):  # type: ignore[no-untyped-def]
    """Inverse of a symmetric matrix of three rows, and its determinant."""
    ixx, ixh, ixa = hh * aa - ha * ha, xa * ha - xh * aa, xh * ha - xa * hh
    whole = xx * ixx + xh * ixh + xa * ixa
    return (
        ixx / whole,
        ixh / whole,
        ixa / whole,
        (xx * aa - xa * xa) / whole,
        (xh * xa - xx * ha) / whole,
        (xx * hh - xh * xh) / whole,
        whole,
    )


@compiled(fastmath=True)
def around(wells, k, sd, nu, work, out):  # type: ignore[no-untyped-def]
    """Slopes and curvatures of the wells of culture k at out[:4], the log top eliminated, into out[5:]: `profile_of`.

    Returns the slope by the log top, and its curvatures with midpoint, log slope and effect.
    """
    loose = 1.0 / wells.sd_top**2
    x, h, a, t = out[0], out[1], out[2], out[3]
    _cells(wells, k, np.exp(h), np.exp(-a) - 1.0, x, t, work)
    ways = wells.doubt.shape[1]
    for i in range(ways):
        for c in range(wells.bounds[k], wells.bounds[k + 1]):
            work[c - wells.bounds[k], 0] += wells.doubt[c, i] * out[15 + i]
    gx, gh, ga, gt = 0.0, 0.0, 0.0, -(t - wells.mean_top[k]) * loose
    xx, xh, xa, hh, ha, aa, xt, ht, at, tt = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, loose
    first = wells.bounds[k]
    for c in range(first, wells.bounds[k + 1]):
        row = work[c - first]
        g, bend = _pull(wells, c, row[0], row[5], sd, nu)
        row[6], row[7] = g, bend
        rx, rh, ra, rt = row[1], row[2], row[3], row[4]
        gx += g * rx
        gh += g * rh
        ga += g * ra
        gt += g * rt
        xx += bend * rx * rx
        xh += bend * rx * rh
        xa += bend * rx * ra
        hh += bend * rh * rh
        ha += bend * rh * ra
        aa += bend * ra * ra
        xt += bend * rx * rt
        ht += bend * rh * rt
        at += bend * ra * rt
        tt += bend * rt * rt
    out[5], out[6], out[7] = gx - xt * gt / tt, gh - ht * gt / tt, ga - at * gt / tt
    out[8], out[9], out[10] = xx - xt * xt / tt, xh - xt * ht / tt, xa - xt * at / tt
    out[11], out[12], out[13] = hh - ht * ht / tt, ha - ht * at / tt, aa - at * at / tt
    out[14] = tt
    if ways:
        without_places(wells, k, work, (xt, ht, at, gt), out)
    return gt, xt, ht, at


@compiled(fastmath=True)
def profile_of(wells, k, curve, start, spreads, work, out):  # type: ignore[no-untyped-def]
    """The best curve and log top of culture k given its line's curve, searched from `start`, and what is around it.

    Into `out`: midpoint, log slope, effect, log top; log likelihood with the prior of the top; its slopes by midpoint,
    log slope and effect; curvatures (xx, xh, xa, hh, ha, aa), all with the log top and places eliminated; determinant
    of the curvature of these; sizes of the ways in which places move the cells, their curvatures with the log top, and
    the last steps of these sizes.
    """
    sd, nu = spreads[0], spreads[1]
    tx, th, ta = spreads[2] ** -2, spreads[3] ** -2, spreads[4] ** -2
    ways = wells.doubt.shape[1]
    for i in range(4):
        out[i] = start[i]
    for i in range(ways):
        out[15 + i] = start[4 + i]
    for _ in range(_INNER_STEPS):
        gt, xt, ht, at = around(wells, k, sd, nu, work, out)
        gx = out[5] - (out[0] - curve[0]) * tx
        gh = out[6] - (out[1] - curve[1]) * th
        ga = out[7] - (out[2] - curve[2]) * ta
        xx, xh, xa, hh, ha, aa, _whole = inverse_of(out[8] + tx, out[9], out[10], out[11] + th, out[12], out[13] + ta)
        dx, dh, da = xx * gx + xh * gh + xa * ga, xh * gx + hh * gh + ha * ga, xa * gx + ha * gh + aa * ga
        gain, of_top = move_places(wells, work, dx, dh, da, out) if ways else (0.0, 0.0)
        dt = (gt - xt * dx - ht * dh - at * da - of_top) / out[14]
        out[0] += min(max(dx, -_LARGEST_STEP[0]), _LARGEST_STEP[0])
        out[1] += min(max(dh, -_LARGEST_STEP[1]), _LARGEST_STEP[1])
        out[2] += min(max(da, -_LARGEST_STEP[2]), _LARGEST_STEP[2])
        out[3] += min(max(dt, -_LARGEST_STEP[3]), _LARGEST_STEP[3])
        if gx * dx + gh * dh + ga * da + gt * gt / out[14] + gain < _CLOSE:
            break
    around(wells, k, sd, nu, work, out)
    loose = 1.0 / wells.sd_top**2
    out[4] = _log_likelihood(wells, k, sd, nu, work) - 0.5 * loose * (out[3] - wells.mean_top[k]) ** 2
    for i in range(ways):
        out[4] -= 0.5 * out[15 + i] ** 2
        out[14] *= work[len(work) - WAYS + i, i]


@compiled(fastmath=True)
def put_paraboloid(curve, out, highest, kept, s):  # type: ignore[no-untyped-def]
    """Height, b and K of a culture around the curve of its line, from its profile, into kept[:, s]; see the module.

    The top of the paraboloid is no higher than `highest`, the log likelihood of the culture's own best curve: where it
    would be, K is made larger. So no curve far from the wells is taken for one that wide spreads bring to them.
    """
    x, h, a = out[0] - curve[0], out[1] - curve[1], out[2] - curve[2]
    xx = max(out[8], abs(out[5]) / _REACH[0])  # no slope goes on for ever
    hh = max(out[11], abs(out[6]) / _REACH[1])
    aa = max(out[13], abs(out[7]) / _REACH[2])
    ixx, ixh, ixa, ihh, iha, iaa, _whole = inverse_of(xx + _LEAST, out[9], out[10], hh + _LEAST, out[12], aa + _LEAST)
    gain = 0.5 * (ixx * out[5] * out[5] + ihh * out[6] * out[6] + iaa * out[7] * out[7])
    gain += ixh * out[5] * out[6] + ixa * out[5] * out[7] + iha * out[6] * out[7]
    grown = max(gain / (max(highest - out[4], 0.0) + _SLACK), 1.0)
    xx, hh, aa = xx * grown, hh * grown, aa * grown
    xh, xa, ha = out[9] * grown, out[10] * grown, out[12] * grown
    bx = out[5] + xx * x + xh * h + xa * a
    bh = out[6] + xh * x + hh * h + ha * a
    ba = out[7] + xa * x + ha * h + aa * a
    kept[0, s] = out[4] - 0.5 * np.log(out[14])
    kept[0, s] -= 0.5 * ((bx + out[5]) * x + (bh + out[6]) * h + (ba + out[7]) * a)
    kept[1, s], kept[2, s], kept[3, s] = bx, bh, ba
    kept[4, s], kept[5, s], kept[6, s], kept[7, s], kept[8, s], kept[9, s] = xx, xh, xa, hh, ha, aa


@compiled(fastmath=True)
def _terms(wells, line, curve, starts, spreads, work, profiles):  # type: ignore[no-untyped-def]
    """Joint log density of a line at its cultures' best, its slope, and its curvature with these eliminated."""
    gradient, hessian = np.zeros(3), np.zeros((3, 3))
    value = 0.0
    tx, th, ta = spreads[2] ** -2, spreads[3] ** -2, spreads[4] ** -2
    first = wells.lines[line]
    for k in range(first, wells.lines[line + 1]):
        out = profiles[k - first]
        profile_of(wells, k, curve, starts[k - first], spreads, work, out)
        starts[k - first, :4] = out[:4]
        for i in range(wells.doubt.shape[1]):
            starts[k - first, 4 + i] = out[15 + i]
        x, h, a = out[0] - curve[0], out[1] - curve[1], out[2] - curve[2]
        value += out[4] - 0.5 * (x * x * tx + h * h * th + a * a * ta)
        gradient[0] += x * tx
        gradient[1] += h * th
        gradient[2] += a * ta
        xx, xh, xa, hh, ha, aa, _whole = inverse_of(out[8] + tx, out[9], out[10], out[11] + th, out[12], out[13] + ta)
        hessian[0, 0] += tx - tx * xx * tx
        hessian[0, 1] -= tx * xh * th
        hessian[0, 2] -= tx * xa * ta
        hessian[1, 1] += th - th * hh * th
        hessian[1, 2] -= th * ha * ta
        hessian[2, 2] += ta - ta * aa * ta
    hessian[1, 0], hessian[2, 0], hessian[2, 1] = hessian[0, 1], hessian[0, 2], hessian[1, 2]
    return value, gradient, hessian


@compiled()
def climb(wells, line, curve, starts, spreads, prior, work, profiles):  # type: ignore[no-untyped-def]
    """Climb from `curve` (changed in place, as are the `starts` of its cultures) to a mode: its height and curvature.

    `prior` is (2, 3): mean and sd of the three numbers. Both results have it in them.
    """
    mean, precision = prior[0], 1.0 / prior[1] ** 2
    damping, is_there = 1e-3, True
    value, gradient, hessian = _terms(wells, line, curve, starts, spreads, work, profiles)
    value -= 0.5 * (precision * (curve - mean) ** 2).sum()
    for _ in range(_OUTER_STEPS):
        full = hessian + np.diag(precision)
        step = np.linalg.solve(full + damping * np.diag(np.diag(full)), gradient - precision * (curve - mean))
        step = np.minimum(np.maximum(step, -0.7), 0.7)
        tried, held = curve + step, starts.copy()
        held[:, :3] += step
        new, new_gradient, new_hessian = _terms(wells, line, tried, held, spreads, work, profiles)
        new -= 0.5 * (precision * (tried - mean) ** 2).sum()
        is_there = new >= value - 1e-6
        if not is_there:
            damping = damping * 8.0 + 1e-3
            if damping > 1e6:
                break
            continue
        close = new - value < 1e-4 and np.abs(step / prior[1]).max() < 1e-2
        curve[:], starts[:] = tried, held
        value, gradient, hessian = new, new_gradient, new_hessian
        damping = max(damping / 5.0, 1e-6)
        if close:
            break
    if not is_there:  # profiles are of a curve that was tried in vain
        value, gradient, hessian = _terms(wells, line, curve, starts, spreads, work, profiles)
        value -= 0.5 * (precision * (curve - mean) ** 2).sum()
    return value, hessian + np.diag(precision)


@compiled()
def occupancy(x, h, log10_top):  # type: ignore[no-untyped-def]
    """Share of the effect that the top dose reaches; a little more than nothing."""
    reach = np.exp(h) * LN10 * (log10_top - x)
    return (1.0 / (1.0 + np.exp(-reach)) if reach > -700.0 else 0.0) + 1e-9
