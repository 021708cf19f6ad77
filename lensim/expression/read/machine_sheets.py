"""The sheet of a workbook that has the results of a cycler's program, as the text that this program exports."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import replace

from lensim.expression.read.export import Layout, fit
from lensim.tables.source import Files, Source, sources_of
from lensim.tables.workbook import SheetCells, is_workbook, workbook_of


def opened_exports(files: Files, layouts: Sequence[Layout]) -> list[Source]:
    """Files, opened if they are not yet; workbooks of a cycler's program as the text of the sheet with the results.

    Raises
    ------
    InputError
        As `sources_of`, and if a workbook cannot be read.
    """
    return [results_sheet(source, layouts) for source in sources_of(files)]


def results_sheet(source: Source, layouts: Iterable[Layout]) -> Source:
    """The text of the sheet that a layout fits best, the first of several, under the name of the file and the sheet.

    A file that is no workbook, or a workbook in which no layout fits a sheet, is given back as it is. Line numbers are
    the rows of the sheet.
    """
    if not is_workbook(source.raw):
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
