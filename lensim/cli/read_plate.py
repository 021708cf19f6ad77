"""The command `lensim read plate`: plate readers' files to one table of every number, before a map says what it is."""

from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lensim.cli.shared import Decimal, Force, Reading, say, table_suffix
from lensim.cli.workbook import Xlsx, data_sheet, require_workbook, write_tables

if TYPE_CHECKING:
    from lensim.tables.instruments.readings import Readout


def read_plate(
    files: Annotated[list[Path], typer.Argument(help="Text or workbooks as plate readers' programs write them.")],
    reading: Reading = "",
    decimal: Decimal = None,
    path: Annotated[Path | None, typer.Option("--out", help="Table to write: .csv or .tsv.")] = None,
    xlsx: Xlsx = None,
    force: Force = False,
) -> None:
    """Every number that plate readers wrote, one row a well and reading, before a map says what is in the wells."""
    from lensim.added_files import added_file, require_added
    from lensim.tables.instruments.readings import read_readouts, write_readouts

    if path is not None:
        table_suffix(path)
        require_added(path, force=force, inputs=files)
    require_workbook(xlsx, force=force, inputs=files)
    readouts = read_readouts(files, reading=reading or None, decimal=decimal)
    _print_found(readouts)
    if path is not None:
        with added_file(path, force=force, inputs=files) as place:
            write_readouts(readouts, place)
        say(f"table in {path}")
    if xlsx is not None:
        sheet = data_sheet("readings", "One row a well and reading", partial(write_readouts, readouts), {"value"})
        write_tables(xlsx, [sheet], [], force=force, inputs=files)


def _print_found(readouts: "tuple[Readout, ...]") -> None:
    import pandas as pd

    from lensim.cli.tables import print_text

    wells = Counter((one.file, one.plate, one.reading) for one in readouts)
    numbers = Counter((one.file, one.plate, one.reading) for one in readouts if one.value is not None)
    rows = [(*key, str(count), str(numbers[key])) for key, count in wells.items()]
    print_text(pd.DataFrame(rows, columns=["file", "plate", "reading", "wells", "with a number"]))
