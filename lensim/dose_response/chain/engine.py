"""The engine "laplace" of dose-response panels; light to import."""

from typing import Any, Final

import xarray as xr

from lensim import vocabulary as v
from lensim.inference.engine import Engine, drawn_by

NAME: Final = "laplace"
MODELS: Final = (
    "dose_response_hierarchical", "dose_response_separate", "dose_response_plate_position",
    "dose_response_separate_plate_position", "dose_response_hierarchical_normalised",
    "dose_response_separate_normalised",
)  # fmt: skip


def refuses(data: xr.Dataset, model: str, priors: Any = None) -> str:
    """Why the chain cannot take a panel, as a clause; '' where it takes it.

    Parameters
    ----------
    data
        A panel.
    model
        Name of a model.
    priors
        Its priors, or None for its own; any will do.
    """
    signal = v.VIABILITY if "normalised" in model else v.SIGNAL
    return "" if model in MODELS and signal in data else f"{model} is no model of these wells"


LAPLACE: Final = Engine(
    NAME,
    refuses,
    drawn_by("lensim.dose_response.chain.run", "draw_panel"),
    MODELS,
    kernels=("lensim.dose_response.chain",),
    compile_seconds=45,
)
