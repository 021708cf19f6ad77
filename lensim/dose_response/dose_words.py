"""Doses as tables tell them: numbers inside the tested doses, and words with bounds beyond them."""

import numpy as np

from lensim.dose_response.read.units import ShownUnit
from lensim.inference.intervals import named_interval


def dose_columns(ends: np.ndarray, low: float, top: float, unit: ShownUnit, name: str) -> dict[str, float]:
    """Numbers inside the tested doses, in the unit of the data and in the user's where that is another.

    Parameters
    ----------
    ends
        Lower end, median and upper end of an interval [uM].
    low, top
        The tested doses [uM].
    unit
        The user's.
    name
        What the columns begin with: ic50.
    """
    inside = inside_doses(ends, low, top)
    columns = named_interval(f"{name}_{data_unit(unit)}", inside)
    if unit.um_per_unit != 1.0:
        columns |= named_interval(f"{name}_{unit.column}", inside / unit.um_per_unit)
    return columns


def words_of(ends: np.ndarray, low: float, top: float, unit: ShownUnit) -> str:
    """An interval of doses [uM] in the user's unit, or a bound (`ic50_in_words`); empty where there is none (NaN)."""
    if np.isnan(ends).any():
        return ""
    lower, median, upper = map(float, ends)
    return ic50_in_words(lower, median, upper, low, top, unit.um_per_unit)


def inside_doses(ends: np.ndarray, low: float | np.ndarray, top: float | np.ndarray) -> np.ndarray:
    """Each end, NaN where it lies outside the tested doses."""
    return np.where((ends >= low) & (ends <= top), ends, np.nan)


def data_unit(unit: ShownUnit) -> str:
    """What columns in the unit of the data end on."""
    return "um" if unit.is_molar else unit.column


def ic50_in_words(
    lower: float, median: float, upper: float, low_dose: float, top_dose: float, um_per_unit: float = 1.0
) -> str:
    """An IC50 as a laboratory may print it: '1.2 (0.80 to 1.9)', or a bound where an end lies outside the tested doses.

    '> 10' where the whole interval does, '> 10 (from 4.1)' where the median does; in the same way below the lowest
    dose. All are given in uM, and told in the unit of which one has `um_per_unit`.
    """

    def end(value: float) -> str:
        if value > top_dose:
            return f"> {number_in_words(top_dose / um_per_unit, 3)}"
        if value < low_dose:
            return f"< {number_in_words(low_dose / um_per_unit, 3)}"
        return _two_digits(value / um_per_unit)

    if lower > top_dose or upper < low_dose:
        return end(median)
    if median > top_dose:
        return f"{end(median)} (from {end(lower)})"
    if median < low_dose:
        return f"{end(median)} (to {end(upper)})"
    return f"{end(median)} ({end(lower)} to {end(upper)})"


def number_in_words(value: float, digits: int) -> str:
    """A number with some significant digits: 10, 0.03, 1000, 1e-08."""
    return f"{value:.{digits}g}" if not 1e3 <= value < 1e7 else f"{float(f'{value:.{digits}g}'):.0f}"


def _two_digits(value: float) -> str:
    """Two significant digits, trailing zeros kept: 1.0 and not 1, 12 and not 12. or 1.2e+01; 1.2e-08 where tiny."""
    if value < 1e-4:
        return f"{value:.1e}"
    decimals = max(0, 1 - int(np.floor(np.log10(value))))
    return f"{float(f'{value:.2g}'):.{decimals}f}"
