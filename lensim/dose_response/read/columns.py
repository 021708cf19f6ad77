"""Columns of a user's table by their names, and the words for roles of wells."""

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Final, Literal, get_args

from lensim.arguments import require_kind
from lensim.checks import FaultReport, InputError, one_of
from lensim.dose_response.read import units
from lensim.dose_response.read.response import (
    INHIBITION_NAMES,
    OTHER_RESPONSES,
    SIGNAL_NAMES,
    VIABILITY_NAMES,
    without_response,
)
from lensim.plain_text import shown
from lensim.tables.columns import (
    EXPERIMENT_NAMES,
    PLATE_NAMES,
    Found,
    Meaning,
    check_stated,
    find_columns,
    missing,
    name_one,
    names_any,
)
from lensim.tables.kinds import is_dose
from lensim.tables.log_scale import LOG_WORDS, DoseScale, scale_in_name
from lensim.tables.names import plain_name
from lensim.tables.raw_signal import SIGNAL_UNITS, is_raw_signal
from lensim.tables.table import TextTable

TIME_ZERO: Final = (
    "t0", "time zero", "t=0", "t_0", "time_zero", "time-zero", "time 0", "time0", "tz", "day 0", "day0", "d0",
    "day zero", "0 h", "0h", "baseline",
)  # fmt: skip
"""Words for wells read when the drug was added: neither treated nor untreated at the end."""

Role = Literal["ignored", "blank", "time_zero", "untreated", "treated"]
Response = Literal["signal", "viability", "inhibition"]

_UNITS: Final = frozenset(map(plain_name, units.SPELLINGS))
_DOSE_NAMES: Final = ("dose", "concentration", "conc")
_LOG_DOSE_NAMES: Final = (
    *(f"{log}_{name}" for log in LOG_WORDS for name in (*_DOSE_NAMES, "c", "of_dose", "of_concentration")),
    *(f"{name}_{log}" for log in LOG_WORDS for name in _DOSE_NAMES),
    *(f"{log}{name}" for log in LOG_WORDS for name in ("dose", "conc", "m", "c")),
    *LOG_WORDS, "pic", "pdose", "pconc", "p_dose", "p_conc", "pconcentration",
)  # fmt: skip

_CONDITION_NAMES: Final = (
    "condition", "cytokine", "stimulus", "stimulation", "treatment", "pretreatment", "coculture", "co_culture", "arm",
)  # fmt: skip

COLUMNS: Final[Mapping[str, Meaning]] = {
    "cell_line": Meaning(("cell_line", "cellline", "line")),
    "dose": Meaning(
        _DOSE_NAMES,
        units=_UNITS | {f"{log}_{unit}" for log in LOG_WORDS for unit in _UNITS},
        may_be_constant=False,
        last=_LOG_DOSE_NAMES,
        inverted=lambda name: scale_in_name(name) is not None,
    ),
    "dose_unit": Meaning(
        ("dose_unit", "dose_units", "unit", "units", "conc_unit", "conc_units", "concentration_unit"), is_optional=True
    ),
    "signal": Meaning(SIGNAL_NAMES, units=SIGNAL_UNITS, may_be_constant=False, likely=is_raw_signal),
    "viability": Meaning(VIABILITY_NAMES, may_be_constant=False),
    "inhibition": Meaning(INHIBITION_NAMES, may_be_constant=False),
    "molecular_group": Meaning(("molecular_group",), is_optional=True),
    "experiment": Meaning(EXPERIMENT_NAMES, is_optional=True, is_ranked=True),
    "plate": Meaning(PLATE_NAMES, is_optional=True, is_ranked=True),
    "well": Meaning(("well", "well_name", "well_id"), may_be_constant=False, is_optional=True),
    "compound": Meaning(("compound", "drug", "drug_name"), is_optional=True),
    "condition": Meaning(_CONDITION_NAMES, is_optional=True, is_ranked=True),
    "parent": Meaning(("parent", "parent_line", "parental_line", "derived_from"), is_optional=True),
    "role": Meaning(("role", "well_role", "well_type"), may_be_constant=False, is_optional=True, may_share=True),
}
"""What a table with one row a well can have. cell_line, dose and one of signal, viability and inhibition are needed.
The dose may be empty where a role says that the well is untreated or blank, and may have its molar unit in its name."""

