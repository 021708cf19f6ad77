"""The grids of numbers in the sheets of a plate reader's workbook, with the plate and the read that the sheet names."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

from lensim.tables.export_lines import Line
from lensim.tables.grid import Grid, grids_in_lines
from lensim.tables.instruments.raw_reads import as_programs_say, is_computed, with_kinds
from lensim.tables.instruments.softmax import begins_as_softmax, softmax_grids
from lensim.tables.well_lists import Numbering
from lensim.tables.workbook import SheetCells, Workbook

_NOT_READ: Final = re.compile(r"(standard concentrations?|dilutions?|layout)\b", re.IGNORECASE)
"""Titles of grids that say what was put into the wells, not what was read."""
_NUMBER: Final = re.compile(r"[0-9]{1,2}\.\s+(?=[^\W0-9])")
"""The number that Smart Control puts before a title: 4. Raw Data."""
_SKANIT: Final = "measurement results"
_WAVELENGTH: Final = re.compile(r"(?:wavelength|excitation|emission|filter)s?:?\s*(.+)", re.IGNORECASE)


def sheet_grids(workbook: Workbook, numbering: Numbering | None = None) -> list[Grid]:
    """The grids of all sheets that are shown, in order; of several sheets, each label begins with the sheet's name.

    Grids under a title such as "Standard concentrations" or "Dilutions" say what is in the wells, and are left out.
    """
    found = [
        (sheet, grid)
        for sheet in workbook.sheets
        if not sheet.is_hidden
        for grid in _of_sheet(sheet, numbering)
        if not _NOT_READ.match(grid.title)
    ]
    if len({sheet.name for sheet, _ in found}) < 2:
        return [grid for _, grid in found]
    return with_kinds([_under_sheet(sheet.name, grid) for sheet, grid in found])


def _under_sheet(name: str, grid: Grid) -> Grid:
    """A grid whose label begins with its sheet's name."""
    label = ": ".join(one for one in (name, grid.label or grid.title) if one)
    return replace(grid, label=label, kind="computed" if is_computed(name, grid) else grid.kind)


def sheet_lines(sheet: SheetCells) -> list[Line]:
    """The rows of a sheet as lines of an export; each as long as the longest of the rows that it is written among.

    A sheet's rows are all as long as its longest row, which would make a grid without letters wider than a plate.
    """
    lines: list[Line] = []
    for is_filled, rows in groupby(enumerate(sheet.rows, 1), key=lambda numbered: any(numbered[1])):
        among = list(rows)
        width = max((at + 1 for _, row in among for at, cell in enumerate(row) if cell), default=0) if is_filled else 0
        lines += [Line(number, [" ".join(cell.split()) for cell in row[: max(width, 1)]]) for number, row in among]
    return lines


def _of_sheet(sheet: SheetCells, numbering: Numbering | None) -> list[Grid]:
    lines = sheet_lines(sheet)
    first = next((cell for line in lines for cell in line.filled[:1]), "")
    if begins_as_softmax(lines) and (grids := softmax_grids([Line(at, row) for at, row in enumerate(sheet.rows, 1)])):
        return grids
    grids = [
        replace(grid, title=_NUMBER.sub("", grid.title, count=1))
        for grid in _one_plate_below(grids_in_lines(lines, numbering))
    ]
    if first.lower() == _SKANIT:
        return with_kinds([_of_skanit(grid, lines) for grid in grids])
    return as_programs_say(grids, lines)


def _one_plate_below(grids: Sequence[Grid]) -> list[Grid]:
    """Lists of wells whose column for the plate is filled above and empty below are one list of one plate."""
    joined: list[Grid] = []
    for grid in grids:
        above = joined[-1] if joined else None
        if (
            above is not None
            and above.is_list
            and grid.is_list
            and above.plates
            and not grid.plates
            and (above.label, above.title or grid.title) == (grid.label, grid.title or above.title)
            and grid.first_line == above.last_line + 1
            and not above.cells.keys() & grid.cells.keys()
        ):
            joined[-1] = replace(above, cells=above.cells | grid.cells, last_line=grid.last_line)
        else:
            joined.append(grid)
    return joined


def _of_skanit(grid: Grid, lines: Sequence[Line]) -> Grid:
    """A grid of SkanIt: the step on the fifth row, the wavelength above the plate, and the plate's name above it."""
    above = [line.filled for line in lines[: grid.first_line - 1] if line.filled]
    alone = [cells[0] for cells in above if len(cells) == 1]
    step = next((text for text in alone[3:4]), "")
    plate = alone[-1] if alone and not _WAVELENGTH.match(alone[-1]) else ""
    waves = [match.group(1) for text in alone[3:] if (match := _WAVELENGTH.match(text))]
    label = ", ".join(dict.fromkeys(one for one in (step, waves[-1] if waves else "") if one))
    return replace(grid, label=label or grid.label, plates=(plate,) if plate else grid.plates)
