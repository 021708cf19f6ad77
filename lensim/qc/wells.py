"""Wells of plates as columns, from the Dataset of a dose-response study, for the checks of plates."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.tables.plate_size import plate_shape


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

    @property
    def is_untreated(self) -> np.ndarray:
        """Which wells have no compound."""
        return self.dose_um == 0.0

    @property
    def has_places(self) -> bool:
        """Whether wells have names like B7."""
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
        row=data[v.PLATE_ROW].to_numpy() if has_places else np.empty(0, dtype=int),
        column=data[v.PLATE_COLUMN].to_numpy() if has_places else np.empty(0, dtype=int),
        shape=plate_shape(data) if has_places else (0, 0),
        blank=data[v.BLANK_SIGNAL].to_numpy().astype(float) if has_blanks else np.empty(0),
        plate_of_blank=data[v.PLATE_OF_BLANK].to_numpy() if has_blanks else np.empty(0, dtype=int),
        plates=plates,
        lines=data[v.CELL_LINE].to_numpy().astype(str).tolist(),
        cultures=[str(name) for name in cultures],
        saturated=int(data.attrs.get("wells_saturated", 0)),
    )
