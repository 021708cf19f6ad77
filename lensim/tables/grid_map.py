"""From the names or numbers of wells in a plate map to places on a reader's grid."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from lensim.checks import FaultReport, InputError, one_of
from lensim.tables.columns import Meaning, names_any
from lensim.tables.grid import Grid, is_in_plate_shape
from lensim.tables.plate_size import PLATES_BY_WELLS
from lensim.tables.source import Source
from lensim.tables.well_lists import Numbering
from lensim.tables.well_names import STANDARD, Naming, naming_of_wells

WellOrder = Literal["rows", "columns"]
"""How wells are numbered: 1, 2, 3 along the first row, or down the first column."""

_NUMBER: Final = re.compile(r"0*([1-9][0-9]{0,3})(?:\.0)?")


NEEDS_MAP: Final = (
    "the file is what a plate reader wrote, and does not say what is in the wells: say plate_map= with a table of one "
    "row a well (well, cell_line, ...), or with a block of the plate's shape for each factor"
)
"""The sentence about a grid without a map."""


def check_needs_map(grid_number: object, reading: object, well_order: object) -> None:
    """Refuse choices among grids without a map.

    Raises
    ------
    InputError
        Naming the choice that was made.
    """
    for name, given in (("grid_number", grid_number), ("reading", reading), ("well_order", well_order)):
        if given:
            raise InputError(f"{name} is for what plate readers wrote, and needs plate_map= as well, got none")


def check_is_map(source: Source, well: Meaning, stated: Mapping[str, str]) -> None:
    """Refuse a plate map that is a grid itself.

    Raises
    ------
    InputError
        If no column of the file is the well's, and the file has a grid.
    """
    if source.is_parquet or "well" in stated or any(names_any(header, well) for header in source.headers):
        return
    if is_in_plate_shape(source.text):
        raise InputError(
            f"{source.place}: a plate map must be a table with one row a well (well, cell_line, ...), or blocks with "
            "lettered rows, numbered columns and the factor's name above each, got a grid without these"
        )


def numbering_of(order: WellOrder | None, plate_wells: int | None) -> Numbering | None:
    """How wells are numbered, where the user says it."""
    return None if order is None else Numbering(order, plate_wells or 0)


def check_well_order(order: str | None) -> None:
    """Refuse an order of wells that is neither rows nor columns."""
    if order is not None:
        one_of("well_order", order, ("rows", "columns"))


@dataclass(frozen=True)
class MapOfGrid:
    """Finds the wells that a plate map names on one grid.

    Attributes
    ----------
    grid, place
        The grid, and the file that it is from.
    column
        The column of the map with the wells.
    naming
        How the map letters its rows.
    shape, order
        Rows and columns of the plate, and how its wells are numbered, where the map numbers them.
    """

    grid: Grid
    place: str
    column: str
    naming: Naming
    shape: tuple[int, int] | None = None
    order: WellOrder | None = None

    @property
    def is_standard(self) -> bool:
        """Whether all names are as `parse_well_name` takes them."""
        return self.naming == STANDARD and self.order is None

    def find(self, name: str, line: int, faults: FaultReport) -> tuple[int, int] | None:
        """Row and column of a well, from 0; a fault and None where the grid has no such well."""
        place = self._numbered(name) or self.naming.place(name)
        if place is None:
            faults.add(self._fault(name), line=None if self._is_in_doubt else line)
        elif place not in self.grid.cells:
            faults.add(f"well {name} is not in the grid of {self.place}, {self.grid}", line=line)
            return None
        return place

    @property
    def _is_in_doubt(self) -> bool:
        return self.naming.style == "in doubt"

    def _numbered(self, name: str) -> tuple[int, int] | None:
        match = _NUMBER.fullmatch(name.strip())
        if match is None or self.order is None or self.shape is None:
            return None
        return Numbering(self.order, self.shape[0] * self.shape[1]).place(int(match.group(1)), 0)

    def _fault(self, name: str) -> str:
        if self._is_in_doubt:
            letters = "Aa, Ab, Ac, Ad, Ba ... Hd" if self.grid.naming.style == "quarters" else "A to Z, AA to AF"
            return (
                f"the letters of rows in the column {self.column} may mean two rows each of the grid of {self.place}: "
                f"letter rows {letters}"
            )
        if _NUMBER.fullmatch(name.strip()) is None:
            return f"{self.column} must be a letter and a number, such as A1, got {name!r}"
        if self.order is None:
            return (
                f"{self.column} must be a letter and a number, such as A1, got {name!r}; where wells are numbered, say "
                'well_order="rows" or well_order="columns"'
            )
        if self.shape is None:
            return (
                f"{self.column} {name!r} needs the size of the plate: say plate_wells=96, plate_wells=384 or "
                "plate_wells=1536"
            )
        return f"{self.column} must be at most {self.shape[0] * self.shape[1]} on this plate, got {name!r}"


def map_of_grid(
    grid: Grid, place: str, column: str, names: Sequence[str], plate_wells: int | None, order: WellOrder | None
) -> MapOfGrid:
    """What finds wells on a grid, after all the names of wells in the map."""
    shape = PLATES_BY_WELLS[plate_wells] if plate_wells is not None else grid.whole_plate
    naming = naming_of_wells(names, (shape or grid.shape)[0], grid.naming)
    return MapOfGrid(grid, place, column, naming, shape, order)
