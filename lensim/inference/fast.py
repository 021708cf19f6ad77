"""A fit by an engine that compiles no model: drawn, judged, and completed by the model's density."""

from contextlib import suppress
from dataclasses import dataclass

import xarray as xr

from lensim import checks, seeding
from lensim.inference.attempts import IS_INDEPENDENT, Asking, Drawn, draw_with_care
from lensim.inference.densities import complete_by_density
from lensim.inference.engine import Density, Engine
from lensim.inference.settings import FitSettings
from lensim.inference.single import in_single
from lensim.inference.verdict import INCOMPLETE
from lensim.output import require_storable


@dataclass(frozen=True)
class FastFit:
    """A result of a fast engine, and why it is doubted: '' where the gate is passed, or so few draws cannot pass it."""

    result: xr.DataTree
    doubt: str


def fit_fast(
    engine: Engine,
    density: Density | None,
    asking: Asking,
    settings: FitSettings,
    seed: int,
    *,
    progress: bool = False,
) -> FastFit:
    """Draw by a fast engine; where the gate does not pass, once more and with more care.

    Parameters
    ----------
    engine
        One that takes the data.
    density
        Of the model; without one the result has posterior, sample_stats and observations alone.
    asking
        Data, model, priors, and how draws are judged.
    settings, seed
        As for `lensim.inference.fit.fit`.
    progress
        Show a progress bar.

    Raises
    ------
    HandedOn
        If the engine does not take the study after all.
    """
    require_storable(asking.data)
    _tell_of_compiling(engine, asking)

    def drawn_once(own: FitSettings, root: int) -> xr.DataTree:
        drawn = engine.draw(
            asking.data,
            asking.model,
            asking.priors,
            own.sampler,
            seeding.sampler_seed(root, "posterior"),
            tell=asking.tell,
            progress=progress,
        )
        if own.in_single:
            posterior = drawn["posterior"].to_dataset()
            drawn["posterior"] = xr.DataTree(in_single(posterior))
        drawn["sample_stats"].attrs[IS_INDEPENDENT] = int(engine.is_independent)
        return drawn

    found = draw_with_care(drawn_once, asking, settings, seed, start=engine.first)
    found.tree.attrs["compile_seconds"] = 0.0
    return FastFit(_completed(density, asking, found), _doubt(found))


def _tell_of_compiling(engine: Engine, asking: Asking) -> None:
    """That kernels are compiled now, and why a later fit does not wait for it."""
    if not engine.kernels:
        return
    from lensim.inference.compiled import are_in_place  # which loads numba

    if not all(map(are_in_place, engine.kernels)):
        with suppress(Exception):  # a closed terminal ends no fit
            asking.tell(
                f"compiling the engine {engine.name} once: about {engine.compile_seconds} s, and minutes on a slow or "
                "busy machine; later fits start at once"
            )


def _doubt(found: Drawn) -> str:
    sampler = found.settings.sampler
    if found.verdict.passed or sampler.draws * sampler.chains < found.settings.gate.smallest_ess or sampler.chains < 2:
        return ""
    return "; ".join(found.verdict.reasons)


def _completed(density: Density | None, asking: Asking, found: Drawn) -> xr.DataTree:
    """The result with its other groups; as far as it came, where these fail."""
    drawn = found.tree
    if density is None:
        drawn.attrs[INCOMPLETE] = (
            f"without prior, predictive draws and log likelihood: no density of {asking.model} is known without "
            'PyTensor; fit with engine="nuts" to have them'
        )
        return drawn
    try:
        return complete_by_density(density, asking.data, asking.priors, drawn, found.settings, found.seed)
    except Exception as error:
        drawn.attrs[INCOMPLETE] = f"without predictive draws and log likelihood, which failed: {checks.fault_of(error)}"
        return drawn
