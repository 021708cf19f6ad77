"""Designs of a cell-cycle study: lines, conditions, experiments, tubes and events."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from lensim import checks, limits
from lensim import vocabulary as v
from lensim.bounds import require_figures, require_size
from lensim.cell_cycle.phases import PHASES


@dataclass(frozen=True)
class CellCycleDesign:
    """A cell-cycle study: every line under every condition in every experiment, in one or more tubes.

    Attributes
    ----------
    cell_lines
        Names.
    conditions
        Names; the first is the control.
    experiments
        Independent repeats of the whole.
    tubes
        Tubes stained from one culture; they are not independent.
    events_per_tube
        Events that the cytometer records of each tube, debris and doublets included.

    Raises
    ------
    InputError
        If a number is out of its range or names repeat.
    """

    cell_lines: Sequence[str] = ("LP-1", "LP1-LR")
    conditions: Sequence[str] = ("control", "lenalidomide")
    experiments: int = 3
    tubes: int = 1
    events_per_tube: int = 10_000

    def __post_init__(self) -> None:
        require_figures(self)
        for name in ("cell_lines", "conditions"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
            checks.unique(f"CellCycleDesign.{name}", getattr(self, name))
        checks.at_least("CellCycleDesign.cell_lines, their number,", len(self.cell_lines), 1)
        checks.at_least("CellCycleDesign.conditions, their number,", len(self.conditions), 2)
        for name in ("experiments", "tubes", "events_per_tube"):
            checks.at_least(f"CellCycleDesign.{name}", getattr(self, name), 1)
        require_size(
            "CellCycleDesign",
            self.experiments * len(self.cell_lines) * len(self.conditions) * self.tubes,
            limits.DESIGN_TUBES,
            "tubes",
            f"lower experiments ({self.experiments:,}), tubes ({self.tubes:,}) or lines ({len(self.cell_lines):,})",
        )


def lay_out(design: CellCycleDesign) -> xr.Dataset:
    """The sheet of a study: which tube is stained from which culture, before anything is measured.

    Cultures are in order of experiment, line and condition; tubes in order of culture.

    Returns
    -------
    xr.Dataset
        culture_of_tube, events_recorded (tube); line_of_culture, condition_of_culture, experiment_of_culture
        (culture); is_control (condition); coordinates tube, cell_line, condition, experiment, phase.
    """
    shape = (design.experiments, len(design.cell_lines), len(design.conditions))
    experiment, line, condition = np.indices(shape).reshape(3, -1)
    culture = np.repeat(np.arange(len(line)), design.tubes)
    names = [
        f"experiment {1 + experiment[c]}, {design.cell_lines[line[c]]}, {design.conditions[condition[c]]}"
        + (f", tube {1 + k % design.tubes}" if design.tubes > 1 else "")
        for k, c in enumerate(culture)
    ]
    return xr.Dataset(
        {
            v.CULTURE_OF_TUBE: (v.TUBE, culture),
            v.EVENTS_RECORDED: (v.TUBE, np.full(len(culture), design.events_per_tube)),
            v.LINE_OF_CULTURE: (v.CULTURE, line),
            v.CONDITION_OF_CULTURE: (v.CULTURE, condition),
            v.EXPERIMENT_OF_CULTURE: (v.CULTURE, experiment),
            v.IS_CONTROL: (v.CONDITION, (np.arange(len(design.conditions)) == 0).astype(np.int64)),
        },
        coords={
            v.TUBE: names,
            v.CELL_LINE: list(design.cell_lines),
            v.CONDITION: list(design.conditions),
            v.EXPERIMENT: [f"experiment {1 + e}" for e in range(design.experiments)],
            v.PHASE: list(PHASES),
        },
        attrs={v.ASSAY: v.CELL_CYCLE},
    )
