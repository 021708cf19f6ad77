"""How cultures deviate from their lines, compiled: spreads of the deviations, and shifts that experiments share.

    x(c) = x(line) + shift(e) + own(c),  shift ~ Normal(0, s_x sqrt(share)),  own ~ Normal(0, s_x sqrt(1 - share))
    h(c) ~ Normal(h(line), s_h),  a(c) ~ Normal(a(line), s_a)
    s_x, s_h, s_a ~ LogNormal(log median, log sd),  share ~ Uniform(0, 1); 0 where no two lines share an experiment

`days` below is (log s_x, log s_h, log s_a, logit share). Shifts are apart from their mean over experiments, which
lines have in them.
"""

from typing import Final, NamedTuple

import numpy as np

from lensim.dose_response.laplace.line import KEPT
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
        How many have shifts; 0 where no two lines share one.
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
def log_weights(panel, log_proposal, days, shifts, product, base):  # type: ignore[no-untyped-def]
    """Into base (line, draw): log likelihood of every draw of a line, less the log density that it was drawn from."""
    vx, vh, va = _own_variances(days, panel)
    sx, sh, sa = np.sqrt(vx), np.sqrt(vh), np.sqrt(va)
    draws = base.shape[1]
    for line in range(len(base)):
        total = base[line]
        for s in range(draws):
            total[s] = -log_proposal[line, s]
            product[s] = 1.0
        cultures = panel.cultures[line]
        for k in range(cultures):
            one = panel.kept[line, k]
            d = shifts[panel.experiment[line, k]] if panel.experiments > 1 else 0.0
            for s in range(draws):
                gx = (one[1, s] - one[4, s] * d) * sx
                gh = (one[2, s] - one[5, s] * d) * sh
                ga = (one[3, s] - one[6, s] * d) * sa
                xx, xh, xa = 1.0 + one[4, s] * vx, one[5, s] * sx * sh, one[6, s] * sx * sa
                hh, ha, aa = 1.0 + one[7, s] * vh, one[8, s] * sh * sa, 1.0 + one[9, s] * va
                ixx, ixh, ixa = hh * aa - ha * ha, xa * ha - xh * aa, xh * ha - xa * hh
                whole = xx * ixx + xh * ixh + xa * ixa
                square = ixx * gx * gx + (xx * aa - xa * xa) * gh * gh + (xx * hh - xh * xh) * ga * ga
                square += 2.0 * (ixh * gx * gh + ixa * gx * ga + (xh * xa - xx * ha) * gh * ga)
                product[s] *= whole
                total[s] += one[0, s] + (one[1, s] - 0.5 * one[4, s] * d) * d + 0.5 * square / whole
            if k % _AT_ONCE == _AT_ONCE - 1 or k == cultures - 1:
                for s in range(draws):
                    total[s] -= 0.5 * np.log(product[s])
                    product[s] = 1.0


@compiled()
def of_culture(panel, picked, own):  # type: ignore[no-untyped-def]
    """Paraboloids of all cultures at the picked draws of their lines, into own (culture, KEPT)."""
    at = 0
    for line in range(len(picked)):
        for k in range(panel.cultures[line]):
            for i in range(KEPT):
                own[at, i] = panel.kept[line, k, i, picked[line]]
            at += 1


@compiled(fastmath=True)
def _log_likelihood(one, vx, vh, va, d):  # type: ignore[no-untyped-def]
    """Of one culture, its deviations integrated out; see module `line`."""
    sx, sh, sa = np.sqrt(vx), np.sqrt(vh), np.sqrt(va)
    gx, gh, ga = (one[1] - one[4] * d) * sx, (one[2] - one[5] * d) * sh, (one[3] - one[6] * d) * sa
    xx, xh, xa = 1.0 + one[4] * vx, one[5] * sx * sh, one[6] * sx * sa
    hh, ha, aa = 1.0 + one[7] * vh, one[8] * sh * sa, 1.0 + one[9] * va
    ixx, ixh, ixa = hh * aa - ha * ha, xa * ha - xh * aa, xh * ha - xa * hh
    whole = xx * ixx + xh * ixh + xa * ixa
    square = ixx * gx * gx + (xx * aa - xa * xa) * gh * gh + (xx * hh - xh * xh) * ga * ga
    square += 2.0 * (ixh * gx * gh + ixa * gx * ga + (xh * xa - xx * ha) * gh * ga)
    return one[0] + (one[1] - 0.5 * one[4] * d) * d + 0.5 * square / whole - 0.5 * np.log(whole)


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
def _log_density(own, days, shifts, mu, panel, hyper, priors, experiment):  # type: ignore[no-untyped-def]
    total = log_density_of_days(days, shifts, mu, panel, hyper, priors)
    vx, vh, va = _own_variances(days, panel)
    for c in range(len(own)):
        total += _log_likelihood(own[c], vx, vh, va, shifts[experiment[c]])
    return total


@compiled()
def _experiments(panel):  # type: ignore[no-untyped-def]
    """Experiment of every culture in the order of `of_culture`; 0 where there are no shifts."""
    found = np.zeros(panel.cultures.sum(), np.int64)
    at = 0
    for line in range(len(panel.cultures)):
        for k in range(panel.cultures[line]):
            found[at] = panel.experiment[line, k] if panel.experiments > 1 else 0
            at += 1
    return found


@compiled()
def slice_days(own, days, shifts, mu, panel, hyper, priors, rng):  # type: ignore[no-untyped-def]
    """One slice step of each spread, and of the share, given the draws picked (Neal 2003); `days` is changed."""
    experiment = _experiments(panel)
    for i in range(4 if panel.experiments else 3):
        at = days[i]
        height = _log_density(own, days, shifts, mu, panel, hyper, priors, experiment) + np.log(rng.random())
        low = at - _WIDTH * rng.random()
        high = low + _WIDTH
        for side in range(2):
            for _ in range(_STEPS):
                days[i] = low if side == 0 else high
                if _log_density(own, days, shifts, mu, panel, hyper, priors, experiment) <= height:
                    break
                if side == 0:
                    low -= _WIDTH
                else:
                    high += _WIDTH
        days[i] = at
        for _ in range(100):
            new = low + (high - low) * rng.random()
            days[i] = new
            if _log_density(own, days, shifts, mu, panel, hyper, priors, experiment) > height:
                break
            days[i] = at
            if new < at:
                low = new
            else:
                high = new


@compiled()
def draw_shifts(own, days, shifts, panel, rng):  # type: ignore[no-untyped-def]
    """Shifts of experiments given the draws picked, their sum 0; a log likelihood is a parabola in its shift."""
    if panel.experiments < 2:
        return
    experiment = _experiments(panel)
    vx, vh, va = _own_variances(days, panel)
    precision = np.full(panel.experiments, 1.0 / (variance_of_shift(days, panel) * panel.experiments))
    slope = np.zeros(panel.experiments)
    for c in range(len(own)):
        up, down = _log_likelihood(own[c], vx, vh, va, 1.0), _log_likelihood(own[c], vx, vh, va, -1.0)
        slope[experiment[c]] += 0.5 * (up - down)
        precision[experiment[c]] += max(2.0 * _log_likelihood(own[c], vx, vh, va, 0.0) - up - down, 0.0)
    for e in range(panel.experiments):
        shifts[e] = slope[e] / precision[e] + rng.standard_normal() / np.sqrt(precision[e])
    away = shifts.sum() / (1.0 / precision).sum()
    for e in range(panel.experiments):
        shifts[e] -= away / precision[e]
