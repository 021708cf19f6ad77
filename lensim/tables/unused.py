"""Columns of the tables of a study that no meaning uses, with what they say of each row that is pooled."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from lensim.tables.choice import shown_values, value_key
from lensim.tables.columns import Found
from lensim.tables.names import plain_name
from lensim.tables.table import TextTable
from lensim.tables.well_names import parse_well_name

SHOWN_LEVELS: Final = 12
"""Columns with more values are told by their number alone."""


@dataclass(frozen=True, slots=True)
class PooledRow:
    """A row of a table, and what it is pooled with.

    Attributes
    ----------
    place, line
        Its file and line.
    base
        What treated rows and their controls share: a line.
    effect
        What one result is made of: a line and a compound; a gene, a subject and a condition.
    replicate
        Experiment and plate.
    cell
        What the wells of one replicate share that are measured alike: a dose.
    is_control
        Whether it is a control that other effects of the same base may share.
    words
        The effect in words: "cell line T1".
    compared
        What effects share that are compared with one another, such as a line; None where none are.
    contrast, target
        Where subjects of one contrast are pooled: the contrast in words, "TNF under drug", and the part of it that its
        controls share.
    is_control_arm
        Whether it is a control of a contrast.
    """

    place: str
    line: int
    base: Hashable
    effect: Hashable
    replicate: tuple[str, ...]
    cell: Hashable
    is_control: bool
    words: str
    compared: Hashable = None
    contrast: str = ""
    target: Hashable = None
    is_control_arm: bool = False


@dataclass(frozen=True)
class ReadTable:
    """A table, and the columns of it that are used."""

    table: TextTable
    found: Found


@dataclass
class Column:
    """A column that is not used: its name as the file writes it, else its number, and what it says of each row."""

    name: str
    cells: list[tuple[PooledRow, str, str | float]] = field(default_factory=list)  # row, text, what is compared
    is_of_well: bool = False
    has_no_name: bool = False

    def texts(self) -> list[str]:
        """Its different values as the files first write them, numbers sorted."""
        first: dict[str | float, str] = {}
        for _, text, key in self.cells:
            first.setdefault(key, text)
        return in_order(first)


def in_order(first: Mapping[str | float, str]) -> list[str]:
    """Different values, numbers sorted and before the others."""
    numbers = sorted(key for key in first if isinstance(key, float))
    return [first[key] for key in numbers] + [text for key, text in first.items() if not isinstance(key, float)]


def unused_columns(rows: Sequence[PooledRow], tables: Sequence[ReadTable]) -> list[Column]:
    """Columns that no meaning uses and that are not empty, with what they say of the rows that were read."""
    row_at = {(one.table.place, line): row for one in tables for line, row in _lines(one.table)}
    columns: dict[str, Column] = {}
    places: dict[str, list[tuple[str, int]]] = {}
    for one in tables:
        used = set(one.found.position.values())
        names: set[str] = set()
        for at, name in enumerate(one.table.header):
            if at in used:
                continue
            key = plain_name(name) or name or f"column {at + 1}"
            key = key if key not in names else f"{key}, column {at + 1}"
            names.add(key)
            columns.setdefault(key, Column(name or key, has_no_name=not name))
            places.setdefault(one.table.place, []).append((key, at))
    well_at = {one.table.place: one.found.position.get("well") for one in tables}
    keys: dict[str, str | float] = {}
    for row in rows:
        cells = row_at.get((row.place, row.line))
        for key, at in places.get(row.place, ()) if cells is not None else ():
            text = " ".join(cells[at].split())  # type: ignore[index]
            if text not in keys:
                keys[text] = value_key(text)
            columns[key].cells.append((row, text, keys[text]))
    for column in columns.values():
        column.is_of_well = _is_of_well(column, row_at, well_at)
    return [column for column in columns.values() if any(text for _, text, _ in column.cells)]


def _lines(table: TextTable) -> Iterable[tuple[int, list[str]]]:
    return zip(table.lines, table.rows, strict=True)


def _is_of_well(column: Column, row_at: Mapping[tuple[str, int], list[str]], well_at: Mapping[str, int | None]) -> bool:
    """Whether a column repeats the letter or the number of a well's name."""
    letters: list[tuple[str | float, int, int]] = []
    for row, _, key in column.cells:
        at = well_at.get(row.place)
        place = None if at is None else parse_well_name(row_at[row.place, row.line][at].strip())
        if place is None:
            return False
        letters.append((key, *place))
    return (
        any(
            len({(one[0], one[part]) for one in letters})
            == len({one[0] for one in letters})
            == len({one[part] for one in letters})
            for part in (1, 2)
        )
        and len({one[0] for one in letters}) > 1
    )


def told_of_column(name: str, texts: Sequence[str]) -> str:
    """A column and its values, for what was not used."""
    if len(texts) == 1:
        return f"{name} ({texts[0]})"
    few = f": {shown_values(texts)}" if len(texts) <= SHOWN_LEVELS else ""
    return f"{name} ({len(texts)} values{few})"
