"""The dose-response assay (3H-thymidine plates): its design, its truth and its simulator."""

from lensim.dose_response.design import HALF_LOG_DOSES_UM, DoseResponseDesign, PlateMap, lay_out
from lensim.dose_response.simulate import one_study, simulate
from lensim.dose_response.truth import DoseResponsePopulation, draw_truth
from lensim.plate_faults import NO_FAULTS, PlateFaults

__all__ = [
    "HALF_LOG_DOSES_UM",
    "NO_FAULTS",
    "DoseResponseDesign",
    "DoseResponsePopulation",
    "PlateFaults",
    "PlateMap",
    "draw_truth",
    "lay_out",
    "one_study",
    "simulate",
]
