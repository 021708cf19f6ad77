"""Names of experiments and plates of wells whose file has none, and of plates that several experiments call alike."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from lensim.dose_response.read.wells import Well
from lensim.plain_text import first_names

SHOWN: Final = 3


def fill_names(wells: Sequence[Well]) -> list[Well]:
    """Give every well an experiment and a plate, and every plate a name that no other has.

    Without a name, a plate is its experiment's only one, an experiment has one plate, and all wells are on one.
    """
    filled = [
        well
        if well.experiment and well.plate
        else replace(
            well,
            experiment=well.experiment or well.plate or "experiment 1",
            plate=well.plate or well.experiment or "plate 1",
        )
        for well in wells
    ]
    experiments: defaultdict[str, set[str]] = defaultdict(set)
    for well in filled:
        experiments[well.plate].add(well.experiment)
    if all(len(of_plate) == 1 for of_plate in experiments.values()):
        return filled
    # plates numbered anew in each experiment
    return [replace(well, plate=f"{well.experiment}, plate {_without_word(well.plate)}") for well in filled]


def told_of_plates(wells: Sequence[Well]) -> str:
    """That plates are taken as experiments, where several plates are named and no experiment; '' elsewhere."""
    plates = list(dict.fromkeys(well.plate for well in wells if well.plate))
    if len(plates) < 2 or any(well.experiment for well in wells):
        return ""
    return (
        f"no column names experiments, so each of the {len(plates)} plates ({first_names(plates, SHOWN)}) is taken as "
        'an independent experiment; if all are of one day, intervals are then too narrow: columns={"experiment": "=1"} '
        "makes them one experiment"
    )


def _without_word(plate: str) -> str:
    return re.sub(r"^plate\s+", "", plate, flags=re.IGNORECASE)
