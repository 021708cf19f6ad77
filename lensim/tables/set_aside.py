"""Rows that a table itself says are no wells to count: flagged as excluded, or summaries of other rows."""

import re
from collections.abc import Sequence
from typing import Final

from lensim.checks import FaultReport
from lensim.tables.choice import with_rows
from lensim.tables.columns import Found
from lensim.tables.kinds import kind_of
from lensim.tables.names import plain_name
from lensim.tables.table import TextTable

_OUT: Final = re.compile(
    r"(is_)?(excluded?|exclusion|omit(ted)?|outliers?|discard(ed)?|ausgeschlossen|ausrei(ss|\u00df)er)"
)
_IN: Final = re.compile(r"(is_)?(use|used|included?|keep|kept|valid)")
_YES: Final = frozenset(
    {"yes", "y", "1", "true", "t", "x", "ja", "j", "oui", "exclude", "excluded", "outlier", "include"}
)
_NO: Final = frozenset({"no", "n", "0", "false", "f", "nein", "non"})
_SUMMARIES: Final = frozenset(
    {"mean", "means", "average", "avg", "sd", "stdev", "std_dev", "standard_deviation", "sem", "cv", "median",
     "mittelwert", "stabw", "moyenne"}
)  # fmt: skip
_NO_LINES: Final = frozenset({"sem", "sd", "cv"})
_NAMES: Final = ("well", "role", "experiment", "tube", "cell_line", "plate")


def without_flagged(tables: Sequence[TextTable], chosen: Sequence[str]) -> tuple[list[TextTable], str]:
    """The tables without rows that a column such as exclude, outlier or use sets aside, and how many, in words.

    A column counts whose cells are all yes, no (1, 0, true, false, x) or empty, and that is not among `chosen`, which
    the user named for something else.
    """
    kept: list[TextTable] = []
    said: dict[str, int] = {}
    named = {plain_name(name) for name in chosen}
    for table in tables:
        rows = list(range(len(table.rows)))
        for at, name in enumerate(table.header):
            plain = plain_name(name)
            is_out = _OUT.fullmatch(plain)
            if plain in named or not (is_out or _IN.fullmatch(plain)):
                continue
            words = {plain_name(row[at]) for row in table.rows} - {""}
            if not words or not words <= _YES | _NO:
                continue
            aside = [k for k in rows if plain_name(table.rows[k][at]) in (_YES if is_out else _NO)]
            for k in aside:
                key = f"{name} = {table.rows[k][at].strip()}"
                said[key] = said.get(key, 0) + 1
            rows = [k for k in rows if k not in set(aside)]
        kept.append(table if len(rows) == len(table.rows) else with_rows(table, rows))
    return kept, ", ".join(f"{count} with {key}" for key, count in said.items())


def check_no_summaries(tables: Sequence[TextTable], founds: Sequence[Found | None]) -> None:
    """Refuse rows that are named as a mean, an SD or the like of other rows.

    Raises
    ------
    InputError
        With the first such row of each table, and how many there are.
    """
    faults = FaultReport(", ".join(table.place for table in tables))
    for table, found in zip(tables, founds, strict=True):
        used = {at: what for what, at in found.position.items()} if found is not None else {}
        names = [
            at
            for at, name in enumerate(table.header)
            if used.get(at) in _NAMES or (at not in used and kind_of(name) in ("ambiguous", "technical"))
        ]
        summaries = {at: _summaries({row[at] for row in table.rows}, used.get(at, "")) for at in names}
        told = [at for at in names if summaries[at]]
        rows = [(k, at) for k, row in enumerate(table.rows if told else ()) for at in told if row[at] in summaries[at]]
        if rows:
            (k, at), more = rows[0], len({k for k, _ in rows}) - 1
            faults.add(
                f"the row is a summary of others ({table.rows[k][at].strip()!r} in the column {table.header[at]!r})"
                f"{f' (and so are {more} more)' if more else ''}: delete such rows from the file",
                line=table.lines[k],
                place=table.place,
            )
    faults.raise_if_any()


def _summaries(texts: set[str], what: str) -> set[str]:
    """Names that are those of summaries; SEM is also a cell line."""
    known = _SUMMARIES - (_NO_LINES if what == "cell_line" else frozenset())
    return {text for text in texts if plain_name(text) in known}
