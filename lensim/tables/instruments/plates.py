"""The door to whatever a plate reader wrote: text or workbook, of a known program or of none, to grids of numbers."""

from collections.abc import Iterable

from lensim.checks import FaultReport, InputError
from lensim.tables.export_lines import lines_of
from lensim.tables.grid import Grid, find_grids_and_lines
from lensim.tables.instruments.allotrope import grids_by_library
from lensim.tables.instruments.programs import program_of_text, program_of_workbook
from lensim.tables.instruments.raw_reads import as_programs_say
from lensim.tables.instruments.sheets import sheet_grids
from lensim.tables.instruments.softmax import separator_of_softmax, softmax_grids
from lensim.tables.number_text import DecimalMark, decimal_mark_of
from lensim.tables.source import Source
from lensim.tables.well_lists import Numbering
from lensim.tables.workbook import Workbook, is_workbook


def grids_of(source: Source, numbering: Numbering | None = None) -> list[Grid]:
    """All grids of numbers in a reader's file, in order; see `find_grids`, `softmax_grids` and `sheet_grids`.

    A file in which these find none, but that a known program wrote, is given to the library allotropy.

    Raises
    ------
    InputError
        If the file cannot be read; or that library is needed, and is not installed or does not read the file either.
    """
    if source.is_workbook or source.sheet is not None:
        workbook = source.book if source.sheet is None else Workbook(source.place, (source.sheet.shown,))
        grids, program, text = sheet_grids(workbook, numbering), program_of_workbook(workbook), None
    else:
        text = source.text
        separator = separator_of_softmax(text)
        grids = [] if separator is None else softmax_grids(lines_of(text, separator))
        grids = grids or as_programs_say(*find_grids_and_lines(text, numbering))
        program = None if grids else program_of_text(source)
    if not grids and program is not None:
        return grids_by_library(source, program, text)
    return grids


def headers_of(source: Source) -> tuple[tuple[str, ...], ...]:
    """The names in the first row of a table; none of a workbook, whose sheets may begin with anything."""
    try:
        return source.headers
    except InputError:
        if is_workbook(source.raw):
            return ()
        raise


def has_points(source: Source, cells: Iterable[str]) -> bool:
    """Whether numbers are numbers in the file, and so are written here with a point.

    A workbook may have numbers as text: with commas in them it says no more than a text does.
    """
    return is_workbook(source.raw) and not any("," in cell for cell in cells)


def mark_of_grid(source: Source, grid: Grid, stated: DecimalMark | None, faults: FaultReport) -> DecimalMark:
    """The decimal mark of a grid, as `decimal_mark_of` finds it."""
    texts = [text for text, _ in grid.cells.values()]
    return decimal_mark_of(texts, stated, has_points(source, texts), faults)
