"""The Laplace engine of panels: weighted draws by line; a study with doubtful weights counts as failed."""

import numpy as np

from lensim import seeding
from lensim import vocabulary as v
from lensim.dose_response.laplace.engine import analyse_panel
from lensim.dose_response.laplace.wells import sheet_of
from lensim.power.diagnosands import FAILED, LAPLACE
from lensim.power.dose_response.answer import PanelAnswer, gathered
from lensim.power.dose_response.rule import PanelDraws
from lensim.power.dose_response.study import PanelBatch


def answer(batch: PanelBatch, studies: np.ndarray | None = None) -> PanelAnswer:
    """Posteriors of some studies of a batch, or of all."""
    picked = np.arange(batch.data.sizes[v.STUDY]) if studies is None else studies
    sheet = sheet_of(batch.data)
    signal, blank = batch.data[v.SIGNAL].to_numpy(), batch.data[v.BLANK_SIGNAL].to_numpy()
    found: list[PanelDraws | None] = []
    for study in picked.tolist():
        rng = seeding.stream(batch.scenario.seed, *batch.path, "laplace", study)
        try:
            one = analyse_panel(sheet, signal[study], blank[study], batch.scenario.analysis.priors, rng)
        except (np.linalg.LinAlgError, FloatingPointError):  # a curve that no mode was found for
            found.append(None)
            continue
        found.append(PanelDraws(one.curves, one.group, one.sigma_group, one.sigma) if one.trusted else None)
    return PanelAnswer(gathered(found, batch), np.array([FAILED if one is None else LAPLACE for one in found]))
