"""The choice of the engine, and the posterior quantities that the rules of a scenario need."""

from collections.abc import Mapping

import xarray as xr

from lensim.checks import one_of
from lensim.expression.exact.engine import Questions
from lensim.power.expression import engine_auto, engine_exact
from lensim.power.expression.answer import Engine, PairAnswer
from lensim.power.expression.scenario import ExpressionScenario
from lensim.power.expression.study import PairBatch


def _by_nuts(batch: PairBatch, questions: Questions) -> PairAnswer:
    """Posteriors by NUTS, whose samplers are loaded only now."""
    from lensim.power.expression import engine_nuts

    return engine_nuts.answer(batch, questions)


ENGINES: Mapping[str, Engine] = {
    "auto": engine_auto.answer,
    "exact": engine_exact.answer,
    "nuts": _by_nuts,
}


def find_engine(name: str) -> Engine:
    """The engine of a name.

    Raises
    ------
    InputError
        If there is none.
    """
    one_of("analysis.engine", name, sorted(ENGINES))
    return ENGINES[name]


def questions_of(scenario: ExpressionScenario) -> Questions:
    """The posterior quantities that the rules of a scenario need, each once."""
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
