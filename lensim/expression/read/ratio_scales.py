"""What the numbers of a table of ratios or levels are, by the name of their column, and each as a log2."""

import math
import re
from collections.abc import Sequence
from typing import Final

from lensim.checks import FaultReport
from lensim.expression.read.columns import LEVEL_SCALES, RATIO_COLUMNS, SCALES
from lensim.expression.read.quoting import quoted
from lensim.tables.columns import Found
from lensim.tables.names import plain_name
from lensim.tables.number_text import is_missing, parse_number
from lensim.tables.table import TextTable

DDCT: Final = frozenset({"ddct", "ddcq", "ddcp", "deltadeltact"})
"""Words for the difference of differences of Cts, which is -log2_ratio; 2^-ddCt is a ratio."""

LARGEST_DCT: Final = 45.0
"""No two Cts of a run are further apart [cycles]."""

LARGEST_LOG2_LEVEL: Final = 60.0
"""Of a level over the references: no run of 45 cycles has more, and levels that are no logarithms often do [log2]."""

LEAST_PERCENT: Final = 10.0
"""Percents of the control that are all below this may be ratios."""

_MINUS: Final = re.compile(
    r"\s*(?:[-\u2212\u2013]|(?:minus|neg(?:ative)?)[\s_-])\s*(?:mean\s)?(?:d|delta|[\u0394\u2206])", re.IGNORECASE
)
_BOUND: Final = re.compile(
    r"\s*(?:[<>\u2264\u2265]|u?nd\b|undet|not? |no_|below|above|b\.?d\b|lod\b|loq\b)", re.IGNORECASE
)


def scale_of(table: TextTable, found: Found, faults: FaultReport) -> tuple[str, str]:
    """The meaning whose column holds the numbers, and what they are; none or several are raised.

    A ratio goes before a level: a table that has both was computed from one to the other. A column of ratios with a
    percent sign in its name or in all of its cells holds percents of the control; a dCt with a minus before its name
    is a log2 level.
    """
    scales = [name for name in SCALES if found.has(name)] or [name for name in LEVEL_SCALES if found.has(name)]
    if len(scales) != 1:
        names = " and ".join(found.column(name) for name in scales) or f"none among {', '.join(table.header)}"
        of = LEVEL_SCALES if scales and scales[0] in LEVEL_SCALES else SCALES
        faults.add(f"there must be exactly one column of {', '.join(of)}, got {names}", line=1)
        faults.raise_if_any()
    what, name = scales[0], found.column(scales[0])
    _refuse_other_scales(what, name, faults)
    cells = [cell for cell in (found.cell(what, row) for row in table.rows) if not is_missing(cell)]
    if what == "ratio" and ("%" in name or (cells and all(cell.endswith("%") for cell in cells))):
        return what, "percent_of_control"
    if what == "dct" and _MINUS.match(name):
        return what, "log2_level"
    return what, what


def has_signs(table: TextTable, found: Found, what: str) -> bool:
    """Whether a cell of a column ends on a percent sign."""
    return any(found.cell(what, row).endswith("%") for row in table.rows)


def has_percents(table: TextTable, found: Found, what: str) -> bool:
    """Whether a column has percent signs in its cells, or a number that is surely a percent rather than a ratio."""
    numbers = [parse_number(cell, mark) for row in table.rows for mark in (".", ",") if (cell := found.cell(what, row))]
    return has_signs(table, found, what) or any(number >= LEAST_PERCENT for number in numbers if number is not None)


