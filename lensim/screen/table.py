"""The one long table of a screen, and a table with one row a compound: written part by part, never all in memory."""

import csv
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from lensim.csv_file import encoding_for, misread_cell
from lensim.screen.part import TOLD, Part

SUMMARY: Final = "summary.csv"
COMPOUNDS: Final = "compounds.csv"
ROWS: Final = "rows"


def write_tables(folder: Path, by: str, parts: Callable[[], Iterable[Part]]) -> None:
    """Write the long table (compound x line) and the table of compounds into a folder.

    Parameters
    ----------
    folder
        Where they go; hidden until they are whole.
    by
        The column that names compounds.
    parts
        Gives the parts in the order of the table; called for each pass, so that no more than one is in memory.
    """
    columns = columns_of(parts(), by)
    encoding = encoding_for(text for part in parts() for text in _texts(part, columns, by))
    with (
        (folder / SUMMARY).open("w", encoding=encoding, newline="") as long,
        (folder / COMPOUNDS).open("w", encoding=encoding, newline="") as short,
    ):
        lines, compounds = (csv.writer(one, lineterminator="\n") for one in (long, short))
        lines.writerow([by, *columns, *told_names(columns, by)])
        compounds.writerow([by, ROWS, *TOLD])
        for part in parts():
            lines.writerows(map(_cells, rows_in_all(part, columns)))
            compounds.writerow([part.name, len(part.rows), *part.told.values()])


def misread_in_screen(parts: Iterable[Part], by: str) -> str:
    """Which name a spreadsheet would take for something else in the tables of a screen; '' where none."""
    cells = ((name, value) for part in parts for name, value in _cells_of(part, by))
    return misread_cell(cells)


def _cells_of(part: Part, by: str) -> Iterable[tuple[str, object]]:
    yield by, part.name
    for row in part.rows:
        yield from zip(part.columns, row, strict=True)
    yield from part.told.items()


def _texts(part: Part, columns: Sequence[str], by: str) -> Iterable[str]:
    yield from (by, *columns)
    yield from (value for _, value in _cells_of(part, by) if isinstance(value, str))


def columns_of(parts: Iterable[Part], by: str) -> list[str]:
    """Columns of the main tables of all compounds, in the order in which they first come."""
    return list(dict.fromkeys(name for part in parts for name in part.columns if name != by))


def told_names(columns: Sequence[str], by: str) -> list[str]:
    """Names of the columns that tell of the fit, behind the others."""
    return [name if name not in (*columns, by) else f"fit_{name}" for name in TOLD]


def rows_in_all(part: Part, columns: Sequence[str]) -> list[list[object]]:
    """The rows of a compound in the long table; one with the reason where it failed."""
    at = [part.columns.index(name) if name in part.columns else None for name in columns]
    said = list(part.told.values())
    return [
        [part.name, *(None if place is None or not row else row[place] for place in at), *said]
        for row in part.rows or ((),)
    ]


def _cells(row: Sequence[object]) -> list[object]:
    """Values as pandas writes them into a CSV file."""
    return ["" if value is None else str(value) if isinstance(value, bool) else value for value in row]
