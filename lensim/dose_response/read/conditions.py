"""Conditions of a line beside the compound, such as with and without a cytokine: a curve each, in one study."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from lensim import vocabulary as v
from lensim.checks import FaultReport
from lensim.dose_response.read.wells import Well
from lensim.plain_text import shown
from lensim.tables.choice import Choice, shown_values
from lensim.tables.control import find_control
from lensim.tables.names import plain_name
from lensim.tables.unused import ReadTable

CONDITION: Final = "condition"
NONE: Final = "none"
"""The condition of wells whose cell is empty, where others of their line have one."""


@dataclass(frozen=True)
class Conditions:
    """Wells whose conditions are decided.

    Attributes
    ----------
    wells
        With their condition, or all without.
    tables
        Without the column of conditions where these are none.
    control
        The condition that others are compared with; empty where there are none.
    """

    wells: list[Well]
    tables: list[ReadTable]
    control: str

    @property
    def attrs(self) -> dict[str, str]:
        """What a Dataset says of it."""
        return {v.CONTROL: self.control} if self.control else {}


def settle_conditions(
    wells: Sequence[Well],
    tables: Sequence[ReadTable],
    stated: Mapping[str, str],
    choice: Choice,
    control: str | None,
    faults: FaultReport,
) -> Conditions:
    """Whether a column holds conditions: where the treated wells of a line have several, or the user states it.

    An empty cell is the condition none. A column that has one word for all treated wells of a line and another for its
    controls is no condition but another name for being treated; it is then left to the rule of columns that are not
    used.

    Parameters
    ----------
    wells, tables
        As read.
    stated
        The user's names of columns by meaning.
    choice
        A column that it ignores holds no conditions.
    control
        The condition that others are compared with, where the user names it.
    faults
        Where faults are noted: an untreated well of a condition that no treated well has, or a control that is not
        known.

    Raises
    ------
    InputError
        With all faults so far, if an untreated well is of no condition of its line.
    """
    column = next((one.found.column(CONDITION) for one in tables if one.found.has(CONDITION)), "")
    of_line: defaultdict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for well in wells:
        if well.role == "treated":
            of_line[well.cell_line, well.compound][well.condition or NONE] = None
    is_ignored = any(plain_name(name) in (plain_name(column), CONDITION) for name in choice.ignore)
    varies = any(len(there) > 1 for there in of_line.values())
    if not column or is_ignored or not (varies or CONDITION in stated):
        if control and column:
            faults.add(f"control needs lines that were treated under several conditions, got one in {column!r} a line")
        elif control:
            faults.add(
                f'control needs a column of conditions: name it, columns={{"condition": "NAME"}}, got {shown(control)}'
            )
        return Conditions(
            [replace(well, condition="") if well.condition else well for well in wells], _without(tables), ""
        )
    wells = [replace(well, condition=well.condition or NONE) if well.role != "blank" else well for well in wells]
    before = len(faults.faults)
    _check(wells, column, faults)
    if len(faults.faults) > before:
        faults.raise_if_any()
    said = {(well.condition, ""): (well.place, well.line) for well in reversed(wells) if well.role != "blank"}
    ordered = {key: said[key] for key in reversed(said)}
    doubts = FaultReport(faults.place)
    found = find_control(ordered, control, doubts)
    if found is None:
        there = [name for name, _ in ordered]
        faults.add(
            f"one of the conditions in {column} ({shown_values(there)}) must be the control that the others are "
            f"compared with, got {control or 'no name that says so'}: name it, control={there[0]!r}"
        )
    return Conditions(list(wells), list(tables), found.name if found is not None else "")


def _without(tables: Sequence[ReadTable]) -> list[ReadTable]:
    return [
        replace(
            one,
            found=replace(
                one.found,
                position={what: at for what, at in one.found.position.items() if what != CONDITION},
                name={what: name for what, name in one.found.name.items() if what != CONDITION},
            ),
        )
        for one in tables
    ]


def _check(wells: Sequence[Well], column: str, faults: FaultReport) -> None:
    treated: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for well in wells:
        if well.role == "treated":
            treated[well.cell_line][well.condition] = None
    told: set[tuple[str, str]] = set()
    for well in wells:
        key = (well.cell_line, well.condition)
        if well.role == "blank" or key in told:
            continue
        there = list(treated[well.cell_line])
        if well.role == "untreated" and there and well.condition not in there:
            told.add(key)
            kept = f'["{well.condition}", "{there[0]}"]' if well.condition != NONE else f'"{there[0]}"'
            faults.add(
                f"{column} of an untreated well must be a condition of the treated wells of {well.cell_line} "
                f"({shown_values(there)}), got {well.condition}: write the condition of each "
                f'untreated well, or read one condition with them, where={{"{column}": {kept}}}',
                line=well.line,
                place=well.place,
            )
