"""Signals, viability and inhibition: names of their columns, and whether they are percent or fractions."""

import json
import re
from collections.abc import Sequence
from typing import Final, Literal

from lensim.tables.names import plain_name
from lensim.tables.summary_words import is_mean

Scale = Literal["percent", "fraction"]

SIGNAL_NAMES: Final = (
    "signal", "cpm", "counts_per_minute", "luminescence", "rlu", "intensity", "absorbance", "optical_density", "od",
    "fluorescence", "rfu", "raw_signal", "relative_light_units", "relative_fluorescence_units", "dpm", "cps",
    "counts_per_second", "raw_luminescence", "raw_fluorescence", "raw_absorbance",
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


_WAVELENGTH: Final = re.compile(r"(od|a|abs|absorbance)_?[2-9][0-9]{2}(_?nm)?")
_TIME_AS_NAME: Final = re.compile(
    r"(t\s*+(?:=\s*+)?)?[0-9]++([.,][0-9]+)?\s*(h|hr|hrs|hours?|d|days?|min)?", re.IGNORECASE
)


def without_response(header: Sequence[str]) -> str:
    """The sentence about a header without a response: a name that may be one, or a wide table; empty for others."""
    doubtful = [name for name in header if plain_name(name) in _IN_DOUBT or is_mean(name)]
    if doubtful:
        name = doubtful[0]
        choices = [f'columns={{"{what}": "{name}"}}' for what in ("signal", "viability", "inhibition")]
        return (
            f"the column {name!r} may hold raw signals, viability or inhibition: say {choices[0]}, {choices[1]} or "
            f"{choices[2]}"
        )
    signals = [name for name in header if _WAVELENGTH.fullmatch(plain_name(name))]
    if len(signals) > 1:
        return (
            f"the columns {_some(signals)} seem to be readings of one well at several wavelengths: name one with "
            f'columns={{"signal": "{signals[0]}"}}'
        )
    times = [name for name in header if _TIME_AS_NAME.fullmatch(name.strip())]
    if len(times) > 1 and any("dose" in plain_name(name) or "conc" in plain_name(name) for name in header):
        return (
            f"the columns {_some(times)} seem to be times or other series beside a column of doses: name the one that "
            f'is read with columns={{"signal": "{times[0]}"}}'
        )
    replicates = [name for name in header if _REPLICATE.fullmatch(plain_name(name))]
    if len(replicates) > 1:
        pattern = json.dumps(f"{_start_of(replicates)}*", ensure_ascii=False)
        ways = ", ".join(f'columns={{"{what}": {pattern}}}' for what in ("signal", "viability", "inhibition"))
        return (
            f"the columns {_some(replicates)} seem to be replicates of one dose: say by a pattern with * what they "
            f"hold, one of {ways}"
        )
    doses = [name for name in header if _DOSE_AS_NAME.fullmatch(name.strip())]
    if len(doses) > 2:
        return (
            f"the columns {_some(doses)} seem to be doses: a table has one row a well, so write them below each other, "
            "in a column dose with the unit in its name, such as dose_um, and a column signal (or viability, or "
            "inhibition)"
        )
    return ""


def _start_of(names: Sequence[str]) -> str:
    """The letters with which all names begin."""
    at = next((at for at, signs in enumerate(zip(*names, strict=False)) if len(set(signs)) > 1), min(map(len, names)))
    return names[0][:at]


def _some(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names if len(names) < 5 else [*names[:3], names[-1]]))
