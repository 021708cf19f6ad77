"""From the files and options of a command to data, one function an assay; `fit` and `read` take the same options."""

import math
from collections.abc import Mapping
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from lensim import limits
from lensim.checks import one_of
from lensim.cli.shared import (
    By,
    Column,
    Control,
    Decimal,
    DropSaturated,
    GridNumber,
    Ignore,
    JoinNames,
    PlateMap,
    PlateWells,
    Reading,
    WellOrder,
    Where,
    Worksheet,
    columns_of,
    pairs_of,
    time_zero_of,
    where_of,
)

if TYPE_CHECKING:
    import xarray as xr

    from lensim.dose_response.read import Compounds

MOST_CYCLES: Final = 1_000


def _wells(
    files: Annotated[
        list[Path], typer.Argument(help="Tables with one row a well, or readers' plate grids with --plate-map.")
    ],
    dose_unit: Annotated[str, typer.Option(help="M, mM, uM, nM, pM or as-is:NAME; may be left out for dose_um.")] = "",
    dose_scale: Annotated[
        Literal["linear", "log10", "-log10", "ln", "-ln", "log2", "-log2"] | None,
        typer.Option(help="What the numbers are of the dose; else as the column's name says."),
    ] = None,
    plate_map: PlateMap = None,
    grid_number: GridNumber = None,
    reading: Reading = "",
    plate_wells: PlateWells = None,
    well_order: WellOrder = None,
    column: Column = None,
    role: Annotated[
        list[str] | None, typer.Option(help="ROLE=PATTERN: untreated=NC-1, ignored=PC-*. May be repeated.")
    ] = None,
    decimal: Decimal = None,
    compound: Annotated[str, typer.Option(help="Which compound, where the file has several.")] = "",
    counting_minutes: Annotated[
        float | None,
        typer.Option(
            min=limits.SMALLEST_NUMBER, max=limits.LARGEST_NUMBER, help="Counting time, where the signal is a count."
        ),
    ] = None,
    scale: Annotated[
        Literal["percent", "fraction"] | None, typer.Option(help="Of viability or inhibition, where in doubt.")
    ] = None,
    drop_lost: Annotated[bool, typer.Option("--drop-lost", help="Leave out wells without signal.")] = False,
    repeats: Annotated[
        Literal["refuse", "drop", "keep"], typer.Option(help="What becomes of rows that stand in a table already.")
    ] = "refuse",
    controls: Annotated[
        Literal["plate", "experiment"],
        typer.Option(help="Untreated wells of a line: on each plate, or on one plate of the experiment."),
    ] = "plate",
    normalise: Annotated[
        bool, typer.Option("--normalise", help="Signals to percent of untreated; for those with values below 0.")
    ] = False,
    drop_saturated: DropSaturated = False,
    keep_saturated: Annotated[
        bool, typer.Option("--keep-saturated", help="Read signals at which readers stop (65535) as they are.")
    ] = False,
    time_zero: Annotated[
        list[str] | None,
        typer.Option(
            help="COLUMN=VALUE of wells read when the drug was added, for growth rates (GR): time_h=0, plate=T0; or "
            "ignore, to leave them out. May be repeated."
        ),
    ] = None,
    assay_hours: Annotated[
        float | None,
        typer.Option(
            min=limits.SMALLEST_NUMBER, max=limits.LARGEST_NUMBER, help="Hours from time zero to the end of the assay."
        ),
    ] = None,
    control: Control = "",
    where: Where = None,
    by: By = "",
    ignore: Ignore = None,
    join_names: JoinNames = None,
    worksheet: Worksheet = None,
) -> "tuple[list[Path], dict[str, Any]]":
    """The files of a dose-response panel, and the arguments of its reader."""
    from dataclasses import fields

    from lensim.dose_response.read import Roles

    patterns, allowed = pairs_of("--role", role), tuple(field.name for field in fields(Roles))
    for name in patterns:
        one_of("--role: the name", name, allowed)
    # a role that is not named keeps no meaning: a file has its own words or the standard ones, not both
    roles = Roles(**{name: tuple(patterns.get(name, ())) for name in allowed}) if patterns else None
    return files, {
        "dose_unit": dose_unit or None,
        "dose_scale": dose_scale,
        "plate_map": plate_map,
        "grid_number": grid_number,
        "reading": reading or None,
        "plate_wells": plate_wells,
        "well_order": well_order,
        "columns": columns_of(column),
        "roles": roles,
        "decimal": decimal,
        "compound": compound,
        "counting_minutes": math.inf if counting_minutes is None else counting_minutes,
        "scale": scale,
        "lost": "drop" if drop_lost else "refuse",
        "normalise": normalise,
        "repeats": repeats,
        "controls": controls,
        "saturated": "drop" if drop_saturated else "keep" if keep_saturated else "refuse",
        "where": where_of(where),
        "by": by or None,
        "ignore": tuple(ignore or ()),
        "join_names": join_names,
        "worksheet": worksheet,
        "control": control or None,
        "time_zero": time_zero_of(time_zero),
        "assay_hours": assay_hours,
    }


