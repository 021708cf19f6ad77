"""The door of plate maps and sample sheets: a table of one row a well, or blocks of the plate's shape."""

from lensim.checks import FaultReport
from lensim.tables.map_blocks import MapOfBlocks, MapSheet, blocks_in_text, find_map_blocks
from lensim.tables.source import File, Source, source_of
from lensim.tables.workbook import is_workbook, workbook_of


def map_source_of(file: File) -> Source:
    """A map, opened if it is not yet; one of blocks as a table with a row a well, whose faults name well and cells.

    Raises
    ------
    InputError
        If the file cannot be opened, or its blocks cannot be read without doubt.
    """
    source = source_of(file)
    blocks = None if source.is_own else blocks_of(source)
    if blocks is None:
        return source
    table = blocks.table()
    return source.with_own(table, FaultReport(source.place))


def blocks_of(source: Source) -> MapOfBlocks | None:
    """The blocks of a map; None where it has none.

    Raises
    ------
    InputError
        If blocks cannot be read without doubt, or the file is neither text nor a workbook.
    """
    if source.is_parquet:
        return None
    if is_workbook(source.raw):
        book = workbook_of(source.raw, source.place)
        return find_map_blocks([MapSheet(one.name, one.rows) for one in book.sheets if not one.is_hidden], source.place)
    return blocks_in_text(source.text, source.place)
