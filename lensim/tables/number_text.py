"""Numbers as text: decimal point or comma, thousands, words for a missing value."""

import math
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, Literal

from lensim.checks import FaultReport, InputError, one_of

DecimalMark = Literal[".", ","]

STATE_MARK: Final = 'say decimal="." or decimal=","'
"""The remedy where numbers leave a doubt."""

LARGEST_NUMBER: Final = 1e100
"""Size of a number in a table; sums and products of a few such are still numbers."""

MISSING: Final = frozenset({"", "na", "n/a", "nan", "null", "none", "-", "--", "#n/a", "missing"})
"""Words for a missing value, in lower case."""

_PLAIN: Final = re.compile(r"[+-]?(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]+)?")
_INFINITE: Final = re.compile(r"[+-]?(?:inf|infinity|\u221e)", re.IGNORECASE)
_MARKED: Final = re.compile(r"[+-]?((?=[0-9]*+[.,])[0-9.,]++)([eE][+-]?[0-9]+)?")
_LIKE_NUMBER: Final = re.compile(r"[-+]?(?:[0-9]++(?:[.,][0-9]++)?+|[.,][0-9]++)(?:e[-+]?[0-9]++)?+%?", re.IGNORECASE)
_WORDS: Final = {".": "point", ",": "comma"}
_SIGNS: Final = str.maketrans(dict.fromkeys("\u2212\u2013\ufe63\uff0d", "-") | {"\uff0b": "+"})
_PARTED: Final = re.compile(
    r"([+-]?[1-9][0-9]{0,2}(?:([\s'\u2019])[0-9]{3})(?:\2[0-9]{3})*)((?:[.,][0-9]*)?(?:[eE][+-]?[0-9]+)?)"
)
"""A number whose thousands are parted by blanks or apostrophes, which are never decimal marks."""
_THOUSANDS: Final = {mark: re.compile(rf"[+-]?[1-9][0-9]{{0,2}}(?:{re.escape(mark)}[0-9]{{3}})+") for mark in ".,"}


_LONGEST_WHOLE: Final = 18
DIGITS: Final = "0123456789"


