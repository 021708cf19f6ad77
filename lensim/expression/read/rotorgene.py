"""The results that the program of QIAGEN's (Corbett's) Rotor-Gene exports as CSV."""

import re
from typing import Final

from lensim.checks import FaultReport
from lensim.expression.read.export import Layout, find_table, read_task, read_well
from lensim.expression.read.understand import FileReactions, Manner, RawRow, understand
from lensim.tables.number_text import DecimalMark

LAYOUT: Final = Layout(
    "Rotor-Gene",
    {
        "well": ("no", "no_of_tube", "tube"),
        "sample": ("name", "sample_name"),
        "task": ("type",),
        "ct": ("ct", "cq"),
        "gene": ("target", "gene", "assay"),
        "quantity": ("given_conc*", "given_concentration*"),
    },
    ("well", "sample", "task", "ct"),
    marks=frozenset({"given_conc", "rep_ct", "rep_calc_conc", "ct_comment"}),
)


def read_rotorgene(
    text: str, plate: str, faults: FaultReport, *, cycle_limit: float | None, decimal: DecimalMark | None
) -> FileReactions:
    """Read the results of one rotor, a row a tube: an empty Ct = not detected. It names no gene, as a rule."""
    table = find_table(text, LAYOUT, faults)
    rows = []
    for line, row in table.rows:
        task = read_task(table, line, row, faults) if table.cell("task", row) else "ignored"
        well = read_well(table, line, row, faults)
        sample, gene = table.cell("sample", row), table.cell("gene", row)
        rows.append(RawRow(line, plate, well, sample, gene, task, table.cell("ct", row), table.cell("quantity", row)))
    manner = Manner(table.name("ct"), table.name("quantity"), "not detected", decimal=decimal, stated_limit=cycle_limit)
    unit = re.search(r"\(([^()]*+)\)", table.name("quantity"))
    return understand(rows, LAYOUT.instrument, manner, faults, unit.group(1) if unit else "", notes=table.notes)
