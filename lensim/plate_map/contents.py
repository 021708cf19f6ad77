"""What is in the wells of a map, whether it has a row a well or is drawn in blocks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from lensim.checks import FaultReport, InputError
from lensim.dose_response.read.columns import COLUMNS
from lensim.expression.read.columns import SHEET_COLUMNS
from lensim.tables.columns import Meaning, find_columns
from lensim.tables.map_source import blocks_of, map_source_of
from lensim.tables.number_text import is_missing
from lensim.tables.source import File, source_of
from lensim.tables.well_names import STANDARD_PLATES, parse_well_name, well_name

Place = tuple[int, int]
PLATES: Final = ((2, 3), (3, 4), (4, 6), (6, 8), *STANDARD_PLATES)
"""Rows and columns of plates of 6 to 1536 wells."""

MEANINGS: Final[Mapping[str, Meaning]] = {
    **{what: COLUMNS[what] for what in COLUMNS if what not in ("signal", "viability", "inhibition")},
    **{what: SHEET_COLUMNS[what] for what in ("gene", "task", "subject", "cell_type", "sample", "quantity")},
}
"""Factors that readers know, by their meaning; a cell line of RT-qPCR is a subject."""


@dataclass(frozen=True)
class PlateMap:
    """What a map says of each well.

    Attributes
    ----------
    place
        The file's name.
    factors
        Names of the factors as the map writes them.
    plates
        By the plate's name (empty where the map has none): by row and column, from 0, the text of each factor.
    cells
        The place of a text in the file, by plate, well and factor; empty for a table with a row a well.
    """

    place: str
    factors: tuple[str, ...]
    plates: Mapping[str, Mapping[Place, Mapping[str, str]]]
    cells: Mapping[tuple[str, Place, str], str]

    @property
    def shape(self) -> Place:
        """Rows and columns of the smallest usual plate that has all wells."""
        places = [well for wells in self.plates.values() for well in wells]
        rows, columns = (max((place[axis] for place in places), default=0) + 1 for axis in (0, 1))
        return next((one for one in PLATES if one[0] >= rows and one[1] >= columns), PLATES[-1])

    def factor(self, meaning: str) -> str:
        """The factor of a meaning, by its usual names; empty where there is none."""
        ranks = {name: MEANINGS[meaning].rank(name) for name in self.factors}
        known = {name: rank for name, rank in ranks.items() if rank is not None}
        return min(known, key=lambda name: known[name]) if known else ""

    @property
    def meanings(self) -> dict[str, str]:
        """The factor of each meaning that the map has; a factor has one meaning, the first."""
        found: dict[str, str] = {}
        for what in MEANINGS:
            factor = self.factor(what)
            if factor and factor not in found.values():
                found[what] = factor
        return found

    def table(self) -> pd.DataFrame:
        """A row a well: plate, well and each factor as text."""
        rows = [
            {"plate": plate, "well": well_name(*well), **{name: said.get(name, "") for name in self.factors}}
            for plate, wells in self.plates.items()
            for well, said in wells.items()
        ]
        table = pd.DataFrame(rows, columns=["plate", "well", *self.factors], dtype=object)
        return table if any(self.plates) else table.drop(columns="plate")


def read_plate_map(file: File) -> PlateMap:
    """A map of one of both kinds.

    Raises
    ------
    InputError
        If the file cannot be read, has no column of wells and no blocks, or names a well that is none, or twice.
    """
    opened = source_of(file, whole=True)
    source = map_source_of(opened)
    blocks = blocks_of(opened) if source.is_own else None
    if blocks is not None:
        factors = blocks.factors
        plates: dict[str, dict[Place, dict[str, str]]] = {}
        cells: dict[tuple[str, Place, str], str] = {}
        for plate in blocks.plates:
            own = {factor: blocks.of(plate, factor) for factor in factors}
            plates[plate] = {
                well: {factor: block.cells.get(well, "") for factor, block in own.items() if block is not None}
                for well in blocks.wells(plate)
            }
            for factor, block in own.items():
                if block is not None:
                    cells |= {(plate, well, factor): block.place_of(well) for well in block.cells}
        return PlateMap(blocks.place, factors, plates, cells)
    table, faults = source.table, FaultReport(source.place)
    wanted = {"well": SHEET_COLUMNS["well"], "plate": COLUMNS["plate"]}
    found = find_columns(table, wanted, faults, needed=("well",))
    rest = [at for at in range(len(table.header)) if at not in found.position.values()]
    plates = {}
    for row, line in zip(table.rows, table.lines, strict=True):
        well = parse_well_name(found.cell("well", row))
        if well is None:
            faults.add(
                f"{found.column('well')} must be a letter and a number, such as A1, got {found.cell('well', row)!r}",
                line=line,
            )
            continue
        of_plate = plates.setdefault(found.cell("plate", row), {})
        if well in of_plate:
            faults.add(
                f"the well {well_name(*well)} is there twice: give each a row of its own, or name its plate", line=line
            )
        of_plate[well] = {table.header[at]: _text(row[at]) for at in rest}
    faults.raise_if_any()
    return PlateMap(source.place, tuple(table.header[at] for at in rest), plates, {})


def map_of_table(table: pd.DataFrame, place: str) -> PlateMap:
    """The map in a table with the columns plate, well and the factors, such as that of a plan.

    Raises
    ------
    InputError
        If a well is none.
    """
    factors = tuple(str(name) for name in table if name not in ("plate", "well"))
    plates: dict[str, dict[Place, dict[str, str]]] = {}
    for row in table.to_dict("records"):
        well = parse_well_name(str(row["well"]))
        if well is None:
            raise InputError(f"{place}: well must be a letter and a number, such as A1, got {row['well']!r}")
        plates.setdefault(str(row["plate"]), {})[well] = {name: text_of(row[name]) for name in factors}
    return PlateMap(place, factors, plates, {})


def text_of(value: object) -> str:
    """A value of a table as a cell: nothing where it is missing, numbers in the digits that they need."""
    if value is None or value != value:
        return ""
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _text(cell: str) -> str:
    text = " ".join(cell.split())
    return "" if is_missing(text) and text != "0" else text


def factors_of(text: str) -> Sequence[str]:
    """Names of factors that are parted by commas."""
    return tuple(name for name in (" ".join(one.split()) for one in text.split(",")) if name)
