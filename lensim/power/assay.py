"""The functions and types of an assay that power and plan need, as one value."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
import xarray as xr

from lensim.power.spec import BaseScenario

Part = Literal["interim", "detection", "bracketing", "layouts", "doses", "lines"]
"""Parts of a plan that not every assay can answer."""

RunChunk = Callable[[Any, Mapping[str, Any], int, int], pd.DataFrame]
RunAudit = Callable[[Any, Mapping[str, Any], int, int, Sequence[int]], pd.DataFrame]


@dataclass(frozen=True)
class PowerAssay:
    """The functions and types of an assay for power and plan.

    Attributes
    ----------
    names
        Values of `design.assay` that mean this assay.
    scenario
        Class of its scenarios.
    run_chunk, run_audit
        The work on one chunk of studies; see `lensim.power.chunk`.
    not_in_posterior
        Names of the figures that a scenario needs and its posterior does not have; empty without a posterior.
    subjects
        Number of subjects of a scenario, by their kind.
    resources
        What a scenario uses, from a scenario and the wells of a plate: subjects, cultures, wells, plates, and what
        else has a price in `lensim.plan.cost.Costs`.
    spreads
        Names of the figures that a world of a plan scales: how much subjects differ.
    effects
        Names of the figures that another world scales: what a rule asks about, from a scenario, one of its rules and
        the position of an item of the rule; none where no figure is the effect.
    who_differs
        Subject and verb for the name of such a world, "subjects differ".
    parts
        Parts of a plan that a scenario can answer, from a scenario.
    field_words
        What a number of a field counts, from a scenario with that number, the field, and the number or None: "subjects
        in each of 2 groups"; '' where the name of the field says it.
    reactions
        Simulated reactions of studies, from a scenario, names of streams and the number of studies: what detection
        counts, by cell type; None where there are none.
    remark
        A sentence on what shares of a scenario take for granted, such as subjects that drop out; '' where nothing is.
    plate_map
        A row a well to pipette, from a scenario; None where there are no plates to lay out, as it gives itself for a
        design without wells.
    kernels
        Package whose kernels its engines run, compiled by numba once and then kept.
    """

    names: tuple[str, ...]
    scenario: type[BaseScenario]
    run_chunk: RunChunk
    run_audit: RunAudit
    not_in_posterior: Callable[[Any], list[str]]
    subjects: Callable[[Any], Mapping[str, int]]
    resources: Callable[[Any, int], dict[str, float]]
    spreads: tuple[str, ...]
    effects: Callable[[Any, Any, int], tuple[str, ...]]
    who_differs: str
    parts: Callable[[Any], frozenset[Part]]
    field_words: Callable[[Any, str, int | None], str] = lambda scenario, field, number: ""
    reactions: Callable[[Any, tuple[str | int, ...], int], xr.Dataset | None] | None = None
    remark: Callable[[Any], str] = lambda scenario: ""
    plate_map: Callable[[Any], pd.DataFrame | None] | None = None
    kernels: str = ""

    def compiling_note(self) -> str:
        """What a command says before kernels are compiled; '' where they are in place."""
        from lensim.inference.compiled import are_in_place  # which loads numba

        if not self.kernels or are_in_place(self.kernels):
            return ""
        return (
            "the engine of power is not compiled yet: where this design needs it, that takes one to two minutes, once; "
            "later runs start at once"
        )
