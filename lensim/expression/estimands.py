"""Quantities of interest of an expression fit: fold changes, levels and contrasts as draws, and tables of them.

Inside everything is log2; tables are in percent of control, 100 being no change.
"""

from itertools import combinations
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr

from lensim import checks, seeding
from lensim import vocabulary as v
from lensim.expression.evidence import (
    CONTROL,
    CONTROL_DETECTED,
    DETECTED,
    DETECTED_BESIDE,
    DETECTED_TREATED,
    NOT_DETECTED,
    PAIRS,
    UNPAIRED_TREATED,
    evidence_of,
)
from lensim.expression.tipping import REFERENCES, tipping_log2
from lensim.inference.intervals import interval_of, named_interval
from lensim.inference.observations import observations_of, require_estimands

NEW_SUBJECT: Final = "new_subject_log2_fold_change"
NUMBER_INCREASED: Final = "number_of_increased_subjects"
DIFFERENCE_OF_CELL_TYPES: Final = "difference_of_cell_types"
DIFFERENCE_OF_LEVELS: Final = "difference_of_levels"
INSTABILITY: Final = "instability_of_reference_log2"
LEVEL_OVER_CALIBRATOR: Final = "log2_level_over_calibrator"
TYPE_OF_SUBJECT: Final = "subject_cell_type"
CALIBRATOR: Final = "calibrator"
_OF_PAIR: Final = (v.TARGET, v.SUBJECT, v.CONTRAST)
_INTERVAL: Final = ("fold_change_percent", "fold_change_percent_lower", "fold_change_percent_upper")
SUBJECT_COLUMNS: Final = (
    *("target", "subject", "cell_type", "contrast", "pairs"),
    *(*_INTERVAL, "p_increase", "detected", "not_detected", "note"),
)
"""Columns of `summarise_subjects`."""


def expression_posterior(result: xr.DataTree) -> xr.Dataset:
    """The posterior of an expression fit; a result of another kind is refused."""
    if v.MEAN_LEVEL in result["posterior"]:
        raise checks.InputError(
            "an expression result with fold changes of subjects is needed, got one of groups of different subjects: "
            "its table group_ratios has the classical answers beside the ratios of groups"
        )
    if v.LOG2_FOLD_CHANGE not in result["posterior"]:
        raise checks.InputError(
            f"an expression result needs {v.LOG2_FOLD_CHANGE} in its posterior, got "
            f"{', '.join(map(str, result['posterior'].data_vars))}"
        )
    return result["posterior"].to_dataset()


