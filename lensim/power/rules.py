"""When a study counts as a find: rules on ratios, as a bench would test them, and rules on posteriors."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import xarray as xr
from pydantic import BaseModel, ConfigDict, Field, model_validator
from scipy import stats

from lensim import vocabulary as v

FEWEST: Final = 2
SMALLEST_EFFECT: Final = 1e-9
"""Effects below this are none [log2]."""


@dataclass(frozen=True)
class Verdicts:
    """What a rule says of every study of a batch, for each target.

    Attributes
    ----------
    decided
        (study, target) the rule is met.
    estimate, low, high
        (study, target) what it estimates, and its interval [log2]; NaN where it has none.
    probability
        (study, target) the posterior probability behind it, or the P value of a test.
    """

    decided: np.ndarray
    estimate: np.ndarray
    low: np.ndarray
    high: np.ndarray
    probability: np.ndarray


@dataclass(frozen=True)
class Evidence:
    """What the rules look at.

    Attributes
    ----------
    log2_ratio
        (study, target, subject) mean over experiments; NaN where there is none.
    kind_of_subject
        Cell type of each subject, as a name.
    posterior
        As from an engine, dims study, target, group; None where no rule asks.
    """

    log2_ratio: np.ndarray
    kind_of_subject: np.ndarray
    posterior: xr.Dataset | None


class _Rule(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str = ""

    @property
    def label(self) -> str:
        """Its name, or a description where it has none."""
        return self.name or self.describe()

    def describe(self) -> str:
        """In a few words."""
        raise NotImplementedError

    @property
    def thresholds(self) -> tuple[float, ...]:
        """Where the posterior's tail is wanted [log2]."""
        return ()

    @property
    def probabilities(self) -> tuple[float, ...]:
        """Which quantiles are wanted."""
        return ()

    @property
    def difference(self) -> tuple[str, str] | None:
        """Cell types of which the difference is wanted."""
        return None

    @property
    def needs_posterior(self) -> bool:
        """Whether an engine has to run."""
        return False

    def check(self, cell_types: tuple[str, ...], targets: tuple[str, ...]) -> None:
        """Refuse a design that the rule cannot be asked of."""

    def true_effect(self, mu: np.ndarray, cell_types: Sequence[str]) -> np.ndarray:
        """What is true of what the rule is about (study, target), from population means (study, target, cell type)."""
        return np.asarray(mu[:, :, list(cell_types).index(getattr(self, "cell_type", "") or cell_types[0])])

    def is_null(self, effect: np.ndarray) -> np.ndarray:
        """Where a find would be a false one."""
        return np.abs(effect) < SMALLEST_EFFECT


def _one_type(rule: "_Rule", cell_type: str, cell_types: tuple[str, ...]) -> None:
    if cell_type and cell_type not in cell_types:
        raise ValueError(f"rule {rule.label!r} must be about one of {', '.join(cell_types)}, got {cell_type!r}")
    if not cell_type and len(cell_types) > 1:
        raise ValueError(
            f"rule {rule.label!r} must say its cell_type where there are several ({', '.join(cell_types)}), got none"
        )


