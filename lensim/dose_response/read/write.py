"""A Dataset of wells to a table with one row a well, from which `read_tidy` makes the same Dataset."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.tables.names import names_along
from lensim.tables.well_names import well_name

_NEEDED: Final = {
    v.DOSE: (v.WELL,),
    v.CULTURE_OF_WELL: (v.WELL,),
    v.LINE_OF_CULTURE: (v.CULTURE,),
    v.EXPERIMENT_OF_CULTURE: (v.CULTURE,),
    v.PLATE_OF_CULTURE: (v.CULTURE,),
    v.GROUP_OF_LINE: (v.CELL_LINE,),
}


def write_tidy(data: xr.Dataset, path: str | Path) -> None:
    """Write wells and blanks as a table: tab-separated where the name ends in .tsv, else comma-separated, in UTF-8.

    Columns are cell_line, condition (where lines have several), parent (where lines have one), molecular_group,
    experiment, plate, well, role, compound, dose_um (dose, where the unit is not uM and must be stated again on
    reading), and cpm, signal (where it is no count) or viability_percent; well and compound only where the data have
    them. A signal that is NaN is written empty. Wells of time zero have the role time_zero. Neither counting_minutes,
    assay_hours nor attrs are written.

    Raises
    ------
    InputError
        If a variable is absent or has other dims, or the file cannot be written. One study at a time.
    """
    path = Path(path)
    if v.STUDY in data.dims:
        raise InputError("write_tidy needs data of one study: choose it with one_study")
    signal = v.SIGNAL if v.SIGNAL in data else v.VIABILITY
    checks.has_variables(data, {signal: (v.WELL,), **_NEEDED}, "write_tidy")
    if v.BLANK_SIGNAL in data:
        checks.has_variables(data, {v.BLANK_SIGNAL: (v.BLANK,), v.PLATE_OF_BLANK: (v.BLANK,)}, "write_tidy")
    dose = v.DOSE if data[v.DOSE].attrs.get("units", v.UNITS[v.DOSE]) == v.UNITS[v.DOSE] else "dose"
    is_count = signal == v.SIGNAL and data[signal].attrs.get("units") == v.UNITS[v.SIGNAL]
    response = "cpm" if is_count else signal
    columns = [
        v.CELL_LINE,
        v.CONDITION,
        "parent",
        v.MOLECULAR_GROUP,
        v.EXPERIMENT,
        v.PLATE,
        "well",
        "role",
        v.COMPOUND,
        dose,
        response,
    ]
    found = {
        "well": v.WELL_NAME,
        v.COMPOUND: v.COMPOUND,
        v.CONDITION: v.CONDITION_OF_CURVE,
        "parent": v.PARENT_OF_CURVE,
    }
    absent = {column for column, name in found.items() if name not in data and name not in data.coords}
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(
                file,
                [column for column in columns if column not in absent],
                extrasaction="ignore",
                delimiter="\t" if path.suffix.lower() == ".tsv" else ",",
                lineterminator="\n",
            )
            writer.writeheader()
            writer.writerows(dict(zip(columns, row, strict=True)) for row in _rows(data, signal))
    except OSError as error:
        raise InputError(f"{path}: the file cannot be written ({error.strerror or error})") from None


def _rows(data: xr.Dataset, signal: str) -> Iterator[tuple[str, ...]]:
    """Cells of every row, wells first and blanks behind them."""
    lines, groups = names_along(data, v.CELL_LINE), names_along(data, v.MOLECULAR_GROUP)
    conditions = [""] * len(lines)
    if v.CONDITION_OF_CURVE in data.coords:
        lines, conditions = (data[name].to_numpy().tolist() for name in (v.LINE_OF_CURVE, v.CONDITION_OF_CURVE))
    has_parents = v.PARENT_OF_CURVE in data.coords
    parents = data[v.PARENT_OF_CURVE].to_numpy().tolist() if has_parents else [""] * len(lines)
    experiments, plates = names_along(data, v.EXPERIMENT), names_along(data, v.PLATE)
    culture = data[v.CULTURE_OF_WELL].values
    line = data[v.LINE_OF_CULTURE].values[culture]
    group = data[v.GROUP_OF_LINE].values[line]
    experiment = data[v.EXPERIMENT_OF_CULTURE].values[culture]
    plate = data[v.PLATE_OF_CULTURE].values[culture]
    empty = [""] * data.sizes[v.WELL]
    names = data[v.WELL_NAME].values.tolist() if v.WELL_NAME in data else empty
    compounds = data[v.COMPOUND].values.tolist() if v.COMPOUND in data else empty
    doses, signals = data[v.DOSE].values.tolist(), data[signal].values.tolist()
    for at, (name, compound, dose, value) in enumerate(zip(names, compounds, doses, signals, strict=True)):
        yield (
            lines[line[at]],
            conditions[line[at]],
            parents[line[at]],
            groups[group[at]],
            experiments[experiment[at]],
            plates[plate[at]],
            name,
            "treated" if dose > 0 else "untreated",
            compound,
            _number(dose),
            _number(value),
        )
    if v.BLANK_SIGNAL in data:
        yield from _blank_rows(data, experiments, plates)
    if v.TIME_ZERO_SIGNAL in data:
        yield from _time_zero_rows(data, plates)


def _blank_rows(data: xr.Dataset, experiments: list[str], plates: list[str]) -> Iterator[tuple[str, ...]]:
    experiment_of_plate = dict(
        zip(data[v.PLATE_OF_CULTURE].values.tolist(), data[v.EXPERIMENT_OF_CULTURE].values.tolist(), strict=True)
    )
    names = [""] * data.sizes[v.BLANK]
    if v.BLANK_ROW in data and v.BLANK_COLUMN in data:
        places = zip(data[v.BLANK_ROW].values.tolist(), data[v.BLANK_COLUMN].values.tolist(), strict=True)
        names = [well_name(row, column) for row, column in places]
    for plate, name, value in zip(
        data[v.PLATE_OF_BLANK].values.tolist(), names, data[v.BLANK_SIGNAL].values.tolist(), strict=True
    ):
        # a plate without cells is in no experiment that the data know; its own name keeps it apart
        experiment = experiments[experiment_of_plate[plate]] if plate in experiment_of_plate else plates[plate]
        yield "", "", "", "", experiment, plates[plate], name, "blank", "", "", _number(value)


def _time_zero_rows(data: xr.Dataset, plates: list[str]) -> Iterator[tuple[str, ...]]:
    """Wells of time zero and their blanks; a plate that was read twice gets another name."""
    named = [name if name not in plates else f"{name} (time zero)" for name in names_along(data, v.TIME_ZERO_PLATE)]
    lines, conditions, experiments = (
        data[name].to_numpy().tolist() for name in (v.LINE_OF_SEEDING, v.CONDITION_OF_SEEDING, v.EXPERIMENT_OF_SEEDING)
    )
    signals, plate_of = data[v.TIME_ZERO_SIGNAL].to_numpy().tolist(), data[v.PLATE_OF_TIME_ZERO].to_numpy().tolist()
    seedings = data[v.SEEDING_OF_TIME_ZERO].to_numpy().tolist()
    names = data[v.TIME_ZERO_WELL_NAME].to_numpy().tolist() if v.TIME_ZERO_WELL_NAME in data else [""] * len(signals)
    experiment_of: dict[int, str] = {}
    for value, plate, one, name in zip(signals, plate_of, seedings, names, strict=True):
        experiment_of.setdefault(plate, experiments[one])
        of_well = (lines[one], conditions[one], "", "", experiments[one])
        yield (*of_well, named[plate], name, "time_zero", "", "", _number(value))
    blanks = data[v.TIME_ZERO_BLANK_SIGNAL].to_numpy().tolist()
    for value, plate in zip(blanks, data[v.PLATE_OF_TIME_ZERO_BLANK].to_numpy().tolist(), strict=True):
        yield "", "", "", "", experiment_of.get(plate, named[plate]), named[plate], "", "blank", "", "", _number(value)


def _number(value: float) -> str:
    """Text from which the very same number is read again."""
    return "" if np.isnan(value) else repr(float(value))
