"""The engine "kernel" of RT-qPCR reactions; light to import."""

from typing import Any, Final

import xarray as xr

from lensim import vocabulary as v
from lensim.inference.engine import Engine, drawn_by

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


KERNEL: Final = Engine(
    NAME,
    refuses,
    drawn_by("lensim.expression.kernel.draw", "draw_reactions"),
    MODELS,
    kernels=("lensim.expression.kernel",),
    compile_seconds=30,
)
