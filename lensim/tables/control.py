"""Which condition is the control that the others are compared with: one rule for every assay."""

from dataclasses import dataclass
from typing import Final

from lensim.checks import FaultReport
from lensim.tables.flags import Said, flags_of
from lensim.tables.names import plain_name
from lensim.tables.names_alike import key_of_name

CONTROL_WORDS: Final = frozenset(
    {"control", "ctrl", "ctl", "untreated", "vehicle", "dmso", "none", "no_drug", "medium", "0", "len_0"}
)
"""Names of conditions that are known as the control; case, blanks and signs do not count."""

ONLY_CONDITION: Final = "as measured"
"""The condition of every sample where the user names none."""


ONLY_KNOWN_BY: Final = "being the only condition"


@dataclass(frozen=True)
class Control:
    """The control condition: its name as the file writes it, and how it is known."""

    name: str
    known_by: str


def find_control(said: Said, stated: str | None, faults: FaultReport, column: str = "is_control") -> Control | None:
    """The control condition; None where it is not known, which is a fault.

    The first of these that applies: the condition that the user states (case, blanks, hyphens and underscores do not
    count where only one fits); the one that the column is_control marks; the only condition whose name is a usual one
    for a control (`CONTROL_WORDS`); the only condition that there is.

    Parameters
    ----------
    said
        Each condition with its word in the column is_control (empty without such a column), and where they are.
    stated
        The name that the user gives; None or empty where there is none.
    column
        The name of the column is_control in the file, for messages.
    """
    conditions = list(dict.fromkeys(name for name, _ in said if name))
    there = ", ".join(conditions) or "none"
    if stated:
        fits = [name for name in conditions if name == stated] or [
            name for name in conditions if key_of_name(name) == key_of_name(stated)
        ]
        if len(fits) == 1:
            return Control(fits[0], "stated" if fits[0] == stated else f"stated as {stated}")
        faults.add(f"control must be one of the conditions {there}, got {stated!r}")
        return None
    before = len(faults.faults)
    flags = flags_of(said, column, faults)
    marked = [name for name in conditions if flags[name]]
    if len(faults.faults) > before:
        return None
    if any(word.strip() for _, word in said):
        if len(marked) == 1:
            return Control(marked[0], column)
        faults.add(f"{column} must mark exactly one of the conditions {there}, got {' and '.join(marked) or 'none'}")
        return None
    known = [name for name in conditions if plain_name(name) in CONTROL_WORDS]
    if len(known) == 1:
        return Control(known[0], "its name")
    if len(conditions) == 1:
        return Control(conditions[0], ONLY_KNOWN_BY)
    if conditions:
        faults.add(
            f"one of the conditions {there} must be the control that the others are compared with, got "
            f"{' and '.join(known) or 'none'}: name it, such as control={conditions[0]!r}, or mark it in a column "
            "is_control"
        )
    return None
