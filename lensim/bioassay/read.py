"""A bioassay's files, tables with one row a well or readers' grids with a plate map, to a Dataset of wells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import xarray as xr

from lensim import checks
from lensim.arguments import checked
from lensim.bioassay.assemble import BioassayWell, assemble
from lensim.bioassay.columns import COLUMNS
from lensim.bioassay.plates import part_by_experiment
from lensim.bioassay.pooling import choose_wells
from lensim.bioassay.rows import (
    Manner,
    find_own_columns,
    is_left_out,
    make_well,
    read_reading,
    read_role,
    unit_of,
)
from lensim.bioassay.standards import scale_of_standards
from lensim.checks import FaultReport, InputError
from lensim.tables.choice import Choice, Where
from lensim.tables.columns import Found, names_any
from lensim.tables.grid_choice import GridNumber, PlateGrid, match_plates, plates_of
from lensim.tables.grid_map import (
    NEEDS_MAP,
    WellOrder,
    check_is_map,
    check_needs_map,
    check_well_order,
    map_of_grid,
    numbering_of,
)
from lensim.tables.instruments.plates import grids_of, headers_of, mark_of_grid
from lensim.tables.log_scale import DoseScale
from lensim.tables.map_source import map_source_of
from lensim.tables.number_text import DecimalMark, decimal_mark_in_doubt, decimal_mark_of, is_missing
from lensim.tables.opened import with_sheets
from lensim.tables.plate_size import check_plate_wells, largest_grid
from lensim.tables.reader_words import Saturated
from lensim.tables.sheet_choice import Sought
from lensim.tables.source import File, Files, Format, Source, format_of, read_table, sources_of
from lensim.tables.studies import one_a_value
from lensim.tables.table import TextTable
from lensim.tables.well_names import parse_well_name, well_name


def _is_wells(source: Source) -> bool:
    return source.is_parquet or any(names_any(header, COLUMNS["od"]) for header in headers_of(source))


def _names(source: Source, *meanings: str) -> bool:
    """Whether the first row of a file has a name for all of some meanings."""
    return any(all(names_any(header, COLUMNS[what]) for what in meanings) for header in headers_of(source))


def _is_grid(source: Source) -> bool:
    grids = grids_of(source)
    return bool(grids) and not (all(grid.is_list for grid in grids) and _names(source, "role"))


FORMATS: Final = (Format("wells", _is_wells), Format("grid", _is_grid))
"""A table with one row a well, or what a plate reader wrote."""


def _is_bare_grid(source: Source) -> bool:
    return _is_grid(source) and not _names(source, "role") and not _names(source, "well", "concentration")


WELLS: Final = Sought(
    "a table of wells with optical densities",
    COLUMNS,
    ((("od",), ("role", "concentration")), (("od",),)),
    recognises=_is_grid,
    can_be_named=True,
)
GRIDS: Final = Sought(
    "what a plate reader wrote", COLUMNS, recognises=_is_bare_grid, can_be_named=True, may_be_several=True
)
MAP: Final = Sought("a plate map", COLUMNS, ((("well",), ("role", "concentration")), (("well",),)), can_be_named=True)


def _sought_in(options: Mapping[str, Any]) -> Sought:
    return WELLS if options.get("plate_map") is None else GRIDS


@checked
@with_sheets(_sought_in, plate_map=MAP)
@one_a_value(COLUMNS)
def read_bioassay(
    files: Files,
    *,
    control: str | None = None,
    plate_map: File | None = None,
    grid_number: GridNumber | None = None,
    reading: str | None = None,
    plate_wells: int | None = None,
    well_order: WellOrder | None = None,
    columns: Mapping[str, str] | None = None,
    decimal: DecimalMark | None = None,
    unit: str | None = None,
    concentration_scale: DoseScale | None = None,
    saturated: Saturated = "refuse",
    where: Where | None = None,
    ignore: Sequence[str] = (),
    join_names: bool | None = None,
) -> xr.Dataset:
    """Read a bioassay: tables with one row a well, or what plate readers wrote with a map of the wells.

    Columns (see `lensim.bioassay.columns.COLUMNS` for other spellings): od and role (see `ROLE_WORDS` there);
    concentration_pg_per_ml of standards, 0 for cells alone; cell_line (or sample), condition, experiment and
    dilution_factor of samples; plate, well, is_control. Without role, a row with a concentration and no line is a
    standard, one with a line and no concentration a sample. Without dilution_factor all samples are undiluted; without
    condition there is one, and no fold change; without experiment every plate is one. A row without reading is counted
    and left out.

    Several files are one study. A table without a column for the plate is one plate, named after its file where there
    are several. A grid is a plate named after its file, unless the map names a single one; in a file of several plates
    each is named as the export says.

    Parameters
    ----------
    files
        Paths: CSV or TSV text in any usual encoding, or parquet; with `plate_map` what the readers wrote.
    control
        The condition that others are compared with; may be left out where is_control or a usual name (control,
        untreated, DMSO ...) shows it.
    plate_map
        A table as above, with well and without od. Its column plate names the file of a grid without its suffix, or in
        a file of several plates the name, barcode or number that a plate has there; it may be absent for one grid, and
        for several that are laid out alike.
    grid_number
        Which grid of each file, from 1, where there are several of one plate; several numbers are a plate each.
    reading
        A part of the text over a grid or behind its rows, such as a wavelength or a time, where plates have several
        readings; for all plates of all files.
    plate_wells
        96, 384 or 1536; else as the grids show, else guessed from the largest well; attrs["plate_size_from"] says
        which.
    well_order
        "rows" or "columns", where the map numbers the wells of a plate: 1, 2, 3 along rows, or down columns.
    columns
        The names of columns by meaning, such as {"od": "A570", "condition": "=untreated"} (a value for all wells).
    decimal
        The decimal mark, "." or ",", where the numbers do not show it; of a map only where in doubt there.
    unit
        pg/ml or ng/ml; may be left out where the column's name or a column unit has it.
    concentration_scale
        "linear", "log10", "-log10", "ln", "-ln", "log2" or "-log2": what the numbers are of the concentration in its
        unit; may be left out where the column's name says it, such as "log10 TNF (pg/ml)".
    saturated
        What becomes of a well in which the reader was saturated (OVER, OVRFLW, >4.000): "refuse" the file, or "drop"
        the well and count it.
    where
        Rows to read, by a column of the tables or the map and its value, or values: {"time_h": "24"}. Rows with an
        empty cell there, such as standards, go with every value.
    ignore
        Columns that may vary within a medium: their wells are pooled.
    join_names
        Whether names that differ by case, blanks, hyphens or underscores alone are one (True) or not (False).
    worksheet
        The sheet of workbooks, by its name, or several that belong together, by their names or a pattern ("Plate *");
        needed where several have what is read.
    by
        A column, each of whose values is a study by itself, such as "time_h".

    Returns
    -------
    xr.Dataset
        With `by` a dict of such, a value of the column each; numbers in order, else as in the file.
        As the simulator makes it; attrs["assay"] is "bioassay". Wells of a grid that the map does not name are counted
        in attrs["wells_ignored"].

    Raises
    ------
    InputError
        With every fault of the files, each with its file and line; or that an option does not go with the files.

    Examples
    --------
    >>> read_bioassay("wells.csv", control="untreated", unit="pg/ml")  # doctest: +SKIP
    """
    check_plate_wells(plate_wells)
    check_well_order(well_order)
    checks.one_of("saturated", saturated, ("refuse", "drop"))
    sources = sources_of(files)
    choice = Choice.of(where, ignore, join_names)
    choices = _Choices(
        columns or {}, unit or "", concentration_scale, decimal, saturated == "drop", plate_wells, well_order
    )
    study = FaultReport(", ".join(source.place for source in sources))
    if plate_map is not None:
        check_is_map(map_source_of(plate_map), COLUMNS["well"], columns or {})
        for source in sources:
            if _names(source, "role", "concentration"):
                raise InputError(
                    f"{source.place}: the table says in its own columns what is in its wells: leave out the map, or "
                    "these columns"
                )
        numbering = numbering_of(well_order, plate_wells)
        found = plates_of([(one, grid_number) for one in sources], reading, numbering, study)
        plates = [plate for of_file in found for plate in of_file]
        [map_source], told = choose_wells([map_source_of(plate_map)], columns, choice, are_plates=len(plates) > 1)
        read = _read_grids(
            plates, map_source, choices, study, whole=(map_source_of(plate_map) if choice.where else map_source).table
        )
        sources = [*sources, map_source]
    else:
        check_needs_map(grid_number, reading, well_order)
        for source in sources if not columns else ():
            if format_of(source, FORMATS) == "grid":
                raise InputError(f"{source.place}: {NEEDS_MAP}")
        sources, told = choose_wells(sources, columns, choice, are_plates=len(sources) > 1)
        read = [_read_wells(source, choices, study) for source in sources]
        if len(read) == 1:
            read = [replace(read[0], plate="plate 1")]
    wells = [replace(well, plate=well.plate or one.plate) for one in read for well in one.wells]
    wells, parted = part_by_experiment(wells, next((one.experiment for one in read if one.experiment), ""), study)
    attrs: dict[str, str | int] = {
        **told,
        **parted,
        "source": ", ".join(source.place for source in sources),
        "wells_lost": sum(one.lost for one in read),
        "wells_ignored": sum(one.ignored for one in read),
        "is_undiluted_assumed": int(not all(one.has_dilutions for one in read)),
    }
    if dropped := sum(one.saturated for one in read):
        attrs["wells_saturated"] = dropped
    grid = largest_grid([one.grid for one in read])
    return assemble(wells, control, attrs, study, is_whole=all(one.is_whole for one in read), sizes=(plate_wells, grid))


@dataclass(frozen=True)
class _Choices:
    columns: Mapping[str, str]
    unit: str
    concentration_scale: DoseScale | None
    decimal: DecimalMark | None
    drops_saturated: bool
    plate_wells: int | None
    well_order: WellOrder | None


@dataclass(frozen=True)
class _Read:
    """The wells of one plate, what was left out of it, and the plate of those that name none."""

    wells: list[BioassayWell]
    lost: int
    saturated: int
    ignored: int
    plate: str
    is_whole: bool
    has_dilutions: bool
    experiment: str = ""
    grid: tuple[int, int] | None = None


def _read_wells(source: Source, choices: _Choices, study: FaultReport) -> _Read:
    """The wells of a table; its faults go to the study's."""
    table, faults = read_table(source)
    found = find_own_columns(table, choices.columns, "od", faults)
    numbers = [what for what in ("concentration", "dilution_factor", "od") if found.has(what)]
    cells = [found.cell(what, row) for row in table.rows for what in numbers]
    concentrations = [found.cell("concentration", row) for row in table.rows] if found.has("concentration") else []
    mark = decimal_mark_of(cells, choices.decimal, table.has_decimal_points, faults, column=concentrations)
    scale = scale_of_standards(table, found, choices.concentration_scale, mark, faults)
    manner = Manner(unit_of(found, choices.unit, faults), mark, choices.drops_saturated, scale)
    wells, lost, saturated, ignored = [], 0, 0, 0
    for row, line in zip(table.rows, table.lines, strict=True):
        role = read_role(found, row, line, faults)
        if role == "ignored":
            ignored += 1
            continue
        text = found.cell("od", row)
        if left_out := is_left_out(text, manner):
            lost += left_out == "lost"
            saturated += left_out == "saturated"
            continue
        od = read_reading(text, found.column("od"), manner.mark, line, faults)
        name = found.cell("well", row)
        if name and parse_well_name(name) is None:
            faults.add(f"{found.column('well')} must be a letter and a number, such as A1, got {name!r}", line=line)
        well = make_well(found, row, line, role, manner, faults)
        if well is not None:
            wells.append(replace(well, od=od, plate=found.cell("plate", row)))
    study.take(faults)
    experiment = found.column("experiment") if found.has("experiment") else ""
    return _Read(wells, lost, saturated, ignored, source.stem, table.is_whole, found.has("dilution_factor"), experiment)


