"""Samples and their partners: every treated sample needs the control of the same subject and experiment."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from lensim.checks import FaultReport
from lensim.expression.read.assigned import Assigned, SampleKey
from lensim.expression.read.choices import Unpaired
from lensim.plain_text import first_names
from lensim.tables.names import plain_name

SHOWN: Final = 6

GENOTYPES: Final = frozenset(
    {"wt", "ko", "wildtype", "wild_type", "knockout", "knock_out", "het", "hom", "mutant", "mut", "tg", "transgenic",
     "null", "ntg", "ki"}
)  # fmt: skip
"""Names of conditions that one animal cannot be in both."""

_NUMBERED: Final = re.compile(r"(?:m|mouse|animal|rat|r|no|nr)?[ _.#-]*[0-9]+", re.IGNORECASE)
"""Names of subjects that are numbers, which may restart in each group."""


def numbers_restart(conditions: Collection[str], subjects: Iterable[str]) -> bool:
    """Whether conditions are genotypes, which no animal has two of, and subjects are numbers, which begin anew."""
    are_genotypes = len(conditions) > 1 and all(plain_name(name) in GENOTYPES for name in conditions)
    return are_genotypes and all(_NUMBERED.fullmatch(name) for name in subjects)


def numbers_apart(assigned: Sequence[Assigned], unpaired: Unpaired, faults: FaultReport) -> list[Assigned]:
    """Samples whose subjects, numbered anew in each group, have names of their own; a fault where it is not said."""
    unknown = [one for one in assigned if one.reaction.task == "unknown"]
    conditions = dict.fromkeys(one.condition for one in unknown)
    subjects: dict[str, set[str]] = {name: set() for name in conditions}
    for one in unknown:
        subjects[one.condition].add(one.subject)
    twice = [one for one in unknown if sum(one.subject in own for own in subjects.values()) > 1]
    if unpaired == "groups":
        return _apart_by_group(assigned, unknown)
    if not twice or not numbers_restart(conditions, [one.subject for one in unknown]):
        return list(assigned)
    if unpaired == "keep":
        return [
            replace(one, subject=f"{one.subject} ({one.condition})") if one.reaction.task == "unknown" else one
            for one in assigned
        ]
    shown = ", ".join(list(dict.fromkeys(one.subject for one in twice))[:SHOWN])
    faults.add(
        f"the subjects {shown} are in {' and '.join(conditions)} both, which one animal cannot be: if numbers begin "
        'anew in each group, compare groups of different subjects with unpaired="keep"; if they are pairs, such as '
        "littermates, give each pair a name that is no number",
        line=twice[0].reaction.line_number or None,
        place=twice[0].reaction.place,
    )
    return list(assigned)


def _apart_by_group(assigned: Sequence[Assigned], unknown: Sequence[Assigned]) -> list[Assigned]:
    """Samples in which subjects of one name in several groups, of cell type and condition, have names of their own."""
    groups_of: dict[str, set[tuple[str, str]]] = {}
    for one in unknown:
        groups_of.setdefault(one.subject, set()).add((one.cell_type, one.condition))
    in_kinds = {name for name, groups in groups_of.items() if len({kind for kind, _ in groups}) > 1}
    found = []
    for one in assigned:
        if one.reaction.task != "unknown" or len(groups_of[one.subject]) == 1:
            found.append(one)
            continue
        group = f"{one.cell_type}, {one.condition}" if one.subject in in_kinds else one.condition
        found.append(replace(one, subject=f"{one.subject} ({group})"))
    return found


@dataclass(frozen=True)
class Partners:
    """Samples of a study by their partners: treated ones without a control, and controls without a treated one."""

    treated_alone: tuple[Assigned, ...]
    control_alone: tuple[Assigned, ...]
    has_pairs: bool


def partners_of(assigned: Sequence[Assigned], control: str) -> Partners:
    """Which samples have no partner, each by its first reaction."""
    samples: dict[SampleKey, Assigned] = {}
    for one in assigned:
        if one.reaction.task == "unknown":
            samples.setdefault(one.sample, one)
    controls = {(subject, experiment) for subject, condition, experiment in samples if condition == control}
    treated = {(subject, experiment) for subject, condition, experiment in samples if condition != control}
    return Partners(
        tuple(one for (s, c, e), one in samples.items() if c != control and (s, e) not in controls),
        tuple(one for (s, c, e), one in samples.items() if c == control and (s, e) not in treated),
        bool(controls & treated),
    )


def settle_partners(
    assigned: Sequence[Assigned], control: str | None, unpaired: Unpaired, faults: FaultReport
) -> tuple[list[Assigned], list[str]]:
    """The reactions that stay, and what is to be told of samples without a partner; a fault where they are refused."""
    kept = list(assigned)
    if control is None:
        return kept, []
    partners = partners_of(kept, control)
    if not partners.treated_alone:
        return kept, _told_of_controls(partners.control_alone, control)
    if unpaired in ("keep", "groups"):
        return kept, [f"compared as groups of different subjects: {_groups(kept, control)}"]
    if not partners.has_pairs:
        one = partners.treated_alone[0]
        faults.add(
            f"no subject has both {control} and another condition in one experiment: {_groups(kept, control)}. Give "
            "the samples of one donor, passage or day one subject and one experiment, or compare groups of different "
            'subjects with unpaired="keep"',
            line=one.reaction.line_number or None,
            place=one.reaction.place,
        )
        return kept, []
    if unpaired == "refuse":
        for one in partners.treated_alone:
            faults.add(
                f"subject {one.subject} under {one.condition} in {one.experiment} has no control sample ({control}, "
                'same subject and experiment): leave such samples out with unpaired="drop", or compare all subjects, '
                'with or without a partner, with unpaired="keep"',
                line=one.reaction.line_number or None,
                place=one.reaction.place,
            )
        return kept, []
    alone = {one.sample for one in partners.treated_alone}
    stay = [one for one in kept if one.reaction.task != "unknown" or one.sample not in alone]
    told = [f"samples without a control left out: {_named(partners.treated_alone)}"]
    return stay, told + _told_of_controls(partners.control_alone, control)


def told_of_files(files: Mapping[str, Sequence[Assigned]]) -> list[str]:
    """That files have the same reactions of the same samples, and are one study all the same."""
    first: dict[tuple[SampleKey, str], str] = {}
    both: dict[tuple[str, str], str] = {}
    for place, assigned in files.items():
        for one in assigned:
            if one.reaction.task == "unknown":
                other = first.setdefault((one.sample, one.reaction.gene), place)
                if other != place:
                    both.setdefault((other, place), f"{one.reaction.gene} of {one.subject} under {one.condition}")
    return [
        f"{one} and {other} have the same samples ({what}) and are pooled as plates of one study: where they are "
        "times, doses or experiments, read each by itself, or give them a column for it"
        for (one, other), what in both.items()
    ]


def _told_of_controls(alone: Sequence[Assigned], control: str) -> list[str]:
    if not alone:
        return []
    return [f"{control} samples without a treated one, so of no fold change: {_named(alone)}"]


def _named(samples: Sequence[Assigned]) -> str:
    return first_names([f"{one.subject} under {one.condition} in {one.experiment}" for one in samples], SHOWN)


def _groups(assigned: Sequence[Assigned], control: str) -> str:
    """The subjects of each condition, the control first."""
    subjects: dict[str, dict[str, None]] = {control: {}}
    for one in assigned:
        if one.reaction.task == "unknown":
            subjects.setdefault(one.condition, {})[one.subject] = None
    parts = []
    for condition, names in subjects.items():
        shown = ", ".join(list(names)[:SHOWN]) + ", ..." * (len(names) > SHOWN)
        parts.append(f"{condition} has {shown}")
    return "; ".join(parts)
