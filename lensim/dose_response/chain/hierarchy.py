"""Lines, groups, days and their spreads given the curves of cultures, compiled: all of it normal, no well is asked.

    r(c) = curve(c) - shift(e) - day(j)          n cultures of a line, their mean m and sum of squares within
    m(line) ~ Normal(group, s^2 + v / n),  group ~ Normal(mu, s_group^2),  mu ~ Normal(mean, sd_mean)

with s, s_group the spreads of lines and groups and v the variance of what is a culture's own. Spreads are drawn with
lines, groups and mu integrated out, then these from the top.
"""

from typing import Final

import numpy as np

from lensim.inference.compiled import compiled

_WIDTH: Final = 0.8
_STEPS: Final = 6
_LOWEST: Final = -14.0
_HIGHEST: Final = 7.0
_FARTHEST: Final = 30.0
LINES: Final = 0
GROUPS: Final = 1
CULTURES: Final = 2


@compiled(allocates=False)
def own_variance(panel, s, k):  # type: ignore[no-untyped-def]
    """Variance of what is a culture's own in number k of its curve."""
    variance = np.exp(2.0 * s.spread[CULTURES, k])
    if k == 0:
        if panel.experiments:
            variance *= 1.0 / (1.0 + np.exp(s.share[0]))
        if panel.days:
            variance *= 1.0 / (1.0 + np.exp(s.share[1]))
    return variance


@compiled(allocates=False)
def shift_variance(s):  # type: ignore[no-untyped-def]
    """Of what all cultures of an experiment share."""
    return np.exp(2.0 * s.spread[CULTURES, 0]) / (1.0 + np.exp(-s.share[0]))


@compiled(allocates=False)
def day_variance(panel, s):  # type: ignore[no-untyped-def]
    """Of what the conditions of a line share in an experiment."""
    left = 1.0 / (1.0 + np.exp(s.share[0])) if panel.experiments else 1.0
    return np.exp(2.0 * s.spread[CULTURES, 0]) * left / (1.0 + np.exp(-s.share[1]))


@compiled(allocates=False)
def shift_of(panel, s, c):  # type: ignore[no-untyped-def]
    """What moves the log10 EC50 of a culture with others."""
    moved = s.shift[panel.experiment_of[c]] if panel.experiments else 0.0
    return moved + s.day[panel.day_of[c]] if panel.days else moved


@compiled(allocates=False)
def log_prior_of_spread(panel, row, k, log_spread):  # type: ignore[no-untyped-def]
    """Log density of the log of a spread."""
    if not _LOWEST < log_spread < _HIGHEST:
        return -np.inf
    if panel.scale[row, k] > 0.0:
        return log_spread - 0.5 * np.exp(2.0 * log_spread) / panel.scale[row, k] ** 2
    return -0.5 * ((log_spread - panel.log_median[row, k]) / panel.log_sd[row, k]) ** 2


@compiled(allocates=False)
def log_prior_of_logit(z):  # type: ignore[no-untyped-def]
    """Log density of the logit of a share that is uniform from 0 to 1."""
    return -np.log1p(np.exp(-z)) - np.log1p(np.exp(z)) if abs(z) < _FARTHEST else -np.inf


@compiled(allocates=False)
def sums_of_lines(panel, s, k, mean, within):  # type: ignore[no-untyped-def]
    """Means of what is left of the cultures of each line, and sums of squares within."""
    for line in range(len(mean)):
        first, last = panel.of_line.first[line], panel.of_line.first[line + 1]
        total, square = 0.0, 0.0
        for i in range(first, last):
            c = panel.of_line.order[i]
            r = s.curve[c, k] - (shift_of(panel, s, c) if k == 0 else 0.0)
            total += r
            square += r * r
        n = last - first
        mean[line] = total / n
        within[line] = max(square - total * total / n, 0.0)


