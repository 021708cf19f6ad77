"""Rows of text to wells with numbers, every fault noted with its line."""

import math
from dataclasses import dataclass, replace
from typing import Literal

from lensim.checks import FaultReport
from lensim.dose_response.read.columns import Role, Roles, WellColumns, role_of
from lensim.dose_response.read.units import dose_to_um
from lensim.tables.number_text import DecimalMark, is_missing, parse_number
from lensim.tables.reader_words import is_lost, is_saturated

Scale = Literal["percent", "fraction"]
Lost = Literal["refuse", "drop"]


@dataclass(frozen=True, slots=True)
class Well:
    """One well as read from a file; names are empty where the file has none.

    `dose_um` is NaN for a blank and where the dose had a fault, `signal` where the signal had one: raw, or viability
    in percent.
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

    def with_signal(self, signal: float) -> "Well":
        """The same well with another signal."""
        return replace(self, signal=signal)


@dataclass
class LostWells:
    """The treatment of wells without a signal: each is a fault, unless the user said that such are left out.

    Attributes
    ----------
    are_dropped
        Whether wells without a signal are left out.
    saturated_are_dropped
        Whether wells in which the reader was saturated are left out.
    count, saturated
        How many of either were left out.
    saturated_untreated
        How many of the saturated ones are untreated.
    """

    are_dropped: bool
    saturated_are_dropped: bool = False
    count: int = 0
    saturated: int = 0
    saturated_untreated: int = 0


def role_of_row(found: WellColumns, row: list[str], roles: Roles) -> Role | Literal["by dose"] | None:
    """The role of a well, by its word; "by dose" without such a column; None where no pattern fits the word."""
    return role_of(found.cell("role", row), roles) if found.has("role") else "by dose"


def read_dose(
    found: WellColumns,
    row: list[str],
    line: int,
    role: Role | Literal["by dose"],
    decimal: DecimalMark,
    faults: FaultReport,
) -> float:
    """Dose of a well in uM; NaN for a blank, and where there was a fault."""
    if role == "blank":
        return math.nan
    text, column = found.cell("dose", row), found.column("dose")
    if is_missing(text):
        if role == "untreated":
            return 0.0
        faults.add(f"{column} must be given (0 for an untreated well), got {text!r}", line=line)
        return math.nan
    number = parse_number(text, decimal)
    if number is None:
        faults.add(f"{column} must be a number, got {text!r}", line=line)
        return math.nan
    dose = dose_to_um(number, found.dose_unit)
    if not math.isfinite(dose):
        faults.add(f"{column} must be a finite number, got {text!r}", line=line)
        return math.nan
    if dose < 0:
        faults.add(f"{column} must be 0 or more (a dose, not its logarithm), got {text}", line=line)
        return math.nan
    if role == "untreated" and dose > 0:
        faults.add(f"{column} must be 0 or empty in an untreated well, got {text}", line=line)
        return math.nan
    return dose


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
        faults.add(f"{column} must be a number, got {text!r}", line=line)
    elif not math.isfinite(number):
        faults.add(f"{column} must be a finite number, got {text!r}", line=line)
    elif number < 0 and not may_be_negative:
        faults.add(f"{column} must be 0 or more, got {text}", line=line)
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
    )
