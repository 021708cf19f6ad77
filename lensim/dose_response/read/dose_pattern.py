"""Doses that their pattern gives away as logarithms, or as numbers in another unit, though no name says so."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from lensim.dose_response.read.units import DoseUnit, dose_to_um, parse_dose_unit
from lensim.tables.log_scale import DoseScale, number_to_dose

LOWEST_USUAL_UM: Final = 1e-4
"""A series whose top dose is below this (0.1 nM) is in another unit, as far as anyone can guess."""

HIGHEST_USUAL_UM: Final = 1e5
"""A series with a dose above this (100 mM) is in another unit, as far as anyone can guess."""

_FEWEST: Final = 3
_MEANT: Final[tuple[DoseScale, ...]] = ("log10", "-log10", "ln", "log2")


def readings(lowest: float, highest: float, unit: DoseUnit) -> list[tuple[DoseScale, float, float]]:
    """The scales on which a range of numbers is one of usual doses, with these [uM]; none for a unit of one's own."""
    found: list[tuple[DoseScale, float, float]] = []
    for scale in _MEANT:
        ends = sorted(dose_to_um(number_to_dose(end, scale), unit) for end in (lowest, highest))
        if unit.is_molar and ends[0] >= LOWEST_USUAL_UM / 100 and LOWEST_USUAL_UM < ends[1] <= HIGHEST_USUAL_UM:
            found.append((scale, ends[0], ends[1]))
    return found


def choices_of_scale(lowest: float, highest: float, unit: DoseUnit) -> str:
    """The scales that numbers may be meant on, as choices, each with the doses that it gives."""
    possible = readings(lowest, highest, unit)
    said = [f'dose_scale="{scale}" ({low:.3g} to {high:.3g} uM)' for scale, low, high in possible]
    in_molar = "-log10" in [scale for scale, _, _ in readings(lowest, highest, parse_dose_unit("M"))]
    if unit.is_molar and in_molar and "-log10" not in [scale for scale, _, _ in possible]:
        said.append('name the column "-log10 dose (M)" if it has these')
    return " or ".join(said) or 'dose_scale="log10" or dose_scale="-log10" as they are, with the unit corrected'


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
