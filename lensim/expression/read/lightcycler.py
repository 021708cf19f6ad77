"""The table of crossing points that Roche's LightCycler 480 exports as text."""

import re
from typing import Final

from lensim.checks import FaultReport
from lensim.expression.read.export import ExportTable, Layout, find_table, has_table, read_flag, read_well
from lensim.expression.read.understand import (
    FileReactions,
    Manner,
    RawRow,
    TaskOrIgnored,
    ct_decimal_mark,
    is_not_detected,
    task_of,
    understand,
)
from lensim.tables.number_text import DecimalMark, is_missing, parse_number

LAYOUT: Final = Layout(
    "LightCycler 480",
    {
        "well": ("pos", "position"),
        "ct": ("cp", "cq", "ct"),
        "include": ("include", "inc"),
        "sample": ("name", "sample_name", "sample"),
        "gene": ("target_name", "target", "gene"),
        "quantity": ("standard",),
        "task": ("type", "sample_type"),
        "status": ("status",),
    },
    ("well", "ct", "sample"),
)
_TASK_IN_NAME: Final = re.compile(r"(?:ntc|no template control|water|h2o)\b.*", re.IGNORECASE)


def recognises(text: str) -> bool:
    """Whether a text is such an export."""
    return has_table(text, LAYOUT)


def read_lightcycler(
    text: str, plate: str, faults: FaultReport, *, cycle_limit: float | None, decimal: DecimalMark | None
) -> FileReactions:
    """Read the export of one plate: an empty Cp, one at the last cycle, or a status of > 40 means not detected.

    Positions that are not included are ignored. A standard is a position with a number above 0 in the column Standard,
    which is its quantity; a position named NTC, water or H2O is one without template. No gene is named.
    """
    table = find_table(text, LAYOUT, faults)
    mark = ct_decimal_mark([table.cell("ct", row) for _, row in table.rows], [], decimal, FaultReport(faults.place))
    rows = []
    for line, row in table.rows:
        well = read_well(table, line, row, faults)
        is_included = read_flag(table, "include", line, row, faults) is not False
        task = _task(table, line, row, mark, faults) if is_included else "ignored"
        ct = table.cell("ct", row)
        if is_not_detected(table.cell("status", row)) or _is_beyond(ct, mark, cycle_limit):
            ct = ""
        sample, gene = table.cell("sample", row), table.cell("gene", row)
        rows.append(RawRow(line, plate, well, sample, gene, task, ct, table.cell("quantity", row)))
    manner = Manner(
        table.name("ct"),
        table.name("quantity"),
        "not detected",
        limit_is_not_detected=True,
        decimal=decimal,
        stated_limit=cycle_limit,
    )
    return understand(rows, LAYOUT.instrument, manner, faults)


def _is_beyond(ct: str, mark: DecimalMark, cycle_limit: float | None) -> bool:
    number = parse_number(ct, mark)
    return cycle_limit is not None and number is not None and number >= cycle_limit


def _task(table: ExportTable, line: int, row: list[str], mark: DecimalMark, faults: FaultReport) -> TaskOrIgnored:
    quantity = table.cell("quantity", row)
    number = parse_number(quantity, mark)
    if number is not None and number > 0:
        return "standard"
    if number is None and not is_missing(quantity):
        faults.add(f"{table.name('quantity')} must be a number, 0 for none, got {quantity!r}", line=line)
    stated = task_of(table.cell("task", row))
    if stated is not None and stated != "unknown":
        return stated
    return "no_template" if _TASK_IN_NAME.fullmatch(table.cell("sample", row)) else "unknown"
