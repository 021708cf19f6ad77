"""The exact engine: quadrature where a study is Gaussian; the rest fail, and are counted."""

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.expression.exact.engine import Questions, analyse
from lensim.power.diagnosands import EXACT, FAILED
from lensim.power.expression.answer import PairAnswer
from lensim.power.expression.study import PairBatch


def answer(batch: PairBatch, questions: Questions) -> PairAnswer:
    """Posteriors by quadrature."""
    posterior = analyse(batch.pairs, batch.scenario.analysis.priors, questions)
    gaussian = batch.pairs[v.IS_GAUSSIAN].to_numpy()
    whole = np.isfinite(posterior["mean"].to_numpy()).all(axis=(1, 2)) & _has_pairs(batch.pairs)
    answered = gaussian & whole
    kept = posterior.where(xr.DataArray(answered, dims=v.STUDY))
    return PairAnswer(kept, np.where(answered, EXACT, FAILED))


def _has_pairs(pairs: xr.Dataset) -> np.ndarray:
    """Whether every target of a study has a pair at all (study)."""
    there = np.isfinite(pairs[v.LOG2_RATIO].to_numpy())
    target = pairs[v.TARGET_OF_PAIR].to_numpy()
    return np.asarray(np.all([there[:, target == t].any(axis=1) for t in range(pairs.sizes[v.TARGET])], axis=0))
