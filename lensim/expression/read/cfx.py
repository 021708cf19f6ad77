"""The Cq results that Bio-Rad's CFX Maestro and CFX Manager export as CSV or text."""

from typing import Final

from lensim.checks import FaultReport
from lensim.expression.read.export import Layout, find_table, fit, read_flag, read_task, read_well
from lensim.expression.read.understand import FileReactions, Manner, RawRow, understand
from lensim.tables.number_text import DecimalMark

_NAMES: Final = {
    "well": ("well",),
    "dye": ("fluor",),
    "gene": ("target", "gene", "target_name"),
    "task": ("content", "task", "type", "sample_type", "well_type"),
    "sample": ("sample", "sample_name", "biological_set_name"),
    "ct": ("cq", "ct", "c_t", "threshold_cycle_c_t", "threshold_cycle"),
    "quantity": ("starting_quantity_sq", "starting_quantity", "sq", "quantity"),
    "omit": ("excluded", "omit"),
}
LAYOUT: Final = Layout(
    "Bio-Rad CFX",
    {**_NAMES, "task": ("content",)},
    ("well", "task", "ct"),
    marks=frozenset({"content", "starting_quantity_sq", "log_starting_quantity", "biological_set_name", "set_point"}),
)
RENAMED: Final = Layout(LAYOUT.instrument, _NAMES, ("well", "dye", "ct"), LAYOUT.marks)
"""A header whose column Content has another name, or went."""


def layout_of(text: str) -> Layout:
    """The layout that the header of a text fits."""
    return LAYOUT if fit(text, LAYOUT) else RENAMED


def read_cfx(
    text: str, plate: str, faults: FaultReport, *, cycle_limit: float | None, decimal: DecimalMark | None
) -> FileReactions:
    """Read the Cq results of one plate: NaN or N/A = not detected; a cell that someone emptied has no result.

    The column Content says Unkn, Std, NTC, NRT, Neg Ctrl or Pos Ctrl, with a number; SQ is the quantity of a standard.
    """
    table = find_table(text, layout_of(text), faults)
    rows = []
    for line, row in table.rows:
        task = read_task(table, line, row, faults)
        well = read_well(table, line, row, faults)
        sample, gene, ct, quantity = (table.cell(what, row) for what in ("sample", "gene", "ct", "quantity"))
        if read_flag(table, "omit", line, row, faults) or (not gene and not ct):
            task = "ignored"
        rows.append(RawRow(line, plate, well, sample, gene, task, ct, quantity))
    manner = Manner(
        table.name("ct"),
        table.name("quantity"),
        "no result",
        "not detected",
        decimal=decimal,
        stated_limit=cycle_limit,
    )
    return understand(rows, LAYOUT.instrument, manner, faults, notes=table.notes)
