"""From a Dataset of wells to the arrays that the dose-response models share, with every check on the way.

Wells of one culture at one dose have one expected signal, so curves are evaluated per such *cell* and not per well.
"""

import numpy as np
import xarray as xr

from lensim import checks
from lensim import vocabulary as v

# log dose of an untreated cell: so low that the occupancy is 0 to machine precision at any slope in reach
LOG_DOSE_OF_UNTREATED = -1e3

POINTERS: dict[str, tuple[str, ...]] = {
    v.DOSE: (v.WELL,),
    v.CULTURE_OF_WELL: (v.WELL,),
    v.LINE_OF_CULTURE: (v.CULTURE,),
    v.PLATE_OF_CULTURE: (v.CULTURE,),
    v.GROUP_OF_LINE: (v.CELL_LINE,),
}


def panel_coords(data: xr.Dataset) -> dict[str, np.ndarray]:
    """Names along every dim of a dose-response model; dims without names count from 0."""
    dims = (v.CELL_LINE, v.MOLECULAR_GROUP, v.CULTURE, v.PLATE)
    return {dim: data[dim].to_numpy() if dim in data.coords else np.arange(data.sizes[dim]) for dim in dims}


def require_panel(data: xr.Dataset, signal: str, user: str) -> None:
    """Refuse a Dataset that a dose-response model cannot be fitted to.

    Raises
    ------
    InputError
        If a variable is absent or has other dims, a dose or signal is not finite, a dose is negative, or a line has
        fewer than two doses above 0.
    """
    checks.has_variables(data, {signal: (v.WELL,), **POINTERS}, user)
    if not data.sizes[v.WELL]:
        raise checks.InputError(f"{user} needs at least one well, got none")
    for name in (signal, v.DOSE):
        checks.finite(name, data[name].to_numpy())
    dose = data[v.DOSE].to_numpy()
    if dose.min() < 0:
        raise checks.InputError(f"{v.DOSE} must be 0 or more, got {dose.min():g}")
    line_of_well = data[v.LINE_OF_CULTURE].to_numpy()[data[v.CULTURE_OF_WELL].to_numpy()]
    for position, line in enumerate(panel_coords(data)[v.CELL_LINE]):
        doses = np.unique(dose[(line_of_well == position) & (dose > 0)])
        if len(doses) < 2:
            found = f"only {doses[0]:g} uM" if len(doses) else "none"
            raise checks.InputError(f"cell line {line}: a curve needs at least 2 different doses above 0, got {found}")


def require_lines(data: xr.Dataset, user: str, instead: str) -> None:
    """Refuse a panel of one line where a population of lines is to be learnt, and say which model to take."""
    if data.sizes[v.CELL_LINE] < 2:
        line = panel_coords(data)[v.CELL_LINE][0]
        raise checks.InputError(f"{user} needs at least 2 cell lines, got only {line}: use {instead} for a single line")


def require_untreated(data: xr.Dataset, signal: str) -> None:
    """Refuse raw signals in which a culture has no untreated well, or only zeros."""
    culture, dose = data[v.CULTURE_OF_WELL].to_numpy(), data[v.DOSE].to_numpy()
    values = data[signal].to_numpy()
    if values.min() < 0:
        raise checks.InputError(f"{signal} must be 0 or more, got {values.min():g}")
    for position, name in enumerate(panel_coords(data)[v.CULTURE]):
        own = culture == position
        if not (own & (dose == 0)).any():
            raise checks.InputError(f"culture {name}: needs at least one untreated well (dose 0), got none")
        if not values[own].any():
            raise checks.InputError(f"culture {name}: {signal} is 0 in all {own.sum()} wells; was the plate read?")


def require_positions(data: xr.Dataset, user: str) -> None:
    """Refuse a panel that does not say where its wells lie."""
    checks.has_variables(data, {v.PLATE_ROW: (v.WELL,), v.PLATE_COLUMN: (v.WELL,)}, user)


def _cells(data: xr.Dataset) -> dict[str, np.ndarray]:
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
        "log10_top_dose_um": np.asarray(tested.max()),
    }


