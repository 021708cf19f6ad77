"""Rules on the posterior of pairs: tail probability, place and width of an interval, many genes at once, a function."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
import xarray as xr
from pydantic import ConfigDict, Field

from lensim.power.expression.rule import (
    PairEvidence,
    PairVerdicts,
    difference_of_types,
    require_two_types,
    require_type,
)
from lensim.power.expression.rules_of_posterior import (
    ChangesRule,
    NarrowRule,
    OfPosterior,
    PlaceRule,
    TailRule,
    needed,
    share_below,
)


class _OfPopulation(OfPosterior):
    """A rule on the posterior of a population mean, of a new subject, or of the difference of two cell types."""

    of: Literal["mean", "new_subject", "difference"] = "mean"
    cell_type: str = ""
    first: str = ""
    second: str = ""

    @property
    def is_of_new_subject(self) -> bool:
        """Whether the rule is about a subject not yet seen, and not about a mean."""
        return self.of == "new_subject"

    @property
    def difference(self) -> tuple[str, str] | None:
        """Cell types of which the difference is wanted."""
        return (self.first, self.second) if self.of == "difference" else None

    def check(self, cell_types: tuple[str, ...], targets: tuple[str, ...]) -> None:
        """Refuse cell types that the design lacks, or that are not given."""
        if self.of == "difference":
            require_two_types(self, (self.first, self.second), cell_types)
        else:
            require_type(self, self.cell_type, cell_types)

    def true_effect(self, mu: np.ndarray, cell_types: Sequence[str]) -> np.ndarray:
        """The mean, which is the middle of a new subject too, or the difference of two."""
        if self.of == "difference":
            return difference_of_types(mu, (self.first, self.second), cell_types)
        return super().true_effect(mu, cell_types)

    def covered(self, verdicts: PairVerdicts, effect: np.ndarray, spread: np.ndarray) -> np.ndarray:
        """As of any rule; of a new subject the share of all subjects, Normal(effect, spread), in the interval."""
        if not self.is_of_new_subject:
            return super().covered(verdicts, effect, spread)
        return share_below(verdicts.high, effect, spread) - share_below(verdicts.low, effect, spread)

    def about(self) -> str:
        """The quantity in words, such as 'mean' or 'line less donor', for the label."""
        if self.of == "difference":
            return f"{self.first or '(first)'} less {self.second or '(second)'}"
        if self.of == "new_subject":
            return f"a new {self.cell_type or 'subject'}"
        return f"mean of {self.cell_type}" if self.cell_type else "mean"

    def pick(self, posterior: xr.Dataset, what: str) -> xr.DataArray:
        """The named posterior quantity for the rule's cell type or difference (study, target, ...)."""
        if self.of == "difference":
            return posterior[f"difference_{what}"].sel(difference=f"{self.first} less {self.second}")
        prefix = "new_subject_" if self.of == "new_subject" else ""
        group = self.cell_type or str(posterior["group"].to_numpy()[0])
        return posterior[f"{prefix}{what}"].sel(group=group)


class PosteriorRule(_OfPopulation, TailRule):
    """P(log2 effect > above) > probability, or P(log2 effect < below) > probability."""


class IntervalRule(_OfPopulation, PlaceRule):
    """The interval lies outside, inside, or across the edge of a region of practical equivalence [log2]."""


class WidthRule(_OfPopulation, NarrowRule):
    """The interval is not wider than a limit [log2]."""


class DiscoveryRule(_OfPopulation, ChangesRule):
    """Targets called changed, as many as keep the expected share of wrong signs among them at or below `rate`."""


class CustomRule(_OfPopulation):
    """A user's own function of the posterior, from Python: from the engine's Dataset to a bool (study, target)."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)
    rule: Literal["custom"] = "custom"
    name: str = Field(min_length=1)
    function: Callable[[xr.Dataset], Any] = Field(exclude=True)
    above: tuple[float, ...] = (0.0,)

    def describe(self) -> str:
        """The label: the name that the user gave."""
        return self.name

    @property
    def can_be_false(self) -> bool:
        """False: what the function states is not known."""
        return False

    @property
    def thresholds(self) -> tuple[float, ...]:
        """The thresholds that the user asked for [log2]."""
        return self.above

    def apply(self, evidence: PairEvidence) -> PairVerdicts:
        """A verdict on every study and target, as the function gives it; there is no estimate."""
        posterior = needed(evidence)
        decided = np.asarray(self.function(posterior), dtype=bool)
        mean, low, high = self.interval(posterior)
        if decided.shape != mean.shape:
            raise ValueError(f"rule {self.name!r} must give (study, target) {mean.shape}, got {decided.shape}")
        return PairVerdicts(decided, mean, low, high, np.full(mean.shape, np.nan))