def _read_grids(
    plates: Sequence[PlateGrid], map_source: Source, choices: _Choices, study: FaultReport, *, whole: TextTable
) -> list[_Read]:
    """The wells of grids, as one map says (`whole` before rows were left out); the faults go to the study's."""
    table, faults = read_table(map_source)
    found = find_own_columns(table, choices.columns, "well", faults)
    cells = [found.cell(what, row) for row in table.rows for what in ("concentration", "dilution_factor")]
    mark = decimal_mark_in_doubt(cells, choices.decimal, table.has_decimal_points, faults)
    scale = scale_of_standards(table, found, choices.concentration_scale, mark, faults)
    manner = Manner(unit_of(found, choices.unit, faults), mark, choices.drops_saturated, scale)
    checks.unique("files of plates, by their names without suffix,", [plate.name for plate in plates])
    read = [
        _read_grid(plate, name, (table, found, rows), manner, choices, faults, study)
        for plate, name, rows in _rows_of_plates(table, found, plates, faults, whole)
    ]
    study.take(faults)
    return read


def _read_grid(
    plate: PlateGrid,
    name: str,
    in_map: tuple[TextTable, Found, Sequence[int]],
    manner: Manner,
    choices: _Choices,
    faults: FaultReport,
    study: FaultReport,
) -> _Read:
    """The wells of one grid; `in_map` is the map and its rows of this plate, `faults` are the map's."""
    (table, found, rows), grid = in_map, plate.grid
    in_grid = FaultReport(plate.source.place)
    mark = mark_of_grid(plate.source, grid, choices.decimal, in_grid)
    names = [found.cell("well", table.rows[at]) for at in rows]
    column = found.column("well")
    places = map_of_grid(grid, plate.source.place, column, names, choices.plate_wells, choices.well_order)
    wells: list[BioassayWell] = []
    lost = saturated = ignored = 0
    used = set()
    for row, line in ((table.rows[at], table.lines[at]) for at in rows):
        role = read_role(found, row, line, faults)
        to = FaultReport("") if role == "ignored" else faults
        where = places.find(found.cell("well", row), line, to)
        used |= {where} if where else set()
        if role == "ignored" or where is None:
            ignored += role == "ignored"
            continue
        text, grid_line = grid.cells[where]
        if left_out := is_left_out(text, manner):
            lost += left_out == "lost"
            saturated += left_out == "saturated"
            continue
        od = read_reading(text, f"the reading of well {well_name(*where)}", mark, grid_line, in_grid)
        well = make_well(found, row, line, role, manner, faults)
        if well is not None:
            wells.append(replace(well, od=od, well=well.well if places.is_standard else well_name(*where)))
    study.take(in_grid)
    ignored += sum(not is_missing(text) for key, (text, _) in grid.cells.items() if key not in used)
    experiment = found.column("experiment") if found.has("experiment") else ""
    whole, has_dilutions = table.is_whole, found.has("dilution_factor")
    return _Read(wells, lost, saturated, ignored, name, whole, has_dilutions, experiment, grid.whole_plate)


def _rows_of_plates(
    table: TextTable, found: Found, plates: Sequence[PlateGrid], faults: FaultReport, whole: TextTable
) -> list[tuple[PlateGrid, str, Sequence[int]]]:
    """Each plate, its name, and the rows of the map that are its wells."""
    every = range(len(table.rows))
    if not found.has("plate"):
        return [(plate, plate.name, every) for plate in plates]
    named = [found.cell("plate", row) for row in table.rows]
    names, before = list(dict.fromkeys(named)), {found.cell("plate", row) for row in whole.rows}
    if len(plates) == 1 and len(before) == 1:
        return [(plates[0], names[0] or plates[0].name, every)]
    matched = match_plates(plates, names, table.place, is_part=len(names) < len(before))
    for name in names:
        if name not in matched:
            there = ", ".join(plate.name for plate in plates)
            faults.add(f"plate {name!r} has no grid of that name; there are {there}")
    called = {id(plate): name for name, plate in matched.items()}
    known = [(plate, called[id(plate)]) for plate in plates if id(plate) in called]
    return [(plate, name, [at for at in every if named[at] == name]) for plate, name in known]
