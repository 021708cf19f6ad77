"""From a parquet file to a table of text."""

from collections.abc import Iterable
from typing import Any, Final

from lensim import limits
from lensim.checks import InputError
from lensim.plain_text import shown_name
from lensim.tables.raw import require_shape
from lensim.tables.table import TextTable

_TEXTS: Final = "BYTE_ARRAY"
_TEXT_MEANINGS: Final = ("UTF8", "NONE", "ENUM")


def parse_parquet(raw: bytes, place: str) -> TextTable:
    """The table that a parquet file holds, as text; lines are rows, counted from 1.

    Raises
    ------
    InputError
        If the file is damaged, has no rows, more than a table can have, or lists in a column.
    """
    import pyarrow as pa  # here, because it takes a third of a second and most files are text
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(pa.BufferReader(raw)) as file:
            _require_size(file.metadata, place)
            schema = file.metadata.schema
        with pq.ParquetFile(pa.BufferReader(raw), read_dictionary=_names_of_texts(schema)) as file:
            table = file.read(use_threads=False)
        header = tuple(name.strip() for name in table.column_names)
        _require_plain(table, place)
        columns = [_cells(column.chunks) for column in table.columns]
    except InputError:
        raise
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"{place}: the parquet file cannot be read ({first})") from None
    if not table.num_rows:
        raise InputError(f"{place}: the file has a header ({', '.join(table.column_names)}) but no rows")
    for name, cells in zip(header, columns, strict=True):
        if (longest := max(map(len, cells))) > limits.CELL_CHARACTERS:
            raise InputError(
                f"{place}: a cell must have at most {limits.CELL_CHARACTERS:,} characters, got {longest:,} in the "
                f"column {shown_name(name)}: shorten it, or leave the column out"
            )
    rows = [list(row) for row in zip(*columns, strict=True)]
    return TextTable(place, header, rows, list(range(1, len(rows) + 1)), has_decimal_points=True)


def _require_size(metadata: Any, place: str) -> None:
    """Refuse a file that says that it unpacks to more than a table can have, before it is unpacked."""
    rows, columns = metadata.num_rows, metadata.num_columns
    require_shape(place, lines=rows, columns=columns, cells=rows * columns)
    size = sum(metadata.row_group(number).total_byte_size for number in range(metadata.num_row_groups))
    if size > limits.PARQUET_BYTES:
        raise InputError(
            f"{place} must unpack to at most {limits.PARQUET_BYTES:,} bytes, got {size:,}: leave out columns that are "
            "not needed, or divide it into several files"
        )


def _names_of_texts(schema: Any) -> list[str]:
    """Columns of texts, which are kept as a text and where it recurs: one that recurs takes its memory once."""
    columns = [schema.column(number) for number in range(len(schema))]
    return [one.path for one in columns if one.physical_type == _TEXTS and one.converted_type in _TEXT_MEANINGS]


def _require_plain(table: Any, place: str) -> None:
    import pyarrow as pa

    for name, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_nested(column.type):
            raise InputError(
                f"{place}: the column {shown_name(name)} must hold one value in a cell, got {column.type}: leave it "
                "out, or give each value a column of its own"
            )


def _cells(chunks: Iterable[Any]) -> list[str]:
    """The texts of a column; a value that recurs is one text."""
    import pyarrow as pa

    cells: list[str] = []
    for chunk in chunks:
        if pa.types.is_dictionary(chunk.type):
            words = [_cell(value) for value in chunk.dictionary.to_pylist()]
            places = chunk.indices.to_pylist()
            if any(place is not None and not 0 <= place < len(words) for place in places):
                raise ValueError("a value points outside the words of its column")
            cells += ["" if place is None else words[place] for place in places]
        else:
            cells += [_cell(value) for value in chunk.to_pylist()]
    return cells


def _cell(value: object) -> str:
    """Text of a value, from which the same number can be read again; empty for none and for a number that is none."""
    if isinstance(value, float) and value != value:
        return ""
    return "" if value is None else repr(value) if isinstance(value, float) else str(value)
