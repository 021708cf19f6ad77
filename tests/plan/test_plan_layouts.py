"""The committed question about plate maps, in a small panel: what the docs' table says of dose by column."""

from pathlib import Path

import numpy as np
from scipy import stats

from lensim.plan.evaluate import Evaluator
from lensim.plan.layouts import MAPS, WITHIN
from lensim.plan.question import read_question

PLAN = Path(__file__).resolve().parents[2] / "experiments" / "plan_layouts.toml"
STUDIES = 60
WITHOUT_PLACES = 0.087  # log10 uM, as measured with a model that does not know where wells lie


def bias(name: str, faults: str) -> tuple[float, float]:
    """Bias of log10 IC50 and its standard error on one map, in panels of eight lines."""
    scenario = read_question(PLAN).scenario
    scenario = scenario.model_copy(update={"rules": (WITHIN,)})
    small = {"design.groups": {"A": 4, "B": 4}, "design.experiments": 2, "truth.faults": faults}
    evaluator = Evaluator(scenario.at(MAPS[name] | small))
    evaluator.share({}, STUDIES)
    found = evaluator.table({})
    return found["bias"], found["bias_mcse"]


def test_the_question_of_the_docs_table_is_taken():
    question = read_question(PLAN)
    assert question.layouts is not None
    assert question.layouts.studies == 200
    assert not question.scenario.is_conditional
    assert sum(question.scenario.design.groups.values()) == 23


def test_places_in_the_model_mend_most_of_what_faults_do_to_dose_by_column():
    """Null: its bias exceeds that of randomised plates by as much as without places in the model. Rejected."""
    (column, column_error), (randomised, randomised_error) = (
        bias(name, "ordinary") for name in ("dose by column", "randomised")
    )
    assert stats.norm.cdf((column - randomised - WITHOUT_PLACES) / np.hypot(column_error, randomised_error)) < 1e-4
