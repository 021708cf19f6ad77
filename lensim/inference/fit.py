"""One complete fit: prior, prior predictive, posterior, posterior predictive, log likelihood, log prior, verdict."""

import logging
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import pymc as pm
import xarray as xr

from lensim import seeding
from lensim.inference import engine_nutpie
from lensim.inference.attempts import carry_settings
from lensim.inference.densities import SAMPLER_COORDINATES, every_nth, state_units
from lensim.inference.gate import diagnose
from lensim.inference.generated_sources import sources_kept_in_one_folder
from lensim.inference.sampler_coordinates import log_prior_of, without_coordinates
from lensim.inference.settings import FitSettings
from lensim.inference.verdict import carry_verdict


def fit(model: pm.Model, settings: FitSettings, seed: int, *, progress: bool = False) -> xr.DataTree:
    """Fit a model; the result has all groups that a reader needs.

    Parameters
    ----------
    model
        From a builder of the catalogue; named dims with real coordinates.
    settings
        Length, care and bars.
    seed
        Root seed; prior, sampler and predictive draws have streams of their own.
    progress
        Show the sampler's progress bar.

    Returns
    -------
    xarray.DataTree
        Groups prior, prior_predictive, posterior, posterior_predictive, log_likelihood, log_prior, sample_stats,
        observed_data, constant_data, and sampler_coordinates where the model has some: variables that only the sampler
        needs, which the posterior then lacks. log_prior is the density of the model's own variables, each given its
        parents. Units in the attrs of variables; settings, seed, seconds and the verdict of the convergence gate
        (`verdict_of`) in the attrs of the root.
    """
    started = time.perf_counter()
    compiled = engine_nutpie.compile_model(model)
    seconds = time.perf_counter() - started
    drawn = draw(compiled, settings, seed, progress=progress)
    carry_verdict(drawn, diagnose(drawn, gate=settings.gate))
    result = complete(model, drawn, settings, seed)
    result.attrs["compile_seconds"] = seconds
    return result


def draw(
    compiled: engine_nutpie.CompiledModel, settings: FitSettings, seed: int, *, progress: bool = False
) -> xr.DataTree:
    """Sample the posterior alone, to be judged before the rest is computed (`complete`).

    Parameters
    ----------
    compiled
        From `engine_nutpie.compile_model`.
    settings, seed, progress
        As for `fit`.

    Returns
    -------
    xarray.DataTree
        Groups posterior and sample_stats; lensim_version, settings, seed and sampling_seconds in the attrs of the root.
    """
    started = time.perf_counter()
    drawn = engine_nutpie.sample(compiled, settings.sampler, seeding.sampler_seed(seed, "posterior"), progress=progress)
    drawn["posterior"].attrs["inference_library"] = "nutpie"
    carry_settings(drawn, settings, seed, time.perf_counter() - started)
    return drawn


def complete(model: pm.Model, drawn: xr.DataTree, settings: FitSettings, seed: int) -> xr.DataTree:
    """Add to a posterior the other groups of a fit: prior, predictive draws, log likelihood, log prior and units.

    Parameters
    ----------
    model
        Of which `drawn` is a posterior.
    drawn
        From `draw`; its further groups and attrs come along.
    settings, seed
        As for `fit`.
    """
    with model, _without_chatter(), sources_kept_in_one_folder():
        result = pm.sample_prior_predictive(settings.prior_draws, random_seed=seeding.stream(seed, "prior"))
        for name, group in drawn.children.items():
            result[name] = group
        result.attrs |= drawn.attrs
        pm.compute_log_likelihood(result, progressbar=False)
        result["log_prior"] = xr.DataTree(log_prior_of(model, result["posterior"].to_dataset()))
        predicted = pm.sample_posterior_predictive(
            _for_predictive(result, settings.predictive_draws),
            random_seed=seeding.stream(seed, "posterior predictive"),
            progressbar=False,
        )
    result["posterior_predictive"] = predicted["posterior_predictive"]
    own, coordinates = without_coordinates(result["posterior"].to_dataset(), model)
    result["posterior"] = xr.DataTree(own)
    if coordinates.data_vars:
        result[SAMPLER_COORDINATES] = xr.DataTree(coordinates)
    result["prior"] = xr.DataTree(without_coordinates(result["prior"].to_dataset(), model)[0])
    state_units(result)
    return result


@contextmanager
def _without_chatter() -> Iterator[None]:
    """PyMC logs the name of everything that it draws; other warnings still come through."""
    logger = logging.getLogger("pymc")
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        with warnings.catch_warnings():
            # a draw that NumPy makes and Numba calls: as it should be
            warnings.filterwarnings("ignore", message="Numba will use object mode", category=UserWarning)
            yield
    finally:
        logger.setLevel(level)


def _for_predictive(result: xr.DataTree, draws: int) -> xr.DataTree:
    """Every n-th draw, with the data that the draws were made with: PyMC asks whether they are the model's."""
    groups = {"posterior": every_nth(result["posterior"].to_dataset(), draws)}
    if "constant_data" in result.children:
        groups["constant_data"] = result["constant_data"].to_dataset()
    return xr.DataTree.from_dict(groups)
