"""The results that SDS 2 and RQ Manager, programs of Applied Biosystems' 7900HT, export as text: RQ and AQ."""

import re
from typing import Final

from lensim.checks import FaultReport
from lensim.expression.read.export import Layout, find_table, read_rows
from lensim.expression.read.understand import FileReactions, Manner, understand
from lensim.tables.number_text import DecimalMark

LAYOUT: Final = Layout(
    "ABI SDS",
    {
        "well": ("well_position", "well", "pos", "position"),
        "gene": ("detector", "detector_name"),
        "task": ("task",),
        "ct": ("ct",),
        "sample": ("sample", "sample_name"),
        "plate": ("plateid", "plate_id", "plate"),
        "quantity": ("quantity", "qty"),
        "omit": ("omit", "omitted"),
    },
    ("well", "gene", "ct"),
    frozenset({"detector", "detector_name"}),
)
_FIRST_LINE: Final = re.compile(r"\W*SDS\s*[0-9]", re.IGNORECASE)


def has_first_line(text: str) -> bool:
    """Whether a text begins as such an export does, which says "SDS 2.1RQ Results"."""
    return _FIRST_LINE.match(text) is not None


def read_sds(
    text: str, plate: str, faults: FaultReport, *, cycle_limit: float | None, decimal: DecimalMark | None
) -> FileReactions:
    """Read the results of one or more plates, also as RQ Manager writes them.

    Wells without a detector and a Ct are empty and ignored.
    """
    table = find_table(text, LAYOUT, faults)
    rows = read_rows(table, plate, faults)
    manner = Manner(table.name("ct"), table.name("quantity"), "no result", decimal=decimal, stated_limit=cycle_limit)
    return understand(rows, LAYOUT.instrument, manner, faults, notes=table.notes)
