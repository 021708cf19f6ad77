"""Tables of groups whose subjects are in one or in several: ratios with paired tests and the classical mixed model."""

from typing import Final

import numpy as np
import pandas as pd
import xarray as xr

from lensim import vocabulary as v
from lensim.expression.groups.comparisons import CELL_TYPES, CONDITIONS, INTERACTION
from lensim.expression.groups.estimands import (
    SUBJECTS,
    Rows,
    each_comparison,
    frame_of_cell_types,
    frame_of_conditions,
    note_of_groups,
)
from lensim.expression.groups.mixed_model import Estimate
from lensim.expression.groups.repeated_answers import COMPLETE, MIXED, OF_SIDES, PAIRED, WILCOXON_P
from lensim.inference.observations import require_estimands

_RATIO: Final = ("ratio", "ratio_lower", "ratio_upper", "p_above_1")
_CLASSICAL: Final = (
    "mixed_ratio", "mixed_ratio_lower", "mixed_ratio_upper", "mixed_p", "paired_ratio", "paired_t_p", "wilcoxon_p",
)  # fmt: skip
GROUP_COLUMNS: Final = (
    "target", "cell_type", "group", "against", "subjects", "against_subjects", "in_both", *_RATIO, *_CLASSICAL, "note",
)  # fmt: skip
"""Columns of `summarise_repeated_group_ratios`."""
CELL_TYPE_COLUMNS: Final = (
    "target", "what", "first", "second", "first_subjects", "second_subjects", "in_all", *_RATIO, *_CLASSICAL, "note",
)  # fmt: skip
"""Columns of `summarise_repeated_cell_type_ratios`."""


def summarise_repeated_group_ratios(estimands: xr.Dataset, ci_prob: float = 0.9) -> pd.DataFrame:
    """One row a target and two conditions of a cell type: the ratio of their groups, with classical answers.

    Columns: target, cell_type, group, against; subjects, against_subjects and in_both, numbers of subjects; ratio
    (median, group over the other) with ratio_lower and ratio_upper; p_above_1; mixed_ratio with _lower and _upper and
    mixed_p, of the mixed model by REML; paired_ratio, paired_t_p and wilcoxon_p, of the subjects in both; note.

    Parameters
    ----------
    estimands
        As from `group_estimands` of a fit of `level_repeated_measures`.
    ci_prob
        Probability inside the equal-tailed intervals.
    """
    rows = _rows(estimands, (CONDITIONS,), ci_prob, ("subjects", "against_subjects", "in_both"))
    return frame_of_conditions(rows, GROUP_COLUMNS)


def summarise_repeated_cell_type_ratios(estimands: xr.Dataset, ci_prob: float = 0.9) -> pd.DataFrame:
    """One row a target and two cell types: the ratio of levels under each condition, and of their fold changes.

    Columns: target, what ("level under untreated", or "fold change, drug over untreated": the interaction), first,
    second, first_subjects, second_subjects, in_all (subjects that have all of the levels compared); ratio (first over
    second) and the rest as in `summarise_repeated_group_ratios`.

    Parameters
    ----------
    estimands, ci_prob
        As for `summarise_repeated_group_ratios`.
    """
    rows = _rows(estimands, (CELL_TYPES, INTERACTION), ci_prob, ("first_subjects", "second_subjects", "in_all"))
    return frame_of_cell_types(rows, CELL_TYPE_COLUMNS)


def _rows(estimands: xr.Dataset, kinds: tuple[str, ...], ci_prob: float, counts: tuple[str, str, str]) -> Rows:
    require_estimands(estimands, "group_estimands")
    number, complete, rank, of_sides = (
        estimands[name].to_numpy() for name in (SUBJECTS, COMPLETE, WILCOXON_P, OF_SIDES)
    )
    mixed, paired = (estimands[name].to_numpy() for name in (MIXED, PAIRED))
    found = []
    for t, k, one, row in each_comparison(estimands, ci_prob, kinds):
        row |= dict(zip(counts, (*of_sides[t, k].tolist(), int(complete[t, k])), strict=True))
        of_model, of_pairs = Estimate(*mixed[t, k].tolist()), Estimate(*paired[t, k].tolist())
        row |= dict(zip(_CLASSICAL[:3], of_model.ratios(ci_prob), strict=True))
        row |= {"mixed_p": of_model.p_value, "paired_ratio": of_pairs.ratios(ci_prob)[0]}
        row |= {"paired_t_p": of_pairs.p_value, "wilcoxon_p": float(rank[t, k])}
        note = note_of_groups(number[t], np.array(one.weights), estimands[v.GROUP].to_numpy())
        found.append((one, row | {"note": note}))
    return found
