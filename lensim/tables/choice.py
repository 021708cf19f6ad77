"""Which rows of a study's tables are read, over which columns may be pooled, and whether names alike are one."""

import difflib
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from lensim.checks import FaultReport, InputError
from lensim.plain_text import few_of
from lensim.tables.columns import CONSTANT_MARK, Found, Meanings
from lensim.tables.empty_cells import has_empty_level, has_samples, is_treated
from lensim.tables.names import plain_name
from lensim.tables.names_alike import check_names, found_quietly, key_of_name
from lensim.tables.number_text import parse_number
from lensim.tables.table import TextTable

Where = Mapping[str, str | float | Sequence[str | float]]
"""A column's name in the file to the value, or the values, whose rows are kept."""

SHOWN_VALUES: Final = 6
"""Values of a column that a sentence names."""


@dataclass(frozen=True)
class Choice:
    """What a user chooses of the tables of a study.

    Attributes
    ----------
    where
        Values whose rows are kept, by column.
    ignore
        Columns that may be pooled over.
    join_names
        Whether names that differ by case, blanks, hyphens or underscores alone are one name; None where the user does
        not say.
    """

    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    join_names: bool | None = None

    @staticmethod
    def of(where: Where | None, ignore: Sequence[str] = (), join_names: bool | None = None) -> "Choice":
        """A choice from what a reader is given.

        Raises
        ------
        InputError
            If `where` is no mapping of columns to values, or `ignore` is no list of columns.
        """
        if isinstance(ignore, str):
            raise InputError(f"ignore must be a list of columns, got the text {ignore!r}")
        if where is not None and not isinstance(where, Mapping):
            raise InputError(f"where must be a column with its value, such as {{'time_h': '72'}}, got {where!r}")
        values = {
            str(column): tuple(
                _text(one) for one in ([said] if isinstance(said, str) or not isinstance(said, Sequence) else said)
            )
            for column, said in (where or {}).items()
        }
        for column, said in values.items():
            if not said:
                raise InputError(f"where must give a value for the column {column!r}, got none")
        return Choice(values, tuple(ignore), join_names)


EVERY_ROW: Final = Choice()
"""No choice: every row, nothing pooled that may differ, no names joined."""


