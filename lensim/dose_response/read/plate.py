"""A plate reader's grid of numbers, with a map that says what is in each well, to a Dataset of wells."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import xarray as xr

from lensim import checks
from lensim.bounds import require_number
from lensim.checks import FaultReport, InputError
from lensim.dose_response.read.assemble import Origin, assemble
from lensim.dose_response.read.ceiling import settle_ceiling
from lensim.dose_response.read.columns import COLUMNS, LABELS, RolesOrWords, as_roles
from lensim.dose_response.read.conditions import settle_conditions
from lensim.dose_response.read.plate_files import PlateFiles
from lensim.dose_response.read.plate_wells import PlateChoices, read_map
from lensim.dose_response.read.plates_of_map import MapPlate
from lensim.dose_response.read.pooling import check_wells
from lensim.dose_response.read.repeats import REPEATS, Repeats
from lensim.dose_response.read.rules import CONTROLS, Controls
from lensim.dose_response.read.time_zero import TimeZero, check_found, hours_of_assay, mark_time_zero, rows_of_time_zero
from lensim.dose_response.read.time_zero_wells import (
    check_follows_growth,
    check_no_time_zero_left,
    match_time_zero,
    part_time_zero,
    with_time_zero_wells,
)
from lensim.dose_response.read.wells import Lost, LostWells
from lensim.tables.choice import EVERY_ROW, Choice
from lensim.tables.grid_choice import GridNumber, named_plate, plates_of
from lensim.tables.grid_map import WellOrder, check_is_map, check_well_order, numbering_of
from lensim.tables.log_scale import DoseScale
from lensim.tables.map_source import map_source_of
from lensim.tables.number_text import DecimalMark
from lensim.tables.plate_size import check_plate_wells, largest_grid
from lensim.tables.reader_words import Saturated
from lensim.tables.said_by_values import check_file_names
from lensim.tables.settle import settle
from lensim.tables.source import File, Source, source_of
from lensim.tables.unused import ReadTable

SIGNAL_NAME: Final = "reading"


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
    grid_number: GridNumber | None = None,
    reading: str | None = None,
    counting_minutes: float = math.inf,
    lost: Lost = "refuse",
    normalise: bool = False,
    repeats: Repeats = "refuse",
    controls: Controls = "plate",
    saturated: Saturated = "refuse",
    decimal: DecimalMark | None = None,
    plate_wells: int | None = None,
    well_order: WellOrder | None = None,
) -> xr.Dataset:
    """Read one file: what its reader wrote, and its map. As `read_plates`, with the parts of `PlateFiles` by name."""
    return read_plates(
        [PlateFiles(grid, plate_map, plate, experiment, grid_number)],
        dose_unit,
        dose_scale=dose_scale,
        columns=columns,
        roles=roles,
        reading=reading,
        counting_minutes=counting_minutes,
        lost=lost,
        normalise=normalise,
        repeats=repeats,
        controls=controls,
        saturated=saturated,
        decimal=decimal,
        plate_wells=plate_wells,
        well_order=well_order,
    )


def read_plates(
    plates: Sequence[PlateFiles],
    dose_unit: str | None = None,
    *,
    dose_scale: DoseScale | None = None,
    columns: Mapping[str, str] | None = None,
    roles: RolesOrWords | None = None,
    reading: str | None = None,
    counting_minutes: float = math.inf,
    lost: Lost = "refuse",
    normalise: bool = False,
    repeats: Repeats = "refuse",
    controls: Controls = "plate",
    saturated: Saturated = "refuse",
    decimal: DecimalMark | None = None,
    plate_wells: int | None = None,
    well_order: WellOrder | None = None,
    choice: Choice = EVERY_ROW,
    control: str | None = None,
    time_zero: TimeZero | None = None,
    assay_hours: float | None = None,
) -> xr.Dataset:
    """Read plates, each a reader's grid with a map, into one Dataset.

    Parameters
    ----------
    plates
        The files of each plate, or of several plates in one file.
    dose_unit, dose_scale, columns, roles
        As in `read_tidy`, for the maps.
    reading
        A part of the text over a grid or behind its rows, such as a wavelength or a time, where plates have several
        readings.
    counting_minutes, lost, normalise, repeats, controls, saturated
        As in `read_tidy`, for the grids.
    decimal
        The decimal mark of the grids, where the numbers do not show it; of a map only where in doubt there.
    plate_wells
        96, 384 or 1536; else as the grids are whole plates, else the smallest plate that has all the wells.
    well_order
        "rows" or "columns", where a map numbers the wells of a plate: 1, 2, 3 along rows, or down columns.
    choice
        Which rows of the maps are read, over which columns may be pooled, and whether names alike are one.
    control, assay_hours
        As in `read_tidy`.
    time_zero
        As in `read_tidy`, for the maps; {"plate": "t0"} is the grid of that name, whatever its wells are in a map.

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
    require_number("counting_minutes", counting_minutes, above=0, may_be_infinite=True)
    checks.one_of("lost", lost, ("refuse", "drop"))
    checks.one_of("repeats", repeats, REPEATS)
    checks.one_of("controls", controls, CONTROLS)
    checks.one_of("saturated", saturated, ("refuse", "drop", "keep"))
    check_plate_wells(plate_wells)
    check_well_order(well_order)
    if not plates:
        raise InputError("plates must hold at least one plate, got none")
    faults = FaultReport("plates")
    lost_wells = LostWells(lost == "drop", saturated == "drop", is_normalised=normalise)
    asked_roles = as_roles(roles)
    opened: dict[File, Source] = {}
    for files in plates:
        opened.setdefault(files.grid, source_of(files.grid, whole=True))
        if files.plate_map not in opened:  # several plates may have one map
            opened[files.plate_map] = map_source_of(files.plate_map)
    grids_of = [(opened[files.grid], files.grid_number) for files in plates]
    found = plates_of(grids_of, reading, numbering_of(well_order, plate_wells), faults)
    of_map: defaultdict[tuple[Path, str], list[MapPlate]] = defaultdict(list)
    for files, grids in zip(plates, found, strict=True):
        chosen = [named_plate(grids, files.plate)] if files.plate else grids
        of_map[opened[files.plate_map].key] += [MapPlate(one, files.plate, files.experiment) for one in chosen]
    map_sources = [opened[path] for path in dict.fromkeys(files.plate_map for files in plates)]
    for source in map_sources:
        check_is_map(source, COLUMNS["well"], columns or {})
    marked = mark_time_zero(map_sources, choice, time_zero, columns or {})
    map_sources, choice = marked.sources, marked.choice
    settled = settle(map_sources, choice, COLUMNS, LABELS, columns, has_time_zero=True)
    every = [source.table for source in settled.sources]
    zero_rows = rows_of_time_zero(marked, every, columns or {})
    choices = PlateChoices(
        columns or {}, dose_unit, dose_scale, asked_roles, decimal, zero_rows, plate_wells, well_order
    )
    if not any(files.experiment for files in plates):
        stems = [source.stem for source in opened.values() if source not in map_sources]
        check_file_names(stems, every, COLUMNS, columns or {})
    whole = {source.key: source.table for source in (map_sources if choice.where else settled.sources)}
    maps = [
        read_map(source, of_map[source.key], choices, lost_wells, faults, whole=whole[source.key])
        for source in settled.sources
    ]
    read = [plate for one in maps for plate in one.plates]
    if not read:
        faults.raise_if_any()
    twice = [name for name, times in Counter((one.experiment, one.name) for one in read).items() if times > 1]
    for experiment, name in twice:
        inside = f" of experiment {experiment}" if experiment else ""
        faults.add(f"the plate {name!r}{inside} appears twice: give each a name")
    units = {one.unit.units: one for one in read}
    if len(units) > 1:
        faults.add(f"all plates must have doses in one kind of unit, got {' and '.join(units)}")
    every_well = [well for one in read for well in one.wells]
    wells, zero = part_time_zero(every_well, faults, are_ignored=zero_rows.are_ignored)
    origin = Origin(
        source=tuple(dict.fromkeys(source.place for source in opened.values())),
        dose_unit=read[0].unit,
        signal=SIGNAL_NAME,
        counting_minutes=counting_minutes,
        is_raw=True,
        is_normalised=normalise,
        repeats=repeats,
        controls=controls,
        has_compounds=any(one.has_compounds for one in read),
        lost=lost_wells,
        wells_ignored=sum(one.ignored for one in read) + len(every_well) - len(wells) - len(zero),
        grid=largest_grid([one.grid for one in read]),
        plate_wells=plate_wells,
    )
    check_follows_growth(zero, faults, SIGNAL_NAME, is_normalised=normalise, minutes=counting_minutes)
    wells = settle_ceiling(wells, saturated, lost_wells, SIGNAL_NAME, faults)
    tables = [ReadTable(one.table, one.found) for one in maps]
    settled_conditions = settle_conditions(wells, tables, columns or {}, choice, control, faults)
    wells, tables = settled_conditions.wells, settled_conditions.tables
    told = check_wells(wells, tables, choice, faults, has_plates=len(read) > 1) | settled_conditions.attrs
    check_no_time_zero_left(wells, faults)
    hours = hours_of_assay(zero_rows, every, columns or {}, assay_hours, faults)
    check_found(zero_rows, zero, wells, assay_hours, faults)
    matched = match_time_zero(zero, wells, hours, faults)
    data = assemble(wells, origin, faults, is_whole=all(one.is_whole for one in read) and not twice)
    return with_time_zero_wells(data, matched).assign_attrs(told | settled.attrs)
