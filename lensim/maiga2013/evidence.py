"""How strong a finding is as evidence: how much more often studies make it where it is true than where it is not.

    ratio = P(finding made | true) / P(finding made | false)

The odds of a finding are multiplied by it when the finding is made: it is the Bayes factor of the report "found",
against the one world in which the finding is taken to be false. P(finding made | true), the power, is another thing: a
weak design seldom makes a finding, but one that it makes may be strong evidence. Both are shares of simulated studies,
so the ratio has a Monte Carlo interval.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import stats

TAIL: Final = 0.025
WIDEST: Final = 10.0
"""Ends of an interval that are further apart, as a fold, leave a lower end only."""
FEW: Final = 20
"""Finds below which a count is not nearly normal on the log scale."""
STRENGTHS: Final = ((150.0, "very strong"), (20.0, "strong"), (3.0, "positive"), (0.0, "hardly any"))
"""Ratios from which on evidence has its name. Source: Kass & Raftery 1995, J Am Stat Assoc 90:773."""


@dataclass(frozen=True)
class EvidenceRatio:
    """A ratio of two simulated shares with its 95% Monte Carlo interval.

    Attributes
    ----------
    value
        NaN where no study makes the finding where it is false: then only `low` is known.
    low, high
        Ends of the interval; `high` is infinite where `value` is NaN.
    """

    value: float
    low: float
    high: float

    @property
    def is_known(self) -> bool:
        """Whether the simulation knows the ratio to a factor; else it knows a lower end."""
        return bool(self.high < WIDEST * self.low)

    @property
    def rank(self) -> float:
        """The ratio, or its lower end where no more is known; findings are put in order and named by it."""
        return self.value if self.is_known else self.low

    @property
    def strength(self) -> str:
        """The name of the evidence."""
        return next(name for least, name in STRENGTHS if self.rank >= least)

    @property
    def text(self) -> str:
        """The ratio with its interval, '40 (27 to 60)', or '> 120' where only a lower end is known."""
        if not self.is_known:
            return f"> {_rounded(self.low)}"
        return f"{_rounded(self.value)} ({_rounded(self.low)} to {_rounded(self.high)})"


def evidence_ratio(made_if_true: int, made_if_false: int, studies: int) -> EvidenceRatio:
    """The ratio of two shares of as many studies, by their counts.

    The interval is normal on the log scale; where a count is below 20, its ends are those of exact (Clopper and
    Pearson's) limits of both shares, and so wider.
    """
    true, false = made_if_true / studies, made_if_false / studies
    value = true / false if made_if_false else np.nan
    if min(made_if_true, made_if_false) >= FEW:
        error = np.sqrt((1 - true) / made_if_true + (1 - false) / made_if_false)
        reach = float(np.exp(stats.norm.isf(TAIL) * error))
        return EvidenceRatio(value, value / reach, value * reach)
    low_true, high_true = _limits(made_if_true, studies)
    low_false, high_false = _limits(made_if_false, studies)
    return EvidenceRatio(value, low_true / high_false, high_true / low_false if low_false > 0 else np.inf)


def _limits(count: int, studies: int) -> tuple[float, float]:
    """Exact limits of a share, Clopper and Pearson's."""
    low = 0.0 if count == 0 else float(stats.beta.ppf(TAIL, count, studies - count + 1))
    high = 1.0 if count == studies else float(stats.beta.isf(TAIL, count + 1, studies - count))
    return low, high


def _rounded(value: float) -> str:
    """Two digits, as many as a few thousand studies know."""
    return f"{value:.0f}" if value >= 99.5 else f"{value:#.2g}".rstrip(".")


def share_words(share: float, studies: int) -> str:
    """A simulated share in percent; none or all of them is a limit (95%, 3 / n): '< 0.15%', '> 99.85%'."""
    limit = 300.0 / studies
    if share == 0:
        return f"< {limit:.2g}%"
    if share == 1:
        return f"> {100 - limit:.4g}%"
    digits = 1 if min(share, 1 - share) < 0.1 else 0
    return f"{100 * share:.{digits}f}%"