LABELS: Final = ("cell_line", "molecular_group", "experiment", "plate", "compound", "condition", "parent")
"""Meanings whose cells are names."""


@dataclass(frozen=True)
class Roles:
    """Roles by words of the column `role`: patterns as for file names (`PC-*`, `NC-?`), upper or lower case.

    Where a word suits several, the first counts of ignored, blank, time_zero, untreated, treated; so treated=("*",) is
    "all others". A usual word for time zero (t0, day 0) is never one of these others: it means time zero, unless a role
    names it.

    Attributes
    ----------
    untreated
        The wells that treated ones are measured against. A vehicle control belongs here; wells without even the
        vehicle then belong to ignored.
    blank
        Wells without cells.
    time_zero
        Wells read when the drug was added, from which growth rates follow.
    ignored
        Wells that are left out, and counted.
    treated
        Wells with a dose. One with dose 0 is untreated all the same.

    Raises
    ------
    InputError
        If a list is a plain string, whose letters would each be a pattern.
    """

    untreated: Sequence[str] = ("untreated", "vehicle", "control", "ctrl", "dmso", "negative control", "solvent")
    blank: Sequence[str] = ("blank", "background")
    time_zero: Sequence[str] = TIME_ZERO
    ignored: Sequence[str] = ("ignored", "empty", "excluded")
    treated: Sequence[str] = ("treated", "sample")

    def __post_init__(self) -> None:
        for item in fields(self):
            patterns = getattr(self, item.name)
            if isinstance(patterns, str):
                raise InputError(f"Roles.{item.name} must be a list of patterns, got the text {shown(patterns)}")
            require_kind(f"Roles.{item.name}", patterns, Sequence[str])
            object.__setattr__(self, item.name, tuple(patterns))  # hashable, and no list shared with the caller

    def __str__(self) -> str:
        words = {role: getattr(self, role) for role in reversed(get_args(Role))}
        words["time_zero"] = words["time_zero"][:2] if words["time_zero"] == TIME_ZERO else words["time_zero"]
        return ", ".join(f"{role} ({', '.join(own) or 'none'})" for role, own in words.items())


RolesOrWords = Roles | Mapping[str, str | Sequence[str]]
"""Roles, or patterns by role as a mapping: {"untreated": "DMSO", "treated": "*"}; a role that it lacks has no words."""


def as_roles(roles: RolesOrWords | None) -> Roles | None:
    """Roles from either form; None where nothing is said.

    Raises
    ------
    InputError
        If a mapping names a role that does not exist.
    """
    if roles is None or isinstance(roles, Roles):
        return roles
    allowed = tuple(field.name for field in fields(Roles))
    for name, words in roles.items():
        if name not in allowed and words in allowed:
            raise InputError(
                f"roles must name a role and then its words, got the word {shown(name)} before its role "
                f"{shown(words)}; write roles={_turned_round(roles)}"
            )
        one_of("roles: the name", name, allowed)
    patterns = {name: (words,) if isinstance(words, str) else tuple(words) for name, words in roles.items()}
    return Roles(**{name: patterns.get(name, ()) for name in allowed})


def _turned_round(roles: Mapping[str, str | Sequence[str]]) -> str:
    """Roles by word as words by role, in Python."""
    found: dict[str, list[str]] = {}
    for word, role in roles.items():
        found.setdefault(str(role), []).append(str(word))
    return str({role: words[0] if len(words) == 1 else words for role, words in found.items()})


@lru_cache(maxsize=4096)  # a file of a million wells has a few hundred different words
def role_of(word: str, roles: Roles) -> Role | None:
    """The role that a word in the role column means; None where no pattern fits."""
    plain = word.lower()
    others = ("*",) if plain in TIME_ZERO else ()
    for role in get_args(Role):
        if any(fnmatch.fnmatchcase(plain, one.lower()) for one in getattr(roles, role) if one not in others):
            return role
    return "time_zero" if others else None


