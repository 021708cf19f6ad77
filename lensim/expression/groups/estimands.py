"""Quantities of interest of a study of groups: ratios of groups as draws, and tables of them with classical answers."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr

from lensim import vocabulary as v
from lensim.expression.groups.arrays import level_arrays, repeated_arrays
from lensim.expression.groups.comparisons import (
    CELL_TYPES,
    CONDITIONS,
    INTERACTION,
    KINDS,
    Comparison,
    as_ratios,
    comparisons_of,
    mann_whitney,
    sides_of,
    welch,
)
from lensim.expression.groups.levels import levels_of_posterior
from lensim.expression.groups.repeated_answers import classical_answers
from lensim.inference.intervals import interval_of, named_interval
from lensim.inference.observations import observations_of, require_estimands

COMPARISON: Final = "comparison"
LOG2_RATIO_OF_GROUPS: Final = "log2_ratio_of_groups"
SUBJECTS: Final = "subjects_of_group"
MEAN_OF_SUBJECTS: Final = "mean_of_subjects"
SD_OF_SUBJECTS: Final = "sd_of_subjects"
RANK_P: Final = "mann_whitney_p"
COMPARISONS: Final = "comparisons"
IS_REPEATED: Final = "is_repeated"
Rows = list[tuple[Comparison, dict[str, Any]]]
"""Comparisons, each with its row of a table."""
_CLASSICAL: Final = ("welch_ratio", "welch_ratio_lower", "welch_ratio_upper", "welch_p", "mann_whitney_p")
_RATIO: Final = ("ratio", "ratio_lower", "ratio_upper", "p_above_1")
GROUP_RATIO_COLUMNS: Final = (
    "target", "cell_type", "group", "against", "subjects", "against_subjects", *_RATIO, *_CLASSICAL, "note",
)  # fmt: skip
"""Columns of `summarise_group_ratios`."""
CELL_TYPE_RATIO_COLUMNS: Final = (
    "target", "what", "first", "second", "first_subjects", "second_subjects", *_RATIO, *_CLASSICAL, "note",
)  # fmt: skip
"""Columns of `summarise_cell_type_ratios`."""


def is_of_groups(data: xr.Dataset | xr.DataTree) -> bool:
    """Whether estimands, or a posterior, are of groups of different subjects."""
    return LOG2_RATIO_OF_GROUPS in data or v.MEAN_LEVEL in data


def group_estimands(result: xr.DataTree) -> xr.Dataset:
    """Draws of every ratio of groups, and what classical tests need; of subjects in one group each, or in several.

    Returns
    -------
    xarray.Dataset
        Dims chain, draw and: log2_ratio_of_groups (target, comparison), NaN where a group has no subject with the
        target; mean_log2_level and sd_log2_between_subjects (target, group), the mean with its true factors, the spread
        of subjects around it in all. Coordinates: subjects_of_group, mean_of_subjects and sd_of_subjects (target,
        group), mann_whitney_p (target, comparison). attrs["comparisons"] are the comparisons, attrs["is_repeated"] says
        whether the model is that of subjects in several groups.

    Raises
    ------
    InputError
        If the result lacks its observations.
    """
    posterior, data = result["posterior"].to_dataset(), observations_of(result)
    is_repeated = v.SUBJECT_EFFECT in posterior
    levels = levels_of_posterior(data, posterior)
    arrays = repeated_arrays(levels) if is_repeated else level_arrays(levels)
    mean = posterior[v.MEAN_LEVEL]
    if v.FACTOR_ERROR in posterior:
        mean = mean + xr.dot(levels[v.FACTOR_SLOPE].drop_vars(v.GENE), posterior[v.FACTOR_ERROR].drop_vars(v.GENE))
        mean = mean.transpose("chain", "draw", v.TARGET, v.GROUP)
    found = comparisons_of(levels)
    cell_types = levels[v.CELL_TYPE].to_numpy()[levels[v.CELL_TYPE_OF_GROUP].to_numpy()]
    weights = np.array([one.weights for one in found]).reshape(len(found), levels.sizes[v.GROUP])
    number, middle, sd, members = _subjects(arrays, levels.sizes[v.TARGET], levels.sizes[v.GROUP])
    is_known = ~(((number == 0)[:, None] & (weights != 0)[None]).any(axis=-1))  # (target, comparison)
    of_target = {v.TARGET: posterior[v.TARGET].to_numpy()}
    ratio = xr.DataArray(
        np.where(is_known, np.einsum("cdtg,kg->cdtk", mean.to_numpy(), weights), np.nan),
        dims=("chain", "draw", v.TARGET, COMPARISON),
    )
    rank = [[_rank_p(one, of_groups) for one in found] for of_groups in members]
    return xr.Dataset(
        {
            LOG2_RATIO_OF_GROUPS: ratio,
            v.MEAN_LEVEL: mean,
            v.SD_SUBJECTS: _spread(posterior),
        },
        coords=of_target
        | {
            COMPARISON: [one.name for one in found],
            v.CELL_TYPE_OF_GROUP: (v.GROUP, cell_types),
            v.CONDITION_OF_GROUP: (v.GROUP, levels[v.CONDITION].to_numpy()[levels[v.CONDITION_OF_GROUP].to_numpy()]),
            SUBJECTS: ((v.TARGET, v.GROUP), number),
            MEAN_OF_SUBJECTS: ((v.TARGET, v.GROUP), middle),
            SD_OF_SUBJECTS: ((v.TARGET, v.GROUP), sd),
            RANK_P: ((v.TARGET, COMPARISON), np.array(rank, dtype=float).reshape(len(members), len(found))),
        }
        | (classical_answers(arrays, levels.sizes[v.TARGET], found, cell_types.astype(str)) if is_repeated else {}),
        attrs={COMPARISONS: tuple(found), IS_REPEATED: is_repeated},
    )


def _spread(posterior: xr.Dataset) -> xr.DataArray:
    """Spread of subjects around the mean of their group (chain, draw, target, group)."""
    if v.SUBJECT_EFFECT not in posterior:
        return posterior[v.SD_SUBJECTS]
    square = posterior[v.SD_WITHIN] ** 2 + posterior[v.SD_SUBJECT_EFFECT] ** 2
    return xr.DataArray(np.sqrt(square)).transpose("chain", "draw", v.TARGET, v.GROUP)


def _subjects(
    arrays: dict[str, np.ndarray], targets: int, groups: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[list[np.ndarray]]]:
    """Number, mean and sd of the subjects of each target and group, and their levels."""
    members = [
        [arrays["level"][(arrays["target_of_level"] == t) & (arrays["group_of_level"] == g)] for g in range(groups)]
        for t in range(targets)
    ]
    number = np.array([[len(one) for one in row] for row in members]).reshape(targets, groups)
    mean = np.array([[one.mean() if len(one) else np.nan for one in row] for row in members])
    sd = np.array([[one.std(ddof=1) if len(one) > 1 else np.nan for one in row] for row in members])
    return number, mean, sd, members


def _rank_p(one: Comparison, members: list[np.ndarray]) -> float:
    if not one.is_of_two:
        return float("nan")
    return mann_whitney(members[one.weights.index(1.0)], members[one.weights.index(-1.0)])


def summarise_group_ratios(estimands: xr.Dataset, ci_prob: float = 0.9) -> pd.DataFrame:
    """One row a target and two conditions of a cell type: the ratio of their groups, with Welch's and the rank test.

    Columns: target, cell_type, group, against, subjects, against_subjects; ratio (median, group over the other) with
    ratio_lower and ratio_upper; p_above_1; welch_ratio with _lower and _upper (an interval of the same probability),
    welch_p, mann_whitney_p (exact where there are no ties); note.

    Parameters
    ----------
    estimands
        As from `group_estimands`.
    ci_prob
        Probability inside the equal-tailed intervals.
    """
    rows = _rows(estimands, (CONDITIONS,), ci_prob, ("subjects", "against_subjects"))
    return frame_of_conditions(rows, GROUP_RATIO_COLUMNS)


def summarise_cell_type_ratios(estimands: xr.Dataset, ci_prob: float = 0.9) -> pd.DataFrame:
    """One row a target and two cell types: the ratio of levels under each condition, and of their fold changes.

    Columns: target, what ("level under untreated", or "fold change, drug over untreated": the interaction), first,
    second, first_subjects, second_subjects; ratio (first over second) and the rest as in `summarise_group_ratios`;
    there is no rank test of an interaction.

    Parameters
    ----------
    estimands, ci_prob
        As for `summarise_group_ratios`.
    """
    rows = _rows(estimands, (CELL_TYPES, INTERACTION), ci_prob, ("first_subjects", "second_subjects"))
    return frame_of_cell_types(rows, CELL_TYPE_RATIO_COLUMNS)


def frame_of_conditions(rows: Rows, columns: tuple[str, ...]) -> pd.DataFrame:
    """Rows of two conditions, with their names."""
    return pd.DataFrame(
        [{"cell_type": one.cell_type, "group": one.first, "against": one.second} | row for one, row in rows],
        columns=columns,
    )


def frame_of_cell_types(rows: Rows, columns: tuple[str, ...]) -> pd.DataFrame:
    """Rows of two cell types, with their names and what is compared."""
    found = []
    for one, row in rows:
        what = f"level under {one.cell_type}" if one.kind == CELL_TYPES else f"fold change, {one.cell_type}"
        found.append({"what": what, "first": one.first, "second": one.second} | row)
    return pd.DataFrame(found, columns=columns)


def summarise_groups(estimands: xr.Dataset, ci_prob: float = 0.9) -> pd.DataFrame:
    """One row a target and group: number of subjects, mean level and spread between subjects.

    Columns: target, group, cell_type, condition, subjects; mean_log2_level (median; over the references) and
    sd_log2_between_subjects with _lower and _upper; observed_mean_log2_level and observed_sd_log2 of the subjects.

    Parameters
    ----------
    estimands, ci_prob
        As for `summarise_group_ratios`.
    """
    require_estimands(estimands, "group_estimands")
    rows = []
    for t, target in enumerate(estimands[v.TARGET].to_numpy()):
        for g, group in enumerate(estimands[v.GROUP].to_numpy()):
            number = int(estimands[SUBJECTS].to_numpy()[t, g])
            if not number:
                continue
            at = {v.TARGET: t, v.GROUP: g}
            row: dict[str, Any] = {"target": str(target), "group": str(group)}
            row |= {"cell_type": str(estimands[v.CELL_TYPE_OF_GROUP].to_numpy()[g])}
            row |= {"condition": str(estimands[v.CONDITION_OF_GROUP].to_numpy()[g]), "subjects": number}
            for name in (v.MEAN_LEVEL, v.SD_SUBJECTS):
                row |= named_interval(name, interval_of(estimands[name].isel(at).to_numpy(), ci_prob))
            row["observed_mean_log2_level"] = float(estimands[MEAN_OF_SUBJECTS].to_numpy()[t, g])
            row["observed_sd_log2"] = float(estimands[SD_OF_SUBJECTS].to_numpy()[t, g])
            rows.append(row)
    return pd.DataFrame(rows)


def each_comparison(
    estimands: xr.Dataset, ci_prob: float, kinds: tuple[str, ...] = KINDS
) -> Iterator[tuple[int, int, Comparison, dict[str, Any]]]:
    """Each comparison of some kinds, target after target: both places, the comparison, and a row with its posterior.

    Parameters
    ----------
    estimands, ci_prob
        As for `summarise_group_ratios`.
    kinds
        Of comparisons.
    """
    require_estimands(estimands, "group_estimands")
    ratio = estimands[LOG2_RATIO_OF_GROUPS].transpose(v.TARGET, COMPARISON, "chain", "draw").to_numpy()
    comparisons: tuple[Comparison, ...] = estimands.attrs[COMPARISONS]
    for t, target in enumerate(estimands[v.TARGET].to_numpy()):
        for k, one in enumerate(comparisons):
            if one.kind in kinds:
                yield t, k, one, {"target": str(target)} | posterior_ratio(ratio[t, k].ravel(), ci_prob)


def _rows(estimands: xr.Dataset, kinds: tuple[str, ...], ci_prob: float, counts: tuple[str, str]) -> Rows:
    """Each comparison of some kinds with its numbers."""
    require_estimands(estimands, "group_estimands")
    number, mean, sd = (estimands[name].to_numpy() for name in (SUBJECTS, MEAN_OF_SUBJECTS, SD_OF_SUBJECTS))
    kinds_of_groups = estimands[v.CELL_TYPE_OF_GROUP].to_numpy().astype(str)
    found = []
    for t, k, one, row in each_comparison(estimands, ci_prob, kinds):
        weights = np.array(one.weights)
        first, second = (int(number[t][side].sum()) for side in sides_of(one, kinds_of_groups))
        row |= {counts[0]: first, counts[1]: second}
        row |= _classical_ratio(weights, mean[t], sd[t], number[t], ci_prob)
        row["mann_whitney_p"] = float(estimands[RANK_P].to_numpy()[t, k])
        found.append((one, row | {"note": note_of_groups(number[t], weights, estimands[v.GROUP].to_numpy())}))
    return found


def posterior_ratio(draws: np.ndarray, ci_prob: float) -> dict[str, float]:
    """Median, interval and probability above 1 of a log2 ratio; NaN where it is not known."""
    if not np.isfinite(draws).all():
        return dict.fromkeys(_RATIO, float("nan"))
    found = named_interval("ratio", as_ratios(interval_of(draws, ci_prob)))
    return found | {"p_above_1": float((draws > 0).mean())}


def _classical_ratio(
    weights: np.ndarray, mean: np.ndarray, sd: np.ndarray, number: np.ndarray, ci_prob: float
) -> dict[str, float]:
    answer = welch(weights, mean, sd, number, ci_prob)
    ratios = as_ratios((answer.difference, answer.lower, answer.upper)).tolist()
    return dict(zip(_CLASSICAL[:3], ratios, strict=True)) | {"welch_p": answer.p_value}


def note_of_groups(number: np.ndarray, weights: np.ndarray, groups: np.ndarray) -> str:
    """What is to be known of groups with one subject or none."""
    own = np.flatnonzero(weights)
    without = [str(groups[g]) for g in own if not number[g]]
    alone = [str(groups[g]) for g in own if number[g] == 1]
    if without:
        return f"no subject of {' and '.join(without)} has the target: no ratio"
    if alone:
        return f"one subject of {' and '.join(alone)}: its spread is that of the others and of the prior"
    return ""


def judged_group_estimands(estimands: xr.Dataset) -> xr.Dataset:
    """Draws that the convergence gate judges: the ratios that are there (chain, draw, ratio)."""
    ratio = estimands[LOG2_RATIO_OF_GROUPS].transpose("chain", "draw", v.TARGET, COMPARISON).to_numpy()
    flat = ratio.reshape(*ratio.shape[:2], -1)
    there = np.isfinite(flat).all(axis=(0, 1))
    return xr.Dataset({LOG2_RATIO_OF_GROUPS: (("chain", "draw", "ratio"), flat[..., there])})
