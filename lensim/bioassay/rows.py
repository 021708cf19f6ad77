"""Rows of text to wells of a bioassay, every fault noted with its line."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from lensim import checks
from lensim.bioassay.assemble import BioassayWell
from lensim.bioassay.columns import COLUMNS, PG_PER_ML, ROLE_WORDS
from lensim.bioassay.roles import SAMPLE, STANDARD
from lensim.bioassay.rules import LARGEST_OD
from lensim.checks import FaultReport
from lensim.tables.columns import Found, find_columns, missing
from lensim.tables.log_scale import DoseScale, number_to_dose
from lensim.tables.names import plain_name
from lensim.tables.number_text import DecimalMark, is_missing, parse_number
from lensim.tables.reader_words import is_lost, is_saturated
from lensim.tables.table import TextTable

OTHER_UNITS: Final = frozenset(
    {"u", "iu", "fg", "ug", "mg", "g", "m", "mm", "um", "nm", "pm", "fm", "mol", "nmol", "pmol"}
)
"""Words of units in a name that are no pg/ml or ng/ml."""


@dataclass(frozen=True)
class Manner:
    """The unit and scale of a file's concentrations, its decimal mark, and whether saturated wells are left out."""

    unit: str
    mark: DecimalMark
    drops_saturated: bool = False
    scale: DoseScale = "linear"


def find_own_columns(table: TextTable, stated: Mapping[str, str], needed: str, faults: FaultReport) -> Found:
    """The columns of a table of wells (`needed` is od), or of a map of plates (`needed` is well).

    Raises
    ------
    InputError
        With all the faults so far, if a column is missing or in doubt, that of standards or samples included where
        there are such.
    """
    sought = {what: meaning for what, meaning in COLUMNS.items() if what != "od" or needed == "od"}
    before = len(faults.faults)
    found = find_columns(table, sought, faults, stated=stated, needed=(needed,))
    words = {plain_name(found.cell("role", row)) for row in table.rows}
    for what, role in (("concentration", STANDARD), ("cell_line", SAMPLE)):
        if not found.has(what) and (not found.has("role") or words & set(ROLE_WORDS[role])):
            faults.add(missing(table, what), line=1)
    if len(faults.faults) > before:
        faults.raise_if_any()
    return found


def unit_of(found: Found, stated: str, faults: FaultReport) -> str:
    """pg/ml or ng/ml, as stated or as the column's name has it; none, another, and two that disagree are faults."""
    column = found.column("concentration")
    words = plain_name(column).split("_")
    in_name = next((f"{mass}g/ml" for mass in "pn" if {f"{mass}g", f"{mass}gml"} & set(words)), "")
    if found.has("unit"):
        if stated or in_name == "ng/ml":
            said = f"stated as {stated}" if stated else f"{in_name} in the column {column!r}"
            faults.add(f"the unit must be said once, got it in the column {found.column('unit')!r} and {said}")
        return "pg/ml"
    if stated:
        checks.one_of("unit", stated, PG_PER_ML)
    if not found.has("concentration"):
        return stated or "pg/ml"
    if not in_name and OTHER_UNITS & set(words):
        faults.add(f"the column {column!r} must have pg/ml or ng/ml, got another unit: convert its numbers", line=1)
    elif not in_name and not stated:
        faults.add(
            f'the column {column!r} does not say its unit: say unit="pg/ml" or unit="ng/ml", or write it in the name',
            line=1,
        )
    elif stated and in_name and stated != in_name:
        faults.add(f"the column {column!r} has {in_name}, but the unit was stated as {stated}")
    return stated or in_name or "pg/ml"


def read_role(found: Found, row: list[str], line: int, faults: FaultReport) -> str | None:
    """The role of a row; None, with a fault, where it is not known."""
    if not found.has("role"):
        has_tnf, has_line = (not is_missing(found.cell(what, row)) for what in ("concentration", "cell_line"))
        if has_tnf != has_line:
            return STANDARD if has_tnf else SAMPLE
        got = "both" if has_tnf else "neither"
        faults.add(f"a row without a role must have a concentration or a line, got {got}: add a column role", line=line)
        return None
    word = found.cell("role", row)
    role = next((role for role, words in ROLE_WORDS.items() if plain_name(word) in words), None)
    if role is None:
        known = "standard, untreated, sample, blank or ignored"
        faults.add(f"{found.column('role')} must be {known}, got {word!r}", line=line)
    return role


