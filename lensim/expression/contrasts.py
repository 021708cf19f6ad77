"""Tables of contrasts of an expression fit: between cell types, and of levels over the calibrator.

Inside everything is log2; tables are ratios, 1 being no difference.
"""

from itertools import combinations
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.expression.estimands import (
    CALIBRATOR,
    DIFFERENCE_OF_CELL_TYPES,
    DIFFERENCE_OF_LEVELS,
    INSTABILITY,
    LEVEL_OVER_CALIBRATOR,
    TYPE_OF_SUBJECT,
    subjects_of_type,
)
from lensim.expression.evidence import CONTROL_DETECTED, CONTROL_NOT_DETECTED, DETECTED, PAIRS
from lensim.inference.intervals import interval_of, named_interval
from lensim.inference.observations import require_estimands

RATIO: Final = ("ratio", "ratio_lower", "ratio_upper")


def summarise_contrasts(estimands: xr.Dataset, ci_prob: float = 0.9) -> pd.DataFrame:
    """One row a target and pair of cell types: how their fold changes differ, contrast by contrast, and their levels.

    Levels are those under the control, of the subjects in which the target was detected there: a line without the gene
    would pull the mean of its cell type down without end. The ratio is that of geometric means of these subjects
    (primary samples against lines), with the uncertainty of their measurement; of others it says nothing. Fold changes
    differ by the means of the populations that the subjects are drawn from, so their interval has the spread between
    subjects in it; they are there where subjects were pooled.

    Parameters
    ----------
    estimands
        As from `expression_estimands`, of a fit with two or more cell types.
    ci_prob
        Probability inside the equal-tailed intervals.

    Returns
    -------
    pandas.DataFrame
        quantity ("fold change" or "level"), target, contrast (empty for levels), first, second (cell types),
        first_subjects, second_subjects (of those, in which the target was detected: in a pair of this contrast, of
        levels in the control); ratio (median, first over second), ratio_lower, ratio_upper; p_above_1; note where the
        target was never detected in a cell type. Without rows where there is one cell type alone, or one of the two has
        no pair of the contrast.

    Raises
    ------
    InputError
        If `ci_prob` lies outside 0.01 to 0.999.
    """
    require_estimands(estimands, "expression_estimands")
    kinds = [str(kind) for kind in estimands[v.CELL_TYPE].to_numpy()]
    have, pairs = subjects_of_type(estimands, DETECTED), subjects_of_type(estimands, PAIRS)
    have_level = subjects_of_type(estimands, CONTROL_DETECTED)
    targets = [str(target) for target in estimands[v.TARGET].to_numpy()]
    contrasts = [str(contrast) for contrast in estimands[v.CONTRAST].to_numpy()]
    rows = []
    for p, (a, b) in enumerate(combinations(range(len(kinds)), 2)):
        for t, target in enumerate(targets):
            of_pair = {"target": target, "first": kinds[a], "second": kinds[b]}
            if DIFFERENCE_OF_CELL_TYPES in estimands:
                for c, contrast in enumerate(contrasts):
                    if not pairs[t, [a, b], c].all():
                        continue
                    values = estimands[DIFFERENCE_OF_CELL_TYPES].isel({v.TARGET: t, "pair": p, v.CONTRAST: c})
                    counted = _counted(have[t, [a, b], c], [kinds[a], kinds[b]], "what the prior says")
                    named = {"quantity": "fold change", "contrast": contrast}
                    rows.append(of_pair | named | counted | _ratio(values, ci_prob))
            if DIFFERENCE_OF_LEVELS in estimands:
                counted = _counted(have_level[t, [a, b]], [kinds[a], kinds[b]], "no ratio")
                values = estimands[DIFFERENCE_OF_LEVELS].isel({v.TARGET: t, "pair": p})
                rows.append(of_pair | {"quantity": "level", "contrast": ""} | counted | _ratio(values, ci_prob))
    columns = ["quantity", "target", "contrast", "first", "second", "first_subjects", "second_subjects"]
    columns += [*RATIO, "p_above_1", "note"]
    return pd.DataFrame(rows, columns=columns).sort_values("quantity", kind="stable", ignore_index=True)


def _counted(have: np.ndarray, kinds: list[str], without: str) -> dict[str, object]:
    """Subjects of both cell types in which a target was detected, and what it means where there are none."""
    missing = [kind for kind, number in zip(kinds, have, strict=True) if not number]
    note = f"never detected in {' and '.join(missing)}: {without}" if missing else ""
    return {"first_subjects": int(have[0]), "second_subjects": int(have[1]), "note": note}


