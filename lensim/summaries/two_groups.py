"""All P values that a Mann-Whitney test of two groups can give, one for each value of U."""

from typing import Any, Final

import numpy as np
import pandas as pd
from scipy import stats

from lensim import checks

METHODS: Final = (
    ("exact", "exact", True),
    ("normal approximation, continuity corrected", "asymptotic", True),
    ("normal approximation", "asymptotic", False),
)
LARGEST: Final = 60


def rank_sum_p_values(first: int, second: int) -> pd.DataFrame:
    """Every P of Mann-Whitney's U for groups of these sizes, without ties.

    Returns
    -------
    pandas.DataFrame
        u (0 to first x second), method, sides ('two', or 'greater' for the first group), p.

    Raises
    ------
    InputError
        If a size is below 1 or above 60.

    Source: Mann and Whitney 1947, Ann Math Stat 18:50; P values are scipy's.
    """
    for name, size in (("first", first), ("second", second)):
        checks.between(f"{name}, the size of the group,", size, 1, LARGEST)
    rows = []
    for u in range(first * second + 1):
        x, y = _groups(first, second, u)
        for words, method, corrected in METHODS:
            for sides, alternative in (("two", "two-sided"), ("greater", "greater")):
                how: Any = {"method": method, "use_continuity": corrected, "alternative": alternative}
                rows.append((u, words, sides, float(stats.mannwhitneyu(x, y, **how).pvalue)))
    return pd.DataFrame(rows, columns=["u", "method", "sides", "p"])


def rank_sum_p(u: np.ndarray, first: int, second: int) -> np.ndarray:
    """Two-sided P of values of U by the normal approximation with continuity correction, as most programs print it.

    z = (|U - n m / 2| - 1/2) / sqrt(n m (n + m + 1) / 12)
    """
    pairs = first * second
    z = (np.abs(np.asarray(u) - pairs / 2) - 0.5) / np.sqrt(pairs * (first + second + 1) / 12)
    return np.minimum(2 * stats.norm.sf(z), 1.0)


def _groups(first: int, second: int, u: int) -> tuple[np.ndarray, np.ndarray]:
    """Two groups without ties whose U is that of the first: each of its values lies above so many of the second."""
    above = np.zeros(first, dtype=int)
    for k in range(first):
        above[k] = min(second, u - above.sum())
    return np.sort(above) + (np.arange(first) + 1) / (first + 2), np.arange(second) + 1.0
