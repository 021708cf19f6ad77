"""Evidence, verdict and base class of the rules on paired studies."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.power.rule import BaseRule

SMALLEST_EFFECT: Final = 1e-9
"""Effects below this are none [log2]."""


@dataclass(frozen=True)
class PairVerdicts:
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
class PairEvidence:
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


class ExpressionRule(BaseRule):
    """A rule on paired studies."""

    @property
    def thresholds(self) -> tuple[float, ...]:
        """Values above which the rule needs the posterior probability [log2]."""
        return ()

    @property
    def probabilities(self) -> tuple[float, ...]:
        """Probabilities of the quantiles that the rule needs of a posterior."""
        return ()

    @property
    def difference(self) -> tuple[str, str] | None:
        """The two cell types of whose difference the rule is; None where it is of one."""
        return None

    def check(self, cell_types: tuple[str, ...], targets: tuple[str, ...]) -> None:
        """Refuse a design for which the rule has no meaning."""

    def apply(self, evidence: "PairEvidence") -> PairVerdicts:
        """The verdicts of the rule on every study of a batch."""
        raise NotImplementedError

    def true_effect(self, mu: np.ndarray, cell_types: Sequence[str]) -> np.ndarray:
        """The rule's quantity in truth (study, target), from population means (study, target, cell type) [log2]."""
        return self.of_cell_type(mu, cell_types)

    def of_cell_type(self, values: np.ndarray, cell_types: Sequence[str]) -> np.ndarray:
        """Values (study, target) of the rule's own cell type, from values (study, target, cell type)."""
        return np.asarray(values[:, :, list(cell_types).index(getattr(self, "cell_type", "") or cell_types[0])])

    def is_null(self, effect: np.ndarray) -> np.ndarray:
        """Whether a find would be false, for true effects [log2]."""
        return np.abs(effect) < SMALLEST_EFFECT

    def is_so(self, effect: np.ndarray, spread: np.ndarray) -> np.ndarray:
        """Whether what a find states is so (study, target), for true effects and spreads of subjects [log2]."""
        return np.asarray(~self.is_null(effect))

    def covered(self, verdicts: PairVerdicts, effect: np.ndarray, spread: np.ndarray) -> np.ndarray:
        """Probability that the interval holds what it is about (study, target); NaN where there is none.

        1 or 0 for a true effect, which is a number; see `lensim.power.expression.rules_posterior` for a new subject.
        """
        held = (verdicts.low <= effect) & (effect <= verdicts.high)
        return np.where(np.isfinite(verdicts.low) & np.isfinite(verdicts.high), held, np.nan)


def require_type(rule: ExpressionRule, cell_type: str, cell_types: tuple[str, ...]) -> None:
    """Refuse a cell type that the design lacks, or none where there are several."""
    if cell_type and cell_type not in cell_types:
        raise ValueError(f"rule {rule.label!r} must be about one of {', '.join(cell_types)}, got {cell_type!r}")
    if not cell_type and len(cell_types) > 1:
        raise ValueError(
            f"rule {rule.label!r} must say its cell_type where there are several ({', '.join(cell_types)}), got none"
        )


def require_two_types(rule: ExpressionRule, pair: tuple[str, str], cell_types: tuple[str, ...]) -> None:
    """Refuse two cell types that are the same, that the design lacks, or that are not given."""
    known = ", ".join(cell_types)
    absent = [field for field, name in zip(("first", "second"), pair, strict=True) if not name]
    if absent:
        raise ValueError(
            f"rule {rule.label!r} must be about two of {known}, as first and second, got no {' and no '.join(absent)}"
        )
    for field, name in zip(("first", "second"), pair, strict=True):
        if name not in cell_types:
            raise ValueError(f"rule {rule.label!r} must be about two of {known}, got {name!r} as {field}")
    if pair[0] == pair[1]:
        raise ValueError(f"rule {rule.label!r} must be about two cell types, got {pair[0]!r} twice")


def difference_of_types(mu: np.ndarray, pair: tuple[str, str], cell_types: Sequence[str]) -> np.ndarray:
    """First less second cell type in truth (study, target), from population means (study, target, cell type) [log2]."""
    first, second = (list(cell_types).index(name) for name in pair)
    return np.asarray(mu[:, :, first] - mu[:, :, second])


def evidence_of(pairs: xr.Dataset, posterior: xr.Dataset | None) -> PairEvidence:
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
    return PairEvidence(found.reshape(len(ratio), -1, subjects), kinds, posterior)
