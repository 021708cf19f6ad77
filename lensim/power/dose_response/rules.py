"""When a dose-response study counts as a find: resistant lines, calls, ranks, IC50s, groups, shares of variance."""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from pydantic import ConfigDict, Field

from lensim.dose_response.curve import residual
from lensim.power.dose_response.rule import DoseResponseRule, PanelDraws, PanelEvidence, PanelVerdicts, of_ec50
from lensim.power.dose_response.rules_conditions import RatioRule, RatioTestRule
from lensim.power.dose_response.spec import CURVE_NAMES, Curve, DoseResponseDesignSpec

Call = Literal["resistant", "sensitive"]
GroupQuantity = Literal["log10_ec50_um", "log_hill_slope", "effect_at_saturation", "inhibition_at_top_percent"]
OTHERS = "others"
INTERVAL = (0.05, 0.95)


class _ThresholdRule(DoseResponseRule):
    """A rule on whether lines are resistant: IC50 above a dose, by default the top one."""

    threshold_um: float | None = Field(default=None, gt=0)
    call: Call = "resistant"

    def at(self, evidence: PanelEvidence) -> float:
        """The dose above which a line is resistant [uM]."""
        return self.threshold_um if self.threshold_um is not None else evidence.design.doses[-1]

    def p_call(self, evidence: PanelEvidence) -> np.ndarray:
        """(study, line) posterior probability that the call is right."""
        p = evidence.p_resistant(self.at(evidence))
        return p if self.call == "resistant" else 1.0 - p

    def is_so(self, evidence: PanelEvidence) -> np.ndarray:
        """(study, line) whether the call is true."""
        resistant = evidence.true_log10_ic50 > np.log10(self.at(evidence))
        return resistant if self.call == "resistant" else ~resistant


class CallRule(_ThresholdRule):
    """P(line is resistant) > probability, or that it is sensitive; a verdict a line."""

    rule: Literal["call"] = "call"
    probability: float = Field(default=0.9, gt=0, lt=1)

    def describe(self) -> str:
        """The label of a rule without a name: 'P(resistant) > 0.9'."""
        at = f" at {self.threshold_um:g} uM" if self.threshold_um else ""
        return f"P({self.call}{at}) > {self.probability:g}"

    def apply(self, evidence: PanelEvidence) -> PanelVerdicts:
        """A verdict on each line; a find is false where the call is wrong."""
        p = self.p_call(evidence)
        return PanelVerdicts(p > self.probability, probability=p, is_null=~self.is_so(evidence), **of_ec50(evidence))


class DiscoveryRule(_ThresholdRule):
    """Lines called at a false discovery rate: as many as keep the mean probability of a wrong call at or below it.

    With `at_least` the verdict is on the study: at least so many lines are called rightly.
    """

    rule: Literal["discovery"] = "discovery"
    rate: float = Field(default=0.1, gt=0, lt=1)
    at_least: int | None = Field(default=None, ge=1)

    def describe(self) -> str:
        """The label of a rule without a name: 'lines called resistant at a false discovery rate of 0.1'."""
        called = f"called {self.call} at a false discovery rate of {self.rate:g}"
        if not self.at_least:
            return f"lines {called}"
        return f"at least {self.at_least} {'line' if self.at_least == 1 else 'lines'} rightly {called}"

    def about(self) -> str:
        """'lines', or 'study' with `at_least`: what there is a verdict on."""
        return "study" if self.at_least else "lines"

    def check(self, design: DoseResponseDesignSpec) -> None:
        """Refuse an `at_least` above the number of lines."""
        lines = sum(design.groups.values())
        if self.at_least and self.at_least > lines:
            raise ValueError(f"rule {self.label!r} must ask of at most {lines} lines, got {self.at_least}")

    def apply(self, evidence: PanelEvidence) -> PanelVerdicts:
        """A verdict on each line, or on each study by how many lines are called rightly."""
        p, so = self.p_call(evidence), self.is_so(evidence)
        wrong = 1.0 - p
        order = np.argsort(wrong, axis=1)
        mean = np.cumsum(np.take_along_axis(wrong, order, axis=1), axis=1) / np.arange(1, wrong.shape[1] + 1)
        called = np.zeros(p.shape, dtype=bool)
        np.put_along_axis(called, order, mean <= self.rate, axis=1)
        if not self.at_least:
            return PanelVerdicts(called, probability=p, is_null=~so, **of_ec50(evidence))
        right, there = (called & so).sum(axis=1), so.sum(axis=1)
        none = np.full(len(p), np.nan)
        return PanelVerdicts(
            right >= self.at_least, right.astype(float), none, none, none, there.astype(float), there < self.at_least
        )


