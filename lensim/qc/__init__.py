"""Checks of a run before its result is believed: controls, replicates, dilution series, plates."""

from lensim.qc.expression import check_run
from lensim.qc.finding import Checked, Finding
from lensim.qc.plates import check_plates
from lensim.qc.run import Run, run_of_reactions, run_of_study
from lensim.qc.study import check_study
from lensim.qc.wells import Wells, wells_of_study

__all__ = [
    "Checked",
    "Finding",
    "Run",
    "Wells",
    "check_plates",
    "check_run",
    "check_study",
    "run_of_reactions",
    "run_of_study",
    "wells_of_study",
]
