"""Rules on conditions of a line, or on lines made from others: whether IC50s differ, by how much."""

from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field
from scipy import stats

from lensim import seeding
from lensim.dose_response.conditions import KNOWN
from lensim.dose_response.over_lines import SCALE_OF_LOG10_RATIOS, mean_over_lines
from lensim.dose_response.truth import SHIFT_OF_CONDITION
from lensim.known import mean_of_known
from lensim.power.dose_response.rule import DoseResponseRule, PanelEvidence, PanelVerdicts
from lensim.power.dose_response.spec import DoseResponseDesignSpec

INTERVAL = (0.05, 0.95)
FEWEST = 2
"""Lines or experiments from which on a t-test has a spread."""
ADVICE = {
    "fold": "above is the ratio that is to be passed, 2 for two-fold",
    "first": "condition is compared with the first condition of the design",
    "second": "condition is compared with the first condition of the design",
}


class _RatioRule(DoseResponseRule):
    """A rule on the ratio of the IC50s of a line under a condition and under the first condition of the design."""

    condition: str = ""
    above: float | None = Field(default=None, gt=0)
    below: float | None = Field(default=None, gt=0)

    @property
    def has_sign(self) -> bool:
        """True: a find says on which side of the ratio the truth lies."""
        return True

    def check(self, design: DoseResponseDesignSpec) -> None:
        """Refuse a design without conditions, a condition that is not there, and both sides at once."""
        if not design.conditions:
            raise ValueError(
                f'rule {self.label!r} needs conditions in the design, as in conditions = ["none", "IL-6"], got none'
            )
        others = design.conditions[1:]
        if self.condition and self.condition not in others:
            raise ValueError(f"rule {self.label!r} must be about {', '.join(others)}, got {self.condition!r}")
        if not self.condition and len(others) > 1:
            raise ValueError(f"rule {self.label!r} must name its condition, one of {', '.join(others)}, got none")
        if self.above is not None and self.below is not None:
            raise ValueError(f"rule {self.label!r} must have one of above and below, got both")

    @property
    def _limit(self) -> float:
        """log10 of the ratio that is to be passed."""
        return float(np.log10(self.below if self.below is not None else self.above or 1.0))

    def _words(self, what: str) -> str:
        named = f" under {self.condition}" if self.condition else ""
        side = f"< {self.below:g}" if self.below is not None else f"> {self.above or 1.0:g}"
        return f"{what}{named} {side}"

    def _pair(self, design: DoseResponseDesignSpec) -> tuple[np.ndarray, np.ndarray]:
        """Positions of the curves of all lines under the condition, and under that it is compared with."""
        several = design.conditions
        at = several.index(self.condition) if self.condition else 1
        first = np.arange(len(design.lines)) * len(several)
        return first + at, first

    def _passes(self, values: np.ndarray) -> np.ndarray:
        """Whether log10 ratios are on the side that is asked for; a ratio that is not known is not."""
        return values < self._limit if self.below is not None else values > self._limit

    def _true(self, evidence: PanelEvidence) -> np.ndarray:
        """True log10 ratio of IC50s (study, line); NaN where a line has none under either condition."""
        treated, against = self._pair(evidence.design)
        true = evidence.true_log10_ic50
        with np.errstate(invalid="ignore"):
            return np.asarray(true[:, treated] - true[:, against])

    def _true_mean(self, evidence: PanelEvidence) -> np.ndarray:
        """True mean log10 ratio of the population of lines (study)."""
        several = evidence.design.conditions
        at = several.index(self.condition) if self.condition else 1
        return np.asarray(evidence.truth[SHIFT_OF_CONDITION].to_numpy()[:, at])


class RatioRule(_RatioRule):
    """P(ratio of IC50s > above) > probability, or with `below` P(ratio < below); an IC50 beyond the doses is a bound.

    `of` "line": a verdict on each line. "median": the median of the lines of the study. "mean": the mean over a
    population of lines, of log ratios, with the spread between lines in its error; for lines like these. It is known
    where every line has a ratio and no bound, and not decided elsewhere.
    """

    advice: ClassVar[dict[str, str]] = ADVICE
    rule: Literal["ratio"] = "ratio"
    of: Literal["line", "median", "mean"] = "line"
    probability: float = Field(default=0.95, gt=0, lt=1)

    def describe(self) -> str:
        """The label of a rule without a name: 'P(ratio of IC50s > 1) > 0.95'."""
        words = {"line": "ratio of IC50s", "median": "median ratio of IC50s", "mean": "mean ratio of IC50s"}
        return f"P({self._words(words[self.of])}) > {self.probability:g}"

    def about(self) -> str:
        """'lines', or 'study' for what is over lines."""
        return "lines" if self.of == "line" else "study"

    def apply(self, evidence: PanelEvidence) -> PanelVerdicts:
        """A verdict on each line, or on each study; the estimate is log10 of the ratio."""
        treated, against = self._pair(evidence.design)
        ends = np.log10([evidence.design.doses[0], evidence.design.doses[-1]])
        (low_of, high_of), (low_against, high_against) = (
            _between(evidence.log10_ic50[..., at], *ends) for at in (treated, against)
        )
        lower, upper = low_of - high_against, high_of - low_against
        true = self._true(evidence)
        if self.of == "median":
            lower, upper = np.median(lower, axis=2), np.median(upper, axis=2)
            true = _median(true)
        elif self.of == "mean":
            lower, upper = _population_mean(lower, upper, 2.0 * (evidence.draws.sigma[..., 0] ** 2).mean(axis=1))
            true = self._true_mean(evidence)
        p = self._passes(upper if self.below is not None else lower).mean(axis=1)
        decided = p > self.probability
        return PanelVerdicts(
            decided, *_summary(lower, upper), p, true, ~self._passes(true),
            np.isfinite(true) if self.of == "line" else None,
        )  # fmt: skip


