"""Whether plates differ for one gene, and whether plate and treatment can be told apart."""

from collections.abc import Iterator
from itertools import combinations
from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.expression.cells import mean_ct, sample_pairs
from lensim.plain_text import first_names

LEAST_SHIFT: Final = 0.5
"""A smaller shift of one gene between two plates is of no account [cycles] (assumed)."""

ERRORS_AWAY: Final = 3.0
SD_OF_ONE: Final = 0.25
"""Of the difference of one sample on two plates, where one sample alone is on both [cycles] (assumed)."""

SHOWN: Final = 5


def told_of_plates(data: xr.Dataset) -> list[str]:
    """Genes with a plate effect of their own, and targets whose plates are those of the treatment; a sentence each.

    Models have one shift a plate for all genes. Samples that are on two plates show the shift of each gene; one that
    differs from 0, or from the other genes', by more than 0.5 cycles and three standard errors is told.
    """
    if data.sizes[v.PLATE] < 2:
        return []
    return [*_told_of_shifts(data), *_told_of_confounding(data)]


def _told_of_shifts(data: xr.Dataset) -> Iterator[str]:
    genes, plates = ([str(name) for name in data[dim].to_numpy()] for dim in (v.GENE, v.PLATE))
    ct = [mean_ct(data, plate) for plate in range(len(plates))]
    for p, q in combinations(range(len(plates)), 2):
        difference = ct[q] - ct[p]
        shifts = {g: _mean_and_error(difference[g]) for g in range(len(genes)) if np.isfinite(difference[g]).any()}
        common = _common([shift for shift, _ in shifts.values()])
        for g, (shift, error) in shifts.items():
            if abs(shift - common) <= max(LEAST_SHIFT, ERRORS_AWAY * error):
                continue
            beside = f", other genes by {common:+.2f}" if len(shifts) > 1 else ""
            yield (
                f"{genes[g]} comes {shift:+.2f} cycles on plate {plates[q]} against {plates[p]} in the same samples"
                f"{beside}: a plate effect of one gene; the model gives it a shift of its own, and wells of the "
                "task plate_calibrator on both plates correct it"
            )


def _common(shifts: list[float]) -> float:
    """The shift of most genes; of two genes the smaller one, of one gene none."""
    if len(shifts) < 2:
        return 0.0
    return min(shifts, key=abs) if len(shifts) == 2 else float(np.median(shifts))


def _mean_and_error(difference: np.ndarray) -> tuple[float, float]:
    known = difference[np.isfinite(difference)]
    spread = max(float(known.std(ddof=1)), SD_OF_ONE / 2) if len(known) > 1 else SD_OF_ONE
    return float(known.mean()), spread / float(np.sqrt(len(known)))


def targets_apart(data: xr.Dataset) -> list[str]:
    """Targets of which every treated sample is on other plates than its control, without calibrators of plates."""
    if data.attrs.get(v.PLATES_CORRECTED):
        return []
    on = np.zeros((data.sizes[v.GENE], data.sizes[v.SAMPLE], data.sizes[v.PLATE]), dtype=bool)
    names = (v.GENE_OF_REACTION, v.SAMPLE_OF_REACTION, v.PLATE_OF_REACTION)
    on[tuple(data[name].to_numpy() for name in names)] = True
    pairs = sample_pairs(data)
    found = []
    for g in np.flatnonzero(data[v.IS_REFERENCE].to_numpy() == 0):
        own = [(on[g, control], on[g, treated]) for control, treated, _ in pairs]
        run = [(one & other).any() for one, other in own if one.any() and other.any()]
        if run and not any(run):
            found.append(str(data[v.GENE].to_numpy()[g]))
    return found


def _told_of_confounding(data: xr.Dataset) -> list[str]:
    found = targets_apart(data)
    if not found:
        return []
    return [
        f"treated samples and their controls are on different plates for {first_names(found, SHOWN)}: a plate "
        "effect of one gene cannot be told from an effect of the treatment; wells of the task plate_calibrator on all "
        "plates can tell"
    ]
