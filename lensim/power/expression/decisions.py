"""The table of the decisions on RT-qPCR studies: a row each study, rule and item."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from lensim.power.diagnosands import COLUMNS, EXACT, FAILED, SCORES
from lensim.power.expression.rule import ExpressionRule, PairVerdicts


def rows_of_rule(
    number: int,
    rule: ExpressionRule,
    verdicts: PairVerdicts,
    truth: np.ndarray,
    spread: np.ndarray,
    answered_by: np.ndarray | None,
) -> pd.DataFrame:
    """The rows of one rule.

    Parameters
    ----------
    number, rule
        Position of the rule in its scenario, and the rule.
    verdicts
        What it says (study, item).
    truth, spread
        True effects, and spreads of subjects around them (study, item) [log2].
    answered_by
        Engine of each posterior (study, item); None of a test, which fails where it has no P value.
    """
    if answered_by is None:
        answered_by = np.where(np.isfinite(verdicts.probability), EXACT, FAILED)
    study, item = np.indices(truth.shape)
    columns = (
        np.full(truth.shape, number), item, verdicts.decided, verdicts.estimate, verdicts.low, verdicts.high,
        verdicts.probability, truth, rule.is_null(truth), answered_by,
        rule.covered(verdicts, truth, spread), rule.is_so(truth, spread),
    )  # fmt: skip
    named = zip(("study", *COLUMNS, *SCORES), (study, *columns), strict=True)
    return pd.DataFrame({name: np.asarray(values).ravel() for name, values in named})


def decisions(parts: Sequence[pd.DataFrame], first_study: int) -> pd.DataFrame:
    """The rows of all rules, with studies numbered from the first."""
    both = pd.concat(parts, ignore_index=True).astype(
        {name: bool for name in ("decided", "is_null", "is_so")}
        | {"study": "int64", "rule": "int16", "target": "int16", "answered_by": "int8"}
    )
    return both.assign(study=both["study"] + first_study)