def expression_estimands(result: xr.DataTree) -> xr.Dataset:
    """Draws of every quantity of interest of an expression fit, and the properties of subjects for tables.

    Computed once a fit; `summarise_subjects`, `summarise_populations`, `judged_estimands` and the tables of
    `lensim.expression.contrasts` take what it returns.

    Returns
    -------
    xarray.Dataset
        Dims chain, draw and: log2_fold_change (target, subject, contrast); number_of_increased_subjects (target,
        cell_type, contrast), of those with a pair in which the target was detected; where subjects were pooled,
        mu_log2_fold_change, sigma_log2_fold_change and new_subject_log2_fold_change (target, cell_type, contrast), the
        last a subject not yet seen; difference_of_cell_types (target, pair, contrast), of the means that they are
        drawn from, first less second; difference_of_levels (target, pair), of the mean log2 levels of those subjects in
        which the target was detected in the control, NaN where a cell type has none; where there is a calibrator,
        log2_level_over_calibrator (target, subject); where references may respond, log2_reference_fold_change
        (reference, contrast), and instability_of_reference_log2 (reference), the root of its mean squared response and
        the square of its biological spread.
        Coordinates: subject_cell_type (subject); the counts of `evidence_of`: pairs, detected and not_detected (target,
        subject, contrast), control_detected (target, subject) and more. In the attrs the calibrator, '' where there is
        none, and the control.

    Raises
    ------
    InputError
        If the result is of another assay or lacks its observations.

    Notes
    -----
    A line without a gene has a level that is only bounded from above, and would pull the mean of its population down
    without end: so levels are compared between the subjects that have it, and the difference is that of the subjects at
    hand. Fold changes of such a line are what its population says, and pull nothing.
    """
    posterior, data = expression_posterior(result), observations_of(result)
    fold = posterior[v.LOG2_FOLD_CHANGE]
    cell_type = data[v.CELL_TYPE_OF_SUBJECT].to_numpy()
    kinds = np.arange(data.sizes[v.CELL_TYPE])[:, None] == cell_type
    member = xr.DataArray(kinds.astype(int), dims=(v.CELL_TYPE, v.SUBJECT), coords={v.CELL_TYPE: data[v.CELL_TYPE]})
    evidence = evidence_of(data)
    estimands = {
        v.LOG2_FOLD_CHANGE: fold,
        NUMBER_INCREASED: ((fold > 0).astype(int) * member * (evidence[DETECTED] > 0).astype(int)).sum(v.SUBJECT),
    }
    if v.MU_FOLD_CHANGE in posterior:
        mu, sigma = posterior[v.MU_FOLD_CHANGE], posterior[v.SIGMA_FOLD_CHANGE]
        rng = seeding.stream(int(result.attrs.get("seed", 0)), "new subject")
        estimands |= {
            v.MU_FOLD_CHANGE: mu,
            v.SIGMA_FOLD_CHANGE: sigma,
            NEW_SUBJECT: mu + sigma * rng.standard_normal(mu.shape),
        }
        estimands |= _between_cell_types(mu, DIFFERENCE_OF_CELL_TYPES)
    if v.LOG2_LEVEL in posterior:
        has_it = member * (evidence[CONTROL_DETECTED] > 0).astype(int)
        mean = (posterior[v.LOG2_LEVEL] * has_it).sum(v.SUBJECT) / has_it.sum(v.SUBJECT).where(has_it.any(v.SUBJECT))
        estimands |= _between_cell_types(mean, DIFFERENCE_OF_LEVELS)
    calibrator = str(data.attrs.get("calibrator", ""))
    if calibrator and v.LOG2_LEVEL in posterior:
        level = posterior[v.LOG2_LEVEL]
        of_calibrator = level.isel({v.SUBJECT: level[v.SUBJECT].to_numpy().tolist().index(calibrator)}, drop=True)
        estimands[LEVEL_OVER_CALIBRATOR] = level - of_calibrator
    if v.LOG2_REFERENCE_FOLD_CHANGE in posterior:
        estimands[v.LOG2_REFERENCE_FOLD_CHANGE] = posterior[v.LOG2_REFERENCE_FOLD_CHANGE]
        estimands |= _instability(posterior)
    return xr.Dataset(
        {name: values.transpose("chain", "draw", ...) for name, values in estimands.items()},
        attrs={CALIBRATOR: calibrator, CONTROL: str(evidence.attrs[CONTROL]), REFERENCES: _references(data)},
    ).assign_coords(
        {TYPE_OF_SUBJECT: (v.SUBJECT, data[v.CELL_TYPE].to_numpy().astype(str)[cell_type])}
        | {str(name): (counts.dims, counts.to_numpy()) for name, counts in evidence.data_vars.items()}
    )


def _instability(posterior: xr.Dataset) -> dict[str, xr.DataArray]:
    """What a reference does that it should not: its response to treatments, and its own spread between samples."""
    if v.SD_BIOLOGICAL not in posterior or v.REFERENCE not in posterior.coords:
        return {}
    change = posterior[v.LOG2_REFERENCE_FOLD_CHANGE]
    own = posterior[v.SD_BIOLOGICAL].sel({v.GENE: change[v.REFERENCE].to_numpy()})
    spread = own.rename({v.GENE: v.REFERENCE}).transpose("chain", "draw", v.REFERENCE)
    squares: xr.DataArray = (change**2).mean(v.CONTRAST) + spread**2
    return {INSTABILITY: squares**0.5}


def _references(data: xr.Dataset) -> str:
    if v.IS_REFERENCE not in data or v.GENE not in data.coords:
        return ""
    return ", ".join(data[v.GENE].to_numpy()[data[v.IS_REFERENCE].to_numpy() == 1].astype(str))


def judged_estimands(estimands: xr.Dataset) -> xr.Dataset:
    """Estimands for the convergence gate: all but the number of increased subjects, whose ranks are ties.

    Parameters
    ----------
    estimands
        As from `expression_estimands`.
    """
    return estimands.drop_vars(NUMBER_INCREASED)


