"""What rules ask of posteriors of groups, and the answer of an engine: posteriors of a batch, and who answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.power.groups.scenario import GroupsScenario

ITEM: Final = "item"
NAMES: Final = ("mean", "sd", "p_above", "quantile")


@dataclass(frozen=True)
class GroupQuestions:
    """What the rules of a scenario ask of posteriors.

    Attributes
    ----------
    thresholds, probabilities
        Where P(log2 ratio > threshold) and quantiles are wanted.
    comparisons
        Positions of those that a rule on a posterior is about.
    """

    thresholds: Sequence[float]
    probabilities: Sequence[float]
    comparisons: Sequence[int]

    @property
    def numbers(self) -> int:
        """How many numbers each comparison has: mean, sd, P at thresholds, quantiles."""
        return 2 + len(self.thresholds) + len(self.probabilities)


@dataclass(frozen=True)
class GroupAnswer:
    """Posteriors of a batch.

    Attributes
    ----------
    posterior
        Dims study, item (target and comparison, in this order), threshold, probability: mean, sd, p_above, quantile
        [log2]; NaN where there is none.
    answered_by
        (study, item) EXACT, NUTS or FAILED of `lensim.power.diagnosands`.
    """

    posterior: xr.Dataset
    answered_by: np.ndarray


def questions_of(scenario: GroupsScenario) -> GroupQuestions:
    """The posterior quantities that the rules of a scenario need, each once."""
    rules = [rule for rule in scenario.rules if rule.needs_posterior]
    return GroupQuestions(
        sorted({at for rule in rules for at in rule.thresholds}),
        sorted({p for rule in rules for p in rule.probabilities}),
        sorted({at for rule in rules for at in rule.compares(scenario.design.comparisons)}),
    )


def as_posterior(values: np.ndarray, questions: GroupQuestions) -> xr.Dataset:
    """The Dataset of numbers (study, target, comparison, number): mean, sd, P at thresholds, quantiles."""
    flat = values.reshape(len(values), -1, values.shape[-1])
    m, dims = 2 + len(questions.thresholds), (v.STUDY, ITEM)
    return xr.Dataset(
        {
            "mean": (dims, flat[..., 0]),
            "sd": (dims, flat[..., 1]),
            "p_above": ((*dims, "threshold"), flat[..., 2:m]),
            "quantile": ((*dims, "probability"), flat[..., m:]),
        },
        coords={"threshold": list(questions.thresholds), "probability": list(questions.probabilities)},
    )
