"""Rows of the control where others are chosen by a time or a dose: a control at none goes with every value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lensim.checks import FaultReport, InputError
from lensim.expression.read.columns import COLUMNS, RATIO_COLUMNS
from lensim.expression.read.tasks import task_of
from lensim.tables.choice import Choice, place_of_column, value_key
from lensim.tables.columns import Meanings, find_columns
from lensim.tables.confounded import is_zero
from lensim.tables.control import ONLY_KNOWN_BY, find_control
from lensim.tables.table import TextTable


@dataclass(frozen=True)
class _Cell:
    """A sample's row: its condition, its word for a control, and its value of the column that is chosen."""

    condition: str
    is_control: str
    value: str


def with_controls(
    tables: Sequence[TextTable], choice: Choice, meanings: Meanings, columns: Mapping[str, str] | None, control: str
) -> Choice:
    """A choice that keeps the control's rows too, where all of them are at none (0, 0 h, empty) of the chosen column.

    Raises
    ------
    InputError
        If only one condition of several is left by the choice.
    """
    for column, values in choice.where.items():
        cells = _cells(tables, column, meanings, columns or {})
        name = _control(cells, control)
        zeros = _zeros_of_control(cells, name)
        wanted = {value_key(value) for value in values}
        if zeros and not wanted & {value_key(zero) for zero in zeros}:
            # an empty value would ask for the empty rows, which are kept without it
            values = (*values, *(zero for zero in zeros if zero))
            choice = replace(choice, where={**choice.where, column: values})
            continue
        kept = dict.fromkeys(cell.condition for cell in cells if value_key(cell.value) in wanted | {""})
        is_alone = len(kept) == 1 and len({cell.condition for cell in cells}) > 1
        if kept and (is_alone or (name and name not in kept)):
            there = ", ".join(dict.fromkeys(cell.value or "(empty)" for cell in cells if cell.condition not in kept))
            raise InputError(
                f"where must keep rows of the control and of another condition, got {' and '.join(kept)} alone with "
                f"{column} {' or '.join(values)}; the other conditions have {there} there: give such a value as well"
            )
    return choice


def values_of_treated(
    tables: Sequence[TextTable], column: str, values: Sequence[str], options: Mapping[str, Any]
) -> list[str]:
    """Values of a column of which each is a study: all but those of a control that goes with every value."""
    meanings = {**RATIO_COLUMNS, **COLUMNS}
    cells = _cells(tables, column, meanings, options.get("columns") or {})
    zeros = _zeros_of_control(cells, _control(cells, options.get("control") or ""))
    own = {value_key(zero) for zero in zeros}
    return [value for value in values if value_key(value) not in own] or list(values)


def _cells(tables: Sequence[TextTable], column: str, meanings: Meanings, columns: Mapping[str, str]) -> list[_Cell]:
    """The rows of samples in tables that have the column and conditions."""
    cells = []
    for table in tables:
        at = place_of_column(table, column, meanings, columns)
        named = {what: name for what, name in columns.items() if name in table.header}
        try:
            found = find_columns(table, meanings, FaultReport(table.place), stated=named)
        except InputError:
            continue
        what = "condition" if found.has("condition") else "contrast"
        for row in table.rows if at is not None and found.has(what) else ():
            task = found.cell("task", row)
            if found.cell(what, row) and (not task or task_of(task) == "unknown"):
                text = " ".join(row[at].split()) if at is not None else ""
                cells.append(_Cell(found.cell(what, row), found.cell("is_control", row), text))
    return cells


def _control(cells: Sequence[_Cell], stated: str) -> str:
    said = {(cell.condition, cell.is_control): ("", 0) for cell in cells}
    control = find_control(said, stated, FaultReport(""))
    return control.name if control and control.known_by != ONLY_KNOWN_BY else ""


def _zeros_of_control(cells: Sequence[_Cell], control: str) -> tuple[str, ...]:
    """The values of the control, where all are none and no treated sample has such a value."""
    own = dict.fromkeys(cell.value for cell in cells if cell.condition == control)
    others = [cell.value for cell in cells if cell.condition != control]
    if not control or not others or not all(is_zero(text) for text in own) or any(is_zero(text) for text in others):
        return ()
    return tuple(own)
