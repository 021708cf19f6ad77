"""Designs of a bioassay: standards, lines and conditions, replicates, dilutions and plates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import xarray as xr

from lensim import checks, limits
from lensim import vocabulary as v
from lensim.bioassay.roles import BLANK, SAMPLE, STANDARD
from lensim.bounds import require_figures, require_size
from lensim.tables.well_names import well_name

TWOFOLD_SERIES: Final = (12.5, 25.0, 50.0, 100.0, 200.0, 400.0, 800.0)
"""From 12.5 to 800 pg/ml (stated), in the seven points of a twofold series (assumed)."""


@dataclass(frozen=True)
class BioassayDesign:
    """TNF in conditioned media, by the viability of an indicator line beside standards on the same plate.

    A medium is one line under one condition in one experiment. Every plate has its own standards, indicator cells
    alone (standards of concentration 0) and blanks; the media of an experiment share a plate, as space permits.

    Attributes
    ----------
    cell_lines
        Lines whose media are tested.
    conditions
        Names; the first is the control.
    experiments
        Independent repeats of the whole (assumed).
    standards_pg_per_ml
        Concentrations of TNF, each above 0.
    standard_replicates, sample_replicates
        Wells of a standard, and of a medium at one dilution (assumed).
    zero_standards, blanks
        Wells of a plate with indicator cells alone, and without cells (assumed).
    dilution_factors
        Each medium is tested at each; 1 is undiluted, 4 one part in four.
    plate_rows, plate_columns
        Shape of a plate.

    Raises
    ------
    InputError
        If a number is out of its range, names repeat, there are fewer than four standards, or not one medium fits on a
        plate beside the standards.
    """

    cell_lines: Sequence[str]
    conditions: Sequence[str] = ("control", "lenalidomide")
    experiments: int = 3
    standards_pg_per_ml: Sequence[float] = TWOFOLD_SERIES
    standard_replicates: int = 3
    sample_replicates: int = 3
    zero_standards: int = 6
    blanks: int = 3
    dilution_factors: Sequence[float] = (1.0,)
    plate_rows: int = 8
    plate_columns: int = 12

    def __post_init__(self) -> None:
        require_figures(self)
        for name in ("cell_lines", "conditions", "standards_pg_per_ml", "dilution_factors"):
            object.__setattr__(self, name, tuple(getattr(self, name)))  # hashable, and no list shared with the caller
        for name, fewest in (
            ("cell_lines", 1),
            ("conditions", 1),
            ("standards_pg_per_ml", 4),
            ("dilution_factors", 1),
        ):
            checks.at_least(f"BioassayDesign.{name}, their number,", len(getattr(self, name)), fewest)
        checks.unique("BioassayDesign.cell_lines", self.cell_lines)
        checks.unique("BioassayDesign.conditions", self.conditions)
        for name in ("standards_pg_per_ml", "dilution_factors"):
            checks.unique(f"BioassayDesign.{name}", [f"{value:g}" for value in getattr(self, name)])
        for position, concentration in enumerate(self.standards_pg_per_ml):
            checks.above(f"BioassayDesign.standards_pg_per_ml[{position}]", concentration, 0)
        for position, factor in enumerate(self.dilution_factors):
            checks.at_least(f"BioassayDesign.dilution_factors[{position}]", factor, 1)
        checks.finite("BioassayDesign.standards_pg_per_ml", np.asarray(self.standards_pg_per_ml))
        checks.finite("BioassayDesign.dilution_factors", np.asarray(self.dilution_factors))
        for name in ("experiments", "standard_replicates", "sample_replicates", "plate_rows", "plate_columns"):
            checks.at_least(f"BioassayDesign.{name}", getattr(self, name), 1)
        for name in ("zero_standards", "blanks"):
            checks.at_least(f"BioassayDesign.{name}", getattr(self, name), 0)
        checks.plate("BioassayDesign", self.plate_rows, self.plate_columns)
        if self.media_per_plate < 1:
            raise checks.InputError(
                f"BioassayDesign.standard_replicates must let a medium's {self._wells_per_medium} wells fit beside "
                f"{self._wells_of_standards} wells of standards, cells alone and blanks on a plate of "
                f"{self.plate_rows} x {self.plate_columns}, got {self.standard_replicates}"
            )
        plates = self.experiments * -(-len(self.cell_lines) * len(self.conditions) // self.media_per_plate)
        require_size(
            "BioassayDesign",
            plates * self.plate_rows * self.plate_columns,
            limits.DESIGN_WELLS,
            "wells on all plates",
            f"lower experiments ({self.experiments:,}), lines ({len(self.cell_lines):,}) or conditions "
            f"({len(self.conditions):,})",
        )

    @property
    def _wells_of_standards(self) -> int:
        return len(self.standards_pg_per_ml) * self.standard_replicates + self.zero_standards + self.blanks

    @property
    def _wells_per_medium(self) -> int:
        return len(self.dilution_factors) * self.sample_replicates

    @property
    def media_per_plate(self) -> int:
        """How many media one plate holds beside its standards, cells alone and blanks."""
        return (self.plate_rows * self.plate_columns - self._wells_of_standards) // self._wells_per_medium


def lay_out(design: BioassayDesign) -> xr.Dataset:
    """The sheet of a study: the contents of each well, before measurement.

    Media are in order of experiment, line and condition. A plate is filled row by row in rounds: one well of each
    standard and medium, then the next round, so that replicates lie apart and no concentration owns a region.

    Returns
    -------
    xr.Dataset
        role, concentration_pg_per_ml (NaN but for standards), dilution_factor, medium_of_well (-1 but for samples),
        plate_of_well, well_name, plate_row, plate_column (well); line_of_medium, condition_of_medium,
        experiment_of_medium (medium); is_control (condition).
    """
    shape = (design.experiments, len(design.cell_lines), len(design.conditions))
    experiment, line, condition = np.indices(shape).reshape(3, -1)
    media_an_experiment = len(design.cell_lines) * len(design.conditions)
    plates_an_experiment = -(-media_an_experiment // design.media_per_plate)
    place_of_medium = np.arange(len(line)) % media_an_experiment
    plate_of_medium = experiment * plates_an_experiment + place_of_medium // design.media_per_plate
    rows: list[tuple[str, float, float, int, int, int, int]] = []
    for plate in range(design.experiments * plates_an_experiment):
        wells = _wells_of_plate(design, np.flatnonzero(plate_of_medium == plate).tolist())
        rows += [(*well, plate, *divmod(place, design.plate_columns)) for place, well in enumerate(wells)]
    role, concentration, dilution, medium, plate_of_well, row, column = zip(*rows, strict=True)
    names = [f"experiment {1 + e}" for e in range(design.experiments)]
    plates = (
        names
        if plates_an_experiment == 1
        else [f"{n}, plate {1 + p}" for n in names for p in range(plates_an_experiment)]
    )
    sheet = xr.Dataset(
        {
            v.ROLE: (v.WELL, np.array(role)),
            v.CONCENTRATION: (v.WELL, np.array(concentration)),
            v.DILUTION: (v.WELL, np.array(dilution)),
            v.MEDIUM_OF_WELL: (v.WELL, np.array(medium)),
            v.PLATE_OF_WELL: (v.WELL, np.array(plate_of_well)),
            v.WELL_NAME: (v.WELL, [well_name(r, c) for r, c in zip(row, column, strict=True)]),
            v.PLATE_ROW: (v.WELL, np.array(row)),
            v.PLATE_COLUMN: (v.WELL, np.array(column)),
            v.LINE_OF_MEDIUM: (v.MEDIUM, line),
            v.CONDITION_OF_MEDIUM: (v.MEDIUM, condition),
            v.EXPERIMENT_OF_MEDIUM: (v.MEDIUM, experiment),
            v.IS_CONTROL: (v.CONDITION, (np.arange(len(design.conditions)) == 0).astype(np.int64)),
        },
        coords={
            v.CELL_LINE: list(design.cell_lines),
            v.CONDITION: list(design.conditions),
            v.EXPERIMENT: names,
            v.PLATE: plates,
            v.MEDIUM: [
                f"{design.cell_lines[at]}, {design.conditions[c]}, {names[e]}"
                for at, c, e in zip(line, condition, experiment, strict=True)
            ],
        },
        attrs={v.ASSAY: v.BIOASSAY, v.PLATE_ROWS: design.plate_rows, v.PLATE_COLUMNS: design.plate_columns},
    )
    for name in (v.CONCENTRATION, v.DILUTION):
        sheet[name].attrs["units"] = v.UNITS[name]
    return sheet


def _wells_of_plate(design: BioassayDesign, media: list[int]) -> list[tuple[str, float, float, int]]:
    """Role, concentration, dilution and medium of a plate's wells, in order of pipetting."""
    of_standard = [(STANDARD, c, 1.0, -1) for c in design.standards_pg_per_ml]
    of_media = [(SAMPLE, np.nan, factor, medium) for medium in media for factor in design.dilution_factors]
    rounds: list[tuple[str, float, float, int]] = []
    number = max(design.standard_replicates, design.sample_replicates)
    for at in range(number):
        rounds += of_standard * (at < design.standard_replicates) + of_media * (at < design.sample_replicates)
        rounds += [(STANDARD, 0.0, 1.0, -1)] * _share(design.zero_standards, number, at)
        rounds += [(BLANK, np.nan, 1.0, -1)] * _share(design.blanks, number, at)
    return rounds


def _share(total: int, number: int, at: int) -> int:
    """Part `at` of `total` dealt out evenly to `number`."""
    return total // number + (at < total % number)
