"""From a Dataset of wells to the arrays that say what was observed: cells, cultures, days, blanks and places.

Wells of one culture at one dose have one expected signal, so curves are evaluated per such *cell* and not per well.
"""

from typing import Final, NamedTuple

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.dose_response.cells import LOG_DOSE_OF_UNTREATED
from lensim.dose_response.founders import founders_of_curves
from lensim.dose_response.log_signal import log_signal as log_signal_of
from lensim.dose_response.places import COLUMN, EDGE, ROW, place_of_wells

LINE_DAY: Final = "line_experiment"
"""Dim of a line in one experiment, whatever its conditions."""


def panel_coords(data: xr.Dataset) -> dict[str, np.ndarray]:
    """Names along every dim of a dose-response model; dims without names count from 0."""
    dims = (v.CELL_LINE, v.MOLECULAR_GROUP, v.CULTURE, v.PLATE)
    coords = {dim: data[dim].to_numpy() if dim in data.coords else np.arange(data.sizes[dim]) for dim in dims}
    if (experiment := experiment_of_cultures(data)) is not None:
        size = data.sizes.get(v.EXPERIMENT, int(experiment.max()) + 1)
        names = data[v.EXPERIMENT].to_numpy() if v.EXPERIMENT in data.coords else np.arange(size)
        coords |= {v.EXPERIMENT: names}
    days = days_of_lines(data)
    return coords if days is None else coords | {LINE_DAY: days.names}


def experiment_of_cultures(data: xr.Dataset) -> np.ndarray | None:
    """The experiment of each culture, where one has several: lines, or plates of a line; None where none has."""
    if v.EXPERIMENT_OF_CULTURE not in data:
        return None
    experiment = data[v.EXPERIMENT_OF_CULTURE].to_numpy().astype(np.int64)
    return experiment if np.bincount(experiment).max() > 1 else None


def has_line_once(data: xr.Dataset) -> bool:
    """Whether every line has a single culture."""
    return int(np.bincount(data[v.LINE_OF_CULTURE].to_numpy()).max()) == 1


class DaysOfLines(NamedTuple):
    """The days on which conditions of a line were treated side by side."""

    names: np.ndarray
    day_of_culture: np.ndarray


def days_of_lines(data: xr.Dataset) -> DaysOfLines | None:
    """Which line in which experiment each culture is of, where several conditions of a line share experiments.

    A line that was made from another is as a condition of that one. None where a line has one condition, or conditions
    share no experiment.
    """
    of_curve = founders_of_curves(data)
    if of_curve is None or v.EXPERIMENT_OF_CULTURE not in data:
        return None
    curve, experiment = data[v.LINE_OF_CULTURE].to_numpy(), data[v.EXPERIMENT_OF_CULTURE].to_numpy()
    lines, line_of_curve = np.unique(of_curve, return_inverse=True)
    line = line_of_curve[curve]
    pairs, day = np.unique(np.column_stack([line, experiment]), axis=0, return_inverse=True)
    day = day.reshape(-1)
    shared = [len(np.unique(curve[day == one])) > 1 for one in range(len(pairs))]
    if not any(shared):
        return None
    named = data[v.EXPERIMENT].to_numpy().astype(str) if v.EXPERIMENT in data.coords else np.arange(pairs.max() + 1)
    return DaysOfLines(np.array([f"{lines[k]}, {named[e]}" for k, e in pairs]), day)


def cells_of_wells(data: xr.Dataset) -> dict[str, np.ndarray]:
    """Cell of each well, culture and log dose of each cell, and the middle of the tested doses [log10 uM]."""
    dose = data[v.DOSE].to_numpy().astype(float)
    culture = data[v.CULTURE_OF_WELL].to_numpy().astype(np.int64)
    pairs, cell_of_well = np.unique(np.column_stack([culture, dose]), axis=0, return_inverse=True)
    treated = pairs[:, 1] > 0
    log_dose = np.where(treated, np.log(np.where(treated, pairs[:, 1], 1.0)), LOG_DOSE_OF_UNTREATED)
    tested = np.log10(dose[dose > 0])
    return {
        "cell_of_well": cell_of_well.reshape(-1).astype(np.int64),
        "culture_of_cell": pairs[:, 0].astype(np.int64),
        "log_dose_of_cell": log_dose,
        "log10_middle_dose_um": np.asarray((tested.min() + tested.max()) / 2.0),
    }


def has_blanks(data: xr.Dataset) -> bool:
    """Whether any well without cells was read."""
    return len(blanks_read(data)[0]) > 0


def blanks_read(data: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Signals of the blank wells that have one, and the plates they lie on; empty where there are none."""
    if v.BLANK_SIGNAL not in data:
        return np.empty(0), np.empty(0, dtype=np.int64)
    signal = data[v.BLANK_SIGNAL].to_numpy().astype(float)
    read = np.isfinite(signal)
    return signal[read], data[v.PLATE_OF_BLANK].to_numpy()[read].astype(np.int64)


def raw_signals(data: xr.Dataset) -> dict[str, np.ndarray]:
    """Log signals of wells and blanks, their plates, and the level of untreated wells.

    A well with no counts enters as half a count (or half the smallest signal above 0, where signals are no counts):
    the log scale has no zero, and a heavy-tailed likelihood treats it as the outlier that it is.
    `inverse_counting_minutes` is 0 where the signal is not a count, and the counting variance with it.
    """
    signal = data[v.SIGNAL].to_numpy().astype(float)
    minutes = float(data[v.COUNTING_MINUTES]) if v.COUNTING_MINUTES in data else np.inf
    blanks, plate_of_blank = blanks_read(data)
    untreated = signal[data[v.DOSE].to_numpy() == 0]
    return {
        "log_signal": log_signal_of(signal, minutes),
        "log_blank_signal": log_signal_of(blanks, minutes),
        "plate_of_blank": plate_of_blank,
        "plate_of_culture": data[v.PLATE_OF_CULTURE].to_numpy().astype(np.int64),
        "inverse_counting_minutes": np.asarray(1.0 / minutes),
        "log_untreated_signal": np.asarray(float(np.median(log_signal_of(untreated, minutes)))),
    }


def viabilities(data: xr.Dataset) -> dict[str, np.ndarray]:
    """Percents as fractions of untreated."""
    return {"viability": data[v.VIABILITY].to_numpy().astype(float) / 100.0}


def places_of_wells(data: xr.Dataset) -> dict[str, np.ndarray]:
    """Where each well lies: on the edge or not, its row and column from -0.5 to 0.5, and its plate."""
    place = place_of_wells(data)
    return {
        "edge_of_well": place[:, EDGE],
        "row_of_well": place[:, ROW],
        "column_of_well": place[:, COLUMN],
        "plate_of_well": data[v.PLATE_OF_CULTURE].to_numpy()[data[v.CULTURE_OF_WELL].to_numpy()].astype(np.int64),
    }
