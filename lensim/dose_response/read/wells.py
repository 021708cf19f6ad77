"""Rows of text to wells with numbers, every fault noted with its line."""

import math
from dataclasses import dataclass, field, replace
from typing import Literal

from lensim.checks import FaultReport
from lensim.dose_response.read.columns import TIME_ZERO, Role, Roles, WellColumns, role_of
from lensim.dose_response.read.dose_cells import is_bound, is_untreated_word, may_be_untreated_word, parse_dose_cell
from lensim.dose_response.read.role_choice import choice_of_roles
from lensim.dose_response.read.units import dose_to_um, parse_dose_unit
from lensim.tables.log_scale import number_to_dose
from lensim.tables.number_text import DecimalMark, is_missing, parse_number
from lensim.tables.reader_words import is_lost, is_saturated

Lost = Literal["refuse", "drop"]


@dataclass(frozen=True, slots=True)
class Well:
    """One well as read from a file; names are empty where the file has none.

    `dose_um` is NaN for a blank, for a well of time zero and where the dose had a fault, `signal` where the signal had
    one: raw, or viability in percent. `is_of_time_zero` marks blanks, too, that were read when the drug was added.
    """

    place: str
    line: int
    role: Role
    cell_line: str
    molecular_group: str
    experiment: str
    plate: str
    name: str
    compound: str
    dose_um: float
    signal: float
    condition: str = ""
    parent: str = ""
    is_of_time_zero: bool = False

    @property
    def curve(self) -> str:
        """The name of its curve: its line, and its condition where the line has several."""
        return f"{self.cell_line}, {self.condition}" if self.condition else self.cell_line

    def with_signal(self, signal: float) -> "Well":
        """The same well with another signal."""
        return replace(self, signal=signal)


@dataclass
class LostWells:
    """The treatment of wells without a signal, and with one below 0; each is a fault, unless the user allows it.

    Attributes
    ----------
    are_dropped
        Whether wells without a signal are left out.
    saturated_are_dropped
        Whether wells in which the reader was saturated are left out.
    is_normalised
        Whether signals become percent of untreated, and so may be below 0.
    count, saturated
        How many of either were left out.
    saturated_untreated
        How many of the saturated ones are untreated.
    below_zero
        Columns, lines and texts of signals below 0 that were not allowed.
    """

    are_dropped: bool
    saturated_are_dropped: bool = False
    is_normalised: bool = False
    count: int = 0
    saturated: int = 0
    saturated_untreated: int = 0
    below_zero: list[tuple[str, int, str]] = field(default_factory=list)

    def tell_of_signs(self, faults: FaultReport) -> None:
        """Note signals below 0 as one fault, with the ways to read such a file."""
        if not self.below_zero:
            return
        column, line, text = self.below_zero[0]
        more = f" (so in {len(self.below_zero)} wells)" if len(self.below_zero) > 1 else ""
        faults.add(
            f"{column} must be 0 or more, got {text}{more}: say normalise=True for signals that had their background "
            "taken off, which are then read as percent of the untreated wells; or give signals as measured, and blank "
            "wells with the role blank",
            line=line,
        )
        self.below_zero.clear()


def role_of_row(
    found: WellColumns, row: list[str], roles: Roles, *, is_time_zero: bool = False
) -> Role | Literal["by dose"] | None:
    """The role of a well, by its word or its vehicle; "by dose" without such; None where no pattern fits the word.

    Of the wells that were read when the drug was added the role is time_zero, but for blanks and those left out; a
    dose that they got says nothing yet.
    """
    if found.has("role"):
        role = role_of(found.cell("role", row), roles)
        return "time_zero" if is_time_zero and role not in ("blank", "ignored") else role
    if is_time_zero or found.cell("compound", row).lower() in TIME_ZERO:
        return "time_zero"
    return "untreated" if found.vehicles and found.cell("compound", row) in found.vehicles else "by dose"


def read_dose(
    found: WellColumns,
    row: list[str],
    line: int,
    role: Role | Literal["by dose"],
    decimal: DecimalMark,
    faults: FaultReport,
) -> float:
    """Dose of a well in uM; NaN for a blank, and where there was a fault."""
    if role in ("blank", "time_zero"):
        return math.nan
    text, column = found.cell("dose", row), found.column("dose")
    if role == "untreated" and _is_untreated_whatever_its_dose(found, row):
        return 0.0
    if is_untreated_word(text):
        return 0.0
    if is_missing(text):
        if role == "untreated":
            return 0.0
        zero = "0" if found.dose_scale == "linear" else f"{_infinite(found)}, or a word such as DMSO,"
        faults.add(f"{column} must be given ({zero} for an untreated well), got {text!r}", line=line)
        return math.nan
    dose = _dose_in_cell(found, text, decimal)
    if isinstance(dose, str):
        faults.add(f"{column} must be {dose}, got {text!r}{_way_to_untreated(found, text)}", line=line)
        return math.nan
    if dose < 0:
        faults.add(f"{column} must be 0 or more (a dose, not its logarithm), got {text}", line=line)
        return math.nan
    if role == "untreated" and dose > 0:
        faults.add(f"{column} must be 0 or empty in an untreated well, got {text}", line=line)
        return math.nan
    return dose


