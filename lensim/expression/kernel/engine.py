"""The engine "kernel" of RT-qPCR reactions; light to import."""

from dataclasses import replace
from typing import Any, Final

import xarray as xr

from lensim import vocabulary as v
from lensim.inference.engine import Engine, drawn_by
from lensim.inference.settings import SamplerSettings

NAME: Final = "kernel"
USUAL_CARE: Final = SamplerSettings().target_accept
LIGHT_CARE: Final = 0.8
"""Target acceptance of a first attempt with longer steps."""
MANY_SAMPLES: Final = 60
"""Of cDNA: fewer pass with short steps at once."""
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


def lighter(settings: SamplerSettings, data: xr.Dataset) -> SamplerSettings:
    """For many samples twice the draws with longer steps, unless more care than usual is asked for.

    The slowest numbers are spreads of genes; they need long paths, not short steps. Studies of 22 subjects take two
    thirds of the time and get nearly twice the effective sizes; few samples pass with short steps at once, and some of
    their spreads are so small that longer steps diverge. Chains that diverge are drawn again as asked for.
    """
    if settings.target_accept > USUAL_CARE or data.sizes[v.SAMPLE] < MANY_SAMPLES:
        return settings
    return replace(settings, draws=2 * settings.draws, target_accept=min(LIGHT_CARE, settings.target_accept))


KERNEL: Final = Engine(
    NAME,
    refuses,
    drawn_by("lensim.expression.kernel.draw", "draw_reactions"),
    MODELS,
    kernels=("lensim.expression.kernel",),
    compile_seconds=30,
    first=lighter,
)
