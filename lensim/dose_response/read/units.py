"""Units of dose: what a user may state, and the one conversion to uM."""

import difflib
import re
import unicodedata
from dataclasses import dataclass
from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.checks import InputError

AS_IS: Final = "as-is:"
"""Before a unit of the user's own wording, for doses that are no concentrations in mol/l: "as-is:g/ha"."""

UM_PER_UNIT: Final[dict[str, float]] = {"M": 1e6, "mM": 1e3, "uM": 1.0, "nM": 1e-3, "pM": 1e-6}
_SIGNIFICANT_DIGITS: Final = 12

_OTHER_SPELLINGS: Final = {
    "um": "uM",
    "nm": "nM",
    "pm": "pM",
    "mm": "mM",
    "umol/l": "uM",
    "nmol/l": "nM",
    "pmol/l": "pM",
    "mmol/l": "mM",
    "mol/l": "M",
    "molar": "M",
    "millimolar": "mM",
    "micromolar": "uM",
    "nanomolar": "nM",
    "picomolar": "pM",
}

_LOG: Final = re.compile(r"^(?:neg(?:ative)?|minus)?(?:log10|log2|log|lg|ln)(?=[munp]?M$|[munp]mol)", re.IGNORECASE)

_OTHER_UNIT: Final = re.compile(
    r"(?<![a-z])(?:(?:f|p|n|u|mc|m|k)?g|i?u|units?)[\s_]?(?:/|per|_|\s)[\s_]?(?:[munkd]?l|kg|ha|m2)(?![a-z0-9])"
    r"|%|(?<![a-z])(?:percent|pct|ppm|ppb|c?gy|vol_?pct)(?![a-z])",
    re.IGNORECASE,
)

_MOLAR: Final = r"(?:[munp][mM]|M|[munp]?mol/[lL]|[a-z]{0,5}[mM]olar)(?![A-Za-z])"
_TIMES: Final = "[xX\u00d7*\u00b7\u22c5]"
_FACTOR: Final = (
    r"(?:10\s?(?:\^|\*\*)?\s?[-+\u2212]\s?[0-9]{1,3}|10\s?(?:\^|\*\*)\s?[0-9]{1,3}"
    r"|[0-9]{1,9}(?:[.,][0-9]{1,9})?(?:[eE][-+]?[0-9]{1,3})?)"
)
_OF_TIME: Final = r"(?![0-9A-Za-z.,]|\s?(?:h|d|w|min|std|tag)[a-z]{0,6}\b)"
_MULTIPLIED: Final = re.compile(
    rf"(?P<unit>{_MOLAR})\s?[)\]]?\s?(?P<behind>(?:{_TIMES}|/)\s?{_FACTOR}){_OF_TIME}"
    rf"|(?:^|[(\[]|{_TIMES})\s?(?P<before>{_FACTOR})\s?{_TIMES}?\s?(?P<own>{_MOLAR})"
    rf"|(?<![0-9.,A-Za-z])(?<!log[ _])(?P<many>{_FACTOR}\s?{_TIMES}"
    rf"|10\s?\^\s?[-+\u2212]?[0-9]{{1,3}}|[1-9][0-9]{{1,6}})\s?"
    rf"(?P<last>{_MOLAR})"
)

SPELLINGS: Final = (*UM_PER_UNIT, *_OTHER_SPELLINGS)
"""Every spelling of a molar unit."""


@dataclass(frozen=True)
class DoseUnit:
    """A unit of dose.

    Attributes
    ----------
    stated
        As the user stated it.
    units
        What the variable dose_um of the Dataset has as its units: "uM", or the user's own wording.
    factor
        By which a stated dose is multiplied.
    """

    stated: str
    units: str
    factor: float

    @property
    def is_molar(self) -> bool:
        """Whether doses are concentrations in mol/l, and so in uM."""
        return self.units == v.UNITS[v.DOSE]


