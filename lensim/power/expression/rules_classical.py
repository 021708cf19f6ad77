"""Rules by classical tests of ratios."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final, Literal

import numpy as np
from pydantic import Field
from scipy import stats

from lensim.expression.paired_tests import signed_rank_distribution
from lensim.power.expression.rule import (
    SMALLEST_EFFECT,
    ExpressionRule,
    PairEvidence,
    PairVerdicts,
    difference_of_types,
    require_two_types,
    require_type,
)

FEWEST: Final = 2
PAIRED: Final = "t_log2 is the paired t-test of log ratios, t_ratio that of ratios"
UNPAIRED: Final = (
    "groups of different subjects are compared by a rule of its own, as in "
    '{ rule = "unpaired_t", first = "patient", second = "healthy" }, or by rule = "mann_whitney"'
)


Sides = Literal["two", "greater", "less"]
ALTERNATIVE: Final[Mapping[Sides, Literal["two-sided", "greater", "less"]]] = {
    "two": "two-sided",
    "greater": "greater",
    "less": "less",
}
"""Names of scipy."""

ON_LEVEL: Final = dict.fromkeys(("p", "p_value", "level"), "alpha is the level") | dict.fromkeys(
    ("one_sided", "alternative", "tails", "two_sided"), 'sides is "two", "greater" or "less"'
)
"""Advice on keys that people try for the level and the side of a test."""


class SidedRule(ExpressionRule):
    """A classical test, two-sided or towards one side."""

    alpha: float = Field(default=0.05, gt=0, lt=1)
    sides: Sides = "two"

    @property
    def has_sign(self) -> bool:
        """True: a find is an increase or a decrease, or says which group has more."""
        return True

    def is_null(self, effect: np.ndarray) -> np.ndarray:
        """Whether there is no effect, or one in the other direction than tested."""
        none = np.abs(effect) < SMALLEST_EFFECT
        return none | {"two": none, "greater": effect < 0, "less": effect > 0}[self.sides]

    def words_of(self, name: str, about: str) -> str:
        """The label of a rule without a name: the test, its level and side, and what follows."""
        side = "" if self.sides == "two" else f", {self.sides}"
        return f"{name}, {self.alpha:g}{side}{about}"


class TestRule(SidedRule):
    """A classical test that ratios are 1, two-sided or towards one side.

    `test`: t_ratio and t_log2 are Student's on either scale, wilcoxon is the signed-rank and sign the sign test.
    """

    advice: ClassVar[Mapping[str, str]] = (
        ON_LEVEL
        | dict.fromkeys(("test=t_test", "test=t", "test=paired_t", "test=paired_t_test"), PAIRED)
        | dict.fromkeys(
            (f"test={name}" for name in ("unpaired_t", "welch", "student", "two_sample_t", "t_ind", "mann_whitney")),
            UNPAIRED,
        )
        | dict.fromkeys(("test=anova", "test=kruskal"), "of several groups, compare two at a time")
        | dict.fromkeys(("first", "second", "groups"), UNPAIRED)
    )
    rule: Literal["test"] = "test"
    test: Literal["t_ratio", "t_log2", "wilcoxon", "sign"]
    cell_type: str = ""

    def describe(self) -> str:
        """The label of a rule without a name: 't on log ratios, 0.05'."""
        words = {"t_ratio": "t on ratios", "t_log2": "t on log ratios", "wilcoxon": "Wilcoxon", "sign": "sign test"}
        return self.words_of(words[self.test], f", {self.cell_type}" if self.cell_type else "")

    def check(self, cell_types: tuple[str, ...], targets: tuple[str, ...]) -> None:
        """Refuse a cell type that is not there."""
        require_type(self, self.cell_type, cell_types)

    def apply(self, evidence: PairEvidence) -> PairVerdicts:
        """P value of every study and target; NaN, and no find, where there are fewer than two ratios."""
        own = evidence.kind_of_subject == (self.cell_type or evidence.kind_of_subject[0])
        values = evidence.log2_ratio[:, :, own]
        side = ALTERNATIVE[self.sides]
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
        return PairVerdicts(np.nan_to_num(found, nan=1.0) < self.alpha, estimate, low, high, found)


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
    probability = signed_rank_distribution(n)
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


class UnpairedRule(ExpressionRule):
    """Welch's t-test that the mean log ratios of two cell types are the same, two-sided; groups may be unequal."""

    rule: Literal["unpaired_t"] = "unpaired_t"
    first: str
    second: str
    alpha: float = Field(default=0.05, gt=0, lt=1)

    def describe(self) -> str:
        """The label of a rule without a name: 'Welch t patient against healthy, 0.05'."""
        return f"Welch t {self.first or '(first)'} against {self.second or '(second)'}, {self.alpha:g}"

    def check(self, cell_types: tuple[str, ...], targets: tuple[str, ...]) -> None:
        """Refuse a cell type that is not there."""
        require_two_types(self, (self.first, self.second), cell_types)

    def true_effect(self, mu: np.ndarray, cell_types: Sequence[str]) -> np.ndarray:
        """Difference of the two cell types' true means (study, target) [log2]."""
        return difference_of_types(mu, (self.first, self.second), cell_types)

    def apply(self, evidence: PairEvidence) -> PairVerdicts:
        """P value of every study and target; NaN, and no find, where a group has fewer than two ratios."""
        kinds = evidence.kind_of_subject
        groups = [moments(evidence.log2_ratio[:, :, kinds == name]) for name in (self.first, self.second)]
        counts, means, square = zip(*groups, strict=True)
        enough = (counts[0] >= FEWEST) & (counts[1] >= FEWEST)
        parts = [s / np.maximum(n - 1, 1) / np.maximum(n, 1) for s, n in zip(square, counts, strict=True)]
        variance = parts[0] + parts[1]
        with np.errstate(divide="ignore", invalid="ignore"):
            freedom = variance**2 / sum(p**2 / np.maximum(n - 1, 1) for p, n in zip(parts, counts, strict=True))
            estimate = means[0] - means[1]
            p = 2.0 * stats.t.sf(np.abs(estimate) / np.sqrt(variance), freedom)
            half = stats.t.isf(self.alpha / 2, freedom) * np.sqrt(variance)
        p, low, high = (np.where(enough, x, np.nan) for x in (p, estimate - half, estimate + half))
        return PairVerdicts(np.nan_to_num(p, nan=1.0) < self.alpha, estimate, low, high, p)


