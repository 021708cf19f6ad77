"""Densities of what moves, but for the wells, compiled."""

from typing import Final

import numpy as np

from lensim.dose_response.chain.hierarchy import (
    CULTURES,
    GROUPS,
    LINES,
    day_variance,
    log_prior_of_logit,
    log_prior_of_spread,
    shift_variance,
)
from lensim.dose_response.chain.kinds import (
    BACKGROUND,
    CULTURE,
    DAY,
    EFFECTS,
    GIVEN_BACKGROUND,
    GIVEN_PLACE,
    OVER_BACKGROUND,
    OVER_PLACE,
    PLACE,
    POPULATION,
    SHIFT,
    SIZE,
    SIZES,
    WELLS,
    occupancy_at_top,
)
from lensim.dose_response.chain.likelihood import constant_of_wells
from lensim.inference.compiled import compiled

_BLANK_NU: Final = 4.0
_NODES: Final = 5
NORMAL_QUANTILES: Final = (-1.2816, -0.5244, 0.0, 0.5244, 1.2816)


@compiled(allocates=False)
def _log_density_of_blanks(panel, p, log_background, log_spread):  # type: ignore[no-untyped-def]
    """Of the blanks of plate p."""
    first, last = panel.blank_edges[p], panel.blank_edges[p + 1]
    if first == last:
        return 0.0
    variance = np.exp(2.0 * log_spread) + panel.per_count * np.exp(-log_background)
    share, product, total = 1.0 / (_BLANK_NU * variance), 1.0, -0.5 * (last - first) * np.log(variance)
    for b in range(first, last):
        product *= 1.0 + (panel.blank_y[b] - log_background) ** 2 * share
        if product > 1e100:
            total -= 0.5 * (_BLANK_NU + 1.0) * np.log(product)
            product = 1.0
    return total - 0.5 * (_BLANK_NU + 1.0) * np.log(product)


@compiled(allocates=False)
def log_half_normal(log_spread, scale):  # type: ignore[no-untyped-def]
    """Log density of the log of a half-normal spread."""
    return log_spread - 0.5 * np.exp(2.0 * log_spread) / scale**2 if -14.0 < log_spread < 7.0 else -np.inf


@compiled(allocates=False)
def log_normal(away, log_spread):  # type: ignore[no-untyped-def]
    """Log density of a normal number, `away` from its mean, up to a constant."""
    return -log_spread - 0.5 * away * away * np.exp(-2.0 * log_spread)


@compiled(allocates=False)
def log_gradients(over):  # type: ignore[no-untyped-def]
    """Logs of the spreads of mean gradients, and of gradients of plates around them."""
    return over[4] - 0.5 * np.log1p(np.exp(-over[5])), over[4] - 0.5 * np.log1p(np.exp(over[5]))


@compiled(allocates=False)
def _log_prior_over_place(panel, over):  # type: ignore[no-untyped-def]
    total = (
        log_half_normal(over[3], panel.sd_place)
        + log_half_normal(over[4], panel.sd_place)
        + log_prior_of_logit(over[5])
    )
    if not total > -np.inf:
        return -np.inf
    of_all, _ = log_gradients(over)
    return total - 0.5 * (over[0] / panel.sd_place) ** 2 + log_normal(over[1], of_all) + log_normal(over[2], of_all)


@compiled(allocates=False)
def _log_prior_over_background(panel, mean, log_spread):  # type: ignore[no-untyped-def]
    own = panel.over_background
    return -0.5 * ((mean - own[0]) / own[1]) ** 2 - 0.5 * ((log_spread - own[2]) / own[3]) ** 2


@compiled(allocates=False)
def log_density_of_line(panel, s, line, x, h, a):  # type: ignore[no-untyped-def]
    """Log density of the curve of a line given its group."""
    total = 0.0
    for k in range(3):
        value = x if k == 0 else (h if k == 1 else a)
        if panel.is_pooled:
            total += log_normal(value - s.group[panel.group_of[line], k], s.spread[LINES, k])
        else:
            total -= 0.5 * ((value - panel.mean[k]) / panel.sd_mean[k]) ** 2
    return total


@compiled(allocates=False)
def mean_occupancy(panel, bases, s, mean, log_spread):  # type: ignore[no-untyped-def]
    """Mean share of its effects that a population reaches at the first line's top dose, EC50s spread around a mean."""
    total, spread = 0.0, np.exp(log_spread)
    for j in range(_NODES):
        total += occupancy_at_top(mean + spread * NORMAL_QUANTILES[j], s.mu[1], bases.log_top_dose[0])
    return total / _NODES


