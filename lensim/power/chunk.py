"""The tasks of a worker, for every assay: one chunk of studies, or some of them again by NUTS."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from lensim.power.assays import assay_of
from lensim.power.diagnosands import scored
from lensim.power.scenario import Scenario


def run_chunk(scenario: Scenario, setting: Mapping[str, Any], chunk: int, studies: int) -> pd.DataFrame:
    """Every decision of a chunk: a row each study, rule and target or line, with `COLUMNS` and `SCORES` of diagnosands.

    A pure function of what it is given: the same on any worker.
    """
    return scored(assay_of(scenario).run_chunk(scenario, setting, chunk, studies))


def run_audit(
    scenario: Scenario, setting: Mapping[str, Any], chunk: int, size: int, studies: Sequence[int]
) -> pd.DataFrame:
    """Some studies of a chunk again by NUTS, beside the answers of the fast engine; see `audit_table`."""
    return assay_of(scenario).run_audit(scenario, setting, chunk, size, studies)
