"""Resources and cost of a design."""

from typing import Annotated, Final

from pydantic import Field

from lensim.checks import InputError
from lensim.config import FrozenConfig
from lensim.power.assays import assay_of
from lensim.power.scenario import Scenario

WELLS_OF_A_PLATE: Final = 96
Price = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Costs(FrozenConfig):
    """Prices of everything that designs use, in one currency; 0 for what is free.

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

    How an assay counts them is said in its own module (`lensim.power.expression.assay`,
    `lensim.power.groups.assay`, `lensim.power.dose_response.assay`).

    Raises
    ------
    InputError
        If a subject's reactions do not fit on a plate.
    """
    found = assay_of(scenario).resources(scenario, costs.wells_per_plate)
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
    """Price of a design: fixed costs, its subjects, and all that it uses.

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
                    f"costs.{price_name} must be given, for the design uses {_amount(used[name], name)}, got none"
                )
            total += used[name] * price
    return total


def _amount(number: float, name: str) -> str:
    """A number with its noun: '1 plate', '28 cultures'."""
    noun = name.removesuffix("s").replace("_", " ") if number == 1 else name.replace("_", " ")
    return f"{number:g} {noun}"


def _price_of_subjects(scenario: Scenario, costs: Costs) -> float:
    numbers = assay_of(scenario).subjects(scenario)
    price = costs.subject
    if price is None:
        used = _amount(sum(numbers.values()), "subjects")
        raise InputError(f"costs.subject must be given, for the design uses {used}, got none")
    if not isinstance(price, dict):
        return sum(numbers.values()) * price
    missing = [name for name in numbers if name not in price]
    if missing:
        raise InputError(f"costs.subject must have a price for {', '.join(missing)}, got {', '.join(price) or 'none'}")
    return float(sum(number * price[name] for name, number in numbers.items()))