class MannWhitneyRule(ExpressionRule):
    """Mann and Whitney's test that ratios of two cell types have one distribution, two-sided."""

    rule: Literal["mann_whitney"] = "mann_whitney"
    first: str
    second: str
    alpha: float = Field(default=0.05, gt=0, lt=1)

    def describe(self) -> str:
        """The label of a rule without a name: 'Mann-Whitney line against donor, 0.05'."""
        return f"Mann-Whitney {self.first or '(first)'} against {self.second or '(second)'}, {self.alpha:g}"

    @property
    def has_sign(self) -> bool:
        """True: a find says which cell type changes more."""
        return True

    def check(self, cell_types: tuple[str, ...], targets: tuple[str, ...]) -> None:
        """Refuse a cell type that is not there."""
        require_two_types(self, (self.first, self.second), cell_types)

    def true_effect(self, mu: np.ndarray, cell_types: Sequence[str]) -> np.ndarray:
        """Difference of the two cell types' true means (study, target) [log2]."""
        return difference_of_types(mu, (self.first, self.second), cell_types)

    def apply(self, evidence: PairEvidence) -> PairVerdicts:
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
        estimate = moments(one)[1] - moments(other)[1]
        none = np.full(p.shape, np.nan)
        return PairVerdicts(np.nan_to_num(p, nan=1.0) < self.alpha, estimate, none, none, p)


def moments(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Number of those that are there along the last axis, their mean, and their sum of squares around it."""
    there = np.isfinite(values)
    number = there.sum(axis=-1)
    total = np.where(there, values, 0.0).sum(axis=-1)
    mean = np.divide(total, number, out=np.full(total.shape, np.nan), where=number > 0)
    return number, mean, np.where(there, (values - mean[..., None]) ** 2, 0.0).sum(axis=-1)
