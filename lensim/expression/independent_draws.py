"""The engine `exact` of the assay: of ratios, and of groups of different or repeated subjects."""

from collections.abc import Callable
from typing import Any, Final

import xarray as xr

from lensim.expression import fold_change_exact
from lensim.expression.groups import exact as groups_exact
from lensim.expression.groups import repeated_exact
from lensim.inference.engine import Engine
from lensim.inference.settings import SamplerSettings

_OF_MODEL: Final = {
    name: one for one in (fold_change_exact.ENGINE, groups_exact.ENGINE, repeated_exact.ENGINE) for name in one.models
}


def refuses(data: xr.Dataset, model: str, priors: Any) -> str:
    """Why the engine does not take a study; '' where it does."""
    return _OF_MODEL[model].refuses(data, model, priors)


def draw_exact(
    data: xr.Dataset,
    model: str,
    priors: Any,
    settings: SamplerSettings,
    seed: int,
    *,
    tell: Callable[[str], None] = lambda _: None,
    progress: bool = False,
) -> xr.DataTree:
    """Independent draws of the whole posterior, see `lensim.inference.engine.Engine.draw`.

    Raises
    ------
    HandedOn
        If the study is too large for the grid.
    """
    return _OF_MODEL[model].draw(data, model, priors, settings, seed, tell=tell, progress=progress)


ENGINE: Final = Engine("exact", refuses, draw_exact, tuple(_OF_MODEL), is_independent=True)
"""Of ratios and of groups."""
