"""The proliferation assay (3H-thymidine plates): what is chosen, what is true, what the counter shows."""

from lensim.dose_response.design import HALF_LOG_DOSES_UM, DoseResponseDesign, PlateMap, lay_out
from lensim.dose_response.plate_faults import NO_FAULTS, PlateFaults
from lensim.dose_response.simulate import one_study, simulate
from lensim.dose_response.truth import PAPER_POPULATION, Call, DoseResponsePopulation, draw_paper_twin, draw_truth

__all__ = [
    "HALF_LOG_DOSES_UM",
    "NO_FAULTS",
    "PAPER_POPULATION",
    "Call",
    "DoseResponseDesign",
    "DoseResponsePopulation",
    "PlateFaults",
    "PlateMap",
    "draw_paper_twin",
    "draw_truth",
    "lay_out",
    "one_study",
    "simulate",
]
