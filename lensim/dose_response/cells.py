"""Wells of one culture at one dose as one value: where most of them lie, and how well that is known."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.dose_response.log_signal import log_signal
from lensim.dose_response.spreads import Spreads

LEAST_SD: Final = 0.02
"""Spread of a cell beside that of its wells: a few alike replicates prove no precision (assumed)."""
ROUNDS: Final = 12
OF_SMALL_CELLS: Final = 2.0
"""The location of n wells has 1 + 2 / (n nu) times the variance that it has of many (found by simulation)."""
LOG_DOSE_OF_UNTREATED: Final = -1e3
"""Log dose of an untreated cell: so low that the occupancy is 0 to machine precision at any slope in reach."""


@dataclass(frozen=True)
class Cells:
    """Cells in the order of culture and dose.

    Attributes
    ----------
    culture, line, dose, log_dose
        (cell); an untreated cell has the dose 0 and a log dose far below all others.
    value, variance
        (cell) location of the wells, heavy tails taken into account, and its variance: log signal, or a fraction.
    wells
        (cell) how many.
    sd
        (cell) spread of a well of it.
    cell_of_well, away
        (well) the cell of each, and how far it lies from the location, in units of a well's spread.
    is_log
        Whether values are logs of raw signals.
    """

    culture: np.ndarray
    line: np.ndarray
    dose: np.ndarray
    log_dose: np.ndarray
    value: np.ndarray
    variance: np.ndarray
    wells: np.ndarray
    sd: np.ndarray
    cell_of_well: np.ndarray
    away: np.ndarray
    is_log: bool


def cells_of(data: xr.Dataset, spreads: Spreads) -> Cells:
    """The cells of a panel.

    A cell's location maximises the likelihood of its wells around it, log signal ~ StudentT(nu_well, location, sd).

    Parameters
    ----------
    data
        Wells of a panel.
    spreads
        Of the fit.
    """
    culture, dose = data[v.CULTURE_OF_WELL].to_numpy().astype(np.int64), data[v.DOSE].to_numpy().astype(float)
    is_log = v.SIGNAL in data
    if is_log:
        level = log_signal(data[v.SIGNAL].to_numpy().astype(float)) - spreads.position
    else:
        level = data[v.VIABILITY].to_numpy().astype(float) / 100.0
    pairs, cell = np.unique(np.column_stack([culture, dose]), axis=0, return_inverse=True)
    cell = cell.reshape(-1)
    count = np.bincount(cell)
    middle = _medians(level, cell, len(count))
    if is_log:
        variance = spreads.sd_well**2 + spreads.inverse_minutes / np.exp(middle)
    else:
        variance = (spreads.sd_well * np.maximum(middle, 0.0)) ** 2 + spreads.sd_floor**2
    sd, nu = np.sqrt(variance), spreads.nu_well
    value = middle
    for _ in range(ROUNDS):
        weight = (nu + 1.0) / (nu + ((level - value[cell]) / sd[cell]) ** 2)
        value = np.bincount(cell, weight * level) / np.bincount(cell, weight)
    own = variance * (nu + 3.0) / (nu + 1.0) * (1.0 + OF_SMALL_CELLS / (nu * count)) / count
    least = LEAST_SD if is_log else LEAST_SD * np.maximum(value, LEAST_SD)
    dosed = pairs[:, 1] > 0
    return Cells(
        pairs[:, 0].astype(np.int64),
        data[v.LINE_OF_CULTURE].to_numpy()[pairs[:, 0].astype(np.int64)],
        pairs[:, 1],
        np.where(dosed, np.log(np.where(dosed, pairs[:, 1], 1.0)), LOG_DOSE_OF_UNTREATED),
        value,
        own + least**2,
        count,
        sd,
        cell,
        (level - value[cell]) / sd[cell],
        is_log,
    )


def _medians(level: np.ndarray, cell: np.ndarray, cells: int) -> np.ndarray:
    order = np.lexsort((level, cell))
    first = np.searchsorted(cell[order], np.arange(cells))
    count = np.bincount(cell, minlength=cells)
    ordered = level[order]
    return np.asarray(0.5 * (ordered[first + (count - 1) // 2] + ordered[first + count // 2]))