def _between_cell_types(mean: xr.DataArray, name: str) -> dict[str, xr.DataArray]:
    names = [str(kind) for kind in mean[v.CELL_TYPE].to_numpy()]
    pairs = list(combinations(range(len(names)), 2))
    if not pairs:
        return {}
    differences = [mean.isel({v.CELL_TYPE: a}, drop=True) - mean.isel({v.CELL_TYPE: b}, drop=True) for a, b in pairs]
    labels = pd.Index([f"{names[a]} less {names[b]}" for a, b in pairs], name="pair")
    return {name: xr.concat(differences, dim=labels, coords="minimal", compat="override")}


def summarise_subjects(estimands: xr.Dataset, ci_prob: float = 0.9) -> pd.DataFrame:
    """One row a target, subject and contrast of which there is a pair.

    Columns: target, subject, cell_type, contrast; pairs (experiments with treated sample and control); then
    fold_change_percent with _lower and _upper (median and equal-tailed interval, percent of control); p_increase;
    detected, not_detected (reactions of these pairs, or ratios); note where one of the two conditions or both showed
    nothing, so that an end of the interval, or the whole row, is what the prior and the population say.

    Parameters
    ----------
    estimands
        As from `expression_estimands`.
    ci_prob
        Probability inside the intervals.

    Raises
    ------
    InputError
        If `ci_prob` lies outside 0.01 to 0.999.
    """
    require_estimands(estimands, "expression_estimands")
    fold = estimands[v.LOG2_FOLD_CHANGE]
    draws = fold.stack(sample_=("chain", "draw"), create_index=False).transpose(..., "sample_").to_numpy()
    ends = interval_of(draws, ci_prob, axis=-1)
    pairs, yes, no = (estimands[name].to_numpy() for name in (PAIRS, DETECTED, NOT_DETECTED))
    beside, treated = (estimands[name].to_numpy() > 0 for name in (DETECTED_BESIDE, DETECTED_TREATED))
    kinds, control = estimands[TYPE_OF_SUBJECT].to_numpy(), str(estimands.attrs[CONTROL])
    targets, subjects, contrasts = ([str(name) for name in fold[dim].to_numpy()] for dim in _OF_PAIR)
    rows = [
        {"target": targets[t], "subject": subjects[s], "cell_type": str(kinds[s]), "contrast": contrasts[c]}
        | {"pairs": int(pairs[t, s, c])}
        | named_interval("fold_change_percent", np.array([100 * 2.0 ** ends[k, t, s, c] for k in range(3)]))
        | {
            "p_increase": float((draws[t, s, c] > 0).mean()),
            "detected": int(yes[t, s, c]),
            "not_detected": int(no[t, s, c]),
            "note": _note(beside[t, s, c], treated[t, s, c], control, contrasts[c], ends[:, t, s, c]),
        }
        for t, s, c in np.argwhere(pairs > 0)
    ]
    return pd.DataFrame(rows, columns=SUBJECT_COLUMNS)


def _note(in_control: bool, in_treated: bool, control: str, contrast: str, ends: np.ndarray) -> str:
    """What an interval cannot say where a condition has no Ct: the end that is known, as a bound."""
    if in_control == in_treated:
        return "" if in_control else "never detected: no more than its population says"
    if in_control:
        return f"never detected under {contrast}: < {2.0 ** ends[2]:.3g}-fold, and how much less is not known"
    return f"never detected under {control}: > {2.0 ** ends[0]:.3g}-fold, and how much more is not known"


