"""Lines whose replicate wells scatter more than those of the other lines."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import special

from lensim.dose_response.cells import Cells
from lensim.inference.adjusted_p import holm

FAR: Final = 3.0
"""Wells further from their cell count as this far [spreads of a well]: single outliers are told by themselves."""
TOLD_P: Final = 0.01
SURE_P: Final = 0.05
LEAST_RATIO: Final = 1.5
ENOUGH_LINES: Final = 4
FEWEST_WELLS: Final = 12
MAD: Final = 1.4826
OF_MEDIAN: Final = 1.57
"""Variance of a median of normal values over that of their mean."""


@dataclass(frozen=True)
class Scatter:
    """How wells scatter around their replicates, by line.

    Attributes
    ----------
    ratio
        (line) median distance of a line's wells from their replicates over that of the other lines; NaN where
        replicates are few.
    adjusted_p
        (line) that a line scatters more, by Holm's steps over lines; 1 where nothing is known.
    """

    ratio: np.ndarray
    adjusted_p: np.ndarray

    @property
    def variance_factors(self) -> np.ndarray:
        """By what the variance of each line's wells is to be multiplied (line): 1 but where it surely scatters more."""
        return np.where(self.adjusted_p <= SURE_P, self.ratio**2, 1.0)

    def is_told(self, line: int) -> bool:
        """Whether a line surely scatters more than others, and by enough to matter."""
        return bool(self.adjusted_p[line] <= TOLD_P and self.ratio[line] >= LEAST_RATIO)


def scatter_of(cells: Cells, lines: int) -> Scatter:
    """Mean squared distance of wells from their cell, far ones cut, against that of the other lines.

    Parameters
    ----------
    cells
        Of a panel.
    lines
        How many lines it has.
    """
    count = cells.wells[cells.cell_of_well]
    square = np.minimum(cells.away**2 * count / np.maximum(count - 1, 1), FAR**2)
    line = cells.line[cells.cell_of_well]
    mean, error, usual = np.full(lines, np.nan), np.full(lines, np.nan), np.full(lines, np.nan)
    for k in range(lines):
        own = square[(line == k) & (count > 1)]
        freedom = (cells.wells[(cells.line == k) & (cells.wells > 1)] - 1).sum()
        if len(own) >= FEWEST_WELLS and own.mean() > 0:
            mean[k], usual[k] = own.mean(), np.sqrt(np.median(own))
            error[k] = own.std() / own.mean() / np.sqrt(freedom)
    known = np.flatnonzero(np.isfinite(mean))
    ratio, p = np.full(lines, np.nan), np.full(lines, np.nan)
    if len(known) < ENOUGH_LINES:
        return Scatter(ratio, np.ones(lines))
    for k in known.tolist():
        others = np.log(mean[known[known != k]])
        middle = float(np.median(others))
        apart = MAD * float(np.median(np.abs(others - middle)))  # other lines may scatter more, too
        between = max(0.0, apart**2 - float(np.median(error[known[known != k]] ** 2)))
        z = (np.log(mean[k]) - middle) / np.sqrt(error[k] ** 2 + OF_MEDIAN * apart**2 / len(others) + between)
        ratio[k], p[k] = usual[k] / np.median(usual[known[known != k]]), float(special.ndtr(-z))
    return Scatter(ratio, np.nan_to_num(holm(p), nan=1.0))
