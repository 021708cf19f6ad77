"""A cell of a dose column: a number, perhaps with a unit behind it, or a word for an untreated well."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from lensim.dose_response.read.units import molar_name
from lensim.tables.control import CONTROL_WORDS
from lensim.tables.names import plain_name

UNTREATED_WORDS: Final = (CONTROL_WORDS - {"0", "len_0"}) | {
    "ctr", "veh", "solvent", "mock", "media", "vehicle_control", "dmso_control", "control_dmso", "vehicle_dmso",
    "solvent_control", "untreated_control", "untreated_cells", "negative_control", "neg_control", "neg_ctrl",
    "no_treatment", "no_compound", "no_inhibitor", "not_treated", "non_treated", "drug_free", "unbehandelt",
    "kontrolle", "controls", "dmso_only", "vehicle_only", "mock_treated", "dmso_vehicle",
}  # fmt: skip
"""Words in a dose or compound column that mean a well without the drug; case, blanks and signs do not count."""

_LIKELY_UNTREATED: Final = frozenset(
    {"nt", "ut", "unt", "untr", "nc", "nk", "wo", "w_o", "ohne", "without", "sans", "sin", "senza", "zonder", "nil",
     "neg", "negative", "negativ", "negctrl", "nontreated", "unstimulated", "uninfected", "keine", "kein", "aucun"}
)  # fmt: skip
_MAY_BE_UNTREATED: Final = re.compile(
    r"(?:un|non|not|nicht|sans|ohne|without|no|w_o)_?(?:be|trait|treat|drug|compound)\w*"
)

_BOUND: Final = re.compile(r"\s*(?:[<>\u2264\u2265~\u2248\u00b1]|<=|>=|ca\.?\s|approx)", re.IGNORECASE)
_POWER: Final = re.compile(
    r"(?:(?P<mantissa>[0-9][0-9.,]*)\s*[x\u00d7*\u00b7\u22c5]\s*)?10\s*(?:\^|\*\*)\s*\(?(?P<exponent>[+-]?[0-9]+)\)?(?P<rest>.*)",
    re.IGNORECASE,
)
_NUMBER: Final = re.compile(
    r"(?P<number>[+-]?(?:[0-9][0-9.,'\u2019\s]*[0-9.,]|[0-9]|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?)\s*(?P<rest>[^0-9\s.,'].*)?"
)
_SHARE: Final = re.compile(r"(?<![0-9.,])[0-9.,]++\s*+%\s*+(?:\(?[vw]/v\)?)?")
_SIGNS: Final = str.maketrans(dict.fromkeys("\u2212\u2013\ufe63\uff0d", "-"))
_RAISED: Final = str.maketrans(
    "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079\u207b\u207a", "0123456789-+"
)
_RAISED_RUN: Final = re.compile("[\u207b\u207a]?[\u2070\u00b9\u00b2\u00b3\u2074-\u2079]+")


@dataclass(frozen=True)
class DoseCell:
    """A number as text and the text behind it, which may be a unit; both empty where the cell holds no such thing."""

    number: str
    unit: str

    @property
    def molar(self) -> str | None:
        """The molar unit behind the number; None for none and for another."""
        return molar_name(self.unit) if self.unit else None


@lru_cache(maxsize=16_384)
def parse_dose_cell(text: str) -> DoseCell:
    """The parts of a cell such as "10 µM", "1e-08 M", "3x10^-7 M" or "0,1"."""
    text = _RAISED_RUN.sub(lambda run: "^" + run.group().translate(_RAISED), text).translate(_SIGNS)
    text = unicodedata.normalize("NFKC", text).strip()
    if power := _POWER.fullmatch(text):
        return DoseCell(f"{power['mantissa'] or '1'}e{power['exponent']}", _unit(power["rest"]))
    if match := _NUMBER.fullmatch(text):
        return DoseCell(match["number"].strip(), _unit(match["rest"] or ""))
    return DoseCell("", "")


def number_in(text: str) -> str:
    """The number in a cell, as text; the cell where it has none."""
    return parse_dose_cell(text).number or text


@lru_cache(maxsize=16_384)
def is_untreated_word(text: str) -> bool:
    """Whether a cell names a well without the drug: DMSO, vehicle, control, "0.1% DMSO" ..."""
    return plain_name(_SHARE.sub("", text)) in UNTREATED_WORDS


def may_be_untreated_word(text: str) -> bool:
    """Whether a cell may name a well without the drug by a word that may mean something else: NT, w/o, non traité."""
    plain = plain_name(text)
    return not any(sign.isdigit() for sign in text) and (
        plain in _LIKELY_UNTREATED or bool(_MAY_BE_UNTREATED.fullmatch(plain))
    )


def is_bound(text: str) -> bool:
    """Whether a cell holds a bound or a rough number, such as <0.1 or >10."""
    return bool(_BOUND.match(text))


def _unit(text: str) -> str:
    text = text.strip()
    inside = re.fullmatch(r"[(\[](.*)[)\]]", text)
    return (inside.group(1) if inside else text).strip()
