"""RT-qPCR studies of groups of different subjects for power and plan: subjects, resources and parts of a plan."""

import math
from collections.abc import Mapping
from typing import Final

import pandas as pd

from lensim import vocabulary as v
from lensim.expression.groups.comparisons import CELL_TYPES
from lensim.expression.groups.design import lay_out_groups
from lensim.power.assay import Part, PowerAssay
from lensim.power.expression.plate_map import map_of_sheet
from lensim.power.expression.resources import resources_of_samples, room_of_plate
from lensim.power.groups.chunk import run_audit, run_chunk
from lensim.power.groups.rules import GroupRule
from lensim.power.groups.scenario import GroupsScenario
from lensim.power.groups.study import CHANGE, design_of, not_in_posterior, reactions_by_group


def subjects_of(scenario: GroupsScenario) -> Mapping[str, int]:
    """Number of subjects that are recruited, by group."""
    design = scenario.design
    return {name: one.recruited for name, one in zip(design.names, design.sizes, strict=True)}


def resources_of(scenario: GroupsScenario, wells_per_plate: int) -> dict[str, float]:
    """Numbers of subjects, cultures (samples), reverse_transcriptions, wells and plates, for all that are recruited.

    All genes of a sample are on one plate; the dilution series has plates of its own. Levels count as one reaction of
    each gene.

    Raises
    ------
    InputError
        If a sample's reactions do not fit on a plate.
    """
    design, genes = scenario.design, len(scenario.design.genes)
    replicates = design.technical_replicates if design.has_reactions else 1
    of = f"one sample ({genes} genes x {replicates} replicates)"
    room = room_of_plate(wells_per_plate, genes * replicates, of)
    return resources_of_samples(design, design.recruited, math.ceil(design.all_samples / room), wells_per_plate)


def field_words(scenario: GroupsScenario, field: str, number: int | None) -> str:
    """What a number of subjects counts: those in each group, those for each 1 of a ratio, or those of one group."""
    design, noun = scenario.design, "subject" if number == 1 else "subjects"
    if field.startswith("design.groups."):
        return f"{noun} of {', '.join(field.split('.')[2:])}"
    if field != "design.subjects":
        return ""
    is_equal = {amount for *_, amount in design.amounts()} == {1}
    what = f"in each of {len(design.names)} groups" if is_equal else "for each 1 of the ratio of groups"
    if number is None:
        return f"{noun} {what}"
    total = design.recruited
    each = ", ".join(design.names if is_equal else [f"{k} {n}" for k, n in subjects_of(scenario).items()])
    return f"{noun} {what} ({each}; {total} in all)"


def remark_of(scenario: GroupsScenario) -> str:
    """What becomes of subjects that drop out."""
    share = scenario.design.dropout
    if not share:
        return ""
    return (
        f"{100 * share:g}% of the subjects of each group are taken to be lost: of n recruited, {1 - share:g} n "
        "(rounded down) are analysed. Numbers of subjects are those recruited."
    )


def parts_of(scenario: GroupsScenario) -> frozenset[Part]:
    """How many reactions have no Ct, where reactions are simulated."""
    return frozenset({"detection"} if scenario.design.has_reactions else set())


def effects_of(scenario: GroupsScenario, rule: GroupRule, item: int) -> tuple[str, ...]:
    """The fold changes; none where levels of cell types are compared, whose effect is in their levels."""
    _, comparison = scenario.places(rule)[item]
    return () if scenario.design.comparisons[comparison].kind == CELL_TYPES else (CHANGE,)


def plate_map(scenario: GroupsScenario) -> pd.DataFrame | None:
    """A row a well, as of a paired study; groups alternate over the plates. None for a design of levels."""
    spec = scenario.design
    if not spec.has_reactions or spec.plate is None:
        return None
    return map_of_sheet(lay_out_groups(design_of(spec, recruited=True)), spec.plate)


GROUPS: Final = PowerAssay(
    names=("groups", "levels"),
    scenario=GroupsScenario,
    run_chunk=run_chunk,
    run_audit=run_audit,
    not_in_posterior=not_in_posterior,
    subjects=subjects_of,
    resources=resources_of,
    spreads=(v.SD_SUBJECTS,),
    effects=effects_of,
    who_differs="subjects differ",
    parts=parts_of,
    field_words=field_words,
    reactions=reactions_by_group,
    remark=remark_of,
    plate_map=plate_map,
    kernels="lensim.expression.exact",
)
