"""A bioassay's file, one row a well or a reader's grid with a plate map, to a Dataset of wells."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import xarray as xr

from lensim import checks
from lensim.bioassay.assemble import BioassayWell, assemble
from lensim.bioassay.roles import BLANK, SAMPLE, STANDARD
from lensim.bioassay.rules import LARGEST_OD
from lensim.checks import FaultReport, InputError
from lensim.dose_response.read.wells import decimal_mark_of
from lensim.expression.read.export import plain_name
from lensim.tables.columns import Found, find_columns
from lensim.tables.grid import Grid, choose_grid
from lensim.tables.number_text import DecimalMark, is_missing, parse_number
from lensim.tables.raw import decode, read_bytes
from lensim.tables.table import TextTable, read_table
from lensim.tables.well_names import parse_well_name, well_name

BIOASSAY_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "plate": ("plate", "plate_id", "barcode"),
    "well": ("well", "well_name", "well_position", "well_id"),
    "role": ("role", "well_role", "well_type", "type"),
    "concentration": tuple(
        f"{name}{unit}"
        for name in ("concentration", "conc", "tnf", "tnf_alpha", "tnf_a", "standard", "dose")
        for unit in ("_pg_per_ml", "_pg_ml", "_ng_per_ml", "_ng_ml", "")
    ),
    "cell_line": ("cell_line", "line", "sample", "sample_name", "subject", "donor"),
    "condition": ("condition", "treatment"),
    "is_control": ("is_control",),
    "experiment": ("experiment",),
    "dilution_factor": ("dilution_factor", "dilution"),
    "od": ("optical_density", "od", "od570", "od_570", "absorbance", "a570", "signal"),
}
"""Column names that are understood, in order of preference; case, blanks and signs do not count."""

PG_PER_ML: Final[dict[str, float]] = {"pg/ml": 1.0, "ng/ml": 1000.0}
ROLE_WORDS: Final[dict[str, tuple[str, ...]]] = {
    STANDARD: ("standard", "std", "calibrator"),
    "untreated": ("untreated", "zero", "zero_standard", "cells_alone", "cells"),
    SAMPLE: ("sample", "unknown", "medium", "conditioned_medium"),
    BLANK: ("blank", "background"),
    "ignored": ("ignored", "empty", "excluded"),
}
"""Words of the column role; `untreated` is a standard of concentration 0."""


@dataclass(frozen=True)
class _Manner:
    """What is stated of a file's numbers."""

    unit: str
    mark: DecimalMark


def read_bioassay(
    path: str | Path, *, control: str = "", unit: str = "", decimal: DecimalMark | None = None
) -> xr.Dataset:
    """Read a table with one row a well.

    Columns (see `BIOASSAY_NAMES` for other spellings): od and role (see `ROLE_WORDS`); concentration_pg_per_ml of
    standards, 0 for cells alone; cell_line (or sample), condition, experiment and dilution_factor of samples; plate,
    well, is_control. Without role, a row with a concentration and no line is a standard, one with a line and no
    concentration a sample. Without dilution_factor all samples are undiluted; without condition there is one, and no
    fold change; without experiment every plate is one. A row without reading is counted and left out.

    Parameters
    ----------
    path
        CSV or TSV text, or parquet.
    control
        Name of the condition that others are compared with; may be left out where is_control tells it, or one is called
        control, untreated, vehicle or DMSO.
    unit
        pg/ml or ng/ml; may be left out where the column's name has it, else pg/ml.
    decimal
        The decimal mark, where it cannot be told from the numbers.

    Returns
    -------
    xr.Dataset
        As the simulator makes it.

    Raises
    ------
    InputError
        With every fault of the file, each with its line.
    """
    table, faults = read_table(path)
    found = find_columns(table, {}, BIOASSAY_NAMES, ("od",), faults)
    _check_columns(table, found, faults)
    manner = _manner(table, found, ("concentration", "dilution_factor", "od"), unit, decimal, faults)
    wells, lost, ignored = [], 0, 0
    for row, line in zip(table.rows, table.lines, strict=True):
        role = _role(found, row, line, faults)
        if role == "ignored":
            ignored += 1
            continue
        text = found.cell("od", row)
        if is_missing(text):
            lost += 1
            continue
        od = _reading(text, found.column("od"), manner.mark, line, faults)
        name = found.cell("well", row)
        if name and parse_well_name(name) is None:
            faults.add(f"{found.column('well')} must be a letter and a number, such as A1, got {name!r}", line=line)
        well = _well(found, row, line, role, manner, faults)
        if well is not None:
            wells.append(replace(well, od=od, plate=found.cell("plate", row) or "plate 1"))
    attrs: dict[str, str | int] = {"source": Path(path).name, "wells_lost": lost, "wells_ignored": ignored}
    attrs |= _assumptions(found)
    return assemble(wells, control, attrs, faults, is_whole=table.is_whole)


