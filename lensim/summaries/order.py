"""Order statistics from a summary: an interval for each value in order, and neighbours tied by a printed mean of two.

    x(1) <= ... <= x(n)        minimum = x(1), maximum = x(n)
    median, quartiles:  (1 - f) x(k) + f x(k + 1),   k - 1 = floor((n - 1) q),  f the rest        (type 7)

An increase count K says x(n - K) < 1 < x(n - K + 1) for ratios (0 for log2 ratios). A printed mean and sd cut the
intervals further (`lensim.summaries.moments`).
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from lensim.checks import InputError
from lensim.summaries.moments import Ends, sd_bounds, within_moments
from lensim.summaries.summary import ORDERED, PublishedSummary

LEVELS: Final = {"lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75}
SLACK: Final = 1e-12
LARGEST_RATIO: Final = 2.0**12
"""No fold change beyond it, nor below its inverse, is considered where no maximum is printed (assumed), but where other
printed values are further out."""


@dataclass(frozen=True)
class Tie:
    """A printed mean of two neighbours: low <= (1 - share) x(first) + share x(first + 1) <= high, first from 0."""

    first: int
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Ordered:
    """Intervals of the ordered values, as ratios, or log2 ratios where the summary is on that scale.

    Attributes
    ----------
    low, high
        (n) each in order.
    known
        (n) whether a position is printed by itself (minimum, maximum, an odd median).
    ties
        Printed means of two neighbours.
    mean, sd
        Intervals of mean and sd where printed.
    no_change
        1, or 0 for log2 ratios.
    """

    low: np.ndarray
    high: np.ndarray
    known: np.ndarray
    ties: tuple[Tie, ...]
    mean: Ends | None
    sd: Ends | None
    no_change: float
    is_log: bool

    @property
    def has_moments(self) -> bool:
        """Whether a mean or an sd is printed."""
        return self.mean is not None or self.sd is not None

    def tightened(self, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Of intervals within these, what order, ties and moments leave."""
        return tightened(low, high, self.ties, self.mean, self.sd)


def ordered(summary: PublishedSummary) -> Ordered:
    """The intervals of a summary.

    Raises
    ------
    InputError
        If no n values can have it.
    """
    n, is_log = summary.n, summary.is_log
    least, most = _ends(summary)
    low, high = np.full(n, least), np.full(n, most)
    known, ties = np.zeros(n, dtype=bool), []
    for name, position in (("minimum", 0), ("maximum", n - 1)):
        interval = summary.interval(name)
        if interval is not None:
            low[position], high[position] = max(low[position], interval[0]), min(high[position], interval[1])
            known[position] = True
    for name, level in LEVELS.items():
        interval = summary.interval(name)
        if interval is None:
            continue
        place = (n - 1) * level
        first, share = int(np.floor(place + 1e-9)), place - np.floor(place + 1e-9)
        if share < 1e-9:
            low[first], high[first] = max(low[first], interval[0]), min(high[first], interval[1])
            known[first] = True
        else:
            ties.append(Tie(first, float(share), *interval))
    no_change = 0.0 if is_log else 1.0
    if summary.increases is not None:
        below = n - summary.increases
        high[:below] = np.minimum(high[:below], no_change)
        low[below:] = np.maximum(low[below:], no_change)
    plain = tightened(low, high, tuple(ties))
    found = Ordered(*plain, known, tuple(ties), summary.interval("mean"), summary.sd_interval(), no_change, is_log)
    _order_fits(summary, "this summary", *plain)
    if not found.has_moments:
        return found
    _moments_fit(summary, found)
    low, high = found.tightened(*plain)
    _order_fits(summary, "this mean or sd beside the other figures", low, high)
    return replace(found, low=low, high=high)


def _order_fits(summary: PublishedSummary, what: str, low: np.ndarray, high: np.ndarray) -> None:
    """Refuse intervals of which one is empty."""
    if (low > high + SLACK).any():
        at = int(np.argmax(low - high))
        raise InputError(
            f"{summary.name}: no {summary.n} values can have {what}: value {at + 1} in order would have to be at "
            f"least {low[at]:.4g} and at most {high[at]:.4g}"
        )


def _ends(summary: PublishedSummary) -> tuple[float, float]:
    """Ends of all that is considered: beyond any printed value that is further out, and as far as an sd reaches."""
    end = float(np.log2(LARGEST_RATIO))
    printed = [interval for name in (*ORDERED, "mean") if (interval := summary.interval(name)) is not None]
    sd = summary.sd_interval()
    apart = 0.0 if sd is None else sd[1] * np.sqrt(2 * (summary.n - 1))  # two values are no further apart
    if summary.is_log:
        low, high = min([-end, *(2 * one for one, _ in printed)]), max([end, *(2 * one for _, one in printed)])
        return low - apart, high + apart
    lows = [low / 2 for low, _ in printed if low > 0]
    return min([2.0**-end, *lows]), max([LARGEST_RATIO, *(summary.n * high for _, high in printed)]) + apart


def tightened(
    low: np.ndarray, high: np.ndarray, ties: tuple[Tie, ...], mean: Ends | None = None, sd: Ends | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Intervals that order, ties and moments leave, until nothing changes or one of them is empty."""
    low, high = low.copy(), high.copy()
    for _ in range(50):
        before = np.concatenate([low, high])
        low, high = np.maximum.accumulate(low), np.minimum.accumulate(high[::-1])[::-1].copy()
        for tie in ties:
            a, b, s = tie.first, tie.first + 1, tie.share
            high[a] = min(high[a], tie.high)  # the mean of two lies between them
            low[b] = max(low[b], tie.low)
            high[b] = min(high[b], (tie.high - (1 - s) * low[a]) / s)
            low[b] = max(low[b], (tie.low - (1 - s) * high[a]) / s)
            high[a] = min(high[a], (tie.high - s * low[b]) / (1 - s))
            low[a] = max(low[a], (tie.low - s * high[b]) / (1 - s))
        within_moments(low, high, mean, sd)
        if (low > high + SLACK).any():
            break
        if np.array_equal(before, np.concatenate([low, high])):
            break
    return low, high


def _moments_fit(summary: PublishedSummary, found: Ordered) -> None:
    """Refuse a mean or an sd that the intervals of the values cannot hold."""
    if found.mean is not None and not (found.low.mean() <= found.mean[1] and found.high.mean() >= found.mean[0]):
        raise InputError(
            f"{summary.name}: mean must lie between {found.low.mean():.4g} and {found.high.mean():.4g}, as the other "
            f"figures say ({'log2 ratio' if found.is_log else 'ratio'}), got {found.mean[0]:.4g} to {found.mean[1]:.4g}"
        )
    if found.sd is None:
        return
    least, most = sd_bounds(found.low, found.high, found.mean)
    if found.sd[1] < least - 1e-9 or found.sd[0] > most + 1e-9:
        raise InputError(
            f"{summary.name}: sd must lie between {least:.4g} and {most:.4g}, as the other figures say "
            f"({'log2 ratio' if found.is_log else 'ratio'}), got {found.sd[0]:.4g} to {found.sd[1]:.4g}"
        )
