"""The option --xlsx of every command that prints a table: all of its tables as one workbook."""

import tempfile
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from lensim.cli.shared import say

if TYPE_CHECKING:
    from lensim.assay import ResultTable
    from lensim.result_workbook import Entry, NamedTable

NUMBERS: Final = (
    "dose", "quantity", "ratio", "log2_ratio", "percent_of_control", "amplification_factor", "amplification_factor_sd",
)  # fmt: skip
"""Columns of numbers in tidy tables whose names say no unit."""
Xlsx = Annotated[
    Path | None,
    typer.Option(
        "--xlsx", help="Write every table into this workbook (.xlsx), with settings and seed on its last sheet."
    ),
]


def require_workbook(xlsx: Path | None, *, force: bool, inputs: Iterable[Path] = ()) -> None:
    """Refuse a target of --xlsx that is taken, or no .xlsx, before any work is done.

    Raises
    ------
    InputError
        If a file is there and `force` is false, or it is not lensim's, or one of `inputs` would be replaced.
    """
    from lensim.added_files import require_added
    from lensim.workbook_file import workbook_suffix

    if xlsx is not None:
        workbook_suffix("--xlsx", xlsx)
        require_added(xlsx, force=force, inputs=inputs)


def write_tables(
    xlsx: Path | None,
    tables: "Sequence[NamedTable]",
    about: "Sequence[Entry]",
    *,
    force: bool,
    inputs: Iterable[Path] = (),
) -> None:
    """Write tables, and what is known of them, as the workbook that --xlsx names, and say so."""
    from lensim.result_workbook import write_result_workbook

    if xlsx is not None:
        write_result_workbook(xlsx, tables, about, force=force, inputs=inputs)
        say_workbook(xlsx)


def named(tables: "Iterable[ResultTable]") -> "list[NamedTable]":
    """Tables of a result as sheets."""
    from lensim.result_workbook import NamedTable

    return [NamedTable(one.name, one.frame, one.caption, one.units) for one in tables]


def data_sheet(name: str, caption: str, write: "Callable[[Path], None]", numbers: Collection[str]) -> "NamedTable":
    """A tidy table as a sheet that lensim reads again.

    Parameters
    ----------
    name, caption
        Of the sheet.
    write
        Writes the table to a path, as CSV.
    numbers
        Columns that hold numbers, beside those whose names say a unit; all others are text, such as names.
    """
    import io

    import pandas as pd

    from lensim import input_file, limits
    from lensim.result_workbook import NamedTable

    with tempfile.TemporaryDirectory(prefix="lensim-read-") as place:
        path = Path(place) / "table.csv"
        write(path)
        content = input_file.read_bytes(path, "a table", at_most=limits.TABLE_BYTES)
    frame = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)
    for column in frame:
        if _holds_numbers(str(column), numbers):
            found = pd.to_numeric(frame[column], errors="coerce")
            frame[column] = found.astype(object).where(found.notna(), frame[column])
    return NamedTable(name, frame, caption, is_data=True)


def _holds_numbers(column: str, numbers: Collection[str]) -> bool:
    from lensim.units_in_names import unit_of

    return column in numbers or bool(unit_of(column)) or column.startswith("is_") or column in NUMBERS


def say_workbook(xlsx: Path | None) -> None:
    """Say where the workbook is."""
    if xlsx is not None:
        say(f"workbook in {xlsx}")
