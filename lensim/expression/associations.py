"""Association of a line's mRNA response with its sensitivity: effects, a region of equivalence, and Fisher's test."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr
from scipy import stats

from lensim import checks, seeding
from lensim import vocabulary as v
from lensim.expression.estimands import detected
from lensim.expression.sensitivity import slope_against
from lensim.inference.equivalence import difference_draws, effect_row
from lensim.inference.observations import observations_of

EQUIVALENT_LOG2: Final = 0.5
"""A smaller difference of log2 fold changes is of no practical importance: a factor of 1.4 (assumed)."""
EFFECT: Final = "log2_effect"
FEWEST: Final = 2


def associate_fold_changes(
    result: xr.DataTree,
    group_of_subject: Mapping[str, str],
    groups: tuple[str, str],
    log10_ic50_um: xr.DataArray | None = None,
    equivalent_log2: float = EQUIVALENT_LOG2,
    ci_prob: float = 0.9,
    seed: int = 0,
    *,
    top_dose_um: float | None = None,
    lines_are_pooled: bool = False,
) -> pd.DataFrame:
    """Log2 fold changes of two groups of subjects, and along their IC50: one row a target, contrast and question.

    Subjects are a sample of subjects to come, as in `lensim.dose_response.associations`; those in which a target was
    never detected are left out of its rows. `summarise_sensitivity` asks the same of these subjects alone.

    Parameters
    ----------
    result
        An expression fit.
    group_of_subject, groups
        Such as the call of each line, and ('sensitive', 'resistant'): first less second.
    log10_ic50_um
        Draws of a dose-response fit (chain, draw, cell_line), for the slope; without them there is none.
    equivalent_log2
        Region of practical equivalence, either way [log2]; of a slope, per tenfold IC50.
    ci_prob
        Probability inside the intervals.
    seed
        Root seed.
    top_dose_um, lines_are_pooled
        Of the dose-response fit, as for `slope_against`.

    Returns
    -------
    pandas.DataFrame
        target, contrast, question, subjects; log2_effect (median), log2_effect_lower, _upper, _p_equivalent and
        _verdict; of two groups first_increased, first_subjects, second_increased, second_subjects (probably increased,
        of how many) and fisher_p of these four, NaN for a slope.

    Raises
    ------
    InputError
        If a region or probability is none, or a group has fewer than two subjects in which a target was detected.
    """
    checks.above("equivalent_log2", equivalent_log2, 0.0)
    checks.between("ci_prob", ci_prob, 0.01, 0.999)
    if v.LOG2_FOLD_CHANGE not in result["posterior"]:
        raise checks.InputError(f"an expression result needs {v.LOG2_FOLD_CHANGE} in its posterior, got none")
    fold = result["posterior"][v.LOG2_FOLD_CHANGE].stack(sample=("chain", "draw"), create_index=False)
    seen = detected(observations_of(result)) > 0
    subjects = [str(name) for name in fold[v.SUBJECT].to_numpy()]
    rng = seeding.stream(seed, "associations", "fold changes")
    rows = []
    for t, target in enumerate(map(str, fold[v.TARGET].to_numpy())):
        here = [k for k in range(len(subjects)) if seen[t, k]]
        parts = [[k for k in here if group_of_subject.get(subjects[k]) == group] for group in groups]
        for group, part in zip(groups, parts, strict=True):
            checks.at_least(f"subjects of group {group} in which {target} was detected", len(part), FEWEST)
        for c, contrast in enumerate(map(str, fold[v.CONTRAST].to_numpy())):
            own = fold.isel({v.TARGET: t, v.CONTRAST: c}).transpose("sample", v.SUBJECT).to_numpy()
            first, second = (own[:, part] for part in parts)
            up = [int(((one > 0).mean(axis=0) > 0.5).sum()) for one in (first, second)]
            table = [[n, len(part) - n] for n, part in zip(up, parts, strict=True)]
            place = {"target": target, "contrast": contrast}
            rows.append(
                place
                | {"question": f"{groups[0]} less {groups[1]}", "subjects": sum(map(len, parts))}
                | effect_row(EFFECT, difference_draws(first, second, rng), equivalent_log2, ci_prob)
                | {
                    "first_increased": up[0], "first_subjects": len(parts[0]),
                    "second_increased": up[1], "second_subjects": len(parts[1]),
                    "fisher_p": float(stats.fisher_exact(table).pvalue),
                }
            )  # fmt: skip
            if log10_ic50_um is not None:
                lines = [str(name) for name in log10_ic50_um[v.CELL_LINE].to_numpy()]
                both = [lines.index(subjects[k]) for k in here if subjects[k] in lines]
                slope = slope_against(
                    result,
                    log10_ic50_um.isel({v.CELL_LINE: both}),
                    seed,
                    target=target,
                    top_dose_um=top_dose_um,
                    lines_are_pooled=lines_are_pooled,
                )
                draws = slope.isel({v.TARGET: 0, v.CONTRAST: c}).to_numpy().ravel()
                rows.append(
                    place
                    | {"question": "per tenfold IC50", "subjects": len(both)}
                    | effect_row(EFFECT, draws[np.isfinite(draws)], equivalent_log2, ci_prob)
                )
    return pd.DataFrame(rows)
