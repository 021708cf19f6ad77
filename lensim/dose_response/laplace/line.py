"""One line of a panel, compiled: modes and curvatures of its curve, and weighted draws around them.

Given the spreads of wells and of days, a line's wells depend on this line alone. Of its parameters the untreated level
and the midpoint of each culture are integrated out to second order around their best values: what is left is a function
of the three numbers of the curve (log10 EC50 x, log slope h, effect a). Of a culture's midpoint a parabola is kept, so
the likelihood of a curve follows for any other spread of days s without the wells:

    log L(x, h, a; s) = sum over cultures of  A - log(1 + k s^2) / 2 + B s^2 / (2 (1 + k s^2))

with k the curvature in the midpoint, B the square of the slope at the line's own midpoint, A the height there.
"""

from typing import Final, NamedTuple

import numpy as np

from lensim.inference.compiled import compiled

LN10: Final = float(np.log(10.0))
MODES: Final = 3
"""The largest number of modes of a line that are kept."""
_LEAST_SHARE_OF_INFORMATION: Final = 0.2
_INNER_STEPS: Final = 15
_OUTER_STEPS: Final = 40
_REACH: Final = 0.3
"""A culture's best midpoint by its own wells is taken to lie no further from that found [log10 uM]."""
_FARTHEST: Final = 20.0
_STEEPEST: Final = 4.0
_NOWHERE: Final = -1e200
"""Log likelihood of curves so far out that no prior has them."""


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


@compiled(fastmath=True)
def _cells(wells, k, slope, fall, x, top, work):  # type: ignore[no-untyped-def]
    """Of each cell of culture k: log expected signal, and its slopes by midpoint, log slope, effect, log top.

    `fall` is exp(-effect) - 1.
    """
    level, background = np.exp(top), wells.background[k]
    first = wells.bounds[k]
    for c in range(first, wells.bounds[k + 1]):
        reach = slope * (wells.log_dose[c] - LN10 * x)
        occupancy = 1.0 / (1.0 + np.exp(-reach)) if reach > -700.0 else 0.0
        left = 1.0 + fall * occupancy
        expected = background + level * left
        share = level / expected
        bend = share * fall * occupancy * (1.0 - occupancy)
        row = work[c - first]
        row[0] = np.log(expected)
        row[1] = -bend * slope * LN10
        row[2] = bend * reach if reach > -700.0 else 0.0
        row[3] = -share * (fall + 1.0) * occupancy
        row[4] = share * left


@compiled(fastmath=True)
def _pull(wells, c, eta, sd, nu):  # type: ignore[no-untyped-def]
    """Of the wells of cell c: slope of the log likelihood by eta, and its curvature, kept above a share of its mean.

    The counting variance per_count * exp(-eta) moves with eta, which the slope knows.
    """
    counting = wells.per_count * np.exp(-eta)
    variance = sd * sd + counting
    spread = np.sqrt(variance)
    gain = 0.5 * counting / variance
    slope, bend = 0.0, 0.0
    first, last = wells.edges[c], wells.edges[c + 1]
    for w in range(first, last):
        z = (wells.log_signal[w] - eta) / spread
        below = nu + z * z
        slope += (nu + 1.0) * z / below * (1.0 / spread - gain * z) + gain
        bend += (nu + 1.0) * (nu - z * z) / (below * below)
    least = _LEAST_SHARE_OF_INFORMATION * (last - first) * (nu + 1.0) / (nu + 3.0)
    return slope, max(bend, least) / variance


