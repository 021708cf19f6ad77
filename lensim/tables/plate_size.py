"""Number of rows and columns of the plates of a Dataset, and the source of these numbers."""

from collections.abc import Iterable, Sequence
from typing import Final

import xarray as xr

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.tables.well_names import STANDARD_PLATES, smallest_plate

PLATES_BY_WELLS: Final = {rows * columns: (rows, columns) for rows, columns in STANDARD_PLATES}
GUESSED: Final = "guessed from the largest well"
STATED: Final = "stated"
GRID: Final = "the reader's grid"


def size_attrs(
    places: Iterable[tuple[int, int]], plate_wells: int | None, grid: tuple[int, int] | None = None
) -> dict[str, str | int]:
    """Attrs plate_rows, plate_columns and plate_size_from, for wells at some places (row and column from 0).

    Parameters
    ----------
    places
        Where wells are.
    plate_wells
        Wells of a plate as the user states it: 96, 384 or 1536.
    grid
        Rows and columns of the grid that the reader wrote, if it is a whole plate.

    Raises
    ------
    InputError
        If a well lies outside the stated plate.
    """
    guessed = smallest_plate(places)
    if plate_wells is not None:
        shape = PLATES_BY_WELLS[plate_wells]
        if guessed[0] > shape[0]:
            raise InputError(
                f"plate_wells must be at least {guessed[0] * guessed[1]} to hold all the wells, got {plate_wells}"
            )
        known = STATED
    else:
        shape, known = (grid, GRID) if grid is not None else (guessed, GUESSED)
    return {v.PLATE_ROWS: shape[0], v.PLATE_COLUMNS: shape[1], v.PLATE_SIZE_FROM: known}


def largest_grid(grids: Sequence[tuple[int, int] | None]) -> tuple[int, int] | None:
    """The largest of grids that are all whole plates; None where one may be a part."""
    whole = [grid for grid in grids if grid is not None]
    return max(whole, default=None) if len(whole) == len(grids) else None


def check_plate_wells(plate_wells: int | None) -> None:
    """Refuse a size that no plate has.

    Raises
    ------
    InputError
        If it is neither None nor 96, 384 or 1536.
    """
    if plate_wells is not None and plate_wells not in PLATES_BY_WELLS:
        allowed = ", ".join(map(str, PLATES_BY_WELLS))
        raise InputError(f"plate_wells must be one of {allowed}, got {plate_wells}")


def plate_shape(data: xr.Dataset) -> tuple[int, int]:
    """Rows and columns of the plates of a Dataset: as its attrs say, else the smallest that has all of its wells.

    Raises
    ------
    InputError
        If a well lies outside the plate of the attrs.
    """
    rows, columns = (data[name].to_numpy().astype(int).tolist() for name in (v.PLATE_ROW, v.PLATE_COLUMN))
    if v.PLATE_ROWS not in data.attrs or v.PLATE_COLUMNS not in data.attrs:
        return smallest_plate(zip(rows, columns, strict=True))
    shape = int(data.attrs[v.PLATE_ROWS]), int(data.attrs[v.PLATE_COLUMNS])
    if max(rows, default=0) >= shape[0] or max(columns, default=0) >= shape[1]:
        raise InputError(
            f"wells must lie on the plate of {shape[0]} x {shape[1]} wells that attrs state, got row "
            f"{max(rows) + 1} and column {max(columns) + 1}"
        )
    return shape