def read_bioassay_plates(
    grids: Sequence[str | Path],
    plate_map: str | Path,
    *,
    control: str = "",
    unit: str = "",
    grid_number: int | None = None,
    decimal: DecimalMark | None = None,
) -> xr.Dataset:
    """Read what a plate reader wrote, one grid a file, with one map that says what stands in each well.

    Parameters
    ----------
    grids
        A file for each plate, with one grid of readings (or number `grid_number` of several).
    plate_map
        A table as for `read_bioassay`, with well and without od. Its column plate names the file of a plate without
        its suffix; it may be absent for one file, and for several that are laid out alike.
    control, unit, decimal
        As for `read_bioassay`.
    grid_number
        Which grid of each file, from 1, where there are several.

    Returns
    -------
    xr.Dataset
        As `read_bioassay`. Wells of a grid that the map does not name are counted in attrs["wells_ignored"].

    Raises
    ------
    InputError
        With every fault of the files, each with its line; or that a file has no grid, or several to choose from.
    """
    table, faults = read_table(plate_map)
    names = {what: known for what, known in BIOASSAY_NAMES.items() if what != "od"}
    found = find_columns(table, {}, names, ("well",), faults)
    _check_columns(table, found, faults)
    manner = _manner(table, found, ("concentration", "dilution_factor"), unit, None, faults)
    checks.unique("files of plates, by their names without suffix,", [Path(path).stem for path in grids])
    rows_of = _rows_of_plates(table, found, [Path(path).stem for path in grids], faults)
    wells: list[BioassayWell] = []
    lost = ignored = 0
    told: set[int] = set()
    for path in grids:
        place, stem = Path(path).name, Path(path).stem
        grid = choose_grid(decode(read_bytes(path), place), place, grid_number)
        mark = decimal_mark_of([text for text, _ in grid.cells.values()], decimal, False, faults)
        used = set()
        for at in rows_of[stem]:
            row, line = table.rows[at], table.lines[at]
            quiet = FaultReport(faults.place) if at in told else faults  # a row that serves several plates is told once
            told.add(at)
            role = _role(found, row, line, quiet)
            where = _place(found, row, line, grid, place, quiet if role == "ignored" else faults)
            used |= {where} if where else set()
            if role == "ignored" or where is None:
                ignored += role == "ignored"
                continue
            text, grid_line = grid.cells[where]
            if is_missing(text):
                lost += 1
                continue
            in_grid = FaultReport(place)
            od = _reading(text, f"the reading of well {well_name(*where)}", mark, grid_line, in_grid)
            faults.faults += in_grid.faults
            well = _well(found, row, line, role, manner, quiet)
            if well is not None:
                wells.append(replace(well, od=od, plate=stem))
        ignored += sum(not is_missing(text) for key, (text, _) in grid.cells.items() if key not in used)
    source = ", ".join(Path(path).name for path in [*grids, plate_map])
    attrs: dict[str, str | int] = {"source": source, "wells_lost": lost, "wells_ignored": ignored}
    attrs |= _assumptions(found)
    return assemble(wells, control, attrs, faults, is_whole=table.is_whole)


