"""The door of plate maps and sample sheets: a table of one row a well, or blocks of the plate's shape."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from lensim.checks import FaultReport
from lensim.tables.map_blocks import MapOfBlocks, MapSheet, blocks_in_text, find_map_blocks
from lensim.tables.sheet_choice import ANY, Sought, named_sheet, way_of_sheet
from lensim.tables.source import File, Source, sheets_of, source_of


def map_source_of(
    file: File,
    sought: Sought = ANY,
    names: Sequence[str] = (),
    stated: Mapping[str, str] = MappingProxyType({}),
    passed_over: Sequence[str] = (),
) -> Source:
    """A map, opened if it is not yet; one of blocks as a table with a row a well, whose faults name well and cells.

    Of a workbook it is the sheet that is a table of one row a well; where none is, the blocks in all its sheets.

    Parameters
    ----------
    file
        A path, or a file that is open.
    sought, names, stated, passed_over
        As for `lensim.tables.source.sheets_of`: what a table must have, the sheets and columns that a user names, and
        the sheets that are read for another purpose.

    Raises
    ------
    InputError
        If the file cannot be opened, or its blocks cannot be read without doubt.
    """
    source = source_of(file, whole=True)
    if source.is_own or source.sheet is not None:
        return source
    has_table = source.is_workbook and any(
        way_of_sheet(one, sought, stated) == 0
        for one in source.book.sheets
        if one.name not in passed_over and not one.is_hidden
    )
    blocks = None if has_table else blocks_of(source, names, passed_over)
    if blocks is not None:
        return source.with_own(blocks.table(), FaultReport(source.place))
    return sheets_of(source, sought, names, stated, passed_over)[0] if source.is_workbook else source


def blocks_of(source: Source, names: Sequence[str] = (), passed_over: Sequence[str] = ()) -> MapOfBlocks | None:
    """The blocks of a map; None where it has none. Of a workbook in the sheets that are named, or in all but some.

    Raises
    ------
    InputError
        If blocks cannot be read without doubt, or the file is neither text nor a workbook.
    """
    if source.is_parquet:
        return None
    if source.is_workbook:
        shown = [one for one in source.book.sheets if not one.is_hidden and one.name not in passed_over]
        sheets = [MapSheet(one.name, one.rows) for one in ([named_sheet(source.book, name) for name in names] or shown)]
        return find_map_blocks(sheets, source.place)
    return blocks_in_text(source.text, source.place)
