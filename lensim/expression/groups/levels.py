"""From reactions to one log2 level of each subject, for groups of different subjects.

A level is that of the target over the references, by the arithmetic of pairs: outlying reactions weighed down, the
factor of every gene from its series, its statement or its prior.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.expression.evidence import compares_groups
from lensim.expression.groups.measured import measured_levels
from lensim.expression.pair_factors import PairSettings

MODEL: Final = "level_groups"
REPEATED: Final = "level_repeated_measures"
_STUDY_OF: Final = (v.CT, v.STANDARD_CT)


def has_groups(data: xr.Dataset) -> bool:
    """Whether a study compares groups of different subjects, and no subject is in two of them."""
    if v.SUBJECT_LEVEL in data:
        return True
    if v.CT not in data or not compares_groups(data):
        return False
    both = np.stack([data[v.SUBJECT_OF_SAMPLE].to_numpy(), data[v.CONDITION_OF_SAMPLE].to_numpy()])
    return len(np.unique(both, axis=1).T) == len(np.unique(both[0]))


def why_no_levels(data: xr.Dataset) -> str:
    """Why levels cannot stand for the reactions of a study, as a clause; '' where they can."""
    if v.SUBJECT_LEVEL in data:
        return ""
    without = int(data[v.CT].isnull().sum())
    if without:
        of = "reaction has" if without == 1 else "reactions have"
        return f"{without} {of} no Ct, which a level cannot say"
    return ""


def levels_of(data: xr.Dataset, settings: PairSettings | None = None) -> xr.Dataset:
    """One log2 level a subject and target of a study of groups; a Dataset of levels stays as it is.

        log2 level = mean over references of d_r Ct_r - d_t Ct_t,    d = log2 of the amplification factor

    Ct is the mean of the replicates that are there, outlying ones weighed down; of a subject with several samples it is
    the mean over them. Subjects without the target or without a reference have no level.

    Parameters
    ----------
    data
        One study of reactions in which each subject is under one condition.
    settings
        What is done about factors and copies.

    Returns
    -------
    xarray.Dataset
        Dim level: log2_level_of_subject [log2], log2_level_of_subject_sd [log2] (reading and drawing of copies),
        target_of_level, subject_of_level; group_of_subject (subject); cell_type_of_group, condition_of_group (group);
        is_control (condition); factor_error_sd (gene) [1/cycle] and factor_slope (target, group, gene) [cycles].

    Raises
    ------
    InputError
        If a reaction has no Ct, a subject is in two groups, or there is no reference.
    """
    if v.SUBJECT_LEVEL in data:
        return data
    _require_cts(data, MODEL)
    _require_groups(data)
    return _levels(data, settings or PairSettings())


def repeated_levels_of(data: xr.Dataset, settings: PairSettings | None = None) -> xr.Dataset:
    """One log2 level a subject, target and condition; as `levels_of`, with subjects under one condition or several.

    Returns
    -------
    xarray.Dataset
        As from `levels_of`; where a subject is under several conditions, with group_of_level (level) in place of
        group_of_subject (subject).

    Raises
    ------
    InputError
        If a reaction has no Ct, or there is no reference.
    """
    if v.SUBJECT_LEVEL in data:
        return data
    _require_cts(data, REPEATED)
    return _levels(data, settings or PairSettings())


def levels_of_posterior(data: xr.Dataset, posterior: xr.Dataset) -> xr.Dataset:
    """The levels that a posterior of groups is of."""
    return repeated_levels_of(data) if v.SUBJECT_EFFECT in posterior else levels_of(data)


def group_of_each_level(levels: xr.Dataset) -> np.ndarray:
    """Group of each level: its own, or that of its subject where each subject is in one group."""
    if v.GROUP_OF_LEVEL in levels:
        return np.asarray(levels[v.GROUP_OF_LEVEL].to_numpy())
    return np.asarray(levels[v.GROUP_OF_SUBJECT].to_numpy()[levels[v.SUBJECT_OF_LEVEL].to_numpy()])


def _levels(data: xr.Dataset, settings: PairSettings) -> xr.Dataset:
    is_reference = data[v.IS_REFERENCE].to_numpy() == 1
    checks.at_least("reference genes", int(is_reference.sum()), 1)
    units = _units(data)
    # each subject under a condition takes the place of a subject
    apart = data.drop_dims(v.SUBJECT).assign({v.SUBJECT_OF_SAMPLE: (v.SAMPLE, units.of_sample)})
    apart = apart.assign_coords({v.SUBJECT: np.arange(len(units.subject))})
    batch = apart.assign({name: apart[name].expand_dims(v.STUDY) for name in _STUDY_OF if name in apart})
    pairs = units.groups
    found = measured_levels(batch, units.group, len(pairs), settings)
    level, known = found.level[0], found.sd[0]
    target, who = np.nonzero(np.isfinite(level))
    of_group: dict[str, tuple[str, np.ndarray]]
    if len(np.unique(units.subject)) < len(units.subject):
        of_group = {v.GROUP_OF_LEVEL: (v.LEVEL, units.group[who])}
    else:
        of_subject = np.zeros(data.sizes[v.SUBJECT], dtype=np.int64)
        of_subject[units.subject] = units.group
        of_group = {v.GROUP_OF_SUBJECT: (v.SUBJECT, of_subject)}
    return xr.Dataset(
        {
            v.SUBJECT_LEVEL: (v.LEVEL, level[target, who], {"units": v.UNITS[v.SUBJECT_LEVEL]}),
            v.SUBJECT_LEVEL_SD: (v.LEVEL, known[target, who], {"units": "log2"}),
            v.TARGET_OF_LEVEL: (v.LEVEL, target),
            v.SUBJECT_OF_LEVEL: (v.LEVEL, units.subject[who]),
            **of_group,
            v.CELL_TYPE_OF_GROUP: (v.GROUP, pairs[:, 0]),
            v.CONDITION_OF_GROUP: (v.GROUP, pairs[:, 1]),
            v.IS_CONTROL: (v.CONDITION, data[v.IS_CONTROL].to_numpy()),
            v.FACTOR_ERROR_SD: (v.GENE, found.factor_sd[0]),
            v.FACTOR_SLOPE: ((v.TARGET, v.GROUP, v.GENE), found.slope[0]),
        },
        coords={
            v.TARGET: _names(data, v.GENE)[~is_reference],
            v.GENE: _names(data, v.GENE),
            v.SUBJECT: _names(data, v.SUBJECT),
            v.CONDITION: _names(data, v.CONDITION),
            v.CELL_TYPE: _names(data, v.CELL_TYPE),
            v.GROUP: names_of_groups(pairs, _names(data, v.CELL_TYPE), _names(data, v.CONDITION)),
        },
        attrs={v.ASSAY: v.EXPRESSION},
    )


def names_of_groups(pairs: np.ndarray, cell_types: np.ndarray, conditions: np.ndarray) -> list[str]:
    """The condition of each group, with its cell type where there are several."""
    several = len(np.unique(pairs[:, 0])) > 1
    return [f"{cell_types[k]}, {conditions[c]}" if several else str(conditions[c]) for k, c in pairs]


def _names(data: xr.Dataset, dim: str) -> np.ndarray:
    return data[dim].to_numpy() if dim in data.coords else np.arange(data.sizes[dim]).astype(str)


def _require_cts(data: xr.Dataset, model: str) -> None:
    checks.has_variables(data, {v.CT: (v.REACTION,), v.IS_REFERENCE: (v.GENE,)}, model)
    if reason := why_no_levels(data):
        raise checks.InputError(
            f"{model} needs a Ct of every reaction: {reason}; take the model expression_hierarchical, which knows that "
            "a gene without a Ct is below what can be seen"
        )


def _require_groups(data: xr.Dataset) -> None:
    samples: dict[int, int] = {}
    subject, condition = data[v.SUBJECT_OF_SAMPLE].to_numpy(), data[v.CONDITION_OF_SAMPLE].to_numpy()
    for s, c in zip(subject, condition, strict=True):
        if samples.setdefault(int(s), int(c)) != int(c):
            name, names = _names(data, v.SUBJECT)[s], _names(data, v.CONDITION)
            raise checks.InputError(
                f"{MODEL} needs subjects that are under one condition each, got {name} under {names[samples[int(s)]]} "
                f"and {names[c]}: take the model {REPEATED} or expression_hierarchical for pairs, or read the "
                'study with unpaired="groups" where these are two subjects of one name'
            )


@dataclass(frozen=True)
class _Units:
    """Subjects under a condition: which sample is of which, and subject and group of each; cell type and condition."""

    of_sample: np.ndarray
    subject: np.ndarray
    group: np.ndarray
    groups: np.ndarray


def _units(data: xr.Dataset) -> _Units:
    """Units in the order of subjects, with the groups that are there."""
    both = np.stack([data[v.SUBJECT_OF_SAMPLE].to_numpy(), data[v.CONDITION_OF_SAMPLE].to_numpy()], axis=1)
    own, of_sample = np.unique(both, axis=0, return_inverse=True)
    kind = data[v.CELL_TYPE_OF_SUBJECT].to_numpy()[own[:, 0]]
    group, groups = _numbered(kind, own[:, 1], data)
    return _Units(of_sample.reshape(-1), own[:, 0], group, groups)


def groups_of(data: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Group of each subject, and cell type and condition of each group: the control of a cell type comes first."""
    condition = np.zeros(data.sizes[v.SUBJECT], dtype=np.int64)
    condition[data[v.SUBJECT_OF_SAMPLE].to_numpy()] = data[v.CONDITION_OF_SAMPLE].to_numpy()
    return _numbered(data[v.CELL_TYPE_OF_SUBJECT].to_numpy(), condition, data)


def _numbered(kind: np.ndarray, condition: np.ndarray, data: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Number of each group, and cell type and condition of each number."""
    is_control = data[v.IS_CONTROL].to_numpy() == 1
    pairs = set(zip(kind.tolist(), condition.tolist(), strict=True))
    own = sorted(pairs, key=lambda group: (group[0], not is_control[group[1]], group[1]))
    at = {group: number for number, group in enumerate(own)}
    return np.array([at[int(k), int(c)] for k, c in zip(kind, condition, strict=True)]), np.array(own)