def is_left_out(text: str, manner: Manner) -> Literal["", "lost", "saturated"]:
    """Why a well is left out, by what is in its cell; empty where it is not."""
    if is_saturated(text):
        return "saturated" if manner.drops_saturated else ""
    return "lost" if is_lost(text) else ""


def read_reading(text: str, name: str, mark: DecimalMark, line: int, faults: FaultReport) -> float:
    """An optical density; NaN where it had a fault."""
    number = parse_number(text, mark)
    if is_saturated(text):
        faults.add(f"{name} is saturated, got {text!r}; to leave saturated wells out, say saturated='drop'", line=line)
    elif number is None or not math.isfinite(number):
        faults.add(f"{name} must be a number (empty where a well was lost), got {text!r}", line=line)
    elif number < 0:
        faults.add(
            f"{name} must be 0 or more, got {text}: give readings and their blank wells, not readings with the blank "
            "taken off",
            line=line,
        )
    elif number > LARGEST_OD:
        faults.add(f"{name} must be an optical density, at most {LARGEST_OD:g}, got {text}", line=line)
    else:
        return number
    return math.nan


def make_well(
    found: Found, row: list[str], line: int, role: str | None, manner: Manner, faults: FaultReport
) -> BioassayWell | None:
    """A well as its row says, without its reading and plate."""
    if role is None:
        return None
    tnf, dilution, name = math.nan, 1.0, ""
    if role in (STANDARD, "untreated"):
        tnf = _concentration(found, row, line, role, manner, faults)
        role = STANDARD
    if role == SAMPLE:
        name = found.cell("cell_line", row)
        if not name:
            faults.add(f"{found.column('cell_line')} must not be empty for a sample", line=line)
        if found.has("condition") and not found.cell("condition", row):
            faults.add(f"{found.column('condition')} must not be empty for a sample", line=line)
        if found.has("dilution_factor"):
            dilution = _dilution(found, row, line, manner, faults)
    return BioassayWell(
        place=faults.place,
        line=line,
        plate="",
        well=found.cell("well", row),
        role=role,
        tnf_pg_per_ml=tnf,
        dilution_factor=dilution,
        cell_line=name,
        condition=found.cell("condition", row) if role == SAMPLE else "",
        is_control=found.cell("is_control", row) if role == SAMPLE else "",
        experiment=found.cell("experiment", row),
        od=math.nan,
    )


def _concentration(found: Found, row: list[str], line: int, role: str, manner: Manner, faults: FaultReport) -> float:
    text = found.cell("concentration", row)
    if role == "untreated" and is_missing(text):
        return 0.0
    number = parse_number(text, manner.mark) if text else None
    number = None if number is None else number_to_dose(number, manner.scale)
    if number is None or not 0 <= number < math.inf:
        faults.add(
            f"{found.column('concentration')} of a standard must be a number of 0 or more, got {text!r}", line=line
        )
        return math.nan
    if role == "untreated" and number > 0:
        faults.add(f"{found.column('concentration')} of an untreated well must be 0, got {text}", line=line)
    unit = _unit_of_row(found, row, line, faults) if found.has("unit") and number else manner.unit
    return float(f"{number * PG_PER_ML[unit]:.12g}")


def _unit_of_row(found: Found, row: list[str], line: int, faults: FaultReport) -> str:
    """The unit that a row's own cell has."""
    text = found.cell("unit", row)
    plain = plain_name(text)
    unit = next((name for name in PG_PER_ML if plain in (plain_name(name), plain_name(name.replace("/", " per ")))), "")
    if not unit:
        faults.add(f"{found.column('unit')} of a standard must be {' or '.join(PG_PER_ML)}, got {text!r}", line=line)
    return unit or "pg/ml"


def _dilution(found: Found, row: list[str], line: int, manner: Manner, faults: FaultReport) -> float:
    text = found.cell("dilution_factor", row)
    number = parse_number(text, manner.mark) if text else None
    if number is None or not 1 <= number < math.inf:
        faults.add(
            f"{found.column('dilution_factor')} of a sample must be a number of 1 or more (1 for undiluted, 4 for one "
            f"part in four), got {text!r}",
            line=line,
        )
        return 1.0
    return number
