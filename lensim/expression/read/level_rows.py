"""Rows of levels, or of ratios taken as levels, to a Dataset of groups: of different subjects, or of repeated ones."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.checks import FaultReport
from lensim.expression.groups.levels import names_of_groups
from lensim.expression.read.calibrated import RatioPair, control_of_levels, subjects_of
from lensim.expression.read.choices import Unpaired
from lensim.expression.read.partners import numbers_restart
from lensim.plain_text import first_names

SHOWN: Final = 6


def groups_of_rows(
    rows: Sequence[RatioPair],
    stated: str,
    unpaired: Unpaired,
    faults: FaultReport,
    attrs: Mapping[str, str | int],
    told: Sequence[str],
    *,
    has_experiments: bool,
) -> xr.Dataset:
    """One log2 level a subject, target and group; of several experiments the mean.

    Parameters
    ----------
    rows
        One a target, subject, condition and experiment; rows without a subject are subjects of their own.
    stated
        The control that the user names; empty where a column or its name shows it.
    unpaired
        "groups": subjects of two groups are two, whatever their names; "keep": names are taken as they are.
    faults
        Where faults are noted; with any, the Dataset is of no use.
    attrs
        Of the Dataset.
    told
        What is told of the numbers.
    has_experiments
        Whether the files have a column for the experiment.

    Returns
    -------
    xarray.Dataset
        As `lensim.expression.groups.levels.levels_of`: dims level, subject, group. Where a subject is in several
        groups, group_of_level (level) takes the place of group_of_subject (subject).
    """
    said = list(told)
    control = control_of_levels(rows, stated, faults) if rows else ""
    named = _with_subjects(rows, said)
    if unpaired == "groups" or numbers_restart({row.contrast for row in named}, [row.subject for row in named]):
        named = _apart(named)
    check_once(named, faults, has_experiments=has_experiments)
    own = sorted_groups(named, control)
    if len(own) < 2 and not faults.faults:
        faults.add(f"there must be levels of two groups or more, got those of {len(own)}")
    if faults.faults:
        return xr.Dataset()
    groups_of = _groups_of_subjects(named)
    several = [name for name, groups in groups_of.items() if len(groups) > 1]
    if several:
        alone = [name for name, groups in groups_of.items() if len(groups) == 1]
        said.append(
            f"{len(several)} subjects are in several groups, {len(alone)} in one alone"
            + (f" ({first_names(alone, SHOWN)})" if alone else "")
            + ": all are used, and each subject has a level of its own in all of its groups"
        )
        said += _lacking(own, {name: groups_of[name] for name in several})
    else:
        said.append(f"compared as groups of different subjects: {subjects_of(named, control)}")
    return _dataset(named, own, control, unpaired, {**attrs, v.READ_NOTES: "\n".join(said)}, is_repeated=bool(several))


def check_once(rows: Sequence[RatioPair], faults: FaultReport, *, has_experiments: bool) -> None:
    """One row a target, subject, condition and experiment, in a cell type."""
    seen: dict[tuple[str, ...], tuple[str, int]] = {}
    for row in rows:
        key = (row.target, row.subject, row.contrast, row.experiment)
        if (*key, row.cell_type) in seen:
            hint = "" if has_experiments else "; repeats need a column experiment"
            before, line_before = seen[*key, row.cell_type]
            where = f"line {line_before}{'' if before == row.at[0] else f' of {before}'}"
            faults.add(
                f"{', '.join(key)} must appear once, got it in {where} as well{hint}", line=row.at[1], place=row.at[0]
            )
        seen.setdefault((*key, row.cell_type), row.at)


def refuse_restarted_numbers(rows: Sequence[RatioPair], faults: FaultReport) -> None:
    """Note animals that are in two genotypes, as numbers that begin anew in each group make them."""
    groups_of = _groups_of_subjects(rows)
    twice = [row for row in rows if len(groups_of[row.subject]) > 1]
    conditions = dict.fromkeys(row.contrast for row in rows)
    if not twice or not numbers_restart(conditions, groups_of):
        return
    names = first_names(dict.fromkeys(row.subject for row in twice), SHOWN)
    faults.add(
        f"the subjects {names} are in {' and '.join(conditions)} "
        "both, which one animal cannot be: if numbers begin anew in each group, compare groups of different subjects "
        'with unpaired="groups"; if they are pairs, such as littermates, give each pair a name that is no number',
        line=twice[0].at[1],
        place=twice[0].at[0],
    )


def sorted_groups(rows: Sequence[RatioPair], control: str) -> list[tuple[str, str]]:
    """Cell type and condition of each group: cell types and conditions as they come, the control first."""
    kinds = list(dict.fromkeys(row.cell_type for row in rows))
    conditions = list(dict.fromkeys(row.contrast for row in rows))
    own = {(row.cell_type, row.contrast) for row in rows}
    return sorted(own, key=lambda group: (kinds.index(group[0]), group[1] != control, conditions.index(group[1])))


def _with_subjects(rows: Sequence[RatioPair], told: list[str]) -> list[RatioPair]:
    """Rows whose empty subjects are numbered within their target and group."""
    if all(row.subject for row in rows):
        return list(rows)
    number: dict[tuple[str, str, str], int] = {}
    found = []
    several = len({row.cell_type for row in rows}) > 1
    for row in rows:
        key = (row.target, row.cell_type, row.contrast)
        number[key] = number.get(key, 0) + 1
        group = f"{row.cell_type}, {row.contrast}" if several else row.contrast
        found.append(row if row.subject else replace(row, subject=f"{group} {number[key]}"))
    told.append("no column for the subject: each row of a gene is a subject of its own")
    return found


def _apart(rows: Sequence[RatioPair]) -> list[RatioPair]:
    """Rows in which subjects of one name in several groups have names of their own."""
    groups_of = _groups_of_subjects(rows)
    kinds, conditions = ({getattr(row, name) for row in rows} for name in ("cell_type", "contrast"))
    found = []
    for row in rows:
        parts = [row.cell_type] * (len(kinds) > 1) + [row.contrast] * (len(conditions) > 1)
        is_apart = len(groups_of[row.subject]) > 1
        found.append(replace(row, subject=f"{row.subject} ({', '.join(parts)})") if is_apart else row)
    return found


def _groups_of_subjects(rows: Sequence[RatioPair]) -> dict[str, set[tuple[str, str]]]:
    found: dict[str, set[tuple[str, str]]] = {}
    for row in rows:
        found.setdefault(row.subject, set()).add((row.cell_type, row.contrast))
    return found


def _lacking(own: Sequence[tuple[str, str]], groups_of: Mapping[str, set[tuple[str, str]]]) -> list[str]:
    """Subjects in several groups that lack one of a cell type that they are in."""
    found = []
    for kind, condition in own:
        without = [
            name
            for name, groups in groups_of.items()
            if (kind, condition) not in groups and kind in {one for one, _ in groups}
        ]
        where = f" of {kind}" if len({one for one, _ in own}) > 1 else ""
        if without:
            found.append(f"{condition}{where} of {first_names(without, SHOWN)}")
    return [f"not in the file: {'; '.join(found)}"] if found else []


def _dataset(
    rows: Sequence[RatioPair],
    own: Sequence[tuple[str, str]],
    control: str,
    unpaired: str,
    attrs: Mapping[str, str | int],
    *,
    is_repeated: bool,
) -> xr.Dataset:
    targets, subjects, kinds = (
        list(dict.fromkeys(getattr(row, name) for row in rows)) for name in ("target", "subject", "cell_type")
    )
    conditions = list(dict.fromkeys([control, *(row.contrast for row in rows)]))
    place = {group: number for number, group in enumerate(own)}
    levels: dict[tuple[int, int, int], list[RatioPair]] = {}
    for row in rows:
        key = (targets.index(row.target), subjects.index(row.subject), place[row.cell_type, row.contrast])
        levels.setdefault(key, []).append(row)
    at = np.array(list(levels))
    mean = np.array([np.mean([row.log2_ratio for row in same]) for same in levels.values()])
    sd = np.array([np.sqrt(sum(row.sd**2 for row in same)) / len(same) for same in levels.values()])
    pairs = np.array([(kinds.index(kind), conditions.index(condition)) for kind, condition in own])
    variables: dict[str, tuple[object, ...]] = {
        v.SUBJECT_LEVEL: (v.LEVEL, mean, {"units": v.UNITS[v.SUBJECT_LEVEL]}),
        v.SUBJECT_LEVEL_SD: (v.LEVEL, sd, {"units": "log2"}),
        v.TARGET_OF_LEVEL: (v.LEVEL, at[:, 0]),
        v.SUBJECT_OF_LEVEL: (v.LEVEL, at[:, 1]),
        v.CELL_TYPE_OF_GROUP: (v.GROUP, pairs[:, 0]),
        v.CONDITION_OF_GROUP: (v.GROUP, pairs[:, 1]),
        v.IS_CONTROL: (v.CONDITION, [int(name == control) for name in conditions]),
    }
    if is_repeated:
        variables[v.GROUP_OF_LEVEL] = (v.LEVEL, at[:, 2])
    else:
        of_subject = np.zeros(len(subjects), dtype=np.int64)
        of_subject[at[:, 1]] = at[:, 2]
        variables[v.GROUP_OF_SUBJECT] = (v.SUBJECT, of_subject)
    coords = {v.TARGET: targets, v.SUBJECT: subjects, v.CONDITION: conditions, v.CELL_TYPE: kinds}
    coords[v.GROUP] = names_of_groups(pairs, np.array(kinds), np.array(conditions))
    return xr.Dataset(variables, coords=coords, attrs={**attrs, v.UNPAIRED: unpaired})