class TopRule(DoseResponseRule):
    """The `count` most sensitive lines of the study are all found, ranked by the posterior median of inhibition.

    Ranked is by the mean inhibition over the tested doses (area over the curve on log dose), which every line has,
    also one without IC50.
    """

    rule: Literal["top"] = "top"
    count: int = Field(default=3, ge=1)

    def describe(self) -> str:
        """The label of a rule without a name: 'the 3 most sensitive lines found'."""
        return f"the {self.count} most sensitive lines found"

    @property
    def can_be_false(self) -> bool:
        """False: there are always as many to find."""
        return False

    def about(self) -> str:
        """'study': there is one verdict a study."""
        return "study"

    def check(self, design: DoseResponseDesignSpec) -> None:
        """Refuse as many as there are lines, or more."""
        lines = sum(design.groups.values())
        if self.count >= lines:
            raise ValueError(f"rule {self.label!r} must ask of fewer than all {lines} lines, got {self.count}")

    def apply(self, evidence: PanelEvidence) -> PanelVerdicts:
        """A verdict on each study; the estimate is how many of the true ones are among those found."""
        doses = np.asarray(evidence.design.doses)
        true = np.stack([evidence.truth[name].to_numpy() for name in CURVE_NAMES], axis=-1)
        found = _first(np.median(_mean_inhibition(doses, evidence.draws.curves), axis=1), self.count)
        right = (found & _first(_mean_inhibition(doses, true), self.count)).sum(axis=1)
        none, all_of_them = np.full(len(true), np.nan), np.full(len(true), float(self.count))
        null = np.zeros(len(true), dtype=bool)
        return PanelVerdicts(right == self.count, right.astype(float), none, none, none, all_of_them, null)


def _mean_inhibition(doses: np.ndarray, curves: np.ndarray) -> np.ndarray:
    """Mean inhibition over doses, evenly spread on the log scale (...)."""
    x, h, a = np.moveaxis(curves, -1, 0)
    return -np.mean([residual(dose, x, h, a) for dose in doses], axis=0)


def _first(values: np.ndarray, count: int) -> np.ndarray:
    """(study, line) whether a line is among the `count` largest of its study."""
    chosen = np.zeros(values.shape, dtype=bool)
    np.put_along_axis(chosen, np.argsort(-values, axis=1)[:, :count], True, axis=1)
    return chosen


