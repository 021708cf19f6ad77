"""Cells of tables as text, the same on the terminal and in a notebook."""

import numbers
from typing import Any

import pandas as pd

from lensim.assay import ResultTable
from lensim.plain_text import LONGEST_CELL, one_line
from lensim.report.compact import compacted
from lensim.report.numbers import NONE, heading_of, number_text, whole_text
from lensim.report.page import Estimate


def cell_text(value: Any) -> str:
    """The text of a cell: a number with its interval or error, a dash for a missing value."""
    if isinstance(value, Estimate):
        return _estimate_text(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, numbers.Integral):
        return whole_text(int(value))
    if isinstance(value, numbers.Real):
        return number_text(float(value))
    return NONE if value is None or value is pd.NA or value == "" else one_line(value, LONGEST_CELL)


def _estimate_text(estimate: Estimate) -> str:
    text = number_text(estimate.value)
    if estimate.value != estimate.value:
        return NONE
    if estimate.error == estimate.error:
        return f"{text} ± {number_text(estimate.error, 2)}"
    if estimate.low != estimate.low or estimate.low == estimate.value == estimate.high:
        return text
    return f"{text} ({number_text(estimate.low)} to {number_text(estimate.high)})"


def text_table(table: ResultTable) -> pd.DataFrame:
    """The shown columns of a table, with headings in words, every cell as text."""
    frame = compacted(table.shown)
    columns = {heading_of(str(name), table.units.get(str(name), "")): frame[name] for name in frame}
    return pd.DataFrame({heading: [cell_text(value) for value in cells] for heading, cells in columns.items()})
