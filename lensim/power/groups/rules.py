"""When a study of groups counts as a find: on the posterior of ratios of groups, and by classical tests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Literal

import numpy as np
import xarray as xr
from scipy import stats

from lensim.expression.groups.comparisons import FEWEST, Comparison
from lensim.power.expression.rule import ExpressionRule, PairEvidence, PairVerdicts
from lensim.power.expression.rules_classical import ALTERNATIVE, ON_LEVEL, SidedRule, Sides, moments
from lensim.power.expression.rules_of_posterior import ChangesRule, NarrowRule, OfPosterior, PlaceRule, TailRule

_UNPAIRED: Final = (
    'unpaired_t is the t-test of two groups (Welch\'s, or variance = "equal"), mann_whitney the rank test'
)


@dataclass(frozen=True)
class GroupEvidence(PairEvidence):
    """What rules on groups look at: of each item, a target and a comparison.

    Attributes
    ----------
    log2_ratio
        (study, target, subject) level of each subject; NaN where there is none.
    kind_of_subject
        Group of each subject, as a number.
    posterior
        As from an engine, dims study and item.
    items
        Target and comparison of each item.
    weights
        (comparison, group)
    """

    items: tuple[tuple[int, int], ...]
    weights: np.ndarray


class GroupRule(ExpressionRule):
    """A rule on comparisons of groups; on each of them where `contrasts` names none."""

    contrasts: tuple[str, ...] = ()

    def compares(self, comparisons: Sequence[Comparison]) -> list[int]:
        """Positions of the comparisons that the rule gives a verdict on."""
        return [
            at
            for at, one in enumerate(comparisons)
            if self.can_answer(one) and (not self.contrasts or one.name in self.contrasts)
        ]

    def can_answer(self, comparison: Comparison) -> bool:
        """Whether the rule has a meaning for a comparison."""
        return True

    def require(self, comparisons: Sequence[Comparison]) -> None:
        """Refuse contrasts that the design lacks, or that the rule cannot answer."""
        known = [one.name for one in comparisons if self.can_answer(one)]
        for name in self.contrasts:
            if name not in known:
                raise ValueError(f"rule {self.label!r} must be about one of {'; '.join(known)}, got {name!r}")
        if not known:
            raise ValueError(f"rule {self.label!r} must have two groups to compare, got none")

    @property
    def suffix(self) -> str:
        """The contrasts of the rule, for its label."""
        return f", {'; '.join(self.contrasts)}" if self.contrasts else ""


class _OnPosterior(GroupRule, OfPosterior):
    """A rule on the posterior of the log2 ratio of groups."""

    def about(self) -> str:
        """The quantity in words, for the label."""
        return " and ".join(self.contrasts) or "log2 ratio of groups"

    def pick(self, posterior: xr.Dataset, what: str) -> xr.DataArray:
        """The named quantity of each item (study, item, ...)."""
        return posterior[what]


class PosteriorRule(_OnPosterior, TailRule):
    """P(log2 ratio > above) > probability, or P(log2 ratio < below) > probability."""


class IntervalRule(_OnPosterior, PlaceRule):
    """The interval lies outside, inside, or across the edge of a region of practical equivalence [log2]."""


class WidthRule(_OnPosterior, NarrowRule):
    """The interval is not wider than a limit [log2]."""


class DiscoveryRule(_OnPosterior, ChangesRule):
    """Items (targets and contrasts) called changed, as many as keep the expected share of wrong signs at `rate`."""


class _ClassicalRule(GroupRule, SidedRule):
    """A classical test of groups."""

    advice: ClassVar[Mapping[str, str]] = (
        ON_LEVEL
        | dict.fromkeys(("first", "second", "groups", "contrast"), 'contrasts is a list, as in ["drug over control"]')
        | dict.fromkeys(("test", "equal_var", "welch", "student"), _UNPAIRED)
    )


class UnpairedRule(_ClassicalRule):
    """The t-test that the means of groups do not differ: Welch's, or Student's with one variance of all its groups.

        t = sum over groups w_g mean_g / sqrt(sum w_g^2 var_g / n_g),    degrees of freedom by Satterthwaite

    An interaction is a weighed sum of four means.
    """

    rule: Literal["unpaired_t"] = "unpaired_t"
    variance: Literal["own", "equal"] = "own"

    def describe(self) -> str:
        """The label of a rule without a name: 'Welch t, 0.05'."""
        return self.words_of("Welch t" if self.variance == "own" else "Student t", self.suffix)

    def apply(self, evidence: PairEvidence) -> PairVerdicts:
        """P value of every study and item; NaN, and no find, where a group has fewer than two subjects."""
        groups = _groups_evidence(evidence)
        parts = [self._item(groups, target, groups.weights[c]) for target, c in groups.items]
        estimate, low, high, p = (np.stack(own, axis=1) for own in zip(*parts, strict=True))
        return PairVerdicts(np.nan_to_num(p, nan=1.0) < self.alpha, estimate, low, high, p)

    def _item(
        self, evidence: GroupEvidence, target: int, weights: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        own = np.flatnonzero(weights)
        each = [moments(evidence.log2_ratio[:, target, evidence.kind_of_subject == g]) for g in own]
        number, mean, square = (np.stack(one, axis=1) for one in zip(*each, strict=True))  # (study, group)
        rest = np.maximum(number - 1, 1)
        w = weights[own]
        if self.variance == "own":
            part = w**2 * square / rest / np.maximum(number, 1)
            variance = part.sum(axis=1)
            with np.errstate(divide="ignore", invalid="ignore"):
                freedom = variance**2 / (part**2 / rest).sum(axis=1)
        else:
            freedom = rest.sum(axis=1).astype(float)
            variance = square.sum(axis=1) / freedom * (w**2 / np.maximum(number, 1)).sum(axis=1)
        enough = (number >= FEWEST).all(axis=1) & (variance > 1e-18)
        estimate = np.where(enough, (mean * w).sum(axis=1), np.nan)
        error = np.sqrt(np.where(enough, variance, np.nan))
        tail = stats.t(np.where(enough, freedom, 1.0))
        t = estimate / error
        two = 2.0 * tail.sf(np.abs(t))
        p = {"two": two, "greater": tail.sf(t), "less": tail.cdf(t)}[self.sides]
        half = tail.isf(self.alpha / 2) * error
        return estimate, estimate - half, estimate + half, p


class MannWhitneyRule(_ClassicalRule):
    """Mann and Whitney's test that levels of two groups have one distribution, exact."""

    rule: Literal["mann_whitney"] = "mann_whitney"

    def can_answer(self, comparison: Comparison) -> bool:
        """Whether two groups are compared: there is no rank test of an interaction."""
        return comparison.is_of_two

    def describe(self) -> str:
        """The label of a rule without a name: 'Mann-Whitney, 0.05'."""
        return self.words_of("Mann-Whitney", self.suffix)

    def apply(self, evidence: PairEvidence) -> PairVerdicts:
        """P value of every study and item; NaN where a group has no subject."""
        groups = _groups_evidence(evidence)
        p, estimate = [], []
        for target, c in groups.items:
            one, other = (
                groups.log2_ratio[:, target, groups.kind_of_subject == g]
                for g in (int(np.argmax(groups.weights[c])), int(np.argmin(groups.weights[c])))
            )
            p.append(_rank_test(one, other, self.sides))
            estimate.append(moments(one)[1] - moments(other)[1])
        found, apart = np.stack(p, axis=1), np.stack(estimate, axis=1)
        none = np.full(found.shape, np.nan)
        return PairVerdicts(np.nan_to_num(found, nan=1.0) < self.alpha, apart, none, none, found)


def _groups_evidence(evidence: PairEvidence) -> GroupEvidence:
    if not isinstance(evidence, GroupEvidence):
        raise TypeError(f"a rule on groups needs GroupEvidence, got {type(evidence).__name__}")
    return evidence


def _rank_test(one: np.ndarray, other: np.ndarray, sides: Sides) -> np.ndarray:
    """P value of each study; levels are continuous, so there are no ties."""
    p = np.full(len(one), np.nan)
    there = np.isfinite(one), np.isfinite(other)
    counts = np.stack([own.sum(axis=1) for own in there], axis=1)
    for first, second in np.unique(counts[(counts > 0).all(axis=1)], axis=0):  # studies of the same sizes go together
        here = np.flatnonzero((counts == (first, second)).all(axis=1))
        a, b = (
            values[here][own[here]].reshape(len(here), n)
            for values, own, n in ((one, there[0], first), (other, there[1], second))
        )
        p[here] = stats.mannwhitneyu(a, b, axis=1, method="exact", alternative=ALTERNATIVE[sides]).pvalue
    return p


Rule = PosteriorRule | IntervalRule | WidthRule | DiscoveryRule | UnpairedRule | MannWhitneyRule
