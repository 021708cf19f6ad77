"""Which panels have an approximate answer; light to import."""

from typing import Any, Final

import xarray as xr

from lensim.inference.approximation import Approximation
from lensim.inference.engine import HandedOn

MODELS: Final = ("dose_response_hierarchical", "dose_response_plate_position")


def approximate(data: xr.Dataset, model: str, priors: Any, seed: int) -> Approximation:
    """The answer of `lensim.dose_response.laplace.answer.approximate_panel`.

    Raises
    ------
    HandedOn
        If the model is no pooled one of raw signals.
    """
    if model not in MODELS:
        raise HandedOn(
            f"it takes raw signals of three lines or more (model {' or '.join(MODELS)}), got the model {model}"
        )
    from lensim.dose_response.laplace.answer import approximate_panel

    return approximate_panel(data, model, priors, seed)
