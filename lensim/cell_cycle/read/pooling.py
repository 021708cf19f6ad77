"""Which rows of a cell cycle's tables are pooled, for the rule that no column may vary within them unseen."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from lensim.cell_cycle.read.columns import COUNT_COLUMNS, EVENT_COLUMNS, FCS_COLUMNS
from lensim.cell_cycle.read.tubes import phase_of_word
from lensim.tables.choice import Choice
from lensim.tables.columns import Found, Meanings
from lensim.tables.pooled import Pooling, check_tables
from lensim.tables.settle import settle
from lensim.tables.source import Source
from lensim.tables.table import TextTable
from lensim.tables.unused import PooledRow

LABELS: Final = ("cell_line", "condition", "experiment", "tube")
"""Meanings whose cells are names."""

MEANINGS: Final[Mapping[str, Meanings]] = {
    "sheet of FCS files": FCS_COLUMNS,
    "table of events": EVENT_COLUMNS,
    "table of counts": COUNT_COLUMNS,
}
"""Meanings of columns by the kind of file."""

MOST_LEVELS: Final = 50
"""A column of a table of events with more different values is a measurement."""

_MEASURED: Final = ("brdu", "dna", "width", "events", "percent", "total_events", "file")


def choose_tubes(
    sources: Sequence[Source], kind: str, columns: Mapping[str, str] | None, choice: Choice
) -> tuple[list[Source], dict[str, str]]:
    """The files with the rows that are kept and names alike joined, and what a Dataset says of their columns.

    Raises
    ------
    InputError
        If a choice names what is not there, names alike are not decided, or a column that is not used varies between
        the tubes of one line and condition.
    """
    meanings = MEANINGS[kind]
    settled = settle(sources, choice, meanings, LABELS, columns)
    pooling = Pooling(
        "one effect",
        meanings,
        tuple(what for what in _MEASURED if what in meanings),
        has_replicates=len(settled.sources) > 1,
        technical="tube",
    )
    shown = [_few_events(source) for source in settled.sources] if kind == "table of events" else settled.sources
    told = check_tables(shown, columns, choice, pooling, _tube_row, lambda name: _is_phase(name, kind))
    return settled.sources, settled.attrs | told


def _is_phase(name: str, kind: str) -> bool:
    return kind == "table of counts" and phase_of_word(name) is not None


def _few_events(source: Source) -> Source:
    """A table of events with a row for each combination of names; columns of measurements have one value there."""
    table = source.table
    columns = [[row[at] for row in table.rows] for at in range(len(table.header))]
    few = [len(set(cells)) <= MOST_LEVELS for cells in columns]
    kept: dict[tuple[str, ...], int] = {}
    for at, row in enumerate(zip(*[cells for cells, is_few in zip(columns, few, strict=True) if is_few], strict=True)):
        kept.setdefault(row, at)
    rows = [
        [cell if is_few else "measured" for cell, is_few in zip(table.rows[at], few, strict=True)]
        for at in kept.values()
    ]
    return source.with_table(replace(table, rows=rows, lines=[table.lines[at] for at in kept.values()]))


def _tube_row(table: TextTable, found: Found, row: list[str], line: int) -> PooledRow | None:
    cell_line, condition = found.cell("cell_line", row), found.cell("condition", row)
    if not condition:
        return None
    return PooledRow(
        table.place,
        line,
        base=cell_line,
        effect=(cell_line, condition),
        replicate=(found.cell("experiment", row) or table.place, ""),
        cell=(found.cell("tube", row), found.cell("phase", row)),
        is_control=False,
        words=f"{cell_line} under {condition}" if cell_line else condition,
        compared=cell_line,
    )
