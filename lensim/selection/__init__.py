"""Selection of resistance: birth, death and mutation of clones under a dose schedule."""

from lensim.selection.design import CLONES, RESISTANT, SENSITIVE, Culture, lay_out
from lensim.selection.from_fit import curve_draws, truth_from_draws
from lensim.selection.outcomes import compare_schedules, outcomes, paths, summarise
from lensim.selection.schedule import DoseSchedule, DoseStep, Escalation
from lensim.selection.simulate import expected, simulate, simulate_chunks
from lensim.selection.truth import Clone, ClonePair, rates_at, truth_of

__all__ = [
    "CLONES",
    "RESISTANT",
    "SENSITIVE",
    "Clone",
    "ClonePair",
    "Culture",
    "DoseSchedule",
    "DoseStep",
    "Escalation",
    "compare_schedules",
    "curve_draws",
    "expected",
    "lay_out",
    "outcomes",
    "paths",
    "rates_at",
    "simulate",
    "simulate_chunks",
    "summarise",
    "truth_from_draws",
    "truth_of",
]
