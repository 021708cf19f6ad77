"""Wells of plates as columns, from the Dataset of a dose-response study, for the checks of plates."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.tables.plate_size import plate_shape
from lensim.tables.well_names import STANDARD_PLATES

LONGEST_NUMBER: Final = 4
"""Digits of the number of a well."""


@dataclass(frozen=True)
class Wells:
    """Wells of a panel; arrays along the well, but blanks along the blank.

    Attributes
    ----------
    signal
        Raw, or percent of untreated where `is_percent`.
    dose_um, plate, line, culture, experiment, compound
        Dose, and positions in `plates`, `lines`, `cultures` and of the experiment; compound as text.
    name
        Of the well, empty where not known.
    row, column
        From 0; empty where wells have no places.
    shape
        Rows and columns of a plate.
    blank, plate_of_blank
        Signals of wells without cells.
    saturated
        Wells that the reader could not read and that were left out.
    dose_unit
        uM, or a unit of the user's own.
    are_numbered
        Whether places are those of numbers, along rows: 1 to 12 is row A of a plate of 96.
    """

    signal: np.ndarray
    is_percent: bool
    dose_um: np.ndarray
    plate: np.ndarray
    line: np.ndarray
    culture: np.ndarray
    experiment: np.ndarray
    compound: np.ndarray
    name: np.ndarray
    row: np.ndarray
    column: np.ndarray
    shape: tuple[int, int]
    blank: np.ndarray
    plate_of_blank: np.ndarray
    plates: list[str]
    lines: list[str]
    cultures: list[str]
    saturated: int = 0
    dose_unit: str = "uM"
    are_numbered: bool = False

    @property
    def is_untreated(self) -> np.ndarray:
        """Which wells have no compound."""
        return self.dose_um == 0.0

    @property
    def has_places(self) -> bool:
        """Whether wells have names like B7, or numbers."""
        return len(self.row) == len(self.signal)

    def background(self, plate: int) -> float:
        """Median blank of a plate; of all plates where it has none, 0 without any."""
        own = self.blank[self.plate_of_blank == plate]
        own = own if len(own) else self.blank
        return float(np.median(own)) if len(own) else 0.0

    def well_name(self, at: int) -> str:
        """A well with its plate."""
        return f"{self.plates[self.plate[at]]} {self.name[at]}".strip()


def wells_of_study(data: xr.Dataset) -> Wells:
    """The wells of a dose-response Dataset."""
    is_percent = v.SIGNAL not in data
    signal = data[v.VIABILITY if is_percent else v.SIGNAL].to_numpy().astype(float)
    culture = data[v.CULTURE_OF_WELL].to_numpy()
    number = len(signal)
    has_places = v.PLATE_ROW in data and v.PLATE_COLUMN in data
    has_blanks = v.BLANK_SIGNAL in data and not is_percent
    cultures = data[v.CULTURE].to_numpy() if v.CULTURE in data.coords else np.arange(data.sizes[v.CULTURE])
    plate_of_culture = data[v.PLATE_OF_CULTURE].to_numpy()
    most = int(plate_of_culture.max(initial=0)) + 1
    plates = data[v.PLATE].to_numpy().astype(str).tolist() if v.PLATE in data.coords else [
        f"plate {1 + at}" for at in range(most)
    ]  # fmt: skip
    empty = np.full(number, "", dtype=object)
    row, column, shape = _places(data)
    return Wells(
        signal=signal,
        is_percent=is_percent,
        dose_um=data[v.DOSE].to_numpy().astype(float),
        plate=plate_of_culture[culture],
        line=data[v.LINE_OF_CULTURE].to_numpy()[culture],
        culture=culture,
        experiment=data[v.EXPERIMENT_OF_CULTURE].to_numpy()[culture],
        compound=data[v.COMPOUND].to_numpy().astype(object) if v.COMPOUND in data else empty,
        name=data[v.WELL_NAME].to_numpy().astype(object) if v.WELL_NAME in data else empty,
        row=row,
        column=column,
        shape=shape,
        are_numbered=not has_places and len(row) > 0,
        blank=data[v.BLANK_SIGNAL].to_numpy().astype(float) if has_blanks else np.empty(0),
        plate_of_blank=data[v.PLATE_OF_BLANK].to_numpy() if has_blanks else np.empty(0, dtype=int),
        plates=plates,
        lines=data[v.CELL_LINE].to_numpy().astype(str).tolist(),
        cultures=[str(name) for name in cultures],
        saturated=int(data.attrs.get("wells_saturated", 0)),
        dose_unit=str(data[v.DOSE].attrs.get("units", "uM")) or "uM",
    )


def _places(data: xr.Dataset) -> tuple[np.ndarray, np.ndarray, tuple[int, int]]:
    """Row and column of each well from 0, and the shape of a plate; empty where wells have no places.

    Numbers from 1 run along the rows of the smallest plate of 96, 384 or 1536 wells that has all of them.
    """
    if v.PLATE_ROW in data and v.PLATE_COLUMN in data:
        return data[v.PLATE_ROW].to_numpy(), data[v.PLATE_COLUMN].to_numpy(), plate_shape(data)
    nowhere = np.empty(0, dtype=int), np.empty(0, dtype=int), (0, 0)
    names = data[v.WELL_NAME].to_numpy().astype(str).tolist() if v.WELL_NAME in data else []
    if not names or not all(name.isascii() and name.isdigit() and len(name) <= LONGEST_NUMBER for name in names):
        return nowhere
    place = np.array(names, dtype=int) - 1
    shape = next((one for one in STANDARD_PLATES if place.max() < one[0] * one[1]), None)
    if shape is None or place.min() < 0:
        return nowhere
    return place // shape[1], place % shape[1], shape
