"""A 0 in a column of logarithms of doses: a dose of one unit, or untreated wells whose dose of 0 has no logarithm."""

import math
from collections.abc import Iterable, Sequence
from statistics import fmean, median
from typing import Final

import numpy as np

from lensim.dose_response.read.wells import Well
from lensim.tables.log_scale import DoseScale

_FEWEST: Final = 3
_UNEVEN: Final = 0.12
"""Share of a step by which steps of logarithms that are rounded may differ."""

_NORMALISED_PERCENT: Final = 0.05
"""How far the mean of untreated wells is from 100 percent where the file was divided by it."""

_RISE: Final = 1.1
"""Response at 0 over that of the dose below, from which it is no point of a falling curve."""


def may_mean_untreated(groups: Iterable[Sequence[Well]], factor: float, scale: DoseScale, *, is_raw: bool) -> bool:
    """Whether wells whose logarithm is 0 may be the untreated ones, in most curves that have such wells.

    Only curves without other untreated wells count. There 0 is in doubt where it does not fit into even steps of the
    other logarithms; and where it is not the lowest dose, but its response is that of untreated wells: exactly 100
    percent on average of several wells, or well above that of the doses below and above.

    Parameters
    ----------
    groups
        The wells of each curve, with doses in uM, and with viability in percent where signals are not raw.
    factor
        Of the unit of doses, in uM.
    scale
        Of the doses: a logarithm.
    is_raw
        Whether signals are raw.
    """
    doubts = [
        _is_off_the_steps(own, factor, scale) or _responds_as_untreated(own, factor, is_raw=is_raw)
        for own in groups
        if all(well.dose_um > 0 for well in own) and any(_is_at_zero(well, factor) for well in own)
    ]
    return 2 * sum(doubts) > len(doubts)


def _is_at_zero(well: Well, factor: float) -> bool:
    return math.isclose(well.dose_um, factor, rel_tol=1e-9)


def _is_off_the_steps(own: Sequence[Well], factor: float, scale: DoseScale) -> bool:
    """Whether the other logarithms have even steps, and 0 lies between two of them or is not the next one."""
    base = {"ln": 1.0, "log2": math.log(2.0)}.get(scale.removeprefix("-"), math.log(10.0))
    others = np.unique([math.log(well.dose_um / factor) / base for well in own if not _is_at_zero(well, factor)])
    if len(others) < _FEWEST:
        return False
    steps = np.diff(others)
    step = float(np.median(steps))
    if (np.abs(steps - step) > _UNEVEN * step).any():
        return False
    is_within = others[0] < 0.0 < others[-1]
    return is_within or abs(float(np.abs(others).min()) - step) > _UNEVEN * step


def _responds_as_untreated(own: Sequence[Well], factor: float, *, is_raw: bool) -> bool:
    """Whether wells at 0, which is not the lowest dose, have the response of untreated wells."""
    zeros = [well.signal for well in own if _is_at_zero(well, factor)]
    below = [well for well in own if well.dose_um < factor and not _is_at_zero(well, factor)]
    above = [well.signal for well in own if well.dose_um > factor and not _is_at_zero(well, factor)]
    if not below:
        return False
    if not is_raw and len(zeros) > 1 and abs(fmean(zeros) - 100.0) <= _NORMALISED_PERCENT:
        return True
    next_dose = max(well.dose_um for well in below)
    others = [median([well.signal for well in below if well.dose_um == next_dose])]
    others += [median(above)] if above else []
    return median(zeros) > _RISE * max(0.0, *others)