@compiled(allocates=False)
def _log_density(panel, s, k, mean, within, room):  # type: ignore[no-untyped-def]
    """Log density of the spreads, lines, groups and the population's mean integrated out."""
    total = log_prior_of_spread(panel, CULTURES, k, s.spread[CULTURES, k])
    v = own_variance(panel, s, k)
    variance = 0.0
    if panel.is_pooled:
        total += log_prior_of_spread(panel, LINES, k, s.spread[LINES, k])
        if panel.groups > 1:
            total += log_prior_of_spread(panel, GROUPS, k, s.spread[GROUPS, k])
        variance = np.exp(2.0 * s.spread[LINES, k])
    else:
        variance = panel.sd_mean[k] ** 2
    if not total > -np.inf:
        return -np.inf
    if k == 0 and panel.experiments:
        square = 0.0
        for e in range(panel.experiments):
            square += s.shift[e] ** 2
        each = shift_variance(s)
        total += log_prior_of_logit(s.share[0]) - 0.5 * (panel.experiments * np.log(each) + square / each)
    if k == 0 and panel.days:
        square = 0.0
        for j in range(panel.days):
            square += s.day[j] ** 2
        each = day_variance(panel, s)
        total += log_prior_of_logit(s.share[1]) - 0.5 * (panel.days * np.log(each) + square / each)
    lines, cultures = len(mean), len(panel.line_of)
    weight, weighted = room[0], room[1]
    weight[: panel.groups] = 0.0
    weighted[: panel.groups] = 0.0
    inside, product = 0.0, 1.0
    for line in range(lines):
        n = panel.of_line.first[line + 1] - panel.of_line.first[line]
        w = 1.0 / (variance + v / n)
        product *= w
        if product > 1e200 or product < 1e-200:
            total += 0.5 * np.log(product)
            product = 1.0
        inside += within[line]
        if panel.is_pooled:
            g = panel.group_of[line]
            weight[g] += w
            weighted[g] += w * mean[line]
        else:
            total -= 0.5 * w * (mean[line] - panel.mean[k]) ** 2
    total += 0.5 * np.log(product) - 0.5 * ((cultures - lines) * np.log(v) + inside / v)
    if not panel.is_pooled:
        return total
    for line in range(lines):
        n = panel.of_line.first[line + 1] - panel.of_line.first[line]
        g = panel.group_of[line]
        total -= 0.5 / (variance + v / n) * (mean[line] - weighted[g] / weight[g]) ** 2
    between = np.exp(2.0 * s.spread[GROUPS, k]) if panel.groups > 1 else 0.0
    precision = panel.sd_mean[k] ** -2
    top, square = panel.mean[k] * precision, panel.mean[k] ** 2 * precision
    for g in range(panel.groups):
        if weight[g] > 0.0:
            total -= 0.5 * np.log(1.0 + weight[g] * between)
            u = 1.0 / (between + 1.0 / weight[g])
            middle = weighted[g] / weight[g]
            precision += u
            top += u * middle
            square += u * middle * middle
    return total - 0.5 * np.log(precision) - 0.5 * (square - top * top / precision)


@compiled(allocates=False)
def _slice(panel, s, k, row, mean, within, room, rng):  # type: ignore[no-untyped-def]
    """One slice step of a log spread (rows 0 to 2) or of the logit of a share (3, 4) (Neal 2003)."""
    values, i = (s.spread[row], k) if row < 3 else (s.share, row - 3)
    at = values[i]
    height = _log_density(panel, s, k, mean, within, room) + np.log(rng.random())
    low = at - _WIDTH * rng.random()
    high = low + _WIDTH
    for side in range(2):
        for _ in range(_STEPS):
            values[i] = low if side == 0 else high
            if _log_density(panel, s, k, mean, within, room) <= height:
                break
            if side == 0:
                low -= _WIDTH
            else:
                high += _WIDTH
    for _ in range(100):
        new = low + (high - low) * rng.random()
        values[i] = new
        if _log_density(panel, s, k, mean, within, room) > height:
            return
        if new < at:
            low = new
        else:
            high = new
    values[i] = at


@compiled(allocates=False)
def draw_line(panel, s, line, k, mean, v, rng):  # type: ignore[no-untyped-def]
    """A line given its cultures' mean and its group."""
    n = panel.of_line.first[line + 1] - panel.of_line.first[line]
    if panel.is_pooled:
        own, centre = np.exp(-2.0 * s.spread[LINES, k]), s.group[panel.group_of[line], k]
    else:
        own, centre = panel.sd_mean[k] ** -2, panel.mean[k]
    precision = own + n / v
    s.line[line, k] = (own * centre + n / v * mean) / precision + rng.standard_normal() / np.sqrt(precision)


@compiled(allocates=False)
def _draw_means(panel, s, k, mean, v, room, rng):  # type: ignore[no-untyped-def]
    """The population's mean, then groups', lines integrated out."""
    variance = np.exp(2.0 * s.spread[LINES, k])
    weight, weighted = room[0], room[1]
    weight[: panel.groups] = 0.0
    weighted[: panel.groups] = 0.0
    for line in range(len(mean)):
        n = panel.of_line.first[line + 1] - panel.of_line.first[line]
        w = 1.0 / (variance + v / n)
        weight[panel.group_of[line]] += w
        weighted[panel.group_of[line]] += w * mean[line]
    between = np.exp(2.0 * s.spread[GROUPS, k]) if panel.groups > 1 else 0.0
    precision = panel.sd_mean[k] ** -2
    top = panel.mean[k] * precision
    for g in range(panel.groups):
        if weight[g] > 0.0:
            u = 1.0 / (between + 1.0 / weight[g])
            precision += u
            top += u * weighted[g] / weight[g]
    s.mu[k] = top / precision + rng.standard_normal() / np.sqrt(precision)
    for g in range(panel.groups):
        if panel.groups == 1:
            s.group[g, k] = s.mu[k]
            continue
        precision = 1.0 / between + weight[g]
        s.group[g, k] = (s.mu[k] / between + weighted[g]) / precision + rng.standard_normal() / np.sqrt(precision)


