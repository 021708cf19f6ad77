"""Correct each plate by its inter-plate calibrator: one sample that is on all plates, gene by gene."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean
from typing import Final

from lensim.expression.read.assigned import Assigned
from lensim.expression.read.reactions import Reaction

FROM_CYCLES: Final = 0.005
"""A smaller shift is not told."""


def correct_plates(assigned: Sequence[Assigned], cycle_limit: float) -> tuple[list[Assigned], list[str]]:
    """All but the calibrators, with the Ct of each gene on each plate less the plate's shift, and what is to be told.

        shift(gene, plate) [cycles] = mean over calibrators of (mean Ct on the plate - mean over its plates)

    A shift is a gene's own, since thresholds are. A gene or a plate without calibrators stays as it is, which is told.
    """
    rest = [one for one in assigned if one.reaction.task != "plate_calibrator"]
    wells = [one.reaction for one in assigned if one.reaction.task == "plate_calibrator"]
    if not wells:
        return rest, []
    shifts = _shifts(wells)
    corrected = [replace(one, reaction=_corrected(one.reaction, shifts, cycle_limit)) for one in rest]
    return corrected, _told(shifts, [one.reaction for one in rest], len(wells))


def _shifts(wells: Sequence[Reaction]) -> dict[tuple[str, str], float]:
    found: defaultdict[tuple[str, str], defaultdict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for well in wells:
        if well.ct_cycles is not None:
            found[well.gene, well.sample][well.plate].append(well.ct_cycles)
    deviations: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for (gene, _), by_plate in found.items():
        if len(by_plate) > 1:
            means = {plate: fmean(cts) for plate, cts in by_plate.items()}
            centre = fmean(means.values())
            for plate, mean in means.items():
                deviations[gene, plate].append(mean - centre)
    return {place: fmean(own) for place, own in deviations.items()}


def _corrected(reaction: Reaction, shifts: dict[tuple[str, str], float], cycle_limit: float) -> Reaction:
    shift = shifts.get((reaction.gene, reaction.plate), 0.0)
    if reaction.ct_cycles is None or not shift:
        return reaction
    return replace(reaction, ct_cycles=min(reaction.ct_cycles - shift, cycle_limit))


def _told(shifts: dict[tuple[str, str], float], rest: Sequence[Reaction], wells: int) -> list[str]:
    used = {(one.gene, one.plate) for one in rest}
    if not any(place in used for place in shifts):
        left = "1 well of plate calibrators is" if wells == 1 else f"{wells} wells of plate calibrators are"
        return [f"{left} left out: no gene of the study has them on several plates"]
    moved = [
        f"{gene} on {plate} {-shift:+.2f}"
        for (gene, plate), shift in shifts.items()
        if (gene, plate) in used and abs(shift) >= FROM_CYCLES
    ]
    said = ["Ct is corrected by the plate calibrators [cycles]: " + (", ".join(moved) or "by less than 0.005")]
    plates = {plate for _, plate in used}
    without = [f"{gene} on {plate}" for gene, plate in sorted(used) if (gene, plate) not in shifts]
    if without and len(plates) > 1:
        said.append(f"no plate calibrator for {', '.join(without[:6])}{', ...' * (len(without) > 6)}: not corrected")
    return said
