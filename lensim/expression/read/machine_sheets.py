"""The sheet of a workbook, or the file in an archive, that has the results of a cycler's program."""

from dataclasses import replace
from typing import Final

from lensim.checks import InputError
from lensim.expression.read.rdml_archive import is_rdml
from lensim.plain_text import shown_name
from lensim.tables.sheet_choice import Sought
from lensim.tables.source import Files, Source, sheets_of, sources_of
from lensim.tables.workbook import is_workbook
from lensim.tables.workbook_archive import counted_members, names_of

_MAIN: Final = "quantification cq results"
"""In the name of the file that has the results; CFX Maestro packs a summary of the same wells beside it."""
_TABLES: Final = (".csv", ".txt", ".tsv", ".xlsx", ".xls")


def opened_exports(files: Files, sought: Sought) -> list[Source]:
    """Files, opened if they are not yet; of workbooks the sheet that is sought, of archives the file with results.

    Raises
    ------
    InputError
        As `sources_of`; if a workbook or an archive cannot be read, or it is not clear which part of it is meant.
    """
    return [_sheet_of(results_member(source, sought), sought) for source in sources_of(files, whole=True)]


def results_member(source: Source, sought: Sought) -> Source:
    """The file in a zip archive with the best rank, as CFX Maestro packs its tables, under the names of both.

    A file that is no such archive, or one in which no file has a rank, is given back as it is.

    Raises
    ------
    InputError
        If the archive is damaged or unpacks to too much, or several files in it are tables of results alike.
    """
    names = names_of(source.raw)
    if not any(name.lower().endswith(_TABLES) for name in names) or is_workbook(source.raw) or is_rdml(source.raw):
        return source
    ranks: dict[str, int] = {}
    members = counted_members(source.raw, source.place, tuple(names), "zip archive")
    found = {}
    for name, raw in members.items():
        if name.lower().endswith(_TABLES) and not name.startswith("__MACOSX/") and raw.strip():
            try:
                member = replace(source, place=f"{source.place} file {shown_name(name)!r}", raw=raw)
                one = _sheet_of(member, sought)
                ranks[name], found[name] = sought.rank(one), one
            except InputError:
                continue  # a picture, or a workbook without results
    most = max(ranks.values(), default=0)
    best = [name for name, rank in ranks.items() if rank == most > 0]
    best = [name for name in best if _MAIN in name.lower()] or best
    if len(best) > 1:
        shown = " and ".join(repr(shown_name(name)) for name in best[:4])
        raise InputError(f"{source.place}: several files in the archive have results, {shown}: unpack it, and name one")
    return found[best[0]] if best else source


def _sheet_of(source: Source, sought: Sought) -> Source:
    return sheets_of(source, sought)[0] if source.is_workbook else source
