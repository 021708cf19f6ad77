"""A plate reader's grid of numbers, with a map that says what is in each well, to a Dataset of wells."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import xarray as xr

from lensim import checks
from lensim.checks import FaultReport, InputError
from lensim.dose_response.read.assemble import Origin, assemble
from lensim.dose_response.read.columns import (
    COLUMNS,
    LABELS,
    Roles,
    RolesOrWords,
    WellColumns,
    as_roles,
    check_role_words,
    find_map_columns,
)
from lensim.dose_response.read.dose_cells import number_in
from lensim.dose_response.read.dose_checks import check_doses
from lensim.dose_response.read.dose_scale import DoseScale
from lensim.dose_response.read.doses import understand_doses
from lensim.dose_response.read.pooling import check_wells
from lensim.dose_response.read.units import DoseUnit
from lensim.dose_response.read.wells import (
    Lost,
    LostWells,
    Well,
    make_well,
    read_dose,
    read_signal,
    role_of_row,
)
from lensim.tables.choice import EVERY_ROW, Choice
from lensim.tables.columns import Found
from lensim.tables.grid import Grid, choose_grid, place_on_grid
from lensim.tables.number_text import DecimalMark, decimal_mark_in_doubt, decimal_mark_of, is_missing
from lensim.tables.plate_size import check_plate_wells
from lensim.tables.settle import settle
from lensim.tables.source import File, Source, read_table, source_of
from lensim.tables.table import TextTable
from lensim.tables.unused import ReadTable
from lensim.tables.well_names import well_name

SIGNAL_NAME: Final = "reading"


@dataclass(frozen=True)
class PlateFiles:
    """The two files of one plate.

    Attributes
    ----------
    grid
        What the reader wrote: one grid of 8 x 12, 16 x 24 or 32 x 48 numbers, or a lettered and numbered part of one.
    plate_map
        A table with one row a well: well (A1), cell_line, dose, optionally role, molecular_group, experiment, plate,
        compound. With several plates in it, only the rows of this one count.
    plate, experiment
        Their names; else as the map has them, else the name of the grid's file, and an experiment for each plate.
    grid_number
        Which grid of the file, from 1, where there are several.
    """

    grid: File
    plate_map: File
    plate: str = ""
    experiment: str = ""
    grid_number: int | None = None


def read_plate(
    grid: File,
    plate_map: File,
    dose_unit: str | None = None,
    *,
    dose_scale: DoseScale | None = None,
    columns: Mapping[str, str] | None = None,
    roles: RolesOrWords | None = None,
    plate: str = "",
    experiment: str = "",
    grid_number: int | None = None,
    counting_minutes: float = math.inf,
    lost: Lost = "refuse",
    normalise: bool = False,
    decimal: DecimalMark | None = None,
    plate_wells: int | None = None,
) -> xr.Dataset:
    """Read one plate: what its reader wrote, and its map. As `read_plates`, with the parts of `PlateFiles` by name."""
    return read_plates(
        [PlateFiles(grid, plate_map, plate, experiment, grid_number)],
        dose_unit,
        dose_scale=dose_scale,
        columns=columns,
        roles=roles,
        counting_minutes=counting_minutes,
        lost=lost,
        normalise=normalise,
        decimal=decimal,
        plate_wells=plate_wells,
    )


def read_plates(
    plates: Sequence[PlateFiles],
    dose_unit: str | None = None,
    *,
    dose_scale: DoseScale | None = None,
    columns: Mapping[str, str] | None = None,
    roles: RolesOrWords | None = None,
    counting_minutes: float = math.inf,
    lost: Lost = "refuse",
    normalise: bool = False,
    decimal: DecimalMark | None = None,
    plate_wells: int | None = None,
    choice: Choice = EVERY_ROW,
) -> xr.Dataset:
    """Read plates, each a reader's grid with a map, into one Dataset.

    Parameters
    ----------
    plates
        The files of each plate.
    dose_unit, dose_scale, columns, roles
        As in `read_tidy`, for the maps.
    counting_minutes, lost, normalise
        As in `read_tidy`, for the grids.
    decimal
        The decimal mark of the grids, where the numbers do not show it; of a map only where in doubt there.
    plate_wells
        96, 384 or 1536; else as the grids are whole plates, else the smallest plate that has all the wells.
    choice
        Which rows of the maps are read, over which columns may be pooled, and whether names alike are one.

    Returns
    -------
    xr.Dataset
        As from `read_tidy`, with raw signals. Wells that are in the grid but not in the map, or are ignored by their
        role, are counted in attrs["wells_ignored"].

    Raises
    ------
    InputError
        With every fault of the files, each with its line; or that a file has no grid, or several to choose from.
    """
    checks.above("counting_minutes", counting_minutes, 0)
    checks.one_of("lost", lost, ("refuse", "drop"))
    check_plate_wells(plate_wells)
    if not plates:
        raise InputError("plates must hold at least one plate, got none")
    faults, lost_wells = FaultReport("plates"), LostWells(are_dropped=lost == "drop", is_normalised=normalise)
    choices = _Choices(columns or {}, dose_unit, dose_scale, as_roles(roles), decimal)
    opened: dict[File, Source] = {}
    for path in [path for files in plates for path in (files.grid, files.plate_map)]:
        if path not in opened:  # several plates may have one map
            opened[path] = source_of(path)
    settled = settle(
        [opened[path] for path in dict.fromkeys(one.plate_map for one in plates)], choice, COLUMNS, LABELS, columns
    )
    maps = {source.path: source for source in settled.sources}
    plates = [
        replace(one, grid=opened[one.grid], plate_map=maps[opened[one.plate_map].path])
        for one in plates
        if opened[one.plate_map].path in maps
    ]
    read = [_read_one(files, choices, lost_wells, faults) for files in plates]

    twice = [name for name, times in Counter((one.experiment, one.name) for one in read).items() if times > 1]
    for experiment, name in twice:
        inside = f" of experiment {experiment}" if experiment else ""
        faults.add(f"the plate {name!r}{inside} appears twice: give each a name")
    _check_all_used(read, faults)
    units = {one.unit.units: one for one in read}
    if len(units) > 1:
        faults.add(f"all plates must have doses in one kind of unit, got {' and '.join(units)}")
    origin = Origin(
        source=tuple(dict.fromkeys(source.place for source in opened.values())),
        dose_unit=read[0].unit,
        signal=SIGNAL_NAME,
        counting_minutes=counting_minutes,
        is_raw=True,
        is_normalised=normalise,
        has_compounds=any(one.has_compounds for one in read),
        wells_lost=lost_wells.count,
        wells_ignored=sum(one.ignored for one in read),
        grid=_one_grid([one.grid for one in read]),
        plate_wells=plate_wells,
    )
    wells = [well for one in read for well in one.wells]
    tables = {one.place_of_map: ReadTable(one.table, one.found) for one in read}
    told = check_wells(wells, list(tables.values()), choice, faults, has_plates=len(read) > 1)
    data = assemble(wells, origin, faults, is_whole=all(one.is_whole for one in read) and not twice)
    return data.assign_attrs(told | settled.attrs)


@dataclass(frozen=True)
class _Choices:
    columns: Mapping[str, str]
    dose_unit: str | None
    dose_scale: DoseScale | None
    roles: Roles | None
    decimal: DecimalMark | None


@dataclass(frozen=True)
class _ReadPlate:
    name: str
    place_of_map: str
    table: TextTable  # its whole map
    found: Found
    named: list[str]  # all plates of its map, where the file's name chose among them
    experiment: str
    wells: list[Well]
    ignored: int
    is_whole: bool
    unit: DoseUnit
    grid: tuple[int, int] | None
    has_compounds: bool


def _check_all_used(read: Sequence[_ReadPlate], faults: FaultReport) -> None:
    """Note plates of a map that no file is called after."""
    used = {one.name for one in read}
    for one in read:
        for name in one.named:
            if name not in used:
                there = ", ".join(sorted(used))
                faults.add(f"plate {name!r} has no file of that name; there are {there}", place=one.place_of_map)


def _one_grid(grids: Sequence[tuple[int, int] | None]) -> tuple[int, int] | None:
    """The largest of grids that are all whole plates; None where one may be a part."""
    whole = [grid for grid in grids if grid is not None]
    return max(whole) if len(whole) == len(grids) else None


def _read_one(files: PlateFiles, choices: _Choices, lost: LostWells, faults: FaultReport) -> _ReadPlate:
    source = source_of(files.grid)
    grid_place = source.place
    grid = choose_grid(source.text, grid_place, files.grid_number)
    table, map_faults = read_table(files.plate_map)
    found = find_map_columns(
        table, choices.columns, choices.dose_unit, map_faults, needs_role=choices.roles is not None
    )
    whole_map = table
    table, plate, named = _rows_of_plate(table, found, files)
    experiment = files.experiment if not found.has("experiment") else ""

    wells, accounted, is_whole = _read_wells(table, found, grid, grid_place, choices, lost, map_faults, faults)
    wells = [replace(well, plate=plate, experiment=well.experiment or experiment) for well in wells]
    readings = {place for place, (text, _) in grid.cells.items() if not is_missing(text)}
    return _ReadPlate(
        name=plate,
        place_of_map=table.place,
        table=whole_map,
        found=found.found,
        named=named,
        experiment=wells[0].experiment if wells else experiment,
        wells=wells,
        ignored=len(readings - accounted),
        is_whole=is_whole and table.is_whole,
        unit=found.dose_unit,
        grid=grid.whole_plate,
        has_compounds=found.has("compound"),
    )


def _rows_of_plate(table: TextTable, found: WellColumns, files: PlateFiles) -> tuple[TextTable, str, list[str]]:
    """The rows of the map that belong to this plate, its name, and the plates that the map names."""
    stem = source_of(files.grid).stem
    by_file = stem + (f", grid {files.grid_number}" if files.grid_number else "")
    if not found.has("plate"):
        return table, files.plate or by_file, []
    names = list(dict.fromkeys(found.cell("plate", row) for row in table.rows))
    if not files.plate and len(names) == 1:
        return table, names[0] or by_file, names
    known = ", ".join(name or "(empty)" for name in names)
    if not files.plate and stem not in names:
        raise InputError(f"{table.place}: the map has no plate called as the file {stem}; it has {known}")
    plate = files.plate or stem
    if plate not in names:
        raise InputError(f"{table.place}: plate must be one of {known}, as the map has, got {plate!r}")
    kept = [at for at, row in enumerate(table.rows) if found.cell("plate", row) == plate]
    rows, lines = [table.rows[at] for at in kept], [table.lines[at] for at in kept]
    return replace(table, rows=rows, lines=lines), plate, [] if files.plate else names


def _read_wells(
    table: TextTable,
    found: WellColumns,
    grid: Grid,
    grid_place: str,
    choices: _Choices,
    lost: LostWells,
    map_faults: FaultReport,
    faults: FaultReport,
) -> tuple[list[Well], set[tuple[int, int]], bool]:
    """The wells of a plate, the places of the grid that are wells or lost, and whether every row became a well."""
    grid_faults, roles = FaultReport(grid_place), choices.roles or Roles()
    readings = [text for text, _ in grid.cells.values()]
    grid_mark = decimal_mark_of(readings, choices.decimal, False, grid_faults)
    doses = [number_in(found.cell("dose", row)) for row in table.rows]
    map_mark = decimal_mark_in_doubt(doses, choices.decimal, table.has_decimal_points, map_faults)
    check_role_words(table, found, roles, map_faults)
    found = understand_doses(table, found, roles, choices.dose_scale, map_mark, map_faults)
    wells: list[Well] = []
    accounted, is_whole = set(), True
    for row, line in zip(table.rows, table.lines, strict=True):
        role = role_of_row(found, row, roles)
        if role == "ignored":
            continue
        place = place_on_grid(found.cell("well", row), "well", grid, grid_place, line, map_faults)
        if role is None or place is None:
            is_whole = False
            continue
        accounted.add(place)
        dose = read_dose(found, row, line, role, map_mark, map_faults)
        text, grid_line = grid.cells[place]
        name = f"the reading of well {well_name(*place)}"
        signal = read_signal(text, name, grid_line, grid_mark, lost, grid_faults, may_be_negative=False)
        if signal is None:
            continue
        well = make_well(found, row, line, role, dose, signal, map_faults)
        if well is None:
            is_whole = False
        else:
            wells.append(well)
    lost.tell_of_signs(grid_faults)
    check_doses(wells, found, map_faults, is_raw=True)
    faults.take(grid_faults)
    faults.take(map_faults)
    return wells, accounted, is_whole
