"""Falls that lie wholly between two neighbouring doses, where the wells tell the IC50 no better than the doses do."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.dose_response.replicates import Doses, by_dose, relative_wells
from lensim.inference.intervals import interval_of

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


def within_steps(data: xr.Dataset, *log10_doses: xr.DataArray) -> list[xr.DataArray]:
    """Draws of doses, spread evenly over the bracket of a line that falls wholly between two doses.

    The order of the draws stays: each gets the quantile of its rank. Draws that are wider than the bracket stay too.

    Parameters
    ----------
    data
        The wells.
    log10_doses
        EC50, IC50 (chain, draw, cell_line) [log10 of the unit of the data].
    """
    spread = [one.copy() for one in log10_doses]
    for line, step in steps_of(data).items():
        low, high = np.log10([step.last_above, step.first_below])
        for one in spread:
            own = one.isel({v.CELL_LINE: line}).to_numpy()
            lower, _, upper = interval_of(own, 0.9, method="inverted_cdf")
            if low <= lower and upper <= high:
                ranks = own.ravel().argsort(kind="stable").argsort(kind="stable").reshape(own.shape)
                one[{v.CELL_LINE: line}] = low + (high - low) * (ranks + 0.5) / own.size
    return spread