class RatioTestRule(_RatioRule):
    """The paired t-test on log IC50s of each culture's own curve by least squares; pairs without both are left out.

    `of` "lines": pairs are lines, each the mean over its experiments. "line": pairs are the experiments of a line, a
    verdict on each. One-sided where `above` or `below` is given, against that ratio; else two-sided against 1. An
    interval is of 90%.
    """

    advice: ClassVar[dict[str, str]] = ADVICE
    rule: Literal["ratio_test"] = "ratio_test"
    of: Literal["line", "lines"] = "lines"
    alpha: float = Field(default=0.05, gt=0, lt=1)

    @property
    def needs_posterior(self) -> bool:
        """False: it is about the wells."""
        return False

    def describe(self) -> str:
        """The label of a rule without a name: 'paired t on log IC50s of lines, 0.05'."""
        pairs = "lines" if self.of == "lines" else "the days of a line"
        side = "" if self.above is None and self.below is None else f", {self._words('ratio')}"
        named = f" under {self.condition}" if self.condition and not side else ""
        return f"paired t on log IC50s of {pairs}{named}{side}, {self.alpha:g}"

    def about(self) -> str:
        """'study', or 'lines' where the pairs are the days of each line."""
        return "study" if self.of == "lines" else "lines"

    def check(self, design: DoseResponseDesignSpec) -> None:
        """Refuse also a design with too few pairs for a spread."""
        super().check(design)
        pairs = len(design.lines) if self.of == "lines" else design.experiments
        if pairs < FEWEST:
            what = "lines" if self.of == "lines" else "experiments"
            raise ValueError(f"rule {self.label!r} needs at least {FEWEST} {what} in the design, got {pairs}")

    def apply(self, evidence: PanelEvidence) -> PanelVerdicts:
        """A verdict on each study, or each line; the estimate is the mean log10 ratio."""
        treated, against = self._pair(evidence.design)
        of_days = evidence.classical_log10_ic50  # (study, experiment, curve)
        pairs = of_days[..., treated] - of_days[..., against]
        true = self._true(evidence)
        if self.of == "lines":
            pairs, true = mean_of_known(pairs, axis=1), self._true_mean(evidence)
        else:
            pairs = np.moveaxis(pairs, 1, -1)
        count = np.isfinite(pairs).sum(axis=-1)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = mean_of_known(pairs, axis=-1)
            square = np.where(np.isfinite(pairs), (pairs - mean[..., None]) ** 2, 0.0).sum(axis=-1)
            error = np.where(count >= FEWEST, np.sqrt(square / (count - 1) / count), np.nan)
            t, freedom = (mean - self._limit) / error, np.maximum(count - 1, 1)
            if self.below is not None:
                p = stats.t.cdf(t, freedom)
            else:
                p = stats.t.sf(t, freedom) if self.above is not None else 2.0 * stats.t.sf(np.abs(t), freedom)
        reach = stats.t.ppf(INTERVAL[1], freedom) * error
        two_sided = self.above is None and self.below is None
        null = np.abs(true) < 1e-9 if two_sided else ~self._passes(true)
        return PanelVerdicts(
            np.nan_to_num(p, nan=1.0) < self.alpha, mean, mean - reach, mean + reach, p, true, null,
            np.isfinite(true) if self.of == "line" else None,
        )  # fmt: skip


def _between(log10_ic50: np.ndarray, low: float, top: float) -> tuple[np.ndarray, np.ndarray]:
    """Between what an IC50 lies: itself within the doses, else their end and infinity."""
    above, below = log10_ic50 > top, log10_ic50 < low
    return (
        np.where(above, top, np.where(below, -np.inf, log10_ic50)),
        np.where(above, np.inf, np.where(below, low, log10_ic50)),
    )


def _population_mean(lower: np.ndarray, upper: np.ndarray, prior_variance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Bounds of the mean of a population of lines (study, draw), alike where every line has a ratio."""
    known = lower == upper
    share = known.mean(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, lower, 0.0).mean(axis=1) / share
        variance = np.where(known, (lower - mean[:, None]) ** 2, 0.0).mean(axis=1) / share
    there = (share >= KNOWN).all(axis=1)
    value = np.full(lower.shape[:2], np.nan)
    rng = seeding.stream(0, "mean of conditions")
    value[there] = mean_over_lines(
        mean[there], variance[there], SCALE_OF_LOG10_RATIOS, lower.shape[1], rng, prior_variance[there]
    )
    is_known = there[:, None]
    return np.where(is_known, value, -np.inf), np.where(is_known, value, np.inf)


def _summary(lower: np.ndarray, upper: np.ndarray) -> tuple[Any, Any, Any]:
    """Median and 90% interval of a ratio from draws of its bounds (study, draw, ...); NaN where they are not known."""
    low, from_ = np.quantile(lower, [INTERVAL[0], 0.5], axis=1, method="inverted_cdf")
    to, high = np.quantile(upper, [0.5, INTERVAL[1]], axis=1, method="inverted_cdf")
    with np.errstate(invalid="ignore"):
        middle = np.where(np.abs(to - from_) < 0.04, (from_ + to) / 2, np.nan)
    ends = np.isfinite(low) & np.isfinite(high)
    return middle, np.where(ends, low, np.nan), np.where(ends, high, np.nan)


def _median(values: np.ndarray) -> np.ndarray:
    """Median of a study's lines (study), of those that have a ratio; NaN where none has."""
    known = ~np.isnan(values)
    found = np.full(len(values), np.nan)
    for study in np.flatnonzero(known.any(axis=1)):
        found[study] = np.median(values[study, known[study]])
    return found
