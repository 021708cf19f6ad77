"""Wells of plates: what a reader's grid has where the rows of a map say what is in each well."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lensim.checks import FaultReport
from lensim.dose_response.read.columns import WellColumns, check_role_words, find_map_columns
from lensim.dose_response.read.dose_cells import number_in
from lensim.dose_response.read.dose_checks import check_doses
from lensim.dose_response.read.doses import mark_of_map, understand_doses
from lensim.dose_response.read.plates_of_map import MapPlate, names_in_map, rows_of_plate
from lensim.dose_response.read.row_choices import RowChoices
from lensim.dose_response.read.time_zero import lines_left_out, without_time_zero
from lensim.dose_response.read.unit_column import with_units_of_rows
from lensim.dose_response.read.units import DoseUnit
from lensim.dose_response.read.wells import LostWells, Well, make_well, read_dose, read_signal, role_of_row
from lensim.tables.columns import Found
from lensim.tables.grid_map import WellOrder, map_of_grid
from lensim.tables.instruments.plates import mark_of_grid
from lensim.tables.number_text import is_missing
from lensim.tables.source import Source, read_table
from lensim.tables.table import TextTable
from lensim.tables.well_names import well_name


@dataclass(frozen=True)
class PlateChoices(RowChoices):
    """How a user says that grids and maps are read."""

    plate_wells: int | None
    well_order: WellOrder | None


@dataclass(frozen=True)
class ReadPlate:
    """A plate; `ignored` are readings of the grid that are no wells, `is_whole` says that every row became one."""

    name: str
    experiment: str
    wells: list[Well]
    ignored: int
    is_whole: bool
    unit: DoseUnit
    grid: tuple[int, int] | None
    has_compounds: bool


@dataclass(frozen=True)
class ReadMap:
    """A map, its columns, and the plates that it describes."""

    table: TextTable
    found: Found
    plates: list[ReadPlate]


def read_map(
    source: Source,
    plates: Sequence[MapPlate],
    choices: PlateChoices,
    lost: LostWells,
    faults: FaultReport,
    *,
    whole: TextTable,
) -> ReadMap:
    """The plates that one map describes; `whole` is the map before rows of it, and so perhaps plates, were left out."""
    table, shape = read_table(source)
    table = with_units_of_rows(table, choices.columns, choices.dose_unit, shape)
    found = find_map_columns(table, choices.columns, choices.dose_unit, shape, needs_role=choices.roles is not None)
    named = names_in_map(table, found, plates, shape, whole)
    faults.take(shape)
    read = [
        _read_one(plate, name, rows_of_plate(table, found, name_in_map), found, choices, lost, faults)
        for plate, name, name_in_map in named
    ]
    return ReadMap(table, found.found, read)


def _read_one(
    plate: MapPlate,
    name: str,
    table: TextTable,
    found: WellColumns,
    choices: PlateChoices,
    lost: LostWells,
    faults: FaultReport,
) -> ReadPlate:
    experiment = plate.experiment if not found.has("experiment") else ""
    wells, accounted, is_whole = _read_wells(table, found, plate, name, choices, lost, faults)
    wells = [replace(well, plate=name, experiment=well.experiment or experiment) for well in wells]
    grid = plate.of.grid
    readings = {place for place, (text, _) in grid.cells.items() if not is_missing(text)}
    return ReadPlate(
        name=name,
        experiment=wells[0].experiment if wells else experiment,
        wells=wells,
        ignored=len(readings - accounted),
        is_whole=is_whole and table.is_whole,
        unit=found.dose_unit,
        grid=grid.whole_plate,
        has_compounds=found.has("compound"),
    )


def _read_wells(
    table: TextTable,
    found: WellColumns,
    of_map: MapPlate,
    named: str,
    choices: PlateChoices,
    lost: LostWells,
    faults: FaultReport,
) -> tuple[list[Well], set[tuple[int, int]], bool]:
    """The wells of a plate, the places of the grid that are wells or lost, and whether every row became a well."""
    plate, zero = of_map.of, choices.zero
    grid, roles = plate.grid, choices.words_of_roles
    grid_faults, map_faults = FaultReport(plate.source.place), FaultReport(table.place)
    grid_mark = mark_of_grid(plate.source, grid, choices.decimal, grid_faults)
    lines_of_zero = zero.lines_of(table, plate=named, experiment=of_map.experiment or named)
    of_end = without_time_zero(table, found, roles, lines_of_zero)
    doses = [number_in(found.cell("dose", row)) for row in of_end.rows]
    map_mark = mark_of_map(doses, found, choices.dose_scale, choices.decimal, table, map_faults)
    check_role_words(of_end, found, roles, map_faults)
    if of_end.rows:
        found = understand_doses(of_end, found, roles, choices.dose_scale, map_mark, map_faults)
    names = [found.cell("well", row) for row in table.rows]
    where = map_of_grid(grid, plate.source.place, "well", names, choices.plate_wells, choices.well_order)
    wells: list[Well] = []
    accounted, is_whole, left_out = set(), True, lines_left_out(table, found, roles, zero)
    for row, line in zip(table.rows, table.lines, strict=True):
        is_zero = line in lines_of_zero
        role = role_of_row(found, row, roles, is_time_zero=is_zero)
        if role == "ignored" or line in left_out:
            continue
        place = where.find(found.cell("well", row), line, map_faults)
        if role is None or place is None:
            is_whole = False
            continue
        accounted.add(place)
        dose = read_dose(found, row, line, role, map_mark, map_faults)
        text, grid_line = grid.cells[place]
        name = f"the reading of well {well_name(*place)}"
        is_untreated = role == "untreated" or dose == 0
        signal = read_signal(
            text, name, grid_line, grid_mark, lost, grid_faults, may_be_negative=False, is_untreated=is_untreated
        )
        if signal is None:
            continue
        well = make_well(found, row, line, role, dose, signal, map_faults, is_time_zero=is_zero)
        if well is None:
            is_whole = False
        else:
            wells.append(well if where.is_standard else replace(well, name=well_name(*place)))
    lost.tell_of_signs(grid_faults)
    check_doses([well for well in wells if not well.is_of_time_zero], found, map_faults, is_raw=True)
    faults.take(grid_faults)
    faults.take(map_faults)
    return wells, accounted, is_whole
