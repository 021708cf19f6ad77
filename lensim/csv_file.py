"""Tables as CSV files that spreadsheets open rightly, as far as CSV lets them."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lensim.plain_text import shown

if TYPE_CHECKING:
    import pandas as pd

_MONTH: Final = "(?:jan|feb|mar|march|apr|april|may|jun|june|jul|july|aug|sep|sept|oct|nov|dec)"
_MISREAD: Final = re.compile(
    rf"{_MONTH}[- ]?[0-9]{{1,4}}|[0-9]{{1,2}}[-/][0-9]{{1,4}}|[0-9]+e[0-9]+|0[0-9]+|[=+@\t\r-][^\n]*", re.IGNORECASE
)
"""Names that a spreadsheet takes for a date, a number or a formula as it opens a CSV file."""


def encoding_for(texts: Iterable[str]) -> str:
    """The encoding of a CSV file with these texts: UTF-8, with a byte-order mark where one has letters beyond ASCII.

    Without the mark Excel shows other letters for them.
    """
    return "utf-8" if all(text.isascii() for text in texts) else "utf-8-sig"


def write_csv_file(frame: "pd.DataFrame", path: Path) -> None:
    """Write a table as CSV in UTF-8, without its index; see `encoding_for`."""
    text = frame.to_csv(index=False, lineterminator="\n")
    path.write_bytes(text.encode(encoding_for([text])))


def misread_note(frames: "Iterable[pd.DataFrame]") -> str:
    """Which name a spreadsheet would take for something else as it opens a CSV file, and the remedy; '' where none."""
    return misread_cell(
        (str(name), value)
        for frame in frames
        for name, values in frame.items()
        if values.dtype.kind in "OUT" or str(values.dtype) in ("str", "string")
        for value in values
    )


def misread_cell(cells: Iterable[tuple[str, object]]) -> str:
    """The same of cells, each with the name of its column."""
    for name, value in cells:
        if isinstance(value, str) and _MISREAD.fullmatch(value):
            return (
                f"a spreadsheet takes {shown(value)} in the column {shown(name)} of the CSV for a date, a number or a "
                "formula: open a workbook (--xlsx)"
            )
    return ""
