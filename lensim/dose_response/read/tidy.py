"""A table with one row a well (CSV, TSV or parquet) to a Dataset of wells."""

import math
from pathlib import Path
from typing import Final, Literal

import xarray as xr

from lensim import checks
from lensim.checks import FaultReport, InputError
from lensim.dose_response.read.assemble import Origin, assemble
from lensim.dose_response.read.columns import FoundColumns, Response, Roles, TidyColumns, check_role_words, find_columns
from lensim.dose_response.read.wells import (
    LostWells,
    Scale,
    Well,
    decimal_mark_of,
    drop_empty_columns,
    make_well,
    read_dose,
    read_signal,
    role_of_row,
)
from lensim.tables.number_text import DecimalMark
from lensim.tables.table import TextTable, read_table

LARGEST_FRACTION: Final = 2.0
"""Responses that are all below this are taken for fractions that were meant as percent, and refused."""


def read_tidy(
    path: str | Path,
    columns: TidyColumns | None = None,
    dose_unit: str | None = None,
    *,
    roles: Roles | None = None,
    counting_minutes: float = math.inf,
    scale: Scale | None = None,
    lost: Literal["refuse", "drop"] = "refuse",
    decimal: DecimalMark | None = None,
) -> xr.Dataset:
    """Read a table with one row a well.

    Separator (comma, semicolon, tab, |), encoding, decimal mark and line ends are found out. A culture is a line on one
    plate of one experiment. Without a column for the plate each experiment is one plate, without one for the
    experiment each plate is one; without a molecular group all lines are in "all". A well is untreated, blank, treated
    or ignored by its role where the table has such a column, else untreated where its dose is 0.

    Parameters
    ----------
    path
        The file: CSV or TSV text, or parquet.
    columns
        The names of its columns; see `TidyColumns` for what is understood without.
    dose_unit
        M, mM, uM, nM, pM, or "as-is:g/ha" for a unit that is no concentration in mol/l. May be left out where the
        column says it: dose_um, conc_nM.
    roles
        What the words in the role column mean; given, the column must be there.
    counting_minutes
        For how long each well was counted [min]; infinite (the default) for a signal that is no count.
    scale
        Whether viability or inhibition is in percent or a fraction of 1. Not stated: percent, and refused where no
        value reaches 2.
    lost
        What becomes of a well whose signal is missing (empty, NA, NaN): "refuse" the file, or "drop" the well and
        count it in attrs["wells_lost"].
    decimal
        The decimal mark, where it cannot be told from the numbers.

    Returns
    -------
    xr.Dataset
        As `lensim.dose_response.read.assemble.assemble` says: signal (well) or viability_percent (well), dose_um (well)
        [uM, or the user's own unit], and so on. attrs: source, dose_unit, signal, wells_lost, wells_ignored.

    Raises
    ------
    InputError
        With every fault of the file, each with its line.
    """
    checks.above("counting_minutes", counting_minutes, 0)
    checks.one_of("lost", lost, ("refuse", "drop"))
    columns = columns or TidyColumns()
    table, faults = read_table(path)
    needed = ("cell_line", "dose") + (("role",) if roles is not None else ())
    found = find_columns(table, columns, dose_unit, faults, needed=needed, has_response=True)
    found = drop_empty_columns(table, found, columns.stated())
    if found.response is None:  # find_columns has raised by now
        raise InputError(f"{table.place}: no response")
    if found.response != "signal" and math.isfinite(counting_minutes):
        faults.add(f"counting_minutes needs raw signals, got {found.response}")

    response_cells = [found.cell(found.response, row) for row in table.rows]
    dose_cells = [found.cell("dose", row) for row in table.rows]
    mark = decimal_mark_of(response_cells + dose_cells, decimal, table.has_decimal_points, faults)
    lost_wells = LostWells(are_dropped=lost == "drop")
    wells, ignored, is_whole = _read_wells(table, found, roles or Roles(), mark, lost_wells, faults)
    wells = _to_percent(wells, found, scale, faults)
    origin = Origin(
        source=(table.place,),
        dose_unit=found.dose_unit,
        signal=found.name[found.response],
        counting_minutes=counting_minutes,
        is_raw=found.response == "signal",
        has_compounds=found.has("compound"),
        wells_lost=lost_wells.count,
        wells_ignored=ignored,
    )
    return assemble(wells, origin, faults, is_whole=is_whole and table.is_whole)


def _read_wells(
    table: TextTable, found: FoundColumns, roles: Roles, mark: DecimalMark, lost: LostWells, faults: FaultReport
) -> tuple[list[Well], int, bool]:
    """The wells of a table, how many were ignored, and whether every other row became a well."""
    response: Response = found.response or "signal"
    check_role_words(table, found, roles, faults)
    wells, ignored, is_whole = [], 0, True
    for row, line in zip(table.rows, table.lines, strict=True):
        role = role_of_row(found, row, roles)
        if role == "ignored" or (role == "blank" and response != "signal"):  # percent have the blanks taken off
            ignored += 1
            continue
        if role is None:
            is_whole = False
            continue
        dose = read_dose(found, row, line, role, mark, faults)
        signal = read_signal(
            found.cell(response, row),
            found.name[response],
            line,
            mark,
            lost,
            faults,
            may_be_negative=response != "signal",
        )
        if signal is None:
            continue
        well = make_well(found, row, line, role, dose, signal, faults)
        if well is None:
            is_whole = False
        else:
            wells.append(well)
    return wells, ignored, is_whole


def _to_percent(wells: list[Well], found: FoundColumns, scale: Scale | None, faults: FaultReport) -> list[Well]:
    """Viability in percent of untreated, whichever of viability and inhibition, percent and fraction the file has."""
    if found.response in (None, "signal"):
        if scale is not None:
            faults.add(f"scale is for viability or inhibition, got {scale!r} for raw signals")
        return wells
    checks.one_of("scale", scale or "percent", ("percent", "fraction"))
    sizes = [abs(well.signal) for well in wells if math.isfinite(well.signal)]
    if scale is None and sizes and 0 < max(sizes) < LARGEST_FRACTION:
        faults.add(
            f"{found.name[found.response]} has no value of {LARGEST_FRACTION:g} or more; are these fractions? "
            "state scale='fraction', or scale='percent' if they are percent"
        )
    factor = 100.0 if scale == "fraction" else 1.0
    is_inhibition = found.response == "inhibition"
    return [well.with_signal(100.0 - factor * well.signal if is_inhibition else factor * well.signal) for well in wells]
