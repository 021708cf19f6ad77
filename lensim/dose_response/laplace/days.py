"""How cultures deviate from their lines, compiled: spreads of the deviations, and shifts that experiments share.

    x(c) = x(line) + shift(e) + own(c),  shift ~ Normal(0, s_x sqrt(share)),  own ~ Normal(0, s_x sqrt(1 - share))
    h(c) ~ Normal(h(line), s_h),  a(c) ~ Normal(a(line), s_a)
    s_x, s_h, s_a ~ LogNormal(log median, log sd),  share ~ Uniform(0, 1); 0 where no two cultures share an experiment

`days` below is (log s_x, log s_h, log s_a, logit share). Shifts are apart from their mean over experiments, which
lines have in them.
"""

from typing import Final, NamedTuple

import numpy as np

from lensim.dose_response.laplace.line import KEPT
from lensim.dose_response.laplace.rows import take_half_log
from lensim.inference.compiled import compiled

_WIDTH: Final = 0.8
_STEPS: Final = 6
_FARTHEST: Final = 8.0
_AT_ONCE: Final = 8
"""Determinants that are multiplied before a logarithm is taken."""


class DayPriors(NamedTuple):
    """Priors of the spreads of cultures, each (3) for log10 EC50, log slope and effect.

    Attributes
    ----------
    log_median, log_sd
        Log-normal.
    step
        (4) First step of Metropolis for the spreads and the share.
    """

    log_median: np.ndarray
    log_sd: np.ndarray
    step: np.ndarray


class Paraboloids(NamedTuple):
    """What wells say of cultures around the draws of their lines.

    Attributes
    ----------
    kept
        (line, culture of the line, KEPT, draw)
    cultures
        (line) how many there are.
    experiment
        (line, culture of the line)
    experiments
        How many have shifts; 0 where none has several cultures.
    """

    kept: np.ndarray
    cultures: np.ndarray
    experiment: np.ndarray
    experiments: int


@compiled()
def variance_of_shift(days, panel):  # type: ignore[no-untyped-def]
    """Of the mean shift of all experiments, a priori."""
    if panel.experiments == 0:
        return 0.0
    return np.exp(2.0 * days[0]) / (1.0 + np.exp(-days[3])) / panel.experiments


@compiled()
def _own_variances(days, panel):  # type: ignore[no-untyped-def]
    """Variances of what is each culture's own."""
    share = 1.0 / (1.0 + np.exp(-days[3])) if panel.experiments else 0.0
    return np.exp(2.0 * days[0]) * (1.0 - share), np.exp(2.0 * days[1]), np.exp(2.0 * days[2])


@compiled(fastmath=True)
def _add_paraboloids(one, vx, vh, va, shift, product, total):  # type: ignore[no-untyped-def]
    """Log likelihoods of cultures, their deviations integrated out, into `total`, but for log(product) / 2.

    `one` is (KEPT, n), the others (n): all draws of one culture, or all cultures at one draw each; see module `line`.
    With P = D^-1 + K = L diag(p) L^T, g . P^-1 g is the sum of (L^-1 g)^2 / p, and det(D P) the product of p and D.
    """
    tx, th, ta, scale = 1.0 / vx, 1.0 / vh, 1.0 / va, vx * vh * va
    for s in range(len(total)):
        d, b, xx, xh, xa = shift[s], one[1, s], one[4, s], one[5, s], one[6, s]
        gx, gh, ga = b - xx * d, one[2, s] - xh * d, one[3, s] - xa * d
        px = 1.0 / (xx + tx)
        u, w = xh * px, xa * px
        hh, ha = one[7, s] + th - u * xh, one[8, s] - u * xa
        ph = 1.0 / hh
        gh -= u * gx
        t = ha * ph
        aa = one[9, s] + ta - w * xa - t * ha
        ga -= w * gx + t * gh
        product[s] *= (xx + tx) * hh * aa * scale
        total[s] += one[0, s] + (b - 0.5 * xx * d) * d + 0.5 * (gx * gx * px + gh * gh * ph + ga * ga / aa)


@compiled()
def log_weights(panel, log_proposal, days, shifts, work, base):  # type: ignore[no-untyped-def]
    """Into base (line, draw): log likelihood of every draw of a line, less the log density that it was drawn from.

    `work` is a `Rows` as long as the draws.
    """
    vx, vh, va = _own_variances(days, panel)
    for line in range(len(base)):
        total = base[line]
        total[:] = -log_proposal[line]
        cultures = panel.cultures[line]
        for k in range(cultures):
            work.shift[:] = shifts[panel.experiment[line, k]]
            _add_paraboloids(panel.kept[line, k], vx, vh, va, work.shift, work.product, total)
            if k % _AT_ONCE == _AT_ONCE - 1 or k == cultures - 1:
                take_half_log(work.product, total, work.mantissa, work.exponent)


