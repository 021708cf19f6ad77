"""Several studies in the same files: one for each value of a column."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, Final, Protocol, overload

import xarray as xr

from lensim.checks import InputError
from lensim.tables.choice import Choice, Where, check_spellings, choose_rows, place_of_column, unknown_column, values_of
from lensim.tables.columns import Meanings
from lensim.tables.empty_cells import has_empty_level, has_samples
from lensim.tables.map_source import map_source_of
from lensim.tables.names_alike import found_quietly, key_of_name
from lensim.tables.source import Files, Source, sources_of
from lensim.tables.table import TextTable

TABLES: Final = ("plate_map", "sheet")
"""Options of readers that are tables too, beside the files."""

EMPTY: Final = "(empty)"
"""The name of the study of rows with an empty cell."""

BY: Final = "by"
"""The attr that has the column of which each study has one value, and its value, such as "time_h = 72"."""


class Reader(Protocol):
    """Reads files to a Dataset, or with `by` to one for each value of a column."""

    @overload
    def __call__(self, files: Files, *, by: None = None, **options: Any) -> xr.Dataset: ...
    @overload
    def __call__(self, files: Files, *, by: str, **options: Any) -> dict[str, xr.Dataset]: ...
    @overload
    def __call__(self, files: Files, *, by: str | None, **options: Any) -> xr.Dataset | dict[str, xr.Dataset]: ...


def one_a_value(
    meanings: Meanings,
    own: Callable[..., dict[str, xr.Dataset] | None] = lambda files, by, options: None,
    table_of: Callable[[Source], TextTable] = lambda source: source.table,
    values_in: Callable[..., list[str]] = lambda tables, by, values, options: values,
) -> Callable[[Callable[..., xr.Dataset]], Reader]:
    """Give a reader the option `by`: a column of whose values each is read as a study by itself.

    Parameters
    ----------
    meanings
        Of the assay's columns.
    own
        `own(files, by, options)`: how the assay splits its files by this column; None where it has no way of its own.
    table_of
        The table in a file, where it is not all of it.
    values_in
        `values_in(tables, by, values, options)`: which of the column's values are studies.
    """

    def with_by(read: Callable[..., xr.Dataset]) -> Reader:
        @wraps(read)
        def reader(files: Files, *, by: str | None = None, **options: Any) -> xr.Dataset | dict[str, xr.Dataset]:
            if by is None:
                return read(files, **options)
            sources = sources_of(files)
            opened: dict[str, Any] = {
                name: map_source_of(options[name])
                for name in TABLES
                if isinstance(options.get(name), str | Path | Source)
            }
            options |= opened
            studies = own(sources, by, options)
            if studies is None:
                stated, where = options.get("columns") or {}, options.pop("where", None) or {}
                tables = _tables([*sources, *opened.values()], table_of)
                values = _values(tables, by, where, meanings, stated, options.get("join_names"))
                values = values_in(tables, by, values, options)
                studies = {value or EMPTY: read(sources, **options, where={**where, by: value}) for value in values}
            return {value: data.assign_attrs({BY: f"{by} = {value}"}) for value, data in studies.items()}

        own_signature = inspect.signature(read)
        option = inspect.Parameter(BY, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=str | None)
        parameters = [*own_signature.parameters.values(), option]
        reader.__signature__ = own_signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        return reader  # type: ignore[return-value]

    return with_by


def _tables(sources: Sequence[Source], table_of: Callable[[Source], TextTable]) -> list[TextTable]:
    """The tables among some files; readers' grids and exports are none."""
    tables = []
    for source in sources:
        try:
            tables.append(table_of(source))
        except InputError:
            continue
    return tables


def _values(
    tables: Sequence[TextTable],
    by: str,
    where: Where | None,
    meanings: Meanings,
    stated: Mapping[str, str],
    join: bool | None,
) -> list[str]:
    """The values of a column in the rows that are kept; empty is one where treated wells have it beside others."""
    if all(place_of_column(table, by, meanings, stated) is None for table in tables):
        raise InputError(unknown_column("by", by, tables))
    kept = choose_rows(tables, Choice.of(where), meanings, stated)
    places = [place_of_column(table, by, meanings, stated) for table in kept]
    there = values_of(kept, places)
    names = [text for key, text in there.items() if isinstance(key, str)]
    check_spellings(by, names, join)
    values = list(there.values())
    if join:  # of spellings of one name the first
        first = {key_of_name(text): text for text in reversed(names)}
        values = [text for text in values if text not in names or first[key_of_name(text)] == text]
    founds = [found_quietly(table, meanings, stated) for table in kept]
    if has_samples(meanings) and has_empty_level(kept, places, founds):
        values.insert(0, "")
    if not values:
        raise InputError(f"by must name a column with values, the column {by!r} is empty")
    return values
