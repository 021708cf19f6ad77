"""P values that any n values with a summary can have, by every analysis: bracketed, not sampled.

Bounds of t and of rank sums come from `lensim.summaries.extremes`. Samples that have a printed mean or sd are
searched for (`lensim.summaries.matching_samples`): then the inner ends are theirs, and a P is attainable where one has
it. Tests of expression levels depend on untreated levels, which are not printed (`lensim.summaries.levels`).
"""

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from scipy import stats

from lensim.summaries.extremes import (
    NEAR_ENOUGH,
    SCALES,
    Range,
    rank_sum_range,
    t_range,
    t_range_of_levels,
)
from lensim.summaries.levels import LEVEL, T_LEVEL, p_ends, rank_p
from lensim.summaries.matching_samples import MatchingSamples, find_matching_samples
from lensim.summaries.order import Ordered
from lensim.summaries.p_values import ALTERNATIVE, degrees_of_freedom, p_of_t, p_of_w_table

SIDES: Final = ("two", "greater", "less")
LARGEST_FOLD: Final = 1e4
"""Untreated levels of lines or donors that differ more are not considered (assumed)."""


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


def _t_ranges(values: Ordered, scale: str) -> list[PRange]:
    t, n = t_range(values, scale), len(values.low)
    return [_p_of_t(t, n, test, scale, sides) for test in (f"t_{scale}", f"t_{scale}_unpaired") for sides in SIDES]


def _rank_ranges(values: Ordered, scale: str) -> list[PRange]:
    n, (least, most) = len(values.low), rank_sum_range(values, scale)
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


def _of_values(test: str, scale: str, sides: str, values: np.ndarray) -> PRange:
    p = tuple(sorted({float(one) for one in values}))
    return PRange(test, scale, sides, p[0], p[-1], p[0], p[-1], False, p)
