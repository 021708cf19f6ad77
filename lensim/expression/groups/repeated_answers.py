"""Classical answers of groups whose subjects are in one or in several: the mixed model, and tests within subjects."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from lensim import vocabulary as v
from lensim.expression.groups.comparisons import Comparison, sides_of
from lensim.expression.groups.mixed_model import MixedModel, paired_estimate

COMPLETE: Final = "complete_subjects"
OF_SIDES: Final = "subjects_of_sides"
WILCOXON_P: Final = "wilcoxon_p"
PAIRED: Final = "paired_answer"
MIXED: Final = "mixed_answer"
ANSWER: Final = "answer"
SIDE: Final = "side"


def classical_answers(
    arrays: Mapping[str, np.ndarray], targets: int, comparisons: Sequence[Comparison], cell_types: np.ndarray
) -> dict[str, tuple[tuple[str, ...], np.ndarray]]:
    """Paired tests within subjects and the mixed model, of each target and comparison, as coordinates of estimands.

    Parameters
    ----------
    arrays
        As from `repeated_arrays`.
    targets
        Their number.
    comparisons
        As from `comparisons_of`.
    cell_types
        Of each group.
    """
    groups = len(cell_types)
    shape = (targets, len(comparisons))
    mixed, paired = np.full((*shape, 3), np.nan), np.full((*shape, 3), np.nan)
    rank, complete = np.full(shape, np.nan), np.zeros(shape, dtype=int)
    of_sides = np.zeros((*shape, 2), dtype=int)
    for t in range(targets):
        own = arrays["target_of_level"] == t
        level, group, subject = (arrays[name][own] for name in ("level", "group_of_level", "subject_of_level"))
        model = MixedModel(level, group, subject, groups)
        table = np.full((int(subject.max(initial=-1)) + 1, groups), np.nan)
        table[subject, group] = level
        there = np.isfinite(table)
        for k, one in enumerate(comparisons):
            weights = np.array(one.weights)
            of_pairs, rank[t, k], complete[t, k] = paired_estimate(weights, table)
            of_sides[t, k] = [there[:, side].any(axis=1).sum() for side in sides_of(one, cell_types)]
            for found, estimate in ((mixed, model.estimate(weights)), (paired, of_pairs)):
                found[t, k] = estimate.value, estimate.error, estimate.freedom
    dims = (v.TARGET, "comparison")
    return {
        COMPLETE: (dims, complete),
        OF_SIDES: ((*dims, SIDE), of_sides),
        WILCOXON_P: (dims, rank),
        PAIRED: ((*dims, ANSWER), paired),
        MIXED: ((*dims, ANSWER), mixed),
    }