def _infinite(found: WellColumns) -> str:
    """The logarithm of a dose of 0, as a cell has it."""
    return "inf" if found.dose_scale.startswith("-") else "-inf"


def _way_to_untreated(found: WellColumns, text: str) -> str:
    """How a cell that is no dose may mean an untreated well; empty where it does not look so."""
    if found.dose_scale != "linear" and text.strip().lower().lstrip("+-\u2212") in ("inf", "infinity", "\u221e"):
        return f" (an untreated well is {_infinite(found)} as {found.dose_scale})"
    if not may_be_untreated_word(text):
        return ""
    if found.is_same("role", "dose"):
        return f'; if it means untreated wells too, say roles={{"untreated": "{text}"}} as well'
    if found.has("role"):
        return "; leave the dose of untreated wells empty"
    return f"; if it means untreated wells, say {choice_of_roles(found.column('dose'), text)}"


def _is_untreated_whatever_its_dose(found: WellColumns, row: list[str]) -> bool:
    """Whether a word says untreated where the dose is that word, or is the dose of a vehicle."""
    compound = found.cell("compound", row)
    is_by_compound = found.is_same("role", "compound") or compound in found.vehicles or is_untreated_word(compound)
    return found.is_same("role", "dose") or is_by_compound


def _dose_in_cell(found: WellColumns, text: str, decimal: DecimalMark) -> float | str:
    """The dose in a cell, by its own unit where it has one; what it must be instead where it holds none."""
    whole = parse_number(text, decimal)
    parts = parse_dose_cell(text)
    number = parse_number(parts.number, decimal) if whole is None and parts.number else whole
    if is_bound(text):
        return "one number, and no bound"
    if number is None:
        has_digits = any(sign.isdigit() for sign in text)
        return "a number, or a number and its unit such as 10 nM" if has_digits else "a number"
    unit = parse_dose_unit(parts.molar) if whole is None and parts.molar else found.dose_unit
    dose = dose_to_um(number_to_dose(number, found.dose_scale), unit)
    return dose if math.isfinite(dose) else "a finite number"


def read_signal(
    text: str,
    column: str,
    line: int,
    decimal: DecimalMark,
    lost: LostWells,
    faults: FaultReport,
    *,
    may_be_negative: bool,
    is_untreated: bool = False,
) -> float | None:
    """A signal or percentage; NaN where it had a fault, None for a well that is left out."""
    if is_saturated(text):
        if lost.saturated_are_dropped:
            lost.saturated += 1
            lost.saturated_untreated += is_untreated
            return None
        faults.add(
            f"{column} is saturated, got {text!r}; to leave saturated wells out, say saturated='drop'", line=line
        )
        return math.nan
    if is_lost(text):
        if lost.are_dropped:
            lost.count += 1
            return None
        faults.add(f"{column} must be given, got {text!r}; to leave such wells out, say lost='drop'", line=line)
        return math.nan
    number = parse_number(text, decimal)
    if number is None:
        marked = any(sign.isdigit() for sign in text)
        way = "; write the number alone, or leave the well out: empty its cell, and say lost='drop'" * marked
        faults.add(f"{column} must be a number, got {text!r}{way}", line=line)
    elif not math.isfinite(number):
        faults.add(f"{column} must be a finite number, got {text!r}", line=line)
    elif number < 0 and not (may_be_negative or lost.is_normalised):
        lost.below_zero.append((column, line, text))
    else:
        return number
    return math.nan


def make_well(
    found: WellColumns,
    row: list[str],
    line: int,
    role: Role | Literal["by dose"],
    dose_um: float,
    signal: float,
    faults: FaultReport,
    *,
    is_time_zero: bool = False,
) -> Well | None:
    """The well of a row, with its names; None where a name is missing, which is a fault."""
    if role == "by dose":
        role = "untreated" if dose_um == 0 else "treated"
    elif role == "treated" and dose_um == 0:
        role = "untreated"
    needed = {"experiment", "plate"} | ({"cell_line"} if role != "blank" else set())
    needed |= {"compound"} if role == "treated" else set()
    missing = [what for what in sorted(needed) if found.has(what) and not found.cell(what, row)]
    for what in missing:
        faults.add(f"{found.column(what)} must not be empty{' in a treated well' * (what == 'compound')}", line=line)
    if missing:
        return None
    is_blank = role == "blank"
    return Well(
        place=faults.place,
        line=line,
        role=role,
        cell_line="" if is_blank else found.cell("cell_line", row),
        molecular_group="" if is_blank else found.cell("molecular_group", row),
        experiment=found.cell("experiment", row),
        plate=found.cell("plate", row),
        name=found.cell("well", row),
        compound=found.cell("compound", row) if role == "treated" else "",
        dose_um=dose_um,
        signal=signal,
        condition="" if is_blank else found.cell("condition", row),
        parent="" if is_blank else found.cell("parent", row),
        is_of_time_zero=is_time_zero or role == "time_zero",
    )
