"""Doses that their pattern gives away as logarithms, or as numbers in another unit, though no name says so."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from lensim.dose_response.read.dose_scale import DOSE_SCALES, DoseScale, bases_by_steps, number_to_dose
from lensim.dose_response.read.units import DoseUnit, dose_to_um

LOWEST_USUAL_UM: Final = 1e-4
"""A series whose top dose is below this (0.1 nM) is in another unit, as far as anyone can guess."""

HIGHEST_USUAL_UM: Final = 1e5
"""A series with a dose above this (100 mM) is in another unit, as far as anyone can guess."""

_LARGEST_LOGARITHM: Final = 25.0
_EVEN: Final = 1.35  # the largest step over the smallest: 1-2-5 in logarithms has 1.32
_FEWEST: Final = 3
_STEPS_OF_LOGARITHMS: Final = (0.25, 0.3, 0.5, 0.6, 0.7, 1.0, 1.1, 1.2, 1.4, 1.6, 2.3)


@dataclass(frozen=True)
class Series:
    """The doses of one line with one compound on one plate, as the numbers of the file.

    Attributes
    ----------
    numbers
        Those that differ, 0 included.
    is_zero_untreated
        Whether wells with the number 0 can be the untreated ones: there are no others, and they lie where those do.
    """

    numbers: tuple[float, ...]
    is_zero_untreated: bool = True


def look_like_logarithms(series: Series) -> bool:
    """Whether numbers above 0 have a logarithm's even steps, or are logarithms of round doses.

    A dilution series has steps that grow with the dose. A series with even steps is taken for doses where it goes on
    from 0 (0, 2, 4, 6), or where its step is no usual one of logarithms (10, 20, 30).
    """
    numbers = np.unique([number for number in series.numbers if number > 0])
    if len(numbers) < _FEWEST or numbers[-1] > _LARGEST_LOGARITHM:
        return False
    steps, has_zero = np.diff(numbers), 0.0 in series.numbers
    if steps.max() / steps.min() > _EVEN:
        return _are_logarithms_of_round_doses(numbers)
    step = float(steps.mean())
    starts_at = numbers[0] / step
    if not _is_round(steps, step):
        return bool(bases_by_steps(numbers)) or _are_logarithms_of_round_doses(numbers) or bool(starts_at > 2.5)
    fewest = _FEWEST + int(series.is_zero_untreated)
    is_usual = len(numbers) >= fewest and any(math.isclose(step, usual, rel_tol=1e-6) for usual in _STEPS_OF_LOGARITHMS)
    if has_zero and abs(starts_at - 1.0) < 1e-6:
        return is_usual and not series.is_zero_untreated
    return bool(starts_at > 2.01) or is_usual


def readings(lowest: float, highest: float, unit: DoseUnit) -> list[tuple[DoseScale, float, float]]:
    """The scales on which a range of numbers is one of usual doses, with these [uM]; none for a unit of one's own."""
    found: list[tuple[DoseScale, float, float]] = []
    for scale in DOSE_SCALES[1:]:
        ends = sorted(dose_to_um(number_to_dose(end, scale), unit) for end in (lowest, highest))
        if unit.is_molar and ends[0] >= LOWEST_USUAL_UM / 100 and LOWEST_USUAL_UM < ends[1] <= HIGHEST_USUAL_UM:
            found.append((scale, ends[0], ends[1]))
    return found


def choices_of_scale(lowest: float, highest: float, unit: DoseUnit) -> str:
    """The scales that numbers may be meant on, as choices, each with the doses that it gives."""
    possible = readings(lowest, highest, unit)
    if not possible:
        return 'dose_scale="log10" or dose_scale="-log10" as they are, and correct the unit of the column'
    return " or ".join(f'dose_scale="{scale}" ({low:.3g} to {high:.3g} uM)' for scale, low, high in possible)


def is_unusual(doses_um: Sequence[float], unit: DoseUnit) -> bool:
    """Whether doses above 0 are far from those of any drug, so that their unit or scale is in doubt."""
    above = [dose for dose in doses_um if dose > 0 and math.isfinite(dose)]
    return bool(unit.is_molar and above) and not LOWEST_USUAL_UM < max(above) <= HIGHEST_USUAL_UM


def stand_in_for_zero(doses: Sequence[float]) -> float | None:
    """The lowest of doses where it lies so far below the others that it may be written for 0; None where none does."""
    above = np.unique([dose for dose in doses if dose > 0 and math.isfinite(dose)])
    if len(above) < _FEWEST + 1:
        return None
    gaps = np.diff(np.log10(above))
    return float(above[0]) if gaps[0] > 2.4 and gaps[0] > 2.0 * gaps[1:].max() else None


def _is_round(steps: np.ndarray, step: float) -> bool:
    """Whether equal steps are a number of two digits or fewer."""
    return bool(np.allclose(steps, step, rtol=1e-6)) and math.isclose(step, float(f"{step:.2g}"), rel_tol=1e-6)


def _are_logarithms_of_round_doses(numbers: np.ndarray) -> bool:
    """Whether all are logarithms of different doses of one digit, and three or more are no round numbers."""
    texts = [f"{number:.10f}".rstrip("0").partition(".")[2] for number in numbers]
    if sum(len(text) >= 2 for text in texts) < _FEWEST:
        return False
    half = np.array([0.51 * 10.0 ** -min(max(len(text), 2), 5) for text in texts])
    for base, sign in ((math.log(10.0), 1.0), (math.log(10.0), -1.0), (1.0, 1.0)):
        doses = np.exp(sign * numbers * base)
        one_digit = np.array([float(f"{dose:.0e}") for dose in doses])
        differ = len(np.unique(one_digit)) == len(numbers)
        if differ and (np.abs(np.log(doses / one_digit)) / base <= half).all():
            return True
    return False
