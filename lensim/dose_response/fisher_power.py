"""Power of Fisher's exact test of two shares, by enumeration, and the odds ratio that a given power needs."""

from functools import lru_cache
from typing import Final

import numpy as np
from scipy import stats
from scipy.optimize import brentq

from lensim import checks

LEVEL: Final = 0.05
LARGEST_ODDS_RATIO: Final = 1e6


def fisher_power(first: int, second: int, first_share: float, second_share: float, level: float = LEVEL) -> float:
    """Power of Fisher's two-sided exact test of two shares, by enumeration.

        sum over (a, b) of Binomial(a; first, first_share) Binomial(b; second, second_share) [P(a, b) < level]

    Raises
    ------
    InputError
        If a number of lines is below 1, or a share or the level is none.
    """
    for name, lines, share in (("first", first, first_share), ("second", second, second_share)):
        checks.at_least(f"{name}, its lines,", lines, 1)
        checks.between(f"{name}_share", share, 0.0, 1.0)
    checks.between("level", level, 0.0, 1.0)
    of_first, of_second = (
        stats.binom.pmf(np.arange(lines + 1), lines, share)
        for lines, share in ((first, first_share), (second, second_share))
    )
    return float(of_first @ _finds(first, second, level) @ of_second)


@lru_cache(maxsize=256)
def _finds(first: int, second: int, level: float) -> np.ndarray:
    """Whether the test finds a difference, for every number of either part (first + 1, second + 1)."""
    return np.array(
        [
            [stats.fisher_exact([[a, first - a], [b, second - b]]).pvalue < level for b in range(second + 1)]
            for a in range(first + 1)
        ]
    )


def shares_at(odds_ratio: float, first: int, second: int, resistant: float) -> tuple[float, float]:
    """Shares of resistant lines in two parts with this odds ratio, that make so many resistant lines in all.

    first * p + second * q = resistant,  p (1 - q) / (q (1 - p)) = odds_ratio

    Raises
    ------
    InputError
        If the odds ratio is not above 0, or not between none and all lines are resistant.
    """
    checks.above("odds_ratio", odds_ratio, 0.0)
    checks.between("resistant", resistant, 0.0, first + second)

    def excess(q: float) -> float:
        return first * odds_ratio * q / (1.0 - q + odds_ratio * q) + second * q - resistant

    q = float(brentq(excess, 0.0, 1.0, xtol=1e-15))
    return odds_ratio * q / (1.0 - q + odds_ratio * q), q


def detectable_odds_ratio(
    first: int, second: int, resistant: float, power: float = 0.8, level: float = LEVEL
) -> tuple[float, float]:
    """Odds ratios that Fisher's test finds with a power, below 1 and above 1; 0 and +inf where none is enough.

    The lines that are resistant in all are as many as given, on average, at any odds ratio.

    Raises
    ------
    InputError
        As for `shares_at`; or if the power is not above the level and below 1.
    """
    checks.between("power", power, level, 1.0 - 1e-9)

    def excess(log_odds_ratio: float) -> float:
        shares = shares_at(float(np.exp(log_odds_ratio)), first, second, resistant)
        return fisher_power(first, second, *shares, level) - power

    end = np.log(LARGEST_ODDS_RATIO)
    low = np.exp(brentq(excess, -end, 0.0, xtol=1e-4)) if excess(-end) > 0 else 0.0
    high = np.exp(brentq(excess, 0.0, end, xtol=1e-4)) if excess(end) > 0 else np.inf
    return float(low), float(high)
