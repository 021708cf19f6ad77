"""Signals that several wells have exactly, at the highest value of all: a reader's ceiling written as a number."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from lensim.checks import FaultReport
from lensim.dose_response.read.wells import LostWells, Well
from lensim.tables.reader_words import Saturated

CEILINGS: Final = frozenset(
    {3.5, 3.999, 4.0, 4.5, 6.0, 4095.0, 9999.0, 16383.0, 32767.0, 65535.0, 65536.0, 99999.0, 260000.0, 999999.0}
)
"""Numbers at which readers stop: of absorbance, and of counters with 12 to 16 bits or 4 to 6 digits."""

FEWEST_WELLS: Final = 3
LEAST_SHARE: Final = 0.05


def settle_ceiling(
    wells: Sequence[Well], saturated: Saturated, lost: LostWells, column: str, faults: FaultReport
) -> list[Well]:
    """The wells without those at a reader's ceiling, where the user drops these.

    At least 3 wells and 5% of all with exactly the highest signal are told; where this is a number at which readers
    stop, they are a fault unless the user drops or keeps them.
    """
    counts = Counter(well.signal for well in wells if well.signal == well.signal)  # not NaN, which had a fault
    highest = max(counts, default=0.0)
    at_top = counts[highest]
    if len(counts) < FEWEST_WELLS or at_top < max(FEWEST_WELLS, LEAST_SHARE * len(wells)):
        return list(wells)
    said = f"{at_top} of {len(wells)} wells have exactly the highest {column}, {highest:g}"
    if highest not in CEILINGS or saturated == "keep":
        faults.tell(f"{said}: where the reader cannot measure more, untreated wells come out too low")
        return list(wells)
    if saturated == "refuse":
        first = next(well for well in wells if well.signal == highest)
        faults.add(
            f'{said}, at which readers stop: leave these wells out with saturated="drop", or read them as they are '
            'with saturated="keep"',
            line=first.line,
            place=first.place,
        )
        return list(wells)
    kept = [well for well in wells if well.signal != highest]
    lost.saturated += at_top
    lost.saturated_untreated += sum(well.signal == highest and well.role == "untreated" for well in wells)
    return kept
