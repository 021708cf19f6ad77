"""Names as people write them: of columns, without case, blanks and signs; of plates, with the numbers; along a dim."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import xarray as xr

_LATIN: Final = str.maketrans(
    {"\u0442": "t", "\u0422": "T", "\u0421": "C", "\u0441": "c", "\u0394": "d", "\u2206": "d", "\u03b4": "d"}
)
_SIGNS: Final = (
    (re.compile(r"\u00b1|\u2213|\+/?[-\u2212\u2013]"), " plusminus "),
    (re.compile(r"(?<![^\W_])[\u00d8\u00f8\u2300\u2205](?![a-z\u00df-\u00ff])|[Xx]\u0304"), " mean "),
    (re.compile(r"(?<![^\W_])\u03c3"), " sigma "),
    (re.compile("\u03c3"), "sigma"),  # a letter of a name, such as 14-3-3\u03c3
    (re.compile("\u221a"), " sqrt "),
    (re.compile(r"\u2211|(?<![^\W_])\u03a3"), " sum "),
)
"""Signs that say what a column holds: an error, a mean, a root, a sum. Each counts as a word."""
_INVERTED: Final = re.compile(
    r"\s*(?:[-\u2212\u2013]\s*(?=[^\W\d_]|[\u2206\u221a(\[])|2\s*(?:\^|\*\*)\s*[({\[]?\s*[dD\u0394\u2206\u03b4])"
)


@lru_cache(maxsize=16_384)
def plain_name(name: str) -> str:
    """A name in lower case, with everything but letters and digits as one underscore.

    Cyrillic letters that look Latin are Latin, and both micro signs are u ("Dose (µM)" is dose_um). Signs for an error,
    a mean, a root or a sum are words: "RLU ±" is rlu_plusminus, "Ct Ø" is ct_mean.
    """
    text = unicodedata.normalize("NFKC", name.translate(_LATIN)).replace("\u03bc", "u")
    if not text.isascii() or "+" in text:
        for sign, word in _SIGNS:
            text = sign.sub(word, text)
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def is_inverted(name: str) -> bool:
    """Whether a sign makes a column's name that of the inverse: -log2FC; 2^ddCt, where 2^-ddCt is usual."""
    return bool(_INVERTED.match(unicodedata.normalize("NFKC", name)))


def in_natural_order(names: Iterable[str]) -> list[str]:
    """Names sorted with the numbers in them as numbers, plate 2 before plate 10."""

    def key(name: str) -> tuple[list[tuple[int, int, str]], str]:
        parts = re.split(r"([0-9]+)", name)
        numbers = [(0, len(digits), digits) for digits in (part.lstrip("0") for part in parts[1::2])]
        words = [(1, 0, part.casefold()) for part in parts[::2]]
        return [one for pair in zip(words, [*numbers, (0, 0, "")], strict=True) for one in pair], name

    return sorted(names, key=key)


def names_along(data: "xr.Dataset", dim: str) -> list[str]:
    """Names along a dim; numbers from 1 where it has none, and nothing where there is no such dim."""
    if dim in data.coords:
        return [str(name) for name in data[dim].to_numpy()]
    return [f"{dim.replace('_', ' ')} {number + 1}" for number in range(data.sizes.get(dim, 0))]
