"""The plates of a plan as files: a workbook of blocks, and what PCR machines import."""

from typing import Final

import pandas as pd

from lensim.plate_map.contents import map_of_table
from lensim.plate_map.machines import MACHINES, setup_files, takes_plate
from lensim.plate_map.sheets import block_sheets
from lensim.workbook_file import workbook_bytes

MOST_PLATES: Final = 100
"""Plates up to which a plan's map is also written as a workbook and as files of machines."""
PLANNED_UNIT: Final = "ng"
"""Of quantities of the dilution series of a plan."""


def plate_map_files(table: pd.DataFrame) -> dict[str, bytes]:
    """The files of a plan's map beside its table: plate_map.xlsx, and of RT-qPCR quantstudio_1.txt, cfx_1.csv ...

    The workbook has a sheet a plate and a block a factor, as `lensim plate-map` reads it. A machine that has no
    plate of this size gets no files. More plates than 100 are in the table alone.
    """
    if table["plate"].nunique() > MOST_PLATES:
        return {}
    found = map_of_table(_with_roles(table) if "dose_um" in table else table, "plate_map")
    files = {"plate_map.xlsx": workbook_bytes(block_sheets(found))}
    if "gene" in table:
        for machine in MACHINES:
            if takes_plate(found, machine):
                files |= {name: text.encode() for name, text in setup_files(found, machine, PLANNED_UNIT).items()}
    return files


def _with_roles(table: pd.DataFrame) -> pd.DataFrame:
    """The map of a panel with a role for each well: a blank has the experiment of its plate, and no line."""
    is_blank = table["cell_line"] == "blank"
    known = zip(is_blank, table["dose_um"] == 0, strict=True)
    of_plate = table[~is_blank].groupby("plate")["experiment"].first()  # a plate is of one experiment
    named = table.rename(columns={"dose_um": "dose (uM)"})
    return named.assign(
        role=["blank" if blank else "untreated" if zero else "treated" for blank, zero in known],
        cell_line=named["cell_line"].where(~is_blank, ""),
        experiment=named["experiment"].where(~is_blank, named["plate"].map(of_plate)),
    )
