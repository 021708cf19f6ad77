"""One complete fit: prior, prior predictive, posterior, posterior predictive, log likelihood, log prior, verdict."""

import json
import logging
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from importlib.metadata import version

import pymc as pm
import xarray as xr

from lensim import checks, limits, seeding
from lensim import vocabulary as v
from lensim.bounds import require_figures
from lensim.inference import engine_nutpie
from lensim.inference.gate import GateSettings, diagnose
from lensim.inference.generated_sources import sources_kept_in_one_folder
from lensim.inference.sampler_coordinates import SAMPLER_COORDINATES, log_prior_of, without_coordinates
from lensim.inference.verdict import carry_verdict


@dataclass(frozen=True)
class FitSettings:
    """How a model is fitted.

    Attributes
    ----------
    sampler
        Length and care of the sampling.
    prior_draws
        Draws from the prior and its predictive.
    predictive_draws
        Draws from the posterior predictive, spread evenly over the posterior's; a replicate of every well each, so a
        thousand are as good as all and take a tenth of the file.
    gate
        What the posterior must reach.
    """

    sampler: engine_nutpie.SamplerSettings = field(default_factory=engine_nutpie.SamplerSettings)
    prior_draws: int = 500
    predictive_draws: int = 1000
    gate: GateSettings = field(default_factory=GateSettings)

    def __post_init__(self) -> None:
        require_figures(self)
        checks.at_least("FitSettings.prior_draws", self.prior_draws, 1)
        checks.at_least("FitSettings.predictive_draws", self.predictive_draws, 1)
        for name in ("prior_draws", "predictive_draws"):
            checks.at_most(f"FitSettings.{name}", getattr(self, name), limits.SAMPLER_STEPS)


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
    drawn.attrs |= {
        "lensim_version": version("lensim"),
        "seed": seed,
        "settings": json.dumps(asdict(settings)),
        "sampling_seconds": time.perf_counter() - started,
    }
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
    posterior = result["posterior"].to_dataset()
    step = max(1, -(-posterior.sizes["chain"] * posterior.sizes["draw"] // draws))
    groups = {"posterior": posterior.isel(draw=slice(None, None, step))}
    if "constant_data" in result.children:
        groups["constant_data"] = result["constant_data"].to_dataset()
    return xr.DataTree.from_dict(groups)


def state_units(result: xr.DataTree) -> None:
    """Write the unit of every variable that the vocabulary knows into its attrs."""
    for group in ("prior", "posterior"):
        for name, variable in result[group].data_vars.items():
            bare = str(name)
            for prefix in ("mu_", "sigma_group_", "sigma_", "group_"):
                bare = bare.removeprefix(prefix)
            if bare in v.UNITS:
                variable.attrs["units"] = v.UNITS[bare]
