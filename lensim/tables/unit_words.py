"""Units as people write them behind a name or in a row below a header: which they are, and which of them are one."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from lensim.tables.names import plain_name

_OPEN: Final = tuple("[({<")
_CLOSED: Final = tuple("])}>")
_MOLAR: Final = re.compile(r"([munpf]?)(?:M|mol(?:ar)?(?: ?(?:/|per) ?[lL])?)|([unpm])m")
_LOG: Final = re.compile(r"(-?(?:log10|log2|log|lg|ln))[ (_]*([munpf]?M)\)?")
_MASS: Final = re.compile(r"([munpfk]?g|i?u|units?) ?(?:/|per) ?([mud]?l|kg|m2|ha|well)", re.IGNORECASE)
_MOLAR_WORDS: Final = {"molar": "", "millimolar": "m", "micromolar": "u", "nanomolar": "n", "picomolar": "p"}
_WORDS: Final = {
    "percent": ("%", "percent", "pct", "per cent"),
    "fraction": ("fraction",),
    "fold": ("fold", "x", "ratio", "fold change"),
    "hours": ("h", "hr", "hrs", "hour", "hours"),
    "minutes": ("min", "mins", "minute", "minutes"),
    "seconds": ("s", "sec", "seconds"),
    "days": ("d", "day", "days"),
    "cpm": ("cpm", "counts/min", "counts per minute", "counts per min", "counts/minute"),
    "cps": ("cps", "counts/s", "counts per second"),
    "rlu": ("rlu", "relative light units", "light units"),
    "rfu": ("rfu", "relative fluorescence units"),
    "od": ("od", "abs", "absorbance", "optical density"),
    "au": ("au", "a.u.", "a.u", "arb. units", "arb. unit", "arbitrary units", "arbitrary unit"),
    "count": ("count", "counts", "events", "cells", "n", "#", "number", "no."),
    "cycles": ("cycle", "cycles", "ct", "cq", "cp"),
    "copies": ("copies", "copy number"),
    "ng": ("ng",), "pg": ("pg",), "ug": ("ug",), "fg": ("fg",), "ng/ul": ("ng/ul", "ng per ul"),
    "copies/ul": ("copies/ul",), "log2": ("log2",), "log10": ("log10",), "degrees": ("\u00b0c", "celsius"),
}  # fmt: skip
_KEYS: Final = {word: key for key, words in _WORDS.items() for word in words}
_LONGEST: Final = 40
NO_UNIT: Final = frozenset(
    {"", "-", "--", "n/a", "na", "none", "name", "names", "text", "string", "id", "unit", "units", "units:", "unit:"}
)
"""What a row of units has in a column without one, in lower case."""


@lru_cache(maxsize=4_096)
def unit_key(text: str) -> str:
    """One name for all spellings of a unit: "molar u" for uM and umol/l; empty for text that is no known unit."""
    if len(text) > _LONGEST:
        return ""
    plain = unicodedata.normalize("NFKC", bare_unit(text)).replace("\u03bc", "u")
    if plain.lower() in _MOLAR_WORDS:
        return f"molar {_MOLAR_WORDS[plain.lower()]}"
    if match := _MOLAR.fullmatch(plain):
        return f"molar {match[1] or match[2] or ''}"
    if match := _LOG.fullmatch(plain):
        return f"{match[1]} {match[2]}"
    if match := _MASS.fullmatch(plain):
        return f"{match[1].lower()} per {match[2].lower()}"
    return _KEYS.get(plain.lower(), "")


def bare_unit(text: str) -> str:
    """A unit without brackets around it."""
    whole = text.strip()
    inner = whole[whole[:1] in _OPEN : len(whole) - (whole[-1:] in _CLOSED)].strip()
    return whole if any(sign in inner for sign in _OPEN + _CLOSED) else inner


def is_concentration(key: str) -> bool:
    """Whether a unit is one of concentration, or a logarithm of one."""
    return (key.startswith(("molar", "log", "-log", "ln", "lg")) and key not in _WORDS) or " per " in key


def unit_in_name(name: str) -> str:
    """The unit that a column's name ends on, or is, as `unit_key` has it; empty for none."""
    parts = plain_name(name).split("_")
    for size in (3, 2, 1):
        if len(parts) >= size:
            words = [part for part in parts[-size:] if part != "per"]
            if size == 1 and words and words[0] in ("m", "n", "s", "d", "x", "number", "ratio"):  # may mean anything
                break
            if words and (key := unit_key("/".join(words)) or unit_key("_".join(words))):
                return key
    return "percent" if name.rstrip(" )]").endswith("%") else ""


def are_one(one: str, other: str) -> bool:
    """Whether two units are the same; arbitrary units are any of a reader's."""
    return one == other or ("au" in (one, other) and {one, other} <= {"au", "rlu", "rfu", "od"})


def without_unit(name: str) -> str:
    """A column's name without the unit in brackets behind it: Conc for Conc (uM)."""
    own, _, rest = name.rpartition(" (")
    return own if own and rest.endswith(")") and unit_key(rest[:-1]) else name
