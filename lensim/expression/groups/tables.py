"""Tables and remarks of a fit of groups, as the assay offers them."""

from typing import Final

import numpy as np
import xarray as xr
from scipy import stats

from lensim import vocabulary as v
from lensim.assay import Asked, ResultTable
from lensim.expression.groups.comparisons import CONDITIONS, Comparison
from lensim.expression.groups.estimands import (
    COMPARISON,
    COMPARISONS,
    IS_REPEATED,
    LOG2_RATIO_OF_GROUPS,
    SD_OF_SUBJECTS,
    SUBJECTS,
    summarise_cell_type_ratios,
    summarise_group_ratios,
    summarise_groups,
)
from lensim.expression.groups.repeated_tables import (
    summarise_repeated_cell_type_ratios,
    summarise_repeated_group_ratios,
)
from lensim.plain_text import counted, first_names

SHOWN: Final = 6
FEWER: Final = 0.5
WIDER: Final = 1.5
"""A group of at most this share of the subjects of another, with more than this times its sd, is a cause to warn."""
UNLIKE: Final = 2.0
"""So are two groups of any size if one has more than this times the sd of the other, and chance rarely makes that."""
RARE: Final = 0.05
"""Two-sided P value of the F-test of two variances, adjusted for the number of comparisons (Bonferroni)."""
RATIO: Final = {LOG2_RATIO_OF_GROUPS: "ratio"}


def group_tables(estimands: xr.Dataset, asked: Asked) -> tuple[ResultTable, ...]:
    """Ratios of conditions; of cell types, with the interaction, where there are several; groups."""
    ci, words = asked.ci_prob, asked.words
    comparisons: tuple[Comparison, ...] = estimands.attrs[COMPARISONS]
    targets = estimands.sizes[v.TARGET]
    found = []
    if estimands.attrs[IS_REPEATED]:
        of, tests = "Groups, some of the same subjects", "the mixed model by REML, and paired tests of subjects in both"
        of_groups, of_kinds = summarise_repeated_group_ratios, summarise_repeated_cell_type_ratios
    else:
        of, tests = "Groups of different subjects", "Welch's t-test and Mann-Whitney's"
        of_groups, of_kinds = summarise_group_ratios, summarise_cell_type_ratios
    for name, caption, frame, own in (
        (
            "group_ratios",
            f"{of}: ratio of mean levels (of log2), {words}; beside it {tests}",
            of_groups(estimands, ci),
            [one.name for one in comparisons if one.kind == CONDITIONS],
        ),
        (
            "cell_type_ratios",
            f"Cell types, first over second: of levels, and of fold changes (the interaction), {words}",
            of_kinds(estimands, ci),
            [one.name for one in comparisons if one.kind != CONDITIONS],
        ),
    ):
        if len(frame):
            found.append(ResultTable(name, caption, frame, quantities=RATIO, labels={COMPARISON: own * targets}))
    caption = f"Groups: mean log2 level over the references and spread between subjects, {words}"
    spread = {v.SD_SUBJECTS: "spread"}
    found.append(ResultTable("groups", caption, summarise_groups(estimands, ci), quantities=spread))
    return tuple(found)


def told_of_group_ratios(estimands: xr.Dataset) -> tuple[str, ...]:
    """Groups of one subject or none, and that ratios of different subjects say nothing of a single subject."""
    if estimands.attrs[IS_REPEATED]:
        said = [
            "groups are compared, within subjects that are in both and between the others: no subject has a fold "
            "change of its own"
        ]
    else:
        said = ["groups of different subjects are compared: no subject has a fold change of its own"]
        said += [*_told_of_unlike_spreads(estimands), *_told_of_lacking(estimands)]
    number, names = estimands[SUBJECTS].to_numpy(), estimands[v.GROUP].to_numpy()
    for count, what in ((0, "in no subject of"), (1, "in one subject alone of")):
        own = [
            f"{target}, {names[g]}"
            for t, target in enumerate(estimands[v.TARGET].to_numpy())
            for g in np.flatnonzero(number[t] == count)
        ]
        if own:
            said.append(f"measured {what} the group: {first_names(own, SHOWN, '; ')}")
    return tuple(said)


