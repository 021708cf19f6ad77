"""Tables with one row a well (CSV, TSV or parquet) to a Dataset of wells."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import xarray as xr

from lensim import checks
from lensim.bounds import require_number
from lensim.checks import FaultReport
from lensim.dose_response.read.assemble import Origin, assemble
from lensim.dose_response.read.ceiling import settle_ceiling
from lensim.dose_response.read.columns import (
    COLUMNS,
    LABELS,
    Response,
    Roles,
    RolesOrWords,
    WellColumns,
    as_roles,
    check_role_words,
    find_well_columns,
)
from lensim.dose_response.read.conditions import settle_conditions
from lensim.dose_response.read.direction import check_direction
from lensim.dose_response.read.dose_cells import number_in
from lensim.dose_response.read.dose_checks import check_doses
from lensim.dose_response.read.doses import are_logarithms, understand_doses
from lensim.dose_response.read.percent import to_percent
from lensim.dose_response.read.pooling import check_wells
from lensim.dose_response.read.repeats import REPEATS, Repeats, without_repeats
from lensim.dose_response.read.response import Scale
from lensim.dose_response.read.row_and_column import with_wells
from lensim.dose_response.read.row_choices import RowChoices
from lensim.dose_response.read.rules import CONTROLS, Controls
from lensim.dose_response.read.time_zero import (
    TimeZero,
    TimeZeroRows,
    check_found,
    hours_of_assay,
    is_of_time_zero,
    lines_left_out,
    mark_time_zero,
    rows_of_time_zero,
    without_time_zero,
)
from lensim.dose_response.read.time_zero_wells import (
    check_follows_growth,
    check_no_time_zero_left,
    match_time_zero,
    part_time_zero,
    with_time_zero_wells,
)
from lensim.dose_response.read.unit_column import with_units_of_rows
from lensim.dose_response.read.wells import Lost, LostWells, Well, make_well, read_dose, read_signal, role_of_row
from lensim.tables.choice import EVERY_ROW, Choice
from lensim.tables.log_scale import DoseScale
from lensim.tables.number_text import DecimalMark, decimal_mark_of
from lensim.tables.plate_size import check_plate_wells
from lensim.tables.reader_words import Saturated
from lensim.tables.settle import settle
from lensim.tables.source import Files, Source, read_table, sources_of
from lensim.tables.table import TextTable
from lensim.tables.unused import ReadTable


def read_tidy(
    files: Files,
    columns: Mapping[str, str] | None = None,
    dose_unit: str | None = None,
    *,
    dose_scale: DoseScale | None = None,
    roles: RolesOrWords | None = None,
    counting_minutes: float = math.inf,
    scale: Scale | None = None,
    lost: Lost = "refuse",
    normalise: bool = False,
    repeats: Repeats = "refuse",
    controls: Controls = "plate",
    saturated: Saturated = "refuse",
    decimal: DecimalMark | None = None,
    plate_wells: int | None = None,
    choice: Choice = EVERY_ROW,
    control: str | None = None,
    time_zero: TimeZero | None = None,
    assay_hours: float | None = None,
) -> xr.Dataset:
    """Read tables with one row a well; several are one study, and may name their columns differently.

    Separator (comma, semicolon, tab, |), encoding, decimal mark and line ends are found out. A culture is a line on one
    plate of one experiment. Without a column for the plate each experiment is one plate, without one for the
    experiment each plate is one; without both a file is one plate, which is named after the file where there are
    several. Without a molecular group all lines are in "all". A well is untreated, blank, treated or ignored by its
    role where the table has such a column, else untreated where its dose is 0.

    Parameters
    ----------
    files
        The files: CSV or TSV text, or parquet.
    columns
        The names of their columns by meaning, see `COLUMNS`; "=RPMI-8226" is a value that all wells have.
    dose_unit
        M, mM, uM, nM, pM, or "as-is:g/ha" for a unit that is no concentration in mol/l. May be left out where the
        column says it: dose_um, conc_nM, or every cell: 10 nM.
    dose_scale
        "linear", "log10", "-log10", "ln", "-ln", "log2" or "-log2": what the numbers are of the dose in its unit. May
        be left out where the column's name says it, such as "-log10 dose (M)". Stated, doses are not asked about.
    roles
        What the words in the column role mean, as `Roles` or as a mapping: {"untreated": "DMSO", "treated": "*"};
        given, the column must be there.
    counting_minutes
        For how long each well was counted [min]; infinite (the default) for a signal that is no count.
    scale
        Whether viability or inhibition is in percent or a fraction of 1. Not stated: percent, and refused where no
        value reaches 2 or untreated wells are about 1.
    lost
        What becomes of a well whose signal is missing (empty, NA, Invalid, Path?): "refuse" the file, or "drop" the
        well and count it in attrs["wells_lost"].
    saturated
        What becomes of a well in which the reader was saturated (OVER, #SAT, >99999): "refuse" the file, or "drop" the
        well and count it in attrs["wells_saturated"]. Such wells are the highest, so without them the level of
        untreated wells comes out too low. "keep" reads a number at which readers stop (65535, 4.0) as it is.
    normalise
        Read raw signals as percent of the median untreated well of each culture, with the mean blank of the plate taken
        off where there are blanks. For signals below 0, since their background was taken off; others are better raw.
    repeats
        What becomes of rows that stand in a table already with all their values: "refuse" the file, "drop" them, or
        "keep" them as other wells.
    controls
        Where a line's untreated wells must be: on each of its plates ("plate"), or on one plate of the experiment
        ("experiment"), whose plates then count as one, since nothing shows by how much they differ.
    decimal
        The decimal mark, where the numbers do not show it.
    plate_wells
        96, 384 or 1536; else the smallest plate that has all the wells.
    choice
        Which rows are read, over which columns may be pooled, and whether names alike are one.
    control
        The condition that others are compared with, where lines have several; else known by its name.
    time_zero
        The column, with its value, that says which wells were read when the drug was added: {"time_h": "0"}, or
        {"plate": "T0"}; "ignore" leaves such wells out. Known without by the word t0 in the column role.
    assay_hours
        From time zero to the end; known without from a column of times with a unit.

    Returns
    -------
    xr.Dataset
        The variables of `lensim.dose_response.read.assemble.assemble`, such as signal (well) or viability_percent
        (well), and dose_um (well) [uM, or the user's own unit]; and where there are wells of time zero those of
        `lensim.dose_response.read.time_zero_wells.with_time_zero_wells`. attrs: assay, source, dose_unit, signal,
        wells_lost, wells_ignored.

    Raises
    ------
    InputError
        With every fault of the files, each with its line.
    """
    require_number("counting_minutes", counting_minutes, above=0, may_be_infinite=True)
    checks.one_of("lost", lost, ("refuse", "drop"))
    checks.one_of("saturated", saturated, ("refuse", "drop", "keep"))
    checks.one_of("scale", scale or "percent", ("percent", "fraction"))
    checks.one_of("repeats", repeats, REPEATS)
    checks.one_of("controls", controls, CONTROLS)
    check_plate_wells(plate_wells)
    marked = mark_time_zero(sources_of(files), choice, time_zero, columns or {})
    choice = marked.choice
    settled = settle(marked.sources, choice, COLUMNS, LABELS, columns, has_time_zero=True)
    sources = settled.sources
    every = [source.table for source in sources]
    zero_rows = rows_of_time_zero(marked, every, columns or {})
    lost_wells = LostWells(lost == "drop", saturated == "drop", is_normalised=normalise)
    choices = _Choices(columns or {}, dose_unit, dose_scale, as_roles(roles), decimal, zero_rows, scale, repeats)
    faults = FaultReport(", ".join(source.place for source in sources))
    read = [_read_one(source, choices, lost_wells, faults, len(sources) > 1) for source in sources]
    hours = hours_of_assay(zero_rows, every, columns or {}, assay_hours, faults)
    of_end = [one for one in read if one.has_doses] or read
    _check_alike(read, of_end, faults)
    response, unit = of_end[0].columns.response, of_end[0].columns.dose_unit
    if response != "signal" and math.isfinite(counting_minutes):
        faults.add(f"counting_minutes needs raw signals, got {response}")
    if response != "signal" and normalise:
        faults.add(f"normalise=True is for raw signals, got {response}")
    every_well = [well for one in read for well in (one.wells if len(read) == 1 else _named_after_file(one, zero_rows))]
    wells, zero = part_time_zero(every_well, faults, are_ignored=zero_rows.are_ignored)
    origin = Origin(
        source=tuple(source.place for source in sources),
        dose_unit=unit,
        signal=of_end[0].columns.column(response),
        counting_minutes=counting_minutes,
        is_raw=response == "signal",
        is_normalised=normalise,
        repeats=repeats,
        controls=controls,
        has_compounds=any(one.columns.has("compound") for one in read),
        lost=lost_wells,
        wells_ignored=sum(one.ignored for one in read) + len(every_well) - len(wells) - len(zero),
        plate_wells=plate_wells,
        line_column="" if of_end[0].columns.has("role") else of_end[0].columns.column("cell_line"),
    )
    column = of_end[0].columns.column(response)
    is_percent = response != "signal"
    check_follows_growth(zero, faults, column, is_percent=is_percent, is_normalised=normalise, minutes=counting_minutes)
    if response == "signal":
        wells = settle_ceiling(wells, saturated, lost_wells, column, faults)
    tables = [ReadTable(one.table, one.columns.found) for one in of_end]
    settled_conditions = settle_conditions(wells, tables, columns or {}, choice, control, faults)
    wells, tables = settled_conditions.wells, settled_conditions.tables
    told = check_wells(wells, tables, choice, faults, has_plates=len(read) > 1) | settled_conditions.attrs
    check_direction(wells, response, column, columns or {}, faults)
    if response == "signal":
        check_no_time_zero_left(wells, faults)
    check_found(zero_rows, zero, wells, assay_hours, faults)
    matched = match_time_zero(zero, wells, hours, faults)
    data = assemble(wells, origin, faults, is_whole=all(one.is_whole for one in read))
    return with_time_zero_wells(data, matched).assign_attrs(told | settled.attrs)


@dataclass(frozen=True)
class _Choices(RowChoices):
    scale: Scale | None
    repeats: Repeats


@dataclass(frozen=True)
class _ReadTable:
    source: Source
    table: TextTable
    columns: WellColumns
    wells: list[Well]
    ignored: int
    is_whole: bool
    has_doses: bool = True


def _read_one(
    source: Source, choices: _Choices, lost: LostWells, study: FaultReport, is_one_of_several: bool
) -> _ReadTable:
    """The wells of one file; its faults go to the study's."""
    table, faults = read_table(source)
    for note in table.notes:
        faults.tell(note)
    table = with_units_of_rows(with_wells(table, choices.columns), choices.columns, choices.dose_unit, faults)
    roles, named = choices.words_of_roles, source.stem if is_one_of_several else ""
    lines_of_zero = choices.zero.lines_of(table, plate=named, experiment=named)
    has_doses = not is_of_time_zero(table, choices.columns, roles, lines_of_zero)
    found = find_well_columns(
        table, choices.columns, choices.dose_unit, faults, needs_role=choices.roles is not None, needs_dose=has_doses
    )
    response_cells = [found.cell(found.response, row) for row in table.rows]
    of_end = without_time_zero(table, found, roles, lines_of_zero)
    dose_cells = [number_in(found.cell("dose", row)) for row in of_end.rows] if has_doses else []
    responses = [cell.removesuffix("%") for cell in response_cells]
    are_percent = found.response != "signal"
    are_logs = has_doses and are_logarithms(found, choices.dose_scale)
    mark = decimal_mark_of(
        responses * (not are_percent) + dose_cells * (not are_logs),
        choices.decimal,
        table.has_decimal_points,
        faults,
        below_thousand=responses * are_percent + dose_cells * are_logs,
        column=() if are_logs else dose_cells,
    )
    table = without_repeats(table, found, mark, choices.repeats, faults)
    of_end = without_time_zero(table, found, roles, lines_of_zero)
    if has_doses:
        found = understand_doses(of_end, found, roles, choices.dose_scale, mark, faults)
    check_role_words(of_end, found, roles, faults)
    left_out = lines_left_out(table, found, roles, choices.zero)
    wells, ignored, is_whole = _read_wells(table, found, roles, lines_of_zero, left_out, mark, lost, faults)
    if found.response != "signal":
        signs = any(cell.endswith("%") for cell in response_cells)
        column = found.column(found.response)
        wells = to_percent(wells, column, found.response, choices.scale, faults, has_signs=signs)
    elif choices.scale is not None:
        faults.add(f"scale is for viability or inhibition, got {choices.scale!r} for raw signals")
    of_doses = [well for well in wells if not well.is_of_time_zero]
    check_doses(of_doses, found, faults, is_raw=found.response == "signal")
    study.take(faults)
    return _ReadTable(source, table, found, wells, ignored, is_whole and table.is_whole, has_doses)


def _check_alike(read: Sequence[_ReadTable], of_end: Sequence[_ReadTable], faults: FaultReport) -> None:
    """Note files that cannot be one study: other responses, or doses of another kind of unit."""
    first = of_end[0]
    for one in read:
        if one.columns.response != first.columns.response:
            faults.add(
                f"all files must have one of signal, viability and inhibition, got {one.columns.response}, and "
                f"{first.columns.response} in {first.source.place}",
                place=one.source.place,
            )
        if one.has_doses and one.columns.dose_unit.units != first.columns.dose_unit.units:
            faults.add(
                f"all files must have doses in one kind of unit, got {one.columns.dose_unit.units}, and "
                f"{first.columns.dose_unit.units} in {first.source.place}",
                place=one.source.place,
            )


def _named_after_file(one: _ReadTable, zero: TimeZeroRows) -> list[Well]:
    """Wells of one of several files; the file is the plate without experiment and plate, or to tell time zero."""
    if one.columns.has("plate") or (one.columns.has("experiment") and "plate" not in zero.names):
        return one.wells
    return [replace(well, plate=one.source.stem) for well in one.wells]


def _read_wells(
    table: TextTable,
    found: WellColumns,
    roles: Roles,
    lines_of_zero: frozenset[int],
    left_out: frozenset[int],
    mark: DecimalMark,
    lost: LostWells,
    faults: FaultReport,
) -> tuple[list[Well], int, bool]:
    """The wells of a table, how many were ignored, and whether every other row became a well."""
    response: Response = found.response
    wells, ignored, is_whole = [], 0, True
    for row, line in zip(table.rows, table.lines, strict=True):
        is_zero = line in lines_of_zero
        role = role_of_row(found, row, roles, is_time_zero=is_zero)
        is_off_percents = role == "blank" and response != "signal"
        if role == "ignored" or line in left_out or is_off_percents:
            ignored += 1
            continue
        if role is None:
            is_whole = False
            continue
        dose = read_dose(found, row, line, role, mark, faults)
        cell = found.cell(response, row)
        signal = read_signal(
            cell if response == "signal" else cell.removesuffix("%"),
            found.column(response),
            line,
            mark,
            lost,
            faults,
            may_be_negative=response != "signal",
            is_untreated=role == "untreated" or dose == 0,
        )
        if signal is None:
            continue
        well = make_well(found, row, line, role, dose, signal, faults, is_time_zero=is_zero)
        if well is None:
            is_whole = False
        else:
            wells.append(well)
    lost.tell_of_signs(faults)
    return wells, ignored, is_whole
