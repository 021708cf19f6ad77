"""The results that SDS 2, the program of Applied Biosystems' 7900HT, exports as text: relative (RQ), absolute (AQ)."""

import re
from typing import Final

from lensim.checks import FaultReport
from lensim.expression.read.export import Layout, find_table, has_table, read_rows
from lensim.expression.read.understand import FileReactions, Manner, understand
from lensim.tables.number_text import DecimalMark

LAYOUT: Final = Layout(
    "ABI SDS",
    {
        "well": ("well_position", "well"),
        "gene": ("detector", "detector_name"),
        "task": ("task",),
        "ct": ("ct",),
        "sample": ("sample", "sample_name"),
        "plate": ("plateid", "plate_id"),
        "quantity": ("quantity", "qty"),
        "omit": ("omit", "omitted"),
    },
    ("well", "gene", "ct"),
)
_FIRST_LINE: Final = re.compile(r"\W*SDS\s*[0-9]", re.IGNORECASE)


def recognises(text: str) -> bool:
    """Whether a text is such an export."""
    return _FIRST_LINE.match(text) is not None or has_table(text, LAYOUT)


def read_sds(
    text: str, plate: str, faults: FaultReport, *, cycle_limit: float | None, decimal: DecimalMark | None
) -> FileReactions:
    """Read the results of one or more plates; wells without a detector and a Ct are empty and ignored."""
    table = find_table(text, LAYOUT, faults)
    rows = read_rows(table, plate, faults)
    manner = Manner(table.name("ct"), table.name("quantity"), "no result", decimal=decimal, stated_limit=cycle_limit)
    return understand(rows, LAYOUT.instrument, manner, faults)
