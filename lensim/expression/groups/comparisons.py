"""What is compared in a study of groups: each two conditions, each two cell types, and how far effects differ.

A comparison is a sum of mean log2 levels of groups by its weights: +1 and -1 for two groups; +1 -1 -1 +1 for the
interaction of a treatment with the cell type, the ratio of two fold changes.
"""

from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike
from scipy import stats

from lensim import vocabulary as v

CONDITIONS: Final = "conditions"
CELL_TYPES: Final = "cell types"
INTERACTION: Final = "interaction"
KINDS: Final = (CONDITIONS, CELL_TYPES, INTERACTION)
LARGEST_LOG2: Final = 1000.0
FEWEST: Final = 2
"""Subjects of a group from which a spread can be told."""


@dataclass(frozen=True)
class Comparison:
    """One comparison of groups.

    Attributes
    ----------
    kind
        conditions, cell types or interaction.
    cell_type, first, second
        Of conditions: where, treated and against. Of cell types: under which condition is in `cell_type`.
    weights
        Of each group.
    """

    kind: str
    cell_type: str
    first: str
    second: str
    weights: tuple[float, ...]

    @property
    def name(self) -> str:
        """As a coordinate."""
        return f"{self.first} over {self.second}" + (f" ({self.cell_type})" if self.cell_type else "")

    @property
    def is_of_two(self) -> bool:
        """Whether two groups are compared."""
        return self.kind != INTERACTION


def comparisons_of(levels: xr.Dataset) -> list[Comparison]:
    """Every comparison of a study: conditions within cell types, cell types within conditions, interactions.

    Parameters
    ----------
    levels
        As from `levels_of`.
    """
    kinds = levels[v.CELL_TYPE_OF_GROUP].to_numpy()
    conditions = levels[v.CONDITION_OF_GROUP].to_numpy()
    control = int(np.argmax(levels[v.IS_CONTROL].to_numpy()))
    kind_names, condition_names = (levels[dim].to_numpy().astype(str) for dim in (v.CELL_TYPE, v.CONDITION))
    at = {(int(k), int(c)): g for g, (k, c) in enumerate(zip(kinds, conditions, strict=True))}
    own_kinds = list(dict.fromkeys(int(k) for k in kinds))
    several = len(own_kinds) > 1

    def weights(plus: list[int], minus: list[int]) -> tuple[float, ...]:
        found = np.zeros(len(kinds))
        found[plus], found[minus] = 1.0, -1.0
        return tuple(found.tolist())

    ordered = [control, *(c for c in range(len(condition_names)) if c != control)]
    found = [
        Comparison(
            CONDITIONS,
            kind_names[k] if several else "",
            condition_names[b],
            condition_names[a],
            weights([at[k, b]], [at[k, a]]),
        )
        for k in own_kinds
        for a, b in combinations(ordered, 2)
        if (k, a) in at and (k, b) in at
    ]
    for one, other in combinations(own_kinds, 2):
        found += [
            Comparison(
                CELL_TYPES,
                condition_names[c],
                kind_names[one],
                kind_names[other],
                weights([at[one, c]], [at[other, c]]),
            )
            for c in ordered
            if (one, c) in at and (other, c) in at
        ]
        found += [
            Comparison(
                INTERACTION,
                f"{condition_names[c]} over {condition_names[control]}",
                kind_names[one],
                kind_names[other],
                weights([at[one, c], at[other, control]], [at[one, control], at[other, c]]),
            )
            for c in ordered[1:]
            if {(one, c), (one, control), (other, c), (other, control)} <= set(at)
        ]
    return found


def sides_of(one: Comparison, cell_types: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which groups are on the two sides of a comparison; of an interaction both groups of a cell type."""
    weights = np.array(one.weights)
    if one.is_of_two:
        return weights > 0, weights < 0
    return (weights != 0) & (cell_types == one.first), (weights != 0) & (cell_types == one.second)


@dataclass(frozen=True)
class ClassicalAnswer:
    """Welch's answer of a comparison, in log2; NaN where a group has fewer than two subjects or none differ."""

    difference: float
    lower: float
    upper: float
    p_value: float


def welch(
    weights: np.ndarray, mean: np.ndarray, sd: np.ndarray, number: np.ndarray, confidence: float
) -> ClassicalAnswer:
    """Welch's t of a weighed sum of group means, with Satterthwaite's degrees of freedom.

    Parameters
    ----------
    weights, mean, sd, number
        Of each group: weight, mean, standard deviation and number of its subjects.
    confidence
        Of the interval.
    """
    own = weights != 0
    if (number[own] < 1).any():
        return ClassicalAnswer(np.nan, np.nan, np.nan, np.nan)
    difference = float(weights[own] @ mean[own])
    if (number[own] < FEWEST).any():
        return ClassicalAnswer(difference, np.nan, np.nan, np.nan)
    part = weights[own] ** 2 * sd[own] ** 2 / number[own]
    variance = float(part.sum())
    if variance <= 1e-18:
        return ClassicalAnswer(difference, np.nan, np.nan, np.nan)
    freedom = variance**2 / float((part**2 / (number[own] - 1)).sum())
    half = float(stats.t.ppf(0.5 + confidence / 2.0, freedom)) * variance**0.5
    p_value = float(2.0 * stats.t.sf(abs(difference) / variance**0.5, freedom))
    return ClassicalAnswer(difference, difference - half, difference + half, p_value)


def as_ratios(log2: ArrayLike) -> np.ndarray:
    """Ratios of log2 ratios; one that no number can hold is the nearest that one can."""
    return np.exp2(np.clip(np.asarray(log2, dtype=float), -LARGEST_LOG2, LARGEST_LOG2))


def mann_whitney(first: np.ndarray, second: np.ndarray) -> float:
    """P value of the Mann-Whitney test, two-sided: exact where there are no ties; NaN where a group is empty."""
    if not len(first) or not len(second):
        return float("nan")
    ties = len(np.unique(np.concatenate([first, second]))) < len(first) + len(second)
    return float(stats.mannwhitneyu(first, second, method="asymptotic" if ties else "exact").pvalue)