def _strength(data: xr.Dataset, level: np.ndarray) -> dict[str, np.ndarray]:
    """How far each line falls from its lowest two doses to its highest two, and the error of that (rough).

    The error takes the spread of neighbouring wells (next in dose within a culture) as that of a well: half of its
    median absolute difference over the same of a normal. Neither is zero, so that nothing divides by it.
    """
    culture, dose = data[v.CULTURE_OF_WELL].to_numpy(), data[v.DOSE].to_numpy()
    line_of_well = data[v.LINE_OF_CULTURE].to_numpy()[culture]
    order = np.lexsort((dose, culture))
    same = np.diff(culture[order]) == 0
    spread = max(float(np.median(np.abs(np.diff(level[order])[same]))) / (np.sqrt(2.0) * 0.6745), 1e-2)
    lines = data.sizes[v.CELL_LINE]
    drop, error = np.empty(lines), np.empty(lines)
    for line in range(lines):
        own = line_of_well == line
        doses = np.unique(dose[own])
        low, high = own & (dose <= doses[min(1, len(doses) - 1)]), own & (dose >= doses[-2])
        # within cultures, because their levels differ
        centre = {c: np.median(level[low & (culture == c)]) for c in np.unique(culture[low])}
        fall = [centre[c] - level[high & (culture == c)].mean() for c in np.unique(culture[high]) if c in centre]
        drop[line] = abs(float(np.mean(fall))) if fall else 0.0
        error[line] = spread * np.sqrt(1.0 / low.sum() + 1.0 / high.sum())
    return {"drop_of_line": drop, "error_of_drop_of_line": error}


def _log_signal(signal: np.ndarray, counting_minutes: float) -> np.ndarray:
    """Natural log of signals; 0 enters as half a count, or half the smallest signal above 0 where none is counted."""
    positive = signal[signal > 0]
    half_smallest = positive.min() / 2.0 if len(positive) else 1.0
    floor = 0.5 / counting_minutes if np.isfinite(counting_minutes) else half_smallest
    return np.log(np.where(signal > 0, signal, floor))


def raw_arrays(data: xr.Dataset) -> dict[str, np.ndarray]:
    """The arrays of a model of raw signals, by the names under which the model holds them.

    A well with no counts enters as half a count (or half the smallest signal above 0, where signals are no counts):
    the log scale has no zero, and a heavy-tailed likelihood treats it as the outlier that it is.
    `inverse_counting_minutes` is 0 where the signal is not a count, and the counting variance with it.
    """
    signal = data[v.CPM].to_numpy().astype(float)
    minutes = float(data[v.COUNTING_MINUTES]) if v.COUNTING_MINUTES in data else np.inf
    blanks = data[v.BLANK_CPM].to_numpy().astype(float) if v.BLANK_CPM in data else np.empty(0)
    blanks = blanks[np.isfinite(blanks)] if len(blanks) else blanks
    plate_of_blank = data[v.PLATE_OF_BLANK].to_numpy() if v.PLATE_OF_BLANK in data else np.empty(0)
    if v.BLANK_CPM in data:
        plate_of_blank = plate_of_blank[np.isfinite(data[v.BLANK_CPM].to_numpy())]
    untreated = signal[data[v.DOSE].to_numpy() == 0]
    log_cpm = _log_signal(signal, minutes)
    return (
        _cells(data)
        | _strength(data, log_cpm)
        | {
            "log_cpm": log_cpm,
            "log_blank_cpm": _log_signal(blanks, minutes),
            "plate_of_blank": plate_of_blank.astype(np.int64),
            "inverse_counting_minutes": np.asarray(1.0 / minutes),
            "log_untreated_cpm": np.asarray(np.median(_log_signal(untreated, minutes))),
        }
    )


def normalised_arrays(data: xr.Dataset) -> dict[str, np.ndarray]:
    """The arrays of a model of percent viabilities; see `raw_arrays`."""
    viability = data[v.VIABILITY].to_numpy().astype(float) / 100.0
    return _cells(data) | _strength(data, viability) | {"viability": viability}


def position_arrays(data: xr.Dataset) -> dict[str, np.ndarray]:
    """`raw_arrays`, and where each well lies: on the edge or not, and its row and column from -0.5 to 0.5."""
    row, column = data[v.PLATE_ROW].to_numpy().astype(float), data[v.PLATE_COLUMN].to_numpy().astype(float)
    rows, columns = (8, 12) if row.max() < 8 and column.max() < 12 else (16, 24)
    if row.max() >= rows or column.max() >= columns:
        rows, columns = 32, 48
    edge = (row == 0) | (row == rows - 1) | (column == 0) | (column == columns - 1)
    return raw_arrays(data) | {
        "edge_of_well": edge.astype(float),
        "row_of_well": row / (rows - 1) - 0.5,
        "column_of_well": column / (columns - 1) - 0.5,
        "plate_of_well": data[v.PLATE_OF_CULTURE].to_numpy()[data[v.CULTURE_OF_WELL].to_numpy()].astype(np.int64),
    }
