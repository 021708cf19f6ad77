"""Dose-response panels for power and plan: subjects, resources and parts of a plan."""

from collections.abc import Mapping
from typing import Final

from lensim import vocabulary as v
from lensim.dose_response.truth import SD_OF_CONDITION, SHIFT_OF_CONDITION
from lensim.power.assay import Part, PowerAssay
from lensim.power.dose_response.chunk import run_audit, run_chunk
from lensim.power.dose_response.plate_map import plate_map
from lensim.power.dose_response.scenario import DoseResponseScenario
from lensim.power.dose_response.spec import CURVE_NAMES
from lensim.power.dose_response.study import not_in_posterior


def subjects_of(scenario: DoseResponseScenario) -> Mapping[str, int]:
    """Number of lines, by molecular group."""
    return scenario.design.groups


def resources_of(scenario: DoseResponseScenario, wells_per_plate: int) -> dict[str, float]:
    """Numbers of subjects (lines), cultures (of each condition), wells and plates; the plate is the design's own."""
    sheet = scenario.design.plates
    plates = sheet.experiments * sheet.plates_per_experiment
    curves = len(sheet.cell_lines)
    return {
        "subjects": len(scenario.design.lines),
        "cultures": curves * sheet.experiments,
        "wells": curves * sheet.experiments * sheet.wells_per_culture + plates * sheet.blanks_per_plate,
        "plates": plates,
    }


def parts_of(scenario: DoseResponseScenario) -> frozenset[Part]:
    """Top doses and plate maps, of every panel; doses and lines, where no line has several conditions."""
    always: frozenset[Part] = frozenset({"bracketing", "layouts"})
    return always if scenario.design.conditions else always | {"doses", "lines"}


EFFECTS: Final = (f"mu_{v.EFFECT}", *(f"shift_{name}" for name in CURVE_NAMES), SHIFT_OF_CONDITION)
DOSE_RESPONSE: Final = PowerAssay(
    names=("dose_response",),
    scenario=DoseResponseScenario,
    run_chunk=run_chunk,
    run_audit=run_audit,
    not_in_posterior=not_in_posterior,
    subjects=subjects_of,
    resources=resources_of,
    spreads=(*(f"sigma_{name}" for name in CURVE_NAMES), SD_OF_CONDITION),
    effects=lambda scenario, rule, item: EFFECTS,
    who_differs="lines differ",
    parts=parts_of,
    plate_map=plate_map,
    kernels="lensim.dose_response.laplace",
)
