"""Doses of a file that are, by their pattern, something else than they are taken for."""

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from lensim.checks import FaultReport
from lensim.dose_response.read.columns import WellColumns
from lensim.dose_response.read.dose_pattern import choices_of_scale, is_unusual, stand_in_for_zero
from lensim.dose_response.read.role_choice import choice_of_roles
from lensim.dose_response.read.steep_fall import falls_over_even_steps
from lensim.dose_response.read.wells import Well
from lensim.dose_response.read.zero_logarithm import may_mean_untreated
from lensim.tables.logarithms import Series, look_like_logarithms

_FAR_FROM_CONTROL_PERCENT: Final = 1.5
HIGHEST_POSSIBLE_UM: Final = 1e8
"""No solution has more than 100 mol/l: water has 55."""


def check_doses(wells: Sequence[Well], found: WellColumns, faults: FaultReport, *, is_raw: bool) -> None:
    """Note doses that look like logarithms, are in no usual range, or stand in for 0, unless the user says the scale.

    Parameters
    ----------
    wells
        Of one file, with viability in percent where signals are not raw.
    found
        Its columns.
    is_raw
        Whether signals are raw.
    """
    sound = [well for well in wells if well.role != "blank" and math.isfinite(well.dose_um)]
    doses = sorted({well.dose_um for well in sound} - {0.0})
    if not doses or faults.faults:
        return
    column, unit = found.column("dose"), found.dose_unit.units
    if found.dose_unit.is_molar and doses[-1] > HIGHEST_POSSIBLE_UM:
        faults.add(
            f"{column} comes out at {doses[0]:g} to {doses[-1]:g} uM as {found.dose_scale}, which no solution has: is "
            'it another scale (dose_scale="-log10", dose_scale="log10", dose_scale="ln") or another unit?'
        )
        return
    if found.scale_is_stated:
        return
    if found.dose_scale == "linear" and _are_logarithms(sound, found, faults, is_raw=is_raw):
        return
    if found.dose_scale == "linear" and _fall_over_even_steps(sound, found, faults):
        return
    if found.dose_scale != "linear" and _has_zero_in_doubt(sound, found, faults, is_raw=is_raw):
        return
    if is_unusual(doses, found.dose_unit):
        level = "below" if doses[-1] < 1.0 else "above"
        faults.add(
            f"{column} has doses of {doses[0]:g} to {doses[-1]:g} uM, far {level} those of usual drugs: correct the "
            f'unit or the scale, or say dose_scale="{found.dose_scale}" if they are right'
        )
        return
    lowest = min((low for own in _groups(sound).values() if (low := _stand_in(own)) is not None), default=None)
    if lowest is not None:
        text = f"{lowest / found.dose_unit.factor:g}" if found.dose_scale == "linear" else f"{lowest:g}"
        faults.add(
            f"the lowest dose of {column}, {lowest:g} {unit}, lies far below all others: if it is written for 0, say "
            f'{choice_of_roles(column, text)}; if it is a dose, say dose_scale="{found.dose_scale}"'
        )


def _groups(wells: Sequence[Well]) -> dict[tuple[str, ...], list[Well]]:
    """Wells by line, experiment and plate; of each compound, the untreated ones in all."""
    cultures: defaultdict[tuple[str, ...], list[Well]] = defaultdict(list)
    for well in wells:
        cultures[well.cell_line, well.experiment, well.plate].append(well)
    groups = {}
    for culture, own in cultures.items():
        for compound in {well.compound for well in own if well.dose_um > 0}:
            groups[(*culture, compound)] = [well for well in own if well.compound in (compound, "")]
    return groups


def _are_logarithms(sound: Sequence[Well], found: WellColumns, faults: FaultReport, *, is_raw: bool) -> bool:
    """Note that the doses of most curves look like logarithms."""
    factor = found.dose_unit.factor
    groups = _groups(sound)
    suspected = []
    for own in groups.values():
        numbers = tuple(sorted({float(f"{well.dose_um / factor:.12g}") for well in own}))
        numbers = numbers if found.has_zero else tuple(number for number in numbers if number > 0)
        zeros = [well.signal for well in own if well.dose_um == 0]
        is_untreated = not found.untreated_by_word
        if not is_raw and zeros:
            mean = sum(zeros) / len(zeros)
            is_untreated = is_untreated and abs(mean - 100.0) <= _FAR_FROM_CONTROL_PERCENT
        if look_like_logarithms(Series(numbers, is_untreated)):
            suspected.append(tuple(number for number in numbers if number > 0 or not is_untreated))
    if 2 * len(suspected) <= len(groups) or found.has_mixed_units:
        return False
    numbers = max(suspected, key=len)
    choices = choices_of_scale(numbers[0], numbers[-1], found.dose_unit)
    faults.add(
        f"{found.column('dose')} has even steps, as logarithms of doses have ({_shortly(numbers)}): say "
        f'dose_scale="linear" if they are doses, else {choices}'
    )
    return True


def _fall_over_even_steps(sound: Sequence[Well], found: WellColumns, faults: FaultReport) -> bool:
    """Note doses with even steps over which most curves fall from all to nothing."""
    groups, factor = _groups(sound), found.dose_unit.factor
    suspected = [own for own in groups.values() if falls_over_even_steps(own, factor)]
    if 2 * len(suspected) <= len(groups) or found.has_mixed_units:
        return False
    numbers = sorted({float(f"{well.dose_um / factor:.12g}") for well in suspected[0] if well.dose_um > 0})
    faults.add(
        f"{found.column('dose')} has even steps ({_shortly(numbers)}), over which the response falls to nothing, as "
        f'over logarithms of doses or numbers of steps: say dose_scale="linear" if they are doses, else '
        f"{choices_of_scale(numbers[0], numbers[-1], found.dose_unit)}"
    )
    return True


def _has_zero_in_doubt(sound: Sequence[Well], found: WellColumns, faults: FaultReport, *, is_raw: bool) -> bool:
    """Note logarithms of 0 that may be written for untreated wells."""
    unit, scale = found.dose_unit, found.dose_scale
    if not found.zeros or not may_mean_untreated(_groups(sound).values(), unit.factor, scale, is_raw=is_raw):
        return False
    column, zeros = found.column("dose"), found.zeros
    faults.add(
        f"{column} is {zeros[0]}, which is a dose of {unit.factor:g} {unit.units} as {scale}, in wells that may be "
        f"untreated: if they are, say {choice_of_roles(column, zeros[0] if len(zeros) == 1 else zeros)}; if it is "
        f'their dose, say dose_scale="{scale}"'
    )
    return True


def _stand_in(own: Sequence[Well]) -> float | None:
    doses = {well.dose_um for well in own}
    return None if 0.0 in doses else stand_in_for_zero(sorted(doses))


def _shortly(numbers: Sequence[float]) -> str:
    texts = [f"{number:g}" for number in numbers]
    return ", ".join(texts if len(texts) <= 5 else [*texts[:3], "...", texts[-1]])
