"""Wells of a panel by the names that a file of exclusions uses, and the panel without some of them."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.dose_response.read.compounds import wells_alone
from lensim.dose_response.read.rules import plate_in_words, too_few_doses
from lensim.tables.excluded import TIME_ZERO, Places, names_of, only_ones, run_of
from lensim.tables.names import names_along
from lensim.tables.well_names import well_name


def places(data: xr.Dataset) -> tuple[Places, ...]:
    """Wells with cells, blanks, and wells of time zero, which are named by plate, well and the task time_zero.

    Parameters
    ----------
    data
        One panel.
    """
    culture = data[v.CULTURE_OF_WELL].to_numpy()
    of_culture = {
        name: names_of(data, dim, pointer)[culture]
        for name, dim, pointer in (
            ("plate", v.PLATE, v.PLATE_OF_CULTURE),
            ("experiment", v.EXPERIMENT, v.EXPERIMENT_OF_CULTURE),
        )
        if dim in data.sizes
    }
    line = data[v.LINE_OF_CULTURE].to_numpy()[culture]
    columns: dict[str, np.ndarray] = of_culture | run_of(data, len(culture))
    if v.WELL_NAME in data:
        columns["well"] = data[v.WELL_NAME].to_numpy().astype(str)
    if v.PLATE_ROW in data:
        columns["place"] = _places(data, v.PLATE_ROW, v.PLATE_COLUMN)
        columns.setdefault("well", columns["place"])
    columns["cell_line"] = _of_curve(data, v.LINE_OF_CURVE, v.CELL_LINE)[line]
    columns["cell_line with condition"] = np.array(names_along(data, v.CELL_LINE), dtype=object)[line]
    if v.CONDITION_OF_CURVE in data.coords:
        columns["condition"] = data[v.CONDITION_OF_CURVE].to_numpy().astype(str)[line]
    if v.COMPOUND in data:
        columns["compound"] = data[v.COMPOUND].to_numpy().astype(str)
    elif data.attrs.get("compound"):
        columns["compound"] = np.full(len(line), str(data.attrs["compound"]), dtype=object)
    signal = v.VIABILITY if v.VIABILITY in data else v.SIGNAL
    unit = str(data[signal].attrs.get("units", ""))
    dose_unit = str(data[v.DOSE].attrs.get("units", "uM")) or "uM"
    wells = Places(columns, data[signal].to_numpy().astype(float), unit, data[v.DOSE].to_numpy(), dose_unit)
    at_zero = _of_time_zero(data)
    if at_zero:
        columns["task"] = np.full(len(line), "sample", dtype=object)
    if not data.sizes.get(v.BLANK, 0):
        return (wells, *at_zero)
    plates = names_of(data, v.PLATE, v.PLATE_OF_BLANK)
    of_blank: dict[str, np.ndarray] = {"plate": plates, "task": np.full(len(plates), "blank", dtype=object)}
    of_blank |= run_of(data, len(plates))
    if v.EXPERIMENT in data.sizes:
        of_blank["experiment"] = only_ones(
            names_of(data, v.EXPERIMENT, v.EXPERIMENT_OF_CULTURE),
            data[v.PLATE_OF_CULTURE].to_numpy(),
            data[v.PLATE_OF_BLANK].to_numpy(),
        )
    if v.BLANK_ROW in data:
        of_blank["well"] = _places(data, v.BLANK_ROW, v.BLANK_COLUMN)
    return wells, Places(of_blank, data[v.BLANK_SIGNAL].to_numpy().astype(float), unit), *at_zero


def _of_time_zero(data: xr.Dataset) -> tuple[Places, ...]:
    if not data.sizes.get(v.TIME_ZERO, 0):
        return ()
    number = data.sizes[v.TIME_ZERO]
    plates = names_of(data, v.TIME_ZERO_PLATE, v.PLATE_OF_TIME_ZERO)
    columns: dict[str, np.ndarray] = {"plate": plates, "task": np.full(number, TIME_ZERO, dtype=object)}
    columns |= run_of(data, number)
    if v.TIME_ZERO_WELL_NAME in data:
        columns["well"] = data[v.TIME_ZERO_WELL_NAME].to_numpy().astype(str)
    signal = data[v.TIME_ZERO_SIGNAL]
    return (Places(columns, signal.to_numpy().astype(float), str(signal.attrs.get("units", ""))),)


def _places(data: xr.Dataset, row: str, column: str) -> np.ndarray:
    return np.array(
        [well_name(r, c) for r, c in zip(data[row].to_numpy().tolist(), data[column].to_numpy().tolist(), strict=True)],
        dtype=object,
    )


def _of_curve(data: xr.Dataset, name: str, dim: str) -> np.ndarray:
    if name in data.coords:
        return np.asarray(data[name].to_numpy().astype(str))
    return np.array(names_along(data, dim), dtype=object)


def without(data: xr.Dataset, excluded: Sequence[np.ndarray]) -> xr.Dataset:
    """The panel without some wells and blanks, and without the cultures and lines that have no well any more.

    Parameters
    ----------
    data
        One panel.
    excluded
        Masks along what `places` gives.

    Raises
    ------
    InputError
        If no well is left, or wells are left that cannot be fitted: treated ones of a plate on which the line has no
        untreated well any more, or a line with fewer than two doses.
    """
    wells = np.flatnonzero(~excluded[0])
    if not len(wells):
        raise InputError("exclusions must leave at least one well, got none")
    has_blanks = bool(data.sizes.get(v.BLANK, 0))
    if data.sizes.get(v.TIME_ZERO, 0) and excluded[-1].any():
        data = _without_time_zero_wells(data, excluded[-1])
    left = wells_alone(data, wells, ~excluded[1] if has_blanks else None)
    faults = [*_without_untreated(data, left), *_too_few(data, left)]
    if faults:
        raise InputError("\n".join(faults))
    return left


def _without_time_zero_wells(data: xr.Dataset, excluded: np.ndarray) -> xr.Dataset:
    left = data.isel({v.TIME_ZERO: np.flatnonzero(~excluded)})
    used = np.unique(data[v.SEEDING_OF_CULTURE].to_numpy())
    if not set(used[used >= 0].tolist()) <= set(left[v.SEEDING_OF_TIME_ZERO].to_numpy().tolist()):
        raise InputError(
            "exclusions must leave at least one well of time zero of each line that has some: keep one, or delete the "
            "rows of time zero from the table"
        )
    return left


def _without_untreated(data: xr.Dataset, left: xr.Dataset) -> list[str]:
    """Cultures whose untreated wells are all excluded, of raw signals."""
    if v.SIGNAL not in data:
        return []
    lacking = _with_untreated(data) - _with_untreated(left)
    return [
        f"cell line {line} on {plate_in_words(plate)} has no untreated well (dose 0) left after the exclusions: keep "
        "one, or exclude all wells of the line there"
        for line, experiment, plate in _cultures(left)
        if (line, experiment, plate) in lacking
    ]


def _with_untreated(data: xr.Dataset) -> set[tuple[str, str, str]]:
    names = _cultures(data)
    untreated = data[v.CULTURE_OF_WELL].to_numpy()[data[v.DOSE].to_numpy() == 0.0]
    return {names[at] for at in np.unique(untreated).tolist()}


def _cultures(data: xr.Dataset) -> list[tuple[str, str, str]]:
    """Line, experiment and plate of each culture."""
    names = [
        names_of(data, dim, pointer)
        for dim, pointer in (
            (v.CELL_LINE, v.LINE_OF_CULTURE),
            (v.EXPERIMENT, v.EXPERIMENT_OF_CULTURE),
            (v.PLATE, v.PLATE_OF_CULTURE),
        )
    ]
    return [(str(a), str(b), str(c)) for a, b, c in zip(*names, strict=True)]


def _too_few(data: xr.Dataset, left: xr.Dataset) -> list[str]:
    """Lines that had enough doses for a curve, and have not any more."""
    doses_before, doses_after = _doses(data), _doses(left)
    return [
        f"{fault}, after the exclusions: keep some of them, or exclude all wells of the line"
        for line, doses in doses_after.items()
        if (fault := too_few_doses(line, doses)) and not too_few_doses(line, doses_before.get(line, set()))
    ]


def _doses(data: xr.Dataset) -> dict[str, set[float]]:
    line = data[v.LINE_OF_CULTURE].to_numpy()[data[v.CULTURE_OF_WELL].to_numpy()]
    dose = data[v.DOSE].to_numpy()
    return {name: set(dose[line == at].tolist()) for at, name in enumerate(names_along(data, v.CELL_LINE))}
