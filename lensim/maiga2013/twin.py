"""The twin of the study's 23-line panel: every line drawn so that it deserves its published call."""

import numpy as np
import xarray as xr

from lensim.dose_response import PAPER_POPULATION, DoseResponseDesign, PlateMap, draw_paper_twin
from lensim.maiga2013.lines import CELL_LINES, GROUP_OF_LINE, PUBLISHED_CALL


def dose_response_design(
    experiments: int = 3, replicates: int = 3, plate_map: PlateMap = "randomised"
) -> DoseResponseDesign:
    """The study's panel: 23 lines in triplicate in three experiments (stated), eight doses up to 10 uM (assumed).

    Raises
    ------
    InputError
        If a number is out of its range or the plate map unknown.
    """
    return DoseResponseDesign(
        CELL_LINES,
        GROUP_OF_LINE,
        replicates=replicates,
        experiments=experiments,
        plate_map=plate_map,
    )


def draw_twin(sheet: xr.Dataset, rng: np.random.Generator, studies: int = 1) -> xr.Dataset:
    """Truths of the panel given the published calls; see `lensim.dose_response.draw_paper_twin`."""
    calls = dict(zip(CELL_LINES, PUBLISHED_CALL, strict=True))
    return draw_paper_twin(calls, PAPER_POPULATION, sheet, rng, studies)
