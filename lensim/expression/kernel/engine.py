"""The engine "kernel" of RT-qPCR reactions; light to import."""

from collections.abc import Callable
from typing import Any, Final

import xarray as xr

from lensim import vocabulary as v
from lensim.inference.engine import Engine
from lensim.inference.settings import SamplerSettings

NAME: Final = "kernel"
MODELS: Final = ("expression_hierarchical", "expression_hierarchical_responding", "expression_separate")


def refuses(data: xr.Dataset, model: str, priors: Any = None) -> str:
    """Why the kernel cannot take a study, as a clause; '' where it takes it.

    Parameters
    ----------
    data
        A study of RT-qPCR.
    model
        Name of a model.
    priors
        Its priors, or None for its own; any will do.
    """
    return "" if model in MODELS and v.CT in data else f"{model} is no model of reactions"


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
    """As `lensim.expression.kernel.draw.draw_reactions`, which is loaded only here."""
    from lensim.expression.kernel.draw import draw_reactions

    return draw_reactions(data, model, priors, settings, seed, tell=tell, progress=progress)


KERNEL: Final = Engine(NAME, refuses, draw, MODELS, kernels=("lensim.expression.kernel",), compile_seconds=30)
