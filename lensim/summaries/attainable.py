"""The smallest and largest test statistic that any n values with a summary can give: bracketed, not sampled.

The values in order lie in intervals [low(i), high(i)]; a printed mean of two neighbours is cut into cells of its lower
neighbour, in each of which both have intervals of their own. Cells are halved by branch and bound. Over a product of
intervals:

* the largest t above 0 has every value at clip(c, low, high) for one c: t is quasi-concave where the mean is above no
  change, and these are its stationary points, so a search over c alone is the whole search;
* the smallest t above 0 is at corners: a quasi-concave function has its minimum there. Corners differ by how many of
  the values that share an interval are at its upper end, and all of them are looked at;
* below 0 the same holds with signs turned;
* W+ of Wilcoxon counts pairs with x(i) + x(j) above 0 (Walsh averages), so it grows with every value: its ends are at
  the ends of the intervals. The sign test counts signs.

Cells hold more than what is printed allows, so the outer ends are true bounds; the inner ends are of values that were
constructed. A printed mean or sd cuts the intervals and, on its own scale, the bounds of t. Samples that have it are
searched for (`lensim.summaries.matching_samples`): then the inner ends are theirs, and a P is attainable where one has
it. Tests of expression levels depend on untreated levels, which are not printed (`lensim.summaries.levels`).
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from scipy import stats

from lensim.checks import InputError, at_least
from lensim.summaries.levels import LEVEL, T_LEVEL, differences, p_ends, rank_p
from lensim.summaries.matching_samples import MatchingSamples, find_matching_samples
from lensim.summaries.moments import sd_bounds
from lensim.summaries.order import Ordered
from lensim.summaries.p_values import ALTERNATIVE, degrees_of_freedom, p_of_t, p_of_w_table, signed_rank_sums

MOST_CELLS: Final = 3000
NEAR_ENOUGH: Final = 1e-3
SLACK: Final = 1e-12
LOG_MOST_CORNERS: Final = float(np.log(20_000))
LARGEST_N: Final = 200
SCALES: Final = ("ratio", "log2")
SIDES: Final = ("two", "greater", "less")
LARGEST_FOLD: Final = 1e4
"""Untreated levels of lines or donors that differ more are not considered (assumed)."""


@dataclass(frozen=True)
class Range:
    """Ends of a statistic.

    Attributes
    ----------
    low, high
        Outer bounds: nothing beyond is attainable.
    reached_low, reached_high
        Values that were constructed, with everything printed but mean and sd; all between is attainable then.
    """

    low: float
    high: float
    reached_low: float
    reached_high: float


def t_of(values: np.ndarray, no_change: float) -> np.ndarray:
    """T statistic of rows against no change; infinite where all are alike."""
    n = values.shape[-1]
    sd = values.std(axis=-1, ddof=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return (values.mean(axis=-1) - no_change) * np.sqrt(n) / sd


def t_range(values: Ordered, scale: str) -> Range:
    """Bounds of the one-sample t of changes on the scale of ratios or of log2 ratios.

    Raises
    ------
    InputError
        If there are too many values, or the scale is unknown.
    """
    if len(values.low) > LARGEST_N:
        raise InputError(f"n must be at most {LARGEST_N} for an audit, got {len(values.low)}")
    no_change = 0.0 if scale == "log2" else 1.0
    high, reached_high = _most(values, scale, lambda a, b, outer: _largest(a, b, no_change, outer=outer), NEAR_ENOUGH)
    low, reached_low = _most(values, scale, lambda a, b, outer: -_smallest(a, b, no_change, outer=outer), NEAR_ENOUGH)
    bounds = _from_moments(values, scale)
    return Range(max(-low, bounds[0]), min(high, bounds[1]), -reached_low, reached_high)


def t_range_of_levels(values: Ordered, fold: float) -> Range:
    """Bounds of the paired t of levels where no two untreated levels differ more than `fold`; 1 is that of ratios.

    A printed mean or sd is not used, so bounds may be wide there.

    Raises
    ------
    InputError
        If `fold` is below 1.
    """
    at_least("fold", fold, 1.0)

    def largest(low: np.ndarray, high: np.ndarray, outer: bool) -> float:
        return _largest(*differences(low, high, fold), 0.0, outer=outer)

    def smallest(low: np.ndarray, high: np.ndarray, outer: bool) -> float:
        return -_smallest(*differences(low, high, fold), 0.0, outer=outer)

    high, reached_high = _most(values, "ratio", largest, NEAR_ENOUGH)
    low, reached_low = _most(values, "ratio", smallest, NEAR_ENOUGH)
    return Range(-low, high, -reached_low, reached_high)


def least_fold(values: Ordered, sides: str, interval: tuple[float, float]) -> float:
    """How far untreated levels must differ at least, as a fold, for a P of the paired t on levels within these ends.

    1 where they need not differ; infinite where no untreated levels give it.
    """

    def gives(fold: float) -> bool:
        own = _p_of_t(t_range_of_levels(values, fold), len(values.low), T_LEVEL, LEVEL, sides)
        return own.verdict(interval) == "attainable"

    if gives(1.0):
        return 1.0
    if not gives(LARGEST_FOLD):
        return np.inf
    low, high = 0.0, float(np.log(LARGEST_FOLD))
    while high - low > NEAR_ENOUGH:
        middle = (low + high) / 2
        low, high = (low, middle) if gives(float(np.exp(middle))) else (middle, high)
    return float(np.exp(high))


def _most(
    values: Ordered, scale: str, largest: Callable[[np.ndarray, np.ndarray, bool], float], near: float
) -> tuple[float, float]:
    """The largest value of a statistic by branch and bound: an outer bound, and one that was constructed.

    `largest` gives it over a product of intervals: a bound, or one that is reached. Of all cells the one with the
    highest bound is halved, across its widest tie, until bound and constructed value are as near as wanted or the
    cells are too many.
    """

    def cell(edges: np.ndarray) -> tuple[float, float] | None:
        """Bound and constructed value in a cell of first values (tie, 2); None where the cell is empty."""
        low, high = values.low.copy(), values.high.copy()
        for tie, (left, right) in zip(values.ties, edges, strict=True):
            low[tie.first], high[tie.first] = max(low[tie.first], left), min(high[tie.first], right)
        low, high = values.tightened(low, high)
        if (low > high + SLACK).any():
            return None
        scaled = _on_scale(low, high, values, scale)
        bound = largest(*scaled, True)
        if not values.ties:
            return bound, largest(*scaled, False)
        inner_low, inner_high = low.copy(), high.copy()
        for tie in values.ties:  # with this first value, all second values that are left have the printed mean
            inner_low[tie.first] = inner_high[tie.first] = (low[tie.first] + high[tie.first]) / 2
        inner_low, inner_high = values.tightened(inner_low, inner_high)
        if (inner_low > inner_high + SLACK).any():
            return bound, -np.inf
        return bound, largest(*_on_scale(inner_low, inner_high, values, scale), False)

    start = np.array([[values.low[tie.first], values.high[tie.first]] for tie in values.ties]).reshape(-1, 2)
    first = cell(start)
    if first is None:
        raise InputError(f"summary must be one that {len(values.low)} values can have, got one without any")
    bound, reached = first
    heap = [(-bound, 0, start)]
    for number in range(1, MOST_CELLS, 2):
        bound = -heap[0][0]
        if not values.ties or bound - reached <= near * max(abs(bound), 1.0) or bound == reached:
            break
        _, _, edges = heapq.heappop(heap)
        widest = int(np.argmax(edges[:, 1] - edges[:, 0]))
        middle = edges[widest].mean()
        for half in (0, 1):
            part = edges.copy()
            part[widest, 1 - half] = middle
            found = cell(part)
            if found is not None:
                heapq.heappush(heap, (-found[0], number + half, part))
                reached = max(reached, found[1])
        if not heap:
            return reached, reached
    return max(-heap[0][0], reached), reached


def _on_scale(low: np.ndarray, high: np.ndarray, values: Ordered, scale: str) -> tuple[np.ndarray, np.ndarray]:
    if scale not in SCALES:
        raise InputError(f"scale must be one of {', '.join(SCALES)}, got {scale!r}")
    if values.is_log:
        return (low, high) if scale == "log2" else (2.0**low, 2.0**high)
    return (low, high) if scale == "ratio" else (np.log2(low), np.log2(high))


def _smallest(low: np.ndarray, high: np.ndarray, no_change: float, *, outer: bool) -> float:
    return -_largest(2 * no_change - high[::-1], 2 * no_change - low[::-1], no_change, outer=outer)


def _largest(low: np.ndarray, high: np.ndarray, no_change: float, *, outer: bool) -> float:
    """Largest t over a product of intervals in order; where it is costly, a bound (`outer`) or one that is reached."""
    a, b = low - no_change, high - no_change
    if b.mean() <= 0:  # no t above 0: the one nearest to 0, at a corner
        return -_least_at_corners(-b[::-1], -a[::-1], outer=outer)
    if a.max() <= b.min() and b.min() > 0:
        return np.inf  # all values may be alike
    ends = np.unique(np.concatenate([a, b]))
    middle = (ends[:-1] + ends[1:]) / 2
    free = (a < middle[:, None]) & (b > middle[:, None])  # (segment, value)
    held = np.where(free, 0.0, np.clip(middle[:, None], a, b))
    total, square = held.sum(axis=1), (held**2).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        still = square / total  # where t does not change with c
    inside = np.isfinite(still) & (still > ends[:-1]) & (still < ends[1:])
    c = np.concatenate([ends, still[inside]])
    t = t_of(np.clip(c[:, None], a, b), 0.0)
    return float(np.nanmax(np.where(np.isnan(t), -np.inf, t)))


def _least_at_corners(low: np.ndarray, high: np.ndarray, *, outer: bool) -> float:
    """Smallest t of values that have a mean of 0 or more everywhere in the product: looked for at every corner.

    Where corners are too many, a bound (`outer`), or the smallest of the corners that it touches.
    """
    intervals, counts = np.unique(np.stack([low, high], axis=1), axis=0, return_counts=True)
    if np.log(counts + 1.0).sum() > LOG_MOST_CORNERS:
        return _least_by_chords(low, high, outer=outer)
    total, square = np.zeros(1), np.zeros(1)
    for (a, b), count in zip(intervals, counts, strict=True):
        upper = np.arange(count + 1) if b > a else np.zeros(1)
        total = (total[:, None] + (count - upper) * a + upper * b).ravel()
        square = (square[:, None] + (count - upper) * a**2 + upper * b**2).ravel()
    return float(_t_of_sums(total, square, len(low)).min())


def _least_by_chords(low: np.ndarray, high: np.ndarray, *, outer: bool) -> float:
    """As `_least_at_corners`, with every square at the chord over its interval.

    The largest sum of squares for a sum then grows along the chords from the steepest on: it is that of a corner
    after each of them, and a + b S between, where t is smallest at an end or at S = -2 a / b.
    """
    n, order = len(low), np.argsort(-(low + high), kind="stable")
    slope = (low + high)[order]
    total = low.sum() + np.concatenate([[0.0], np.cumsum((high - low)[order])])
    square = (low**2).sum() + np.concatenate([[0.0], np.cumsum((high**2 - low**2)[order])])
    found = float(_t_of_sums(total, square, n).min())
    if not outer:
        return found
    start = square[:-1] - slope * total[:-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        still = -2 * start / slope
    inside = np.isfinite(still) & (still > total[:-1]) & (still < total[1:])
    between = _t_of_sums(still[inside], (start + slope * still)[inside], n)
    return min(found, float(between.min())) if len(between) else found


def _t_of_sums(total: np.ndarray, square: np.ndarray, n: int) -> np.ndarray:
    """T of n values with such a sum and sum of squares; infinite where all are 0."""
    spread = np.maximum(square - total**2 / n, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = total / n * np.sqrt(n * (n - 1) / spread)
    return np.where(np.isnan(t), np.inf, t)


def _from_moments(values: Ordered, scale: str) -> tuple[float, float]:
    """Bounds of t from a printed mean or sd, where they are on this scale."""
    if not values.has_moments or values.is_log != (scale == "log2"):
        return -np.inf, np.inf
    n = len(values.low)
    mean = [float(values.low.mean()), float(values.high.mean())]
    if values.mean is not None:
        mean = [max(mean[0], values.mean[0]), min(mean[1], values.mean[1])]
    least, most = sd_bounds(values.low, values.high, values.mean)
    if values.sd is not None:
        least, most = max(least, values.sd[0]), min(most, values.sd[1])
    low, high = ((end - values.no_change) * np.sqrt(n) for end in mean)

    def over(top: float, sd: float) -> float:
        return top / sd if sd > 0 else float(np.copysign(np.inf, top))

    return over(low, most if low > 0 else least), over(high, least if high > 0 else most)


@dataclass(frozen=True)
class PRange:
    """P values of one analysis.

    Attributes
    ----------
    test, scale, sides
        Of the analysis.
    low, high
        Outer bounds: no P beyond them is attainable.
    reached_low, reached_high
        P values of samples that were constructed; not numbers where none was found.
    all_between
        Whether every P between the reached ends is attainable; a rank test gives single values.
    values
        The single values between, for rank tests.
    samples
        Samples with the summary, where mean or sd are printed: only they show that a P is attainable.
    """

    test: str
    scale: str
    sides: str
    low: float
    high: float
    reached_low: float
    reached_high: float
    all_between: bool
    values: tuple[float, ...] = ()
    samples: MatchingSamples | None = field(default=None, compare=False, repr=False)

    def excludes(self, interval: tuple[float, float]) -> bool:
        """Whether no sample with the summary has a P within these ends."""
        low, high = interval
        if self.values:
            return not any(low <= p <= high for p in self.values)
        return high < self.low or low > self.high

    def verdict(self, interval: tuple[float, float]) -> str:
        """'attainable', 'not attainable' or 'open' for a printed P."""
        low, high = interval
        if self.excludes(interval):
            return "not attainable"
        if self.samples is not None:
            return "attainable" if self.samples.reach(self.test, self.scale, self.sides, interval) else "open"
        if self.values:
            return "attainable"
        return "attainable" if low <= self.reached_high and high >= self.reached_low else "open"


def p_ranges(values: Ordered) -> list[PRange]:
    """Attainable P of every analysis of `PublishedP`, two-sided and of either side."""
    found = [one for scale in SCALES for one in _t_ranges(values, scale)]
    found += [one for scale in SCALES for one in _rank_ranges(values, scale)]
    found += [*_level_ranges(values), *_sign_ranges(values)]
    return _with_samples(found, find_matching_samples(values)) if values.has_moments else found


def bounds_of(values: Ordered, test: str, sides: str) -> PRange:
    """Outer bounds of P of one analysis, without a search for samples; Wilcoxon's test is that of ratios."""
    if test == "sign":
        found = _sign_ranges(values)
    elif test.startswith("wilcoxon"):
        found = _rank_ranges(values, "ratio")
    else:
        found = _t_ranges(values, "log2" if "log2" in test else "ratio")
    return next(one for one in found if (one.test, one.sides) == (test, sides))


