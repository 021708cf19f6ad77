"""Wells of one or more files to one Dataset."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.checks import FaultReport
from lensim.dose_response.read.names_of_plates import fill_names, told_of_plates
from lensim.dose_response.read.normalise import percent_of_untreated
from lensim.dose_response.read.parents import parents_of
from lensim.dose_response.read.repeats import Repeats, check_cultures_differ
from lensim.dose_response.read.rules import (
    Controls,
    Culture,
    check_no_well_twice,
    check_together,
    culture_of,
    with_shared_controls,
)
from lensim.dose_response.read.units import DoseUnit
from lensim.dose_response.read.wells import LostWells, Well
from lensim.tables.names import in_natural_order, plain_name
from lensim.tables.plate_size import PLATES_BY_WELLS, size_attrs
from lensim.tables.well_names import parse_well_name, with_standard_letters

ALL_GROUP: Final = "all"
"""The molecular group of every line where the user has none."""

COUNT_NAMES: Final = ("cpm", "counts_per_minute")
"""Names of columns whose signal is a count a minute, even without a counting time."""

LIGHT_UNITS: Final = "signal as measured"
"""Units of a signal that is no count a minute."""


@dataclass(frozen=True)
class Origin:
    """The origin of a Dataset, for its attrs.

    Attributes
    ----------
    source
        Names of the files.
    dose_unit
        The unit of the doses as the user stated it.
    signal
        The name of the signal in the file.
    counting_minutes
        Time for which wells were counted; infinite for a signal that is no count.
    is_raw
        Whether signals are raw; else they are viability in percent.
    is_normalised
        Whether raw signals become viability in percent of the untreated wells of their culture.
    repeats
        Whether cultures with the very same signals are refused, or kept.
    controls
        Where a line's untreated wells must be: on each plate, or on one plate of the experiment.
    has_compounds
        Whether wells name a compound.
    lost
        How many wells were left out because they have no signal.
    wells_ignored
        How many were left out because of their role or the plate map.
    grid
        Rows and columns of the readers' grids, where these are whole plates.
    plate_wells
        Wells of a plate, where the user states it: 96, 384 or 1536.
    line_column
        The column with the names of lines, as the file calls it; empty where another column has roles.
    """

    source: tuple[str, ...]
    dose_unit: DoseUnit
    signal: str
    counting_minutes: float
    is_raw: bool
    has_compounds: bool
    lost: LostWells
    wells_ignored: int
    grid: tuple[int, int] | None = None
    plate_wells: int | None = None
    is_normalised: bool = False
    repeats: Repeats = "refuse"
    controls: Controls = "plate"
    line_column: str = "cell_line"


def assemble(wells: Sequence[Well], origin: Origin, faults: FaultReport, *, is_whole: bool) -> xr.Dataset:
    """The Dataset of wells, after the rules that they must keep together.

    Lines, molecular groups and cultures are in the order in which the wells first name them, experiments and plates
    in order of their names, numbers within these as numbers.

    Returns
    -------
    xr.Dataset
        signal or viability_percent, dose_um, culture_of_well, well_name, compound, plate_row, plate_column (well);
        blank_signal, plate_of_blank, blank_row, blank_column (blank); line_of_culture, experiment_of_culture,
        plate_of_culture (culture); group_of_line (cell_line); counting_minutes (). Where wells have conditions, a
        cell_line is a line under one condition, named with both, with coordinates line_of_curve and condition_of_curve.
        parent_of_curve (cell_line) is there where a line was made from another.
        The named parts of a plate are there where the wells have names, rows and columns where all those names are like
        A1. attrs["notes"] has a line for each thing that was understood and a user should know.

    Raises
    ------
    InputError
        With all the faults, those already in `faults` included.
    """
    rows = PLATES_BY_WELLS[origin.plate_wells][0] if origin.plate_wells is not None else 0
    names = with_standard_letters([well.name for well in wells], rows)
    if told := told_of_plates(wells):
        faults.tell(told)
    named = fill_names(
        [well if well.name == name else replace(well, name=name) for well, name in zip(wells, names, strict=True)]
    )
    check_no_well_twice(named, faults)
    check_cultures_differ(named, origin.repeats, faults)
    if origin.is_raw and origin.controls == "experiment":
        named = with_shared_controls(named, faults)
    check_together(named, faults, is_raw=origin.is_raw, is_whole=is_whole, line_column=origin.line_column)
    parents_of(named, faults)
    if not faults.faults and not any(well.role != "blank" for well in named):
        faults.add("no well is left: all are blank, ignored or lost")
    faults.raise_if_any()
    if origin.is_raw and origin.is_normalised:
        if np.isfinite(origin.counting_minutes):
            faults.add("counting_minutes needs raw signals, got normalise=True")
        named = percent_of_untreated(named, faults)
        origin = replace(origin, is_raw=False)
        faults.tell(f"{origin.signal} is read as percent of the median untreated well of each culture")
        faults.raise_if_any()
    data = _build([well for well in named if well.role != "blank"], [w for w in named if w.role == "blank"], origin)
    if faults.notes:
        data.attrs[v.NOTES] = "\n".join(dict.fromkeys(faults.notes))
    return data


def _build(wells: list[Well], blanks: list[Well], origin: Origin) -> xr.Dataset:
    cultures = list(dict.fromkeys(culture_of(well) for well in wells))
    group_of_line = {well.curve: well.molecular_group or ALL_GROUP for well in wells}
    lines, groups = list(group_of_line), list(dict.fromkeys(group_of_line.values()))
    experiments = in_natural_order({well.experiment for well in wells + blanks})
    plates = in_natural_order({well.plate for well in wells + blanks})

    variables = {
        v.DOSE: (v.WELL, np.array([well.dose_um for well in wells]), {"units": origin.dose_unit.units}),
        v.CULTURE_OF_WELL: (v.WELL, _positions([culture_of(well) for well in wells], cultures)),
        v.LINE_OF_CULTURE: (v.CULTURE, _positions([line for line, _, _ in cultures], lines)),
        v.EXPERIMENT_OF_CULTURE: (v.CULTURE, _positions([name for _, name, _ in cultures], experiments)),
        v.PLATE_OF_CULTURE: (v.CULTURE, _positions([plate for _, _, plate in cultures], plates)),
        v.GROUP_OF_LINE: (v.CELL_LINE, _positions(list(group_of_line.values()), groups)),
    }
    coords = {
        v.CELL_LINE: lines,
        v.MOLECULAR_GROUP: groups,
        v.EXPERIMENT: experiments,
        v.PLATE: plates,
        v.CULTURE: _name_cultures(cultures),
    }
    attrs = {
        v.ASSAY: v.DOSE_RESPONSE,
        "source": ", ".join(origin.source),
        "dose_unit": origin.dose_unit.stated,
        "signal": origin.signal,
        "wells_lost": origin.lost.count,
        "wells_ignored": origin.wells_ignored,
    }
    if origin.lost.saturated:
        attrs |= {
            "wells_saturated": origin.lost.saturated,
            "wells_saturated_untreated": origin.lost.saturated_untreated,
        }
    data = xr.Dataset(variables, coords, attrs)
    if any(well.condition for well in wells):
        of_curve = {well.curve: well for well in wells}
        data = data.assign_coords(
            {
                v.LINE_OF_CURVE: (v.CELL_LINE, [of_curve[name].cell_line for name in lines]),
                v.CONDITION_OF_CURVE: (v.CELL_LINE, [of_curve[name].condition for name in lines]),
            }
        )
    if parent_of := parents_of(wells, FaultReport("wells")):
        line_of = {well.curve: well.cell_line for well in wells}
        parents = [parent_of.get(line_of[name], "") for name in lines]
        data = data.assign_coords({v.PARENT_OF_CURVE: (v.CELL_LINE, parents)})
    data = _add_signals(data, wells, blanks, plates, origin)
    data = _add_places(data, wells, blanks, origin)
    if origin.has_compounds:
        data[v.COMPOUND] = (v.WELL, [well.compound for well in wells])
    return data


def _add_signals(
    data: xr.Dataset, wells: list[Well], blanks: list[Well], plates: list[str], origin: Origin
) -> xr.Dataset:
    signal = np.array([well.signal for well in wells])
    if not origin.is_raw:
        return data.assign({v.VIABILITY: (v.WELL, signal, {"units": v.UNITS[v.VIABILITY]})})
    is_count = np.isfinite(origin.counting_minutes) or plain_name(origin.signal) in COUNT_NAMES
    units = {"units": v.UNITS[v.SIGNAL] if is_count else LIGHT_UNITS}
    return data.assign(
        {
            v.SIGNAL: (v.WELL, signal, units),
            v.BLANK_SIGNAL: (v.BLANK, np.array([blank.signal for blank in blanks], dtype=float), units),
            v.PLATE_OF_BLANK: (v.BLANK, _positions([blank.plate for blank in blanks], plates)),
            v.COUNTING_MINUTES: ((), float(origin.counting_minutes), {"units": v.UNITS[v.COUNTING_MINUTES]}),
        }
    )


def _add_places(data: xr.Dataset, wells: list[Well], blanks: list[Well], origin: Origin) -> xr.Dataset:
    """Names of wells, and their rows and columns where every name gives them."""
    if not any(well.name for well in wells):
        return data
    data = data.assign({v.WELL_NAME: (v.WELL, [well.name for well in wells])})
    places = [parse_well_name(well.name) for well in wells]
    known = [place for place in places if place is not None]
    if len(known) == len(places):
        row, column = np.array(known, dtype=np.int64).T
        data = data.assign({v.PLATE_ROW: (v.WELL, row), v.PLATE_COLUMN: (v.WELL, column)})
        blank_places = [place for blank in blanks if (place := parse_well_name(blank.name)) is not None]
        data.attrs |= size_attrs(known + blank_places, origin.plate_wells, origin.grid)
        if origin.is_raw and len(blank_places) == len(blanks):
            row, column = np.array(blank_places, dtype=np.int64).reshape(-1, 2).T
            data = data.assign({v.BLANK_ROW: (v.BLANK, row), v.BLANK_COLUMN: (v.BLANK, column)})
    return data


def _positions(names: Sequence[object], order: Sequence[object]) -> np.ndarray:
    position = {name: at for at, name in enumerate(order)}
    return np.array([position[name] for name in names], dtype=np.int64)


def _name_cultures(cultures: list[Culture]) -> list[str]:
    """Line and experiment, or line and plate, or all three: the first that makes all cultures distinct."""
    for names in (
        [f"{line}, {experiment}" for line, experiment, _ in cultures],
        [f"{line}, {plate}" for line, _, plate in cultures],
    ):
        if len(set(names)) == len(names):
            return names
    return [f"{line}, {experiment}, {plate}" for line, experiment, plate in cultures]
