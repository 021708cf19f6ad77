"""Names that differ by case, blanks, hyphens or underscores alone: told, joined, or kept apart by choice."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from lensim.checks import FaultReport, InputError
from lensim.tables.columns import CONSTANT_MARK, Found, Meanings, find_columns, places_of_stated
from lensim.tables.table import TextTable

_SIGNS: Final = re.compile(r"[\s_\-\u00ad\u2010-\u2015\u2212]+")


def key_of_name(name: str) -> str:
    """What names share that differ by case, blanks, hyphens or underscores alone; two numbers side by side stay two.

    A name of signs alone, such as - or +, is itself.
    """
    text = unicodedata.normalize("NFKC", name).casefold().strip()
    plain = re.sub(r"(?<=[0-9])\x00(?=[0-9])", "-", _SIGNS.sub("\x00", text)).replace("\x00", "")
    return plain or text


def names_alike(names: Iterable[str]) -> list[list[str]]:
    """Groups of names that differ by case, blanks, hyphens or underscores alone, the most frequent first in each."""
    counts = Counter(name for name in names if name)
    groups: dict[str, list[str]] = {}
    for name in counts:
        groups.setdefault(key_of_name(name), []).append(name)
    return [sorted(group, key=lambda name: -counts[name]) for group in groups.values() if len(group) > 1]


def check_names(what: str, names: Iterable[str], join_names: bool | None, faults: FaultReport) -> dict[str, str]:
    """Note names alike of one kind, or give the name that each is joined to.

    Parameters
    ----------
    what
        The column, or the kind of name, for messages.
    join_names
        True: they are one; False: they are different; None: not said, which is a fault.
    """
    joined: dict[str, str] = {}
    for group in names_alike(names) if join_names is not False else ():
        if join_names:
            joined |= {name: group[0] for name in group[1:]}
        else:
            shown = f"{', '.join(map(repr, group[:-1]))} and {group[-1]!r}"
            faults.add(
                f"the names {shown} in the column {what!r} differ by case, blanks, hyphens or underscores alone: join "
                "them with join_names=True, or say that they are different with join_names=False"
            )
    return joined


def join_names(
    tables: Sequence[TextTable],
    meanings: Meanings,
    labels: Sequence[str],
    stated: Mapping[str, str],
    join: bool | None,
) -> tuple[list[TextTable], str]:
    """The tables with names alike joined in the columns of some meanings, and a sentence that says which.

    Raises
    ------
    InputError
        If names alike are there and `join` does not say what they are.
    """
    if join is False:
        return list(tables), ""
    found = [found_quietly(table, meanings, stated) for table in tables]
    faults = FaultReport(", ".join(table.place for table in tables))
    said: list[str] = []
    for what in labels:
        at = [one.position.get(what) if one else None for one in found]
        cells: Counter[str] = Counter()
        for table, place in zip(tables, at, strict=True):
            if place is not None:
                cells.update(row[place] for row in table.rows)
        counts: Counter[str] = Counter()
        for cell, times in cells.items():
            counts[" ".join(cell.split())] += times
        column = next((one.column(what) for one in found if one and what in one.position), what)
        joined = check_names(column, counts.elements(), join, faults)
        if not joined:
            continue
        said += [
            f"{column}: {', '.join(n for n in joined if joined[n] == to)} as {to}"
            for to in dict.fromkeys(joined.values())
        ]
        tables = [
            table if place is None else _renamed(table, place, joined) for table, place in zip(tables, at, strict=True)
        ]
    faults.raise_if_any()
    return list(tables), "; ".join(said)


def found_quietly(table: TextTable, meanings: Meanings, stated: Mapping[str, str]) -> Found | None:
    """The columns of a table; None where they cannot be found, which the reader says later."""
    own = {
        what: name
        for what, name in stated.items()
        if name.startswith(CONSTANT_MARK) or places_of_stated(table.header, name)
    }
    try:
        return find_columns(table, meanings, FaultReport(table.place), stated=own)
    except InputError:
        return None


def _renamed(table: TextTable, at: int, joined: Mapping[str, str]) -> TextTable:
    rows = []
    for row in table.rows:
        name = " ".join(row[at].split())
        rows.append([*row[:at], joined[name], *row[at + 1 :]] if name in joined else row)
    return replace(table, rows=rows)
