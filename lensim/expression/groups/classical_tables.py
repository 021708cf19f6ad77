"""Classical answers of a fit of groups beside its posterior, for `lensim compare`."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr

from lensim.assay import ResultTable
from lensim.expression.groups.comparisons import CELL_TYPES, CONDITIONS, Comparison, as_ratios, welch
from lensim.expression.groups.estimands import (
    IS_REPEATED,
    MEAN_OF_SUBJECTS,
    RANK_P,
    SD_OF_SUBJECTS,
    SUBJECTS,
    each_comparison,
    group_estimands,
)
from lensim.expression.groups.mixed_model import Estimate
from lensim.expression.groups.repeated_answers import COMPLETE, MIXED, PAIRED, WILCOXON_P
from lensim.inference.adjusted_p import holm

MOVED_LOG2: Final = 0.1
"""A ratio that differs from the classical one by more than this is explained."""
WIDER: Final = 1.25
"""Of an interval against another, on the log2 scale."""


def group_comparison_tables(result: xr.DataTree, ci_prob: float = 0.9) -> tuple[ResultTable, ...]:
    """One row a target and comparison: the posterior, classical answers, and why they differ.

    Parameters
    ----------
    result
        A fit of groups, of different subjects or of repeated ones.
    ci_prob
        Probability inside all intervals.
    """
    estimands = group_estimands(result)
    words = f"medians and {ci_prob:.0%} intervals; P values two-sided, by Holm for all rows of a target"
    if estimands.attrs[IS_REPEATED]:
        frame = compare_repeated(estimands, ci_prob)
        said = "the mixed model by REML, and tests of the subjects that have all levels compared"
    else:
        frame = compare_groups(estimands, ci_prob)
        said = "Welch's test, one spread for all groups (analysis of variance), and Mann-Whitney's"
    return (ResultTable("comparison", f"The posterior beside {said}; {words}", frame),)


def compare_groups(estimands: xr.Dataset, ci_prob: float = 0.9) -> pd.DataFrame:
    """One row a target and comparison of groups of different subjects.

    Columns: target, comparison; posterior with _lower and _upper, p_above_1; welch_ratio with _lower and _upper,
    welch_p and welch_p_holm; anova_ratio with _lower and _upper and anova_p: the same means with one spread of all
    groups of the target, as least squares with all interactions; mann_whitney_p; reasons.

    Parameters
    ----------
    estimands
        As from `group_estimands`.
    ci_prob
        Probability inside the intervals.
    """
    number, mean, sd, rank = (
        estimands[name].to_numpy() for name in (SUBJECTS, MEAN_OF_SUBJECTS, SD_OF_SUBJECTS, RANK_P)
    )
    rows = []
    for (t, k, one), row in _posteriors(estimands, ci_prob):
        weights = np.array(one.weights)
        own = welch(weights, mean[t], sd[t], number[t], ci_prob)
        row |= _named("welch_ratio", tuple(as_ratios((own.difference, own.lower, own.upper)).tolist()))
        row["welch_p"] = own.p_value
        pooled = pooled_estimate(weights, mean[t], sd[t], number[t])
        row |= _named("anova_ratio", pooled.ratios(ci_prob)) | {"anova_p": pooled.p_value}
        row["mann_whitney_p"] = float(rank[t, k])
        rows.append(row | {"reasons": "; ".join(_reasons(row, "welch_ratio", weights, number[t]))})
    return _adjusted(pd.DataFrame(rows), "welch_p")


def compare_repeated(estimands: xr.Dataset, ci_prob: float = 0.9) -> pd.DataFrame:
    """One row a target and comparison of groups whose subjects are in one or in several.

    Columns: target, comparison, in_all (subjects with all levels compared); posterior with _lower and _upper,
    p_above_1; mixed_ratio with _lower and _upper, mixed_p and mixed_p_holm; paired_ratio with _lower and _upper,
    paired_t_p and wilcoxon_p; reasons.

    Parameters
    ----------
    estimands, ci_prob
        As for `compare_groups`.
    """
    number, complete, rank = (estimands[name].to_numpy() for name in (SUBJECTS, COMPLETE, WILCOXON_P))
    mixed, paired = (estimands[name].to_numpy() for name in (MIXED, PAIRED))
    rows = []
    for (t, k, one), row in _posteriors(estimands, ci_prob):
        row["in_all"] = int(complete[t, k])
        for name, p_name, answers in (("mixed_ratio", "mixed_p", mixed), ("paired_ratio", "paired_t_p", paired)):
            own = Estimate(*answers[t, k].tolist())
            row |= _named(name, own.ratios(ci_prob)) | {p_name: own.p_value}
        row["wilcoxon_p"] = float(rank[t, k])
        rows.append(row | {"reasons": "; ".join(_reasons(row, "mixed_ratio", np.array(one.weights), number[t]))})
    return _adjusted(pd.DataFrame(rows), "mixed_p")


def pooled_estimate(weights: np.ndarray, mean: np.ndarray, sd: np.ndarray, number: np.ndarray) -> Estimate:
    """A sum of group means with one variance of all groups, as least squares on groups has it.

    Parameters
    ----------
    weights, mean, sd, number
        As for `lensim.expression.groups.comparisons.welch`.
    """
    own = weights != 0
    if (number[own] < 1).any():
        return Estimate(np.nan, np.nan, np.nan)
    several = number > 1
    freedom = float((number[several] - 1).sum())
    value = float(weights[own] @ mean[own])
    if freedom < 1:
        return Estimate(value, np.nan, np.nan)
    variance = float(((number[several] - 1) * sd[several] ** 2).sum()) / freedom
    error = (variance * float((weights[own] ** 2 / number[own]).sum())) ** 0.5
    return Estimate(value, error if error > 1e-9 else np.nan, freedom)


def _posteriors(estimands: xr.Dataset, ci_prob: float) -> Iterator[tuple[tuple[int, int, Comparison], dict[str, Any]]]:
    """Each target and comparison with its posterior."""
    for t, k, one, own in each_comparison(estimands, ci_prob):
        row = {"target": own.pop("target"), "comparison": _words(one)}
        yield (t, k, one), row | {name.replace("ratio", "posterior"): value for name, value in own.items()}


def _words(one: Comparison) -> str:
    if one.kind == CONDITIONS:
        return one.name
    what = f"level under {one.cell_type}" if one.kind == CELL_TYPES else f"fold change of {one.cell_type}"
    return f"{one.first} over {one.second}, {what}"


def _named(name: str, ratios: tuple[float, ...]) -> dict[str, float]:
    return {f"{name}{end}": float(ratio) for end, ratio in zip(("", "_lower", "_upper"), ratios, strict=True)}


def _adjusted(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """A column of P by Holm behind that of P, for all rows of a target together."""
    if not len(frame):
        return frame
    adjusted = frame.groupby("target", sort=False)[name].transform(lambda p: holm(p.to_numpy(dtype=float)))
    frame.insert(list(frame.columns).index(name) + 1, f"{name}_holm", adjusted)
    return frame


def _reasons(row: dict[str, Any], classical: str, weights: np.ndarray, number: np.ndarray) -> list[str]:
    """Why the posterior differs from the classical ratio, or its interval from the classical one."""
    own = number[weights != 0]
    if not np.isfinite(row["posterior"]):
        return ["a group has no subject with the target"]
    if not np.isfinite(row[f"{classical}_lower"]) and own.min() > 1:
        return ["no classical interval: no subject has two levels of the target, or levels do not differ"]
    if not np.isfinite(row[f"{classical}_lower"]):
        return ["a group of one subject: its spread is that of the others and of the prior, which no test has"]
    said = []
    if abs(np.log2(row["posterior"] / row[classical])) > MOVED_LOG2:
        said.append("levels are weighed by their errors of reading and the spreads of groups")
    width = [np.log2(row[f"{name}_upper"] / row[f"{name}_lower"]) for name in ("posterior", classical)]
    if width[0] * WIDER < width[1]:
        said.append(f"narrower: with {own.min():g} subjects a group borrows its spread from the others and the prior")
    if width[1] * WIDER < width[0]:
        said.append("wider: spreads are uncertain, and so are the errors of amplification factors and reading")
    return said
