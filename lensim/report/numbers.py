"""Numbers and column names in one form for all languages: decimal point, thin spaces, units in brackets."""

import math
from typing import Final

from lensim import vocabulary as v
from lensim.units_in_names import UNIT_WORDS, part_with_unit

MINUS: Final = "\N{MINUS SIGN}"
NONE: Final = "\N{EN DASH}"
TIMES: Final = "\N{MULTIPLICATION SIGN}"
GROUP: Final = "\N{NARROW NO-BREAK SPACE}"
_RAISED: Final = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")

SPELLINGS: Final = {
    "ic50": "IC50",
    "ec50": "EC50",
    "gr50": "GR50",
    "gr": "GR",
    "aoc": "AOC",
    "ct": "Ct",
    "tnf": "TNF",
    "igf1": "IGF1",
    "len": "LEN",
    "mcse": "(Monte Carlo error)",
    "sd": "SD",
    "r2": "R²",
    "p53": "p53",
    "ess": "ESS",
    "n": "n",
    "p": "P",
    "u": "U",
    "mu": "mean",
    "sigma": "SD of",
    "s": "S",
    "g0g1": "G0/G1",
    "g2m": "G2/M",
    "nuts": "NUTS",
}
"""Words that are not written as they are spoken."""

BARE_NAMES: Final = {"percent_points": "percentage points", "r_hat": "R-hat", "by_nuts": "by NUTS"}


def number_text(value: float, digits: int = 3) -> str:
    r"""A number with at most `digits` significant ones, and all of its whole part.

    >>> number_text(123456), number_text(0.01234), number_text(1234.5)
    ('123\u202f456', '0.0123', '1234')
    """
    if math.isnan(value):
        return NONE
    sign = MINUS if value < 0 else ""
    size = abs(value)
    if math.isinf(size):
        return f"{sign}∞"
    if size != 0 and not 1e-4 <= size < 1e7:
        head, _, exponent = f"{size:.{digits - 1}e}".partition("e")
        if "." in head:
            head = head.rstrip("0").rstrip(".")
        return f"{sign}{head} {TIMES} 10{str(int(exponent)).translate(_RAISED)}"
    if size >= 10 ** (digits - 1) or size == int(size):
        text = f"{size:,.0f}" if size >= 10_000 else f"{size:.0f}"
        return f"{sign if text != '0' else ''}{text.replace(',', GROUP)}"
    power = int(f"{size:.{digits - 1}e}".partition("e")[2])  # of the rounded number: 9.996 has that of 10.0
    places = max(0, digits - 1 - power)
    return f"{sign}{size:.{places}f}"


def whole_text(value: int) -> str:
    r"""A whole number with all of its digits.

    >>> whole_text(9999), whole_text(1234567890)
    ('9999', '1\u202f234\u202f567\u202f890')
    """
    text = f"{abs(value):,}" if abs(value) >= 10_000 else f"{abs(value)}"
    return f"{MINUS if value < 0 else ''}{text.replace(',', GROUP)}"


def heading_of(name: str, unit: str = "") -> str:
    """The words of a column name, with its unit in brackets.

    >>> heading_of("ic50_um_lower"), heading_of("p_resistant"), heading_of("tnf_pg_per_ml")
    ('IC50 lower [µM]', 'P(resistant)', 'TNF [pg/ml]')
    """
    if name in BARE_NAMES:
        return BARE_NAMES[name]
    if name in v.UNITS and not unit:
        unit = v.UNITS[name] if v.UNITS[name] not in ("1", "") else ""
    rest = f"_{name}_"
    if part := part_with_unit(name):
        rest, unit = rest.replace(f"_{part}_", "_"), unit or UNIT_WORDS[part]
    words = rest.replace(".", " ").replace("_", " ").split()
    if len(words) > 1 and words[0] == "p":
        said = f"P({' '.join(SPELLINGS.get(word, word) for word in words[1:])})"
    else:
        said = " ".join(SPELLINGS.get(word, word) for word in words)
    return f"{said} [{unit}]" if unit else said
