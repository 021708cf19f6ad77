"""The assays whose power can be asked, by the name in `design.assay`; a new one is added here and nowhere else."""

from collections.abc import Mapping
from typing import Final

from lensim.power.assay import PowerAssay
from lensim.power.dose_response.assay import DOSE_RESPONSE
from lensim.power.expression.assay import EXPRESSION
from lensim.power.groups.assay import GROUPS
from lensim.power.spec import BaseScenario

ASSAYS: Final[Mapping[str, PowerAssay]] = {
    name: assay for assay in (EXPRESSION, GROUPS, DOSE_RESPONSE) for name in assay.names
}
DEFAULT: Final = EXPRESSION
"""The assay of a scenario that names none."""


def assay_of(scenario: BaseScenario) -> PowerAssay:
    """The assay of a scenario."""
    return ASSAYS[scenario.design.assay]
