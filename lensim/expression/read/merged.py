"""Tables whose cells were merged: names stand in the first row of a block alone, and the rows below have none."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from lensim.checks import FaultReport
from lensim.plain_text import first_names
from lensim.tables.columns import Found
from lensim.tables.table import TextTable

NAMES: Final = ("gene", "sample", "subject", "condition", "cell_type", "experiment")
"""What a row is named by; in a merged table all of these are empty, or none."""

SHOWN_LINES: Final = 6


def filled_down(table: TextTable, found: Found, faults: FaultReport) -> TextTable:
    """The table with the names of each block in all of its rows; a doubt is a fault.

    Filled is only what is plain: a row with a Ct, no task and no name at all, in a table whose blocks have two rows or
    more as a rule.
    """
    at = [found.position[what] for what in (*NAMES, "is_reference", "is_control") if what in found.position]
    names = [found.position[what] for what in NAMES if what in found.position]
    if "gene" not in found.position or not any(row[found.position["gene"]].strip() for row in table.rows):
        return table
    bare = [position for position, row in enumerate(table.rows) if _is_bare(row, names, found)]
    if not bare:
        return table
    is_bare = set(bare)
    sizes = _block_sizes(is_bare, len(table.rows))
    if 0 in is_bare or Counter(sizes).most_common(1)[0][0] < 2:
        for position in bare[:SHOWN_LINES]:
            faults.add(
                f"{found.column('gene')} is empty, and so is every other name: write the names in every row (of merged "
                "cells only the first row keeps them)",
                line=table.lines[position],
            )
        return table
    rows: list[list[str]] = []
    for position, row in enumerate(table.rows):
        rows.append([rows[-1][k] if k in at else cell for k, cell in enumerate(row)] if position in is_bare else row)
    lines = first_names([table.lines[position] for position in bare], SHOWN_LINES)
    note = f"{table.place}: {len(bare)} rows without names have those of the row above, as in merged cells"
    return replace(table, rows=rows, notes=(*table.notes, f"{note} (lines {lines})"))


def _is_bare(row: Sequence[str], names: Sequence[int], found: Found) -> bool:
    """Whether a row has a Ct, and neither a name nor a task."""
    return bool(found.cell("ct_cycles", row)) and not any(row[k].strip() for k in names) and not found.cell("task", row)


def _block_sizes(is_bare: set[int], rows: int) -> list[int]:
    """Rows of each block, a named row with the bare ones below it."""
    sizes: list[int] = []
    for position in range(rows):
        if position in is_bare and sizes:
            sizes[-1] += 1
        else:
            sizes.append(1)
    return sizes
