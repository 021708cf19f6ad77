"""Designs of a selection: cells, schedule, and how the culture is passaged."""

from typing import Final

import numpy as np
import xarray as xr
from pydantic import model_validator

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.config import FrozenConfig
from lensim.selection.numbers import Cells, Positive
from lensim.selection.schedule import DoseSchedule

SENSITIVE: Final = "sensitive"
RESISTANT: Final = "resistant"
CLONES: Final = (SENSITIVE, RESISTANT)
MOST_INTERVALS: Final = 100_000


class Culture(FrozenConfig):
    """A culture in which resistance is selected. Every default is assumed, for the study states none of them.

    Attributes
    ----------
    sensitive_cells, resistant_cells
        At first. A million cells fill 5 ml at 2e5 per ml; none of them resistant, so that what arises is new.
    passage_days
        Time between passages [days]: twice a week.
    split_cells
        What a passage leaves, on average, where there are more. Each cell is kept with the same probability, so the
        resistant ones go through the bottleneck too. A culture with fewer gets new medium only.
    capacity_cells
        What the culture holds: 5 ml at 1e6 per ml. Beyond it cells of both clones are lost alike, at the end of a step.
    step_days
        The longest time between two looks [days]. Growth and death are exact at any step; mutants are counted a step
        at a time, see `simulate`.

    Raises
    ------
    ValueError
        If there is no cell, a passage would leave more than the culture holds, or the culture begins beyond that.
    """

    sensitive_cells: Cells = 1_000_000
    resistant_cells: Cells = 0
    passage_days: Positive = 3.5
    split_cells: Cells = 1_000_000
    capacity_cells: Cells = 5_000_000
    step_days: Positive = 0.5

    @model_validator(mode="after")
    def _together(self) -> "Culture":
        begins = self.sensitive_cells + self.resistant_cells
        if begins < 1:
            raise ValueError("sensitive_cells and resistant_cells must hold at least 1 cell together, got 0")
        if self.split_cells < 1:
            raise ValueError(f"split_cells must be at least 1, got {self.split_cells}")
        if self.split_cells > self.capacity_cells:
            raise ValueError(
                f"split_cells must not exceed capacity_cells ({self.capacity_cells}), got {self.split_cells}"
            )
        if begins > self.capacity_cells:
            raise ValueError(
                f"sensitive_cells and resistant_cells must not exceed capacity_cells ({self.capacity_cells}) "
                f"together, got {begins}"
            )
        return self


def lay_out(schedule: DoseSchedule, culture: Culture) -> xr.Dataset:
    """The course of a selection, laid out in time: between two days that follow each other the dose is constant.

    Days are the multiples of `step_days`, the changes of dose, the passages and the end.

    Returns
    -------
    xr.Dataset
        dose_um (day) [uM], the dose of the interval that ends on that day (day 0 has the first); is_passage (day);
        initial_cells (clone); split_cells, capacity_cells, last_dose_um (). Attribute `schedule`: its name.

    Raises
    ------
    InputError
        If there would be more than 100,000 intervals.
    """
    end = schedule.days
    intervals = end / culture.step_days + end / culture.passage_days
    if intervals > MOST_INTERVALS:
        raise InputError(
            f"schedule {schedule.name} must have at most {MOST_INTERVALS} intervals at step_days {culture.step_days:g} "
            f"and passage_days {culture.passage_days:g}, got {intervals:.0f}"
        )
    passages = _multiples(culture.passage_days, end)
    passages = passages[passages > 0]
    day = np.unique(np.concatenate([_multiples(culture.step_days, end), schedule.ends_day, passages]))
    middle = np.concatenate([[0.0], (day[1:] + day[:-1]) / 2])
    return xr.Dataset(
        {
            v.DOSE: (v.DAY, schedule.dose_at(middle), {"units": v.UNITS[v.DOSE]}),
            v.IS_PASSAGE: (v.DAY, np.isin(day, passages)),
            v.INITIAL_CELLS: (v.CLONE, np.array([culture.sensitive_cells, culture.resistant_cells])),
            v.SPLIT_CELLS: culture.split_cells,
            v.CAPACITY_CELLS: culture.capacity_cells,
            v.LAST_DOSE: schedule.last_dose_um,
        },
        coords={v.DAY: (v.DAY, day, {"units": "days"}), v.CLONE: list(CLONES)},
        attrs={v.ASSAY: v.SELECTION, "schedule": schedule.name},
    )


def _multiples(step: float, end: float) -> np.ndarray:
    """0, step, 2 step, ... up to the end, rounded as the ends of steps are."""
    return np.round(np.arange(int(np.floor(end / step + 1e-9)) + 1) * step, 9)
