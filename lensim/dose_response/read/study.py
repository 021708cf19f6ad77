"""The files of a dose-response study, of any understood format, to one Dataset."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import xarray as xr

from lensim.arguments import checked
from lensim.checks import InputError
from lensim.dose_response.read.columns import COLUMNS, RolesOrWords
from lensim.dose_response.read.compounds import Compounds, one_compound
from lensim.dose_response.read.plate import PlateFiles, read_plates
from lensim.dose_response.read.repeats import Repeats
from lensim.dose_response.read.replicate_columns import with_replicates
from lensim.dose_response.read.response import Scale
from lensim.dose_response.read.rules import Controls
from lensim.dose_response.read.sheets import MAP, is_grid, names_all, sought_in
from lensim.dose_response.read.tidy import read_tidy
from lensim.dose_response.read.time_zero import TimeZero
from lensim.dose_response.read.wells import Lost
from lensim.tables.choice import Choice, Where, place_of_column, value_key
from lensim.tables.columns import names_any
from lensim.tables.grid_choice import GridNumber
from lensim.tables.grid_map import NEEDS_MAP, WellOrder, check_needs_map
from lensim.tables.instruments.plates import headers_of
from lensim.tables.log_scale import DoseScale
from lensim.tables.map_source import map_source_of
from lensim.tables.number_text import DecimalMark
from lensim.tables.opened import with_sheets
from lensim.tables.reader_words import Saturated
from lensim.tables.source import File, Files, Format, Source, format_of, sources_of
from lensim.tables.studies import one_a_value
from lensim.tables.table import TextTable


def _is_wells(source: Source) -> bool:
    sought = [COLUMNS["dose"], *(COLUMNS[what] for what in ("signal", "viability", "inhibition"))]
    return source.is_parquet or any(names_any(header, meaning) for header in headers_of(source) for meaning in sought)


FORMATS: Final = (Format("wells", _is_wells), Format("grid", is_grid))
"""A table with one row a well, or what a plate reader wrote."""


def _by_compound(files: Files, by: str, options: Mapping[str, Any]) -> dict[str, xr.Dataset] | None:
    """One study a compound, each with the untreated wells beside it; None where another column is asked for."""
    wanted = {name: value for name, value in options.items() if name != "compound"}
    tables = tables_of(sources_of(files), options.get("plate_map"))
    if not _is_compound(by, tables, options.get("columns") or {}):
        return None
    each = Compounds(read_wells(files, **wanted))
    studies, faults = {}, []
    for name in each:
        try:
            studies[name] = each[name]
        except InputError as error:
            faults.append(str(error))
    if faults:
        raise InputError("\n".join(faults))
    return studies


def tables_of(sources: Sequence[Source], plate_map: File | None) -> list[TextTable]:
    """The tables of files; of a map, where there is one, the map alone."""
    return [source.table for source in ([map_source_of(plate_map)] if plate_map is not None else sources)]


def _is_compound(name: str, tables: Sequence[TextTable], columns: Mapping[str, str]) -> bool:
    """Whether a column that the user names is the one of the compound."""
    return any(
        (at := place_of_column(table, name, COLUMNS, columns)) is not None
        and at == place_of_column(table, "compound", COLUMNS, columns)
        for table in tables
    )


def _compound_of(where: Where, tables: Sequence[TextTable], columns: Mapping[str, str]) -> tuple[Where, str]:
    """The compound that `where` names, which keeps the untreated wells beside it, and what else it names."""
    for name, value in where.items():
        if isinstance(value, str) and value and _is_compound(name, tables, columns):
            return {other: kept for other, kept in where.items() if other != name}, value
    return where, ""


def _of_end(tables: Sequence[TextTable], by: str, values: list[str], options: Mapping[str, Any]) -> list[str]:
    """The values of a column that are studies: not those of wells of time zero, which go with each."""
    said, columns = options.get("time_zero"), options.get("columns") or {}
    if not isinstance(said, Mapping):
        return values
    zero = {
        value_key(value)
        for name, wanted in Choice.of(said).where.items()
        for value in wanted
        if any(
            (at := place_of_column(table, name, COLUMNS, columns)) is not None
            and at == place_of_column(table, by, COLUMNS, columns)
            for table in tables
        )
    }
    return [value for value in values if value_key(value) not in zero]


@checked
@with_sheets(sought_in, plate_map=MAP)
@one_a_value(COLUMNS, _by_compound, values_in=_of_end)
def read_dose_response(
    files: Files,
    *,
    columns: Mapping[str, str] | None = None,
    roles: RolesOrWords | None = None,
    dose_unit: str | None = None,
    dose_scale: DoseScale | None = None,
    compound: str | None = None,
    plate_map: File | None = None,
    grid_number: GridNumber | None = None,
    reading: str | None = None,
    plate_wells: int | None = None,
    well_order: WellOrder | None = None,
    decimal: DecimalMark | None = None,
    counting_minutes: float = math.inf,
    scale: Scale | None = None,
    lost: Lost = "refuse",
    normalise: bool = False,
    repeats: Repeats = "refuse",
    controls: Controls = "plate",
    saturated: Saturated = "refuse",
    where: Where | None = None,
    ignore: Sequence[str] = (),
    join_names: bool | None = None,
    control: str | None = None,
    time_zero: TimeZero | None = None,
    assay_hours: float | None = None,
) -> xr.Dataset:
    """Read a dose-response study: tables with one row a well, or plate readers' grids with a map.

    Several files are one study. Files that name experiments and plates keep these names, and may hold parts of one
    plate; a table that names neither is one plate of one experiment, named after the file. A grid is a plate named
    after its file, unless the map names a single one; in a file of several plates each is named as the export says.

    Parameters
    ----------
    files
        Paths: CSV or TSV text in any usual encoding, workbooks (.xlsx, .xls, .xlsb, .ods), or parquet; with `plate_map`
        what the readers wrote.
    columns
        The names of columns by meaning, such as {"signal": "RLU", "cell_line": "=K562"} (a value for all wells); see
        `lensim.dose_response.read.COLUMNS` for what is understood without.
    roles
        What the words in the column role mean, as `Roles` or as a mapping: {"untreated": "DMSO", "treated": "*"};
        given, the column must be there.
    dose_unit
        M, mM, uM, nM, pM, or "as-is:g/ha"; may be left out where a column's name has it: dose_um; or every
        cell: 10 nM.
    dose_scale
        "linear", "log10", "-log10", "ln", "-ln", "log2" or "-log2": what the numbers are of the dose in its unit. May
        be left out where the column's name says it, such as "-log10 dose (M)". Stated, doses are not asked about.
    compound
        Which compound is wanted; needed where the files have several.
    plate_map
        A table with one row a well of the grids: well, cell_line, dose, and role, experiment, compound ... as needed.
        Its column plate names the file of a grid without its suffix, or in a file of several plates the name, barcode
        or number that a plate has there; it may be absent for one grid, and for several that are laid out alike.
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
    decimal
        The decimal mark, "." or ",", where the numbers do not show it.
    counting_minutes
        For how long each well was counted [min]; infinite for a signal that is no count.
    scale
        "percent" or "fraction", of viability or inhibition, where the numbers leave a doubt.
    lost
        What becomes of a well without a signal (empty, NA, Invalid, Path?): "refuse" the file, or "drop" the well and
        count it.
    saturated
        What becomes of a well in which the reader was saturated (OVER, #SAT, >99999): "refuse" the file, or "drop" the
        well and count it. Such wells are the highest, so without them the untreated level comes out too low. "keep"
        reads a number at which readers stop (65535, 4.0) as it is.
    repeats
        What becomes of rows that stand in a table already with all their values: "refuse" the file, "drop" them, or
        "keep" them as other wells.
    controls
        Where a line's untreated wells must be: on each of its plates ("plate"), or on one plate of the experiment
        ("experiment"), whose plates then count as one, since nothing shows by how much they differ.
    normalise
        Read raw signals as percent of the median untreated well of each culture, with the mean blank of the plate taken
        off where there are blanks. For signals below 0, since their background was taken off; others are better raw.
    where
        Rows to read, by a column of the tables and its value, or values: {"time_h": "72"}. Rows with an empty cell
        there, such as untreated wells, go with every value.
    ignore
        Columns that may vary within a curve: their wells are pooled.
    join_names
        Whether names that differ by case, blanks, hyphens or underscores alone are one (True) or not (False).
    control
        The condition that others are compared with, where a column (condition, cytokine, treatment ...) gives lines
        several: each is a curve of its own. Known without by its name: none, control, untreated ...
    time_zero
        Which wells were read when the drug was added, from which growth rates (GR) follow: a column with its value,
        {"time_h": "0"} or {"plate": "T0"}. Known without by the word t0 in the column role. "ignore" leaves them out.
    assay_hours
        From time zero to the end, for divisions a day; known without from a column such as time_h.
    worksheet
        The sheet of workbooks, by its name, or several that belong together, by their names or a pattern ("Plate *");
        needed where several have what is read.
    by
        A column, each of whose values is a study by itself, such as "time_h".

    Returns
    -------
    xr.Dataset
        With `by` a dict of such, a value of the column each; numbers in order, else as in the file.
        signal or viability_percent, dose_um, culture_of_well (well) and all others that `read_tidy` and `read_plates`
        give, and with wells of time zero their signals and what each is of (time_zero, seeding); attrs["assay"] is
        "dose_response".

    Raises
    ------
    InputError
        With every fault of the files, each with its file and line; or that an option does not go with the files.

    Examples
    --------
    >>> read_dose_response("wells.csv", dose_unit="nM", columns={"signal": "RLU"})  # doctest: +SKIP
    """
    sources = sources_of(files)
    plate_map = None if plate_map is None else map_source_of(plate_map)
    where, chosen = _compound_of(where or {}, tables_of(sources, plate_map), columns or {}) if where else ({}, "")
    data = read_wells(
        sources,
        columns=columns,
        roles=roles,
        dose_unit=dose_unit,
        dose_scale=dose_scale,
        plate_map=plate_map,
        grid_number=grid_number,
        reading=reading,
        plate_wells=plate_wells,
        well_order=well_order,
        decimal=decimal,
        counting_minutes=counting_minutes,
        scale=scale,
        lost=lost,
        normalise=normalise,
        repeats=repeats,
        controls=controls,
        saturated=saturated,
        where=where,
        ignore=ignore,
        join_names=join_names,
        control=control,
        time_zero=time_zero,
        assay_hours=assay_hours,
    )
    return one_compound(data, compound or chosen)


def read_wells(
    files: Files,
    *,
    columns: Mapping[str, str] | None = None,
    roles: RolesOrWords | None = None,
    dose_unit: str | None = None,
    dose_scale: DoseScale | None = None,
    plate_map: File | None = None,
    grid_number: GridNumber | None = None,
    reading: str | None = None,
    plate_wells: int | None = None,
    well_order: WellOrder | None = None,
    decimal: DecimalMark | None = None,
    counting_minutes: float = math.inf,
    scale: Scale | None = None,
    lost: Lost = "refuse",
    normalise: bool = False,
    repeats: Repeats = "refuse",
    controls: Controls = "plate",
    saturated: Saturated = "refuse",
    where: Where | None = None,
    ignore: Sequence[str] = (),
    join_names: bool | None = None,
    control: str | None = None,
    time_zero: TimeZero | None = None,
    assay_hours: float | None = None,
) -> xr.Dataset:
    """The wells of all compounds."""
    choice = Choice.of(where, ignore, join_names)
    sources = sources_of(files)
    if plate_map is not None:
        if scale is not None:
            raise InputError(f"scale is for viability or inhibition in a table, got {scale!r} for readers' grids")
        for source in sources:
            if names_all(source, "cell_line", "dose"):
                raise InputError(
                    f"{source.place}: the table says in its own columns what is in its wells: leave out the map, or "
                    "these columns"
                )
        map_source = map_source_of(plate_map)
        return read_plates(
            [PlateFiles(source, map_source, grid_number=grid_number) for source in sources],
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
            choice=choice,
            control=control,
            time_zero=time_zero,
            assay_hours=assay_hours,
        )
    check_needs_map(grid_number, reading, well_order)
    sources, columns = with_replicates(sources, columns, ignore)
    for source in sources if not columns else ():
        if format_of(source, FORMATS) == "grid":
            raise InputError(f"{source.place}: {NEEDS_MAP}")
    return read_tidy(
        sources,
        columns,
        dose_unit,
        dose_scale=dose_scale,
        roles=roles,
        counting_minutes=counting_minutes,
        scale=scale,
        lost=lost,
        normalise=normalise,
        repeats=repeats,
        controls=controls,
        saturated=saturated,
        decimal=decimal,
        plate_wells=plate_wells,
        choice=choice,
        control=control,
        time_zero=time_zero,
        assay_hours=assay_hours,
    )
