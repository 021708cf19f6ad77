"""Wells far from their replicates, and stated factors above a doubling."""

from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v

FAR_CYCLES: Final = 1.0
"""An early well so far from the median of its other replicates is told (assumed)."""

CLOSE_CYCLES: Final = 0.5
"""The others must be so close to one another."""

LATE_CYCLES: Final = 5.0
"""Within so many cycles of the limit replicates differ by the drawing of copies."""

FEWEST: Final = 3
SHOWN: Final = 5


def told_of_wells(data: xr.Dataset) -> list[str]:
    """Early wells that are a cycle or more from two or more replicates that agree, in a sentence."""
    ct, limit = data[v.CT].to_numpy(), float(data[v.CYCLE_LIMIT])
    gene, sample = data[v.GENE_OF_REACTION].to_numpy(), data[v.SAMPLE_OF_REACTION].to_numpy()
    plate = data[v.PLATE_OF_REACTION].to_numpy()
    found = []
    for cell in np.unique(np.column_stack([gene, sample, plate]), axis=0):
        own = np.flatnonzero((gene == cell[0]) & (sample == cell[1]) & (plate == cell[2]) & np.isfinite(ct))
        if len(own) < FEWEST or np.median(ct[own]) > limit - LATE_CYCLES:
            continue
        for at in own:
            others = ct[own[own != at]]
            if abs(ct[at] - np.median(others)) > FAR_CYCLES and np.ptp(others) < CLOSE_CYCLES:
                found.append(f"{_named(data, cell)} at Ct {ct[at]:.1f} beside {np.median(others):.1f}")
    if not found:
        return []
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return [
        f"wells far from their replicates: {'; '.join(found[:SHOWN])}{more}; a well whose Ct is emptied is left out"
    ]


def _named(data: xr.Dataset, cell: np.ndarray) -> str:
    subject = data[v.SUBJECT].to_numpy()[int(data[v.SUBJECT_OF_SAMPLE].to_numpy()[cell[1]])]
    condition = data[v.CONDITION].to_numpy()[int(data[v.CONDITION_OF_SAMPLE].to_numpy()[cell[1]])]
    return f"{data[v.GENE].to_numpy()[cell[0]]} in {subject} under {condition}"


def told_of_factors(data: xr.Dataset) -> list[str]:
    """Stated factors above 2, in a sentence."""
    if v.STATED_FACTOR not in data:
        return []
    stated = zip(data[v.GENE].to_numpy(), data[v.STATED_FACTOR].to_numpy(), strict=True)
    above = [f"{gene} {factor:g}" for gene, factor in stated if factor > 2.0]
    if not above:
        return []
    return [f"stated factors above a doubling a cycle, taken as they are: {', '.join(above)}"]