def _refuse_other_scales(scale: str, name: str, faults: FaultReport) -> None:
    """Raise a column that is stated to be what its name says that it is not."""
    words = set(plain_name(name).split("_"))
    level = scale in LEVEL_SCALES
    log2, linear = ("log2_level", "relative_level") if level else ("log2_ratio", "ratio")
    is_log2 = scale in ("log2_ratio", "log2_level")
    if (is_log2 or scale == "dct") and words & DDCT and not _MINUS.match(name):
        rule = f"the column {name!r} holds -log2_ratio by its name: {way_of_ddct(name)}"
    elif scale != "dct" and words & {"log10", "log10fc", "lg"}:
        rule = f"the column {name!r} holds log10 {'levels' if level else 'ratios'} by its name: write a column "
        rule += f"{log2} with its values divided by 0.30103"
    elif scale in ("ratio", "percent_of_control", "relative_level") and any(word.startswith("log") for word in words):
        rule = f"the column {name!r} holds logarithms by its name: write a column {log2}, or {linear}"
    elif scale in ("ratio", "relative_level") and RATIO_COLUMNS["dct"].rank(name) is not None:
        rule = f'the column {name!r} holds differences of Cts by its name: state columns={{"dct": {quoted(name)}}}'
    elif scale == "dct" and plain_name(name).startswith("2_"):
        rule = f'the column {name!r} holds 2 to a power by its name: state columns={{"relative_level": {quoted(name)}}}'
    else:
        return
    faults.add(rule, line=1)
    faults.raise_if_any()


def way_of_ddct(name: str) -> str:
    """What to do with a column of differences of differences of Cts, or of their negatives."""
    if _MINUS.match(name):
        return f'state columns={{"log2_ratio": {quoted(name)}}}'
    return f"write a column log2_ratio with the values of {name!r} and the other sign"


def as_log2(number: float | None, scale: str) -> float | None:
    """A ratio or a level on the log2 scale; None where the number is none."""
    if number is None or not math.isfinite(number):
        return None
    if scale == "log2_level":
        return number if abs(number) <= LARGEST_LOG2_LEVEL else None
    if scale == "log2_ratio":
        return number
    if scale == "dct":
        return -number if abs(number) <= LARGEST_DCT else None
    ratio = number / 100.0 if scale == "percent_of_control" else number
    return math.log2(ratio) if ratio > 0 else None


def rule_of(scale: str) -> str:
    """What a number of a scale must be, in words."""
    if scale == "log2_level":
        return f"a number from -{LARGEST_LOG2_LEVEL:g} to {LARGEST_LOG2_LEVEL:g}"
    if scale == "log2_ratio":
        return "a finite number"
    return f"a number from -{LARGEST_DCT:g} to {LARGEST_DCT:g} cycles" if scale == "dct" else "a finite number above 0"


def hint(text: str, number: float | None, scale: str, name: str) -> str:
    """What a cell that is no number of its scale may be, and what to do."""
    if scale in LEVEL_SCALES and (number == 0 or (number is None and _BOUND.match(text))):
        return (
            "; of a gene that was not detected give the Cts, a row a reaction: a reaction without a Ct is evidence "
            "there; or leave the cell empty, and the subject is left out for this gene, which "
            "makes the mean of its group too high"
        )
    if scale == "log2_level" and number is not None and number > LARGEST_LOG2_LEVEL:
        return f'; if the column holds levels as they are, state columns={{"relative_level": {quoted(name)}}}'
    if number is None or number >= 0:
        return ""
    if scale == "relative_level":
        return (
            f'; if the column holds log2 levels, state columns={{"log2_level": {quoted(name)}}}, if Ct of the target '
            f'less Ct of the reference, columns={{"dct": {quoted(name)}}}'
        )
    if scale not in SCALES:
        return ""
    return (
        "; write a halving as 0.5, not as -2, and if the column holds log2 ratios, name it, "
        'columns={"log2_ratio": "NAME"}'
    )


def told_of_scale(log2: Sequence[float], scale: str, name: str) -> list[str]:
    """How levels were understood, and what their numbers may be instead.

    Parameters
    ----------
    log2
        Levels of all rows.
    scale
        What their column is taken for.
    name
        Of the column.
    """
    if scale == "dct":
        said = [
            f"{name} is taken as Ct of the target less Ct of the reference, with an amplification factor of 2: a lower "
            "dCt is a higher level"
        ]
        if log2 and min(log2) > 0:
            said.append(
                f"every {name} is below 0: if it is Ct of the reference less Ct of the target, state "
                f'columns={{"log2_level": {quoted(name)}}}: read as dCt, all ratios would be upside down'
            )
        return said
    if scale == "relative_level" and plain_name(name).startswith("2_d") and log2 and min(log2) > 0:
        return [f'every {name} is above 1: if the column holds dCts, state columns={{"dct": {quoted(name)}}}']
    return []
