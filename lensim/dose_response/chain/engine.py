"""The engine "laplace" of dose-response panels; light to import."""

from collections.abc import Callable
from typing import Any, Final

import xarray as xr

from lensim import vocabulary as v
from lensim.inference.engine import Engine
from lensim.inference.settings import SamplerSettings

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


def draw(
    data: xr.Dataset,
    model: str,
    priors: Any,
    settings: SamplerSettings,
    seed: int,
    *,
    tell: Callable[[str], None] = lambda _: None,
    progress: bool = False,
) -> xr.DataTree:
    """As `lensim.dose_response.chain.run.draw_panel`, which is loaded only here."""
    from lensim.dose_response.chain.run import draw_panel

    return draw_panel(data, model, priors, settings, seed, tell=tell, progress=progress)


LAPLACE: Final = Engine(NAME, refuses, draw, MODELS, kernels=("lensim.dose_response.chain",), compile_seconds=45)
