"""How cultures deviate from their lines, compiled: spreads of the deviations, and shifts that experiments share.

    x(c) = x(line) + shift(e) + own(c),  shift ~ Normal(0, s_x sqrt(share)),  own ~ Normal(0, s_x sqrt(1 - share))
    own(c) = line day(l, e) + rest(c)  where conditions of a line share experiments; `shared` of own's variance is the
             line day's, which they have in common; each condition is a line of its own in all else
    h(c) ~ Normal(h(line), s_h),  a(c) ~ Normal(a(line), s_a)
    s_x, s_h, s_a ~ LogNormal(log median, log sd),  share, shared ~ Uniform(0, 1); 0 where no two cultures, and where no
    conditions of a line, share an experiment

`days` below is (log s_x, log s_h, log s_a, logit share, logit shared). Shifts are apart from their mean over
experiments, which lines have in them, and line days from theirs over the days of a line, which its conditions have in
them.
"""

from typing import Final, NamedTuple

import numpy as np

from lensim.dose_response.laplace.line import KEPT
from lensim.dose_response.laplace.rows import exponential, logarithm, take_half_log
from lensim.inference.compiled import compiled

_WIDTH: Final = 2.5
_WIDTH_OF_LOGIT: Final = 6.0
"""Of the slices of log spreads and of logits of shares."""
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
        (5) First step of Metropolis for the spreads and the shares.
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
    day, founder
        (line, culture of the line) its line day, and (line) which line it is a condition of; counted from 0.
    founder_of_day
        (day); none where no conditions of a line share an experiment.
    """

    kept: np.ndarray
    cultures: np.ndarray
    experiment: np.ndarray
    experiments: int
    day: np.ndarray
    founder: np.ndarray
    founder_of_day: np.ndarray


class Shifts(NamedTuple):
    """What moves the log10 EC50s of several cultures alike, changed in place.

    Attributes
    ----------
    of_experiment
        (experiment), their sum 0; 0 where there are none.
    of_day
        (day) of lines with several conditions, their sum over the days of each line 0.
    of_founder
        (founder) their mean over the days of each line, which curves have in them.
    """

    of_experiment: np.ndarray
    of_day: np.ndarray
    of_founder: np.ndarray


@compiled()
def no_shifts(panel):  # type: ignore[no-untyped-def]
    """Shifts to begin from."""
    return Shifts(
        np.zeros(max(panel.experiments, 1)), np.zeros(max(len(panel.founder_of_day), 1)), np.zeros(len(panel.founder))
    )


@compiled()
def variance_of_shift(days, panel):  # type: ignore[no-untyped-def]
    """Of the mean shift of all experiments, a priori."""
    if panel.experiments == 0:
        return 0.0
    return exponential(2.0 * days[0]) / (1.0 + exponential(-days[3])) / panel.experiments


@compiled()
def variance_of_days(days, panel):  # type: ignore[no-untyped-def]
    """Of a line day; 0 where there are none."""
    if len(panel.founder_of_day) == 0:
        return 0.0
    share = 1.0 / (1.0 + exponential(-days[3])) if panel.experiments else 0.0
    return exponential(2.0 * days[0]) * (1.0 - share) / (1.0 + exponential(-days[4]))


@compiled()
def _shift_of(panel, shifts, line, k):  # type: ignore[no-untyped-def]
    """What moves a culture with others, but for the means that lines have in them."""
    return shifts.of_experiment[panel.experiment[line, k]] + shifts.of_day[panel.day[line, k]]


@compiled()
def _own_variances(days, panel):  # type: ignore[no-untyped-def]
    """Variances of what is each culture's own."""
    share = 1.0 / (1.0 + exponential(-days[3])) if panel.experiments else 0.0
    shared = 1.0 / (1.0 + exponential(-days[4])) if len(panel.founder_of_day) else 0.0
    own = exponential(2.0 * days[0]) * (1.0 - share) * (1.0 - shared)
    return own, exponential(2.0 * days[1]), exponential(2.0 * days[2])


