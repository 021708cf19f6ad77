"""What a design uses and what it costs."""

import math
from typing import Annotated, Final

from pydantic import Field

from lensim.checks import InputError
from lensim.config import Strict
from lensim.power.dose_response.scenario import DoseResponseScenario
from lensim.power.scenario import Scenario

WELLS_OF_A_PLATE: Final = 96
CONDITIONS: Final = 2
Price = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Costs(Strict):
    """Prices of what designs use, in one currency; what a design uses must have a price, 0 where it is free.

    Attributes
    ----------
    currency
        For tables.
    fixed
        Of any study.
    subject
        A line or a donor, by cell type; for a panel a line.
    culture
        A treated or untreated culture of RT-qPCR, or a line on a plate of a panel.
    reverse_transcription
        A sample's cDNA.
    well
        A reaction, or a well of a panel, with what is in it.
    plate
        A plate and its run.
    hour
        Of work.
    hours_per_culture, hours_per_plate
        Work that a culture and a plate take [h].
    wells_per_plate
        Of the machine.
    """

    currency: str = "EUR"
    fixed: Price = 0.0
    subject: Price | dict[str, Price] | None = None
    culture: Price | None = None
    reverse_transcription: Price | None = None
    well: Price | None = None
    plate: Price | None = None
    hour: Price | None = None
    hours_per_culture: Price = 0.0
    hours_per_plate: Price = 0.0
    wells_per_plate: int = Field(default=WELLS_OF_A_PLATE, ge=1)


def resources_of(scenario: Scenario, costs: Costs) -> dict[str, float]:
    """Numbers of everything that a design uses: subjects, cultures, reverse_transcriptions, wells, plates, hours.

    A plate of RT-qPCR holds whole subjects of one experiment; the dilution series has plates of its own. Ratios count
    as one reaction of each gene in either condition.

    Raises
    ------
    InputError
        If a subject's reactions do not fit on a plate.
    """
    if isinstance(scenario, DoseResponseScenario):
        sheet = scenario.design.plates
        plates = sheet.experiments * sheet.plates_per_experiment
        lines = len(sheet.cell_lines)
        found = {
            "subjects": lines,
            "cultures": lines * sheet.experiments,
            "wells": lines * sheet.experiments * sheet.wells_per_culture + plates * sheet.blanks_per_plate,
            "plates": plates,
        }
    else:
        design = scenario.design
        subjects = sum(design.subjects.values())
        samples = subjects * CONDITIONS * design.experiments
        replicates = design.technical_replicates if design.assay == "qpcr" else 1
        genes = len(design.targets) + len(design.references)
        of_subject = CONDITIONS * genes * replicates
        room = costs.wells_per_plate // of_subject
        if room < 1:
            raise InputError(
                f"costs.wells_per_plate must hold the {of_subject} reactions of one subject "
                f"({CONDITIONS} conditions x {genes} genes x {replicates} replicates), got {costs.wells_per_plate}"
            )
        series = genes * len(design.dilutions) * design.dilution_replicates if design.assay == "qpcr" else 0
        found = {
            "subjects": subjects,
            "cultures": samples,
            "reverse_transcriptions": samples,
            "wells": samples * genes * replicates + series,
            "plates": design.experiments * math.ceil(subjects / room) + math.ceil(series / costs.wells_per_plate),
        }
    hours = found["cultures"] * costs.hours_per_culture + found["plates"] * costs.hours_per_plate
    return {name: float(number) for name, number in found.items()} | {"hours": hours}


_PRICE_OF: Final = {
    "cultures": "culture",
    "reverse_transcriptions": "reverse_transcription",
    "wells": "well",
    "plates": "plate",
    "hours": "hour",
}


def cost_of(scenario: Scenario, costs: Costs) -> float:
    """Price of a design.

    Raises
    ------
    InputError
        If something that the design uses has no price.
    """
    used = resources_of(scenario, costs)
    total = costs.fixed + _price_of_subjects(scenario, costs)
    for name, price_name in _PRICE_OF.items():
        if used.get(name, 0.0) > 0:
            price = getattr(costs, price_name)
            if price is None:
                raise InputError(
                    f"costs.{price_name} must be given, for the design uses {used[name]:g} {name}, got none"
                )
            total += used[name] * price
    return total


def _price_of_subjects(scenario: Scenario, costs: Costs) -> float:
    numbers = scenario.design.groups if isinstance(scenario, DoseResponseScenario) else scenario.design.subjects
    price = costs.subject
    if price is None:
        raise InputError(f"costs.subject must be given, for the design uses {sum(numbers.values())} subjects, got none")
    if not isinstance(price, dict):
        return sum(numbers.values()) * price
    missing = [name for name in numbers if name not in price]
    if missing:
        raise InputError(f"costs.subject must have a price for {', '.join(missing)}, got {', '.join(price) or 'none'}")
    return float(sum(number * price[name] for name, number in numbers.items()))
