"""The one door where tables of a study become rows: which rows count, and which names are one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lensim.checks import InputError
from lensim.tables.choice import Choice, choose_rows, shown_values, values_of
from lensim.tables.columns import Meanings
from lensim.tables.empty_cells import check_not_merged, has_samples
from lensim.tables.names import plain_name
from lensim.tables.names_alike import found_quietly, join_names
from lensim.tables.said_by_values import check_file_names, check_values
from lensim.tables.set_aside import check_no_summaries, without_flagged
from lensim.tables.source import Source
from lensim.tables.table import TextTable


@dataclass(frozen=True)
class Settled:
    """Files whose tables have the rows and the names that a user chose.

    Attributes
    ----------
    sources
        The files; those without a row that was chosen are left out.
    joined
        Which names were joined, in words.
    exports
        Machines' tables with their rows that were chosen, also those without any.
    aside
        Rows that a column of the file sets aside, in words.
    """

    sources: list[Source]
    joined: str = ""
    exports: tuple[Source, ...] = ()
    aside: str = ""

    @property
    def attrs(self) -> dict[str, str]:
        """What a Dataset says of it."""
        told = {"names_joined": self.joined, "rows_set_aside": self.aside}
        return {name: text for name, text in told.items() if text}


def settle(
    sources: Sequence[Source],
    choice: Choice,
    meanings: Meanings,
    labels: Sequence[str],
    stated: Mapping[str, str] | None,
    exports: Sequence[Source] = (),
    *,
    has_time_zero: bool = False,
) -> Settled:
    """Choose rows and join names in all tables of a study together.

    Parameters
    ----------
    sources
        Files that hold tables.
    choice
        What the user chose.
    meanings, stated
        The columns that are understood, and those that the user names.
    labels
        Meanings whose cells are names.
    exports
        Machines' exports, each with its table of wells: rows are chosen there as well, names stay.
    has_time_zero
        Whether the reader has the choice time_zero.

    Raises
    ------
    InputError
        If a choice names a column or a value that is not there, names alike are not decided, or a row is a summary of
        others.
    """
    every = [source.table for source in (*sources, *exports)]
    founds = [found_quietly(table, meanings, stated or {}) for table in every]
    if has_samples(meanings):
        check_not_merged(every, founds)
    named = [*choice.where, *choice.ignore, *(stated or {}).values()]
    flagged, aside = without_flagged(every[: len(sources)], named)
    chosen = choose_rows([*flagged, *every[len(sources) :]], choice, meanings, stated or {})
    check_no_summaries(chosen, founds)
    tables = chosen[: len(sources)]
    _check_days(tables, meanings, stated or {}, has_time_zero=has_time_zero)
    check_values(tables, meanings, stated or {})
    read = [(source.stem, table) for source, table in zip(sources, tables, strict=True) if table.rows]
    check_file_names([name for name, _ in read], [table for _, table in read], meanings, stated or {})
    tables, said = join_names(tables, meanings, labels, stated or {}, choice.join_names)
    kept = [source.with_table(table) for source, table in zip(sources, tables, strict=True) if table.rows]
    of_exports = zip(exports, chosen[len(sources) :], strict=True)
    return Settled(kept, said, aside=aside, exports=tuple(source.with_table(table) for source, table in of_exports))


def _check_days(
    tables: Sequence[TextTable], meanings: Meanings, stated: Mapping[str, str], *, has_time_zero: bool
) -> None:
    """Refuse a column of days as experiments, by its name alone, where the numbers may be days of a treatment."""
    if "experiment" not in meanings or "experiment" in stated:
        return
    days: dict[str | float, str] = {}
    names = []
    for table in tables:
        found = found_quietly(table, meanings, stated)
        if found is not None and plain_name(found.name.get("experiment", "")) in ("day", "days"):
            names.append(found.column("experiment"))
            days |= values_of([table], [found.position["experiment"]])
    numbers = sorted(key for key in days if isinstance(key, float))
    if len(days) < 2 or len(numbers) < len(days) or numbers == [float(at + 1) for at in range(len(numbers))]:
        return
    name, last = json.dumps(names[0], ensure_ascii=False), json.dumps(days[numbers[-1]])
    zero = ""
    if has_time_zero and 0.0 in days:
        said = f"time_zero={{{name}: {json.dumps(days[0.0])}}}"
        zero = f"say {said} if wells of day {days[0.0]} were read when the drug was added, "
    raise InputError(
        f"{tables[0].place}: the column {names[0]!r} has {len(days)} values ({shown_values(list(days.values()))}), "
        f"which may be days of treatment: {zero}keep one with where={{{name}: {last}}}, read each by "
        f'itself with by={name}, or say that they are experiments with columns={{"experiment": {name}}}'
    )