@compiled(fastmath=True)
def _log_likelihood(wells, k, sd, nu, work):  # type: ignore[no-untyped-def]
    """Log density of the wells of culture k, up to a number that depends on nu alone."""
    total, product = 0.0, 1.0
    first = wells.bounds[k]
    for c in range(first, wells.bounds[k + 1]):
        eta = work[c - first, 0]
        variance = sd * sd + wells.per_count * np.exp(-eta)
        total -= 0.5 * (wells.edges[c + 1] - wells.edges[c]) * np.log(variance)
        for w in range(wells.edges[c], wells.edges[c + 1]):
            product *= 1.0 + (wells.log_signal[w] - eta) ** 2 / (variance * nu)
            if product > 1e200:
                total -= 0.5 * (nu + 1.0) * np.log(product)
                product = 1.0
    return total - 0.5 * (nu + 1.0) * np.log(product)


@compiled(fastmath=True)
def _profile(wells, k, curve, x, t, spreads, work, out):  # type: ignore[no-untyped-def]
    """The best midpoint and log top of culture k given its line's curve, searched from x and t, and what is around.

    Into `out`: midpoint, log top, log likelihood with the prior of the top, slopes by log slope and effect, then
    curvatures (xx, xh, xa, xt, hh, ha, ht, aa, at, tt).
    """
    sd, nu, sd_experiment = spreads
    slope, fall = np.exp(curve[1]), np.exp(-curve[2]) - 1.0
    tight, loose = 1.0 / sd_experiment**2, 1.0 / wells.sd_top**2
    first = wells.bounds[k]
    for _ in range(_INNER_STEPS):
        _cells(wells, k, slope, fall, x, t, work)
        gx, gt = -(x - curve[0]) * tight, -(t - wells.mean_top[k]) * loose
        hxx, hxt, htt = tight, 0.0, loose
        for c in range(first, wells.bounds[k + 1]):
            row = work[c - first]
            g, h = _pull(wells, c, row[0], sd, nu)
            gx += g * row[1]
            gt += g * row[4]
            hxx += h * row[1] * row[1]
            hxt += h * row[1] * row[4]
            htt += h * row[4] * row[4]
        whole = hxx * htt - hxt * hxt
        dx, dt = (htt * gx - hxt * gt) / whole, (hxx * gt - hxt * gx) / whole
        x += min(max(dx, -0.3), 0.3)
        t += min(max(dt, -0.5), 0.5)
        if gx * dx + gt * dt < 1e-5:
            break
    _cells(wells, k, slope, fall, x, t, work)
    out[:] = 0.0
    out[0], out[1], out[14] = x, t, loose
    out[2] = _log_likelihood(wells, k, sd, nu, work) - 0.5 * loose * (t - wells.mean_top[k]) ** 2
    for c in range(first, wells.bounds[k + 1]):
        row = work[c - first]
        g, h = _pull(wells, c, row[0], sd, nu)
        out[3] += g * row[2]
        out[4] += g * row[3]
        place = 5
        for i in range(1, 5):
            for j in range(i, 5):
                out[place] += h * row[i] * row[j]
                place += 1


@compiled(fastmath=True)
def _parabola(x, out, sd_experiment):  # type: ignore[no-untyped-def]
    """A, B and k of a culture at the line's midpoint x, from its profile; see the module."""
    slope = (out[0] - x) / sd_experiment**2
    bend = max(out[5] - out[8] * out[8] / out[14], abs(slope) / _REACH)  # no slope goes on for ever
    away = x - out[0]
    height = out[2] - 0.5 * np.log(out[14]) + slope * away - 0.5 * bend * away * away
    return height, (slope - bend * away) ** 2, bend


