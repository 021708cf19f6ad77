"""Signals of a panel relative to their controls, by line and dose, with what replicates say of their error.

Everything here comes from the wells alone, so it can be said before a fit.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.dose_response.log_signal import log_signal

SPREAD_OF_PLACES: Final = 0.05
"""Assumed sd of a dose's signal by its place on the plate, relative; it does not average out over plates laid alike."""
SPREAD_OF_DAYS: Final = 0.15
"""Assumed sd of the EC50 of a line between its cultures [log10 dose], as in the priors of the models."""
LEAST_SPREAD: Final = 0.02
"""Sd of a well that is assumed at least, as a fraction of untreated: a few alike replicates prove no precision."""
HIGH_RESPONSE: Final = 0.7
FEWEST_HIGH: Final = 10
_MAD: Final = 1.4826
_OF_MEDIAN: Final = 1.57
"""Variance of the median of normal values over that of their mean."""


@dataclass(frozen=True)
class RelativeWells:
    """Wells as a fraction of the untreated level of their culture.

    Attributes
    ----------
    response
        (well) background taken off where blanks are known, divided by the median of the culture's controls.
    culture, line
        (well)
    dose
        (well) 0 for a control.
    spread
        Sd of a well around its replicates, robust: on the log scale where signals are raw, else a fraction.
    is_raw
        Whether signals are raw, so the spread of a well grows with its signal.
    """

    response: np.ndarray
    culture: np.ndarray
    line: np.ndarray
    dose: np.ndarray
    spread: float
    is_raw: bool

    def sd_at(self, response: np.ndarray) -> np.ndarray:
        """Sd of a well whose expected response is known, as a fraction of untreated."""
        if not self.is_raw:
            return np.full(np.shape(response), self.spread)
        return np.hypot(self.spread * np.maximum(response, 0.0), LEAST_SPREAD)


@dataclass(frozen=True)
class Doses:
    """One line by dose, lowest first: mean over cultures of the median of replicates.

    Attributes
    ----------
    dose
        (dose) above 0.
    mean, sd
        (dose) response and its standard error: wells, places on the plate and days; that of the controls not in it.
    sd_of_wells, sd_of_a_day
        (dose) the parts of `sd` that come from the spread of wells, and from wells and their places.
    low, high
        (dose) the lowest and the highest culture.
    sd_controls
        Standard error of the mean of the controls.
    wells, cultures
        Wells at all doses above 0, and cultures.
    """

    dose: np.ndarray
    mean: np.ndarray
    sd: np.ndarray
    sd_of_wells: np.ndarray
    sd_of_a_day: np.ndarray
    low: np.ndarray
    high: np.ndarray
    sd_controls: float
    wells: int
    cultures: int


def relative_wells(data: xr.Dataset) -> RelativeWells | None:
    """The wells of a panel against their controls; None where the data have no signal, or no controls to divide by."""
    culture, dose = data[v.CULTURE_OF_WELL].to_numpy(), data[v.DOSE].to_numpy().astype(float)
    line = data[v.LINE_OF_CULTURE].to_numpy()[culture]
    if v.VIABILITY in data:
        response = data[v.VIABILITY].to_numpy().astype(float) / 100.0
        high = response > HIGH_RESPONSE  # percents of a signal spread most where there is most of it
        spread = _spread(response, culture, dose, LEAST_SPREAD)
        if high.sum() >= FEWEST_HIGH:
            spread = max(spread, _spread(response[high], culture[high], dose[high], LEAST_SPREAD))
        return RelativeWells(response, culture, line, dose, spread, False)
    if v.SIGNAL not in data:
        return None
    signal = data[v.SIGNAL].to_numpy().astype(float)
    net = signal - _background(data)[data[v.PLATE_OF_CULTURE].to_numpy()[culture]]
    level = np.array([_median(net[(culture == c) & (dose == 0)]) for c in range(data.sizes[v.CULTURE])])
    if not np.isfinite(level).all() or level.min() <= 0:
        return None
    spread = _spread(log_signal(signal), culture, dose, LEAST_SPREAD)
    return RelativeWells(net / level[culture], culture, line, dose, spread, True)


