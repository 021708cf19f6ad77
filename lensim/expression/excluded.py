"""Reactions, or ratios, by the names that a file of exclusions uses, and the study without some of them."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.expression.evidence import compares_groups
from lensim.expression.read.rules import FEWEST_QUANTITIES
from lensim.tables.excluded import Places, names_of, only_ones, run_of
from lensim.tables.names import names_along
from lensim.tables.pruned import pruned

REACTIONS: Final = (
    (v.SAMPLE, {v.SAMPLE_OF_REACTION: v.REACTION}),
    (v.SUBJECT, {v.SUBJECT_OF_SAMPLE: v.SAMPLE}),
    (v.CELL_TYPE, {v.CELL_TYPE_OF_SUBJECT: v.SUBJECT}),
    (v.CONDITION, {v.CONDITION_OF_SAMPLE: v.SAMPLE}),
    (v.EXPERIMENT, {v.EXPERIMENT_OF_SAMPLE: v.SAMPLE}),
    (
        v.GENE,
        {
            v.GENE_OF_REACTION: v.REACTION, v.GENE_OF_STANDARD: v.STANDARD, v.GENE_OF_NO_TEMPLATE: v.NO_TEMPLATE,
            v.GENE_OF_NO_RT: v.NO_RT,
        },
    ),
    (
        v.PLATE,
        {
            v.PLATE_OF_REACTION: v.REACTION, v.PLATE_OF_STANDARD: v.STANDARD, v.PLATE_OF_NO_TEMPLATE: v.NO_TEMPLATE,
            v.PLATE_OF_NO_RT: v.NO_RT,
        },
    ),
)  # fmt: skip
"""What reactions point at, and what that points at in turn."""
RATIOS: Final = (
    (v.TARGET, {v.TARGET_OF_PAIR: v.PAIR}),
    (v.SUBJECT, {v.SUBJECT_OF_PAIR: v.PAIR}),
    (v.CELL_TYPE, {v.CELL_TYPE_OF_SUBJECT: v.SUBJECT}),
    (v.CONTRAST, {v.CONTRAST_OF_PAIR: v.PAIR}),
)
LEVELS: Final = (
    (v.TARGET, {v.TARGET_OF_LEVEL: v.LEVEL}),
    (v.SUBJECT, {v.SUBJECT_OF_LEVEL: v.LEVEL}),
    (v.GROUP, {v.GROUP_OF_LEVEL: v.LEVEL, v.GROUP_OF_SUBJECT: v.SUBJECT}),
    (v.CONDITION, {v.CONDITION_OF_GROUP: v.GROUP}),
    (v.CELL_TYPE, {v.CELL_TYPE_OF_GROUP: v.GROUP}),
)
_KINDS: Final = (
    (v.REACTION, "unknown", v.CT, v.GENE_OF_REACTION, v.PLATE_OF_REACTION, v.WELL_NAME),
    (v.STANDARD, "standard", v.STANDARD_CT, v.GENE_OF_STANDARD, v.PLATE_OF_STANDARD, v.STANDARD_WELL),
    (
        v.NO_TEMPLATE, "no_template", v.NO_TEMPLATE_CT, v.GENE_OF_NO_TEMPLATE, v.PLATE_OF_NO_TEMPLATE,
        v.NO_TEMPLATE_WELL,
    ),
    (v.NO_RT, "no_rt", v.NO_RT_CT, v.GENE_OF_NO_RT, v.PLATE_OF_NO_RT, v.NO_RT_WELL),
)  # fmt: skip


def places(data: xr.Dataset) -> tuple[Places, ...]:
    """Reactions of samples, of standards, without template and without reverse transcriptase; or ratios.

    Parameters
    ----------
    data
        One study.
    """
    if v.CT not in data:
        return (_levels(data) if v.SUBJECT_LEVEL in data else _ratios(data),)
    found, samples = [], _samples(data)
    for dim, task, ct, gene, plate, well in _KINDS:
        if ct not in data or not data.sizes.get(dim, 0):
            continue
        number = data.sizes[dim]
        columns = {"plate": names_of(data, v.PLATE, plate), "target": names_of(data, v.GENE, gene)}
        if well in data:
            columns["well"] = data[well].to_numpy().astype(str)
        columns |= samples if dim == v.REACTION else {}
        if dim != v.REACTION:
            of_plate = only_ones(samples["experiment"], data[v.PLATE_OF_REACTION].to_numpy(), data[plate].to_numpy())
            columns["experiment"] = of_plate
        columns |= run_of(data, number)
        columns["task"] = np.full(number, task, dtype=object)
        found.append(Places(columns, data[ct].to_numpy().astype(float), "cycles", what="reaction"))
    return tuple(found)


def _samples(data: xr.Dataset) -> dict[str, np.ndarray]:
    of = data[v.SAMPLE_OF_REACTION].to_numpy()
    subject, condition, experiment = (own[of] for own in _names_of_samples(data))
    named = {"sample": data[v.SAMPLE_NAME].to_numpy().astype(str)} if v.SAMPLE_NAME in data else {}
    return named | {
        "subject": subject,
        "condition": condition,
        "experiment": experiment,
        "sample of subject": np.array(list(map(", ".join, zip(subject, condition, strict=True))), dtype=object),
        "sample of experiment": np.array(
            list(map(", ".join, zip(subject, condition, experiment, strict=True))), dtype=object
        ),
    }


def _ratios(data: xr.Dataset) -> Places:
    columns = {
        what: names_of(data, dim, pointer)
        for what, dim, pointer in (
            ("target", v.TARGET, v.TARGET_OF_PAIR),
            ("subject", v.SUBJECT, v.SUBJECT_OF_PAIR),
            ("condition", v.CONTRAST, v.CONTRAST_OF_PAIR),
        )
    }
    columns |= run_of(data, data.sizes[v.PAIR])
    if v.EXPERIMENT_OF_PAIR in data:
        number = data[v.EXPERIMENT_OF_PAIR].to_numpy()
        columns["experiment"] = np.array([f"experiment {one + 1}" for one in number.tolist()], dtype=object)
    return Places(columns, data[v.LOG2_RATIO].to_numpy().astype(float), "log2", what="ratio")


def _levels(data: xr.Dataset) -> Places:
    subject = data[v.SUBJECT_OF_LEVEL].to_numpy()
    is_repeated = v.GROUP_OF_LEVEL in data
    group = data[v.GROUP_OF_LEVEL].to_numpy() if is_repeated else data[v.GROUP_OF_SUBJECT].to_numpy()[subject]
    condition = names_of(data, v.CONDITION, v.CONDITION_OF_GROUP)[group]
    subjects = names_of(data, v.SUBJECT, v.SUBJECT_OF_LEVEL)
    columns = {
        "target": names_of(data, v.TARGET, v.TARGET_OF_LEVEL),
        "subject": subjects,
        "condition": condition,
        "sample of subject": np.array(list(map(", ".join, zip(subjects, condition, strict=True))), dtype=object),
    } | run_of(data, len(subject))
    return Places(columns, data[v.SUBJECT_LEVEL].to_numpy().astype(float), "log2", what="level")


def without(data: xr.Dataset, excluded: Sequence[np.ndarray]) -> xr.Dataset:
    """The study without some reactions, and without samples, subjects and genes that have none any more.

    Parameters
    ----------
    data
        One study.
    excluded
        Masks along what `places` gives.

    Raises
    ------
    InputError
        If reactions are left that cannot be fitted: treated samples without their control, no reference with a Ct, no
        target, one condition alone, or a dilution series of fewer than three quantities of which there were more.
    """
    if v.CT not in data:
        return (_levels_without if v.SUBJECT_LEVEL in data else _ratios_without)(data, excluded[0])
    kinds = [kind for kind in _KINDS if kind[2] in data and data.sizes.get(kind[0], 0)]
    kept = {kind[0]: np.flatnonzero(~mask) for kind, mask in zip(kinds, excluded, strict=True)}
    if not len(kept[v.REACTION]):
        raise InputError("exclusions must leave at least one reaction of a sample, got none")
    # genes that no sample has any more go with their standards and controls
    measured = np.unique(data[v.GENE_OF_REACTION].to_numpy()[kept[v.REACTION]])
    for dim, _, _, gene, _, _ in kinds[1:]:
        kept[dim] = kept[dim][np.isin(data[gene].to_numpy()[kept[dim]], measured)]
    left = pruned(data, kept, REACTIONS)
    if faults := [*_alone(data, left), *_lacking(left), *_series(data, left)]:
        raise InputError("\n".join(faults))
    quantities, stated = _quantities(left), _stated(left)
    without_factor = [
        gene
        for gene in names_along(left, v.GENE)
        if quantities.get(gene, 0) < FEWEST_QUANTITIES and not np.isfinite(stated.get(gene, np.nan))
    ]
    return left.assign_attrs(genes_without_factor=", ".join(without_factor))


def _ratios_without(data: xr.Dataset, excluded: np.ndarray) -> xr.Dataset:
    if excluded.all():
        raise InputError("exclusions must leave at least one ratio, got none")
    return pruned(data, {v.PAIR: np.flatnonzero(~excluded)}, RATIOS)


def _levels_without(data: xr.Dataset, excluded: np.ndarray) -> xr.Dataset:
    if excluded.all():
        raise InputError("exclusions must leave at least one level, got none")
    left = pruned(data, {v.LEVEL: np.flatnonzero(~excluded)}, LEVELS)
    is_control = left[v.IS_CONTROL].to_numpy() == 1
    if not is_control.any() or left.sizes[v.GROUP] < 2:
        got = ", ".join(names_along(left, v.GROUP))
        raise InputError(f"exclusions must leave levels of the control and of another group, got {got}")
    return left


def _samples_of(data: xr.Dataset) -> set[tuple[str, str, str]]:
    return {(str(a), str(b), str(c)) for a, b, c in zip(*_names_of_samples(data), strict=True)}


def _names_of_samples(data: xr.Dataset) -> list[np.ndarray]:
    """Subject, condition and experiment of each sample."""
    return [
        names_of(data, dim, pointer)
        for dim, pointer in (
            (v.SUBJECT, v.SUBJECT_OF_SAMPLE),
            (v.CONDITION, v.CONDITION_OF_SAMPLE),
            (v.EXPERIMENT, v.EXPERIMENT_OF_SAMPLE),
        )
    ]


def _control(data: xr.Dataset) -> str:
    is_control = data[v.IS_CONTROL].to_numpy() == 1
    return next((name for name, own in zip(names_along(data, v.CONDITION), is_control, strict=True) if own), "")


def _alone(data: xr.Dataset, left: xr.Dataset) -> list[str]:
    """Treated samples whose control is gone with the exclusions."""
    if compares_groups(data):
        return []
    control, before, after = _control(data), _samples_of(data), _samples_of(left)
    return [
        f"subject {subject} under {condition} in {experiment} has no control sample ({control}) left after the "
        "exclusions: keep a reaction of it, or exclude the treated sample too"
        for subject, condition, experiment in sorted(after)
        if condition != control
        and (subject, control, experiment) in before
        and (subject, control, experiment) not in after
    ]


def _lacking(left: xr.Dataset) -> list[str]:
    """What no study may lack."""
    faults = []
    is_reference = left[v.IS_REFERENCE].to_numpy() == 1
    detected = np.unique(left[v.GENE_OF_REACTION].to_numpy()[np.isfinite(left[v.CT].to_numpy())])
    if not is_reference[detected].any():
        faults.append("exclusions must leave a reference that was detected, got none")
    if is_reference.all():
        faults.append("exclusions must leave a gene that is no reference, got none")
    is_control = left[v.IS_CONTROL].to_numpy() == 1
    if not is_control.any() or is_control.all():
        got = ", ".join(names_along(left, v.CONDITION))
        faults.append(f"exclusions must leave the control and another condition, got {got}")
    return faults


def _quantities(data: xr.Dataset) -> dict[str, int]:
    """Quantities of each gene's dilution series that have a Ct."""
    if v.STANDARD_CT not in data:
        return {}
    gene, seen = data[v.GENE_OF_STANDARD].to_numpy(), np.isfinite(data[v.STANDARD_CT].to_numpy())
    quantity = data[v.STANDARD_QUANTITY].to_numpy()
    return {
        name: len(np.unique(quantity[(gene == at) & seen & np.isfinite(quantity)]))
        for at, name in enumerate(names_along(data, v.GENE))
    }


def _stated(data: xr.Dataset) -> dict[str, float]:
    if v.STATED_FACTOR not in data:
        return {}
    return dict(zip(names_along(data, v.GENE), data[v.STATED_FACTOR].to_numpy().tolist(), strict=True))


def _series(data: xr.Dataset, left: xr.Dataset) -> list[str]:
    """Dilution series that are neither whole nor gone."""
    before, after, stated = _quantities(data), _quantities(left), _stated(left)
    return [
        f"the dilution series of {gene} has {number} quantities with a Ct left after the exclusions, it needs "
        f"{FEWEST_QUANTITIES}: keep more, or exclude all of it and state the factor"
        for gene, number in after.items()
        if 0 < number < FEWEST_QUANTITIES <= before.get(gene, 0) and not np.isfinite(stated.get(gene, np.nan))
    ]