def summarise_populations(estimands: xr.Dataset, ci_prob: float = 0.9) -> pd.DataFrame:
    """One row a target, cell type and contrast of a pooled fit, of which there is a pair.

    Columns: target, cell_type, contrast; subjects (with a pair of this target and contrast); fold_change_percent (2^mu,
    percent of control) with interval; p_increase of the mean; reference_tipping_log2, the response of the references at
    which the direction of the mean has a probability of 0.9, NaN where it has less anyway; sigma_log2 with interval;
    new_subject_percent with its predictive interval and p_new_subject_increase; increased (median number of subjects)
    with interval; note where the target was never detected, or in no control, which makes the lower end a bound. Where
    groups of different subjects are compared, there are the mean and its note alone.

    Parameters
    ----------
    estimands, ci_prob
        As for `summarise_subjects`.

    Raises
    ------
    InputError
        If subjects were not pooled, or `ci_prob` lies outside 0.01 to 0.999.
    """
    require_estimands(estimands, "expression_estimands")
    if v.MU_FOLD_CHANGE not in estimands:
        raise checks.InputError("summarise_populations needs a fit in which subjects are pooled, got one without mu")
    flat = estimands.stack(sample_=("chain", "draw"), create_index=False)

    def of(name: str) -> np.ndarray:
        return flat[name].transpose(v.TARGET, v.CELL_TYPE, v.CONTRAST, "sample_").to_numpy()

    mu, sigma, new, number = (
        of(name) for name in (v.MU_FOLD_CHANGE, v.SIGMA_FOLD_CHANGE, NEW_SUBJECT, NUMBER_INCREASED)
    )
    targets, kinds, contrasts = (
        [str(name) for name in estimands[dim].to_numpy()] for dim in (v.TARGET, v.CELL_TYPE, v.CONTRAST)
    )
    subjects, seen = (subjects_of_type(estimands, name) for name in (PAIRS, DETECTED))
    treated, controls = (subjects_of_type(estimands, name) for name in (UNPAIRED_TREATED, CONTROL_DETECTED))
    control = str(estimands.attrs[CONTROL])
    rows = []
    for t, k, c in np.argwhere(subjects + treated > 0):
        if treated[t, k, c]:
            numbers = (int(subjects[t, k, c]), int(treated[t, k, c]), int(controls[t, k]))
            place = {"target": targets[t], "cell_type": kinds[k], "contrast": contrasts[c]}
            rows.append(place | _of_groups(mu[t, k, c], numbers, ci_prob))
            continue
        row: dict[str, object] = {"target": targets[t], "cell_type": kinds[k], "contrast": contrasts[c]}
        row["subjects"] = int(subjects[t, k, c])
        for name, values in (
            ("fold_change_percent", 100 * 2.0 ** mu[t, k, c]),
            ("sigma_log2", sigma[t, k, c]),
            ("new_subject_percent", 100 * 2.0 ** new[t, k, c]),
            ("increased", number[t, k, c]),
        ):
            row |= named_interval(name, interval_of(values, ci_prob))
        row |= {
            "p_increase": float((mu[t, k, c] > 0).mean()),
            "reference_tipping_log2": float(tipping_log2(mu[t, k, c])),
            "p_new_subject_increase": float((new[t, k, c] > 0).mean()),
            "note": _note_of_mean(mu[t, k, c], bool(seen[t, k, c]), bool(controls[t, k]), control, ci_prob),
        }
        rows.append(row)
    return pd.DataFrame(rows)


def _note_of_mean(mu: np.ndarray, is_seen: bool, in_control: bool, control: str, ci_prob: float) -> str:
    """What the interval of a mean cannot say where no control, or nothing, has a Ct."""
    if not is_seen:
        return "never detected: what the prior says"
    if in_control:
        return ""
    low = float(interval_of(mu, ci_prob)[0])
    return f"never detected under {control}: > {2.0**low:.3g}-fold, and how much more is not known"


def _of_groups(mu: np.ndarray, numbers: tuple[int, int, int], ci_prob: float) -> dict[str, object]:
    """The mean where groups of different subjects are compared: without pairs nothing tells a spread of fold changes.

    `numbers` are subjects with a pair, treated ones without a control, and those with a control.
    """
    unknown = {
        name: np.nan
        for quantity in ("sigma_log2", "new_subject_percent", "increased")
        for name in (quantity, f"{quantity}_lower", f"{quantity}_upper")
    }
    paired, treated, controls = numbers
    return (
        {"subjects": paired + treated}
        | named_interval("fold_change_percent", interval_of(100 * 2.0**mu, ci_prob))
        | unknown
        | {"p_increase": float((mu > 0).mean()), "reference_tipping_log2": float(tipping_log2(mu))}
        | {"p_new_subject_increase": np.nan}
        | {"note": f"groups of different subjects: {treated} treated without a control, {controls} with one"}
    )


def subjects_of_type(estimands: xr.Dataset, evidence: str) -> np.ndarray:
    """Subjects of a cell type with such evidence: (target, cell_type, contrast), or (target, cell_type) of levels."""
    kinds = estimands[v.CELL_TYPE].to_numpy().astype(str)
    member = (estimands[TYPE_OF_SUBJECT].to_numpy().astype(str)[:, None] == kinds).astype(int)  # (subject, cell_type)
    has_it = (estimands[evidence].to_numpy() > 0).astype(int)  # (target, subject, ...)
    return np.asarray(np.einsum("ts...,sk->tk...", has_it, member))
