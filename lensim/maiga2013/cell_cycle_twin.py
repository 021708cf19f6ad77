"""The twin of the study's cell cycle: S phase of LP-1 falls as stated, that of LP1-LR does not change."""

from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.cell_cycle.cultures import events_of_cultures
from lensim.cell_cycle.design import CellCycleDesign, lay_out
from lensim.cell_cycle.phases import PHASES
from lensim.cell_cycle.truth import CellCyclePopulation
from lensim.maiga2013.designs import CELL_CYCLE
from lensim.maiga2013.facts import number

CONTROL, LENALIDOMIDE = "untreated", "lenalidomide"
G2M_PERCENT: Final = 14.0
"""Of both lines under both conditions (assumed): what leaves S gathers in G0/G1, as after loss of cyclin D or a rise of
p21, and the paper's text names S alone."""


def _with_s(s_percent: float) -> tuple[float, float, float]:
    return (100.0 - s_percent - G2M_PERCENT, s_percent, G2M_PERCENT)


UNTREATED: Final = _with_s(number("lp1_s_phase_untreated_percent"))
TREATED: Final = _with_s(number("lp1_s_phase_treated_percent"))
PARENT, VARIANT = CELL_CYCLE.cell_lines
STATED: Final = {
    (PARENT, CONTROL): UNTREATED,
    (PARENT, LENALIDOMIDE): TREATED,
    (VARIANT, CONTROL): UNTREATED,
    (VARIANT, LENALIDOMIDE): UNTREATED,
}
"""Percent in G0/G1, S and G2/M. Stated: S of LP-1; that S of LP1-LR is unchanged. Assumed: that LP1-LR grows as LP-1
does."""
POPULATION: Final = CellCyclePopulation(STATED)


def cell_cycle_design(experiments: int = CELL_CYCLE.experiments_shown, tubes: int = 1) -> CellCycleDesign:
    """The study's design: two lines, two conditions; one experiment was shown, and its events are not stated.

    Raises
    ------
    InputError
        If a number is out of its range.
    """
    return CellCycleDesign(CELL_CYCLE.cell_lines, (CONTROL, LENALIDOMIDE), experiments, tubes)


def stated_study(events_per_tube: int = 10_000) -> xr.Dataset:
    """The experiment that was shown, with S phases exactly as stated: what the paper itself says, as data."""
    sheet = lay_out(cell_cycle_design(1))
    lines, conditions = sheet[v.CELL_LINE].to_numpy(), sheet[v.CONDITION].to_numpy()
    cells = zip(sheet[v.LINE_OF_CULTURE].to_numpy(), sheet[v.CONDITION_OF_CULTURE].to_numpy(), strict=True)
    percent = np.array([STATED[str(lines[line]), str(conditions[condition])] for line, condition in cells])
    events = np.round(percent / 100.0 * events_per_tube).astype(np.int64)[sheet[v.CULTURE_OF_TUBE].to_numpy()]
    return sheet.assign(
        {
            v.EVENTS: ((v.TUBE, v.PHASE), events, {"units": v.UNITS[v.EVENTS]}),
            v.EVENTS_OUTSIDE: (v.TUBE, np.zeros(len(events), dtype=np.int64)),
        }
    )


def representative_experiment(data: xr.Dataset) -> int:
    """The experiment nearest to the mean of all, in the S shares of its cultures, as an author would choose it."""
    events = events_of_cultures(data)
    share = events[:, PHASES.index("S")] / events.sum(axis=1)
    line, condition = data[v.LINE_OF_CULTURE].to_numpy(), data[v.CONDITION_OF_CULTURE].to_numpy()
    total = np.zeros((data.sizes[v.CELL_LINE], data.sizes[v.CONDITION]))
    count = np.zeros_like(total)
    np.add.at(total, (line, condition), share)
    np.add.at(count, (line, condition), 1)
    away = (share - (total / np.maximum(count, 1))[line, condition]) ** 2
    return int(np.argmin(np.bincount(data[v.EXPERIMENT_OF_CULTURE].to_numpy(), away, data.sizes[v.EXPERIMENT])))


def one_experiment(data: xr.Dataset, experiment: int) -> xr.Dataset:
    """The tubes and cultures of one experiment alone."""
    cultures = np.flatnonzero(data[v.EXPERIMENT_OF_CULTURE].to_numpy() == experiment)
    tubes = np.flatnonzero(np.isin(data[v.CULTURE_OF_TUBE].to_numpy(), cultures))
    own = data.isel({v.CULTURE: cultures, v.TUBE: tubes, v.EXPERIMENT: [experiment]})
    own[v.CULTURE_OF_TUBE] = (v.TUBE, np.searchsorted(cultures, own[v.CULTURE_OF_TUBE].to_numpy()))
    own[v.EXPERIMENT_OF_CULTURE] = (v.CULTURE, np.zeros(len(cultures), dtype=np.int64))
    return own
