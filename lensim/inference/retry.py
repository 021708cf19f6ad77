"""From a Dataset to a judged result by NUTS: compile once, sample, judge; with more draws if it has not converged."""

import time
from collections.abc import Callable

import pymc as pm
import xarray as xr

from lensim import checks
from lensim.inference.attempts import Asking, draw_with_care
from lensim.inference.catalogue import find_model
from lensim.inference.densities import SAMPLER_COORDINATES, complete_by_density
from lensim.inference.engine import Density
from lensim.inference.engine_nutpie import compile_model
from lensim.inference.fit import complete, draw
from lensim.inference.priors import priors_from
from lensim.inference.sampler_coordinates import without_coordinates
from lensim.inference.settings import FitSettings
from lensim.inference.verdict import INCOMPLETE
from lensim.output import require_storable


def fit_with_care(
    data: xr.Dataset,
    model: str,
    settings: FitSettings,
    seed: int,
    *,
    judged: Callable[[xr.DataTree], xr.Dataset],
    priors: object | None = None,
    density: Density | None = None,
    attempts: int = 2,
    progress: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> xr.DataTree:
    """Fit a catalogue model to data; where the gate does not pass, once more and with more care.

    A further attempt has four times the draws and a target acceptance of 0.99, and a seed of its own. The result
    carries the verdict over every parameter and estimand, and how many attempts it took; a result that failed every
    time is handed over with its verdict, not withheld. The verdict looks at all draws; of a further attempt, whose
    draws hang together, every n-th is then kept (attrs["kept_every"]), so that results do not grow.

    Once there are draws, they are handed over, whatever fails behind them. Where the estimands cannot be computed, the
    verdict is that of the parameters, does not pass, and says why. Where predictive draws or the log likelihood cannot
    be computed, the result has none, and attrs["incomplete"] says why.

    Parameters
    ----------
    data
        Observations of an assay; they travel in the result, as group `observations`.
    model
        Name in the catalogue.
    settings, seed
        As for `fit`.
    judged
        From a result to the estimands that the gate looks at beside the parameters.
    priors
        As for `lensim.inference.priors.priors_from`: an instance of the model's priors, a mapping of their names to
        numbers, or the path of a TOML file; the model's defaults where not given. They travel in the result.
    density
        Of the model: the groups beside the posterior come from it, and PyTensor compiles nothing for them.
    attempts
        How often to sample at most; each further attempt has four times the draws of the one before. Chains that
        nearly passed are drawn with twice the draws first.
    progress
        Show the sampler's progress bar.
    tell
        Called with a sentence on the progress.

    Raises
    ------
    InputError
        If the model is unknown, the data do not suit it, or the priors are faulty.
    """
    require_storable(data)
    entry = find_model(model)
    chosen = entry.priors() if priors is None else priors_from(entry, priors)
    asking = Asking(data, model, chosen, judged, attempts, tell)
    built = entry.build(data) if priors is None else entry.build(data, chosen)
    started = time.perf_counter()
    compiled = compile_model(built)
    compile_seconds = time.perf_counter() - started

    def drawn_once(own: FitSettings, root: int) -> xr.DataTree:
        return draw(compiled, own, root, progress=progress)

    found = draw_with_care(drawn_once, asking, settings, seed)
    found.tree.attrs["compile_seconds"] = compile_seconds
    try:
        if density is not None:
            drawn = _parted(built, found.tree)
            return complete_by_density(density, data, chosen, drawn, found.settings, found.seed)
        return complete(built, found.tree, found.settings, found.seed)
    except Exception as error:
        return _without_predictive(built, found.tree, error)


def _parted(model: pm.Model, drawn: xr.DataTree) -> xr.DataTree:
    """Draws with the coordinates of the sampler in a group of their own."""
    own, coordinates = without_coordinates(drawn["posterior"].to_dataset(), model)
    drawn["posterior"] = xr.DataTree(own)
    if coordinates.data_vars:
        drawn[SAMPLER_COORDINATES] = xr.DataTree(coordinates)
    return drawn


def _without_predictive(model: pm.Model, drawn: xr.DataTree, error: Exception) -> xr.DataTree:
    """A posterior as far as it came, where what is drawn from it failed."""
    parted = _parted(model, drawn)
    parted.attrs[INCOMPLETE] = f"without predictive draws and log likelihood, which failed: {checks.fault_of(error)}"
    return parted
