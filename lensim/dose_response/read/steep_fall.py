"""Doses with even steps over which a response falls from all to nothing: logarithms, or numbers of steps."""

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import numpy as np

from lensim.dose_response.read.wells import Well

_FEWEST_DOSES: Final = 4
_EVEN: Final = 1.6
_LARGEST: Final = 25.0
_RANGE: Final = 12.0
_FULL: Final = 0.88
_NOTHING: Final = 0.2


def falls_over_even_steps(wells: Sequence[Well], factor: float) -> bool:
    """Whether a culture's curve is complete within a narrow range of evenly spaced numbers.

    The signal is at least 88% of the untreated at the lowest dose, and at most 20% at the highest, no more than 12
    times the lowest. A dilution series seldom has even steps, and few curves are so steep.

    Parameters
    ----------
    wells
        Of one culture and compound.
    factor
        From the numbers of the file to the doses of the wells.
    """
    signals: defaultdict[float, list[float]] = defaultdict(list)
    for well in wells:
        if math.isfinite(well.signal):
            signals[well.dose_um].append(well.signal)
    doses = np.array(sorted(dose for dose in signals if dose > 0))
    untreated = float(np.mean(signals.get(0.0, [0.0])))
    if len(doses) < _FEWEST_DOSES or untreated <= 0 or doses[-1] / factor > _LARGEST or doses[-1] > _RANGE * doses[0]:
        return False
    steps = np.diff(doses)
    if steps.max() > _EVEN * steps.min():
        return False
    return bool(
        np.mean(signals[float(doses[0])]) >= _FULL * untreated
        and np.mean(signals[float(doses[-1])]) <= _NOTHING * untreated
    )
