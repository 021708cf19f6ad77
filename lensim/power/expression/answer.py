"""The answer of an engine for paired studies: posteriors of a batch, and the engine used for each study."""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import xarray as xr

from lensim.expression.exact.engine import Questions
from lensim.power.expression.study import PairBatch

MEAN_MCSE: Final = "mean_mcse"
"""Monte Carlo standard error of a population mean, by the effective number of draws; of engines that draw."""


@dataclass(frozen=True)
class PairAnswer:
    """Posteriors of a batch.

    Attributes
    ----------
    posterior
        As `lensim.expression.exact.engine.analyse` gives it; NaN where there is none.
    answered_by
        (study) EXACT, NUTS or FAILED of `lensim.power.diagnosands`.
    """

    posterior: xr.Dataset
    answered_by: np.ndarray


class Engine(Protocol):
    """An engine: a function of a batch and what is asked of it."""

    def __call__(self, batch: PairBatch, questions: Questions) -> PairAnswer:
        """Posteriors of every study of the batch."""
        ...