@compiled(fastmath=True)
def _add_paraboloids(one, vx, vh, va, shift, product, total):  # type: ignore[no-untyped-def]
    """Log likelihoods of cultures, less their heights, into `total`, but for log(product) / 2; deviations integrated.

    `one` is (KEPT, n), the others (n): all draws of one culture, or all cultures at one draw each; see module `line`.
    With P = D^-1 + K = L diag(p) L^T, g . P^-1 g is the sum of (L^-1 g)^2 / p, and det(D P) the product of p and D;
    cofactors would lose what D^-1 adds to a large K.
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
        total[s] += (b - 0.5 * xx * d) * d + 0.5 * (gx * gx * px + gh * gh * ph + ga * ga / aa)


@compiled()
def heights_less(panel, log_proposal):  # type: ignore[no-untyped-def]
    """(line, draw) Heights of the paraboloids of all cultures of a line, less the log density a draw is from."""
    level = -log_proposal
    for line in range(len(level)):
        for k in range(panel.cultures[line]):
            level[line] += panel.kept[line, k, 0]
    return level


@compiled()
def log_weights(panel, level, days, shifts, work, base):  # type: ignore[no-untyped-def]
    """Log likelihood of every draw of a line, less the log density that it was drawn from, into base (line, draw).

    `level` is of `heights_less`, `work` a `Rows` as long as the draws.
    """
    vx, vh, va = _own_variances(days, panel)
    for line in range(len(base)):
        cultures = panel.cultures[line]
        base[line] = level[line]
        for k in range(cultures):
            work.shift[:] = _shift_of(panel, shifts, line, k)
            _add_paraboloids(panel.kept[line, k], vx, vh, va, work.shift, work.product, base[line])
            if k % _AT_ONCE == _AT_ONCE - 1 or k == cultures - 1:
                take_half_log(work.product, base[line])


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
    for i in range(3, 5 if len(panel.founder_of_day) else 4):
        if abs(days[i]) > _FARTHEST:
            return -np.inf
        total -= abs(days[i]) + 2.0 * logarithm(1.0 + exponential(-abs(days[i])))
    if panel.experiments:
        mean = variance_of_shift(days, panel)
        around = hyper.sd[0] ** 2 + mean
        total -= 0.5 * logarithm(around) + 0.5 * (mu - hyper.mean[0]) ** 2 / around
        variance = mean * panel.experiments
        total -= 0.5 * (panel.experiments - 1) * logarithm(variance) + 0.5 * (shifts.of_experiment**2).sum() / variance
    if len(panel.founder_of_day):
        variance, square = variance_of_days(days, panel), 0.0
        for day in range(len(panel.founder_of_day)):
            square += (shifts.of_day[day] + shifts.of_founder[panel.founder_of_day[day]]) ** 2
        total -= 0.5 * len(panel.founder_of_day) * logarithm(variance) + 0.5 * square / variance
    return total


@compiled()
def _log_density(own, days, shifts, mu, panel, hyper, priors, work):  # type: ignore[no-untyped-def]
    vx, vh, va = _own_variances(days, panel)
    work.total[:] = 0.0
    _add_paraboloids(own, vx, vh, va, work.shift, work.product, work.total)
    take_half_log(work.product, work.total)
    return log_density_of_days(days, shifts, mu, panel, hyper, priors) + work.total.sum()


@compiled()
def _put_shifts(panel, shifts, work):  # type: ignore[no-untyped-def]
    """The shift of every culture in the order of `of_culture`."""
    at = 0
    for line in range(len(panel.cultures)):
        for k in range(panel.cultures[line]):
            work.shift[at] = _shift_of(panel, shifts, line, k)
            at += 1


@compiled()
def slice_days(own, days, shifts, mu, panel, hyper, priors, work, rng):  # type: ignore[no-untyped-def]
    """One slice step of each spread, and of the shares, given the draws picked (Neal 2003); `days` is changed.

    `work` is a `Rows` as long as there are cultures.
    """
    _put_shifts(panel, shifts, work)
    here = _log_density(own, days, shifts, mu, panel, hyper, priors, work)
    for i in range(5):
        if (i == 3 and panel.experiments == 0) or (i == 4 and len(panel.founder_of_day) == 0):
            continue
        at = days[i]
        height = here + np.log(rng.random())
        width = _WIDTH if i < 3 else _WIDTH_OF_LOGIT
        low = at - width * rng.random()
        high = low + width
        for _ in range(100):
            new = low + (high - low) * rng.random()
            days[i] = new
            there = _log_density(own, days, shifts, mu, panel, hyper, priors, work)
            if there > height:
                here = there
                break
            days[i] = at
            if new < at:
                low = new
            else:
                high = new


@compiled()
def draw_shifts(own, days, shifts, panel, work, rng):  # type: ignore[no-untyped-def]
    """Shifts of experiments, then of line days, given the draws picked; a log likelihood is a parabola in its shift.

    `work` is a `Rows` as long as there are cultures.
    """
    if panel.experiments < 2 and len(panel.founder_of_day) == 0:
        return
    vx, vh, va = _own_variances(days, panel)
    heights = np.zeros((3, own.shape[1]))
    for i in range(3):
        work.shift[:] = i - 1.0
        _add_paraboloids(own, vx, vh, va, work.shift, work.product, heights[i])
    work.product[:] = 1.0
    if panel.experiments > 1:
        _draw(heights, panel, panel.experiment, shifts.of_experiment, panel.day, shifts.of_day,
              variance_of_shift(days, panel) * panel.experiments, np.zeros(panel.experiments, np.int64),
              rng)  # fmt: skip
    if len(panel.founder_of_day):
        _draw(heights, panel, panel.day, shifts.of_day, panel.experiment, shifts.of_experiment,
              variance_of_days(days, panel), panel.founder_of_day, rng)  # fmt: skip


@compiled()
def _draw(heights, panel, of, values, other, others, variance, whole, rng):  # type: ignore[no-untyped-def]
    """Values that cultures share (of which `of` says), given others, their sum 0 within each of `whole`.

    `heights` (3, culture) are log likelihoods at a shift of -1, 0 and 1.
    """
    precision, slope = np.full(len(values), 1.0 / variance), np.zeros(len(values))
    at = 0
    for line in range(len(panel.cultures)):
        for k in range(panel.cultures[line]):
            one, down, level, up = of[line, k], heights[0, at], heights[1, at], heights[2, at]
            bend = max(2.0 * level - up - down, 0.0)
            slope[one] += 0.5 * (up - down) - bend * others[other[line, k]]
            precision[one] += bend
            at += 1
    for one in range(len(values)):
        values[one] = slope[one] / precision[one] + rng.standard_normal() / np.sqrt(precision[one])
    away, spread = np.zeros(whole.max() + 1), np.zeros(whole.max() + 1)
    for one in range(len(values)):
        away[whole[one]] += values[one]
        spread[whole[one]] += 1.0 / precision[one]
    for one in range(len(values)):
        values[one] -= away[whole[one]] / spread[whole[one]] / precision[one]


@compiled()
def draw_founders(curves, means, sigma, days, shifts, panel, rng):  # type: ignore[no-untyped-def]
    """Mean of the line days of each line, given log10 EC50s of its conditions (line) and the means they are around."""
    if len(panel.founder_of_day) == 0:
        return
    variance = variance_of_days(days, panel)
    precision, slope = np.zeros(len(panel.founder)), np.zeros(len(panel.founder))
    for founder in panel.founder_of_day:
        precision[founder] += 1.0 / variance
    for line in range(len(panel.founder)):
        if precision[panel.founder[line]] > 0.0:
            precision[panel.founder[line]] += sigma**-2
            slope[panel.founder[line]] += (curves[line] - means[line]) * sigma**-2
    for founder in range(len(precision)):
        if precision[founder] > 0.0:
            shifts.of_founder[founder] = slope[founder] / precision[founder]
            shifts.of_founder[founder] += rng.standard_normal() / np.sqrt(precision[founder])