@wraps(_wells, assigned=("__annotations__",))
def dose_response(**given: Any) -> "xr.Dataset | dict[str, xr.Dataset]":
    """Read the wells of a dose-response panel."""
    from lensim.dose_response.read import read_dose_response

    files, options = _wells(**given)
    return read_dose_response(files, **options)


@wraps(_wells, assigned=("__annotations__",))
def every_compound(**given: Any) -> "Compounds":
    """Read the wells of a dose-response table of many compounds, each a study by itself."""
    from lensim.dose_response.read import read_compounds

    files, options = _wells(**given)
    return read_compounds(files, options)


@wraps(_wells, assigned=("__annotations__",))
def every_well(**given: Any) -> "xr.Dataset | dict[str, xr.Dataset]":
    """Read the wells of all compounds as one panel, unless one is named or each value of a column is a study."""
    from lensim.dose_response.read.study import MAP, read_wells, sought_in
    from lensim.tables.opened import opened

    files, options = _wells(**given)
    if options["by"] or options["compound"]:
        return dose_response(**given)
    rest = {name: value for name, value in options.items() if name not in ("by", "compound")}
    sources, rest = opened(files, rest, sought_in, {"plate_map": MAP})
    return read_wells(sources, **rest)


def whole(studies: "Mapping[str, xr.Dataset]") -> "xr.Dataset":
    """The data that tell how the files of some studies were read: all of them, or those of the first."""
    from lensim.dose_response.read import Compounds

    return studies.data if isinstance(studies, Compounds) else next(iter(studies.values()))


def expression(
    files: Annotated[
        list[Path], typer.Argument(help="Exports of one kind of machine, or tidy tables of Cts, ratios or levels.")
    ],
    sheet: Annotated[Path | None, typer.Option(help="Which sample is which subject and condition.")] = None,
    reference: Annotated[list[str] | None, typer.Option(help="Reference gene; may be repeated.")] = None,
    control: Control = "",
    calibrator: Annotated[str, typer.Option(help="Subject that levels are given against.")] = "",
    factors: Annotated[Path | None, typer.Option(help="Table gene, amplification_factor (and its _sd).")] = None,
    cycle_limit: Annotated[
        float | None,
        typer.Option(min=1, max=MOST_CYCLES, help="Cycles run, where the files do not say and it was not 40."),
    ] = None,
    column: Column = None,
    decimal: Decimal = None,
    format: Annotated[str, typer.Option(help="Kind of export, where it is not found out.")] = "",
    unlisted: Annotated[
        Literal["refuse", "ignore"], typer.Option(help="Reactions of samples that the sheet does not have.")
    ] = "refuse",
    empty: Annotated[
        Literal["no_result", "not_detected"] | None, typer.Option(help="What an empty Ct means, where it is in doubt.")
    ] = None,
    efficiency_scale: Annotated[
        Literal["fraction", "percent", "fold"] | None, typer.Option(help="Of amplification: 0.97, 97 or 1.97.")
    ] = None,
    unpaired: Annotated[
        Literal["refuse", "drop", "keep", "groups"],
        typer.Option(
            help="Treated samples without their control: keep compares all subjects, under one condition or several; "
            "groups says that all subjects of a condition are its own, even where names are alike."
        ),
    ] = "refuse",
    where: Where = None,
    by: By = "",
    ignore: Ignore = None,
    join_names: JoinNames = None,
    worksheet: Worksheet = None,
) -> "xr.Dataset | dict[str, xr.Dataset]":
    """Read the reactions, ratios or levels of an RT-qPCR study."""
    from lensim.expression.read import read_expression

    return read_expression(
        files,
        sheet=sheet,
        references=tuple(reference or ()),
        control=control,
        calibrator=calibrator,
        factors=factors,
        cycle_limit=cycle_limit,
        columns=columns_of(column),
        decimal=decimal,
        format=format or None,
        unlisted=unlisted,
        empty=empty,
        efficiency_scale=efficiency_scale,
        unpaired=unpaired,
        where=where_of(where),
        by=by or None,
        ignore=tuple(ignore or ()),
        join_names=join_names,
        worksheet=worksheet,
    )


