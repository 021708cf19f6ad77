"""The option --xlsx of every command that prints a table: all of its tables as one workbook."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lensim.cli.shared import say

if TYPE_CHECKING:
    from lensim.assay import ResultTable
    from lensim.result_workbook import Entry, NamedTable

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


def say_workbook(xlsx: Path | None) -> None:
    """Say where the workbook is."""
    if xlsx is not None:
        say(f"workbook in {xlsx}")
