"""Viability or inhibition, in percent or as fractions, to viability in percent of untreated."""

import math
from collections import defaultdict
from collections.abc import Sequence
from statistics import median
from typing import Final

from lensim.checks import FaultReport
from lensim.dose_response.read.response import Scale, scale_in_name
from lensim.dose_response.read.wells import Well

LARGEST_FRACTION: Final = 2.0
"""Responses that are all below this are taken for fractions that were meant as percent, and refused."""

LARGEST_PERCENT: Final = 1000.0

ABOUT_ONE: Final = (0.5, LARGEST_FRACTION)
"""Viability of untreated wells that is about 1: a fraction. In percent it would be a culture without cells."""

_LEAST_OF_MIXED: Final = 20.0


def to_percent(
    wells: list[Well], column: str, response: str, stated: Scale | None, faults: FaultReport, *, has_signs: bool
) -> list[Well]:
    """Wells with viability in percent of untreated, from viability or inhibition in percent or as a fraction.

    Parameters
    ----------
    wells
        As the file has them.
    column, response
        The name of the column, and its meaning: viability or inhibition.
    stated
        What the user says.
    faults
        Where doubts are noted.
    has_signs
        Whether cells have percent signs.
    """
    named = "percent" if has_signs else scale_in_name(column)
    if has_signs and stated == "fraction":
        faults.add(f'{column} has percent signs, but scale="fraction" was said')
    numbers = [well.signal for well in wells if math.isfinite(well.signal)]
    largest = max(map(abs, numbers), default=0.0)
    one = _about_one(wells) if response == "viability" else ""
    highest = max(numbers, default=0.0) if response == "inhibition" else largest
    scale = stated or named or "percent"
    if stated is None and named == "fraction" and highest >= LARGEST_FRACTION and not one:
        faults.add(f'{column} says fractions, but has {largest:g}: say scale="percent" if they are percent')
    elif stated is None and not has_signs and named != "fraction" and 0 < highest < LARGEST_FRACTION:
        faults.add(
            f"{column} has no value of {LARGEST_FRACTION:g} or more; are these fractions? Say "
            'scale="fraction", or scale="percent" if they are percent'
        )
    elif stated is None and (where := _are_mixed(wells, is_viability=response == "viability")):
        faults.add(f"{column} has both fractions of 1 and percent, such as {where}: write one kind")
    elif stated is None and not has_signs and named != "fraction" and one:
        faults.add(
            f'{column} is {one}, and {largest:g} at most; are these fractions? Say scale="fraction", or '
            'scale="percent" if they are percent'
        )
    elif scale == "percent" and largest > LARGEST_PERCENT:
        faults.add(
            f"{column} has {largest:g}, which is no percent of untreated: are these raw signals? Say "
            f'columns={{"signal": "{column}"}}'
        )
    factor = 100.0 if scale == "fraction" else 1.0
    sign, base = (-factor, 100.0) if response == "inhibition" else (factor, 0.0)
    return [well.with_signal(base + sign * well.signal) for well in wells]


def _about_one(wells: Sequence[Well]) -> str:
    """The level of wells without effect, and which these are, where it is about 1; empty where it is not.

    The untreated wells decide; where a table has none, the wells of the lowest dose of each culture.
    """
    cultures: defaultdict[tuple[str, str, str], list[Well]] = defaultdict(list)
    for well in wells:
        if well.role in ("untreated", "treated") and math.isfinite(well.signal + well.dose_um):
            cultures[well.cell_line, well.experiment, well.plate].append(well)
    has_untreated = any(well.role == "untreated" for own in cultures.values() for well in own)
    levels = []
    for own in cultures.values():
        lowest = min(well.dose_um for well in own)
        if lowest == 0.0 or not has_untreated:
            levels.append(median(well.signal for well in own if well.dose_um == lowest))
    level = median(levels) if levels else 0.0
    where = "in untreated wells" if has_untreated else "at the lowest dose"
    return f"{level:g} {where}" if ABOUT_ONE[0] <= level < ABOUT_ONE[1] else ""


def _are_mixed(wells: Sequence[Well], *, is_viability: bool) -> str:
    """Two values of which one is a fraction and one a percent, where cultures or replicates mix them; else empty."""
    cultures: defaultdict[tuple[str, str, str], list[float]] = defaultdict(list)
    untreated: defaultdict[tuple[str, str, str], list[float]] = defaultdict(list)
    replicates: defaultdict[tuple[str, str, str, str, float], list[float]] = defaultdict(list)
    for well in wells:
        if math.isfinite(well.signal):
            culture = (well.cell_line, well.experiment, well.plate)
            cultures[culture].append(abs(well.signal))
            if is_viability and well.role == "untreated":
                untreated[culture].append(well.signal)
            replicates[(*culture, well.compound, well.dose_um)].append(abs(well.signal))
    tops = {culture: max(own) for culture, own in cultures.items() if len(own) > 2}
    at_one = {culture for culture, own in untreated.items() if ABOUT_ONE[0] <= median(own) < ABOUT_ONE[1]}
    low = [top for culture, top in tops.items() if 0 < top < LARGEST_FRACTION or culture in at_one]
    high = [top for culture, top in tops.items() if top > _LEAST_OF_MIXED and culture not in at_one]
    if low and high:
        return f"{max(low):g} and {max(high):g} at most in different cultures"
    torn = [own for own in replicates.values() if 0 < min(own) < LARGEST_FRACTION and max(own) > _LEAST_OF_MIXED]
    within = [own for own in torn if 0.2 < min(own) * 100.0 / max(own) < 5.0]
    if len(within) > 1 and 4 * len(within) >= len([own for own in replicates.values() if len(own) > 1]):
        return f"{min(within[0]):g} and {max(within[0]):g} at one dose"
    return ""
