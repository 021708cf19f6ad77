"""Tests of expression levels, treated against untreated in pairs, where only the ratios of the two are printed.

    difference(i) = untreated(i) (ratio(i) - 1)        untreated(i) > 0

Untreated levels are not printed, so an increase gives a difference above 0 of any size, and a decrease one below 0:
with k increases of n

    -sqrt((n - k) (n - 1) / k)  <  t  <  sqrt(k (n - 1) / (n - k))        0 < k < n
    t > 1 where all increase, t < -1 where none does

by Cauchy and Schwarz, (sum of k values)^2 <= k (their sum of squares). No end is reached, and all between is. W+ takes
every whole number from k (k + 1) / 2, where the increases are the smallest differences, to k (2 n - k + 1) / 2. On logs
of levels untreated levels cancel, and a test is that of log2 ratios.
"""

from collections.abc import Iterable
from typing import Final

import numpy as np

from lensim.summaries.p_values import p_of_t, p_of_w_table

LEVEL: Final = "level"
"""The scale of levels, beside ratio and log2."""
T_LEVEL: Final = "t_level"


def t_ends(n: int, increases: int) -> tuple[float, float]:
    """Ends of the paired t of levels, neither of them reached; infinite where there is none."""
    k = increases
    low = 1.0 if k == n else -np.inf if k == 0 else -np.sqrt((n - k) * (n - 1) / k)
    high = -1.0 if k == 0 else np.inf if k == n else np.sqrt(k * (n - 1) / (n - k))
    return float(low), float(high)


def rank_sum_ends(n: int, increases: int) -> tuple[int, int]:
    """Smallest and largest W+ of differences of levels; every whole number between is one too."""
    k = increases
    return k * (k + 1) // 2, k * (2 * n - k + 1) // 2


def p_ends(n: int, counts: Iterable[int], sides: str) -> tuple[float, float]:
    """Ends of P of the paired t on levels, over several possible numbers of increases."""
    ends = [end for k in counts for end in t_ends(n, k)]
    low, high = min(ends), max(ends)
    t = np.array([low, high] + ([0.0] if low <= 0 <= high and sides == "two" else []))
    p = p_of_t(t, n - 1, sides)
    return float(p.min()), float(p.max())


def rank_p(n: int, counts: Iterable[int], test: str, sides: str) -> tuple[float, ...]:
    """Every P of Wilcoxon's test on levels, over several possible numbers of increases."""
    table = p_of_w_table(n, sides, test)
    sums = {w for k in counts for low, high in [rank_sum_ends(n, k)] for w in range(low, high + 1)}
    return tuple(sorted({float(table[w]) for w in sums}))


def reached(n: int, counts: Iterable[int], test: str, sides: str, interval: tuple[float, float]) -> bool:
    """Whether a test of levels can have a P within these ends with one of these numbers of increases."""
    low, high = interval
    if test == T_LEVEL:
        least, most = p_ends(n, counts, sides)
        return low <= most and high >= least
    return any(low <= p <= high for p in rank_p(n, counts, test, sides))


def differences(low: np.ndarray, high: np.ndarray, fold: float) -> tuple[np.ndarray, np.ndarray]:
    """Intervals of differences of levels from intervals of ratios, where untreated levels lie between 1 and `fold`."""
    least = np.where(low >= 1.0, low - 1.0, fold * (low - 1.0))
    most = np.where(high >= 1.0, fold * (high - 1.0), high - 1.0)
    return least, most