def bioassay(
    files: Annotated[
        list[Path], typer.Argument(help="Tables with one row a well, or readers' plate grids with --plate-map.")
    ],
    plate_map: PlateMap = None,
    grid_number: GridNumber = None,
    reading: Reading = "",
    plate_wells: PlateWells = None,
    well_order: WellOrder = None,
    control: Control = "",
    unit: Annotated[str, typer.Option(help="Of standards: pg/ml or ng/ml; else as the column says.")] = "",
    concentration_scale: Annotated[
        Literal["linear", "log10", "-log10", "ln", "-ln", "log2", "-log2"] | None,
        typer.Option(help="What the numbers are of the concentration; else as the column's name says."),
    ] = None,
    column: Column = None,
    decimal: Decimal = None,
    drop_saturated: DropSaturated = False,
    where: Where = None,
    by: By = "",
    ignore: Ignore = None,
    join_names: JoinNames = None,
    worksheet: Worksheet = None,
) -> "xr.Dataset | dict[str, xr.Dataset]":
    """Read the standards and samples of a bioassay."""
    from lensim.bioassay.read import read_bioassay

    return read_bioassay(
        files,
        plate_map=plate_map,
        grid_number=grid_number,
        reading=reading or None,
        plate_wells=plate_wells,
        well_order=well_order,
        control=control,
        unit=unit or None,
        concentration_scale=concentration_scale,
        columns=columns_of(column),
        decimal=decimal,
        saturated="drop" if drop_saturated else "refuse",
        where=where_of(where),
        by=by or None,
        ignore=tuple(ignore or ()),
        join_names=join_names,
        worksheet=worksheet,
    )


def cell_cycle(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Tables: a row a tube (G0/G1, S, G2/M), a tube and phase, an event (brdu, dna), or an FCS file."
        ),
    ],
    control: Control = "",
    scale: Annotated[
        Literal["events", "percent"] | None, typer.Option(help="What columns of phases hold, where it is in doubt.")
    ] = None,
    events_per_tube: Annotated[
        int | None, typer.Option(min=1, max=int(limits.LARGEST_NUMBER), help="Events that percents are of.")
    ] = None,
    brdu_scale: Annotated[
        Literal["linear", "log10", "channel"],
        typer.Option(help="Of BrdU in a table of events; channel is 1,024 channels over four decades."),
    ] = "linear",
    brdu_channel: Annotated[str, typer.Option(help="Channel of BrdU in FCS files, where its name is not known.")] = "",
    dna_channel: Annotated[str, typer.Option(help="Channel of DNA in FCS files.")] = "",
    width_channel: Annotated[str, typer.Option(help="Channel of the width of the DNA pulse in FCS files.")] = "",
    column: Column = None,
    decimal: Decimal = None,
    where: Where = None,
    by: By = "",
    ignore: Ignore = None,
    join_names: JoinNames = None,
    worksheet: Worksheet = None,
) -> "xr.Dataset | dict[str, xr.Dataset]":
    """Read the events by phase of a cell-cycle study; single events are gated."""
    from lensim.cell_cycle.read import read_cell_cycle

    channels = {"brdu": brdu_channel, "dna": dna_channel, "width": width_channel}
    return read_cell_cycle(
        files,
        control=control,
        scale=scale,
        events_per_tube=events_per_tube,
        brdu_scale=brdu_scale,
        channels={name: said for name, said in channels.items() if said},
        columns=columns_of(column),
        decimal=decimal,
        where=where_of(where),
        by=by or None,
        ignore=tuple(ignore or ()),
        join_names=join_names,
        worksheet=worksheet,
    )
