"""Falls that lie wholly between two neighbouring doses, where the wells tell the IC50 no better than the doses do."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.dose_response.replicates import Doses, by_dose, relative_wells
from lensim.inference.intervals import interval_of
from lensim.inference.remembered import remembered

WITHIN_FALL: Final = 0.07
"""A dose lies within the fall where its response is further than this from the plateau and from the floor."""
WIDEST_NOISE: Final = 0.15
LEAST_FALL: Final = 0.6
"""Fall from plateau to floor, as a share of untreated, that has an IC50 between two doses."""
ODD_WELLS: Final = 0.1
"""A culture may be this far beyond a bound that the mean of cultures keeps."""


@dataclass(frozen=True)
class Step:
    """A fall that lies wholly between two neighbouring doses [unit of the data]."""

    last_above: float
    first_below: float


@remembered
def steps_of(data: xr.Dataset) -> dict[int, Step]:
    """The lines that fall from the controls' level to the bottom between two neighbouring doses, with these.

    No dose lies within the fall, so the wells say that the IC50 lies between the two doses, and nothing more.
    """
    wells = relative_wells(data)
    if wells is None:
        return {}
    found = {line: step_of(by_dose(wells, line)) for line in range(data.sizes[v.CELL_LINE])}
    return {line: step for line, step in found.items() if step is not None}


def step_of(doses: Doses) -> Step | None:
    """The two neighbouring doses between which a line falls wholly; None where a dose lies within its fall."""
    below = np.flatnonzero(doses.mean < 0.5)
    if not len(below) or below[0] == 0 or (doses.mean[below[0] :] >= 0.5).any():
        return None
    last, first = int(below[0]) - 1, int(below[0])
    plateau = float(np.mean(np.r_[1.0, doses.mean[:last]]))
    floor = float(np.mean(doses.mean[first + 1 :])) if first + 1 < len(doses.mean) else 0.0
    noise = np.clip(1.5 * doses.sd_of_wells, WITHIN_FALL, WIDEST_NOISE)
    is_high = min(doses.mean[last], doses.low[last] + ODD_WELLS) > plateau - noise[last]
    is_low = max(doses.mean[first], doses.high[first] - ODD_WELLS) < floor + noise[first]
    if plateau - floor < LEAST_FALL or not (is_high and is_low):
        return None
    return Step(float(doses.dose[last]), float(doses.dose[first]))


def within_steps(
    data: xr.Dataset, of_lines: xr.DataArray, of_cultures: xr.DataArray | None = None
) -> tuple[xr.DataArray, xr.DataArray | None]:
    """Draws of doses, where a line falls wholly between two: its cultures' mean is spread evenly over that bracket.

    The order of the draws stays: each mean gets the quantile of its rank. Line and cultures keep their distance from
    that mean, so the doubt about a new day stays beside the bracket. Means that are wider than the bracket stay too,
    as do draws that no dose reaches (infinite) or that are not known (NaN).

    Parameters
    ----------
    data
        The wells.
    of_lines
        EC50 or IC50 (chain, draw, cell_line) [log10 of the unit of the data].
    of_cultures
        The same of each culture (chain, draw, culture); that of its line, where not given.
    """
    of_lines, line_of_culture = of_lines.copy(), data[v.LINE_OF_CULTURE].to_numpy()
    of_cultures = None if of_cultures is None else of_cultures.copy()
    for line, step in steps_of(data).items():
        low, high = np.log10([step.last_above, step.first_below])
        here = {v.CELL_LINE: line}
        own = {v.CULTURE: np.flatnonzero(line_of_culture == line)}
        mean = of_lines.isel(here) if of_cultures is None else of_cultures.isel(own).mean(v.CULTURE)
        drawn = mean.transpose("chain", "draw").to_numpy()
        known, is_finite = drawn[~np.isnan(drawn)], np.isfinite(drawn)
        if not known.size:
            continue
        lower, _, upper = interval_of(known, 0.9, method="inverted_cdf")
        if low <= lower and upper <= high:
            ranks = drawn.ravel().argsort(kind="stable").argsort(kind="stable").reshape(drawn.shape)
            spread, moved = low + (high - low) * (ranks + 0.5) / drawn.size, np.zeros(drawn.shape)
            moved[is_finite] = (spread - drawn)[is_finite]
            shift = mean.transpose("chain", "draw").copy(data=moved)
            of_lines[here] = of_lines.isel(here) + shift
            if of_cultures is not None:
                of_cultures[own] = of_cultures.isel(own) + shift
    return of_lines, of_cultures
