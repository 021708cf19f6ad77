"""What an engine is: from a batch of studies to their posteriors, or the word that there is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import xarray as xr

from lensim.checks import one_of
from lensim.expression.exact.engine import Questions
from lensim.power.diagnosands import EXACT as EXACT
from lensim.power.diagnosands import FAILED as FAILED
from lensim.power.diagnosands import NUTS as NUTS
from lensim.power.expression.scenario import ExpressionScenario
from lensim.power.expression.study import PairBatch

MEAN_MCSE: Final = "mean_mcse"
"""Monte Carlo standard error of a population mean, by the effective number of draws; of engines that draw."""


@dataclass(frozen=True)
class PairAnswer:
    """Posteriors of a batch.

    Attributes
    ----------
    posterior
        As `lensim.expression.exact.engine.analyse` gives it; NaN where there is none.
    answered_by
        (study) EXACT, NUTS or FAILED.
    """

    posterior: xr.Dataset
    answered_by: np.ndarray


class Engine(Protocol):
    """An engine: a function of a batch and what is asked of it."""

    def __call__(self, batch: PairBatch, questions: Questions) -> PairAnswer:
        """Posteriors of every study of the batch."""
        ...


def questions_of(scenario: ExpressionScenario) -> Questions:
    """Everything that the rules of a scenario want of a posterior, each once."""
    kinds = list(scenario.design.subjects)
    thresholds = sorted({at for rule in scenario.rules for at in rule.thresholds})
    probabilities = sorted({p for rule in scenario.rules for p in rule.probabilities})
    differences = list(dict.fromkeys(rule.difference for rule in scenario.rules if rule.difference))
    new = any(getattr(rule, "of", "") == "new_subject" or rule.rule == "custom" for rule in scenario.rules)
    return Questions(thresholds, probabilities, [(kinds.index(a), kinds.index(b)) for a, b in differences], new)


def name_differences(posterior: xr.Dataset, scenario: ExpressionScenario) -> xr.Dataset:
    """The posterior with differences named as the rules name them."""
    pairs = list(dict.fromkeys(rule.difference for rule in scenario.rules if rule.difference))
    return posterior.assign_coords(difference=[f"{a} less {b}" for a, b in pairs])


def find_engine(name: str) -> Engine:
    """The engine of a name.

    Raises
    ------
    InputError
        If there is none.
    """
    from lensim.power.expression import engine_auto, engine_exact, engine_nuts

    engines: Mapping[str, Engine] = {
        "auto": engine_auto.answer,
        "exact": engine_exact.answer,
        "nuts": engine_nuts.answer,
    }
    one_of("analysis.engine", name, sorted(engines))
    return engines[name]
