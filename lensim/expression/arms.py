"""Arm against arm: two treatments of one study, from the draws that both were estimated in together.

Each arm's fold change is against the control that they share. In the difference of the two the control is gone, and
with it what it makes common to them: the same draw gives both. Tables are ratios, 1 being no difference.
"""

from itertools import combinations
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr

from lensim import seeding
from lensim import vocabulary as v
from lensim.expression.estimands import TYPE_OF_SUBJECT
from lensim.expression.evidence import DETECTED
from lensim.inference.equivalence import mean_draws
from lensim.inference.intervals import interval_of, named_interval
from lensim.inference.observations import require_estimands

FEWEST_SUBJECTS: Final = 2
MOST_ARMS_BY_SUBJECT: Final = 4
"""With more contrasts than this, tables show arms of cell types alone: pairs of arms are too many for each subject."""
_RATIO: Final = ("ratio", "ratio_lower", "ratio_upper", "p_above_1")
ARM_COLUMNS: Final = ("target", "cell_type", "arm", "against", "subjects", *_RATIO, "note")
"""Columns of `summarise_arms`."""
SUBJECT_ARM_COLUMNS: Final = ("target", "subject", "cell_type", "arm", "against", *_RATIO)
"""Columns of `summarise_arms_by_subject`."""


def summarise_arms(estimands: xr.Dataset, ci_prob: float = 0.9) -> pd.DataFrame:
    """One row a target, cell type and two arms: the ratio of one arm to the other, mean over subjects.

    Of each draw the differences of log2 fold changes of the subjects at hand are taken for a sample of subjects to
    come (Student's t with their own spread), as a paired t-test takes them: what a subject's two arms share goes.

    Parameters
    ----------
    estimands
        As from `expression_estimands`.
    ci_prob
        Probability inside the equal-tailed intervals.

    Returns
    -------
    pandas.DataFrame
        target, cell_type, arm, against, subjects (with a pair of either arm in which the target was detected); ratio
        (median, arm over the other) with ratio_lower and ratio_upper; p_above_1; note where there is one subject alone,
        which has no mean of subjects to come. No row where no subject has both arms.

    Raises
    ------
    InputError
        If `ci_prob` lies outside 0.01 to 0.999.
    """
    require_estimands(estimands, "expression_estimands")
    fold, has_both, names = _parts(estimands)
    kinds = estimands[TYPE_OF_SUBJECT].to_numpy().astype(str)
    rng = seeding.stream(0, "arms")
    rows = []
    for t, (a, b), kind in _places(names, list(dict.fromkeys(kinds))):
        own = np.flatnonzero(has_both[t, :, a] & has_both[t, :, b] & (kinds == kind))
        if not len(own):
            continue
        row = {"target": names[0][t], "cell_type": kind, "arm": names[2][b], "against": names[2][a]}
        difference = (fold[t, own, b] - fold[t, own, a]).T  # (sample, subject)
        if len(own) < FEWEST_SUBJECTS:
            note = "one subject: of others it says nothing; see the table by subject"
            rows.append(row | {"subjects": len(own), "note": note})
        else:
            found = _ratio(mean_draws(difference, rng), ci_prob)
            rows.append(row | {"subjects": len(own), "note": ""} | found)
    return pd.DataFrame(rows, columns=ARM_COLUMNS)


def summarise_arms_by_subject(estimands: xr.Dataset, ci_prob: float = 0.9) -> pd.DataFrame:
    """One row a target, subject and two arms of which the subject has pairs: the ratio of one arm to the other.

    Columns: target, subject, cell_type, arm, against; ratio (median, arm over the other) with ratio_lower and
    ratio_upper; p_above_1.

    Parameters
    ----------
    estimands, ci_prob
        As for `summarise_arms`.

    Raises
    ------
    InputError
        If `ci_prob` lies outside 0.01 to 0.999.
    """
    require_estimands(estimands, "expression_estimands")
    fold, has_both, names = _parts(estimands)
    kinds = estimands[TYPE_OF_SUBJECT].to_numpy().astype(str)
    rows = []
    for t, (a, b), subject in _places(names, names[1]):
        s = names[1].index(subject)
        if has_both[t, s, a] and has_both[t, s, b]:
            row = {"target": names[0][t], "subject": subject, "cell_type": kinds[s]}
            row |= {"arm": names[2][b], "against": names[2][a]}
            rows.append(row | _ratio(fold[t, s, b] - fold[t, s, a], ci_prob))
    return pd.DataFrame(rows, columns=SUBJECT_ARM_COLUMNS)


def _parts(estimands: xr.Dataset) -> tuple[np.ndarray, np.ndarray, tuple[list[str], list[str], list[str]]]:
    """Draws (target, subject, contrast, sample), where the target was detected in a pair, and the names of the dims."""
    dims = (v.TARGET, v.SUBJECT, v.CONTRAST)
    fold = estimands[v.LOG2_FOLD_CHANGE].stack(sample_=("chain", "draw"), create_index=False)
    names = tuple([str(name) for name in fold[dim].to_numpy()] for dim in dims)
    seen = estimands[DETECTED].transpose(*dims).to_numpy() > 0
    return fold.transpose(*dims, "sample_").to_numpy(), seen, (names[0], names[1], names[2])


def _places(names: tuple[list[str], list[str], list[str]], who: list[str]) -> list[tuple[int, tuple[int, int], str]]:
    """Targets, pairs of contrasts and subjects or cell types, in the order of rows."""
    pairs = list(combinations(range(len(names[2])), 2))
    return [(t, pair, one) for t in range(len(names[0])) for pair in pairs for one in who]


def _ratio(log2_difference: np.ndarray, ci_prob: float) -> dict[str, float]:
    found = named_interval("ratio", 2.0 ** interval_of(log2_difference, ci_prob))
    return found | {"p_above_1": float((log2_difference > 0).mean())}
