"""Cells that grow more than untreated ones at some dose: what the wells say where one Hill curve cannot."""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from scipy import special

from lensim import vocabulary as v
from lensim.dose_response.flags import BUMP, CONTROLS, PANEL, RISES_AGAIN, Flag
from lensim.dose_response.replicates import by_dose, relative_wells


def stimulated_by_wells(data: xr.Dataset, flags: Sequence[Flag]) -> np.ndarray:
    """Probability, from the wells alone, that a line's response at the dose of its flag is above untreated (cell_line).

    A Hill curve lies on one side of untreated at all doses, so it cannot rise at low doses and fall behind them. Where
    the wells show that (a bump, low doses above the controls, a rise behind a fall), with the flag's dose:

        P = Phi((mean - 1) / sqrt(sd^2 + sd_controls^2))

    Mean and standard errors are those of `by_dose`: wells, places on the plate and days. NaN for a line without such a
    flag: the largest of several doses is above untreated by chance in most lines that do nothing.

    Parameters
    ----------
    data
        Wells of a panel.
    flags
        As from `flags_of`.
    """
    found = np.full(data.sizes[v.CELL_LINE], np.nan)
    told = [flag for flag in flags if flag.kind in (BUMP, RISES_AGAIN) or (flag.kind == CONTROLS and flag.size < 0.0)]
    told = [flag for flag in told if flag.line != PANEL]
    wells = relative_wells(data) if told else None
    if wells is None:
        return found
    for flag in told:
        doses = by_dose(wells, flag.line)
        first = int(doses.mean.argmin()) + 1 if flag.kind == RISES_AGAIN else 0
        k = first + int(doses.mean[first:].argmax())
        above = (doses.mean[k] - 1.0) / np.hypot(doses.sd[k], doses.sd_controls)
        found[flag.line] = float(special.ndtr(above))
    return found