def by_dose(wells: RelativeWells, line: int) -> Doses:
    """The doses of one line, with standard errors from replicates, places on the plate and days."""
    own = wells.line == line
    treated, controls = own & (wells.dose > 0), int((own & (wells.dose == 0)).sum())
    cultures, doses = np.unique(wells.culture[own]), np.unique(wells.dose[treated])
    at_dose = np.searchsorted(doses, wells.dose[treated])
    cell = np.searchsorted(cultures, wells.culture[treated]) * len(doses) + at_dose
    count = np.bincount(at_dose, minlength=len(doses)).astype(float)
    cells = _medians(wells.response[treated], cell, len(cultures) * len(doses)).reshape(len(cultures), len(doses))
    seen = np.isfinite(cells).sum(axis=0)
    mean = np.nanmean(cells, axis=0)
    slope = np.abs(np.gradient(mean, np.log10(doses))) if len(doses) > 1 else np.zeros(1)
    of_wells = _OF_MEDIAN * wells.sd_at(mean) ** 2 / count
    of_places = (SPREAD_OF_PLACES * np.maximum(mean, 0.0)) ** 2
    of_days = (SPREAD_OF_DAYS * slope) ** 2 / seen
    of_controls = _OF_MEDIAN * float(wells.sd_at(np.ones(1))[0]) ** 2 / controls if controls else 0.0
    return Doses(
        doses,
        mean,
        np.sqrt(of_wells + of_places + of_days),
        np.sqrt(of_wells),
        np.sqrt(of_wells + of_places),
        np.nanmin(cells, axis=0),
        np.nanmax(cells, axis=0),
        float(np.sqrt(of_controls + SPREAD_OF_PLACES**2)),
        int(count.sum()),
        len(cultures),
    )


def error_of_controls(wells: RelativeWells, line: int) -> float:
    """Standard error of the mean of a line's controls by the spread of wells alone, as a share of their level."""
    own = (wells.line == line) & (wells.dose == 0)
    _, count = np.unique(wells.culture[own], return_counts=True)
    if not len(count):
        return 0.0
    sd = float(wells.sd_at(np.ones(1))[0])
    return float(np.sqrt((_OF_MEDIAN * sd**2 / count).sum())) / len(count)


def _background(data: xr.Dataset) -> np.ndarray:
    """Median blank of each plate; that of all blanks where a plate has none, 0 where there are none at all."""
    plates = int(data[v.PLATE_OF_CULTURE].max()) + 1
    if v.BLANK_SIGNAL not in data or not data.sizes.get(v.BLANK, 0):
        return np.zeros(plates)
    blank, plate = data[v.BLANK_SIGNAL].to_numpy().astype(float), data[v.PLATE_OF_BLANK].to_numpy()
    overall = _median(blank)
    own = [_median(blank[plate == p]) for p in range(max(plates, int(plate.max()) + 1))]
    return np.nan_to_num(np.array([one if np.isfinite(one) else overall for one in own]))


def _spread(level: np.ndarray, culture: np.ndarray, dose: np.ndarray, least: float) -> float:
    """Robust sd between replicates of one culture and dose; between neighbours in dose where there are none."""
    order = np.lexsort((dose, culture))
    level, culture, dose = level[order], culture[order], dose[order]
    same = (np.diff(culture) == 0) & (np.diff(dose) == 0)
    if same.sum() < 5:
        same = np.diff(culture) == 0
    if not same.any():
        return least
    return max(float(_MAD * np.median(np.abs(np.diff(level)[same])) / np.sqrt(2.0)), least)


def _medians(values: np.ndarray, cell: np.ndarray, cells: int) -> np.ndarray:
    """Median of the known values of each cell; NaN where there is none."""
    known = np.isfinite(values)
    values, cell = values[known], cell[known]
    order = np.lexsort((values, cell))
    count = np.bincount(cell, minlength=cells)
    first, ordered = np.cumsum(count) - count, np.r_[values[order], np.nan]
    low, high = (np.where(count > 0, first + half, len(values)) for half in ((count - 1) // 2, count // 2))
    return np.asarray(np.where(low == high, ordered[low], (ordered[low] + ordered[high]) / 2.0))


def _median(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else np.nan