def _check_columns(table: TextTable, found: Found, faults: FaultReport) -> None:
    """Refuse a table that has standards or samples and lacks the column that tells them apart, once and not by row."""
    words = {plain_name(found.cell("role", row)) for row in table.rows}
    for what, role in (("concentration", STANDARD), ("cell_line", SAMPLE)):
        if not found.has(what) and (not found.has("role") or words & set(ROLE_WORDS[role])):
            there = ", ".join(repr(name) for name in table.header)
            faults.add(f"the column {BIOASSAY_NAMES[what][0]!r} is missing; there are {there}", line=1)
    faults.raise_if_any()


def _assumptions(found: Found) -> dict[str, int]:
    return {"is_undiluted_assumed": int(not found.has("dilution_factor"))}


def _manner(
    table: TextTable,
    found: Found,
    numbers: tuple[str, ...],
    unit: str,
    decimal: DecimalMark | None,
    faults: FaultReport,
) -> _Manner:
    cells = [found.cell(what, row) for row in table.rows for what in numbers if found.has(what)]
    mark = decimal_mark_of(cells, decimal, table.has_decimal_points, faults)
    in_name = "ng/ml" if "ng" in plain_name(found.column("concentration")).split("_") else ""
    if unit:
        checks.one_of("unit", unit, PG_PER_ML)
        if in_name and unit != in_name:
            faults.add(f"the column {found.column('concentration')!r} has {in_name}, but the unit was stated as {unit}")
    return _Manner(unit or in_name or "pg/ml", mark)


def _rows_of_plates(
    table: TextTable, found: Found, stems: Sequence[str], faults: FaultReport
) -> dict[str, Sequence[int]]:
    every = range(len(table.rows))
    if not found.has("plate"):
        return {stem: every for stem in stems}
    named = [found.cell("plate", row) for row in table.rows]
    names = list(dict.fromkeys(named))
    if len(stems) == 1 and len(names) == 1:
        return {stems[0]: every}
    for stem in stems:
        if stem not in names:
            known = ", ".join(names)
            raise InputError(f"{table.place}: the map has no plate called as the file {stem}; it has {known}")
    for name in names:
        if name not in stems:
            faults.add(f"plate {name!r} has no file of that name; there are {', '.join(stems)}")
    return {stem: [at for at in every if named[at] == stem] for stem in stems}


def _place(
    found: Found, row: list[str], line: int, grid: Grid, grid_place: str, faults: FaultReport
) -> tuple[int, int] | None:
    name = found.cell("well", row)
    place = parse_well_name(name)
    if place is None:
        faults.add(f"{found.column('well')} must be a letter and a number, such as A1, got {name!r}", line=line)
    elif place not in grid.cells:
        faults.add(f"well {name} does not stand in the grid of {grid_place}, {grid}", line=line)
        return None
    return place


def _role(found: Found, row: list[str], line: int, faults: FaultReport) -> str | None:
    """What a row is for; None, with a fault, where that cannot be told."""
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


def _reading(text: str, name: str, mark: DecimalMark, line: int, faults: FaultReport) -> float:
    number = parse_number(text, mark)
    if number is None or not math.isfinite(number):
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


def _well(
    found: Found, row: list[str], line: int, role: str | None, manner: _Manner, faults: FaultReport
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


def _concentration(found: Found, row: list[str], line: int, role: str, manner: _Manner, faults: FaultReport) -> float:
    text = found.cell("concentration", row)
    if role == "untreated" and is_missing(text):
        return 0.0
    number = parse_number(text, manner.mark) if text else None
    if number is None or not 0 <= number < math.inf:
        faults.add(
            f"{found.column('concentration')} of a standard must be a number of 0 or more, got {text!r}", line=line
        )
        return math.nan
    if role == "untreated" and number > 0:
        faults.add(f"{found.column('concentration')} of an untreated well must be 0, got {text}", line=line)
    return float(f"{number * PG_PER_ML[manner.unit]:.12g}")


def _dilution(found: Found, row: list[str], line: int, manner: _Manner, faults: FaultReport) -> float:
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