def _t_ranges(values: Ordered, scale: str) -> list[PRange]:
    t, n = t_range(values, scale), len(values.low)
    return [_p_of_t(t, n, test, scale, sides) for test in (f"t_{scale}", f"t_{scale}_unpaired") for sides in SIDES]


def _rank_ranges(values: Ordered, scale: str) -> list[PRange]:
    n, (least, most) = len(values.low), _rank_sums(values, scale)
    return [
        _of_values(test, scale, sides, p_of_w_table(n, sides, test)[least : most + 1])
        for test in ("wilcoxon", "wilcoxon_normal")
        for sides in SIDES
    ]


def _counts(values: Ordered) -> range:
    """How many may be increases."""
    return range(int((values.low >= values.no_change).sum()), int((values.high > values.no_change).sum()) + 1)


def _level_ranges(values: Ordered) -> list[PRange]:
    """Of tests of levels, which depend on the number of increases alone."""
    n, counts = len(values.low), _counts(values)
    found = []
    for sides in SIDES:
        low, high = p_ends(n, counts, sides)
        found.append(PRange(T_LEVEL, LEVEL, sides, low, high, low, high, all_between=True))
    return found + [
        _of_values(test, LEVEL, sides, np.array(rank_p(n, counts, test, sides)))
        for test in ("wilcoxon", "wilcoxon_normal")
        for sides in SIDES
    ]


