"""The automatic engine: exact where a study is Gaussian, else NUTS on its reactions; both are counted."""

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.expression.exact.engine import Questions
from lensim.power.diagnosands import FAILED
from lensim.power.expression import engine_exact
from lensim.power.expression.answer import MEAN_MCSE, PairAnswer
from lensim.power.expression.study import PairBatch


def answer(batch: PairBatch, questions: Questions) -> PairAnswer:
    """Posteriors by the engine that suits each study: exact or NUTS."""
    by_exact = engine_exact.answer(batch, questions)
    handed_on = np.flatnonzero(by_exact.answered_by == FAILED)
    if not len(handed_on) or batch.reactions is None:
        return by_exact
    from lensim.power.expression import engine_nuts  # which loads samplers

    by_nuts = engine_nuts.answer_reactions(batch, questions, handed_on)
    answered = by_exact.answered_by.copy()
    answered[handed_on] = by_nuts.answered_by
    order = np.argsort(np.concatenate([np.flatnonzero(by_exact.answered_by != FAILED), handed_on]))
    kept = by_exact.posterior.isel({v.STUDY: np.flatnonzero(by_exact.answered_by != FAILED)})
    handed_back = by_nuts.posterior.drop_vars(MEAN_MCSE)
    posterior = xr.concat([kept, handed_back], dim=v.STUDY, coords="minimal", compat="override", join="override")
    return PairAnswer(posterior.isel({v.STUDY: order}), answered)
