"""RDES, the table of the RDML consortium for one run: to a table with one row a reaction, as the readers take it.

The first columns are Well, Sample, Sample Type, Target, Target Type, Dye and Cq; columns named after cycles follow,
with fluorescence. A Cq of -1 is a reaction without amplification, an empty one was not analysed. RDES has no column for
the plate, since a file is a run, and none for the quantity of a standard, which `rdml_write` puts into its name.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from lensim.checks import InputError
from lensim.expression.read.columns import COLUMNS
from lensim.expression.read.empty_cts import NOTHING_DETECTED, ct_of
from lensim.expression.read.standard_names import stated_in
from lensim.expression.read.tasks import task_of
from lensim.tables.columns import names_any
from lensim.tables.table import TextTable

HEADER: Final = ("Well", "Sample", "Sample Type", "Target", "Target Type", "Dye", "Cq")
MELTING: Final = "RDES table has melting temperatures (Tm) and no Cq: name the amplification table of the run"
_FIRST: Final = tuple(name.casefold() for name in HEADER[:-1])
_SAMPLE, _TYPE, _TARGET_TYPE, _CQ = 1, 2, 4, 6
_CYCLE: Final = re.compile(r"[1-9][0-9]{0,2}(?:\.0+)?")
_NO_AMPLIFICATION: Final = -1.0
_ROLES: Final = {"": "0", "toi": "0", "ref": "1"}


def is_rdes(header: Sequence[str]) -> bool:
    """Whether a header is that of an amplification table of RDES."""
    return _begins(header) and header[_CQ].strip().casefold() == "cq"


def is_melting(headers: Iterable[Sequence[str]]) -> bool:
    """Whether one of some headers is that of a melting table of RDES."""
    return any(_begins(header) and header[_CQ].strip().casefold() == "tm" for header in headers)


def _begins(header: Sequence[str]) -> bool:
    return len(header) > _CQ and tuple(name.strip().casefold() for name in header[:_CQ]) == _FIRST


def as_tidy(table: TextTable) -> TextTable:
    """A table of RDES with words for what was not detected, and the quantities, roles and cycles that it states.

    A table that is none stays as it is, and so does one that has been made tidy.

    Raises
    ------
    InputError
        If it is the melting table of a run.
    """
    if is_melting([table.header]):
        raise InputError(f"{table.place}: the {MELTING}")
    if not is_rdes(table.header):
        return table
    cycles = {at: float(name) for at, name in enumerate(table.header) if at > _CQ and _CYCLE.fullmatch(name.strip())}
    kept = [at for at in range(len(table.header)) if at not in cycles]
    added = [
        *_quantities(table),
        *_references(table),
        *(_constant(table, "cycle_limit", f"{max(cycles.values()):g}") if cycles else ()),
    ]
    rows = [
        [*(_cell(row, at) for at in kept), *(values[number] for _, values in added)]
        for number, row in enumerate(table.rows)
    ]
    told = (
        [f"{table.place}: {len(cycles)} columns of fluorescence are not used, Cq is taken as it is"] if cycles else []
    )
    return replace(
        table,
        header=(*(table.header[at] for at in kept), *(name for name, _ in added)),
        rows=rows,
        has_decimal_points=table.has_decimal_points or not any("," in row[_CQ] for row in table.rows),
        notes=(*table.notes, *told),
    )


def _cell(row: Sequence[str], at: int) -> str:
    if at == _CQ and ct_of(row[at], None) == _NO_AMPLIFICATION:
        return NOTHING_DETECTED
    if at == _SAMPLE and _is_standard(row) and (stated := stated_in(_sample(row))):
        return stated.name
    return row[at]


def _is_standard(row: Sequence[str]) -> bool:
    return task_of(row[_TYPE]) == "standard"


def _sample(row: Sequence[str]) -> str:
    return " ".join(row[_SAMPLE].split())


def _quantities(table: TextTable) -> list[tuple[str, list[str]]]:
    """Quantities and their unit as the names of standards state them; none where a column has them."""
    if names_any(table.header, COLUMNS["quantity"]):
        return []
    stated = [stated_in(_sample(row)) if _is_standard(row) else None for row in table.rows]
    if not any(stated):
        return []
    columns = [("quantity", [one.text if one else "" for one in stated])]
    if not names_any(table.header, COLUMNS["quantity_unit"]):
        columns.append(("quantity_unit", [one.unit if one else "" for one in stated]))
    return columns


def _references(table: TextTable) -> list[tuple[str, list[str]]]:
    """Which targets are references; none where a column says so, or a word for the type of a target is not known."""
    words = [row[_TARGET_TYPE].strip().casefold() for row in table.rows]
    if names_any(table.header, COLUMNS["is_reference"]) or not set(words) <= set(_ROLES):
        return []
    return [("is_reference", [_ROLES[word] for word in words])]


def _constant(table: TextTable, what: str, value: str) -> list[tuple[str, list[str]]]:
    return [] if names_any(table.header, COLUMNS[what]) else [(what, [value] * len(table.rows))]
