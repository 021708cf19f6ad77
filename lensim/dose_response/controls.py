"""Whether the controls of a panel are off the level from which its curves fall, over all lines: from the wells alone.

Of each line the level that its lowest three doses point to, with a curve of slope one beginning to fall there:

    response(dose) = level - fall * dose / third dose       log level ~ the controls over the plateau, less 0

Controls that had no vehicle, lie at the edge or were counted late are off in every line, so lines are taken together;
one line, or one day of a line, that differs is none of this.
"""

from typing import Final, NamedTuple

import numpy as np

from lensim.dose_response.replicates import RelativeWells, by_dose, error_of_controls

LEAST_OFF: Final = 0.08
"""Controls off the plateau by less, on the log scale, are not told."""
SURE: Final = 3.3
"""Standard errors from which on this is told; these have the disagreement of lines in them."""
SERIES_START: Final = 3
ENOUGH_DOSES: Final = 4
LARGEST_FALL: Final = 0.2
"""A line that falls by a larger share over its lowest three doses does not show its plateau."""
FURTHER: Final = 0.25
"""A line that does not fall by such a share of its level may be flat because its lowest dose has done all it can."""
LEAST_LEVEL: Final = 0.2


class ControlsOff(NamedTuple):
    """Plateau of the curves over the controls, its log with its standard error, and the number of lines."""

    log_level: float
    error: float
    lines: int


def level_over_lines(wells: RelativeWells, lines: int) -> ControlsOff | None:
    """What the plateaus of all lines are against their controls; None where no line shows one."""
    found = [_level(wells, line) for line in range(lines)]
    known = np.array([one for one in found if one is not None])
    if not len(known):
        return None
    weight = known[:, 1] ** -2
    mean = float((weight * known[:, 0]).sum() / weight.sum())
    apart = float((weight * (known[:, 0] - mean) ** 2).sum()) / max(len(known) - 1, 1)
    return ControlsOff(mean, float(np.sqrt(max(apart, 1.0) / weight.sum())), len(known))


def are_off(found: ControlsOff | None) -> bool:
    """Whether controls are surely and noticeably off."""
    return found is not None and abs(found.log_level) > max(LEAST_OFF, SURE * found.error)


def _level(wells: RelativeWells, line: int) -> tuple[float, float] | None:
    """Log of the level that the lowest doses of a line point to, over its controls, and its standard error."""
    doses = by_dose(wells, line)
    if len(doses.dose) < ENOUGH_DOSES:
        return None
    dose, mean = doses.dose[:SERIES_START], doses.mean[:SERIES_START]
    design = np.column_stack([np.ones(SERIES_START), -dose / dose[-1]])
    solve = np.linalg.pinv(design)
    level, fall = solve @ mean
    if level < LEAST_LEVEL or fall > LARGEST_FALL * level or doses.mean.min() > (1.0 - FURTHER) * level:
        return None
    variance = (
        float((solve[0] ** 2 * doses.sd_of_wells[:SERIES_START] ** 2).sum()) + error_of_controls(wells, line) ** 2
    )
    return float(np.log(level)), float(np.sqrt(variance)) / float(level)
