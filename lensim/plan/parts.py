"""Which parts of a plan a scenario can answer."""

from typing import Any, Final

from lensim.checks import InputError
from lensim.power.assay import Part
from lensim.power.assays import assay_of
from lensim.power.scenario import Scenario

NEEDS: Final[dict[Part, str]] = {
    "interim": "an interim look needs a paired design",
    "detection": "detection needs a scenario of reactions (design.assay 'expression' or 'groups')",
    "layouts": "layouts need a scenario of plates (design.assay 'dose_response')",
    "doses": "doses need a scenario of plates (design.assay 'dose_response') without conditions",
    "lines": "lines need a scenario of plates (design.assay 'dose_response') without conditions",
    "bracketing": "bracketing needs a scenario of plates (design.assay 'dose_response')",
}


def require_part(scenario: Scenario, part: Part) -> Any:
    """Refuse a scenario that cannot answer a part of a plan; else the same scenario.

    Raises
    ------
    InputError
        If its assay, or its design, does not have what the part is about.
    """
    if part not in assay_of(scenario).parts(scenario):
        conditions = " with conditions" if getattr(scenario.design, "conditions", ()) else ""
        raise InputError(f"{NEEDS[part]}, got {scenario.design.assay}{conditions}")
    return scenario