def whole_number(text: str) -> int | None:
    """A whole number of a few digits; None for other text, and for more digits than a count or a place can have."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_WHOLE else None


def is_like_number(cell: str) -> bool:
    """Whether a cell of a sheet looks like one number, with either decimal mark, or like a percentage."""
    return _LIKE_NUMBER.fullmatch(cell) is not None


def is_missing(text: str) -> bool:
    """Whether a cell is empty or holds a word for no value."""
    return text.strip().lower() in MISSING


@lru_cache(maxsize=65_536)
def plain_digits(text: str) -> str:
    """A number with a usual minus, and without blanks and apostrophes between thousands; other text as it is."""
    text = text.strip().translate(_SIGNS)
    parted = _PARTED.fullmatch(text)
    return re.sub(r"[\s'\u2019]", "", text) if parted else text


def find_decimal_mark(cells: Iterable[str], below_thousand: Iterable[str] = ()) -> DecimalMark:
    """Which of point and comma a file writes its decimals with, from all of its numbers together.

    Parameters
    ----------
    cells
        Numbers of any size.
    below_thousand
        Numbers that cannot reach 1000, such as percent: a mark in one is a decimal mark.

    Raises
    ------
    InputError
        If both occur as decimal marks, or every mark might as well part thousands (12,345 or 12.345). The message is
        the rule alone, for a place to be put before it.
    """
    surely, perhaps = _marks_of_all(cells, below_thousand)
    if "," in surely and "." in surely:
        raise InputError(_both(surely["."], surely[","]))
    if surely:
        return "," if "," in surely else "."
    if "." in perhaps and "," in perhaps:
        raise InputError(_both(perhaps["."], perhaps[","]))
    for number in perhaps.values():
        raise InputError(in_doubt(number))
    return "."


def decimal_mark_of(
    cells: Iterable[str],
    stated: DecimalMark | None,
    has_decimal_points: bool,
    faults: FaultReport,
    *,
    below_thousand: Sequence[str] = (),
    column: Sequence[str] = (),
) -> DecimalMark:
    """The decimal mark of a table: a point where numbers were numbers, else as stated, else as the numbers show.

    `column` has the cells of one column, such as doses: its whole numbers may show that its points part thousands. A
    doubt is a fault, after which nothing can be read: all faults so far are raised. Thousands marks that other numbers
    show are told.
    """
    if stated is not None:
        one_of("decimal", stated, (".", ","))
    if has_decimal_points:
        return "."
    if stated is not None:
        return stated
    cells = list(cells)
    try:
        mark = find_decimal_mark(cells, below_thousand)
    except InputError as doubt:
        faults.add(str(doubt))
        faults.raise_if_any()
    surely, perhaps = _marks_of_all(cells, below_thousand)
    other = {".": ",", ",": "."}[mark]
    if parted := _parted_beside_whole(column, mark):
        faults.add(
            f"{parted!r} stands in one column with whole numbers and may mean {parted.replace(mark, '')}, yet "
            f"{surely[mark]!r} has a decimal {_WORDS[mark]}: write {parted.replace(mark, '')} without the "
            f'{_WORDS[mark]}, or say decimal="{mark}" if it is {_shortest(parted, mark)}'
        )
        faults.raise_if_any()
    if other in perhaps and mark in surely:
        number = perhaps[other]
        faults.tell(
            f"{surely[mark]!r} has a decimal {_WORDS[mark]}, so {_WORDS[other]}s part thousands: {number!r} is read as "
            f"{number.replace(other, '')}"
        )
    return mark


def _marks_of_all(cells: Iterable[str], below_thousand: Iterable[str]) -> tuple[dict[str, str], dict[str, str]]:
    """As `decimal_marks`, where some numbers cannot reach 1000."""
    surely, perhaps = decimal_marks(cells)
    sure_too, small = decimal_marks(below_thousand)
    return sure_too | small | surely, perhaps


def _parted_beside_whole(column: Sequence[str], mark: DecimalMark) -> str | None:
    """A number such as 1.000 or 2.500 in a column whose other numbers are whole and below 1000; None for none.

    No program writes an ending 0 in some numbers of a column and no decimals in others.
    """
    texts = [plain_digits(cell) for cell in column]
    if decimal_marks(texts)[0] or not any(text.isdigit() and text != "0" for text in texts):
        return None
    if any(text.isdigit() and len(text) > 3 for text in texts):
        return None
    return next((text for text in texts if mark in text and text.endswith("0") and text[:1].isdigit()), None)


def decimal_mark_in_doubt(
    cells: Iterable[str],
    stated: DecimalMark | None,
    has_decimal_points: bool,
    faults: FaultReport,
    *,
    below_thousand: Sequence[str] = (),
) -> DecimalMark:
    """As `decimal_mark_of`, for a table beside the one that a mark is stated for: the mark counts only in doubt."""
    if has_decimal_points:
        return "."
    cells = list(cells)
    try:
        find_decimal_mark(cells, below_thousand)
    except InputError:
        return decimal_mark_of(cells, stated, False, faults)
    return decimal_mark_of(cells, None, False, faults, below_thousand=below_thousand)


def decimal_marks(cells: Iterable[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Marks of numbers that can be read with that mark alone, and of those that could also be parted thousands.

    Each with the first such number.
    """
    surely: dict[str, str] = {}
    perhaps: dict[str, str] = {}
    for cell in dict.fromkeys(cells):
        match = _MARKED.fullmatch(plain_digits(cell))
        if not match:
            continue
        digits = match.group(1)
        other = {".": ",", ",": "."}
        last = max(".,", key=digits.rfind)
        if other[last] in digits:
            surely.setdefault(last, cell)
        elif digits.count(last) > 1:
            surely.setdefault(other[last], cell)
        elif _THOUSANDS[last].fullmatch(digits) and not match.group(2):
            perhaps.setdefault(last, cell)
        else:
            surely.setdefault(last, cell)
    return surely, perhaps


def in_doubt(number: str) -> str:
    """The sentence about a number such as 12,345 or 12.345, with the choice that each of its meanings needs."""
    number = number.strip()
    mark = "," if "," in number else "."
    other = "." if mark == "," else ","
    return (
        f'{number!r} may mean {number.replace(mark, "")} or {_shortest(number, mark)}: say decimal="{other}" for the '
        f'first, decimal="{mark}" for the second'
    )


def _shortest(number: str, mark: str) -> str:
    """A decimal number with a point and without zeros at its end."""
    return f"{float(number.replace(mark, '.')):.12g}"


def _both(point: str, comma: str) -> str:
    return (
        f"numbers have both decimal points ({point!r}) and decimal commas ({comma!r}): write one kind; or say "
        'decimal="," where points part thousands, decimal="." where commas do'
    )


@lru_cache(maxsize=65_536)
def parse_number(text: str, decimal: DecimalMark) -> float | None:
    """The number that a cell holds, infinite where it says so or is beyond 1e100; None where it holds none."""
    text = plain_digits(text)
    if _PLAIN.fullmatch(text) and (decimal == "." or "." not in text):
        return _float(text)
    if _INFINITE.fullmatch(text):
        return float("-inf" if text.startswith("-") else "inf")
    whole, mark, rest = text.partition(decimal)
    parting = "." if decimal == "," else ","
    if parting in whole:
        if not _THOUSANDS[parting].fullmatch(whole):
            return None
        whole = whole.replace(parting, "")
    plain = f"{whole}{'.' if mark else ''}{rest}"
    return _float(plain) if _PLAIN.fullmatch(plain) else None


def _float(text: str) -> float:
    """A number; one of more than a hundred digits is no measurement, and infinite for all that follows."""
    number = float(text)
    return number if abs(number) <= LARGEST_NUMBER else math.copysign(math.inf, number)