@dataclass(frozen=True)
class WellColumns:
    """Where in a table each thing is, which of signal, viability and inhibition it has, and how doses are written.

    Attributes
    ----------
    dose_unit, unit_is_said
        The unit of doses, and whether the user or the column's name says it; else cells have it.
    dose_scale, scale_is_stated
        What the numbers of the column are of the dose, and whether the user says so.
    vehicles
        Names in the column of compounds that mean an untreated well.
    untreated_by_word, has_zero, has_mixed_units
        Whether wells are untreated by a word or an empty dose, whether doses of 0 are written, and whether cells have
        doses in several units.
    zeros
        The number 0 as the dose column writes it, outside of wells that are untreated by their role.
    """

    found: Found
    response: Response
    dose_unit: units.DoseUnit
    unit_is_said: bool = True
    dose_scale: DoseScale = "linear"
    scale_is_stated: bool = False
    vehicles: frozenset[str] = frozenset()
    untreated_by_word: bool = False
    has_zero: bool = True
    has_mixed_units: bool = False
    zeros: tuple[str, ...] = ()

    def has(self, what: str) -> bool:
        """Whether the table has a column or a constant for a meaning."""
        return self.found.has(what)

    def cell(self, what: str, row: Sequence[str]) -> str:
        """Text of a row for a meaning, with single blanks; empty where the table has none."""
        return self.found.cell(what, row)

    def column(self, what: str) -> str:
        """The column's name as the file writes it."""
        return self.found.column(what)

    def is_same(self, what: str, other: str) -> bool:
        """Whether one column has two meanings, as where the words of the dose column say which wells are untreated."""
        position = self.found.position
        return what in position and position[what] == position.get(other)


def find_well_columns(
    table: TextTable,
    stated: Mapping[str, str],
    dose_unit: str | None,
    faults: FaultReport,
    *,
    needs_role: bool,
    needs_dose: bool = True,
) -> WellColumns:
    """The columns of a table with one row a well; wells of time zero alone need no dose.

    Raises
    ------
    InputError
        With all the faults so far, if a column is missing or in doubt, or there is none or more than one response.
    """
    check_stated(stated, COLUMNS)
    before = len(faults.faults)
    response = _response_of(table, stated, faults)
    sought = {what: meaning for what, meaning in COLUMNS.items() if what not in get_args(Response) or what == response}
    needed = ["cell_line", *(["dose"] if needs_dose else []), *([response] if response else [])]
    needed += ["role"] if needs_role else []
    stated = _with_dose(table, stated) if needs_dose else {k: name for k, name in stated.items() if k != "dose"}
    found = find_columns(table, sought, faults, stated=stated, needed=needed)
    unit, is_said = _dose_unit(found, dose_unit, faults)
    if len(faults.faults) > before or response is None:
        faults.raise_if_any()
    return WellColumns(found, response or "signal", unit, is_said)


def find_map_columns(
    table: TextTable, stated: Mapping[str, str], dose_unit: str | None, faults: FaultReport, *, needs_role: bool
) -> WellColumns:
    """The columns of a map of plates, whose signals are in the readers' grids.

    Raises
    ------
    InputError
        With all the faults so far, if a column is missing or in doubt.
    """
    sought = {what: meaning for what, meaning in COLUMNS.items() if what not in get_args(Response)}
    before = len(faults.faults)
    needed = ("cell_line", "dose", "well") + (("role",) if needs_role else ())
    found = find_columns(table, sought, faults, stated=_with_dose(table, stated), needed=needed)
    unit, is_said = _dose_unit(found, dose_unit, faults)
    if len(faults.faults) > before:
        faults.raise_if_any()
    return WellColumns(found, "signal", unit, is_said)


def _with_dose(table: TextTable, stated: Mapping[str, str]) -> Mapping[str, str]:
    """The stated columns; without a dose among the names, with the one whose unit has a factor, to be refused."""
    if "dose" in stated or names_any(table.header, COLUMNS["dose"]):
        return stated
    names = [name for name in table.header if is_dose(name) and units.multiplied_unit_in_column_name(name)]
    return {**stated, "dose": names[0]} if len(names) == 1 else stated


