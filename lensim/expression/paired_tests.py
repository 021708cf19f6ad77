"""Classical tests of ratios of treated to control, one ratio a pair; all two-sided.

The t-test on ratios and the one on log ratios have different nulls, and can disagree on the same data: the mean of
ratios is 1, or their geometric mean is.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from lensim import checks

FEWEST_PAIRS: Final = 2


@dataclass(frozen=True)
class ClassicalTest:
    """The outcome of one test.

    Attributes
    ----------
    name, null
        Which test, and what it takes to be true.
    statistic, p_value
        Its statistic (t, the smaller sum of ranks, the number increased, U) and two-sided P.
    n
        Pairs, or values of both groups, that took part.
    estimate_of, estimate
        What is estimated, and its value.
    low, high
        Interval of the estimate; NaN where the test has none, or none as wide as asked can be had.
    """

    name: str
    null: str
    statistic: float
    p_value: float
    n: int
    estimate_of: str
    estimate: float
    low: float = np.nan
    high: float = np.nan


def t_test_on_ratios(ratios: ArrayLike, confidence: float = 0.95) -> ClassicalTest:
    """Student's t-test that the mean ratio is 1, as of paired percentages of control.

    Raises
    ------
    InputError
        If there are fewer than two ratios, one is not a finite number above 0, all are alike, or the confidence does
        not lie between 0 and 1.
    """
    values = _checked_ratios(ratios, confidence)
    return _t_test("t on ratios", "mean ratio", values, 1.0, confidence)


def t_test_on_log2_ratios(ratios: ArrayLike, confidence: float = 0.95) -> ClassicalTest:
    """Student's t-test that the mean log2 ratio is 0; takes ratios, estimates on the log2 scale.

    Raises
    ------
    InputError
        If there are fewer than two ratios, one is not a finite number above 0, all are alike, or the confidence does
        not lie between 0 and 1.
    """
    values = np.log2(_checked_ratios(ratios, confidence))
    return _t_test("t on log2 ratios", "mean log2 ratio", values, 0.0, confidence)


def wilcoxon_signed_rank(ratios: ArrayLike, confidence: float = 0.95) -> ClassicalTest:
    """Wilcoxon's signed-rank test that log2 ratios are symmetric about 0, with Hodges and Lehmann's estimate.

    Takes ratios, ranks and estimates on the log2 scale; ratios of exactly 1 are left out of the test, and `n` is what
    is left. The interval is between two ordered means of pairs; below six pairs none reaches 95%.

    Raises
    ------
    InputError
        If there are fewer than two ratios, one is not a finite number above 0, all are 1, or the confidence does not
        lie between 0 and 1.
    """
    values = np.log2(_checked_ratios(ratios, confidence))
    used = _without_ties(values)
    test = stats.wilcoxon(used)
    first, second = np.triu_indices(len(values))
    means = np.sort((values[first] + values[second]) / 2.0)
    below = _signed_ranks_below(len(values), (1.0 - confidence) / 2.0)
    low, high = (means[below - 1], means[-below]) if below > 0 else (np.nan, np.nan)
    return ClassicalTest(
        "Wilcoxon signed-rank",
        "log2 ratios are symmetric about 0",
        float(test.statistic),
        float(test.pvalue),
        len(used),
        "pseudomedian log2 ratio",
        float(np.median(means)),
        float(low),
        float(high),
    )


def sign_test(ratios: ArrayLike, confidence: float = 0.95) -> ClassicalTest:
    """Exact sign test that a ratio is as often above 1 as below, with Clopper and Pearson's interval.

    Ratios of exactly 1 are left out, and `n` is what is left.

    Raises
    ------
    InputError
        If there are fewer than two ratios, one is not a finite number above 0, all are 1, or the confidence does not
        lie between 0 and 1.
    """
    used = _without_ties(np.log2(_checked_ratios(ratios, confidence)))
    increased = int(np.sum(used > 0.0))
    test = stats.binomtest(increased, len(used))
    interval = test.proportion_ci(confidence)
    return ClassicalTest(
        "sign",
        "increases and decreases are equally likely",
        float(increased),
        float(test.pvalue),
        len(used),
        "share increased",
        increased / len(used),
        float(interval.low),
        float(interval.high),
    )


def mann_whitney(first: ArrayLike, second: ArrayLike) -> ClassicalTest:
    """Mann and Whitney's test that two groups have one distribution; ranks alone, so any scale will do.

    Raises
    ------
    InputError
        If a group has fewer than two values, or one that is not a finite number.
    """
    one, other = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    for place, group in (("first group", one), ("second group", other)):
        checks.at_least(f"{place}, its number of values,", group.size, FEWEST_PAIRS)
        checks.finite(place, group)
    test = stats.mannwhitneyu(one, other)
    return ClassicalTest(
        "Mann-Whitney",
        "both groups have one distribution",
        float(test.statistic),
        float(test.pvalue),
        one.size + other.size,
        "P(a value of the first group is above one of the second), ties half",
        float(test.statistic) / (one.size * other.size),
    )


def _checked_ratios(ratios: ArrayLike, confidence: float) -> np.ndarray:
    values = np.asarray(ratios, dtype=float)
    checks.between("confidence", confidence, 0.0, 1.0)
    checks.at_least("ratios, their number,", values.size, FEWEST_PAIRS)
    checks.finite("ratios", values)
    for position in np.flatnonzero(values <= 0.0)[:1]:
        checks.above(f"ratios[{position}]", values[position], 0.0)
    return values


def _without_ties(log2_ratios: np.ndarray) -> np.ndarray:
    used = log2_ratios[log2_ratios != 0.0]
    if not len(used):
        raise checks.InputError(f"ratios must not all be 1, got {len(log2_ratios)} that are")
    return used


def _t_test(name: str, estimate_of: str, values: np.ndarray, null: float, confidence: float) -> ClassicalTest:
    if np.ptp(values) <= 1e-12 * np.abs(values).max():  # the spread is rounding, and t would be
        raise checks.InputError(f"ratios must differ for a t-test, got {len(values)} that are alike")
    test = stats.ttest_1samp(values, null)
    interval = test.confidence_interval(confidence)
    return ClassicalTest(
        name,
        f"{estimate_of} is {null:g}",
        float(test.statistic),
        float(test.pvalue),
        len(values),
        estimate_of,
        float(np.mean(values)),
        float(interval.low),
        float(interval.high),
    )


def signed_rank_distribution(n: int) -> np.ndarray:
    """P(sum of positive ranks = s) for s = 0 to n (n + 1) / 2, under the null of Wilcoxon's test without ties."""
    probability = np.ones(1)
    for rank in range(1, n + 1):
        wider = np.zeros(len(probability) + rank)
        wider[: len(probability)] += probability / 2.0
        wider[rank:] += probability / 2.0
        probability = wider
    return probability


def _signed_ranks_below(n: int, tail: float) -> int:
    """Largest k with P(sum of signed ranks <= k - 1) <= tail under the null; 0 where even P(sum = 0) is above it."""
    return int(np.searchsorted(np.cumsum(signed_rank_distribution(n)), tail * (1.0 + 1e-12), side="right"))