def parse_dose_unit(text: str) -> DoseUnit:
    """A unit of dose from its name: M, mM, uM (or µM), nM, pM, or "as-is:" and a unit of one's own.

    Doses under "as-is:g/ha" are kept as they are; everything that is said in uM about them then means g/ha.

    Raises
    ------
    InputError
        If the unit is unknown.
    """
    if text.strip().lower().startswith(AS_IS):
        own = text.strip()[len(AS_IS) :].strip()
        if not own:
            raise InputError(f"dose_unit {text!r} must name a unit behind {AS_IS!r}, such as 'as-is:g/ha'")
        return DoseUnit(text, own, 1.0)
    name = molar_name(text)
    if name is None:
        close = difflib.get_close_matches(_plain(text), SPELLINGS, n=1)
        hint = f" (perhaps {_OTHER_SPELLINGS.get(close[0], close[0])}?)" if close else ""
        raise InputError(
            f"dose_unit must be one of {', '.join(UM_PER_UNIT)}, or as-is:UNIT for a unit that is not molar, "
            f"got {text!r}{hint}"
        )
    return DoseUnit(text, v.UNITS[v.DOSE], UM_PER_UNIT[name])


def molar_name(text: str) -> str | None:
    """The name in `UM_PER_UNIT` of a molar unit in any usual spelling; None for anything else."""
    plain = _plain(text)
    return plain if plain in UM_PER_UNIT else _OTHER_SPELLINGS.get(plain.lower())


def unit_in_column_name(name: str) -> str | None:
    """The molar unit in the name of a column, such as conc_nM or "Dose [µM]"; None where there is none.

    A lone m is not taken for molar, since it may mean anything.
    """
    for word in re.split(r"[^\w/]+|_", _plain(name)):
        unit = molar_name(word) or molar_name(_LOG.sub("", word))
        if unit and word != "m" and (word != "M" or len(name) > 1):
            return unit
    return None


def other_unit_in_column_name(name: str) -> str | None:
    """A unit of mass, share, activity or radiation in the name of a column, such as ng/ml or %; None for none."""
    match = _OTHER_UNIT.search(_plain(name))
    return match.group().strip("_ ") if match else None


def multiplied_unit_in_column_name(name: str) -> tuple[str, str] | None:
    """A molar unit with a factor beside it in the name of a column, and the unit alone; None where there is none.

    Examples
    --------
    >>> multiplied_unit_in_column_name("dose (nM x 1000)"), multiplied_unit_in_column_name("Dose (10 nM)")
    (('nM x 1000', 'nM'), ('10 nM', 'nM'))
    """
    match = _MULTIPLIED.search(_plain(name))
    if match is None:
        return None
    unit = molar_name(match["unit"] or match["own"] or match["last"])
    factor = (match["behind"] or match["before"] or match["many"]).strip("xX\u00d7*\u00b7\u22c5/ ")
    return None if unit is None or factor == "1" else (match.group().strip("([xX\u00d7*\u00b7\u22c5 "), unit)


@dataclass(frozen=True)
class ShownUnit:
    """The unit in which people are shown doses: their own.

    Attributes
    ----------
    name
        As tables and axes write it.
    um_per_unit
        Doses of the data in one of it: uM, or 1 where the unit is not molar.
    column
        What names of columns end on: um, nM, own_unit.
    is_molar
        Whether it is a concentration in mol/l.
    """

    name: str
    um_per_unit: float
    column: str
    is_molar: bool


def shown_unit(data: xr.Dataset) -> ShownUnit:
    """The unit that the user stated for the doses of these data; uM where the data do not say."""
    units = str(data[v.DOSE].attrs.get("units", v.UNITS[v.DOSE])) if v.DOSE in data else v.UNITS[v.DOSE]
    if units != v.UNITS[v.DOSE]:
        return ShownUnit(units, 1.0, "own_unit", is_molar=False)
    name = molar_name(str(data.attrs.get("dose_unit", ""))) or "uM"
    return ShownUnit(name.replace("uM", "µM"), UM_PER_UNIT[name], "um" if name == "uM" else name, is_molar=True)


def dose_to_um(dose: float, unit: DoseUnit) -> float:
    """A dose in uM (or in the user's own unit, where that is no molar one).

    Rounded to 12 digits where converted: the same dose stated in two units must come out as one number.
    """
    if unit.factor == 1.0 or not np.isfinite(dose):
        return dose
    return float(f"{dose * unit.factor:.{_SIGNIFICANT_DIGITS}g}")


def _plain(text: str) -> str:
    """Both characters that look like a micro sign as u."""
    return unicodedata.normalize("NFKC", text).replace("\u03bc", "u").strip()
