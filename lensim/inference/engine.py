"""What an engine and a density are: how a posterior is drawn, and what a model says of draws without PyTensor.

An assay offers its fast engines (`Assay.engines`) and the densities of its models (`Assay.densities`).
`lensim.fit_study` takes the first engine that takes the data, and NUTS where none does.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, Protocol

import numpy as np
import xarray as xr

from lensim.checks import InputError
from lensim.inference.settings import SamplerSettings
from lensim.record import object_of

AUTO: Final = "auto"
"""The engine that stands for the first one that takes the data."""
NUTS: Final = "nuts"
"""The engine that every model of the catalogue has: the PyMC model, compiled and sampled by nutpie."""
ENGINE: Final = "engine"
"""In the attrs of a result: the name of the engine that drew it."""
PASSED_OVER: Final = "engines_passed_over"
"""In the attrs of a result: each engine that was tried before, with the reason, as JSON; '{}' where there is none."""

ENGINE_DOUBTS: Final = "engine_doubts"
"""In the attrs of sample_stats: rules that the engine itself found not met, each with what it got, one a line."""
LIBRARY: Final = "inference_library"
"""In the attrs of a posterior: who drew it, "lensim, <engine>" or nutpie."""
_OF_LENSIM: Final = "lensim, "


class HandedOn(InputError):
    """An engine does not take a study after all; its text is a clause: "the weights of a line cannot be trusted"."""


class Draw(Protocol):
    """How an engine draws: see `Engine.draw`."""

    def __call__(
        self,
        data: xr.Dataset,
        model: str,
        priors: Any,
        settings: SamplerSettings,
        seed: int,
        *,
        tell: Callable[[str], None] = ...,
        progress: bool = False,
    ) -> xr.DataTree:
        """Groups posterior and sample_stats."""


def as_asked(settings: SamplerSettings, data: xr.Dataset) -> SamplerSettings:
    """The settings themselves, whatever the data."""
    return settings


@dataclass(frozen=True)
class Engine:
    """A way to draw a posterior that needs no compiled PyMC model.

    Attributes
    ----------
    name
        laplace, exact or kernel.
    refuses
        `refuses(data, model, priors)`: why it cannot take prepared data, as a clause; '' where it takes them. `priors`
        is None where they are the model's own.
    draw
        `draw(data, model, priors, settings, seed, *, tell, progress)`: groups posterior and sample_stats. The posterior
        has exactly the variables, dims and coordinates of the PyMC model of that name, (chain, draw, ...), without the
        coordinates of the sampler. sample_stats has at least `diverging`. attrs["inference_library"] of the posterior
        is "lensim, <name>". It raises `HandedOn` where it does not take the study after all.
    models
        Names of the models that it draws; any where empty. For others `auto` passes over it without a word.
    kernels
        Packages whose kernels it runs, compiled by numba once and then kept; a first use says so.
    compile_seconds
        About how long that takes.
    is_independent
        Whether its draws are independent draws of the posterior, of which nothing can fail to converge.
    first
        `first(settings, data)`: settings of a first attempt that gives more for the same work than those that are asked
        for. Of its draws, which the gate sees all, every n-th is kept, so that there are as many as asked for.
    """

    name: str
    refuses: Callable[[xr.Dataset, str, Any], str]
    draw: Draw
    models: tuple[str, ...] = ()
    kernels: tuple[str, ...] = ()
    compile_seconds: int = 0
    is_independent: bool = False
    first: Callable[[SamplerSettings, xr.Dataset], SamplerSettings] = as_asked

    def is_of(self, model: str) -> bool:
        """Whether it draws the model of this name."""
        return not self.models or model in self.models


@dataclass(frozen=True)
class Density:
    """What a model says of draws, in numpy alone; tests hold it equal to the PyMC model.

    `posterior` is a Dataset of draws (chain, draw, ...) of the model's own variables; `priors` the dataclass of the
    model's priors. Names, dims and coordinates are those that PyMC gives.

    Attributes
    ----------
    log_prior
        `log_prior(data, posterior, priors)`: as `lensim.inference.sampler_coordinates.log_prior_of` gives it, with its
        attrs.
    log_likelihood
        `log_likelihood(data, posterior, priors)`: as `pymc.compute_log_likelihood` gives it.
    predictive
        `predictive(data, posterior, priors, rng)`: one replicate of the data a draw.
    prior
        `prior(data, priors, draws, rng)`: draws of the prior (one chain).
    observed
        `observed(data)`: group `observed_data`.
    constant
        `constant(data)`: group `constant_data`.
    """

    log_prior: Callable[[xr.Dataset, xr.Dataset, Any], xr.Dataset]
    log_likelihood: Callable[[xr.Dataset, xr.Dataset, Any], xr.Dataset]
    predictive: Callable[[xr.Dataset, xr.Dataset, Any, np.random.Generator], xr.Dataset]
    prior: Callable[[xr.Dataset, Any, int, np.random.Generator], xr.Dataset]
    observed: Callable[[xr.Dataset], xr.Dataset]
    constant: Callable[[xr.Dataset], xr.Dataset]


def drawn_by(module: str, function: str) -> Draw:
    """A function that draws, as `Engine.draw`, of a module that is loaded only when it is asked: an engine is light."""

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
        drawn: xr.DataTree = getattr(import_module(module), function)(
            data, model, priors, settings, seed, tell=tell, progress=progress
        )
        return drawn

    return draw


def engine_of(result: xr.DataTree) -> str:
    """The name of the engine that drew a posterior, by its attrs; '' where it says none."""
    library = str(result["posterior"].attrs.get(LIBRARY, ""))
    return NUTS if library == "nutpie" else library.removeprefix(_OF_LENSIM)


def library_of(engine: str) -> str:
    """What `LIBRARY` says of a posterior that the engine of this name drew."""
    return f"{_OF_LENSIM}{engine}"


def tree_of_draws(
    found: Mapping[str, tuple[tuple[str, ...], np.ndarray]],
    coords: Mapping[str, Any],
    settings: SamplerSettings,
    engine: str,
) -> xr.DataTree:
    """Independent draws as chains of equal length, with what `Engine.draw` promises besides.

    Parameters
    ----------
    found
        Dims and values of each variable, by its name: draws along the first axis, which is not among the dims.
    coords
        Names along the dims.
    settings
        Of which chains and draws are taken.
    engine
        Name of the engine that drew them.
    """
    of_draws = {"chain": np.arange(settings.chains), "draw": np.arange(settings.draws)}
    shape = tuple(len(values) for values in of_draws.values())
    posterior = xr.Dataset(
        {
            name: ((*of_draws, *dims), values.reshape(*shape, *(len(coords[dim]) for dim in dims)))
            for name, (dims, values) in found.items()
        },
        coords=of_draws | dict(coords),
        attrs={LIBRARY: library_of(engine)},
    )
    stats = xr.Dataset({"diverging": (tuple(of_draws), np.zeros(shape, dtype=bool))}, coords=of_draws)
    return xr.DataTree.from_dict({"posterior": posterior, "sample_stats": stats})


def carry_engine(result: xr.DataTree, engine: str, passed_over: Mapping[str, str]) -> None:
    """Write into a result which engine drew it, and why those before it did not."""
    result.attrs |= {ENGINE: engine, PASSED_OVER: json.dumps(dict(passed_over))}


def engine_in_words(result: xr.DataTree) -> str:
    """Which engine drew a result and why others did not, in a sentence without an end; '' where it is not known.

    Examples
    --------
    >>> result = xr.DataTree()
    >>> carry_engine(result, "nuts", {"exact": "references may respond"})
    >>> engine_in_words(result)
    'drawn by the engine nuts, because exact did not take it: references may respond'
    """
    if ENGINE not in result.attrs:
        return ""
    before = object_of(
        result.attrs.get(PASSED_OVER, "{}"), f"attrs[{PASSED_OVER!r}] of a result", "engines with reasons"
    )
    reasons = [f"{name} did not take it: {reason}" for name, reason in before.items()]
    return f"drawn by the engine {result.attrs[ENGINE]}{', because ' if reasons else ''}{'; '.join(reasons)}"
