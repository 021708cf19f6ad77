"""Cell cycle by BrdU and propidium iodide: events by phase, gating, and the effect on a phase."""

from lensim.cell_cycle.cultures import events_of_cultures, is_concentration_informed
from lensim.cell_cycle.design import CellCycleDesign, lay_out
from lensim.cell_cycle.gate import Gating, gate_events
from lensim.cell_cycle.gated import GatedStudy, gate_study
from lensim.cell_cycle.phases import PHASES, log_ratios_of_shares, shares_of_log_ratios
from lensim.cell_cycle.priors import CellCyclePriors
from lensim.cell_cycle.simulate import one_study, simulate, simulate_events
from lensim.cell_cycle.truth import CellCyclePopulation, Cytometer, draw_truth

__all__ = [
    "PHASES",
    "CellCycleDesign",
    "CellCyclePopulation",
    "CellCyclePriors",
    "Cytometer",
    "GatedStudy",
    "Gating",
    "draw_truth",
    "events_of_cultures",
    "gate_events",
    "gate_study",
    "is_concentration_informed",
    "lay_out",
    "log_ratios_of_shares",
    "one_study",
    "shares_of_log_ratios",
    "simulate",
    "simulate_events",
]
