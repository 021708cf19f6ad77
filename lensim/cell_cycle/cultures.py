"""From tubes to cultures: tubes stained from one culture are not independent experiments, so their events add up."""

from typing import Final

import numpy as np
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.cell_cycle.phases import PHASES

NEEDED: Final[dict[str, tuple[str, ...]]] = {
    v.EVENTS: (v.TUBE, v.PHASE),
    v.CULTURE_OF_TUBE: (v.TUBE,),
    v.LINE_OF_CULTURE: (v.CULTURE,),
    v.CONDITION_OF_CULTURE: (v.CULTURE,),
    v.EXPERIMENT_OF_CULTURE: (v.CULTURE,),
    v.IS_CONTROL: (v.CONDITION,),
}


def require_tubes(data: xr.Dataset, user: str) -> None:
    """Refuse a Dataset that a cell-cycle model cannot be fitted to.

    Raises
    ------
    InputError
        If a variable is absent or has other dims, phases are not G0/G1, S and G2/M, events are negative, no whole
        numbers or none at all in a tube, all events lie in one phase, there is not exactly one control condition, or a
        treated line has no control.
    """
    checks.has_variables(data, NEEDED, user)
    phases = [str(phase) for phase in data[v.PHASE].to_numpy()]
    if phases != list(PHASES):
        raise checks.InputError(f"{user} needs the phases {', '.join(PHASES)} in this order, got {', '.join(phases)}")
    events = data[v.EVENTS].to_numpy().astype(float)
    bad = np.argwhere(~(np.isfinite(events) & (events >= 0) & (events == np.round(events))))
    if len(bad):
        tube, phase = bad[0]
        raise checks.InputError(
            f"{v.EVENTS}[{tube}, {PHASES[phase]}] must be a whole number of 0 or more, got {events[tube, phase]:g}"
        )
    empty = np.flatnonzero(events.sum(axis=1) == 0)
    if len(empty):
        raise checks.InputError(f"{v.EVENTS}[{empty[0]}] must have at least one event in a phase, got none")
    if (events.sum(axis=0) > 0).sum() < 2:
        raise checks.InputError(f"{v.EVENTS} must lie in at least two phases, got all of them in one")
    controls = data[v.IS_CONTROL].to_numpy()
    if controls.sum() != 1:
        raise checks.InputError(f"{v.IS_CONTROL} must be 1 for exactly one condition, got {int(controls.sum())}")
    missing = lines_without_control(data)
    if missing:
        raise checks.InputError(f"a treated line must have a control culture, got none of {', '.join(missing)}")


def lines_without_control(data: xr.Dataset) -> list[str]:
    """Lines that were treated and have no control culture in any experiment."""
    line = data[v.LINE_OF_CULTURE].to_numpy()
    is_control = data[v.IS_CONTROL].to_numpy()[data[v.CONDITION_OF_CULTURE].to_numpy()] == 1
    names = data[v.CELL_LINE].to_numpy()
    return [str(names[k]) for k in sorted(set(line[~is_control].tolist()) - set(line[is_control].tolist()))]


def events_of_cultures(data: xr.Dataset) -> np.ndarray:
    """Events of each culture and phase (culture, phase), summed over its tubes; leading dims such as study are kept."""
    events = data[v.EVENTS].transpose(..., v.TUBE, v.PHASE).to_numpy()
    member = data[v.CULTURE_OF_TUBE].to_numpy()[:, None] == np.arange(data.sizes[v.CULTURE])
    return np.einsum("...tp,tc->...cp", events.astype(np.int64), member.astype(np.int64))


def is_concentration_informed(data: xr.Dataset) -> bool:
    """Whether any line and condition has more than one culture; else spread between experiments is the prior's."""
    cells = set(zip(data[v.LINE_OF_CULTURE].to_numpy(), data[v.CONDITION_OF_CULTURE].to_numpy(), strict=True))
    return data.sizes[v.CULTURE] > len(cells)


def is_measured(data: xr.Dataset) -> np.ndarray:
    """Whether a line was cultured under a condition at all (cell_line, condition)."""
    found = np.zeros((data.sizes[v.CELL_LINE], data.sizes[v.CONDITION]), dtype=bool)
    found[data[v.LINE_OF_CULTURE].to_numpy(), data[v.CONDITION_OF_CULTURE].to_numpy()] = True
    return found


def experiments_of_cells(data: xr.Dataset) -> np.ndarray:
    """Number of cultures, one an experiment, of each line and condition (cell_line, condition)."""
    count = np.zeros((data.sizes[v.CELL_LINE], data.sizes[v.CONDITION]), dtype=np.int64)
    np.add.at(count, (data[v.LINE_OF_CULTURE].to_numpy(), data[v.CONDITION_OF_CULTURE].to_numpy()), 1)
    return count
