"""Ratios against a calibrator, with the control in the table: to ratios of treated to control of the same subject."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from lensim.checks import FaultReport
from lensim.expression.read.choices import Unpaired
from lensim.plain_text import first_names
from lensim.tables.control import CONTROL_WORDS, find_control
from lensim.tables.flags import parse_flag
from lensim.tables.names import plain_name
from lensim.tables.names_alike import key_of_name

ABSENT: Final = "absent"
"""What a user states as the control where it is not in the table."""

MORE_CONTROL_WORDS: Final = frozenset(
    {"wt", "wildtype", "wild_type", "mock", "sham", "placebo", "pbs", "saline", "baseline", "unstimulated", "scramble",
     "scrambled", "scr", "kontrolle", "unbehandelt", "calibrator", "veh", "unstim", "nt", "ns"}
)  # fmt: skip
"""Names that are a control where ratios are given against a calibrator."""

NEAR_ONE: Final = 0.005
"""A condition whose ratios have a mean so close to 1, but are not all 1, is what they were divided by."""

PERCENTS: Final = (20.0, 2000.0)
"""Ratios that all lie here may be percents of the control."""

SHOWN: Final = 6


@dataclass(frozen=True)
class RatioPair:
    """A ratio or a level, of whom and of what; `at` is its file and line, `is_control` what a column of that says."""

    target: str
    subject: str
    contrast: str
    experiment: str
    cell_type: str
    log2_ratio: float
    sd: float
    at: tuple[str, int]
    is_control: str = ""

    @property
    def sample(self) -> tuple[str, str, str]:
        """What a treated sample and its control share."""
        return self.target, self.subject, self.experiment


def divided_by_control(
    pairs: Sequence[RatioPair], stated: str, unpaired: Unpaired, faults: FaultReport, noun: str = "ratio"
) -> tuple[list[RatioPair], list[str]]:
    """Ratios of treated to control, and what is to be told; a table without its control stays as it is.

    Ratios against a calibrator (RQ) have a ratio of the control too: of each subject treated is divided by control. A
    control whose ratios are all exactly 1 stays in, where each subject has it: readers leave it out.

    Parameters
    ----------
    pairs
        One a target, subject, condition and experiment.
    stated
        The control that the user names; `ABSENT` where the table does not have it, empty where names show it.
    unpaired
        What becomes of a treated ratio whose subject has none of the control: "refuse" or "drop".
    faults
        Where faults are noted.
    noun
        What the numbers are: "ratio", or "level" of one sample, which must have its control in the table.
    """
    is_level = noun == "level"
    name = control_of_levels(pairs, stated, faults) if is_level else _control_of(pairs, stated, faults)
    if not name:
        return list(pairs), []
    controls = {pair.sample: pair for pair in pairs if pair.contrast == name}
    treated = [pair for pair in pairs if pair.contrast != name]
    alone = [pair for pair in treated if pair.sample not in controls]
    if not treated:
        faults.add(f"there must be a {noun} of another condition than the control, {name}, got none")
    elif len(alone) == len(treated):
        absent = (
            ""
            if is_level
            else ('; if each ratio is against a control that is not in the table, state control="absent"')
        )
        faults.add(
            f"no subject has a {noun} under both {name} and another condition: {subjects_of(pairs, name)}. Compare "
            f'groups of different subjects with unpaired="groups"{absent}',
            line=alone[0].at[1],
            place=alone[0].at[0],
        )
    elif alone and unpaired != "drop":
        for pair in alone[:SHOWN]:
            more = f", and {len(alone) - SHOWN} more" if len(alone) > SHOWN and pair is alone[SHOWN - 1] else ""
            faults.add(
                f"{pair.target} of {pair.subject} under {pair.contrast} in {pair.experiment} has no {noun} under the "
                f'control ({name}){more}: leave such {noun}s out with unpaired="drop", or compare all subjects, with '
                'or without a partner, with unpaired="keep"',
                line=pair.at[1],
                place=pair.at[0],
            )
    if not treated or (alone and (unpaired != "drop" or len(alone) == len(treated))):
        return list(pairs), []
    told = [f"{noun}s without one under {name} left out: {_named(alone)}"] if alone else []
    if not is_level and len(controls) > 1 and all(pair.log2_ratio == 0.0 for pair in controls.values()) and not alone:
        return list(pairs), []
    divided = [_over(pair, controls[pair.sample]) for pair in treated if pair.sample in controls]
    used = {pair.sample for pair in divided}
    if idle := [pair for sample, pair in controls.items() if sample not in used]:
        told.append(f"{name} without a treated {noun}, so of no fold change: {_named(idle)}")
    told.append(f"{noun}s are divided by that of {name} of the same subject, so that they are treated over control")
    return divided, told


def _over(treated: RatioPair, control: RatioPair) -> RatioPair:
    return replace(treated, log2_ratio=treated.log2_ratio - control.log2_ratio, sd=math.hypot(treated.sd, control.sd))


def _control_of(pairs: Sequence[RatioPair], stated: str, faults: FaultReport) -> str:
    """The condition that is the control; empty without one, or where it must be asked, which is a fault."""
    names = list(dict.fromkeys(pair.contrast for pair in pairs))
    if stated and stated != ABSENT:
        fits = [name for name in names if name == stated] or [
            name for name in names if key_of_name(name) == key_of_name(stated)
        ]
        if len(fits) == 1:
            return fits[0]
        faults.add(
            f'control must be one of the conditions {", ".join(names)}, or control="absent" where the table does not '
            f"have it, got {stated!r}"
        )
        return ""
    if stated or len(names) == 1:
        return ""
    marked = list(dict.fromkeys(pair.contrast for pair in pairs if parse_flag(pair.is_control)))
    if len(marked) == 1:
        return marked[0]
    known = [name for name in names if _is_control_name(name)]
    if len(known) == 1:
        return known[0]
    likely = known or [name for name in names if _is_divisor([one for one in pairs if one.contrast == name])]
    if likely:
        why = "" if known else ": their mean is 1"
        faults.add(
            f"{' and '.join(likely)} may be the control that ratios were divided by{why}; state "
            f'control="{likely[0]}", or control="absent" if each ratio is already against a control that is not in '
            "the table"
        )
    return ""


def control_of_levels(pairs: Sequence[RatioPair], stated: str, faults: FaultReport) -> str:
    """The condition that levels of others are compared with; empty where it is not known, which is a fault.

    By the rule of every assay (`find_control`), with more usual names.
    """
    said = {(pair.contrast, pair.is_control): pair.at for pair in pairs}
    names = list(dict.fromkeys(pair.contrast for pair in pairs))
    known = [name for name in names if _is_control_name(name)]
    if not stated and not any(word for _, word in said) and len(known) == 1:
        return known[0]
    control = find_control(said, stated, faults)
    return control.name if control else ""


def _is_control_name(name: str) -> bool:
    words = CONTROL_WORDS | MORE_CONTROL_WORDS
    plain = plain_name(name)
    parts = [part for part in plain.split("_") if not part.replace("h", "").isdigit()]
    return plain in words or (bool(parts) and all(part in words or part == "cells" for part in parts))


def _is_divisor(pairs: Iterable[RatioPair]) -> bool:
    """Whether the ratios of each target have a mean of 1, the usual or the geometric one, without being all 1."""
    of_target: dict[str, list[float]] = {}
    for pair in pairs:
        of_target.setdefault(pair.target, []).append(pair.log2_ratio)
    if all(value == 0.0 for values in of_target.values() for value in values):
        return False
    return all(
        len(values) > 1
        and min(abs(float(np.mean(np.exp2(values))) - 1.0), abs(2.0 ** float(np.mean(values)) - 1.0)) <= NEAR_ONE
        for values in of_target.values()
    )


def may_be_percents(pairs: Sequence[RatioPair]) -> bool:
    """Whether ratios are so large, and all of them, that they may be percents."""
    ratios = [2.0**pair.log2_ratio for pair in pairs]
    return len(ratios) > 1 and all(PERCENTS[0] <= ratio <= PERCENTS[1] for ratio in ratios)


def _named(pairs: Sequence[RatioPair]) -> str:
    return first_names([f"{one.target} of {one.subject} under {one.contrast}" for one in pairs], SHOWN)


def subjects_of(pairs: Sequence[RatioPair], control: str) -> str:
    """The subjects of each condition, the control first."""
    of: dict[str, dict[str, None]] = {control: {}}
    for pair in pairs:
        of.setdefault(pair.contrast, {})[pair.subject] = None
    return "; ".join(
        f"{name} has {', '.join(list(subjects)[:SHOWN])}{', ...' * (len(subjects) > SHOWN)}"
        for name, subjects in of.items()
    )