@compiled(fastmath=True)
def _terms(wells, line, curve, starts, spreads, work, profiles):  # type: ignore[no-untyped-def]
    """Joint log density of a line at its cultures' best, its slope, and its curvature with these eliminated."""
    gradient, hessian = np.zeros(3), np.zeros((3, 3))
    value, tight = 0.0, 1.0 / spreads[2] ** 2
    first = wells.lines[line]
    for k in range(first, wells.lines[line + 1]):
        out = profiles[k - first]
        _profile(wells, k, curve, starts[k - first, 0], starts[k - first, 1], spreads, work, out)
        starts[k - first, 0], starts[k - first, 1] = out[0], out[1]
        away = out[0] - curve[0]
        value += out[2] - 0.5 * away * away * tight
        gradient[0] += away * tight
        gradient[1] += out[3]
        gradient[2] += out[4]
        mm = out[5] - out[8] * out[8] / out[14] + tight  # without log top; then without the midpoint
        mh = out[6] - out[8] * out[11] / out[14]
        ma = out[7] - out[8] * out[13] / out[14]
        hessian[0, 0] += tight - tight * tight / mm
        hessian[0, 1] += tight * mh / mm
        hessian[0, 2] += tight * ma / mm
        hessian[1, 1] += out[9] - out[11] * out[11] / out[14] - mh * mh / mm
        hessian[1, 2] += out[10] - out[11] * out[13] / out[14] - mh * ma / mm
        hessian[2, 2] += out[12] - out[13] * out[13] / out[14] - ma * ma / mm
    hessian[1, 0], hessian[2, 0], hessian[2, 1] = hessian[0, 1], hessian[0, 2], hessian[1, 2]
    return value, gradient, hessian


@compiled()
def climb(wells, line, curve, starts, spreads, prior, work, profiles):  # type: ignore[no-untyped-def]
    """Climb from `curve` (changed in place, as are the `starts` of its cultures) to a mode: its height and curvature.

    `prior` is (2, 3): mean and sd of the three numbers. Both results have it in them.
    """
    mean, precision = prior[0], 1.0 / prior[1] ** 2
    damping = 1e-3
    value, gradient, hessian = _terms(wells, line, curve, starts, spreads, work, profiles)
    value -= 0.5 * (precision * (curve - mean) ** 2).sum()
    for _ in range(_OUTER_STEPS):
        full = hessian + np.diag(precision)
        step = np.linalg.solve(full + damping * np.diag(np.diag(full)), gradient - precision * (curve - mean))
        step = np.minimum(np.maximum(step, -0.7), 0.7)
        tried, held = curve + step, starts.copy()
        held[:, 0] += step[0]
        new, new_gradient, new_hessian = _terms(wells, line, tried, held, spreads, work, profiles)
        new -= 0.5 * (precision * (tried - mean) ** 2).sum()
        if new < value - 1e-6:
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
    value, gradient, hessian = _terms(wells, line, curve, starts, spreads, work, profiles)
    value -= 0.5 * (precision * (curve - mean) ** 2).sum()
    return value, hessian + np.diag(precision)


@compiled()
def occupancy(x, h, log10_top):  # type: ignore[no-untyped-def]
    """Share of the effect that the top dose reaches; a little more than nothing."""
    reach = np.exp(h) * LN10 * (log10_top - x)
    return (1.0 / (1.0 + np.exp(-reach)) if reach > -700.0 else 0.0) + 1e-9


@compiled()
def weigh(wells, line, points, starts, spreads, nodes, work, profiles, log_likelihood):  # type: ignore[no-untyped-def]
    """Log likelihood (node, point) of curves (point, 3) of a line, for every spread of days in `nodes`."""
    first = wells.lines[line]
    log_likelihood[:] = 0.0
    for s in range(len(points)):
        if abs(points[s, 2]) > _FARTHEST or abs(points[s, 0]) > _FARTHEST or abs(points[s, 1]) > _STEEPEST:
            log_likelihood[:, s] = _NOWHERE
            continue
        for k in range(first, wells.lines[line + 1]):
            out = profiles[k - first]
            away = starts[k - first, 0]
            _profile(wells, k, points[s], points[s, 0] + away, starts[k - first, 1], spreads, work, out)
            height, push, bend = _parabola(points[s, 0], out, spreads[2])
            for j in range(len(nodes)):
                s2 = nodes[j] * nodes[j]
                grown = 1.0 + bend * s2
                log_likelihood[j, s] += height - 0.5 * np.log(grown) + 0.5 * push * s2 / grown
