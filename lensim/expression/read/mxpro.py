"""The text report of MxPro, the program of Stratagene's Mx3000P and Mx3005P, and of its successor AriaMx."""

import re
from typing import Final

from lensim.checks import FaultReport
from lensim.expression.read.export import Layout, find_table, read_task, read_well
from lensim.expression.read.understand import FileReactions, Manner, RawRow, understand
from lensim.tables.number_text import DecimalMark

LAYOUT: Final = Layout(
    "MxPro",
    {
        "well": ("well",),
        "task": ("well_type",),
        "ct": ("ct_drn", "cq_drn", "ct_dr", "cq_dr", "ct_r", "cq_r", "ct", "cq"),
        "sample": ("well_name", "sample_name", "sample"),
        "gene": ("target", "target_name", "gene", "assay"),
        "quantity": ("quantity_copies", "quantity_nanograms", "quantity_ng", "initial_quantity", "quantity"),
    },
    ("well", "task", "ct"),
    frozenset({"well_type", "threshold_drn", "threshold_dr", "threshold_r"}),
)


def read_mxpro(
    text: str, plate: str, faults: FaultReport, *, cycle_limit: float | None, decimal: DecimalMark | None
) -> FileReactions:
    """Read a report of one plate: "No Ct" = not detected. It names no gene unless it has a column for the target."""
    table = find_table(text, LAYOUT, faults)
    rows = []
    for line, row in table.rows:
        task = read_task(table, line, row, faults)
        well = read_well(table, line, row, faults)
        sample, gene = table.cell("sample", row), table.cell("gene", row)
        rows.append(RawRow(line, plate, well, sample, gene, task, table.cell("ct", row), table.cell("quantity", row)))
    manner = Manner(table.name("ct"), table.name("quantity"), "no result", decimal=decimal, stated_limit=cycle_limit)
    unit = re.search(r"\(([^()]*+)\)", table.name("quantity"))
    return understand(rows, LAYOUT.instrument, manner, faults, unit.group(1) if unit else "", notes=table.notes)
