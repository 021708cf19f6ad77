"""Signals, viability and inhibition: names of their columns, and whether they are percent or fractions."""

import math
import re
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal

from lensim.checks import FaultReport
from lensim.tables.names import plain_name

if TYPE_CHECKING:
    from lensim.dose_response.read.wells import Well

Scale = Literal["percent", "fraction"]

SIGNAL_NAMES: Final = (
    "signal", "cpm", "counts_per_minute", "luminescence", "rlu", "intensity", "absorbance", "optical_density", "od",
    "fluorescence", "rfu", "raw_signal", "relative_light_units", "relative_fluorescence_units",
)  # fmt: skip
VIABILITY_NAMES: Final = (
    "viability_percent", "viability_pct", "percent_viability", "pct_viability", "viability", "survival",
    "survival_percent", "survival_pct", "percent_survival", "viable_percent", "percent_viable", "percent_of_control",
    "percent_control", "pct_of_control", "pct_control", "percent_of_untreated", "viability_fraction",
    "fraction_viability", "fraction_viable", "viable_fraction", "survival_fraction", "surviving_fraction",
    "fraction_survival", "fraction_surviving", "fraction_of_control", "relative_viability", "normalized_viability",
    "normalised_viability", "cell_viability", "cell_viability_percent", "viability_of_control",
)  # fmt: skip
INHIBITION_NAMES: Final = (
    "inhibition_percent", "inhibition_pct", "percent_inhibition", "pct_inhibition", "inhibition", "inhibition_fraction",
    "fraction_inhibition", "fraction_inhibited", "fraction_affected", "growth_inhibition", "growth_inhibition_percent",
    "percent_growth_inhibition", "cytotoxicity_percent", "percent_cytotoxicity", "percent_killing",
)  # fmt: skip
"""Names of columns, as `plain_name` gives them; the first of each is the usual one."""

OTHER_RESPONSES: Final = "; viability or inhibition in percent would do as well"

LARGEST_FRACTION: Final = 2.0
"""Responses that are all below this are taken for fractions that were meant as percent, and refused."""

LARGEST_PERCENT: Final = 1000.0
_LEAST_OF_MIXED: Final = 20.0
_IN_DOUBT: Final = frozenset(
    {
        "response", "effect", "activity", "growth", "proliferation", "value", "values", "readout", "measurement",
        "result", "y", "control", "of_control", "normalized_response", "normalised_response", "relative_response",
        "percent_response", "response_percent", "percent_effect", "effect_percent", "percent_activity",
        "percent_growth", "growth_percent", "relative_growth", "normalized", "normalised", "mean", "data", "cells",
        "confluence", "cell_count", "killing", "cytotoxicity", "kill", "death",
    }
)  # fmt: skip
_REPLICATE: Final = re.compile(r"(?:rep|replicate|repeat|r|n|signal|rlu|od|cpm|value|viability|well|y)_?[0-9]+")
_DOSE_AS_NAME: Final = re.compile(
    r"(?:dose|conc|concentration)?[ _]*[0-9][0-9.,]*(?:e[+-]?[0-9]+)?[ _]*(?:[munp\u00b5\u03bc]?M)?", re.IGNORECASE
)


def scale_in_name(name: str) -> Scale | None:
    """Whether a column's name says percent or fraction; None where it says neither."""
    words = set(plain_name(name).split("_"))
    if "%" in name or words & {"percent", "pct", "percentage"}:
        return "percent"
    return "fraction" if words & {"fraction", "surviving"} else None


def without_response(header: Sequence[str]) -> str:
    """The sentence about a header without a response: a name that may be one, or a wide table; empty for others."""
    doubtful = [name for name in header if plain_name(name) in _IN_DOUBT]
    if doubtful:
        name = doubtful[0]
        choices = [f'columns={{"{what}": "{name}"}}' for what in ("signal", "viability", "inhibition")]
        return (
            f"the column {name!r} may hold raw signals, viability or inhibition: say {choices[0]}, {choices[1]} or "
            f"{choices[2]}"
        )
    replicates = [name for name in header if _REPLICATE.fullmatch(plain_name(name))]
    if len(replicates) > 1:
        return (
            f"the columns {_some(replicates)} seem to be replicates of one dose: a table has one row a well, so write "
            "them below each other, in a column signal (or viability, or inhibition) with the dose beside each"
        )
    doses = [name for name in header if _DOSE_AS_NAME.fullmatch(name.strip())]
    if len(doses) > 2:
        return (
            f"the columns {_some(doses)} seem to be doses: a table has one row a well, so write them below each other, "
            "in a column dose with the unit in its name, such as dose_um, and a column signal (or viability, or "
            "inhibition)"
        )
    return ""


def _some(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names if len(names) < 5 else [*names[:3], names[-1]]))


def to_percent(
    wells: "list[Well]", column: str, response: str, stated: Scale | None, faults: FaultReport, *, has_signs: bool
) -> "list[Well]":
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
    scale = stated or named or "percent"
    if stated is None and named == "fraction" and largest >= LARGEST_FRACTION:
        faults.add(f'{column} says fractions, but has {largest:g}: say scale="percent" if they are percent')
    elif stated is None and not has_signs and named != "fraction" and 0 < largest < LARGEST_FRACTION:
        faults.add(
            f'{column} has no value of {LARGEST_FRACTION:g} or more; are these fractions? Say scale="fraction", or '
            'scale="percent" if they are percent'
        )
    elif stated is None and (where := _are_mixed(wells)):
        faults.add(f"{column} has both fractions of 1 and percent, such as {where}: write one kind")
    elif scale == "percent" and largest > LARGEST_PERCENT:
        faults.add(
            f"{column} has {largest:g}, which is no percent of untreated: are these raw signals? Say "
            f'columns={{"signal": "{column}"}}'
        )
    factor = 100.0 if scale == "fraction" else 1.0
    sign, base = (-factor, 100.0) if response == "inhibition" else (factor, 0.0)
    return [well.with_signal(base + sign * well.signal) for well in wells]


def _are_mixed(wells: "Sequence[Well]") -> str:
    """Two values of which one is a fraction and one a percent, where cultures or replicates mix them; else empty."""
    cultures: defaultdict[tuple[str, str, str], list[float]] = defaultdict(list)
    replicates: defaultdict[tuple[str, str, str, str, float], list[float]] = defaultdict(list)
    for well in wells:
        if math.isfinite(well.signal):
            culture = (well.cell_line, well.experiment, well.plate)
            cultures[culture].append(abs(well.signal))
            replicates[(*culture, well.compound, well.dose_um)].append(abs(well.signal))
    tops = {culture: max(own) for culture, own in cultures.items() if len(own) > 2}
    low = [top for top in tops.values() if 0 < top < LARGEST_FRACTION]
    high = [top for top in tops.values() if top > _LEAST_OF_MIXED]
    if low and high:
        return f"{max(low):g} and {max(high):g} at most in different cultures"
    torn = [own for own in replicates.values() if 0 < min(own) < LARGEST_FRACTION and max(own) > _LEAST_OF_MIXED]
    within = [own for own in torn if 0.2 < min(own) * 100.0 / max(own) < 5.0]
    if len(within) > 1 and 4 * len(within) >= len([own for own in replicates.values() if len(own) > 1]):
        return f"{min(within[0]):g} and {max(within[0]):g} at one dose"
    return ""
