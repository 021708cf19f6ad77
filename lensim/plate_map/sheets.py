"""Maps as sheets of a workbook: a sheet a plate, a block a factor, its name in the corner."""

from collections.abc import Sequence
from typing import Final

import pandas as pd

from lensim.checks import InputError, one_of, unique
from lensim.plain_text import shown
from lensim.plate_map.contents import MEANINGS, PLATES, PlateMap
from lensim.tables.map_titles import is_row_head, parted
from lensim.tables.well_names import letters_of_row
from lensim.workbook_file import SheetTable

WELLS: Final = {rows * columns: (rows, columns) for rows, columns in PLATES}
MOST_FACTORS: Final = 20
LONGEST_FACTOR: Final = 60
ONE_PLATE: Final = "plate map"
USUAL_FACTORS: Final = "cell_line, dose (uM), role"
_WHAT: Final = {
    "cell_line": "name of the line, the same in every well of it",
    "dose": "a number in the unit that the factor's name has; 0 for untreated wells",
    "dose_unit": "unit of the dose, such as nM",
    "compound": "name of the compound; empty or DMSO for untreated wells",
    "condition": "name of the condition; one is the control",
    "role": "treated, untreated, blank or ignored",
    "experiment": "name of the independent experiment",
    "plate": "name of the plate",
    "molecular_group": "name of the group of lines",
    "parent": "the line that this line was made from",
    "well": "name of the well",
    "gene": "target or reference gene",
    "task": "unknown, standard, no_template, no_rt or ignored",
    "subject": "line or donor that the cDNA is of",
    "cell_type": "kind of the subject",
    "sample": "name of the cDNA",
    "quantity": "quantity of a standard, a number above 0",
}


def empty_map(factors: Sequence[str], wells: int = 96, plates: int = 1) -> list[SheetTable]:
    """The sheets of an empty map, and one that says how to fill it in.

    Parameters
    ----------
    factors
        Names, each a block: "cell_line", "dose (uM)", "role" ...
    wells
        Of a plate: 6, 12, 24, 48, 96, 384 or 1536.
    plates
        A sheet each.

    Raises
    ------
    InputError
        If there is no factor or there are too many, a name is too long, names a plate or no factor, or is there twice.
    """
    if not factors or len(factors) > MOST_FACTORS:
        raise InputError(f"factors must name 1 to {MOST_FACTORS} factors, got {len(factors)}")
    for name in factors:
        if len(name) > LONGEST_FACTOR or is_row_head(name) or parted(name) != (name, ""):
            raise InputError(
                f"factors must be names of at most {LONGEST_FACTOR} characters, such as cell_line or dose (uM), and "
                f"name no plate, got {shown(name)}"
            )
    unique("factors", [name.casefold() for name in factors])
    one_of("wells", str(wells), map(str, WELLS))
    names = [ONE_PLATE] if plates == 1 else [f"Plate {number + 1}" for number in range(plates)]
    filled: dict[str, dict[tuple[int, int], dict[str, str]]] = {name: {} for name in names}
    return [*block_sheets(PlateMap("", tuple(factors), filled, {}), WELLS[wells]), _how_to(factors, plates)]


def block_sheets(plate_map: PlateMap, shape: tuple[int, int] | None = None) -> list[SheetTable]:
    """A sheet for each plate of a map, with a block for each factor; numbers are numbers."""
    rows, columns = shape or plate_map.shape
    letters = [letters_of_row(row) for row in range(rows)]
    head = [str(column + 1) for column in range(columns)]
    sheets = []
    for plate, wells in plate_map.plates.items():
        lines: list[list[object]] = []
        for factor in plate_map.factors:
            lines += [[factor, *map(int, head)]] if lines else []
            for row, letter in enumerate(letters):
                lines.append([letter, *(_value(wells.get((row, c), {}).get(factor, "")) for c in range(columns))])
            lines.append([None] * (columns + 1))
        table = pd.DataFrame(lines[:-1], columns=[plate_map.factors[0], *head], dtype=object)
        sheets.append(SheetTable(plate or ONE_PLATE, table))
    return sheets


def _how_to(factors: Sequence[str], plates: int) -> SheetTable:
    meanings = [next((what for what, one in MEANINGS.items() if one.rank(name) is not None), "") for name in factors]
    table = pd.DataFrame(
        {
            "block": list(factors),
            "what to write in its cells": [
                _WHAT.get(what, "any text; no reader of lensim knows this name, so say what the column is")
                for what in meanings
            ],
        }
    )
    sheet = "Each sheet is a plate, and the sheet's name is the plate's. " if plates > 1 else ""
    note = f"{sheet}Wells without any text are not used. Check the filled map: lensim plate-map FILE"
    return SheetTable("how to fill in", table, note=note)


def _value(text: str) -> float | str | None:
    try:
        number = float(text)
    except ValueError:
        return text or None
    return number if text.strip() == text and "_" not in text and f"{number:.15g}" == text else text
