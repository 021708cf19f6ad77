"""Wells at the end of a reader's range, and wells below the blanks or below 0."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from lensim.plain_text import counted, few_of
from lensim.qc import thresholds as limit
from lensim.qc.evidence import sure_quantile
from lensim.qc.finding import Checked, Finding
from lensim.qc.wells import Wells

SHOWN: Final = 6
PERCENT_BELOW_ZERO: Final = -10.0
"""A percent of untreated below this is more than noise about 0 (assumed)."""
FEWEST_BLANKS: Final = 3
EMPTY: Final = 0.05
"""A well with less of the blank was not filled or not read, whatever the spread of blanks (assumed)."""


def check_odd_wells(wells: Wells) -> Checked:
    """Saturated wells of each plate, and wells surely below its blanks."""
    found = [*_saturated(wells), *_negative(wells)]
    return Checked(tuple(found))


def _saturated(wells: Wells) -> Iterator[Finding]:
    check, effect = "saturated wells", "they are higher than they read: untreated levels are too low, effects too small"
    if wells.saturated:
        yield Finding(
            check, "all plates", "look", float(wells.saturated), "wells", "marked by the reader and left out", effect
        )
    if wells.is_percent:
        return
    for plate in np.unique(wells.plate).tolist():
        own = wells.signal[(wells.plate == plate) & np.isfinite(wells.signal)]
        top = float(own.max(initial=-np.inf))
        number = int((own == top).sum())
        # of whole numbers that are small, equal ones are no wonder
        is_stop = number >= limit.AT_ONE_VALUE and number > expected_equal(own)
        reason = f"the highest number, {top:g}, is that of {counted(number, 'well')}"
        yield Finding(
            check, wells.plates[plate], "look" if is_stop else "pass", float(number if is_stop else 0), "wells", reason,
            effect,
        )  # fmt: skip


def expected_equal(signal: np.ndarray) -> float:
    """How many wells share one value as often as the most frequent value below the highest one does."""
    _, counts = np.unique(signal, return_counts=True)
    return float(counts[:-1].max(initial=1))


def _negative(wells: Wells) -> Iterator[Finding]:
    effect = "no signal is left there, or the background is wrong: bottoms of curves, and absolute IC50s, move with it"
    for plate, low in _lowest(wells).items():
        own = np.flatnonzero((wells.plate == plate) & np.isfinite(wells.signal))
        what = " percent of untreated" if wells.is_percent else ", the least that blanks explain"
        odd = own[wells.signal[own] < low]
        names = [str(wells.name[at] or f"number {at + 1}") for at in odd.tolist()]
        named = few_of(names, SHOWN)
        reason = f"below {low:.4g}{what}: {named}" if names else f"none of {len(own)} is below {low:.4g}{what}"
        yield Finding(
            "negative wells", wells.plates[plate], "look" if names else "pass", float(len(names)), "wells", reason,
            effect, wells=tuple(odd.tolist()),
        )  # fmt: skip


def _lowest(wells: Wells) -> dict[int, float]:
    """Of each plate the signal below which a well is surely lower than one without cells.

    The spread of blanks about the median of their plate is that of all plates, since one plate has few of them.
    """
    plates = np.unique(wells.plate).tolist()
    if wells.is_percent:
        return dict.fromkeys(plates, PERCENT_BELOW_ZERO)
    blanks = {plate: wells.blank[wells.plate_of_blank == plate] for plate in plates}
    median = {plate: float(np.median(own)) for plate, own in blanks.items() if len(own)}
    ratios = [blanks[plate] / one - 1.0 for plate, one in median.items() if one > 0]
    together = np.concatenate(ratios) if ratios else np.empty(0)
    freedom = len(together) - len(ratios)
    if freedom < FEWEST_BLANKS:
        return dict.fromkeys(plates, 0.0)
    spread = float(np.sqrt((together**2).sum() / freedom))
    sure = sure_quantile(len(wells.signal), float(freedom)) * spread
    share = max(1.0 - sure, EMPTY)
    return {plate: share * max(median.get(plate, 0.0), 0.0) for plate in plates}
