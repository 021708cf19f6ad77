"""Wells of a dose-response panel as arrays for the Laplace engine: ordered, on the log scale, with backgrounds."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.dose_response.founders import founders_of_curves
from lensim.dose_response.laplace.line import Wells
from lensim.dose_response.laplace.ways import WAYS
from lensim.dose_response.log_signal import log_signal as log_signal_of
from lensim.dose_response.places import PlaceEffects, Places, doses_have_places, places_of, shift_that_matters
from lensim.dose_response.priors import WellPriors

SMALLEST_DOUBT: float = 0.01
"""Doubt on the log scale below which a way in which places move cells is left out."""


@dataclass(frozen=True)
class PanelSheet:
    """What studies on one sheet share: wells in the order of the kernel.

    `experiments` is how many have a shift that their cultures share; 0 where none has several. `places` is where wells
    lie, in their order; None where that is not known or doses are dealt to places by chance. `founder_of_line` says
    which curves are conditions of one line, or of one family of lines; `day_of_culture` and `founder_of_day` their
    days, none where no two share one.
    """

    order: np.ndarray
    cell_of_well: np.ndarray
    log_dose: np.ndarray
    bounds: np.ndarray
    lines: np.ndarray
    culture: np.ndarray
    plate_of_culture: np.ndarray
    experiment_of_culture: np.ndarray
    experiments: int
    founder_of_line: np.ndarray
    day_of_culture: np.ndarray
    founder_of_day: np.ndarray
    group_of_line: np.ndarray
    groups: int
    log10_top: np.ndarray
    untreated: np.ndarray
    middle: float
    minutes: float
    plate_of_blank: np.ndarray
    places: Places | None


def sheet_of(data: xr.Dataset) -> PanelSheet:
    """Order the wells of a panel by line, culture and dose.

    Raises
    ------
    InputError
        If a variable is absent or has other dims.
    """
    pointers: dict[str, tuple[str, ...]] = {
        v.DOSE: (v.WELL,), v.CULTURE_OF_WELL: (v.WELL,), v.LINE_OF_CULTURE: (v.CULTURE,),
        v.PLATE_OF_CULTURE: (v.CULTURE,), v.GROUP_OF_LINE: (v.CELL_LINE,),
    }  # fmt: skip
    checks.has_variables(data, pointers, "engine_laplace")
    dose, culture_of_well = data[v.DOSE].to_numpy().astype(float), data[v.CULTURE_OF_WELL].to_numpy()
    line_of_culture = data[v.LINE_OF_CULTURE].to_numpy()
    by_line = np.argsort(line_of_culture, kind="stable")
    place = np.empty(len(by_line), np.int64)
    place[by_line] = np.arange(len(by_line))
    culture = place[culture_of_well]
    order = np.lexsort((dose, culture))
    culture, dose = culture[order], dose[order]
    new = np.r_[True, (np.diff(culture) != 0) | (np.diff(dose) != 0)]
    first = np.flatnonzero(new)
    tested = np.log10(dose[dose > 0])
    with np.errstate(divide="ignore"):
        log_dose = np.where(dose[first] > 0, np.log(dose[first]), -1e4)
    bounds = np.searchsorted(culture[first], np.arange(len(by_line) + 1))
    lines = np.searchsorted(line_of_culture[by_line], np.arange(data.sizes[v.CELL_LINE] + 1))
    first_cell_of_line = bounds[lines[:-1]]
    experiment, experiments = _experiments_of(data, len(line_of_culture))
    founder, day, founder_of_day = _days_of(data, line_of_culture)
    places = places_of(data)
    own_places = places is not None and doses_have_places(places)
    return PanelSheet(
        order=order,
        cell_of_well=np.cumsum(new) - 1,
        log_dose=log_dose,
        bounds=bounds,
        lines=lines,
        culture=culture,
        plate_of_culture=data[v.PLATE_OF_CULTURE].to_numpy()[by_line],
        experiment_of_culture=experiment[by_line],
        experiments=experiments,
        founder_of_line=founder,
        day_of_culture=day[by_line],
        founder_of_day=founder_of_day,
        group_of_line=data[v.GROUP_OF_LINE].to_numpy().astype(np.int64),
        groups=data.sizes[v.MOLECULAR_GROUP],
        log10_top=np.maximum.reduceat(log_dose, first_cell_of_line) / np.log(10.0),
        untreated=dose == 0,
        middle=float(tested.min() + tested.max()) / 2.0,
        minutes=float(data[v.COUNTING_MINUTES]) if v.COUNTING_MINUTES in data else np.inf,
        plate_of_blank=data[v.PLATE_OF_BLANK].to_numpy() if v.PLATE_OF_BLANK in data else np.empty(0, np.int64),
        places=places.taken(order)._replace(culture=culture, cell=np.cumsum(new) - 1)
        if places and own_places
        else None,
    )


def _experiments_of(data: xr.Dataset, cultures: int) -> tuple[np.ndarray, int]:
    """The experiment of each culture, and how many there are; 0 of them where none has several cultures."""
    if v.EXPERIMENT_OF_CULTURE in data:
        names, experiment = np.unique(data[v.EXPERIMENT_OF_CULTURE].to_numpy(), return_inverse=True)
        if np.bincount(experiment).max() > 1:
            return experiment.astype(np.int64), len(names)
    return np.zeros(cultures, np.int64), 0


def _days_of(data: xr.Dataset, line_of_culture: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The line that each curve is a condition of, the line day of each culture, and the line of each day.

    No day where no two curves of a line were treated in one experiment.
    """
    curves = data.sizes[v.CELL_LINE]
    none = np.arange(curves), np.zeros(len(line_of_culture), np.int64), np.empty(0, np.int64)
    of_curve = founders_of_curves(data)
    if of_curve is None or v.EXPERIMENT_OF_CULTURE not in data:
        return none
    founder = np.unique(of_curve, return_inverse=True)[1].reshape(-1).astype(np.int64)
    pairs = np.column_stack([founder[line_of_culture], data[v.EXPERIMENT_OF_CULTURE].to_numpy()])
    days, day = np.unique(pairs, axis=0, return_inverse=True)
    day = day.reshape(-1).astype(np.int64)
    own = np.unique(np.column_stack([line_of_culture, day]), axis=0)
    if np.bincount(own[:, 1]).max() < 2:
        return none
    return founder, day, days[:, 0].astype(np.int64)


