"""Association of a line's mRNA response with its sensitivity: effects, a region of equivalence, and Fisher's test."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr
from scipy import stats

from lensim import checks, seeding
from lensim import vocabulary as v
from lensim.expression.errors_in_variables import FEWEST_POINTS
from lensim.expression.evidence import DETECTED, evidence_of
from lensim.expression.sensitivity import slope_against
from lensim.inference.equivalence import difference_draws, effect_row
from lensim.inference.observations import observations_of

EQUIVALENT_LOG2: Final = 0.5
"""A smaller difference of log2 fold changes is of no practical importance: a factor of 1.4 (assumed)."""
EFFECT: Final = "log2_effect"
FEWEST: Final = 2
COLUMNS: Final = (
    *("target", "contrast", "question", "subjects"),
    *(f"{EFFECT}{end}" for end in ("", "_lower", "_upper", "_p_equivalent", "_verdict")),
    *("first_increased", "first_subjects", "second_increased", "second_subjects", "fisher_p", "note"),
)


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

    Subjects are a sample of subjects to come, as in `lensim.dose_response.associations`; those without a pair of the
    contrast in which the target was detected are left out of its rows. A target and contrast for which a group has
    fewer than two has a note in place of numbers. `summarise_sensitivity` asks the same of these subjects alone.

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
        of how many) and fisher_p of these four, NaN for a slope; note where too few subjects are left.

    Raises
    ------
    InputError
        If a region or probability is none, or a group has fewer than two subjects whatever the target and contrast.
    """
    checks.above("equivalent_log2", equivalent_log2, 0.0)
    checks.between("ci_prob", ci_prob, 0.01, 0.999)
    if v.LOG2_FOLD_CHANGE not in result["posterior"]:
        raise checks.InputError(f"an expression result needs {v.LOG2_FOLD_CHANGE} in its posterior, got none")
    fold = result["posterior"][v.LOG2_FOLD_CHANGE].stack(sample=("chain", "draw"), create_index=False)
    seen = evidence_of(observations_of(result))[DETECTED].to_numpy() > 0
    subjects, targets, contrasts = (
        [str(name) for name in fold[dim].to_numpy()] for dim in (v.SUBJECT, v.TARGET, v.CONTRAST)
    )
    _require_groups(seen, subjects, group_of_subject, groups, targets, contrasts)
    rng = seeding.stream(seed, "associations", "fold changes")
    rows: list[dict[str, object]] = []
    for t, c in np.ndindex(len(targets), len(contrasts)):
        here = [k for k in range(len(subjects)) if seen[t, k, c]]
        parts = [[k for k in here if group_of_subject.get(subjects[k]) == group] for group in groups]
        own = fold.isel({v.TARGET: t, v.CONTRAST: c}).transpose("sample", v.SUBJECT).to_numpy()
        first, second = (own[:, part] for part in parts)
        place: dict[str, object] = {"target": targets[t], "contrast": contrasts[c], "note": "", f"{EFFECT}_verdict": ""}
        asked: dict[str, object] = {"question": f"{groups[0]} less {groups[1]}", "subjects": sum(map(len, parts))}
        few = [f"{group} has {len(part)}" for group, part in zip(groups, parts, strict=True) if len(part) < FEWEST]
        if few:
            rows.append(place | asked | {"note": f"needs {FEWEST} subjects in each group: {', '.join(few)}"})
        else:
            effect = effect_row(EFFECT, difference_draws(first, second, rng), equivalent_log2, ci_prob)
            rows.append(place | asked | effect | _increased(first, second))
        if log10_ic50_um is None:
            continue
        lines = [str(name) for name in log10_ic50_um[v.CELL_LINE].to_numpy()]
        both = [lines.index(subjects[k]) for k in here if subjects[k] in lines]
        place |= {"question": "per tenfold IC50", "subjects": len(both)}
        if len(both) < FEWEST_POINTS:
            rows.append(place | {"note": f"needs {FEWEST_POINTS} subjects with an IC50, got {len(both)}"})
            continue
        slope = slope_against(
            result,
            log10_ic50_um.isel({v.CELL_LINE: both}),
            seed,
            target=targets[t],
            contrast=contrasts[c],
            top_dose_um=top_dose_um,
            lines_are_pooled=lines_are_pooled,
        )
        draws = slope.to_numpy().ravel()
        rows.append(place | effect_row(EFFECT, draws[np.isfinite(draws)], equivalent_log2, ci_prob))
    return pd.DataFrame(rows, columns=COLUMNS)


def _require_groups(
    seen: np.ndarray,
    subjects: list[str],
    group_of_subject: Mapping[str, str],
    groups: tuple[str, str],
    targets: list[str],
    contrasts: list[str],
) -> None:
    """Refuse groups of which no target and contrast has two subjects each."""
    member = np.array([[group_of_subject.get(name) == group for name in subjects] for group in groups])
    number = np.einsum("tsc,gs->gtc", seen.astype(int), member.astype(int))
    if (number >= FEWEST).all(axis=0).any():
        return
    best = np.unravel_index(int(number.min(axis=0).argmax()), number.shape[1:])
    group = int(number[:, best[0], best[1]].argmin())
    where = f"in which {targets[best[0]]} was detected under {contrasts[best[1]]}"
    checks.at_least(f"subjects of group {groups[group]} {where}", int(number[group, best[0], best[1]]), FEWEST)


def _increased(first: np.ndarray, second: np.ndarray) -> dict[str, object]:
    """Subjects that probably increased, of how many, in both groups, and Fisher's P."""
    up = [int(((one > 0).mean(axis=0) > 0.5).sum()) for one in (first, second)]
    sizes = [one.shape[1] for one in (first, second)]
    table = [[n, size - n] for n, size in zip(up, sizes, strict=True)]
    return {
        "first_increased": up[0], "first_subjects": sizes[0], "second_increased": up[1], "second_subjects": sizes[1],
        "fisher_p": float(stats.fisher_exact(table).pvalue),
    }  # fmt: skip