class WithinRule(DoseResponseRule):
    """IC50 within a factor, for lines whose IC50 lies within the doses; a verdict a line.

    `of` "estimate": the posterior median is within the factor of the truth. "interval": the 90% interval reaches no
    further than the factor from the median either way, whatever the truth.
    """

    rule: Literal["ic50_within"] = "ic50_within"
    factor: float = Field(default=2.0, gt=1)
    of: Literal["estimate", "interval"] = "estimate"

    def describe(self) -> str:
        """The label of a rule without a name: 'IC50 within a factor of 2'."""
        what = "IC50" if self.of == "estimate" else "90% interval of IC50"
        return f"{what} within a factor of {self.factor:g}"

    @property
    def can_be_false(self) -> bool:
        """False: a find is about the estimate, not the line."""
        return False

    def apply(self, evidence: PanelEvidence) -> PanelVerdicts:
        """A verdict on each line; lines whose true IC50 lies outside the doses do not count."""
        true = evidence.true_log10_ic50
        low, middle, high = np.quantile(evidence.log10_ic50, [0.05, 0.5, 0.95], axis=1, method="inverted_cdf")
        reach = np.log10(self.factor)
        with np.errstate(invalid="ignore"):
            near = np.abs(middle - true) <= reach
            narrow = (high - middle <= reach) & (middle - low <= reach)
        inside = (true >= np.log10(evidence.design.doses[0])) & (true <= np.log10(evidence.design.doses[-1]))
        there = np.isfinite(middle)
        estimate, ends = np.where(there, middle, np.nan), np.isfinite(low) & np.isfinite(high)
        low, high = np.where(ends, low, np.nan), np.where(ends, high, np.nan)
        none, never = np.full(true.shape, np.nan), np.zeros(true.shape, dtype=bool)
        return PanelVerdicts(near if self.of == "estimate" else narrow, estimate, low, high, none, true, never, inside)


class BracketRule(DoseResponseRule):
    """P(lowest dose < IC50 < top dose) > probability; a verdict a line."""

    rule: Literal["bracketed"] = "bracketed"
    probability: float = Field(default=0.9, gt=0, lt=1)

    def describe(self) -> str:
        """The label of a rule without a name: 'P(IC50 within the doses) > 0.9'."""
        return f"P(IC50 within the doses) > {self.probability:g}"

    def apply(self, evidence: PanelEvidence) -> PanelVerdicts:
        """A verdict on each line; a find is false where the true IC50 lies outside the doses."""
        ends = np.log10([evidence.design.doses[0], evidence.design.doses[-1]])
        p = ((evidence.log10_ic50 > ends[0]) & (evidence.log10_ic50 < ends[1])).mean(axis=1)
        true = evidence.true_log10_ic50
        return PanelVerdicts(
            p > self.probability,
            probability=p,
            is_null=(true <= ends[0]) | (true >= ends[1]),
            **of_ec50(evidence),
        )


class GroupDifferenceRule(DoseResponseRule):
    """One molecular group differs from another, or from the mean of all others.

    P(difference > at_least) or P(difference < -at_least) above `probability`: 0.975 is the 95% interval outside 0.
    """

    rule: Literal["group_difference"] = "group_difference"
    first: str
    second: str = OTHERS
    quantity: GroupQuantity = "log10_ec50_um"
    at_least: float = Field(default=0.0, ge=0)
    probability: float = Field(default=0.975, gt=0.5, lt=1)

    def describe(self) -> str:
        """The label of a rule without a name: 'log10_ec50_um of A differs from others, P > 0.975'."""
        more = f" by {self.at_least:g}" if self.at_least else ""
        return f"{self.quantity} of {self.first} differs from {self.second}{more}, P > {self.probability:g}"

    @property
    def has_sign(self) -> bool:
        """True: a find says which group has the larger mean."""
        return True

    def about(self) -> str:
        """'study': there is one verdict a study."""
        return "study"

    def check(self, design: DoseResponseDesignSpec) -> None:
        """Refuse a group that is not there."""
        for name in (self.first, self.second):
            if name not in (*design.groups, OTHERS):
                raise ValueError(f"rule {self.label!r} must be about {', '.join(design.groups)}, got {name!r}")
        if len(design.groups) < 2:
            raise ValueError(f"rule {self.label!r} needs at least 2 groups in the design, got {len(design.groups)}")
        if self.first == self.second or self.first == OTHERS:
            raise ValueError(f"rule {self.label!r} must be about a group and another, got {self.first!r}")

    def apply(self, evidence: PanelEvidence) -> PanelVerdicts:
        """A verdict on each study; the estimate is the difference of the groups' means."""
        names = list(evidence.design.groups)
        first = names.index(self.first)
        rest = [k for k in range(len(names)) if k != first] if self.second == OTHERS else [names.index(self.second)]
        draws, true = (
            values[..., first] - values[..., rest].mean(axis=-1) for values in evidence.of_groups(self.quantity)
        )
        p = np.maximum((draws > self.at_least).mean(axis=1), (draws < -self.at_least).mean(axis=1))
        low, high = np.quantile(draws, INTERVAL, axis=1)
        null = np.abs(true) <= max(self.at_least, 1e-9)
        return PanelVerdicts(p > self.probability, draws.mean(axis=1), low, high, p, true, null)


