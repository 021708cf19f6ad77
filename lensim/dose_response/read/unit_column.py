"""A column with the unit of each row's dose: the unit is put behind the dose, where cells of doses may have it."""

from collections.abc import Mapping
from dataclasses import replace

from lensim.checks import FaultReport, InputError
from lensim.dose_response.read import units
from lensim.dose_response.read.columns import COLUMNS
from lensim.dose_response.read.dose_cells import parse_dose_cell
from lensim.tables.columns import find_columns
from lensim.tables.names import plain_name
from lensim.tables.table import TextTable


def with_units_of_rows(
    table: TextTable, columns: Mapping[str, str], dose_unit: str | None, faults: FaultReport
) -> TextTable:
    """The table with the unit of each row behind its dose: 10 and nM become "10 nM".

    A row without a unit keeps its dose as it is. A unit that is not known, or that contradicts the one that the user
    states, that the name of the dose column has, or that the cell itself has, is a fault.

    Raises
    ------
    InputError
        With all the faults so far, if a unit is not known or contradicts another.
    """
    sought = {what: COLUMNS[what] for what in ("dose", "dose_unit")}
    stated = {what: name for what, name in columns.items() if what in sought}
    try:
        found = find_columns(table, sought, FaultReport(table.place), stated=stated)
    except InputError:
        return table  # which is told where all columns are found
    if not found.has("dose_unit") or "dose" not in found.position:
        return table
    at, column, dose = found.position["dose"], found.column("dose_unit"), found.column("dose")
    said = dose_unit or units.unit_in_column_name(dose)
    words: dict[str, int] = {}
    for row, line in zip(table.rows, table.lines, strict=True):
        words.setdefault(found.cell("dose_unit", row), line)
    words.pop("", None)
    before = len(faults.faults)
    for word, line in words.items():
        _check_word(word, line, column, dose, said, dose_unit, faults)
    if len(faults.faults) > before:
        faults.raise_if_any()
    if said:
        return table
    rows = []
    for row, line in zip(table.rows, table.lines, strict=True):
        cell, unit = row[at].strip(), found.cell("dose_unit", row)
        parts = parse_dose_cell(cell)
        if parts.unit and unit and units.molar_name(parts.unit) != units.molar_name(unit):
            faults.add(f"{dose} has {cell!r}, but {column} has {unit!r}: correct one of them", line=line)
        has_place = unit and parts.number and not parts.unit
        rows.append([*row[:at], f"{cell} {unit}", *row[at + 1 :]] if has_place else row)
    return replace(table, rows=rows)


def _check_word(
    word: str, line: int, column: str, dose: str, said: str | None, stated: str | None, faults: FaultReport
) -> None:
    """Note a unit that is not known, or another than the one that is said beside it."""
    molar = units.molar_name(word)
    if said is None:
        if molar is None:
            faults.add(
                f'{column} must be one of {", ".join(units.UM_PER_UNIT)}, got {word!r}: say dose_unit="as-is:{word}" '
                f'if all doses are in it, or columns={{"dose_unit": "=uM"}} if the column is of something else',
                line=line,
            )
        return
    unit = units.parse_dose_unit(said)
    fits = molar is not None and unit.is_molar and units.UM_PER_UNIT[molar] == unit.factor
    if not fits and plain_name(word) != plain_name(unit.units if not unit.is_molar else ""):
        where = f"dose_unit was stated as {stated!r}" if stated else f"the column {dose!r} has {said} in its name"
        faults.add(f"{column} has {word!r}, but {where}: correct one of them", line=line)
