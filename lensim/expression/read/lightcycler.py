"""The tables of crossing points that Roche's LightCycler 480 and 96 export as text."""

from typing import Final

from lensim.checks import FaultReport
from lensim.expression.read.export import ExportTable, Layout, find_table, read_flag, read_task, read_well
from lensim.expression.read.tasks import TaskOrIgnored
from lensim.expression.read.understand import (
    FileReactions,
    Manner,
    RawRow,
    ct_decimal_mark,
    is_not_detected,
    understand,
)
from lensim.tables.number_text import DecimalMark, is_missing, parse_number

LAYOUT: Final = Layout(
    "LightCycler 480",
    {
        "well": ("pos", "position"),
        "ct": ("cp", "cq", "ct", "crossingpoint", "crossing_point"),
        "include": ("include", "inc", "included"),
        "exclude": ("excluded", "exclude"),
        "sample": ("name", "sample_name", "samplename", "sample"),
        "gene": ("target_name", "target", "gene_name", "gene"),
        "quantity": ("standard",),
        "task": ("type", "sample_type"),
        "status": ("status", "statusdesc", "statuscodes"),
    },
    ("well", "ct", "sample"),
    frozenset({"cp", "crossingpoint", "gene_name", "cpstate"}),
)


def read_lightcycler(
    text: str, plate: str, faults: FaultReport, *, cycle_limit: float | None, decimal: DecimalMark | None
) -> FileReactions:
    """Read the export of one plate, of LightCycler 480 or 96: an empty Cp or a status of > 40 means not detected.

    Positions that are not included, or are excluded, are ignored. A standard is a position with a number above 0 in the
    column Standard, which is its quantity. LightCycler 480 names no gene.
    """
    table = find_table(text, LAYOUT, faults)
    mark = ct_decimal_mark([table.cell("ct", row) for _, row in table.rows], [], decimal, FaultReport(faults.place))
    rows = []
    for line, row in table.rows:
        well = read_well(table, line, row, faults)
        is_included = read_flag(table, "include", line, row, faults) is not False
        is_excluded = read_flag(table, "exclude", line, row, faults)
        task = _task(table, line, row, mark, faults) if is_included and not is_excluded else "ignored"
        ct = "" if is_not_detected(table.cell("status", row)) else table.cell("ct", row)
        sample, gene = table.cell("sample", row), table.cell("gene", row)
        rows.append(RawRow(line, plate, well, sample, gene, task, ct, table.cell("quantity", row)))
    manner = Manner(
        table.name("ct"),
        table.name("quantity"),
        "not detected",
        decimal=decimal,
        stated_limit=cycle_limit,
    )
    return understand(rows, LAYOUT.instrument, manner, faults, notes=table.notes)


def _task(table: ExportTable, line: int, row: list[str], mark: DecimalMark, faults: FaultReport) -> TaskOrIgnored:
    quantity = table.cell("quantity", row)
    number = parse_number(quantity, mark)
    if number is not None and number > 0:
        return "standard"
    if number is None and not is_missing(quantity):
        faults.add(f"{table.name('quantity')} must be a number, 0 for none, got {quantity!r}", line=line)
    return read_task(table, line, row, faults)
