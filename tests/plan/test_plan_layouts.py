"""The committed question about plate maps, in a small panel: what the docs' table says of dose by column."""

from pathlib import Path

import numpy as np
from scipy import stats

from lensim.plan.evaluate import Evaluator
from lensim.plan.layouts import MAPS, WITHIN
from lensim.plan.question import read_question

PLAN = Path(__file__).resolve().parents[2] / "experiments" / "plan_layouts.toml"
STUDIES = 60


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


def test_dose_by_column_reads_ic50s_too_high_where_plates_have_faults():
    """Null: its bias is no larger than that of randomised plates. Rejected far beyond doubt."""
    (column, column_error), (randomised, randomised_error) = (
        bias(name, "ordinary") for name in ("dose by column", "randomised")
    )
    assert stats.norm.sf((column - randomised) / np.hypot(column_error, randomised_error)) < 1e-6