@compiled(allocates=False)
def _draw_shifts(panel, s, v, rng):  # type: ignore[no-untyped-def]
    """Shifts of experiments and line days given lines and cultures."""
    if panel.experiments:
        each = 1.0 / shift_variance(s)
        for e in range(panel.experiments):
            first, last = panel.of_experiment.first[e], panel.of_experiment.first[e + 1]
            total = 0.0
            for i in range(first, last):
                c = panel.of_experiment.order[i]
                total += s.curve[c, 0] - s.line[panel.line_of[c], 0] - (s.day[panel.day_of[c]] if panel.days else 0.0)
            precision = each + (last - first) / v
            s.shift[e] = total / v / precision + rng.standard_normal() / np.sqrt(precision)
    if panel.days:
        each = 1.0 / day_variance(panel, s)
        for j in range(panel.days):
            first, last = panel.of_day.first[j], panel.of_day.first[j + 1]
            total = 0.0
            for i in range(first, last):
                c = panel.of_day.order[i]
                moved = s.shift[panel.experiment_of[c]] if panel.experiments else 0.0
                total += s.curve[c, 0] - s.line[panel.line_of[c], 0] - moved
            precision = each + (last - first) / v
            s.day[j] = total / v / precision + rng.standard_normal() / np.sqrt(precision)


@compiled(allocates=False)
def _exchange_shifts(panel, s, rng):  # type: ignore[no-untyped-def]
    """What lines, days and experiments can take from one another while all cultures stay where they are."""
    own = np.exp(-2.0 * s.spread[LINES, 0]) if panel.is_pooled else panel.sd_mean[0] ** -2
    if panel.experiments:  # all shifts less d, all lines more d
        each = 1.0 / shift_variance(s)
        precision, slope = panel.experiments * each, 0.0
        for e in range(panel.experiments):
            slope += each * s.shift[e]
        if panel.is_pooled:
            precision += panel.sd_mean[0] ** -2
            slope -= (s.mu[0] - panel.mean[0]) * panel.sd_mean[0] ** -2
        else:
            precision += len(s.line) * own
            for line in range(len(s.line)):
                slope -= (s.line[line, 0] - panel.mean[0]) * own
        d = slope / precision + rng.standard_normal() / np.sqrt(precision)
        for e in range(panel.experiments):
            s.shift[e] -= d
        for line in range(len(s.line)):
            s.line[line, 0] += d
        if panel.is_pooled:
            for g in range(panel.groups):
                s.group[g, 0] += d
            s.mu[0] += d
    if panel.days:
        each = 1.0 / day_variance(panel, s)
        for founder in range(len(s.line)):  # the days of a line less d, its conditions more d
            precision, slope = 0.0, 0.0
            for j in range(panel.days):
                if panel.founder_of_day[j] == founder:
                    precision += each
                    slope += each * s.day[j]
            for line in range(len(s.line)):
                if panel.founder_of[line] == founder:
                    centre = s.group[panel.group_of[line], 0] if panel.is_pooled else panel.mean[0]
                    precision += own
                    slope -= (s.line[line, 0] - centre) * own
            if precision == 0.0:
                continue
            d = slope / precision + rng.standard_normal() / np.sqrt(precision)
            for j in range(panel.days):
                if panel.founder_of_day[j] == founder:
                    s.day[j] -= d
            for line in range(len(s.line)):
                if panel.founder_of[line] == founder:
                    s.line[line, 0] += d
        if panel.experiments:
            of_shift = 1.0 / shift_variance(s)
            for e in range(panel.experiments):  # the days of an experiment less d, its shift more d
                precision, slope = of_shift, -of_shift * s.shift[e]
                for j in range(panel.days):
                    if panel.experiment_of_day[j] == e:
                        precision += each
                        slope += each * s.day[j]
                d = slope / precision + rng.standard_normal() / np.sqrt(precision)
                s.shift[e] += d
                for j in range(panel.days):
                    if panel.experiment_of_day[j] == e:
                        s.day[j] -= d


@compiled(allocates=False)
def draw_hierarchy(panel, s, mean, within, room, rng):  # type: ignore[no-untyped-def]
    """All that lies above the cultures, given their curves."""
    for k in range(3):
        sums_of_lines(panel, s, k, mean, within)
        for row in range(5):
            pooled, first = row == CULTURES or panel.is_pooled, k == 0
            asked = row < 3 and pooled and (row != GROUPS or panel.groups > 1)
            asked = asked or (row == 3 and first and panel.experiments > 0)
            if asked or (row == 4 and first and panel.days > 0):
                _slice(panel, s, k, row, mean, within, room, rng)
        v = own_variance(panel, s, k)
        if panel.is_pooled:
            _draw_means(panel, s, k, mean, v, room, rng)
        for line in range(len(mean)):
            draw_line(panel, s, line, k, mean[line], v, rng)
    if panel.experiments or panel.days:
        v = own_variance(panel, s, 0)
        _draw_shifts(panel, s, v, rng)
        _exchange_shifts(panel, s, rng)
