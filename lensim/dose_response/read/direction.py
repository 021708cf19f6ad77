"""Percent viability that rises with dose, or percent inhibition that falls: a column taken for the other kind."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from lensim.checks import FaultReport
from lensim.dose_response.read.columns import Response
from lensim.dose_response.read.wells import Well

LEAST_CHANGE: Final = 40.0
"""Change from the lowest to the highest doses that has a direction [percentage points]."""
HIGHEST_START: Final = 45.0
"""Viability at the lowest doses above which a rise may be that of cells that were counted low."""
NEARLY_ALL: Final = 0.8
FEWEST_DOSES: Final = 3
_OTHER: Final[Mapping[str, str]] = {"viability": "inhibition", "inhibition": "viability"}


def check_direction(
    wells: Sequence[Well], response: Response, column: str, stated: Mapping[str, str], faults: FaultReport
) -> None:
    """Note a column of percents that goes the wrong way with dose in nearly all lines that change at all.

    Whoever states which of the two the column is has it read as that.

    Parameters
    ----------
    wells
        With viability in percent.
    response, column
        What the file was taken to have, and the name of its column.
    stated
        The user's names of columns by meaning.
    faults
        Where it is noted.
    """
    if response not in _OTHER or response in stated:
        return
    changes = {curve: change for curve, own in _by_curve(wells).items() if (change := _change(own)) is not None}
    rising = {
        curve: ends for curve, ends in changes.items() if ends[0] < HIGHEST_START and ends[1] - ends[0] > LEAST_CHANGE
    }
    falling = [curve for curve, ends in changes.items() if ends[0] - ends[1] > LEAST_CHANGE]
    if not rising or len(rising) < NEARLY_ALL * (len(rising) + len(falling)):
        return
    name, (low, high) = next(iter(rising.items()))
    shown = (low, high) if response == "viability" else (100.0 - low, 100.0 - high)
    way, other = ("rises", "falls") if response == "viability" else ("falls", "rises")
    faults.add(
        f"{column} was taken for percent {response}, and {way} with dose in {len(rising)} of "
        f"{len(changes)} lines (from {shown[0]:.0f} to {shown[1]:.0f} in {name}), where cells that are inhibited have "
        f'one that {other}: if it is percent {_OTHER[response]}, say columns={{"{_OTHER[response]}": "{column}"}}; if '
        f'it is percent {response} all the same, say columns={{"{response}": "{column}"}}'
    )


def _by_curve(wells: Sequence[Well]) -> dict[str, list[Well]]:
    curves: defaultdict[str, list[Well]] = defaultdict(list)
    for well in wells:
        if well.role == "treated" and np.isfinite(well.dose_um) and np.isfinite(well.signal):
            curves[well.cell_line + (f" with {well.compound}" if well.compound else "")].append(well)
    return dict(curves)


def _change(wells: Sequence[Well]) -> tuple[float, float] | None:
    """Viability at the lowest and at the highest doses; None where there are too few doses."""
    doses = np.unique([well.dose_um for well in wells])
    if len(doses) < FEWEST_DOSES:
        return None
    at = [float(np.median([well.signal for well in wells if well.dose_um == dose])) for dose in doses]
    ends = max(1, len(doses) // 4)
    return float(np.mean(at[:ends])), float(np.mean(at[-ends:]))
