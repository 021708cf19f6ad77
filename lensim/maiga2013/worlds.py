"""Worlds in which findings of the paper are false, and the calibrated one in which they are true: readings of each."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from lensim import seeding
from lensim.maiga2013.calibrated import EXPRESSION, PROLIFERATION
from lensim.maiga2013.claims import ALL_EXPRESS, AS_PARENTS, GROUPS_HALF, NO_CHANGE, NO_RESPONSE
from lensim.maiga2013.expression_twin import LINE, PRIMARY, STROMA, World
from lensim.maiga2013.readings import design_readings
from lensim.maiga2013.simulated import panel_twins, study_twins
from lensim.proliferation.truth import CURVE, ProliferationPopulation
from lensim.qpcr.truth import QpcrPopulation

CALIBRATED: Final = "calibrated to what the paper states"


def without_change() -> QpcrPopulation:
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


def groups_make_half() -> ProliferationPopulation:
    """Of each number of a curve, molecular groups vary as much as lines within them, the whole as before."""
    changed: dict[str, float] = {}
    for name in CURVE:
        between, within = (getattr(PROLIFERATION, f"{kind}_{name}") for kind in ("sigma_group", "sigma"))
        changed |= dict.fromkeys((f"sigma_group_{name}", f"sigma_{name}"), float(np.sqrt((between**2 + within**2) / 2)))
    return replace(PROLIFERATION, **changed)


def readings_of_worlds(studies: int, seed: int) -> Mapping[str, dict[str, np.ndarray]]:
    """Readings (study) by world, `CALIBRATED` first; each has a stream of its own."""

    def rng(name: str) -> np.random.Generator:
        return seeding.stream(seed, "worlds", name)

    return {
        CALIBRATED: design_readings(studies) | panel_twins(studies, rng("panel")) | study_twins(studies, rng("study")),
        GROUPS_HALF: panel_twins(studies, rng(GROUPS_HALF), groups_make_half()),
        NO_CHANGE: study_twins(studies, rng(NO_CHANGE), without_change()),
        ALL_EXPRESS: study_twins(studies, rng(ALL_EXPRESS), world=World(absent={})),
        NO_RESPONSE: study_twins(studies, rng(NO_RESPONSE), world=World(response_of_resistant=0.0)),
        AS_PARENTS: study_twins(studies, rng(AS_PARENTS), world=World(variant_excess_log2=0.0)),
    }
