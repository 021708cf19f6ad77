"""What rules on a posterior share, whatever it is of: a tail probability, an interval, its width, discoveries."""

from typing import Final, Literal

import numpy as np
import xarray as xr
from pydantic import Field, model_validator
from scipy import stats

from lensim.inference.intervals import equal_tails
from lensim.power.expression.rule import ExpressionRule, PairEvidence, PairVerdicts

LEAST_SPREAD: Final = 1e-12
"""Stands for a spread of 0, which has no distribution function [log2]."""


class OfPosterior(ExpressionRule):
    """A rule on a posterior; what the posterior is of is said by `about` and `pick`."""

    ci_prob: float = Field(default=0.9, ge=0.01, le=0.999)

    @property
    def needs_posterior(self) -> bool:
        """True: the rule is about a posterior."""
        return True

    @property
    def is_of_new_subject(self) -> bool:
        """Whether the rule is about a subject not yet seen, and not about a mean."""
        return False

    @property
    def probabilities(self) -> tuple[float, ...]:
        """The ends of the interval."""
        lower, _, upper = equal_tails(self.ci_prob)
        return (lower, upper)

    def about(self) -> str:
        """The quantity in words, such as 'mean' or 'line less donor', for the label."""
        raise NotImplementedError

    def pick(self, posterior: xr.Dataset, what: str) -> xr.DataArray:
        """The named quantity of the posterior that the rule is about (study, target, ...)."""
        raise NotImplementedError

    def interval(self, posterior: xr.Dataset) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Posterior mean, and ends of the interval."""
        quantile = self.pick(posterior, "quantile")
        low, high = (quantile.sel(probability=p, method="nearest").to_numpy() for p in self.probabilities)
        return self.pick(posterior, "mean").to_numpy(), low, high


class TailRule(OfPosterior):
    """P(log2 effect > above) > probability, or P(log2 effect < below) > probability."""

    rule: Literal["posterior"] = "posterior"
    above: float | None = None
    below: float | None = None
    probability: float = Field(default=0.95, gt=0, lt=1)

    @model_validator(mode="after")
    def _one_side(self) -> "TailRule":
        if (self.above is None) == (self.below is None):
            raise ValueError("a posterior rule must have exactly one of above and below [log2]")
        return self

    def describe(self) -> str:
        """The label of a rule without a name: 'P(mean > 0) > 0.95'."""
        side, at = (">", self.above) if self.above is not None else ("<", self.below)
        return f"P({self.about()} {side} {at:g}) > {self.probability:g}"

    @property
    def thresholds(self) -> tuple[float, ...]:
        """The one threshold of the rule [log2]."""
        return (float(self.above if self.above is not None else self.below or 0.0),)

    def is_null(self, effect: np.ndarray) -> np.ndarray:
        """Whether the true effect is on the other side of the threshold, or on it."""
        at = self.thresholds[0]
        return np.asarray(effect <= at if self.above is not None else effect >= at)

    @property
    def has_sign(self) -> bool:
        """Whether a find is an increase, or a decrease: 'above -0.5' may be either."""
        return self.thresholds[0] >= 0 if self.above is not None else self.thresholds[0] <= 0

    def is_so(self, effect: np.ndarray, spread: np.ndarray) -> np.ndarray:
        """Whether the mean is beyond the threshold; of a new subject, whether subjects are beyond it often enough."""
        if not self.is_of_new_subject:
            return super().is_so(effect, spread)
        below = share_below(np.full(effect.shape, self.thresholds[0]), effect, spread)
        return np.asarray((1.0 - below if self.above is not None else below) > self.probability)

    def apply(self, evidence: PairEvidence) -> PairVerdicts:
        """Posterior probability of every study and target."""
        posterior = needed(evidence)
        tail = self.pick(posterior, "p_above").sel(threshold=self.thresholds[0], method="nearest").to_numpy()
        p = tail if self.above is not None else 1.0 - tail
        return PairVerdicts(p > self.probability, *self.interval(posterior), p)


class PlaceRule(OfPosterior):
    """The interval lies outside, inside, or across the edge of a region of practical equivalence [log2]."""

    rule: Literal["interval"] = "interval"
    low: float
    high: float
    verdict: Literal["outside", "inside", "overlapping"] = "outside"

    @model_validator(mode="after")
    def _in_order(self) -> "PlaceRule":
        if self.high <= self.low:
            raise ValueError(f"the region must have its ends in order, got {self.low:g} to {self.high:g}")
        return self

    def describe(self) -> str:
        """The label of a rule without a name, with its limits and its quantity."""
        return f"{self.ci_prob:.0%} interval of {self.about()} {self.verdict} {self.low:g} to {self.high:g}"

    def is_null(self, effect: np.ndarray) -> np.ndarray:
        """True effects inside the region for 'outside', outside it for 'inside', none for 'overlapping'."""
        inside = (effect >= self.low) & (effect <= self.high)
        return {"outside": inside, "inside": ~inside, "overlapping": np.zeros(effect.shape, dtype=bool)}[self.verdict]

    @property
    def has_sign(self) -> bool:
        """Whether the interval has to lie on one side of no change: an equivalence has no sign."""
        return self.verdict == "outside" and self.low <= 0 <= self.high

    @property
    def can_be_false(self) -> bool:
        """Whether the verdict is about the truth: that an interval is undecided is not."""
        return self.verdict != "overlapping"

    def is_so(self, effect: np.ndarray, spread: np.ndarray) -> np.ndarray:
        """Whether the mean is where the verdict puts it; of a new subject, the middle part of all subjects."""
        if not self.is_of_new_subject:
            return super().is_so(effect, spread)
        reach = spread * stats.norm.isf((1.0 - self.ci_prob) / 2)
        low, high = effect - reach, effect + reach
        if self.verdict == "inside":
            return np.asarray((low >= self.low) & (high <= self.high))
        return np.asarray((low > self.high) | (high < self.low))

    def apply(self, evidence: PairEvidence) -> PairVerdicts:
        """Where the interval of every study and target lies."""
        mean, low, high = self.interval(needed(evidence))
        outside, inside = (low > self.high) | (high < self.low), (low >= self.low) & (high <= self.high)
        met = {"outside": outside, "inside": inside, "overlapping": ~outside & ~inside & np.isfinite(mean)}
        return PairVerdicts(met[self.verdict], mean, low, high, np.full(mean.shape, np.nan))


class NarrowRule(OfPosterior):
    """The interval is not wider than a limit [log2]."""

    rule: Literal["width"] = "width"
    at_most: float = Field(gt=0)

    def describe(self) -> str:
        """The label of a rule without a name, with its limits and its quantity."""
        return f"{self.ci_prob:.0%} interval of {self.about()} at most {self.at_most:g} wide"

    @property
    def can_be_false(self) -> bool:
        """False: a width is of the posterior, not of the truth."""
        return False

    def is_null(self, effect: np.ndarray) -> np.ndarray:
        """Never: a narrow interval is no false find, whatever the true effect."""
        return np.zeros(effect.shape, dtype=bool)

    def apply(self, evidence: PairEvidence) -> PairVerdicts:
        """Width of the interval of every study and target."""
        mean, low, high = self.interval(needed(evidence))
        return PairVerdicts(high - low <= self.at_most, mean, low, high, np.full(mean.shape, np.nan))


class ChangesRule(OfPosterior):
    """Targets called changed, as many as keep the expected share of wrong signs among them at or below `rate`.

    A target's probability of a wrong sign is the posterior probability of the side that its estimate is not on; the
    largest set whose mean is at most `rate` is called. This is a false-sign rate and no false discovery rate: a target
    that does not change at all has no sign, and is called by the same rule.

    Source: Stephens 2017, Biostatistics 18:275 (local false sign rates and their mean, the s-value).
    """

    rule: Literal["discovery"] = "discovery"
    rate: float = Field(default=0.05, gt=0, lt=1)

    def describe(self) -> str:
        """The label of a rule without a name, with its limits and its quantity."""
        return f"{self.about()} changed at a false-sign rate of {self.rate:g}"

    @property
    def thresholds(self) -> tuple[float, ...]:
        """0, which is no change [log2]."""
        return (0.0,)

    def apply(self, evidence: PairEvidence) -> PairVerdicts:
        """Which targets of every study are called."""
        posterior = needed(evidence)
        above = self.pick(posterior, "p_above").sel(threshold=0.0, method="nearest").to_numpy()
        wrong = np.minimum(above, 1.0 - above)
        order = np.argsort(wrong, axis=1)
        mean = np.cumsum(np.take_along_axis(wrong, order, axis=1), axis=1) / np.arange(1, wrong.shape[1] + 1)
        decided = np.zeros(wrong.shape, dtype=bool)
        np.put_along_axis(decided, order, mean <= self.rate, axis=1)
        return PairVerdicts(decided, *self.interval(posterior), 1.0 - wrong)


def share_below(at: np.ndarray, effect: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Share of subjects, Normal(effect, spread), at or below a value; NaN where the value is."""
    return np.asarray(stats.norm.cdf((at - effect) / np.maximum(spread, LEAST_SPREAD)))


def needed(evidence: PairEvidence) -> xr.Dataset:
    """The posterior of the evidence.

    Raises
    ------
    ValueError
        If there is none.
    """
    if evidence.posterior is None:
        raise ValueError("a rule on a posterior needs one, got none")
    return evidence.posterior
