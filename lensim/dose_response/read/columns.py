"""Which column of a user's table is what, and which wells its words for roles mean."""

import difflib
import fnmatch
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Final, Literal, get_args

from lensim.checks import FaultReport, InputError
from lensim.dose_response.read import units
from lensim.tables.table import TextTable

Role = Literal["ignored", "blank", "untreated", "treated"]
Response = Literal["signal", "viability", "inhibition"]

CONSTANT_MARK: Final = "="
_CAN_BE_CONSTANT: Final = ("cell_line", "molecular_group", "experiment", "plate", "compound")

STANDARD_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "cell_line": ("cell_line", "cellline", "line"),
    "dose": ("dose", "concentration", "conc"),
    "signal": ("signal", "cpm", "luminescence", "rlu", "intensity"),
    "viability": ("viability_percent", "viability_pct", "percent_viability", "viability"),
    "inhibition": ("inhibition_percent", "inhibition_pct", "percent_inhibition", "inhibition"),
    "molecular_group": ("molecular_group",),
    "experiment": ("experiment",),
    "plate": ("plate", "plate_id", "barcode"),
    "well": ("well", "well_name", "well_id"),
    "compound": ("compound", "drug", "drug_name"),
    "role": ("role", "well_role", "well_type"),
}
"""Column names that are understood without being told, in order of preference; case, blanks and signs do not count.
A dose may have its molar unit behind it: dose_um, "Conc. (nM)"."""


@dataclass(frozen=True)
class TidyColumns:
    """The names of the columns of a table with one row a well.

    None: one of `STANDARD_NAMES` if the table has it. A name: that column, which must then be there. "=RPMI-8226" (an
    equals sign first): no column, all wells have this value; for cell_line, molecular_group, experiment, plate and
    compound.

    Attributes
    ----------
    cell_line, dose
        Needed. The dose may be empty where a role says that the well is untreated or blank.
    signal, viability, inhibition
        One of them is needed: raw signal, percent of untreated, or percent inhibition.
    molecular_group, experiment, plate, well, compound, role
        Optional.

    Raises
    ------
    InputError
        If a name is empty, or a constant stands where a column is needed.
    """

    cell_line: str | None = None
    dose: str | None = None
    signal: str | None = None
    viability: str | None = None
    inhibition: str | None = None
    molecular_group: str | None = None
    experiment: str | None = None
    plate: str | None = None
    well: str | None = None
    compound: str | None = None
    role: str | None = None

    def __post_init__(self) -> None:
        for item in fields(self):
            name = getattr(self, item.name)
            if name is None:
                continue
            if not name.strip(CONSTANT_MARK + " "):
                raise InputError(f"TidyColumns.{item.name} must name a column or a constant, got {name!r}")
            if name.startswith(CONSTANT_MARK) and item.name not in _CAN_BE_CONSTANT:
                raise InputError(
                    f"TidyColumns.{item.name} must name a column, only {', '.join(_CAN_BE_CONSTANT)} may be constant, "
                    f"got {name!r}"
                )

    def stated(self) -> frozenset[str]:
        """What the user named a column or a constant for."""
        return frozenset(item.name for item in fields(self) if getattr(self, item.name) is not None)


@dataclass(frozen=True)
class Roles:
    """Which words in the column `role` mean what: patterns as of file names (`PC-*`, `NC-?`), upper or lower case.

    Where a word suits several, the first counts of ignored, blank, untreated, treated; so treated=("*",) is "all
    others".

    Attributes
    ----------
    untreated
        The wells that treated ones are measured against. A vehicle control belongs here; wells without even the
        vehicle then belong to ignored.
    blank
        Wells without cells.
    ignored
        Wells that are left out, and counted.
    treated
        Wells with a dose. One with dose 0 is untreated all the same.

    Raises
    ------
    InputError
        If a list is a plain string, whose letters would each be a pattern.
    """

    untreated: Sequence[str] = ("untreated", "vehicle", "control", "dmso")
    blank: Sequence[str] = ("blank", "background")
    ignored: Sequence[str] = ("ignored", "empty", "excluded")
    treated: Sequence[str] = ("treated", "sample")

    def __post_init__(self) -> None:
        for item in fields(self):
            patterns = getattr(self, item.name)
            if isinstance(patterns, str):
                raise InputError(f"Roles.{item.name} must be a list of patterns, got the text {patterns!r}")
            object.__setattr__(self, item.name, tuple(patterns))  # hashable, and no list shared with the caller

    def __str__(self) -> str:
        return ", ".join(f"{role} ({', '.join(getattr(self, role)) or 'none'})" for role in reversed(get_args(Role)))


@lru_cache(maxsize=4096)  # a file of a million wells has a few hundred different words
def role_of(word: str, roles: Roles) -> Role | None:
    """What a word in the role column means; None where no pattern suits."""
    for role in get_args(Role):
        if any(fnmatch.fnmatchcase(word.lower(), pattern.lower()) for pattern in getattr(roles, role)):
            return role
    return None


@dataclass(frozen=True)
class FoundColumns:
    """Where in a table each thing stands: `position` of a column, `name` in the file, or a `constant` for all rows."""

    response: Response | None
    dose_unit: units.DoseUnit
    position: dict[str, int] = field(default_factory=dict)
    constant: dict[str, str] = field(default_factory=dict)
    name: dict[str, str] = field(default_factory=dict)

    def has(self, what: str) -> bool:
        """Whether the table says anything about `what`."""
        return what in self.position or what in self.constant

    def cell(self, what: str, row: list[str]) -> str:
        """The text of a row about `what`, with single blanks; empty where the table has nothing."""
        if what in self.position:
            return " ".join(row[self.position[what]].split())
        return self.constant.get(what, "")


