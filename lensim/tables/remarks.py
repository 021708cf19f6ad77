"""Remarks that say that a row should not count."""

from collections.abc import Sequence
from typing import Final

from lensim.plain_text import few_of
from lensim.tables.kinds import SET_ASIDE, kind_of
from lensim.tables.unused import Column

SHOWN_LINES: Final = 6


def set_aside(columns: Sequence[Column]) -> str:
    """Rows whose remark says that they should not count."""
    said = []
    for column in columns:
        if kind_of(column.name) != "remark":
            continue
        lines: dict[str, list[str]] = {}
        for row, text, _ in column.cells:
            if SET_ASIDE.search(text):
                lines.setdefault(text, []).append(str(row.line))
        said += [f"{column.name} says {text!r} on line {few_of(at, SHOWN_LINES)}" for text, at in lines.items()]
    return "; ".join(said)