def wells_of(sheet: PanelSheet, signal: np.ndarray, blank_signal: np.ndarray, priors: WellPriors) -> Wells:
    """The wells that were read, on the log scale, with the backgrounds of their plates.

    Where places on plates move lines against their controls, what replicates show of them is taken off the signals.
    """
    signal = np.asarray(signal, dtype=float)[sheet.order]
    read = np.isfinite(signal)
    log_signal = log_signal_of(signal[read], sheet.minutes)
    per_cell = np.bincount(sheet.cell_of_well[read], minlength=len(sheet.log_dose))
    log_untreated = float(np.median(log_signal[sheet.untreated[read]]))
    background = _backgrounds(sheet, np.asarray(blank_signal, dtype=float), priors)
    cultures = len(sheet.plate_of_culture)
    off, doubt = _of_places(sheet, read, log_signal, priors.sd_log_position)
    log_signal = log_signal - off
    return Wells(
        log_signal,
        np.r_[0, np.cumsum(per_cell)],
        sheet.log_dose,
        sheet.bounds,
        background[sheet.plate_of_culture],
        np.full(cultures, log_untreated),
        sheet.lines,
        0.0 if np.isinf(sheet.minutes) else 1.0 / sheet.minutes,
        priors.sd_log_top_signal,
        doubt,
    )


def _of_places(
    sheet: PanelSheet, read: np.ndarray, log_signal: np.ndarray, scale: float
) -> tuple[np.ndarray, np.ndarray]:
    """What places do to the wells that were read, and `Wells.doubt`; nothing, and no way, where they do not matter."""
    cells = len(sheet.log_dose)
    if sheet.places is None:
        return np.zeros(len(log_signal)), np.zeros((cells, 0))
    places = sheet.places.taken(read)
    line = np.repeat(np.arange(len(sheet.lines) - 1), np.diff(sheet.lines))
    shift = shift_that_matters(places, log_signal, line, scale)
    if shift is None:
        return np.zeros(len(log_signal)), np.zeros((cells, 0))
    effects = shift.effects
    return (places.place * effects.mean[places.plate]).sum(axis=1), _doubt_of(sheet, places, effects)


def _doubt_of(sheet: PanelSheet, places: Places, effects: PlaceEffects) -> np.ndarray:
    """`Wells.doubt`: main directions in which doubt about the effects of places moves the mean places of cells.

    Cultures have sizes of their own in these directions. What all plates have in common does not average out over the
    cultures of a line: its variance enters as many times as there are cultures.
    """
    cells = len(sheet.log_dose)
    count = np.maximum(np.bincount(places.cell, minlength=cells), 1)[:, None]
    mean = np.stack([np.bincount(places.cell, x, cells) for x in places.place.T], axis=1) / count
    cultures_of_line = np.diff(sheet.lines)
    found = np.zeros((cells, WAYS))
    for culture, (first, last) in enumerate(zip(sheet.bounds[:-1], sheet.bounds[1:], strict=True)):
        plate = sheet.plate_of_culture[culture]
        line = np.searchsorted(sheet.lines, culture, side="right") - 1
        shared = effects.shared[plate]
        covariance = effects.covariance[plate] + (cultures_of_line[line] - 1) * (shared @ shared.T)
        away = mean[first:last] - mean[first:last].mean(axis=0)
        left, size, _ = np.linalg.svd(away @ np.linalg.cholesky(covariance), full_matrices=False)
        found[first:last, : len(size)] = left * size
    return np.ascontiguousarray(found[:, np.abs(found).max(axis=0) > SMALLEST_DOUBT])


def _backgrounds(sheet: PanelSheet, blank: np.ndarray, priors: WellPriors) -> np.ndarray:
    """Background of each plate: what its blanks show, drawn towards that of all plates; without blanks none."""
    plates = int(sheet.plate_of_culture.max()) + 1
    read = np.isfinite(blank)
    if not read.any():
        return np.zeros(plates)
    log_blank, plate = log_signal_of(blank[read], sheet.minutes), sheet.plate_of_blank[read]
    plates = max(plates, int(plate.max()) + 1)
    own = [log_blank[plate == p] for p in range(plates)]
    overall = float(np.mean([x.mean() for x in own if len(x)]))
    counting = 0.0 if np.isinf(sheet.minutes) else 1.0 / (sheet.minutes * np.exp(overall))
    variance = priors.median_sd_blank**2 + counting
    between = priors.median_sigma_log_background**2
    shrunk = [
        overall + (x.mean() - overall) * between / (between + variance / len(x)) if len(x) else overall for x in own
    ]
    return np.exp(np.array(shrunk))
