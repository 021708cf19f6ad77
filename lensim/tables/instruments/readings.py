"""Every number of plate readers' files as one table: plate, well, reading and value, before any map says what it is."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lensim.checks import FaultReport, InputError
from lensim.tables.grid import Grid
from lensim.tables.grid_choice import with_reading
from lensim.tables.instruments.plates import grids_of, has_points
from lensim.tables.number_text import DecimalMark, decimal_mark_of, is_missing, parse_number
from lensim.tables.source import Files, Source, sources_of
from lensim.tables.well_names import well_name

COLUMNS: Final = ("file", "plate", "well", "reading", "value", "said")


@dataclass(frozen=True, slots=True)
class Readout:
    """One number that a reader gave for a well.

    Attributes
    ----------
    file, plate, well
        Where it is from; the plate as the export names it, else the file's name without its suffix.
    reading
        The text by which it may be chosen: detection, wavelength, time; empty where the file has one reading.
    value
        The number; None where there is none.
    said
        What the file has instead of a number, such as OVER; empty where it has a number or nothing.
    """

    file: str
    plate: str
    well: str
    reading: str
    value: float | None
    said: str


def read_readouts(
    files: Files, *, reading: str | None = None, decimal: DecimalMark | None = None
) -> tuple[Readout, ...]:
    """Every number in plate readers' files, in the order of the files, their grids, and the wells.

    Parameters
    ----------
    files
        Text or workbooks as readers' programs write them, with grids or lists of wells.
    reading
        A part of the text over a grid or behind its rows, such as a wavelength or a time; all readings where None.
    decimal
        The decimal mark, where the numbers do not show it.

    Raises
    ------
    InputError
        If a file has no numbers of wells, none of that reading, or a grid that cannot be read without doubt.
    """
    readouts: list[Readout] = []
    for source in sources_of(files, whole=True):
        grids = grids_of(source)
        if not grids:
            raise InputError(
                f"{source.place}: no number of a well was found, neither a grid with letters and numbers beside it nor "
                "a list with a head such as Well or Pos"
            )
        chosen = with_reading(source, grids, reading) if reading else grids
        for grid in chosen:
            if grid.fault:
                raise InputError(f"{source.place} line {grid.first_line}: in the grid, {grid}, {grid.fault}")
        faults = FaultReport(source.place)
        cells = [text for grid in grids for text, _ in grid.cells.values()]
        mark = decimal_mark_of(cells, decimal, has_points(source, cells), faults)
        faults.raise_if_any()
        for grid in chosen:
            readouts += _of_grid(source, grid, mark)
    return tuple(readouts)


def _of_grid(source: Source, grid: Grid, mark: DecimalMark) -> list[Readout]:
    plate = grid.plates[0] if grid.plates else source.stem
    found = []
    for place, (text, _) in sorted(grid.cells.items()):
        value = None if is_missing(text) else parse_number(text, mark)
        said = text if value is None and not is_missing(text) else ""
        found.append(Readout(source.place, plate, well_name(*place), grid.reading, value, said))
    return found


def table_of(readouts: Sequence[Readout]) -> list[list[str]]:
    """Rows of text under `COLUMNS`; numbers as short as they are exact."""
    return [
        [one.file, one.plate, one.well, one.reading, "" if one.value is None else repr(one.value), one.said]
        for one in readouts
    ]


def write_readouts(readouts: Sequence[Readout], path: Path) -> None:
    """Write the table of `table_of`: tab-separated in a .tsv, else with commas.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter="\t" if path.suffix.lower() == ".tsv" else ",", lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows(table_of(readouts))
    except OSError as error:
        raise InputError(f"{path}: the file cannot be written ({error.strerror or error})") from None
