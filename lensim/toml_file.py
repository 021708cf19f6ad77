"""TOML files, read in one place: size, depth and digits are looked at before anything is parsed."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from lensim import limits
from lensim.checks import InputError
from lensim.input_file import read_bytes
from lensim.plain_text import shown_name

_ENDS: Final = {
    '"""': re.compile(r'(?:[^"\\]|\\.|"(?!""))*+"""', re.DOTALL),
    "'''": re.compile(r"(?:[^']|'(?!''))*+'''"),
    '"': re.compile(r'(?:[^"\\\n]|\\.)*+"'),
    "'": re.compile(r"[^'\n]*+'"),
}
"""By the mark at the start of a string, all of it behind that mark."""
_PIECE: Final = re.compile(r"\"\"\"|'''|[\"'\[\]{}\n=,]|#[^\n]*+|[^\s\[\]{}\"'#=,]++")


def read_toml(path: str | Path, what: str, *, parse_float: Callable[[str], Any] = float) -> dict[str, Any]:
    """The content of a TOML file, which is `what` in messages: "a scenario", "a plan".

    Raises
    ------
    InputError
        If there is no such file, it is a folder, it cannot be opened, it is no TOML in UTF-8, or it has more than
        1,000,000 bytes, 16 brackets within each other, 16 parts of a dotted key, or 1,000 characters of one number or
        name.
    """
    path = Path(path)
    text = _text(path, what)
    _require_bounded(text, shown_name(path))
    try:
        return tomllib.loads(text, parse_float=parse_float)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{shown_name(path)} must be TOML: {error}") from None
    except ArithmeticError:
        raise InputError(f"{shown_name(path)} must be TOML, got a number whose exponent is too large") from None
    except ValueError as error:  # a day that there is not; digits that are none
        raise InputError(f"{shown_name(path)} must be TOML, got a value that is none ({error})") from None
    except RecursionError:  # where the caller is deep in calls already
        raise InputError(f"{shown_name(path)} must be TOML with less within each other, got too many levels") from None


def _text(path: Path, what: str) -> str:
    raw = read_bytes(path, what, at_most=limits.TOML_BYTES)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{shown_name(path)} must be TOML in UTF-8, got the byte {raw[error.start]:#04x} in line {line}"
        ) from None


def _require_bounded(text: str, place: str) -> None:
    """Refuse brackets and dotted keys that are too deep, and words that are too long: parsing them takes long.

    A string without an end is left to the parser, which gets no further than that.
    """
    at, depth, parts = 0, 0, 1
    while piece := _PIECE.search(text, at):
        at, said = piece.end(), piece.group()
        if said in _ENDS:
            end = _ENDS[said].match(text, at)
            if end is None:
                return
            at = end.end()
            continue
        if said.startswith("#"):
            continue
        depth = max(depth + (said in "[{") - (said in "]}"), 0)
        parts = 1 if said in "\n=,[{" else parts + said.count(".")
        if fault := _fault(said, depth, parts):
            line = text.count("\n", 0, piece.start()) + 1
            raise InputError(f"{place} line {line} must have at most {fault}")


def _fault(word: str, depth: int, parts: int) -> str:
    """What is beyond its bound; '' where nothing is."""
    if len(word) > limits.TOML_WORD:
        return f"{limits.TOML_WORD:,} characters in a number or a name, got {len(word):,}"
    if depth > limits.TOML_DEPTH:
        return f"{limits.TOML_DEPTH} brackets within each other, got more"
    return f"{limits.TOML_DEPTH} parts in a dotted key, got {parts}" if parts > limits.TOML_DEPTH else ""