def find_columns(
    table: TextTable,
    columns: TidyColumns,
    dose_unit: str | None,
    faults: FaultReport,
    *,
    needed: tuple[str, ...],
    has_response: bool,
) -> FoundColumns:
    """Find the columns of a table; what is missing goes into `faults`, which are raised here if there are such.

    Parameters
    ----------
    needed
        Fields of `TidyColumns` that must be there.
    has_response
        Whether the table has a signal, viability or inhibition, of which exactly one is then needed.
    """
    found_before = len(faults.faults)
    responses = get_args(Response)
    position, constant = {}, {}
    for item in fields(columns):
        stated = getattr(columns, item.name)
        if item.name in responses and not has_response:
            continue
        if stated is not None and stated.startswith(CONSTANT_MARK):
            constant[item.name] = " ".join(stated[len(CONSTANT_MARK) :].split())
            continue
        place = _by_name(table, stated, faults) if stated is not None else _by_standard_name(table, item.name)
        if place is not None:
            position[item.name] = place
        elif item.name in needed and stated is None:
            faults.add(_missing(table, item.name), line=1)
    response = _choose_response(table, columns, position, faults) if has_response else None
    unit = _find_unit(table, position, dose_unit, faults)
    if len(faults.faults) > found_before:
        faults.raise_if_any()
    for other in set(responses) - {response}:
        position.pop(other, None)
    name = {what: table.header[place] for what, place in position.items()}
    return FoundColumns(response, unit, position, constant, name)


def _by_name(table: TextTable, name: str, faults: FaultReport) -> int | None:
    places = [place for place, known in enumerate(table.header) if known == name.strip()]
    if len(places) == 1:
        return places[0]
    if places:
        faults.add(f"the column {name!r} stands in the header {len(places)} times", line=1)
    else:
        faults.add(_missing(table, name), line=1)
    return None


def _by_standard_name(table: TextTable, what: str) -> int | None:
    plain = [_plain(name) for name in table.header]
    for standard in STANDARD_NAMES[what]:
        for place, name in enumerate(plain):
            if name == standard:
                return place
            if what == "dose" and name.startswith(f"{standard}_") and units.molar_name(name[len(standard) + 1 :]):
                return place
    return None


def _missing(table: TextTable, wanted: str) -> str:
    close = difflib.get_close_matches(_plain(wanted), [_plain(name) for name in table.header], n=1, cutoff=0.5)
    near = next((name for name in table.header if close and _plain(name) == close[0]), None)
    there = ", ".join(repr(name) for name in table.header)
    return f"the column {wanted!r} is missing; there are {there}" + (f" (closest: {near!r})" if near else "")


def _plain(name: str) -> str:
    """A column's name in lower case, with micro signs as u and everything but letters and digits as one underscore."""
    text = unicodedata.normalize("NFKC", name).replace("\u03bc", "u").lower()
    return re.sub(r"[^a-z0-9]+", "_", text).strip("_")


def _choose_response(
    table: TextTable, columns: TidyColumns, position: dict[str, int], faults: FaultReport
) -> Response | None:
    """Which of signal, viability and inhibition the table has: the one that is stated, or the only one found."""
    responses: tuple[Response, ...] = get_args(Response)
    stated = [what for what in responses if getattr(columns, what) is not None]
    if len(stated) > 1:
        raise InputError(f"TidyColumns must name one of {', '.join(responses)}, got {' and '.join(stated)}")
    there = [what for what in responses if what in position]
    if stated:
        return stated[0]
    if len(there) > 1:
        names = " and ".join(repr(table.header[position[what]]) for what in there)
        faults.add(
            f"the columns {names} may each be the response: name one, as signal, viability or inhibition", line=1
        )
        return None
    if not there:
        faults.add(_missing(table, "signal") + "; viability or inhibition in percent would do as well", line=1)
        return None
    return there[0]


def _find_unit(table: TextTable, position: dict[str, int], stated: str | None, faults: FaultReport) -> units.DoseUnit:
    """The unit of the doses, as stated or as the column's name has it; that they disagree is a fault."""
    column = table.header[position["dose"]] if "dose" in position else None
    in_name = units.unit_in_column_name(column) if column else None
    unit = units.parse_dose_unit(stated or in_name or "uM")
    if column and not stated and not in_name:
        faults.add(
            f"the column {column!r} does not say its unit: state dose_unit, one of {', '.join(units.UM_PER_UNIT)}, or "
            "as-is:UNIT for a unit that is not molar",
            line=1,
        )
    if stated and in_name and units.parse_dose_unit(in_name).factor != unit.factor * (unit.units == "uM"):
        faults.add(f"the column {column!r} has {in_name} in its name, but dose_unit was stated as {stated!r}", line=1)
    return unit


def check_role_words(table: TextTable, found: FoundColumns, roles: Roles, faults: FaultReport) -> None:
    """Note each word in the role column that no pattern suits, once, with the first line that has it."""
    if not found.has("role"):
        return
    lines: dict[str, list[int]] = {}
    for row, line in zip(table.rows, table.lines, strict=True):
        lines.setdefault(found.cell("role", row), []).append(line)
    for word, at in lines.items():
        if role_of(word, roles) is None:
            rows = f" (in {len(at)} rows)" if len(at) > 1 else ""
            faults.add(f"{found.name['role']} must match one of {roles}, got {word!r}{rows}", line=at[0])
