"""Which rows of a study are wells read when the drug was added: by a user's choice, before any row is a well."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from lensim.bounds import require_number
from lensim.checks import FaultReport, InputError
from lensim.dose_response.read.columns import COLUMNS, Roles, WellColumns, role_of
from lensim.dose_response.read.wells import Well, role_of_row
from lensim.plain_text import shown
from lensim.tables.choice import (
    Choice,
    Where,
    place_of_column,
    shown_values,
    unknown_column,
    value_key,
    values_of,
    with_rows,
)
from lensim.tables.names import plain_name
from lensim.tables.names_alike import found_quietly
from lensim.tables.number_text import parse_number
from lensim.tables.source import Source
from lensim.tables.table import TextTable

IGNORE: Final = "ignore"
TimeZero = Where | Literal["ignore"]
"""A column with its value, or values, of wells read when the drug was added; "ignore" leaves such wells out."""

_BY_NAME: Final = ("plate", "experiment")
"""What wells have a name of where no column says it: a file is a plate."""
_TIMES: Final = frozenset({"day", "days"})
_HOURS: Final[Mapping[str, float]] = {
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 1.0),
    **dict.fromkeys(("d", "day", "days"), 24.0),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), 1.0 / 60.0),
}
_WITH_UNIT: Final = re.compile(r"(?:t\s?=?\s?)?([0-9]{1,9}(?:[.,][0-9]{1,9})?)\s?([a-z]{0,7})", re.IGNORECASE)


@dataclass(frozen=True)
class TimeZeroRows:
    """Rows of tables, and names of plates and experiments, whose wells were read when the drug was added.

    Attributes
    ----------
    are_ignored
        Whether wells of time zero are left out.
    columns
        By which the user says it, with the values.
    rows
        Place and line; None where no column of a table says it.
    names
        By plate and experiment, the names that a user gives.
    """

    are_ignored: bool = False
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rows: frozenset[tuple[str, int]] | None = None
    names: Mapping[str, frozenset[str | float]] = field(default_factory=dict)

    @property
    def is_asked(self) -> bool:
        """Whether the user says which wells these are."""
        return self.rows is not None or bool(self.names)

    def has(self, place: str, line: int, *, plate: str = "", experiment: str = "") -> bool:
        """Whether a row is one of them."""
        if not self.is_asked or (self.rows is not None and (place, line) not in self.rows):
            return False
        own = {"plate": plate, "experiment": experiment}
        return all(value_key(own[what]) in wanted for what, wanted in self.names.items())

    def lines_of(self, table: TextTable, *, plate: str, experiment: str) -> frozenset[int]:
        """Lines of a table that are, where the table is a plate, or all of an experiment, of these names."""
        return frozenset(
            line for line in table.lines if self.has(table.place, line, plate=plate, experiment=experiment)
        )


@dataclass(frozen=True)
class Marked:
    """Files in which wells of time zero are known.

    Attributes
    ----------
    sources
        As given; a column of days that is a time, and no experiment, has another name.
    choice
        Which rows are read: those of time zero as well.
    columns
        By which the user says it, as they are named in the sources, with the values.
    """

    sources: list[Source]
    choice: Choice
    columns: Mapping[str, tuple[str, ...]]
    are_ignored: bool = False


def mark_time_zero(
    sources: Sequence[Source], choice: Choice, said: TimeZero | None, stated: Mapping[str, str]
) -> Marked:
    """Make ready the files of a study for rows of time zero, before rows are chosen.

    Parameters
    ----------
    sources
        Files that hold tables.
    choice
        What the user chose; where it keeps other values of the column that says time zero, those rows are kept too.
    said
        How the user says which wells these are.
    stated
        The columns that the user names.

    Raises
    ------
    InputError
        If `said` is no column with a value.
    """
    if said is None or isinstance(said, str):
        if said is not None and said != IGNORE:
            raise InputError(
                f"time_zero must be a column with its value, such as {{'time_h': '0'}}, or 'ignore', got {shown(said)}"
            )
        return Marked(list(sources), choice, {}, said == IGNORE)
    columns = dict(_columns(said))
    tables = [source.table for source in sources]
    renamed = {
        name: other
        for table in tables
        for name in columns
        if (other := _time_in_place_of_experiment(table, name, stated))
    }
    if renamed:
        sources = [source.with_table(_renamed(source.table, renamed, stated)) for source in sources]
        tables = [source.table for source in sources]
        columns = {renamed.get(name, name): values for name, values in columns.items()}
    where = {renamed.get(name, name): values for name, values in choice.where.items()}
    for name, values in columns.items():
        same = [other for other in where if _is_same(tables, name, other, stated)]
        where |= {other: (*where[other], *values) for other in same}
    ignore = tuple(renamed.get(name, name) for name in choice.ignore)
    return Marked(list(sources), replace(choice, where=where, ignore=ignore), columns)


def rows_of_time_zero(marked: Marked, tables: Sequence[TextTable], stated: Mapping[str, str]) -> TimeZeroRows:
    """The rows that a user's choice means, among those that are read.

    Raises
    ------
    InputError
        If no table has a column, or it has none of the values.
    """
    rows: frozenset[tuple[str, int]] | None = None
    names: dict[str, frozenset[str | float]] = {}
    for column, values in marked.columns.items():
        places = [place_of_column(table, column, COLUMNS, stated) for table in tables]
        wanted = frozenset(value_key(value) for value in values)
        if all(at is None for at in places):
            if plain_name(column) not in _BY_NAME:
                raise InputError(unknown_column("time_zero", column, tables))
            names[plain_name(column)] = wanted
            continue
        own = frozenset(
            (table.place, line)
            for table, at in zip(tables, places, strict=True)
            for row, line in zip(table.rows, table.lines, strict=True)
            if at is not None and value_key(row[at]) in wanted
        )
        if not own:
            there = shown_values(list(values_of(tables, places).values()))
            raise InputError(
                f"time_zero must give a value of the column {column!r}, got {' or '.join(map(repr, values))}; there "
                f"are {there}"
            )
        rows = own if rows is None else rows & own
    return TimeZeroRows(marked.are_ignored, marked.columns, rows, names)


def hours_of_assay(
    rows: TimeZeroRows,
    tables: Sequence[TextTable],
    stated: Mapping[str, str],
    hours: float | None,
    faults: FaultReport,
) -> float | None:
    """How long the assay lasted: as the user says, else from a column of times with a unit and one end.

    Parameters
    ----------
    rows
        As from `rows_of_time_zero`, of `tables` and `stated`.
    tables, stated
        As there.
    hours
        As the user says it.
    faults
        Where it is noted that both are known and differ.

    Raises
    ------
    InputError
        If `hours` is no number above 0.
    """
    if hours is not None:
        require_number("assay_hours", hours, above=0.0)
    for column, values in rows.columns.items():
        ends = {
            row[at]
            for table in tables
            if (at := place_of_column(table, column, COLUMNS, stated)) is not None
            for row, line in zip(table.rows, table.lines, strict=True)
            if row[at].strip() and not rows.has(table.place, line)
        }
        found = {end: time for end in ends if (time := _hours(end, column)) is not None}
        start = _hours(values[0], column) if len(values) == 1 else None
        lasted = {round(time - (start or 0.0), 9) for time in found.values()}
        if len(lasted) != 1 or len(found) < len(ends) or min(lasted) <= 0:
            continue
        known = lasted.pop()
        if hours is None:
            faults.tell(f"the assay lasted {known:g} hours, as the column {column!r} says")
        elif abs(known - hours) > 1e-6 * known:
            faults.add(
                f"assay_hours must be {known:g}, as the column {column!r} says, got {hours:g}: correct one of them"
            )
        return known if hours is None else hours
    return hours


def _columns(said: Where) -> Mapping[str, tuple[str, ...]]:
    if not isinstance(said, Mapping):
        raise InputError(f"time_zero must be a column with its value, such as {{'time_h': '0'}}, got {shown(said)}")
    try:
        found = Choice.of(said).where
    except InputError as error:
        raise InputError(str(error).replace("where must", "time_zero must", 1)) from None
    if not found:
        raise InputError("time_zero must be a column with its value, such as {'time_h': '0'}, got none")
    return found


def _time_in_place_of_experiment(table: TextTable, name: str, stated: Mapping[str, str]) -> str:
    """Another name for a column of days that would be taken for experiments; empty where it is none."""
    found, at = found_quietly(table, COLUMNS, stated), place_of_column(table, name, COLUMNS, stated)
    if found is None or at is None or "experiment" in stated or found.position.get("experiment") != at:
        return ""
    return f"{table.header[at]} of reading" if plain_name(table.header[at]) in _TIMES else ""


def _renamed(table: TextTable, renamed: Mapping[str, str], stated: Mapping[str, str]) -> TextTable:
    header = list(table.header)
    for name, other in renamed.items():
        if (at := place_of_column(table, name, COLUMNS, stated)) is not None:
            header[at] = other
    return replace(table, header=tuple(header))


def _is_same(tables: Sequence[TextTable], one: str, other: str, stated: Mapping[str, str]) -> bool:
    places = [[place_of_column(table, name, COLUMNS, stated) for table in tables] for name in (one, other)]
    return places[0] == places[1] and any(at is not None for at in places[0])


def _hours(text: str, column: str) -> float | None:
    """A time in hours, by the unit behind it or in the column's name; None where neither says one."""
    match = _WITH_UNIT.fullmatch(" ".join(text.split()))
    number = parse_number(match.group(1).replace(",", "."), ".") if match else None
    if match is None or number is None:
        return None
    if match.group(2):
        unit = _HOURS.get(match.group(2).lower())
    else:
        words = plain_name(column).split("_")
        unit = next((_HOURS[word] for word in reversed(words) if word in _HOURS), None)
    return None if unit is None else number * unit


