"""Designs of a dose-response panel: lines, doses, replicates, and their places on the plates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
import xarray as xr

from lensim import checks, limits
from lensim import vocabulary as v
from lensim.bounds import require_figures, require_size

PlateMap = Literal["randomised", "by_column", "blocked"]

HALF_LOG_DOSES_UM: Final = (0.0, *(float(round(10.0 ** (half_logs / 2), 4)) for half_logs in range(-4, 3)))
"""Untreated and a half-log series of seven doses up to 10 uM (assumed: the study that is simulated states no doses)."""


@dataclass(frozen=True)
class DoseResponseDesign:
    """A proliferation assay of several lines, each in the same doses, replicates and experiments.

    A culture is one line in one experiment: all its wells, doses x replicates, are on one plate. Several cultures
    share a plate as space permits.

    Attributes
    ----------
    cell_lines, group_of_line
        Names of the lines, and of the molecular group of each, in the same order.
    doses_um
        The doses [uM], untreated (0) among them. Default assumed, see `HALF_LOG_DOSES_UM`.
    replicates
        Wells of one culture and dose (stated for the default: triplicate).
    experiments
        Independent repeats of the whole, each on plates of its own (stated for the default: three).
    plate_map
        "randomised" shuffles cultures over plates and wells over positions; "by_column" gives each dose a column of
        its own, in order, so that a gradient along the columns looks like an effect of the dose; "blocked" shuffles
        too, and gives each dose of a culture its equal share of edge wells, or one more (default assumed).
    uses_edge_wells
        Whether the outermost rows and columns hold wells (assumed).
    blanks_per_plate
        Wells without cells on each plate (assumed).
    counting_minutes
        Time for which each well is counted [min]; infinite for a signal that is no count (assumed).
    plate_rows, plate_columns
        Shape of a plate (stated for the default: 96 wells).
    untreated_wells
        Wells of one culture without the compound, a multiple of `replicates`; 0 for as many as `replicates`.

    Raises
    ------
    InputError
        If a number is out of its range, names repeat or do not match, or a culture does not fit on a plate.
    """

    cell_lines: Sequence[str]
    group_of_line: Sequence[str]
    doses_um: Sequence[float] = HALF_LOG_DOSES_UM
    replicates: int = 3
    experiments: int = 3
    plate_map: PlateMap = "randomised"
    uses_edge_wells: bool = True
    blanks_per_plate: int = 3
    counting_minutes: float = 1.0
    plate_rows: int = 8
    plate_columns: int = 12
    untreated_wells: int = 0

    def __post_init__(self) -> None:
        require_figures(self, infinite=("counting_minutes",))
        for name in ("cell_lines", "group_of_line", "doses_um"):
            object.__setattr__(self, name, tuple(getattr(self, name)))  # hashable, and no list shared with the caller
        self._check_names()
        self._check_doses()
        for name in ("replicates", "experiments", "plate_rows", "plate_columns"):
            checks.at_least(f"DoseResponseDesign.{name}", getattr(self, name), 1)
        checks.plate("DoseResponseDesign", self.plate_rows, self.plate_columns)
        checks.at_least("DoseResponseDesign.untreated_wells", self.untreated_wells, 0)
        if self.untreated_wells % self.replicates:
            raise checks.InputError(
                f"DoseResponseDesign.untreated_wells must be a multiple of replicates ({self.replicates}), "
                f"got {self.untreated_wells}"
            )
        checks.at_least("DoseResponseDesign.blanks_per_plate", self.blanks_per_plate, 0)
        checks.above("DoseResponseDesign.counting_minutes", self.counting_minutes, 0)
        checks.one_of("DoseResponseDesign.plate_map", self.plate_map, get_args(PlateMap))
        if self.cultures_per_plate < 1:
            rows, columns = self._usable_shape
            raise checks.InputError(
                f"DoseResponseDesign.plate_map {self.plate_map} must fit {len(self.dose_sets)} doses x "
                f"{self.replicates} replicates and {self.blanks_per_plate} blanks on one plate, "
                f"got {rows} x {columns} usable wells"
            )
        require_size(
            "DoseResponseDesign",
            self.experiments * self.plates_per_experiment * self.plate_rows * self.plate_columns,
            limits.DESIGN_WELLS,
            "wells on all plates",
            f"lower experiments ({self.experiments:,}), replicates ({self.replicates:,}) or lines "
            f"({len(self.cell_lines):,})",
        )

    def _check_names(self) -> None:
        checks.at_least("DoseResponseDesign.cell_lines, their number,", len(self.cell_lines), 1)
        checks.unique("DoseResponseDesign.cell_lines", self.cell_lines)
        if len(self.group_of_line) != len(self.cell_lines):
            raise checks.InputError(
                f"DoseResponseDesign.group_of_line must have one name a line ({len(self.cell_lines)}), "
                f"got {len(self.group_of_line)}"
            )

    def _check_doses(self) -> None:
        checks.finite("DoseResponseDesign.doses_um", np.asarray(self.doses_um, dtype=float))
        checks.unique("DoseResponseDesign.doses_um", [f"{dose:g}" for dose in self.doses_um])
        for position, dose in enumerate(self.doses_um):
            checks.at_least(f"DoseResponseDesign.doses_um[{position}]", dose, 0)
        if 0 not in self.doses_um or len(self.doses_um) < 2:
            raise checks.InputError(
                "DoseResponseDesign.doses_um must hold 0 and at least one dose above it, got "
                + (", ".join(f"{dose:g}" for dose in self.doses_um) or "no dose")
            )

    @property
    def dose_sets(self) -> tuple[float, ...]:
        """A dose for each set of `replicates` wells of a culture: 0 as often as untreated wells need [uM]."""
        sets = max(self.untreated_wells // self.replicates, 1)
        return tuple(dose for dose in self.doses_um for _ in range(1 if dose else sets))

    @property
    def wells_per_culture(self) -> int:
        """Doses x replicates, and further untreated wells."""
        return len(self.dose_sets) * self.replicates

    @property
    def _usable_shape(self) -> tuple[int, int]:
        rim = 0 if self.uses_edge_wells else 2
        return max(self.plate_rows - rim, 0), max(self.plate_columns - rim, 0)

    @property
    def cultures_per_plate(self) -> int:
        """How many cultures one plate holds beside its blanks."""
        rows, columns = self._usable_shape
        by_space = (rows * columns - self.blanks_per_plate) // self.wells_per_culture
        if self.plate_map == "by_column":
            # one block of columns, a dose in each: a second block would give columns a second meaning
            return min(by_space, rows // self.replicates) if columns >= len(self.dose_sets) else 0
        return by_space

    @property
    def plates_per_experiment(self) -> int:
        """Plates that the cultures of one experiment need."""
        return -(-len(self.cell_lines) // self.cultures_per_plate)


def lay_out(design: DoseResponseDesign, rng: np.random.Generator) -> xr.Dataset:
    """The sheet of an assay: the contents of each well, before measurement.

    Wells are in order of culture, dose and replicate; cultures in order of experiment and line.

    Returns
    -------
    xr.Dataset
        dose_um (well) [uM], plate_row, plate_column, well_name, culture_of_well (well); line_of_culture,
        experiment_of_culture, plate_of_culture (culture); plate_of_blank, blank_row, blank_column (blank);
        group_of_line (cell_line); counting_minutes () [min]. cell_line, molecular_group, culture, experiment and plate
        are index coordinates of names. The shape of a plate is in attrs. A "by_column" sheet does not depend on `rng`.
    """
    n_lines, per_experiment = len(design.cell_lines), design.plates_per_experiment
    experiment_of_culture, line_of_culture = np.divmod(np.arange(design.experiments * n_lines), n_lines)
    slot = np.stack([_slots(design, rng) for _ in range(design.experiments)]).ravel()
    plate_in_experiment, place_on_plate = np.divmod(slot, design.cultures_per_plate)
    plate_of_culture = experiment_of_culture * per_experiment + plate_in_experiment

    position, blank_position = _positions(design, design.experiments * per_experiment, rng)
    well_position = position[plate_of_culture, place_on_plate].reshape(-1)
    well_row, well_column = np.divmod(well_position, design.plate_columns)
    blank_row, blank_column = np.divmod(blank_position.ravel(), design.plate_columns)

    experiments = [f"experiment {e + 1}" for e in range(design.experiments)]
    groups = list(dict.fromkeys(design.group_of_line))
    doses = np.tile(np.repeat(np.asarray(design.dose_sets), design.replicates), len(slot))
    sheet = xr.Dataset(
        {
            v.DOSE: (v.WELL, doses),
            v.PLATE_ROW: (v.WELL, well_row),
            v.PLATE_COLUMN: (v.WELL, well_column),
            v.WELL_NAME: (v.WELL, [f"{_letters(r)}{c + 1}" for r, c in zip(well_row, well_column, strict=True)]),
            v.CULTURE_OF_WELL: (v.WELL, np.repeat(np.arange(len(slot)), design.wells_per_culture)),
            v.PLATE_OF_BLANK: (v.BLANK, np.repeat(np.arange(len(blank_position)), design.blanks_per_plate)),
            v.BLANK_ROW: (v.BLANK, blank_row),
            v.BLANK_COLUMN: (v.BLANK, blank_column),
            v.LINE_OF_CULTURE: (v.CULTURE, line_of_culture),
            v.EXPERIMENT_OF_CULTURE: (v.CULTURE, experiment_of_culture),
            v.PLATE_OF_CULTURE: (v.CULTURE, plate_of_culture),
            v.GROUP_OF_LINE: (v.CELL_LINE, [groups.index(group) for group in design.group_of_line]),
            v.COUNTING_MINUTES: float(design.counting_minutes),
        },
        coords={
            v.CELL_LINE: list(design.cell_lines),
            v.MOLECULAR_GROUP: groups,
            v.EXPERIMENT: experiments,
            v.PLATE: [f"{name}, plate {p + 1}" for name in experiments for p in range(per_experiment)],
            v.CULTURE: [f"{line}, {experiment}" for experiment in experiments for line in design.cell_lines],
        },
        attrs={v.ASSAY: v.DOSE_RESPONSE, v.PLATE_ROWS: design.plate_rows, v.PLATE_COLUMNS: design.plate_columns},
    )
    for name in (v.DOSE, v.COUNTING_MINUTES):
        sheet[name].attrs["units"] = v.UNITS[name]
    return sheet


def _slots(design: DoseResponseDesign, rng: np.random.Generator) -> np.ndarray:
    """For each line its place among the places for cultures of one experiment, counted plate by plate."""
    n_lines = len(design.cell_lines)
    return np.arange(n_lines) if design.plate_map == "by_column" else rng.permutation(n_lines)


def _positions(design: DoseResponseDesign, plates: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Positions on each plate, row x plate_columns + column: (plate, culture on it, well), and (plate, blank)."""
    rim = 0 if design.uses_edge_wells else 1
    rows = np.arange(rim, design.plate_rows - rim)
    columns = np.arange(rim, design.plate_columns - rim)
    grid = rows[:, None] * design.plate_columns + columns
    for_cultures = design.cultures_per_plate * design.wells_per_culture
    shape = (plates, design.cultures_per_plate, design.wells_per_culture)
    if design.plate_map != "by_column":
        shuffled = rng.permuted(np.tile(grid.ravel(), (plates, 1)), axis=1)
        blanks = shuffled[:, for_cultures : for_cultures + design.blanks_per_plate]
        wells = shuffled[:, :for_cultures].reshape(shape)
        return (wells if design.plate_map == "randomised" else _dealt(design, wells, rng)), blanks
    # (row, dose) -> (culture, replicate, dose) -> (culture, dose, replicate), the order of the wells
    block = grid[: design.cultures_per_plate * design.replicates, : len(design.dose_sets)]
    block = block.reshape(design.cultures_per_plate, design.replicates, -1).swapaxes(1, 2)
    spare = np.setdiff1d(grid, block)[::-1]  # blanks from the last well backwards, away from the doses where possible
    return (
        np.broadcast_to(block.reshape(shape[1:]), shape),
        np.tile(spare[: design.blanks_per_plate], (plates, 1)),
    )


def _dealt(design: DoseResponseDesign, wells: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The wells of each culture dealt to its doses, those at the edge first, so that every dose has as many of them."""
    row, column = np.divmod(wells, design.plate_columns)
    edge = (row == 0) | (row == design.plate_rows - 1) | (column == 0) | (column == design.plate_columns - 1)
    in_order = np.take_along_axis(wells, np.argsort(~edge, axis=-1, kind="stable"), axis=-1)
    rounds = in_order.reshape(*wells.shape[:2], design.replicates, len(design.dose_sets))
    doses = rng.permuted(np.broadcast_to(np.arange(rounds.shape[-1]), (*wells.shape[:2], rounds.shape[-1])), axis=-1)
    dealt = np.take_along_axis(rounds, doses[:, :, None], axis=-1)
    return dealt.swapaxes(-1, -2).reshape(wells.shape)


def _letters(row: int) -> str:
    """Name of a plate row: A to Z, then AA, AB as on plates of 1536 wells."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return alphabet[row] if row < 26 else alphabet[row // 26 - 1] + alphabet[row % 26]