def _sign_ranges(values: Ordered) -> list[PRange]:
    n, counts = len(values.low), _counts(values)
    tables = {
        sides: np.array([stats.binomtest(k, n, 0.5, ALTERNATIVE[sides]).pvalue for k in counts]) for sides in SIDES
    }
    return [_of_values("sign", "either", sides, p) for sides, p in tables.items()]


def _with_samples(ranges: list[PRange], samples: MatchingSamples) -> list[PRange]:
    """The same bounds, with the P of samples that were found as what is reached."""
    found = []
    for one in ranges:
        if one.scale == LEVEL:
            found.append(replace(one, samples=samples))
            continue
        p = samples.p(one.test, one.scale, one.sides)
        p = p[np.isfinite(p)]
        ends = (float(p.min()), float(p.max())) if len(p) else (np.nan, np.nan)
        found.append(replace(one, reached_low=ends[0], reached_high=ends[1], all_between=False, samples=samples))
    return found


def _p_of_t(t: Range, n: int, test: str, scale: str, sides: str) -> PRange:
    df = degrees_of_freedom(test, n)

    def p(low: float, high: float) -> tuple[float, float]:
        ends = [low, high] + ([0.0] if sides == "two" and low <= 0 <= high else [])
        values = p_of_t(np.array(ends), df, sides)
        return float(values.min()), float(values.max())

    return PRange(test, scale, sides, *p(t.low, t.high), *p(t.reached_low, t.reached_high), all_between=True)


def _rank_sums(values: Ordered, scale: str) -> tuple[int, int]:
    """Smallest and largest W+; values that move from one to the other pass through every W+ between."""
    no_change = 0.0 if scale == "log2" else 1.0
    most, _ = _most(values, scale, lambda _, b, __: float(signed_rank_sums(b - no_change)), 0.0)

    def least_of(low: np.ndarray, _high: np.ndarray, _outer: bool) -> float:
        # a value whose lower end is no change is an increase, however small, as for the sign test
        return -float(signed_rank_sums(np.where(low == no_change, np.finfo(float).tiny, low - no_change)))

    least, _ = _most(values, scale, least_of, 0.0)
    return int(-least), int(most)


def _of_values(test: str, scale: str, sides: str, values: np.ndarray) -> PRange:
    p = tuple(sorted({float(one) for one in values}))
    return PRange(test, scale, sides, p[0], p[-1], p[0], p[-1], False, p)
