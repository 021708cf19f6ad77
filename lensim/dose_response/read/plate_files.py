"""The files of one plate."""

from dataclasses import dataclass

from lensim.tables.grid_choice import GridNumber
from lensim.tables.source import File


@dataclass(frozen=True)
class PlateFiles:
    """What a reader wrote, of one plate or more, and the map of these.

    Attributes
    ----------
    grid
        Grids of 8 x 12, 16 x 24 or 32 x 48 numbers, lettered and numbered parts of such, or lists of wells.
    plate_map
        A table with one row a well: well (A1), cell_line, dose, optionally role, molecular_group, experiment, plate,
        compound. With several plates in it, only the rows of this one count.
    plate, experiment
        Their names; else as the map has them, else the name of the grid's file (of the plate in the export, where the
        file has several), and an experiment for each plate. In a file of several plates, `plate` chooses one.
    grid_number
        Which grid of the file, from 1, where there are several of one plate; several numbers are a plate each.
    """

    grid: File
    plate_map: File
    plate: str = ""
    experiment: str = ""
    grid_number: GridNumber | None = None
