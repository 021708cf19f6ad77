"""Doses that are written as logarithms: what a column's name says, and the way back to a dose."""

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np

DoseScale = Literal["linear", "log10", "-log10", "ln", "-ln", "log2", "-log2"]
DOSE_SCALES: Final[tuple[DoseScale, ...]] = get_args(DoseScale)

LOG_WORDS: Final = ("log10", "log", "ln", "lg", "log2", "neg_log10", "neglog10", "minus_log10", "neg_log", "neglog")
"""Words before the name of a dose, as `plain_name` gives them, that make it a logarithm."""

_DIGITS: Final = 6
_BASES: Final[dict[str, float]] = {"log10": 10.0, "ln": math.e, "log2": 2.0}
_BASES_OF_WORDS: Final[dict[str, tuple[DoseScale, ...]]] = {
    "log10": ("log10",),
    "lg": ("log10",),
    "log2": ("log2",),
    "ln": ("ln",),
    "loge": ("ln",),
}
_BASE: Final = re.compile(
    r"(?P<before>^|.*?[^A-Za-z])(?P<sign>neg(?:ative)?|minus|p)?(?P<gap>[\s_.(\[]{0,20})"
    r"(?P<base>log[\s_]?10|log[\s_]?2|log[\s_]?e|lg|ln|log)"
    r"(?=$|[^A-Za-z]|[munp]?M(?:$|[^A-Za-z])|[munp]mol|dose|conc|c$)",
    re.IGNORECASE,
)
_NEGATIVE_POWER: Final = re.compile(
    r"(?:^|[^A-Za-z])p[\s_]?(?:dose|conc(?:entration)?|ic|c|\[[^]]*\])(?:$|[^A-Za-z])", re.IGNORECASE
)
_SHIFTED: Final = re.compile(r"log\w{0,60}1p|log[^)]{0,60}(?:\+\s{0,9}1|1\s{0,9}\+)", re.IGNORECASE)
_HYPHENS: Final = str.maketrans(dict.fromkeys("\u2212\u2013\u2010\u2011\ufe63\uff0d", "-"))

# ratios of neighbours that dilution series have: twofold to tenfold, half-log steps, 1-3-10 and 1-2-5
_RATIOS: Final = (2.0, 2.5, 3.0, 10 / 3, math.sqrt(10.0), 4.0, 5.0, 8.0, 10.0, 20.0, 100.0)


@dataclass(frozen=True)
class NamedScale:
    """What a name says of the scale of doses.

    Attributes
    ----------
    scales
        Those that it may mean; one where it is plain, all where it says log alone or a hyphen may be a minus.
    word
        The part of the name that says so.
    is_shifted
        Whether the name is that of log(dose + 1), which cannot be read.
    """

    scales: tuple[DoseScale, ...]
    word: str
    is_shifted: bool = False


def scale_in_name(name: str) -> NamedScale | None:
    """The scale of doses that a column's name says; None where it says no logarithm."""
    text = unicodedata.normalize("NFKC", name).translate(_HYPHENS)
    if _SHIFTED.search(text):
        return NamedScale((), text.strip(), is_shifted=True)
    match = _BASE.match(text)
    if match is None:
        power = _NEGATIVE_POWER.search(text)
        return NamedScale(("-log10",), power.group().strip()) if power else None
    base = re.sub(r"[\s_]", "", match["base"].lower())
    bases = _BASES_OF_WORDS.get(base, ("log10", "ln"))
    before, word = match["before"], match["base"]
    if match["sign"]:
        return NamedScale(tuple(_negative(one) for one in bases), f"{match['sign']}{match['gap']}{word}")
    if not before.endswith("-"):
        return NamedScale(bases, word)
    lead = before[:-1]
    if not lead.strip() or lead.rstrip().endswith(("(", "[", "=", ",", ";", ":")):
        return NamedScale(tuple(_negative(one) for one in bases), f"-{word}")
    return NamedScale((*bases, *(_negative(one) for one in bases)), f"-{word}")  # a minus, or a hyphen between words


def _negative(scale: DoseScale) -> DoseScale:
    return next(one for one in DOSE_SCALES if one == f"-{scale}")


def number_to_dose(number: float, scale: DoseScale) -> float:
    """The dose that a number on a scale means: 0 where its logarithm is infinitely low.

    Of all doses whose logarithm is written so, the one with the fewest digits: 7.523 is 3e-8, as 7.5229 is.
    """
    if scale == "linear":
        return number
    sign, base = (-1.0 if scale.startswith("-") else 1.0), _BASES[scale.lstrip("-")]
    try:
        dose = base ** (sign * number)
    except OverflowError:
        return math.inf
    if dose == 0.0 or not math.isfinite(dose):
        return dose
    decimals = _decimals(number)
    for digits in range(1, _DIGITS) if decimals > 1 else ():
        short = float(f"{dose:.{digits}g}")
        if abs(math.log(short, base) - sign * number) <= 0.5 * 10.0**-decimals:
            return short
    return float(f"{dose:.{_DIGITS}g}")


def bases_by_steps(values: Iterable[float]) -> tuple[str, ...]:
    """Bases under which all steps between neighbouring logarithms are ratios of usual dilution series."""
    ordered = np.unique(np.asarray([value for value in values if math.isfinite(value)], dtype=float))
    if len(ordered) < 3:
        return ()
    steps = np.diff(ordered)
    decimals = max(_decimals(value) for value in ordered)
    within = max(2.0 * 0.5 * 10.0**-decimals, 1e-9) * 1.01 if decimals < 5 else 2e-4
    usual = {name: np.log(_RATIOS) / math.log(base) for name, base in _BASES.items()}
    return tuple(
        name
        for name, ratios in usual.items()
        if all(np.abs(ratios - step).min() <= min(within, 0.011) for step in steps)
    )


def _decimals(value: float) -> int:
    text = f"{value:.10f}".rstrip("0")
    return len(text.partition(".")[2])
