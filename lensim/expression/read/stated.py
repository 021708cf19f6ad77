"""The columns that a user names: which are of the files, and which of the sample sheet."""

from collections.abc import Mapping, Sequence

from lensim.checks import InputError
from lensim.expression.read.columns import COLUMNS, RATIO_COLUMNS, SHEET_COLUMNS
from lensim.tables.columns import CONSTANT_MARK, check_stated, places_of_stated
from lensim.tables.source import Source

OF_SAMPLES = ("subject", "cell_type", "condition", "experiment")
"""Meanings that the sheet says, where there is one."""


def columns_of_each(
    sources: Sequence[Source], sheet: Source | None, columns: Mapping[str, str] | None
) -> tuple[dict[str, str] | None, dict[str, str]]:
    """The named columns of the files (None where there is none), and those of the sheet.

    A name counts for the sheet where the sheet's header has it, and for the files where a file's header has it. A value
    for all rows is of the sheet where it says something of samples.

    Raises
    ------
    InputError
        If a name is neither in the sheet nor in the files, or the meaning of a column is not known.
    """
    if sheet is None or not columns:
        return (dict(columns) if columns else None), {}
    check_stated(columns, {**RATIO_COLUMNS, **COLUMNS})
    header = sheet.table.header
    of_files: dict[str, str] = {}
    of_sheet: dict[str, str] = {}
    for what, name in columns.items():
        if name.startswith(CONSTANT_MARK):
            (of_sheet if what in OF_SAMPLES else of_files)[what] = name
            continue
        if what in SHEET_COLUMNS and places_of_stated(header, name):
            of_sheet[what] = name
        if any(places_of_stated(one, name) for source in sources for one in _headers(source)):
            of_files[what] = name
        if what not in of_sheet and what not in of_files:
            there = ", ".join(repr(known) for known in header)
            raise InputError(
                f"{sheet.place}: the column {name!r} for {what} is neither in the sample sheet nor in "
                f"{', '.join(source.place for source in sources)}; the sheet has {there}"
            )
    return of_files or None, of_sheet


def _headers(source: Source) -> Sequence[Sequence[str]]:
    try:
        return source.headers
    except InputError:
        return ()
