"""The fast engine of panels: Laplace by line with weights; studies whose weights give cause for doubt fail."""

import numpy as np

from lensim import seeding
from lensim import vocabulary as v
from lensim.dose_response.laplace.engine import analyse_panel
from lensim.dose_response.laplace.sheet import sheet_of
from lensim.power.diagnosands import FAILED, LAPLACE
from lensim.power.dose_response.answer import Answer, gathered
from lensim.power.dose_response.rule import PanelDraws
from lensim.power.dose_response.study import Batch


def answer(batch: Batch, studies: np.ndarray | None = None) -> Answer:
    """Posteriors of some studies of a batch, or of all."""
    picked = np.arange(batch.data.sizes[v.STUDY]) if studies is None else studies
    sheet = sheet_of(batch.data)
    cpm, blank = batch.data[v.CPM].to_numpy(), batch.data[v.BLANK_CPM].to_numpy()
    found: list[PanelDraws | None] = []
    for study in picked.tolist():
        rng = seeding.stream(batch.scenario.seed, *batch.path, "laplace", study)
        try:
            one = analyse_panel(sheet, cpm[study], blank[study], batch.scenario.analysis.priors, rng)
        except (np.linalg.LinAlgError, FloatingPointError):  # a curve that no mode was found for
            found.append(None)
            continue
        found.append(PanelDraws(one.curves, one.group, one.sigma_group, one.sigma) if one.trusted else None)
    return Answer(gathered(found, batch), np.array([FAILED if one is None else LAPLACE for one in found]))
