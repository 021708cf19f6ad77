"""Paired RT-qPCR studies, and ratios, for power and plan: subjects, resources and parts of a plan."""

import math
from collections.abc import Mapping
from typing import Final

from lensim import vocabulary as v
from lensim.power.assay import Part, PowerAssay
from lensim.power.expression.chunk import run_audit, run_chunk
from lensim.power.expression.plate_map import plate_map
from lensim.power.expression.resources import resources_of_samples, room_of_plate
from lensim.power.expression.scenario import ExpressionScenario
from lensim.power.expression.spec import CONDITIONS
from lensim.power.expression.study import not_in_posterior, simulate_chunk


def subjects_of(scenario: ExpressionScenario) -> Mapping[str, int]:
    """Number of lines or donors, by cell type."""
    return scenario.design.subjects


def resources_of(scenario: ExpressionScenario, wells_per_plate: int) -> dict[str, float]:
    """Numbers of subjects, cultures, reverse_transcriptions, wells and plates.

    A plate holds whole subjects of one experiment; the dilution series has plates of its own. Ratios count as one
    reaction of each gene in either condition.

    Raises
    ------
    InputError
        If a subject's reactions do not fit on a plate.
    """
    design, conditions = scenario.design, len(CONDITIONS)
    subjects, genes = sum(design.subjects.values()), len(design.genes)
    replicates = design.technical_replicates if design.has_reactions else 1
    of = f"one subject ({conditions} conditions x {genes} genes x {replicates} replicates)"
    room = room_of_plate(wells_per_plate, conditions * genes * replicates, of)
    return resources_of_samples(design, subjects, design.experiments * math.ceil(subjects / room), wells_per_plate)


def remark_of(scenario: ExpressionScenario) -> str:
    """What becomes of subjects that drop out."""
    share = scenario.design.dropout
    if not share:
        return ""
    return (
        f"{100 * share:g}% of the subjects are taken to give no pair: of n recruited, {1 - share:g} n (rounded down) "
        f"are analysed, so m with a pair need m / {1 - share:g} recruited. Numbers of subjects are those recruited."
    )


def parts_of(scenario: ExpressionScenario) -> frozenset[Part]:
    """Interim looks; where reactions are simulated also how many have no Ct."""
    return frozenset({"interim", "detection"} if scenario.design.has_reactions else {"interim"})


EXPRESSION: Final = PowerAssay(
    names=("expression", "ratios"),
    scenario=ExpressionScenario,
    run_chunk=run_chunk,
    run_audit=run_audit,
    not_in_posterior=not_in_posterior,
    subjects=subjects_of,
    resources=resources_of,
    spreads=(v.SIGMA_FOLD_CHANGE,),
    effects=lambda scenario, rule, item: (v.MU_FOLD_CHANGE,),
    who_differs="subjects differ",
    parts=parts_of,
    reactions=lambda scenario, path, studies: simulate_chunk(scenario, path, studies).reactions,
    remark=remark_of,
    plate_map=plate_map,
    kernels="lensim.expression.exact",
)
