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


def write_csv_file(frame: "pd.DataFrame", path: Path) -> None:
    """Write a table as CSV in UTF-8, without its index.

    A file with letters beyond ASCII, such as µ, begins with a byte-order mark: without it Excel shows other letters.
    """
    text = frame.to_csv(index=False, lineterminator="\n")
    path.write_bytes(text.encode("utf-8" if text.isascii() else "utf-8-sig"))


def misread_note(frames: "Iterable[pd.DataFrame]") -> str:
    """Which name a spreadsheet would take for something else as it opens a CSV file, and the remedy; '' where none."""
    for frame in frames:
        for name, values in frame.items():
            if values.dtype.kind not in "OUT" and str(values.dtype) not in ("str", "string"):
                continue
            for value in values:
                if isinstance(value, str) and _MISREAD.fullmatch(value):
                    return (
                        f"a spreadsheet takes {shown(value)} in the column {shown(str(name))} of the CSV for a date, a "
                        "number or a formula: open a workbook (--xlsx)"
                    )
    return ""