def summarise_levels(estimands: xr.Dataset, ci_prob: float = 0.9) -> pd.DataFrame:
    """One row a target and subject: its level under the control over that of the calibrator.

    Columns: target, subject, cell_type; ratio (median) with ratio_lower and ratio_upper; detected, not_detected
    (reactions under the control); note where the subject or the calibrator never showed the target, so that the ratio
    is a bound and its other end the prior's. A subject in which the target was not measured has no row.

    Parameters
    ----------
    estimands, ci_prob
        As for `summarise_contrasts`.

    Raises
    ------
    InputError
        If the fit has no calibrator or no levels, or `ci_prob` lies outside 0.01 to 0.999.
    """
    require_estimands(estimands, "expression_estimands")
    if LEVEL_OVER_CALIBRATOR not in estimands:
        raise checks.InputError("summarise_levels needs a fit of Cts with a calibrator, got one without")
    calibrator = str(estimands.attrs[CALIBRATOR])
    subjects = [str(name) for name in estimands[v.SUBJECT].to_numpy()]
    yes, no, kinds = (estimands[name].to_numpy() for name in (CONTROL_DETECTED, CONTROL_NOT_DETECTED, TYPE_OF_SUBJECT))
    rows = []
    for t, target in enumerate(estimands[v.TARGET].to_numpy()):
        has_calibrator = bool(yes[t, subjects.index(calibrator)])
        for s, subject in enumerate(subjects):
            if not yes[t, s] + no[t, s]:
                continue
            note = "" if has_calibrator else f"{calibrator} was never detected: at least the lower end"
            if not yes[t, s]:
                note = "never detected: at most the upper end" if has_calibrator else "neither was ever detected"
            rows.append(
                {"target": str(target), "subject": subject, "cell_type": str(kinds[s])}
                | _ratio(estimands[LEVEL_OVER_CALIBRATOR].isel({v.TARGET: t, v.SUBJECT: s}), ci_prob, with_p=False)
                | {"detected": int(yes[t, s]), "not_detected": int(no[t, s]), "note": note}
            )
    columns = ["target", "subject", "cell_type", *RATIO, "detected", "not_detected", "note"]
    return pd.DataFrame(rows, columns=columns)


def summarise_references(estimands: xr.Dataset, ci_prob: float = 0.9) -> pd.DataFrame:
    """One row a reference and contrast of a fit in which references may respond: by how much they did.

    Columns: reference, contrast; ratio (median, treated over control) with ratio_lower and ratio_upper; p_above_1;
    instability_log2 (median; root of the mean squared response and the biological spread) with _lower and _upper, and
    p_most_stable, the probability that it is the smallest. The most stable reference comes first.

    Parameters
    ----------
    estimands, ci_prob
        As for `summarise_contrasts`.

    Raises
    ------
    InputError
        If references may not respond in the model, or `ci_prob` lies outside 0.01 to 0.999.
    """
    require_estimands(estimands, "expression_estimands")
    if v.LOG2_REFERENCE_FOLD_CHANGE not in estimands:
        raise checks.InputError(
            "summarise_references needs a fit in which references may respond (expression_hierarchical_responding), "
            "got one in which they hold still"
        )
    change = estimands[v.LOG2_REFERENCE_FOLD_CHANGE]
    stability = _stability(estimands, ci_prob)
    names = [str(name) for name in change[v.REFERENCE].to_numpy()]
    order = np.argsort([-float(one.get("p_most_stable", 0.0)) for one in stability], kind="stable")
    return pd.DataFrame(
        [
            {"reference": names[r], "contrast": str(contrast)}
            | _ratio(change.isel({v.REFERENCE: r, v.CONTRAST: c}), ci_prob)
            | stability[r]
            for r in order
            for c, contrast in enumerate(change[v.CONTRAST].to_numpy())
        ]
    )


def _stability(estimands: xr.Dataset, ci_prob: float) -> list[dict[str, float]]:
    """Of each reference its instability and the probability that it is the most stable; empty where it is not known."""
    if INSTABILITY not in estimands:
        return [{}] * estimands.sizes[v.REFERENCE]
    flat = estimands[INSTABILITY].stack(sample_=("chain", "draw"), create_index=False)
    draws = flat.transpose(v.REFERENCE, "sample_").to_numpy()
    first = np.bincount(draws.argmin(axis=0), minlength=len(draws)) / draws.shape[1]
    return [
        named_interval("instability_log2", interval_of(own, ci_prob)) | {"p_most_stable": float(p)}
        for own, p in zip(draws, first, strict=True)
    ]


def _ratio(log2_difference: xr.DataArray, ci_prob: float, *, with_p: bool = True) -> dict[str, float]:
    values = log2_difference.to_numpy().ravel()
    found = named_interval("ratio", 2.0 ** interval_of(values, ci_prob))
    if with_p:
        found["p_above_1"] = float((values > 0).mean()) if np.isfinite(values).all() else float("nan")
    return found