def is_of_time_zero(table: TextTable, stated: Mapping[str, str], roles: Roles, lines_of_zero: frozenset[int]) -> bool:
    """Whether a table has wells of time zero, and blanks, alone; it then needs no doses."""
    if table.rows and lines_of_zero.issuperset(table.lines):
        return True
    found = found_quietly(table, COLUMNS, stated)
    if found is None or "role" not in found.position or not table.rows:
        return False
    there = {role_of(found.cell("role", row), roles) for row in table.rows}
    return "time_zero" in there and there <= {"time_zero", "blank", "ignored"}


def without_time_zero(table: TextTable, found: WellColumns, roles: Roles, lines_of_zero: frozenset[int]) -> TextTable:
    """A table without rows of time zero, from which it is found out how doses and untreated wells are written."""
    kept = [
        at
        for at, (row, line) in enumerate(zip(table.rows, table.lines, strict=True))
        if line not in lines_of_zero and role_of_row(found, row, roles) != "time_zero"
    ]
    return table if len(kept) == len(table.rows) else with_rows(table, kept)


def lines_left_out(table: TextTable, found: WellColumns, roles: Roles, rows: TimeZeroRows) -> frozenset[int]:
    """Lines of the wells of time zero where these are left out, and of the blanks of plates with such wells alone."""
    if not rows.are_ignored:
        return frozenset()
    read = [
        (line, role_of_row(found, row, roles), (found.cell("experiment", row), found.cell("plate", row)))
        for row, line in zip(table.rows, table.lines, strict=True)
    ]
    of_zero = {plate for _, role, plate in read if role == "time_zero"}
    alone = of_zero - {plate for _, role, plate in read if role not in ("time_zero", "blank", "ignored")}
    return frozenset(line for line, role, plate in read if role == "time_zero" or (role == "blank" and plate in alone))


def check_found(
    rows: TimeZeroRows,
    zero: Sequence[Well],
    end: Sequence[Well],
    hours: float | None,
    faults: FaultReport,
) -> None:
    """Note a plate of time zero that is not there, a choice that leaves no well of the end, and hours of no growth."""
    for what, wanted in rows.names.items():
        there = dict.fromkeys(getattr(well, what) for well in (*zero, *end) if getattr(well, what))
        if not any(value_key(name) in wanted for name in there):
            said = " or ".join(
                repr(one) for name, own in rows.columns.items() if plain_name(name) == what for one in own
            )
            faults.add(f"time_zero must name a {what}, got {said}; there are {shown_values(list(there)) or 'none'}")
    if zero and not any(well.role != "blank" for well in end) and not faults.faults:
        faults.add("all wells are of time zero: growth rates need wells of the end, treated and untreated")
    if hours is not None and not any(well.role == "time_zero" for well in zero) and not faults.faults:
        faults.add(
            f"assay_hours needs wells of time zero, got {hours:g} and none: say which they are, such as "
            'time_zero={"time_h": "0"}'
        )
