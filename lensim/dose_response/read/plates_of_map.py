"""Plates that a map describes: by which name the map calls each, and which of its rows are of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lensim.checks import FaultReport, InputError
from lensim.dose_response.read.columns import WellColumns
from lensim.tables.grid_choice import PlateGrid, match_plates
from lensim.tables.table import TextTable


@dataclass(frozen=True)
class MapPlate:
    """A plate, and what the user calls it and its experiment."""

    of: PlateGrid
    stated: str
    experiment: str


def names_in_map(
    table: TextTable, found: WellColumns, plates: Sequence[MapPlate], faults: FaultReport, whole: TextTable
) -> list[tuple[MapPlate, str, str | None]]:
    """Each plate, its name, and the name by which the map calls it; None where the map is of all plates."""
    if not found.has("plate"):
        return [(plate, plate.stated or plate.of.name, None) for plate in plates]
    names, before = (list(dict.fromkeys(found.cell("plate", row) for row in one.rows)) for one in (table, whole))
    is_part = len(names) < len(before)
    known = ", ".join(name or "(empty)" for name in names)
    stated = {plate.stated for plate in plates if plate.stated}
    for name in stated - set(names) if not is_part else ():
        raise InputError(f"{table.place}: plate must be one of {known}, as the map has, got {name!r}")
    if len(plates) == 1 and len(before) == 1:
        return [(plates[0], plates[0].stated or names[0] or plates[0].of.name, names[0])]
    unnamed = [plate.of for plate in plates if not plate.stated]
    matched = match_plates(unnamed, names, table.place, is_part=is_part)
    for name in names if unnamed else ():
        if name not in matched and name not in stated:
            there = ", ".join(sorted(plate.stated or plate.of.name for plate in plates))
            faults.add(f"plate {name!r} has no grid of that name; there are {there}")
    called = {id(plate): name for name, plate in matched.items()}
    named = [(plate, plate.stated or called.get(id(plate.of), "")) for plate in plates]
    return [(plate, name, name) for plate, name in named if name in names]


def rows_of_plate(table: TextTable, found: WellColumns, plate: str | None) -> TextTable:
    """The rows of the map that belong to a plate."""
    if plate is None:
        return table
    kept = [at for at, row in enumerate(table.rows) if found.cell("plate", row) == plate]
    return replace(table, rows=[table.rows[at] for at in kept], lines=[table.lines[at] for at in kept])
