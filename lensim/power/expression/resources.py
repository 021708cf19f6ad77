"""What RT-qPCR studies use: subjects, samples, wells and plates."""

import math

from lensim.checks import InputError
from lensim.power.expression.spec import ReactionsDesignSpec


def room_of_plate(wells_per_plate: int, reactions: int, of: str) -> int:
    """How many times a plate holds reactions that lie together; `of` says what they are of.

    Raises
    ------
    InputError
        If they do not fit on a plate.
    """
    if reactions > wells_per_plate:
        raise InputError(f"costs.wells_per_plate must hold the {reactions} reactions of {of}, got {wells_per_plate}")
    return wells_per_plate // reactions


def resources_of_samples(
    design: ReactionsDesignSpec, subjects: int, plates: int, wells_per_plate: int
) -> dict[str, float]:
    """Numbers of all that a design uses; to the plates of its samples those of the dilution series are added."""
    series = design.series_wells if design.has_reactions else 0
    return {
        "subjects": subjects,
        "cultures": design.all_samples,
        "reverse_transcriptions": design.all_samples,
        "wells": design.wells,
        "plates": plates + math.ceil(series / wells_per_plate),
    }
