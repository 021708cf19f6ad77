"""Empty cells: a value of their own, or the look of merged cells, of which a file keeps only the first."""

import re
from collections.abc import Sequence
from typing import Final

from lensim.checks import InputError
from lensim.tables.columns import Found, Meanings
from lensim.tables.kinds import kind_of
from lensim.tables.names import plain_name
from lensim.tables.number_text import parse_number
from lensim.tables.table import TextTable

_NUMBER: Final = re.compile(r"[-+\u2212]?[0-9.,]+(?:[eE][-+]?[0-9]+)?")
_NO_SAMPLE: Final = frozenset(
    {"standard", "std", "calibrator", "untreated", "zero", "zero_standard", "cells_alone", "cells", "blank",
     "background", "ignored", "empty", "excluded", "control", "vehicle", "dmso", "positive_control",
     "positive", "dead"}
)  # fmt: skip
_LABELS: Final = ("cell_line", "condition", "compound", "experiment", "plate", "role", "tube")
_NUMBERS: Final = ("dose", "dose_unit", "concentration", "dilution_factor", "unit")
_NOT_USED: Final = ("splits", "control", "replicate", "unknown")
_BLOCK: Final = 3


def has_samples(meanings: Meanings) -> bool:
    """Whether an assay's tables have treated wells or cultures in which an empty cell may be a value."""
    return "gene" not in meanings and "cell_line" in meanings


def is_treated(found: Found, row: Sequence[str]) -> bool:
    """Whether a row is a treated well or a sample: no control, standard or blank."""
    if found.has("role") and plain_name(found.cell("role", row)) in _NO_SAMPLE:
        return False
    if found.has("dose"):
        number = _NUMBER.match(found.cell("dose", row))
        dose = parse_number(number.group(), ".") if number else None
        return bool(number) and dose != 0
    return bool(found.cell("cell_line", row)) or not found.has("cell_line")


def has_empty_level(tables: Sequence[TextTable], places: Sequence[int | None], founds: Sequence[Found | None]) -> bool:
    """Whether treated rows have an empty cell in a column in which others have a value: then empty is one as well."""
    is_filled = {
        bool(row[at].strip())
        for table, at, found in zip(tables, places, founds, strict=True)
        if at is not None and found is not None
        for row in table.rows
        if is_treated(found, row)
    }
    return len(is_filled) == 2


def check_not_merged(tables: Sequence[TextTable], founds: Sequence[Found | None]) -> None:
    """Refuse columns with a value in the first row of each block alone, as a sheet with merged cells is exported.

    Raises
    ------
    InputError
        With each table that has such columns.
    """
    faults = []
    for table, found in zip(tables, founds, strict=True):
        if found is None:
            continue
        used = {at: what for what, at in found.position.items()}
        columns = [name for at, name in enumerate(table.header) if _is_merged(table, at, used.get(at, ""), name)]
        if columns:
            several = f"the columns {', '.join(map(repr, columns[:-1]))} and {columns[-1]!r} have"
            named = several if len(columns) > 1 else f"the column {columns[0]!r} has"
            faults.append(
                f"{table.place}: {named} a value only in the first row of each block, as merged cells have: fill down "
                "the cells in the file"
            )
    if faults:
        raise InputError("\n".join(faults))


def _is_merged(table: TextTable, at: int, what: str, name: str) -> bool:
    is_label = what in _LABELS
    if not (is_label or what in _NUMBERS or (not what and kind_of(name) in _NOT_USED)):
        return False
    filled = [k for k, row in enumerate(table.rows) if row[at].strip()]
    if not filled or filled[0] != 0 or len(table.rows) < _BLOCK or (len(filled) == 1 and not is_label):
        return False
    blocks = [end - start for start, end in zip(filled, [*filled[1:], len(table.rows)], strict=True)]
    shortest = 2 if what in ("cell_line", "experiment", "plate", "role") else _BLOCK
    if not what and kind_of(name) == "unknown" and len(set(blocks)) > 1:
        return False
    return min(blocks[:-1], default=blocks[-1]) >= shortest and blocks[-1] >= min(2, shortest)
