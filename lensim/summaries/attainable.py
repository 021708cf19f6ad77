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
constructed. Printed means and sds cut the outer ends of t further, and are not asked of what is constructed.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import stats

from lensim.checks import InputError
from lensim.summaries.order import Ordered, tightened
from lensim.summaries.p_values import ALTERNATIVE, degrees_of_freedom, p_of_t, p_of_w_table, signed_rank_sums

MOST_CELLS: Final = 3000
NEAR_ENOUGH: Final = 1e-3
SLACK: Final = 1e-12
LARGEST_N: Final = 200
SCALES: Final = ("ratio", "log2")
SIDES: Final = ("two", "greater", "less")


@dataclass(frozen=True)
class Range:
    """Ends of a statistic.

    Attributes
    ----------
    low, high
        Outer bounds: nothing beyond is attainable.
    reached_low, reached_high
        Values that were constructed; everything between is attainable where the statistic is t.
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
    high, reached_high = _most(values, scale, lambda a, b: _largest(a, b, no_change), NEAR_ENOUGH)
    low, reached_low = _most(values, scale, lambda a, b: -_smallest(a, b, no_change), NEAR_ENOUGH)
    bounds = _from_moments(values, scale)
    return Range(max(-low, bounds[0]), min(high, bounds[1]), -reached_low, reached_high)


def _most(
    values: Ordered, scale: str, largest: Callable[[np.ndarray, np.ndarray], float], near: float
) -> tuple[float, float]:
    """The largest value of a statistic by branch and bound: an outer bound, and one that was constructed.

    `largest` gives it over a product of intervals. Of all cells the one with the highest bound is halved, across its
    widest tie, until bound and constructed value are as near as wanted or the cells are too many.
    """

    def cell(edges: np.ndarray) -> tuple[float, float] | None:
        """Bound and constructed value in a cell of first values (tie, 2); None where the cell is empty."""
        low, high = values.low.copy(), values.high.copy()
        for tie, (left, right) in zip(values.ties, edges, strict=True):
            low[tie.first], high[tie.first] = max(low[tie.first], left), min(high[tie.first], right)
        low, high = tightened(low, high, values.ties)
        if (low > high + SLACK).any():
            return None
        bound = largest(*_on_scale(low, high, values, scale))
        if not values.ties:
            return bound, bound
        inner_low, inner_high = low.copy(), high.copy()
        for tie in values.ties:  # with this first value, all second values that are left have the printed mean
            inner_low[tie.first] = inner_high[tie.first] = (low[tie.first] + high[tie.first]) / 2
        inner_low, inner_high = tightened(inner_low, inner_high, values.ties)
        if (inner_low > inner_high + SLACK).any():
            return bound, -np.inf
        return bound, largest(*_on_scale(inner_low, inner_high, values, scale))

    start = np.array([[values.low[tie.first], values.high[tie.first]] for tie in values.ties]).reshape(-1, 2)
    first = cell(start)
    if first is None:
        raise InputError(f"summary must be one that {len(values.low)} values can have, got one without any")
    bound, reached = first
    heap = [(-bound, 0, start)]
    for number in range(1, MOST_CELLS, 2):
        bound = -heap[0][0]
        if bound - reached <= near * max(abs(bound), 1.0) or bound == reached:
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


def _smallest(low: np.ndarray, high: np.ndarray, no_change: float) -> float:
    return -_largest(2 * no_change - high[::-1], 2 * no_change - low[::-1], no_change)


def _largest(low: np.ndarray, high: np.ndarray, no_change: float) -> float:
    """Largest t over a product of intervals in order."""
    a, b = low - no_change, high - no_change
    if b.mean() <= 0:  # no t above 0: the one nearest to 0, at a corner
        return -_least_at_corners(-b[::-1], -a[::-1])
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


def _least_at_corners(low: np.ndarray, high: np.ndarray) -> float:
    """Smallest t of values that have a mean of 0 or more everywhere in the product: looked for at every corner."""
    intervals, counts = np.unique(np.stack([low, high], axis=1), axis=0, return_counts=True)
    total, square = np.zeros(1), np.zeros(1)
    for (a, b), count in zip(intervals, counts, strict=True):
        upper = np.arange(count + 1) if b > a else np.zeros(1)
        total = (total[:, None] + (count - upper) * a + upper * b).ravel()
        square = (square[:, None] + (count - upper) * a**2 + upper * b**2).ravel()
    n = len(low)
    spread = np.maximum(square - total**2 / n, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = total / n * np.sqrt(n * (n - 1) / spread)
    return float(np.nanmin(np.where(np.isnan(t), np.inf, t)))


def _from_moments(values: Ordered, scale: str) -> tuple[float, float]:
    """Bounds of t from a printed mean and sd, where they are on this scale."""
    if values.mean is None or values.sd is None or values.is_log != (scale == "log2"):
        return -np.inf, np.inf
    n = len(values.low)
    with np.errstate(divide="ignore"):
        ends = [(mean - values.no_change) * np.sqrt(n) / sd for mean in values.mean for sd in np.array(values.sd)]
    return float(min(ends)), float(max(ends))


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
        P values of samples that were constructed.
    all_between
        Whether every P between the reached ends is attainable; a rank test gives single values.
    values
        The single values between, for rank tests.
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

    def verdict(self, interval: tuple[float, float]) -> str:
        """'attainable', 'not attainable' or 'open' for a printed P."""
        low, high = interval
        if not self.all_between:
            return "attainable" if any(low <= p <= high for p in self.values) else "not attainable"
        if high < self.low or low > self.high:
            return "not attainable"
        return "attainable" if low <= self.reached_high and high >= self.reached_low else "open"


def p_ranges(values: Ordered) -> list[PRange]:
    """Attainable P of every analysis of `PublishedP`, two-sided and of either side."""
    n, found = len(values.low), []
    for scale in SCALES:
        t = t_range(values, scale)
        for test in (f"t_{scale}", f"t_{scale}_unpaired"):
            found += [_p_of_t(t, n, test, scale, sides) for sides in SIDES]
    for scale in SCALES:
        least, most = _rank_sums(values, scale)
        for test in ("wilcoxon", "wilcoxon_normal"):
            found += [_of_values(test, scale, sides, p_of_w_table(n, sides, test)[least : most + 1]) for sides in SIDES]
    least, most = int((values.low >= values.no_change).sum()), int((values.high > values.no_change).sum())
    for sides in SIDES:
        p = np.array([stats.binomtest(k, n, 0.5, ALTERNATIVE[sides]).pvalue for k in range(least, most + 1)])
        found.append(_of_values("sign", "either", sides, p))
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
    most, _ = _most(values, scale, lambda _, b: float(signed_rank_sums(b - no_change)), 0.0)
    least, _ = _most(values, scale, lambda a, _: -float(signed_rank_sums(a - no_change)), 0.0)
    return int(-least), int(most)


def _of_values(test: str, scale: str, sides: str, values: np.ndarray) -> PRange:
    p = tuple(sorted({float(one) for one in values}))
    return PRange(test, scale, sides, p[0], p[-1], p[0], p[-1], False, p)
