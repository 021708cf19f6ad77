"""P values of many samples at once, and whether samples have what was printed."""

from functools import lru_cache
from typing import Any

import numpy as np
from scipy import stats

from lensim.summaries.order import ordered
from lensim.summaries.summary import PublishedSummary

NEAR = 1e-9
ALTERNATIVE: dict[str, Any] = {"two": "two-sided", "greater": "greater", "less": "less"}


def matches(summary: PublishedSummary, z: np.ndarray) -> np.ndarray:
    """(draw) whether samples of log2 changes (draw, n) have the printed mean, sd and P value of a named test."""
    values = ordered(summary)
    x = z if values.is_log else 2.0**z
    fits = np.ones(len(z), dtype=bool)
    if values.mean is not None:
        mean = x.mean(axis=1)
        fits &= (mean >= values.mean[0] - NEAR) & (mean <= values.mean[1] + NEAR)
    if values.sd is not None:
        sd = x.std(axis=1, ddof=1)
        fits &= (sd >= values.sd[0] - NEAR) & (sd <= values.sd[1] + NEAR)
    p = summary.p
    if p is not None and p.is_of_one_test:
        found = p_values(z, p.test, p.sides)
        low, high = p.interval
        fits &= (found >= low - NEAR) & (found <= high + NEAR)
    return fits


def p_values(z: np.ndarray, test: str, sides: str) -> np.ndarray:
    """P of samples of log2 changes (draw, n) by a test of `PublishedP`."""
    n = z.shape[1]
    alternative = ALTERNATIVE[sides]
    if test.startswith("t_"):
        x, no_change = (2.0**z, 1.0) if test.startswith("t_ratio") else (z, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):  # values that are all alike: infinite, or no number
            t = (x.mean(axis=1) - no_change) * np.sqrt(n) / x.std(axis=1, ddof=1)
        return p_of_t(t, degrees_of_freedom(test, n), sides)
    if test.startswith("wilcoxon"):
        return p_of_w_table(n, sides, test)[signed_rank_sums(2.0**z - 1.0)]
    table = np.array([stats.binomtest(k, n, 0.5, alternative).pvalue for k in range(n + 1)])
    return table[(z > 0).sum(axis=1)]


def degrees_of_freedom(test: str, n: int) -> int:
    """Of a t test; unpaired against controls without spread the pooled variance is half of that of the changes."""
    return 2 * n - 2 if test.endswith("unpaired") else n - 1


def p_of_t(t: np.ndarray, df: int, sides: str) -> np.ndarray:
    """P of t."""
    if sides == "two":
        return 2 * np.asarray(stats.t.sf(np.abs(t), df))
    return np.asarray(stats.t.sf(t if sides == "greater" else -t, df))


def signed_rank_sums(values: np.ndarray) -> np.ndarray:
    """W+ of rows (row, n): the sum of the ranks, by size, of the values above 0."""
    rank = np.argsort(np.argsort(np.abs(values), axis=-1), axis=-1) + 1
    return np.asarray((rank * (values > 0)).sum(axis=-1))


@lru_cache(maxsize=32)
def p_of_w_table(n: int, sides: str, test: str = "wilcoxon") -> np.ndarray:
    """P of every W+ from 0 to n (n + 1) / 2, exact or by the normal approximation, without ties.

    Source: Wilcoxon 1945, Biometrics Bull 1:80; the counts of W+ by adding a rank at a time.
    """
    most = n * (n + 1) // 2
    if test == "wilcoxon":
        share = np.zeros(most + 1)
        share[0] = 1.0
        for rank in range(1, n + 1):
            added = np.zeros_like(share)
            added[rank:] = share[:-rank]
            share = (share + added) / 2
        less = np.cumsum(share)
        greater = less[::-1]  # W+ is symmetric
    else:
        z = (np.arange(most + 1) - most / 2) / np.sqrt(n * (n + 1) * (2 * n + 1) / 24)
        less, greater = stats.norm.cdf(z), stats.norm.sf(z)
    if sides == "two":
        return np.minimum(2 * np.minimum(less, greater), 1.0)
    return np.minimum(less if sides == "less" else greater, 1.0)