@compiled()
def of_culture(panel, picked, own):  # type: ignore[no-untyped-def]
    """Paraboloids of all cultures at the picked draws of their lines, into own (KEPT, culture)."""
    at = 0
    for line in range(len(picked)):
        for k in range(panel.cultures[line]):
            for i in range(KEPT):
                own[i, at] = panel.kept[line, k, i, picked[line]]
            at += 1


@compiled()
def log_density_of_days(days, shifts, mu, panel, hyper, priors):  # type: ignore[no-untyped-def]
    """Log prior of the spreads and the share, and what the shifts and the population's mean log10 EC50 say of them."""
    total = 0.0
    for i in range(3):
        total -= 0.5 * ((days[i] - priors.log_median[i]) / priors.log_sd[i]) ** 2
    total -= np.log1p(np.exp(-days[3])) + np.log1p(np.exp(days[3]))
    if abs(days[3]) > _FARTHEST:
        return -np.inf
    if panel.experiments:
        mean = variance_of_shift(days, panel)
        around = hyper.sd[0] ** 2 + mean
        total -= 0.5 * np.log(around) + 0.5 * (mu - hyper.mean[0]) ** 2 / around
        variance = mean * panel.experiments
        total -= 0.5 * (panel.experiments - 1) * np.log(variance) + 0.5 * (shifts**2).sum() / variance
    return total


@compiled()
def _log_density(own, days, shifts, mu, panel, hyper, priors, work):  # type: ignore[no-untyped-def]
    vx, vh, va = _own_variances(days, panel)
    work.total[:] = 0.0
    _add_paraboloids(own, vx, vh, va, work.shift, work.product, work.total)
    take_half_log(work.product, work.total, work.mantissa, work.exponent)
    return log_density_of_days(days, shifts, mu, panel, hyper, priors) + work.total.sum()


@compiled()
def _put_shifts(panel, shifts, work):  # type: ignore[no-untyped-def]
    """The shift of every culture in the order of `of_culture`."""
    at = 0
    for line in range(len(panel.cultures)):
        for k in range(panel.cultures[line]):
            work.shift[at] = shifts[panel.experiment[line, k]]
            at += 1


@compiled()
def slice_days(own, days, shifts, mu, panel, hyper, priors, work, rng):  # type: ignore[no-untyped-def]
    """One slice step of each spread, and of the share, given the draws picked (Neal 2003); `days` is changed.

    `work` is a `Rows` as long as there are cultures.
    """
    _put_shifts(panel, shifts, work)
    for i in range(4 if panel.experiments else 3):
        at = days[i]
        height = _log_density(own, days, shifts, mu, panel, hyper, priors, work) + np.log(rng.random())
        low = at - _WIDTH * rng.random()
        high = low + _WIDTH
        for side in range(2):
            for _ in range(_STEPS):
                days[i] = low if side == 0 else high
                if _log_density(own, days, shifts, mu, panel, hyper, priors, work) <= height:
                    break
                if side == 0:
                    low -= _WIDTH
                else:
                    high += _WIDTH
        days[i] = at
        for _ in range(100):
            new = low + (high - low) * rng.random()
            days[i] = new
            if _log_density(own, days, shifts, mu, panel, hyper, priors, work) > height:
                break
            days[i] = at
            if new < at:
                low = new
            else:
                high = new


@compiled()
def draw_shifts(own, days, shifts, panel, work, rng):  # type: ignore[no-untyped-def]
    """Shifts of experiments given the draws picked, their sum 0; a log likelihood is a parabola in its shift.

    `work` is a `Rows` as long as there are cultures.
    """
    if panel.experiments < 2:
        return
    vx, vh, va = _own_variances(days, panel)
    cultures = own.shape[1]
    heights = np.zeros((3, cultures))
    for i in range(3):
        work.shift[:] = i - 1.0
        _add_paraboloids(own, vx, vh, va, work.shift, work.product, heights[i])
    work.product[:] = 1.0
    precision = np.full(panel.experiments, 1.0 / (variance_of_shift(days, panel) * panel.experiments))
    slope = np.zeros(panel.experiments)
    at = 0
    for line in range(len(panel.cultures)):
        for k in range(panel.cultures[line]):
            e, down, level, up = panel.experiment[line, k], heights[0, at], heights[1, at], heights[2, at]
            slope[e] += 0.5 * (up - down)
            precision[e] += max(2.0 * level - up - down, 0.0)
            at += 1
    for e in range(panel.experiments):
        shifts[e] = slope[e] / precision[e] + rng.standard_normal() / np.sqrt(precision[e])
    away = shifts.sum() / (1.0 / precision).sum()
    for e in range(panel.experiments):
        shifts[e] -= away / precision[e]
