"""Finding a statistical model by name, without importing the package that holds it.

A package offers models through the entry-point group `lensim.models`: a mapping of names to `ModelEntry`. lensim's own
are in `lensim.models.CATALOGUE`; those of other packages are added to them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from lensim import checks

if TYPE_CHECKING:
    import pymc as pm


class Later:
    """A function that is imported as it is called, so that a list of models loads no PyMC."""

    def __init__(self, module: str, name: str) -> None:
        self._at = module, name

    @cached_property
    def function(self) -> Callable[..., Any]:
        """The function itself."""
        module, name = self._at
        found: Callable[..., Any] = getattr(import_module(module), name)
        return found

    def __call__(self, *arguments: Any) -> Any:
        """Call the function."""
        return self.function(*arguments)


@dataclass(frozen=True)
class ModelEntry:
    """One model of a catalogue.

    Attributes
    ----------
    build
        `build(data, priors=None) -> pm.Model`, a plain function.
    arrays
        `arrays(data)`: what the built model holds as `pm.Data`, for swapping in another study.
    signal
        The variable of the Dataset that it models, such as signal or viability_percent.
    question
        What it answers, in one line.
    priors
        The dataclass of its priors.
    slots
        Of models that hold latent places for cells with few copies: how many a Dataset needs. `build` and `arrays`
        then take the number of slots as a further argument, so that one compiled model takes many studies.
    """

    build: Callable[..., "pm.Model"]
    arrays: Callable[..., Mapping[str, np.ndarray]]
    signal: str
    question: str
    priors: type[Any]
    slots: Callable[[xr.Dataset], int] | None = None


@cache
def catalogue() -> Mapping[str, ModelEntry]:
    """Every model that is installed, by name."""
    found: dict[str, Any] = {}
    for entry in entry_points(group="lensim.models"):
        found |= entry.load()
    return MappingProxyType(found)


def find_model(name: str) -> ModelEntry:
    """The model called `name`.

    Raises
    ------
    InputError
        If there is none; the message lists those that there are.
    """
    models = catalogue()
    checks.one_of("model", name, sorted(models))
    return models[name]