def _response_of(table: TextTable, stated: Mapping[str, str], faults: FaultReport) -> Response | None:
    """Which of signal, viability and inhibition the table has: the one that is stated, or the only one there."""
    responses: tuple[Response, ...] = get_args(Response)
    named = [what for what in responses if what in stated]
    if len(named) > 1:
        raise InputError(f"column must name one of {', '.join(responses)}, got {' and '.join(named)}")
    there = named or [what for what in responses if names_any(table.header, COLUMNS[what])]
    likely = [name for name in table.header if COLUMNS["signal"].is_likely(name)]
    is_guess = not named and not any(_is_named(name, "signal") for name in table.header)
    if is_guess and (len(there) > 1 or len(likely) > 1):
        there = [what for what in there if what != "signal"]
    if len(there) == 1:
        return there[0]
    if there:
        fits = {name: what for name in table.header for what in there if COLUMNS[what].rank(name) is not None}
        names = " and ".join(map(repr, fits))
        choices = " or ".join(f'columns={{"{what}": {_quoted(name)}}}' for name, what in fits.items())
        faults.add(f"the columns {names} may each be the response: say {choices}", line=1)
    else:
        way = name_one("signal", COLUMNS["signal"])
        faults.add(without_response(table.header) or missing(table, "signal") + OTHER_RESPONSES + way, line=1)
    return None


def _is_named(name: str, what: Response) -> bool:
    return COLUMNS[what].rank(name) is not None and not COLUMNS[what].is_likely(name)


def _quoted(name: str) -> str:
    """A name in double quotes where that is possible."""
    return repr(name) if '"' in name or "\\" in name else f'"{name}"'


def _dose_unit(found: Found, stated: str | None, faults: FaultReport) -> tuple[units.DoseUnit, bool]:
    """The unit of the doses, as stated or as the column's name has it, and whether either says it.

    That they disagree is a fault.
    """
    column = found.column("dose")
    in_name = units.unit_in_column_name(column)
    named = scale_in_name(column)
    if in_name is None and named and named.scales == ("-log10",) and named.word.lower().startswith("p"):
        in_name = "M"  # pC is -log10 of mol/l by definition
    unit = units.parse_dose_unit(stated or in_name or "uM")
    if multiplied := units.multiplied_unit_in_column_name(column):
        text, molar = multiplied
        faults.add(
            f"the unit of doses must be one of {', '.join(units.UM_PER_UNIT)}, without a factor, got {text!r} in the "
            f"name of the column {column!r}: write a column of doses in {molar}, named 'dose ({molar})'",
            line=1,
        )
    if stated and in_name and units.parse_dose_unit(in_name).factor != unit.factor * unit.is_molar:
        faults.add(f"the column {column!r} has {in_name} in its name, but dose_unit was stated as {stated!r}", line=1)
    other = units.other_unit_in_column_name(column)
    if stated and other and unit.is_molar:
        faults.add(
            f"the column {column!r} has {other} in its name, but dose_unit was stated as {stated!r}: say "
            f'dose_unit="as-is:{other}" for doses in {other}, or correct the name if they are in {stated}',
            line=1,
        )
    return unit, bool(stated or in_name)


def check_role_words(table: TextTable, found: WellColumns, roles: Roles, faults: FaultReport) -> None:
    """Note each word in the role column that no pattern suits, once, with the first line that has it."""
    if not found.has("role"):
        return
    lines: dict[str, list[int]] = {}
    for row, line in zip(table.rows, table.lines, strict=True):
        lines.setdefault(found.cell("role", row), []).append(line)
    for word, at in lines.items():
        if role_of(word, roles) is None:
            rows = f" (in {len(at)} rows)" if len(at) > 1 else ""
            faults.add(
                f"{found.column('role')} must match one of {roles}, got {word!r}{rows}; say what "
                "every word means with roles=",
                line=at[0],
            )
