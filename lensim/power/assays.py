"""The assays whose power can be asked, by the name in `design.assay`; a new one is added here and nowhere else.

A worker needs that of its scenario alone, so an assay's modules are imported when it is asked for.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Final

from lensim.power.assay import PowerAssay
from lensim.power.spec import BaseScenario

PLACES: Final[dict[str, tuple[str, str]]] = {
    "expression": ("lensim.power.expression.assay", "EXPRESSION"),
    "ratios": ("lensim.power.expression.assay", "EXPRESSION"),
    "groups": ("lensim.power.groups.assay", "GROUPS"),
    "levels": ("lensim.power.groups.assay", "GROUPS"),
    "dose_response": ("lensim.power.dose_response.assay", "DOSE_RESPONSE"),
}
"""Module and name of each assay."""
DEFAULT: Final = "expression"
"""The assay of a scenario that names none."""


@cache
def _assay_at(module: str, name: str) -> PowerAssay:
    found = getattr(import_module(module), name)
    if not isinstance(found, PowerAssay):
        raise TypeError(f"{module}.{name} must be a PowerAssay, got {type(found).__name__}")
    return found


class _Assays(Mapping[str, PowerAssay]):
    """The assays by their names, each imported on its first use."""

    def __getitem__(self, name: str) -> PowerAssay:
        return _assay_at(*PLACES[name])

    def __iter__(self) -> Iterator[str]:
        return iter(PLACES)

    def __len__(self) -> int:
        return len(PLACES)

    def __contains__(self, name: object) -> bool:
        return name in PLACES


ASSAYS: Final[Mapping[str, PowerAssay]] = _Assays()


def assay_of(scenario: BaseScenario) -> PowerAssay:
    """The assay of a scenario."""
    return ASSAYS[scenario.design.assay]
