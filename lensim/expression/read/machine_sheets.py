"""The sheet of a workbook, or the file in an archive, that has a cycler's results, as its program's text."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from lensim.checks import InputError
from lensim.expression.read.export import Layout, fit
from lensim.expression.read.rdml_archive import is_rdml
from lensim.plain_text import shown_name
from lensim.tables.source import Files, Source, sources_of
from lensim.tables.workbook import SheetCells, is_workbook, workbook_of
from lensim.tables.workbook_archive import counted_members, names_of

_TABLES: Final = (".csv", ".txt", ".tsv", ".xlsx", ".xls")


def opened_exports(files: Files, layouts: Sequence[Layout]) -> list[Source]:
    """Files, opened if they are not yet; workbooks and archives of a cycler's program as the text of the results.

    Raises
    ------
    InputError
        As `sources_of`, and if a workbook or an archive cannot be read.
    """
    return [results_sheet(results_member(source, layouts), layouts) for source in sources_of(files, whole=True)]


def results_member(source: Source, layouts: Sequence[Layout]) -> Source:
    """The file in a zip archive that a layout fits best, as CFX Maestro packs its tables, under the names of both.

    A file that is no such archive, or one in which no layout fits a file, is given back as it is.

    Raises
    ------
    InputError
        If the archive is damaged or unpacks to too much, or several files in it are tables of results alike.
    """
    names = names_of(source.raw)
    if not any(name.lower().endswith(_TABLES) for name in names) or is_workbook(source.raw) or is_rdml(source.raw):
        return source
    fits: dict[str, int] = {}
    members = counted_members(source.raw, source.place, tuple(names), "zip archive")
    found = {}
    for name, raw in members.items():
        if name.lower().endswith(_TABLES) and not name.startswith("__MACOSX/") and raw.strip():
            try:
                one = results_sheet(
                    replace(source, place=f"{source.place} file {shown_name(name)!r}", raw=raw), layouts
                )
                fits[name], found[name] = max(fit(one.text, layout) for layout in layouts), one
            except InputError:
                continue  # a picture, or a workbook without results
    most = max(fits.values(), default=0)
    best = [name for name, known in fits.items() if known == most > 0]
    if len(best) > 1:
        shown = " and ".join(repr(shown_name(name)) for name in best[:4])
        raise InputError(f"{source.place}: several files in the archive have results, {shown}: unpack it, and name one")
    return found[best[0]] if best else source


def results_sheet(source: Source, layouts: Iterable[Layout]) -> Source:
    """The text of the sheet that a layout fits best, the first of several, under the name of the file and the sheet.

    A file that is no workbook, or a workbook in which no layout fits a sheet, is given back as it is. Line numbers are
    the rows of the sheet.
    """
    if source.sheet is not None or not is_workbook(source.raw):
        return source
    best, text_of_best, fits = "", "", 0
    for sheet in workbook_of(source.raw, source.place).sheets:
        text = "" if sheet.is_hidden else _text(sheet)
        known = max(fit(text, layout) for layout in layouts) if text else 0
        if known > fits:
            best, text_of_best, fits = sheet.name, text, known
    if not fits:
        return source
    return replace(source, place=f"{source.place} sheet {best!r}", raw=text_of_best.encode())


def _text(sheet: SheetCells) -> str:
    """The rows of a sheet, parted by tabs; an empty row is a blank line."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter="\t", lineterminator="\n")
    for row in sheet.rows:
        cells = [" ".join(cell.split()) for cell in row]
        if any(cells):
            writer.writerow(cells)
        else:
            written.write("\n")
    return written.getvalue()
