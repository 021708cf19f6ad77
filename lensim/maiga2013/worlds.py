"""Readings of worlds in which findings of the paper are false, and of the calibrated world, where they are true."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from lensim import seeding
from lensim.cell_cycle.truth import CellCyclePopulation
from lensim.dose_response.truth import CURVE, DoseResponsePopulation
from lensim.expression.truth import ExpressionPopulation
from lensim.maiga2013.bioassay_twin import POPULATION as BIOASSAY
from lensim.maiga2013.cell_cycle_twin import CONTROL, LENALIDOMIDE, PARENT, VARIANT
from lensim.maiga2013.cell_cycle_twin import POPULATION as CELL_CYCLE
from lensim.maiga2013.claims import (
    ALL_EXPRESS,
    AS_PARENTS,
    GROUPS_HALF,
    NO_ACTIVITY,
    NO_CHANGE,
    NO_RESPONSE,
    PARENT_UNCHANGED,
    VARIANT_HALF,
)
from lensim.maiga2013.expression_twin import LINE, PRIMARY, STROMA, World
from lensim.maiga2013.populations import DOSE_RESPONSE, EXPRESSION
from lensim.maiga2013.readings import design_readings
from lensim.maiga2013.simulated import bioassay_twins, cell_cycle_twins, panel_twins, study_twins

CALIBRATED: Final = "calibrated to what the paper states"


def without_change() -> ExpressionPopulation:
    """No mean change of TNF and IGF1 in any cell type; primary and stromal cells have the levels of lines."""
    expression = dict(EXPRESSION.expression)
    for gene in ("TNF", "IGF1"):
        for cell_type in (LINE, PRIMARY, STROMA):
            expression[gene, cell_type] = replace(
                expression[gene, cell_type],
                mu_log2_fold_change=0.0,
                mu_log2_level=expression[gene, LINE].mu_log2_level,
            )
    return replace(EXPRESSION, expression=expression)


def groups_make_half() -> DoseResponsePopulation:
    """Between-group variance equals within-group variance for each curve parameter; the total is unchanged."""
    changed: dict[str, float] = {}
    for name in CURVE:
        between, within = (getattr(DOSE_RESPONSE, f"{kind}_{name}") for kind in ("sigma_group", "sigma"))
        changed |= dict.fromkeys((f"sigma_group_{name}", f"sigma_{name}"), float(np.sqrt((between**2 + within**2) / 2)))
    return replace(DOSE_RESPONSE, **changed)


def variant_loses_half() -> CellCyclePopulation:
    """LP1-LR loses half as many percentage points of its S phase as LP-1, to G0/G1."""
    before, after = CELL_CYCLE.percent[PARENT, CONTROL], CELL_CYCLE.percent[PARENT, LENALIDOMIDE]
    half = tuple((one + other) / 2 for one, other in zip(before, after, strict=True))
    return replace(CELL_CYCLE, percent={**CELL_CYCLE.percent, (VARIANT, LENALIDOMIDE): half})


def parent_does_not_respond() -> CellCyclePopulation:
    """LP-1 has the same phases with the drug as without."""
    untreated = CELL_CYCLE.percent[PARENT, CONTROL]
    return replace(CELL_CYCLE, percent={**CELL_CYCLE.percent, (PARENT, LENALIDOMIDE): untreated})


def readings_of_worlds(studies: int, seed: int) -> Mapping[str, dict[str, np.ndarray]]:
    """Readings (study) by world, `CALIBRATED` first; each has a stream of its own."""

    def rng(name: str) -> np.random.Generator:
        return seeding.stream(seed, "worlds", name)

    return {
        CALIBRATED: design_readings(studies)
        | panel_twins(studies, rng("panel"))
        | study_twins(studies, rng("study"))
        | bioassay_twins(studies, rng("bioassay"))
        | cell_cycle_twins(studies, rng("cell cycle")),
        GROUPS_HALF: panel_twins(studies, rng(GROUPS_HALF), groups_make_half()),
        NO_CHANGE: study_twins(studies, rng(NO_CHANGE), without_change()),
        ALL_EXPRESS: study_twins(studies, rng(ALL_EXPRESS), world=World(absent={})),
        NO_RESPONSE: study_twins(studies, rng(NO_RESPONSE), world=World(response_of_resistant=0.0)),
        AS_PARENTS: study_twins(studies, rng(AS_PARENTS), world=World(variant_excess_log2=0.0)),
        NO_ACTIVITY: bioassay_twins(studies, rng(NO_ACTIVITY), replace(BIOASSAY, mu_log2_fold_change=0.0)),
        PARENT_UNCHANGED: cell_cycle_twins(studies, rng(PARENT_UNCHANGED), parent_does_not_respond()),
        VARIANT_HALF: cell_cycle_twins(studies, rng(VARIANT_HALF), variant_loses_half()),
    }