class TestRule(_Rule):
    """A classical test that ratios are 1, two-sided or towards one side.

    `test`: t_ratio and t_log2 are Student's on either scale, wilcoxon is the signed-rank and sign the sign test.
    """

    rule: Literal["test"] = "test"
    test: Literal["t_ratio", "t_log2", "wilcoxon", "sign"]
    alpha: float = Field(default=0.05, gt=0, lt=1)
    sides: Literal["two", "greater", "less"] = "two"
    cell_type: str = ""

    def describe(self) -> str:
        """In a few words."""
        words = {"t_ratio": "t on ratios", "t_log2": "t on log ratios", "wilcoxon": "Wilcoxon", "sign": "sign test"}
        sides = "" if self.sides == "two" else f", {self.sides}"
        return f"{words[self.test]}, {self.alpha:g}{sides}" + (f", {self.cell_type}" if self.cell_type else "")

    def check(self, cell_types: tuple[str, ...], targets: tuple[str, ...]) -> None:
        """Refuse a cell type that is not there."""
        _one_type(self, self.cell_type, cell_types)

    def is_null(self, effect: np.ndarray) -> np.ndarray:
        """No effect, or one towards the other side."""
        none = np.abs(effect) < SMALLEST_EFFECT
        return none | {"two": none, "greater": effect < 0, "less": effect > 0}[self.sides]

    def apply(self, evidence: Evidence) -> Verdicts:
        """P value of every study and target; NaN, and no find, where there are fewer than two ratios."""
        own = evidence.kind_of_subject == (self.cell_type or evidence.kind_of_subject[0])
        values = evidence.log2_ratio[:, :, own]
        side = {"two": "two-sided", "greater": "greater", "less": "less"}[self.sides]
        shape = values.shape[:2]
        flat = values.reshape(-1, values.shape[2])
        p = np.full(len(flat), np.nan)
        count = np.isfinite(flat).sum(axis=1)
        for n in np.unique(count[count >= FEWEST]):  # studies with as many ratios go together
            here = np.flatnonzero(count == n)
            rows = flat[here]
            p[here] = _p_value(self.test, rows[np.isfinite(rows)].reshape(len(here), n), side)
        estimate, low, high = _log2_interval(flat, count, 1 - self.alpha)
        found = p.reshape(shape)
        estimate, low, high = (x.reshape(shape) for x in (estimate, low, high))
        return Verdicts(np.nan_to_num(found, nan=1.0) < self.alpha, estimate, low, high, found)


def _p_value(test: str, values: np.ndarray, side: str) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        if test == "t_log2":
            return np.asarray(_t_p_value(values, side))
        if test == "t_ratio":
            return np.asarray(_t_p_value(np.exp2(values) - 1.0, side))
        if test == "sign":
            increased, n = (values > 0).sum(axis=1), values.shape[1]
            upper, lower = stats.binom.sf(increased - 1, n, 0.5), stats.binom.cdf(increased, n, 0.5)
            both = np.minimum(1.0, 2.0 * np.minimum(upper, lower))
            return np.asarray({"two-sided": both, "greater": upper, "less": lower}[side])
        return _wilcoxon_p_value(values, side)


def _t_p_value(values: np.ndarray, side: str) -> np.ndarray:
    n = values.shape[1]
    t = values.mean(axis=1) / (values.std(axis=1, ddof=1) / np.sqrt(n))
    if side == "two-sided":
        return np.asarray(2.0 * stats.t.sf(np.abs(t), n - 1))
    return np.asarray(stats.t.sf(t if side == "greater" else -t, n - 1))


def _wilcoxon_p_value(values: np.ndarray, side: str) -> np.ndarray:
    """Exact, from the null distribution of the sum of positive ranks; continuous values have no ties."""
    n = values.shape[1]
    ranks = np.argsort(np.argsort(np.abs(values), axis=1), axis=1) + 1
    positive = (ranks * (values > 0)).sum(axis=1)
    probability = np.ones(1)
    for rank in range(1, n + 1):
        wider = np.zeros(len(probability) + rank)
        wider[: len(probability)] += probability / 2.0
        wider[rank:] += probability / 2.0
        probability = wider
    below = np.cumsum(probability)
    above = np.cumsum(probability[::-1])[::-1]
    lower, upper = below[positive], above[positive]
    both = np.minimum(1.0, 2.0 * np.minimum(lower, upper))
    return np.asarray({"two-sided": both, "greater": upper, "less": lower}[side])


