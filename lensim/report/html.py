"""A page as one HTML file that needs nothing else: no script, no network, pictures and style inside.

A pure function of the values of `lensim.report.page`; the page's own policy (CSP) refuses to load anything.
"""

import math
import numbers
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import jinja2
import numpy as np
import pandas as pd
from markupsafe import Markup

from lensim.checks import InputError
from lensim.plain_text import LONGEST_CELL, one_line, visible
from lensim.report.numbers import NONE, heading_of, number_text, whole_text
from lensim.report.page import Estimate, Mark, Page, PageTable, Picture, Remarked, Span, all_sections
from lensim.report.pictures import embedded

LARGEST_PAGE: Final = 5_000_000
"""Bytes of a page: what a phone loads without patience."""

ROOM_FOR_WORDS: Final = 1_000_000
"""Bytes of these that figures leave to text and tables."""

FINDINGS_SHOWN: Final = 6
FOLDED_FROM_ROWS: Final = 12
COLUMNS_SIDE_BY_SIDE: Final = 6
MOST_ROWS: Final = 300
"""Rows of a table that a page shows; the file has all."""

SIGNS: Final = {"yes": "✓", "no": "✗", "open": NONE}


@dataclass(frozen=True)
class _Cell:
    text: str
    kind: str = "text"
    state: str = ""
    span: "_Drawn | None" = None
    remark: str = ""


@dataclass(frozen=True)
class _Drawn:
    """A `Span` in percent of its width."""

    low: float
    high: float
    middle: float
    point: float
    beyond: str


@dataclass(frozen=True)
class _Grid:
    caption: str
    heads: tuple[tuple[str, str], ...]
    rows: tuple[tuple[_Cell, ...], ...]
    rows_in_all: int
    source: str
    is_folded: bool


def render(page: Page, largest: int = LARGEST_PAGE) -> str:
    """The page as text of one HTML file.

    Parameters
    ----------
    page
        What it says.
    largest
        Bytes that it may take.

    Raises
    ------
    InputError
        If it takes more, or a figure is none.
    """
    pictures = [picture for section in all_sections(page.sections) for picture in section.pictures]
    drawn, _ = embedded(pictures, max(largest - ROOM_FOR_WORDS, largest // 2))
    by_picture = dict(zip(map(id, pictures), drawn, strict=True))

    def image(picture: Picture) -> tuple[str, int, int]:
        return by_picture[id(picture)]

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("lensim.report", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=_seen,
    )
    text = environment.get_template("page.html").render(
        page=page, grid=grid, image=image, signs=SIGNS, findings_shown=FINDINGS_SHOWN
    )
    size = len(text.encode())
    if size > largest:
        raise InputError(
            f"a page must take at most {largest / 1e6:.1f} MB, got {size / 1e6:.1f} MB: leave out results or tables"
        )
    return text


def _seen(value: object) -> object:
    """Text of a user with every sign to be seen; what the template made of others is HTML already."""
    return visible(value, keep="\n\t") if isinstance(value, str) and not isinstance(value, Markup) else value


def grid(table: PageTable) -> _Grid:
    """A table as cells of text, numbers to the right."""
    frame = table.frame.head(MOST_ROWS)
    is_wide = frame.shape[1] > COLUMNS_SIDE_BY_SIDE
    columns = [list(_cells(frame.iloc[:, at], is_wide=is_wide)) for at in range(frame.shape[1])]
    heads = tuple(
        (heading_of(str(name), table.units.get(str(name), "")), _kind(cells))
        for name, cells in zip(frame.columns, columns, strict=True)
    )
    return _Grid(
        caption=table.caption,
        heads=heads,
        rows=tuple(zip(*columns, strict=True)),
        rows_in_all=len(table.frame),
        source=table.source,
        is_folded=len(table.frame) > FOLDED_FROM_ROWS and not table.is_open,
    )


def _kind(cells: list[_Cell]) -> str:
    kinds = {cell.kind for cell in cells if cell.text != NONE}
    return "number" if kinds == {"number"} else "text"


def _cells(column: pd.Series, *, is_wide: bool) -> Iterator[_Cell]:
    # a column of whole numbers with gaps was read as one of floats
    whole = pd.api.types.is_float_dtype(column) and bool((column.dropna() % 1 == 0).all()) and column.notna().any()
    for value in column:
        yield _cell(value, whole=bool(whole), is_wide=is_wide)


def _cell(value: Any, *, whole: bool, is_wide: bool) -> _Cell:
    if isinstance(value, Mark):
        return _Cell(value.word, "mark", value.state)
    if isinstance(value, Span):
        return _span_cell(value)
    if isinstance(value, Remarked):
        return _Cell(one_line(value.text, LONGEST_CELL), remark=value.remark)
    if isinstance(value, Estimate):
        return _estimate_cell(value, is_wide=is_wide)
    if isinstance(value, bool | np.bool_):
        return _Cell("yes" if value else "no")
    if isinstance(value, numbers.Integral):
        return _Cell(whole_text(int(value)), "number")
    if isinstance(value, numbers.Real):
        number = float(value)
        if math.isnan(number):
            return _Cell(NONE)
        return _Cell(whole_text(int(number)) if whole and math.isfinite(number) else number_text(number), "number")
    text = "" if value is None or value is pd.NA else one_line(value, LONGEST_CELL)
    return _Cell(text or NONE)


def _estimate_cell(estimate: Estimate, *, is_wide: bool) -> _Cell:
    """In a wide table the interval is below its number, in a narrow one behind it."""
    text = number_text(estimate.value)
    if math.isnan(estimate.value):
        return _Cell(NONE)
    if not math.isnan(estimate.error):
        return _Cell(f"{text} ± {number_text(estimate.error, 2)}", "number")
    if (math.isnan(estimate.low) and math.isnan(estimate.high)) or estimate.low == estimate.value == estimate.high:
        return _Cell(text, "number")
    interval = f"{number_text(estimate.low)} to {number_text(estimate.high)}"
    return _Cell(text, "number", remark=interval) if is_wide else _Cell(f"{text} ({interval})", "number")


def _span_cell(span: Span) -> _Cell:
    """The interval takes the middle half; what lies further out than the edge is drawn at the edge, as an arrow."""
    if not span.high > span.low:
        return _Cell(NONE)
    width = span.high - span.low

    def at(value: float) -> float:
        return 25 + 50 * (value - span.low) / width

    point = at(span.point)
    beyond = "right" if point > 97 else "left" if point < 3 else ""
    inside = span.low <= span.point <= span.high
    said = (
        f"{number_text(span.point)} {'lies within' if inside else 'lies outside'} {number_text(span.low)} to "
        f"{number_text(span.high)}"
    )
    return _Cell(
        said, "span", "yes" if inside else "no", _Drawn(25, 75, at(span.middle), min(max(point, 3), 97), beyond)
    )
