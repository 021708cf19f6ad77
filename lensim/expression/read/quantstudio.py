"""The results that the programs of QuantStudio, ViiA 7, StepOne and 7500 export as CSV or tab-separated text."""

from typing import Final

from lensim.checks import FaultReport
from lensim.expression.read.export import Layout, find_table, has_table, read_rows
from lensim.expression.read.understand import FileReactions, Manner, understand
from lensim.tables.number_text import DecimalMark

LAYOUT: Final = Layout(
    "QuantStudio",
    {
        "well": ("well_position", "well"),
        "gene": ("target_name", "target"),
        "task": ("task",),
        "ct": ("ct", "cq", "crt"),
        "reporter": ("reporter", "dye"),
        "sample": ("sample_name", "sample"),
        "omit": ("omit", "omitted"),
        "quantity": ("quantity",),
        "plate": ("plate_barcode", "barcode"),
    },
    ("well", "gene", "task", "ct", "reporter"),
    frozenset({"reporter", "quencher", "ct_threshold", "automatic_ct_threshold", "auto_threshold"}),
)
WITHOUT_REPORTER: Final = Layout(
    LAYOUT.instrument, {**LAYOUT.names, "position": ("well_position",)}, ("well", "gene", "ct", "position")
)

WITHOUT_TARGET: Final = Layout(
    LAYOUT.instrument,
    {**LAYOUT.names, "gene": LAYOUT.names["reporter"], "position": ("well_position",)},
    ("well", "gene", "task", "ct", "position"),
)
"""A table of the program Design & Analysis that names no targets: each dye is one."""
LAYOUTS: Final = (LAYOUT, WITHOUT_REPORTER, WITHOUT_TARGET)


def read_quantstudio(
    text: str, plate: str, faults: FaultReport, *, cycle_limit: float | None, decimal: DecimalMark | None
) -> FileReactions:
    """Read the results of one plate: "Undetermined" = not detected, omitted wells are ignored.

    Whatever is above the table (rows of a key and a value, sections in brackets) is passed over. A well without a
    target and a Ct is empty and ignored; one with a target, but neither a Ct nor a word for none, has no result.
    """
    layout = next((one for one in LAYOUTS if has_table(text, one)), LAYOUT)
    table = find_table(text, layout, faults)
    notes = table.notes
    if layout is WITHOUT_TARGET:
        notes += (f"{faults.place}: the table has no column for the target, so {table.name('gene')} is read as it",)
    rows = read_rows(table, plate, faults)
    manner = Manner(table.name("ct"), table.name("quantity"), "no result", decimal=decimal, stated_limit=cycle_limit)
    return understand(rows, LAYOUT.instrument, manner, faults, notes=notes)
