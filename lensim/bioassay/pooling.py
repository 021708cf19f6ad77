"""Which wells of a bioassay are pooled, for the rule that no column may vary within them unseen."""

from collections.abc import Mapping, Sequence
from typing import Final

from lensim.bioassay.columns import COLUMNS, ROLE_WORDS
from lensim.bioassay.roles import SAMPLE, STANDARD
from lensim.tables.choice import Choice
from lensim.tables.columns import Found
from lensim.tables.names import plain_name
from lensim.tables.pooled import Pooling, check_tables
from lensim.tables.settle import settle
from lensim.tables.source import Source
from lensim.tables.table import TextTable
from lensim.tables.unused import PooledRow

LABELS: Final = ("cell_line", "condition", "experiment", "plate")
"""Meanings whose cells are names."""


def choose_wells(
    sources: Sequence[Source], columns: Mapping[str, str] | None, choice: Choice, *, are_plates: bool
) -> tuple[list[Source], dict[str, str]]:
    """The tables with the rows that are kept and names alike joined, and what a Dataset says of their columns.

    Wells of one line under one condition are one medium, those of one concentration of the standard one point.

    Raises
    ------
    InputError
        If a choice names what is not there, names alike are not decided, or a column that is not used varies within
        what is pooled.
    """
    settled = settle(sources, choice, COLUMNS, LABELS, columns)
    pooling = Pooling("one medium", COLUMNS, ("od", "well"), has_replicates=are_plates)
    return settled.sources, settled.attrs | check_tables(settled.sources, columns, choice, pooling, _well_row)


def _well_row(table: TextTable, found: Found, row: list[str], line: int) -> PooledRow | None:
    role = plain_name(found.cell("role", row))
    cell_line, condition = found.cell("cell_line", row), found.cell("condition", row)
    is_standard = role in (*ROLE_WORDS[STANDARD], *ROLE_WORDS["untreated"]) if role else not cell_line
    if role and not is_standard and role not in ROLE_WORDS[SAMPLE]:
        return None
    effect = (STANDARD,) if is_standard else (cell_line, condition)
    return PooledRow(
        table.place,
        line,
        base=effect,
        effect=effect,
        replicate=(found.cell("experiment", row), found.cell("plate", row) or table.place),
        cell=found.cell("concentration" if is_standard else "dilution_factor", row),
        is_control=False,
        words="the standards" if is_standard else f"{cell_line} under {condition}" if condition else cell_line,
        compared=None if is_standard else cell_line,
    )
