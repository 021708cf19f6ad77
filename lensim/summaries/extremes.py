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
constructed. A printed mean or sd cuts the intervals and, on its own scale, the bounds of t.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from lensim.checks import InputError, at_least
from lensim.summaries.levels import differences
from lensim.summaries.moments import sd_bounds
from lensim.summaries.order import Ordered
from lensim.summaries.p_values import signed_rank_sums

MOST_CELLS: Final = 3000
NEAR_ENOUGH: Final = 1e-3
SLACK: Final = 1e-12
LOG_MOST_CORNERS: Final = float(np.log(20_000))
LARGEST_N: Final = 200
SCALES: Final = ("ratio", "log2")


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


def rank_sum_range(values: Ordered, scale: str) -> tuple[int, int]:
    """Smallest and largest W+; values that move from one to the other pass through every W+ between."""
    no_change = 0.0 if scale == "log2" else 1.0
    most, _ = _most(values, scale, lambda _, b, __: float(signed_rank_sums(b - no_change)), 0.0)

    def least_of(low: np.ndarray, _high: np.ndarray, _outer: bool) -> float:
        # a value whose lower end is no change is an increase, however small, as for the sign test
        return -float(signed_rank_sums(np.where(low == no_change, np.finfo(float).tiny, low - no_change)))

    least, _ = _most(values, scale, least_of, 0.0)
    return int(-least), int(most)


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
