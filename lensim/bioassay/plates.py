"""Plates whose standards are of several experiments: each experiment has its own curve, so it is a plate by itself."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from lensim.bioassay.assemble import BioassayWell
from lensim.bioassay.roles import STANDARD
from lensim.checks import FaultReport


def part_by_experiment(
    wells: Sequence[BioassayWell], column: str, faults: FaultReport
) -> tuple[list[BioassayWell], dict[str, str]]:
    """The wells with plates parted by experiment where standards name several, and what a Dataset says of it.

    A plate P1 whose standards were measured on day 1 and on day 2 becomes the plates "P1, day 1" and "P1, day 2".

    Parameters
    ----------
    column
        The name of the column of experiments, for names and messages.
    faults
        Where a well of such a plate without an experiment is noted.
    """
    named: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for well in wells:
        if well.role == STANDARD and well.experiment:
            named[well.plate][well.experiment] = None
    parted = {plate: list(own) for plate, own in named.items() if len(own) > 1}
    for plate, own in parted.items():
        without = [well for well in wells if well.plate == plate and not well.experiment]
        if without:
            faults.add(
                f"{column} must not be empty on plate {plate}, whose standards are of {len(own)} experiments "
                f"({', '.join(own)}), got {len(without)} wells without: say to which curve each belongs",
                line=without[0].line,
                place=without[0].place,
            )
    new = [
        replace(well, plate=f"{well.plate}, {column} {well.experiment}") if well.plate in parted else well
        for well in wells
    ]
    said = "; ".join(f"{plate} ({column} {', '.join(own)})" for plate, own in parted.items())
    return new, {"plates_parted": said} if said else {}