class VarianceShareRule(DoseResponseRule):
    """P(share of the variance between lines that molecular group explains > above) > probability."""

    rule: Literal["variance_share"] = "variance_share"
    quantity: Curve = "log10_ec50_um"
    above: float = Field(default=0.25, ge=0, lt=1)
    probability: float = Field(default=0.9, gt=0, lt=1)

    def describe(self) -> str:
        """The label of a rule without a name: 'P(share of variance of log10_ec50_um by group > 0.25) > 0.9'."""
        return f"P(share of variance of {self.quantity} by group > {self.above:g}) > {self.probability:g}"

    def about(self) -> str:
        """'study': there is one verdict a study."""
        return "study"

    def check(self, design: DoseResponseDesignSpec) -> None:
        """Refuse a design with one group, which explains no variance, and one whose conditions differ too."""
        if design.conditions:
            raise ValueError(f"rule {self.label!r} needs a design without conditions, got {len(design.conditions)}")
        if len(design.groups) < 2:
            raise ValueError(f"rule {self.label!r} needs at least 2 groups in the design, got {len(design.groups)}")

    def apply(self, evidence: PanelEvidence) -> PanelVerdicts:
        """A verdict on each study; the estimate is the share of variance."""
        k = CURVE_NAMES.index(self.quantity)
        between, within = evidence.draws.sigma_group[..., k] ** 2, evidence.draws.sigma[..., k] ** 2
        draws = between / (between + within)
        truth = evidence.truth
        true_between = truth[f"sigma_group_{self.quantity}"].to_numpy() ** 2
        total = true_between + truth[f"sigma_{self.quantity}"].to_numpy() ** 2
        true = np.divide(true_between, total, out=np.zeros_like(total), where=total > 0)
        p = (draws > self.above).mean(axis=1)
        low, high = np.quantile(draws, INTERVAL, axis=1)
        return PanelVerdicts(p > self.probability, draws.mean(axis=1), low, high, p, true, true <= self.above)


class CustomRule(DoseResponseRule):
    """A user's own function, from Python: of `PanelDraws` and the design, to a bool a study."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)
    rule: Literal["custom"] = "custom"
    name: str = Field(min_length=1)
    function: Callable[[PanelDraws, DoseResponseDesignSpec], Any] = Field(exclude=True)

    def describe(self) -> str:
        """The label: the name that the user gave."""
        return self.name

    @property
    def can_be_false(self) -> bool:
        """False: what the function states is not known."""
        return False

    def about(self) -> str:
        """'study': there is one verdict a study."""
        return "study"

    def apply(self, evidence: PanelEvidence) -> PanelVerdicts:
        """A verdict on each study, as the function gives it; there is no estimate."""
        decided = np.asarray(self.function(evidence.draws, evidence.design), dtype=bool)
        if decided.shape != evidence.answered.shape:
            raise ValueError(f"rule {self.name!r} must give {evidence.answered.shape}, got {decided.shape}")
        none = np.full(decided.shape, np.nan)
        return PanelVerdicts(decided, none, none, none, none, none, np.zeros(decided.shape, dtype=bool))


Rule = (
    CallRule
    | DiscoveryRule
    | TopRule
    | WithinRule
    | BracketRule
    | GroupDifferenceRule
    | VarianceShareRule
    | RatioRule
    | RatioTestRule
    | CustomRule
)