@compiled(allocates=False)
def log_prior_of_move(panel, bases, s, w, kind, i, at):  # type: ignore[no-untyped-def]
    """Log density of what moves but for the wells, up to what the move does not change."""
    total = 0.0
    if kind == CULTURE:
        for j in range(4):
            total -= 0.5 * w.prior_precision[j] * (at[j] - w.prior_mean[j]) ** 2
    elif kind == SIZE:
        reached = occupancy_at_top(at[0], at[1], bases.log_top_dose[i])
        total = log_density_of_line(panel, s, i, at[0], at[1], at[2] / reached) - np.log(reached)
    elif kind == SIZES:
        reached = mean_occupancy(panel, bases, s, at[0], at[1])
        effect, spread = at[2] / reached, at[3] - np.log(reached)
        total -= 0.5 * ((at[0] - panel.mean[0]) / panel.sd_mean[0]) ** 2
        total -= 0.5 * ((effect - panel.mean[2]) / panel.sd_mean[2]) ** 2 + np.log(reached)
        total += log_prior_of_spread(panel, LINES, 0, at[1]) + log_prior_of_spread(panel, LINES, 2, spread)
    elif kind in (POPULATION, EFFECTS):
        j = 0
        if panel.is_pooled:
            total -= 0.5 * ((at[0] - panel.mean[i]) / panel.sd_mean[i]) ** 2
            total += log_prior_of_spread(panel, LINES, i, at[1])
            j = 2
            if panel.groups > 1:
                total += log_prior_of_spread(panel, GROUPS, i, at[2])
                j = 3
        total += log_prior_of_spread(panel, CULTURES, i, at[j])
        if i == 0 and panel.experiments:
            j += 1
            total += log_prior_of_logit(at[j])
        if i == 0 and panel.days:
            total += log_prior_of_logit(at[j + 1])
    elif kind == SHIFT:
        total = -0.5 * at[0] ** 2 / shift_variance(s)
    elif kind == DAY:
        total = -0.5 * at[0] ** 2 / day_variance(panel, s)
    elif kind == WELLS:
        total = log_half_normal(at[0], panel.of_wells[0])
        total += panel.of_wells[1] * at[1] - panel.of_wells[2] * np.exp(at[1])
        if not panel.is_raw:
            total -= 0.5 * ((at[2] - panel.floor[0]) / panel.floor[1]) ** 2
        if abs(at[1]) > 30.0:
            return -np.inf
        total += constant_of_wells(len(panel.y), at[1])
    elif kind == BACKGROUND:
        total = log_normal(at[0] - s.over_background[0], s.over_background[1])
        total += _log_density_of_blanks(panel, i, at[0], s.over_background[2])
    elif kind == OVER_BACKGROUND:
        total = _log_prior_over_background(panel, at[0], at[1])
        for p in range(len(s.background)):
            moved = at[0] + np.exp(at[1]) * w.away_plate[p, 0]
            total += _log_density_of_blanks(panel, p, moved, s.over_background[2])
    elif kind == GIVEN_BACKGROUND:
        total = _log_prior_over_background(panel, at[0], at[1])
        total -= 0.5 * ((at[2] - panel.blank_spread[0]) / panel.blank_spread[1]) ** 2
        for p in range(len(s.background)):
            total += log_normal(s.background[p] - at[0], at[1])
            total += _log_density_of_blanks(panel, p, s.background[p], at[2])
    elif kind == PLACE:
        over = s.over_place
        _, log_own = log_gradients(over)
        total = (
            log_normal(at[0] - over[0], over[3])
            + log_normal(at[1] - over[1], log_own)
            + log_normal(at[2] - over[2], log_own)
        )
    elif kind == OVER_PLACE:
        total = _log_prior_over_place(panel, at)
    elif kind == GIVEN_PLACE:
        total = _log_prior_over_place(panel, at)
        if total > -np.inf:
            _, log_own = log_gradients(at)
            for p in range(len(s.place)):
                total += log_normal(s.place[p, 0] - at[0], at[3])
                total += log_normal(s.place[p, 1] - at[1], log_own) + log_normal(s.place[p, 2] - at[2], log_own)
    return total