def _text(value: str | float) -> str:
    """A value as text; a number that is whole without its point."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return " ".join(str(value).split())


def value_key(text: str) -> str | float:
    """What two cells share that are the same value: 72, 72.0 and "72,0" are one number; else text, single blanks."""
    text = " ".join(text.split())
    for mark in (".", ","):
        number = parse_number(text, mark)
        if number is not None:
            return number
    return text


def place_of_column(table: TextTable, name: str, meanings: Meanings, stated: Mapping[str, str]) -> int | None:
    """Where a table has the column that a user names: by its name in the file, or else by its meaning."""
    header = [known.strip() for known in table.header]
    if name.strip() in header:
        return header.index(name.strip())
    plain = plain_name(name)
    fits = [at for at, known in enumerate(header) if plain and plain_name(known) == plain]
    if not fits and name in stated and not stated[name].startswith(CONSTANT_MARK) and stated[name] != name:
        return place_of_column(table, stated[name], meanings, {})
    if not fits and name in meanings and name not in stated:
        ranks = {at: rank for at, known in enumerate(header) if (rank := meanings[name].rank(known)) is not None}
        fits = [at for at, rank in ranks.items() if rank == min(ranks.values())]
    return fits[0] if len(fits) == 1 else None


def unknown_column(option: str, name: str, tables: Iterable[TextTable]) -> str:
    """The sentence about a column that a choice names and no table has."""
    there = list(dict.fromkeys(known for table in tables for known in table.header if known))
    close = difflib.get_close_matches(plain_name(name), [plain_name(known) for known in there], n=1, cutoff=0.5)
    near = next((f" (closest: {known!r})" for known in there if close and plain_name(known) == close[0]), "")
    return f"{option} must name a column, got {name!r}; there are {', '.join(map(repr, there))}{near}"


def choose_rows(
    tables: Sequence[TextTable], choice: Choice, meanings: Meanings, stated: Mapping[str, str]
) -> list[TextTable]:
    """The tables with the rows that `choice.where` keeps.

    A row with an empty cell is kept as well, since blanks, standards and untreated wells go with every value; it is not
    where the empty value itself is asked for. Where treated wells have empty cells beside ones with a value, empty is a
    value as well: its treated wells are left out, and its untreated ones where the wanted values have their own.
    A table without the column keeps its rows.

    Raises
    ------
    InputError
        If no table has a column, or no row a value, with those that are there; or if the column has a wanted value in
        other spellings.
    """
    founds = [found_quietly(table, meanings, stated) if choice.where else None for table in tables]
    for column, values in choice.where.items():
        places = [place_of_column(table, column, meanings, stated) for table in tables]
        if all(at is None for at in places):
            raise InputError(unknown_column("where", column, tables))
        there = values_of(tables, places)
        for value in values:
            if value and value_key(value) not in there:
                close = difflib.get_close_matches(value, there.values(), n=1)
                near = f" (closest: {close[0]!r})" if close else ""
                raise InputError(
                    f"where must give a value of the column {column!r}, got {value!r}; there are "
                    f"{shown_values(list(there.values()))}{near}"
                )
        wanted = _with_spellings(column, values, there, choice.join_names)
        tables = [
            table if at is None else _respelled(table, at, wanted, values)
            for table, at in zip(tables, places, strict=True)
        ]
        own = "" not in values and has_samples(meanings) and has_empty_level(tables, places, founds)
        tables = [
            table if at is None else with_rows(table, _kept(table, at, found if own else None, wanted, "" in values))
            for table, at, found in zip(tables, places, founds, strict=True)
        ]
    if choice.where and not any(table.rows for table in tables):
        chosen = " and ".join(f"{column} {' or '.join(values)}" for column, values in choice.where.items())
        raise InputError(f"where must keep at least one row, got none with {chosen}")
    for name in choice.ignore:
        if all(place_of_column(table, name, meanings, stated) is None for table in tables):
            raise InputError(unknown_column("ignore", name, tables))
    return list(tables)


def _with_spellings(
    column: str, values: Sequence[str], there: Mapping[str | float, str], join: bool | None
) -> set[str | float]:
    """What is compared of the wanted values, and of their other spellings in a column if these are one name."""
    wanted = {value_key(value) for value in values}
    names = {key_of_name(key) for key in wanted if isinstance(key, str) and key}
    others = [key for key in there if isinstance(key, str) and key not in wanted and key_of_name(key) in names]
    if others and join is not False:
        alike = [text for key, text in there.items() if isinstance(key, str) and key_of_name(key) in names]
        check_spellings(column, alike, join)
        wanted |= set(others)
    return wanted


def _respelled(table: TextTable, at: int, wanted: Container[str | float], values: Sequence[str]) -> TextTable:
    """A table whose other spellings of wanted values are written as the user writes them."""
    spelling = {key_of_name(value): value for value in values if isinstance(value_key(value), str) and value}
    rows = [
        [*row[:at], spelling[key_of_name(row[at])], *row[at + 1 :]]
        if value_key(row[at]) in wanted and key_of_name(row[at]) in spelling
        else row
        for row in table.rows
    ]
    return replace(table, rows=rows)


def check_spellings(column: str, texts: Sequence[str], join: bool | None) -> None:
    """Refuse values that are spellings of one name, where it is not said whether they are.

    Raises
    ------
    InputError
        If there are names alike and `join` is None.
    """
    faults = FaultReport("")
    check_names(column, texts, join, faults)
    if faults.faults:
        raise InputError("\n".join(rule for _, _, rule in faults.faults))


def _kept(
    table: TextTable, at: int, found: Found | None, wanted: Container[str | float], is_empty_asked: bool
) -> list[int]:
    """The rows of a table that are kept; `found` where an empty cell is a value of its own."""
    keys = [value_key(row[at]) for row in table.rows]
    if found is None:
        return [k for k, key in enumerate(keys) if key in wanted or (key == "" and not is_empty_asked)]
    treated = [is_treated(found, row) for row in table.rows]
    has_controls = any(key in wanted and _is_control(found, table.rows[k]) for k, key in enumerate(keys))
    shared = [key == "" and not treated[k] for k, key in enumerate(keys)]
    return [
        k
        for k, key in enumerate(keys)
        if key in wanted or (shared[k] and not (has_controls and _is_control(found, table.rows[k])))
    ]


def _is_control(found: Found, row: Sequence[str]) -> bool:
    """Whether a row is an untreated well, which a value may have of its own."""
    role = plain_name(found.cell("role", row))
    return found.has("dose") and role not in ("blank", "background", "ignored") and not is_treated(found, row)


def values_of(tables: Sequence[TextTable], places: Sequence[int | None]) -> dict[str | float, str]:
    """The different values in a column of some tables, empty ones left out, as the files first write each.

    In the order of the files; numbers sorted.
    """
    there: dict[str | float, str] = {}
    seen: set[str] = set()
    for table, at in zip(tables, places, strict=True):
        for row in table.rows if at is not None else ():
            cell = row[at]  # type: ignore[index]
            if cell not in seen:
                seen.add(cell)
                if text := " ".join(cell.split()):
                    there.setdefault(value_key(text), text)
    if all(isinstance(key, float) for key in there):
        there = {key: there[key] for key in sorted(there)}
    return there


def shown_values(values: Sequence[str]) -> str:
    """Some values for a sentence, and how many more there are."""
    return few_of([value or "(empty)" for value in values], SHOWN_VALUES)


def with_rows(table: TextTable, kept: Sequence[int]) -> TextTable:
    """A table with some of its rows."""
    return replace(table, rows=[table.rows[at] for at in kept], lines=[table.lines[at] for at in kept])
