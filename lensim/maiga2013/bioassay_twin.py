"""The twin of the study's TNF bioassay: design and population, with what is stated and what is assumed kept apart."""

from typing import Final

import numpy as np
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.bioassay.design import BioassayDesign
from lensim.bioassay.truth import BioassayPopulation, draw_truth, with_media
from lensim.maiga2013.designs import BIOASSAY
from lensim.maiga2013.facts import number

EXPERIMENTS: Final = 3  # assumed: not stated, three is what the study did for proliferation
REPLICATES: Final = 3  # assumed: wells of a standard or a medium, as for proliferation
TREATED: Final = "lenalidomide"

POPULATION: Final = BioassayPopulation(
    log10_line_tnf_pg_per_ml={
        "KMS12-PE": float(np.log10(60.0)),  # assumed: within the standards, so that both kinds of answer are seen
        "XG-5": float(np.log10(10.0)),  # assumed: below the lowest standard without drug
    },
    mu_log2_fold_change=float(np.log2(number("tnf_lines_median_percent") / 100)),  # assumed to be that of the mRNA
    sigma_log2_fold_change=0.4,
)
"""Assumed, all but the fold change of the mRNA in lines: the paper shows the activity and states no number of it."""


def bioassay_design(experiments: int = EXPERIMENTS, replicates: int = REPLICATES) -> BioassayDesign:
    """The study's design: KMS12-PE and XG-5 with and without drug, standards from 12.5 to 800 pg/ml (stated).

    The seven points of the series, experiments, replicates, cells alone and blanks are assumed; media are undiluted.

    Raises
    ------
    InputError
        If a number is out of its range.
    """
    span, points = BIOASSAY.calibration_pg_per_ml, round(number("bioassay_calibration_points"))
    return BioassayDesign(
        BIOASSAY.cell_lines,
        ("control", TREATED),
        experiments=experiments,
        standards_pg_per_ml=[float(f"{c:.12g}") for c in np.geomspace(span.low, span.high, points)],
        standard_replicates=replicates,
        sample_replicates=replicates,
    )


def draw_bioassay_twin(
    sheet: xr.Dataset,
    rng: np.random.Generator,
    studies: int = 1,
    population: BioassayPopulation = POPULATION,
    *,
    as_stated: bool = True,
) -> xr.Dataset:
    """Truths of the study's bioassay, of the sheet of `bioassay_design`.

    Drawn from the population; with `as_stated` every fold change that comes out below 0 is mirrored, since the paper
    states an increase in both lines.

    Raises
    ------
    InputError
        If `studies` is below 1.
    """
    checks.at_least("studies", studies, 1)
    truth = draw_truth(population, sheet, rng, studies)
    if not as_stated:
        return truth
    return with_media(truth.assign({v.LOG2_FOLD_CHANGE: abs(truth[v.LOG2_FOLD_CHANGE])}), sheet, rng)