def _told_of_lacking(estimands: xr.Dataset) -> list[str]:
    """Targets without a level in some subjects that have one of another target: as where low ones are not detected."""
    number = estimands[SUBJECTS].to_numpy()
    targets, names = estimands[v.TARGET].to_numpy(), estimands[v.GROUP].to_numpy()
    of_group = number.max(axis=0)
    lacking = [
        f"{targets[t]} in {names[g]} ({counted(int(number[t, g]), 'subject')}, another target {of_group[g]})"
        for t, g in np.argwhere((number < of_group) & (number > 0)).tolist()
    ]
    if not lacking:
        return []
    return [
        f"levels are lacking of {first_names(lacking, SHOWN, '; ')}: where a target was too low to be detected, the "
        "mean of its group is too high and the ratio is off; the model expression_hierarchical knows this from Cts"
    ]


def _told_of_unlike_spreads(estimands: xr.Dataset) -> list[str]:
    """Groups that vary more than one that they are compared with.

    Spreads of groups are pooled: a group that varies more takes a part of its spread from the other, which is then too
    narrow, the more so the fewer subjects it has.
    """
    names, comparisons = estimands[v.GROUP].to_numpy(), estimands.attrs[COMPARISONS]
    number, sd = estimands[SUBJECTS].to_numpy(), estimands[SD_OF_SUBJECTS].to_numpy()
    pairs = [np.flatnonzero(one.weights) for one in comparisons if one.is_of_two]
    rare = RARE / max(len(pairs) * len(number), 1)
    found = []
    for t, target in enumerate(estimands[v.TARGET].to_numpy()):
        for pair in pairs:
            small, large = sorted(pair, key=lambda g: int(number[t, g]))
            is_fewer = 1 < number[t, small] <= FEWER * number[t, large]
            if is_fewer and sd[t, small] > WIDER * sd[t, large]:
                found.append(f"{target}: {names[small]} has fewer subjects and varies more than {names[large]}")
                continue
            narrow, wide = sorted(pair, key=lambda g: float(sd[t, g]))
            if _is_unlike(sd[t, wide], sd[t, narrow], number[t, wide] - 1, number[t, narrow] - 1, rare):
                times = sd[t, wide] / sd[t, narrow] if sd[t, narrow] > 0.0 else np.inf
                found.append(
                    f"{target}: {names[wide]} varies {times:.1f} times as much as {names[narrow]}"
                    if np.isfinite(times)
                    else f"{target}: {names[wide]} varies, {names[narrow]} does not"
                )
    if not found:
        return []
    return [
        f"{first_names(found, SHOWN, '; ')}: the interval may be too narrow; see Welch's, or fit with "
        "log_sd_sd_log2_between_subjects = 1.0 among the priors as well"
    ]


def _is_unlike(wide: float, narrow: float, freedom_wide: int, freedom_narrow: int, rare: float = RARE) -> bool:
    """Whether one sd is well above another, and more than chance makes of equal ones: F = wide^2 / narrow^2."""
    if min(freedom_wide, freedom_narrow) < 1 or not wide > UNLIKE * narrow:
        return False
    limit = np.sqrt(stats.f.ppf(1.0 - rare / 2.0, freedom_wide, freedom_narrow))
    return bool(wide > limit * narrow)


def weighed_group_estimands(estimands: xr.Dataset) -> xr.Dataset:
    """Ratios on the log2 scale, and spreads in their log; means of levels have an arbitrary origin and stay out."""
    plain = estimands[[LOG2_RATIO_OF_GROUPS, v.SD_SUBJECTS]].assign_attrs({})
    return plain.assign({v.SD_SUBJECTS: np.log2(plain[v.SD_SUBJECTS])})