def _log2_interval(flat: np.ndarray, count: np.ndarray, confidence: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean log2 ratio with Student's interval; what any test's find is read as."""
    there = np.isfinite(flat)
    n = np.maximum(count, 1)
    mean = np.where(there, flat, 0.0).sum(axis=1) / n
    spread = np.sqrt(np.where(there, (flat - mean[:, None]) ** 2, 0.0).sum(axis=1) / np.maximum(n - 1, 1))
    half = stats.t.isf((1 - confidence) / 2, np.maximum(n - 1, 1)) * spread / np.sqrt(n)
    enough = count >= FEWEST
    return tuple(np.where(enough, x, np.nan) for x in (mean, mean - half, mean + half))  # type: ignore[return-value]


class MannWhitneyRule(_Rule):
    """Mann and Whitney's test that ratios of two cell types have one distribution, two-sided."""

    rule: Literal["mann_whitney"] = "mann_whitney"
    first: str
    second: str
    alpha: float = Field(default=0.05, gt=0, lt=1)

    def describe(self) -> str:
        """In a few words."""
        return f"Mann-Whitney {self.first} against {self.second}, {self.alpha:g}"

    def check(self, cell_types: tuple[str, ...], targets: tuple[str, ...]) -> None:
        """Refuse a cell type that is not there."""
        _two_types(self, (self.first, self.second), cell_types)

    def true_effect(self, mu: np.ndarray, cell_types: Sequence[str]) -> np.ndarray:
        """Difference of the two means."""
        first, second = (list(cell_types).index(name) for name in (self.first, self.second))
        return np.asarray(mu[:, :, first] - mu[:, :, second])

    def apply(self, evidence: Evidence) -> Verdicts:
        """P value of every study and target."""
        kinds = evidence.kind_of_subject
        one, other = evidence.log2_ratio[:, :, kinds == self.first], evidence.log2_ratio[:, :, kinds == self.second]
        p = np.full(one.shape[:2], np.nan)
        whole = np.isfinite(one).all(axis=2) & np.isfinite(other).all(axis=2)
        if whole.any() and min(one.shape[2], other.shape[2]) >= FEWEST:
            p[whole] = stats.mannwhitneyu(one[whole], other[whole], axis=1).pvalue
        for study, target in np.argwhere(~whole):
            a, b = (x[study, target][np.isfinite(x[study, target])] for x in (one, other))
            if min(len(a), len(b)) >= FEWEST:
                p[study, target] = stats.mannwhitneyu(a, b).pvalue
        estimate = _mean(one) - _mean(other)
        none = np.full(p.shape, np.nan)
        return Verdicts(np.nan_to_num(p, nan=1.0) < self.alpha, estimate, none, none, p)


def _mean(values: np.ndarray) -> np.ndarray:
    there = np.isfinite(values)
    total = np.where(there, values, 0.0).sum(axis=-1)
    return np.asarray(np.divide(total, there.sum(axis=-1), out=np.full(total.shape, np.nan), where=there.any(axis=-1)))


def _two_types(rule: "_Rule", pair: tuple[str, str], cell_types: tuple[str, ...]) -> None:
    for name in pair:
        if name not in cell_types:
            raise ValueError(f"rule {rule.label!r} must be about two of {', '.join(cell_types)}, got {name!r}")
    if pair[0] == pair[1]:
        raise ValueError(f"rule {rule.label!r} must be about two cell types, got {pair[0]!r} twice")


class _PosteriorRule(_Rule):
    """A rule on the posterior of a population mean, of a new subject, or of the difference of two cell types."""

    of: Literal["mean", "new_subject", "difference"] = "mean"
    cell_type: str = ""
    first: str = ""
    second: str = ""
    ci_prob: float = Field(default=0.9, gt=0, lt=1)

    @property
    def needs_posterior(self) -> bool:
        """It does."""
        return True

    @property
    def probabilities(self) -> tuple[float, ...]:
        """The ends of the interval."""
        return ((1 - self.ci_prob) / 2, (1 + self.ci_prob) / 2)

    @property
    def difference(self) -> tuple[str, str] | None:
        """Cell types of which the difference is wanted."""
        return (self.first, self.second) if self.of == "difference" else None

    def check(self, cell_types: tuple[str, ...], targets: tuple[str, ...]) -> None:
        """Refuse cell types that are not there, or not said."""
        if self.of == "difference":
            _two_types(self, (self.first, self.second), cell_types)
        else:
            _one_type(self, self.cell_type, cell_types)

    def true_effect(self, mu: np.ndarray, cell_types: Sequence[str]) -> np.ndarray:
        """The mean, which is the middle of a new subject too, or the difference of two."""
        if self.of == "difference":
            first, second = (list(cell_types).index(name) for name in (self.first, self.second))
            return np.asarray(mu[:, :, first] - mu[:, :, second])
        return super().true_effect(mu, cell_types)

    def about(self) -> str:
        """What it is about, in words."""
        if self.of == "difference":
            return f"{self.first} less {self.second}"
        return ("a new " if self.of == "new_subject" else "mean of ") + (self.cell_type or "all")

    def pick(self, posterior: xr.Dataset, what: str) -> xr.DataArray:
        """One quantity of what the rule is about (study, target, ...)."""
        if self.of == "difference":
            return posterior[f"difference_{what}"].sel(difference=f"{self.first} less {self.second}")
        prefix = "new_subject_" if self.of == "new_subject" else ""
        group = self.cell_type or str(posterior["group"].to_numpy()[0])
        return posterior[f"{prefix}{what}"].sel(group=group)

    def interval(self, posterior: xr.Dataset) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Posterior mean, and ends of the interval."""
        quantile = self.pick(posterior, "quantile")
        low, high = (quantile.sel(probability=p, method="nearest").to_numpy() for p in self.probabilities)
        return self.pick(posterior, "mean").to_numpy(), low, high


class PosteriorRule(_PosteriorRule):
    """P(log2 effect > above) > probability, or P(log2 effect < below) > probability."""

    rule: Literal["posterior"] = "posterior"
    above: float | None = None
    below: float | None = None
    probability: float = Field(default=0.95, gt=0, lt=1)

    @model_validator(mode="after")
    def _one_side(self) -> "PosteriorRule":
        if (self.above is None) == (self.below is None):
            raise ValueError("a posterior rule must have exactly one of above and below [log2]")
        return self

    def describe(self) -> str:
        """In a few words."""
        side, at = (">", self.above) if self.above is not None else ("<", self.below)
        return f"P({self.about()} {side} {at:g}) > {self.probability:g}"

    @property
    def thresholds(self) -> tuple[float, ...]:
        """Where the tail is wanted."""
        return (float(self.above if self.above is not None else self.below or 0.0),)

    def is_null(self, effect: np.ndarray) -> np.ndarray:
        """On the other side of the threshold, or on it."""
        at = self.thresholds[0]
        return np.asarray(effect <= at if self.above is not None else effect >= at)

    def apply(self, evidence: Evidence) -> Verdicts:
        """Posterior probability of every study and target."""
        posterior = _needed(evidence)
        tail = self.pick(posterior, "p_above").sel(threshold=self.thresholds[0], method="nearest").to_numpy()
        p = tail if self.above is not None else 1.0 - tail
        return Verdicts(p > self.probability, *self.interval(posterior), p)


class IntervalRule(_PosteriorRule):
    """The interval lies outside, inside, or across the edge of a region of practical equivalence [log2]."""

    rule: Literal["interval"] = "interval"
    low: float
    high: float
    verdict: Literal["outside", "inside", "overlapping"] = "outside"

    @model_validator(mode="after")
    def _in_order(self) -> "IntervalRule":
        if self.high <= self.low:
            raise ValueError(f"the region must have its ends in order, got {self.low:g} to {self.high:g}")
        return self

    def describe(self) -> str:
        """In a few words."""
        return f"{self.ci_prob:.0%} interval of {self.about()} {self.verdict} {self.low:g} to {self.high:g}"

    def is_null(self, effect: np.ndarray) -> np.ndarray:
        """Inside the region where 'outside' is asked, and the other way round; never where 'overlapping' is."""
        inside = (effect >= self.low) & (effect <= self.high)
        return {"outside": inside, "inside": ~inside, "overlapping": np.zeros(effect.shape, dtype=bool)}[self.verdict]

    def apply(self, evidence: Evidence) -> Verdicts:
        """Where the interval of every study and target lies."""
        mean, low, high = self.interval(_needed(evidence))
        outside, inside = (low > self.high) | (high < self.low), (low >= self.low) & (high <= self.high)
        met = {"outside": outside, "inside": inside, "overlapping": ~outside & ~inside & np.isfinite(mean)}
        return Verdicts(met[self.verdict], mean, low, high, np.full(mean.shape, np.nan))


class WidthRule(_PosteriorRule):
    """The interval is no wider than so many log2."""

    rule: Literal["width"] = "width"
    at_most: float = Field(gt=0)

    def describe(self) -> str:
        """In a few words."""
        return f"{self.ci_prob:.0%} interval of {self.about()} at most {self.at_most:g} wide"

    def is_null(self, effect: np.ndarray) -> np.ndarray:
        """Never: a narrow interval is none the worse for what it is about."""
        return np.zeros(effect.shape, dtype=bool)

    def apply(self, evidence: Evidence) -> Verdicts:
        """Width of the interval of every study and target."""
        mean, low, high = self.interval(_needed(evidence))
        return Verdicts(high - low <= self.at_most, mean, low, high, np.full(mean.shape, np.nan))


class DiscoveryRule(_PosteriorRule):
    """Targets called changed, as many as keep the expected share of false ones at or below `rate`.

    A target's probability of a false call is the posterior probability of the side that its estimate is not on; the
    largest set whose mean is at most `rate` is called.
    """

    rule: Literal["discovery"] = "discovery"
    rate: float = Field(default=0.05, gt=0, lt=1)

    def describe(self) -> str:
        """In a few words."""
        return f"{self.about()} changed at a false discovery rate of {self.rate:g}"

    @property
    def thresholds(self) -> tuple[float, ...]:
        """No change."""
        return (0.0,)

    def apply(self, evidence: Evidence) -> Verdicts:
        """Which targets of every study are called."""
        posterior = _needed(evidence)
        above = self.pick(posterior, "p_above").sel(threshold=0.0, method="nearest").to_numpy()
        wrong = np.minimum(above, 1.0 - above)
        order = np.argsort(wrong, axis=1)
        mean = np.cumsum(np.take_along_axis(wrong, order, axis=1), axis=1) / np.arange(1, wrong.shape[1] + 1)
        decided = np.zeros(wrong.shape, dtype=bool)
        np.put_along_axis(decided, order, mean <= self.rate, axis=1)
        return Verdicts(decided, *self.interval(posterior), 1.0 - wrong)


class CustomRule(_PosteriorRule):
    """A user's own function of the posterior, from Python: from the engine's Dataset to a bool (study, target)."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)
    rule: Literal["custom"] = "custom"
    name: str = Field(min_length=1)
    function: Callable[[xr.Dataset], Any] = Field(exclude=True)
    above: tuple[float, ...] = (0.0,)

    def describe(self) -> str:
        """Its name."""
        return self.name

    @property
    def thresholds(self) -> tuple[float, ...]:
        """Where it wants the tail."""
        return self.above

    def apply(self, evidence: Evidence) -> Verdicts:
        """What the function says."""
        posterior = _needed(evidence)
        decided = np.asarray(self.function(posterior), dtype=bool)
        mean, low, high = self.interval(posterior)
        if decided.shape != mean.shape:
            raise ValueError(f"rule {self.name!r} must give (study, target) {mean.shape}, got {decided.shape}")
        return Verdicts(decided, mean, low, high, np.full(mean.shape, np.nan))


def _needed(evidence: Evidence) -> xr.Dataset:
    if evidence.posterior is None:
        raise ValueError("a rule on a posterior needs one, got none")
    return evidence.posterior


Rule = TestRule | MannWhitneyRule | PosteriorRule | IntervalRule | WidthRule | DiscoveryRule | CustomRule


def evidence_of(pairs: xr.Dataset, posterior: xr.Dataset | None) -> Evidence:
    """Ratios of each subject (the mean log2 over its experiments) beside the posterior."""
    target, subject = pairs[v.TARGET_OF_PAIR].to_numpy(), pairs[v.SUBJECT_OF_PAIR].to_numpy()
    ratio = pairs[v.LOG2_RATIO].to_numpy()
    subjects = pairs.sizes[v.SUBJECT]
    flat = target * subjects + subject
    order = np.argsort(flat, kind="stable")
    starts = np.flatnonzero(np.diff(flat[order], prepend=-1))
    there = np.isfinite(ratio[:, order])
    total = np.add.reduceat(np.where(there, ratio[:, order], 0.0), starts, axis=1)
    count = np.add.reduceat(there.astype(float), starts, axis=1)
    found = np.full((len(ratio), pairs.sizes[v.TARGET] * subjects), np.nan)
    with np.errstate(invalid="ignore"):
        found[:, flat[order][starts]] = np.where(count > 0, total / np.maximum(count, 1.0), np.nan)
    kinds = pairs[v.CELL_TYPE].to_numpy()[pairs[v.CELL_TYPE_OF_SUBJECT].to_numpy()]
    return Evidence(found.reshape(len(ratio), -1, subjects), kinds, posterior)
