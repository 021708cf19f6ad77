"""Equal-tailed intervals of draws: the one place where a probability becomes the ends of an interval."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from lensim import checks

Method = Literal["linear", "inverted_cdf", "nearest"]


def equal_tails(ci_prob: float) -> tuple[float, float, float]:
    """Probabilities of the lower end, the median and the upper end of an equal-tailed interval.

    (1 - ci_prob) / 2, 1/2 and (1 + ci_prob) / 2.

    Raises
    ------
    InputError
        If `ci_prob` lies outside 0.01 to 0.999.
    """
    checks.between("ci_prob", ci_prob, 0.01, 0.999)
    return ((1 - ci_prob) / 2, 0.5, (1 + ci_prob) / 2)


def interval_of(
    draws: ArrayLike, ci_prob: float, *, axis: int | tuple[int, ...] | None = None, method: Method = "linear"
) -> np.ndarray:
    """Lower end, median and upper end of draws, along a new first axis (3, ...); NaN where a draw is NaN.

    Parameters
    ----------
    draws
        Numbers; infinities allowed.
    ci_prob
        Probability inside the interval.
    axis
        Axes of the draws; all where not given.
    method
        How quantiles lie between draws, as `numpy.quantile` names it. For draws that may be infinite, such as an IC50
        that no dose reaches, "inverted_cdf": an end is then one of the draws, since between a finite draw and an
        infinite one there is no middle.

    Raises
    ------
    InputError
        If `ci_prob` lies outside 0.01 to 0.999.
    """
    return np.asarray(np.quantile(np.asarray(draws), equal_tails(ci_prob), axis=axis, method=method))


def named_interval(name: str, ends: np.ndarray) -> dict[str, float]:
    """Columns of a table from the ends of one interval: NAME is the median, then NAME_lower and NAME_upper."""
    lower, median, upper = ends
    return {name: float(median), f"{name}_lower": float(lower), f"{name}_upper": float(upper)}
