"""Files and tables of a reader, opened once: of each workbook the sheets that the reader needs."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any, Final

import xarray as xr

from lensim.checks import InputError
from lensim.input_digests import NamedDigest, with_digests
from lensim.plain_text import shown, shown_name
from lensim.tables.map_source import map_source_of
from lensim.tables.sheet_choice import Sought, way_of_sheet
from lensim.tables.sheet_pattern import with_patterns
from lensim.tables.source import Files, Source, sheets_of, source_of, sources_of
from lensim.tables.text_titles import below_titles

Worksheet = str | Sequence[str]
"""Names of the sheets of workbooks that are read, of their cells, or patterns of both."""

WORKSHEET: Final = "worksheet"
MOST_NAMED: Final = 20
MAPS: Final = ("plate_map", "sheet")
"""Options that may be drawn as the plate is, in blocks."""

SHEETS_READ: Final = "sheets_read"
"""The attr that says which sheets were read, and what was read otherwise than a spreadsheet shows it."""


def opened(
    files: Files,
    options: Mapping[str, Any],
    sought: Callable[[Mapping[str, Any]], Sought],
    tables: Mapping[str, Sought],
) -> tuple[list[Source], dict[str, Any]]:
    """The files of a reader, and its options without worksheet, in which tables are opened as well.

    Parameters
    ----------
    files, options
        As the reader gets them.
    sought
        `sought(options)`: what the files must have.
    tables
        What each option must have that is a table.

    Raises
    ------
    InputError
        If a file cannot be opened, or it is not clear which of its sheets is meant.
    """
    wanted = dict(options)
    said = wanted.pop(WORKSHEET, None)
    names = [said] if isinstance(said, str) else list(said or ())
    columns = wanted.get("columns") or {}
    books: list[str] = []
    given = sources_of(files, whole=True)
    others = {
        name: source_of(wanted[name], whole=True)
        for name in tables
        if isinstance(wanted.get(name), str | Path | Source)
    }
    sources: list[Source] = []
    for source in given:
        if not source.is_workbook:
            sources.append(below_titles(source, sought(wanted), columns))
            continue
        books.append(source.place)
        same = [tables[name] for name, other in others.items() if other.raw == source.raw and other.is_workbook]
        own = _for_files(source, with_patterns(source.book, names), sought(wanted), same, columns)
        sources += sheets_of(source, sought(wanted), own, columns)
    for name, other in others.items():
        used: list[str] = []
        there: list[str] = []
        if other.is_workbook:
            books.append(other.place)
            used = [one.sheet.cells.name for one in sources if one.sheet is not None and one.raw == other.raw]
            named = with_patterns(other.book, names, may_lack=True)
            there = [one for one in named if one not in used and other.has_sheet(one)]
            there = _for_table(other, there, tables[name])
        if name in MAPS:
            wanted[name] = map_source_of(other, tables[name], there, columns, used)
        else:
            wanted[name] = sheets_of(other, tables[name], there, columns, used)[0] if other.is_workbook else other
    sources = [_with_name_of_sheet(one) for one in sources] if _names_sheets(wanted) else sources
    if names and not books:
        raise InputError(f"{WORKSHEET} is for workbooks (.xlsx, .xls, .ods), got {shown(names[0])} for other files")
    if not any(source.is_workbook for source in given):
        _require_sheets([other for other in others.values() if other.is_workbook], names)
    return sources_of(sources), wanted


def _require_sheets(books: Sequence[Source], names: Sequence[str]) -> None:
    """Refuse the name of a sheet that no workbook among the tables has, where the files themselves have no sheets."""
    for name in names:
        if not any(book.has_sheet(one) for book in books for one in with_patterns(book.book, [name], may_lack=True)):
            there = [sheet.name for book in books for sheet in book.book.sheets]
            places = " or ".join(book.place for book in books)
            raise InputError(
                f"{places} must have a sheet {shown(name)}, it has {', '.join(map(shown, there[:MOST_NAMED]))}: "
                f"name one of these, or leave {WORKSHEET} out"
            )


def _names_sheets(options: Mapping[str, Any]) -> bool:
    """Whether an option names the column worksheet, which the sheets of workbooks have of themselves."""
    columns, by = options.get("columns") or {}, options.get("by")
    return WORKSHEET in {*columns.values(), *(options.get("where") or {}), by}


def _with_name_of_sheet(source: Source) -> Source:
    """A sheet whose table has its name in a column worksheet; other files as they are."""
    if source.sheet is None or WORKSHEET in source.table.header:
        return source
    table = source.table
    rows = [[*row, source.sheet.name] for row in table.rows]
    return source.with_table(replace(table, header=(*table.header, WORKSHEET), rows=rows))


def _for_files(
    source: Source, names: Sequence[str], sought: Sought, same: Sequence[Sought], columns: Mapping[str, str]
) -> list[str]:
    """The named sheets that are for the files; the others are for tables in the same workbook."""
    if len(names) < 2 or not same:
        return list(names)
    kept = []
    for name in names:
        [one] = sheets_of(source, sought, [name], columns)
        is_table = any(_way_of(one, other, {}) == 0 for other in same)
        if not is_table or _way_of(one, sought, columns) is not None:
            kept.append(name)
    return kept or list(names)


def _for_table(source: Source, names: Sequence[str], sought: Sought) -> list[str]:
    """The named sheet that is for a table beside the files, if any is."""
    ways = {name: _way_of(sheets_of(source, sought, [name])[0], sought, {}) for name in names}
    suiting = {name: way for name, way in ways.items() if way is not None}
    return [min(suiting, key=lambda name: suiting[name])] if suiting else list(names)


def _way_of(source: Source, sought: Sought, stated: Mapping[str, str]) -> int | None:
    return None if source.sheet is None else way_of_sheet(source.sheet.cells, sought, stated)


def told_of(sources: Sequence[Source], options: Mapping[str, Any]) -> str:
    """What is told of the sheets that were read."""
    every = [*sources, *(one for one in options.values() if isinstance(one, Source))]
    notes = [(one.place, told) for one in every if (told := one.told())]
    return "; ".join(f"{place}: {'; '.join(told)}" for place, told in notes)


def files_of(sources: Sequence[Source], options: Mapping[str, Any]) -> list[NamedDigest]:
    """Names and digests of the files and tables that were opened."""
    every = [*sources, *(one for one in options.values() if isinstance(one, Source))]
    return [(shown_name(one.path.name), one.sha256) for one in every if one.sha256]


def with_sheets(
    sought: Callable[[Mapping[str, Any]], Sought], **tables: Sought
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a reader workbooks, and the option `worksheet`, which names their sheets.

    The data say which files they were read from, with the digest of each: `lensim.input_digests.FILES_READ`.

    Parameters
    ----------
    sought
        `sought(options)`: what a sheet must have.
    tables
        What the sheet of each option must have that is a table too.
    """

    def with_workbooks(read: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(read)
        def reader(files: Files, *, worksheet: Worksheet | None = None, **options: Any) -> Any:
            sources, wanted = opened(files, {**options, WORKSHEET: worksheet}, sought, tables)
            data = read(sources, **wanted)
            told = told_of(sources, wanted)
            attrs = {SHEETS_READ: told} if told else {}
            own_files = files_of(sources, wanted)
            if isinstance(data, xr.Dataset):
                return with_digests(data.assign_attrs(attrs), own_files)
            return {name: with_digests(one.assign_attrs(attrs), own_files) for name, one in data.items()}

        own = inspect.signature(read)
        option = inspect.Parameter(WORKSHEET, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Worksheet | None)
        reader.__signature__ = own.replace(parameters=[*own.parameters.values(), option])  # type: ignore[attr-defined]
        return reader

    return with_workbooks
