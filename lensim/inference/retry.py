"""From a Dataset to a judged result: compile once, sample, judge; with more draws if it has not converged."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from math import nan

import pymc as pm
import xarray as xr

from lensim import checks, limits, seeding
from lensim import vocabulary as v
from lensim.inference.catalogue import find_model
from lensim.inference.engine_nutpie import SamplerSettings, compile_model
from lensim.inference.fit import FitSettings, complete, draw
from lensim.inference.gate import GateSettings, diagnose
from lensim.inference.observations import attach_observations
from lensim.inference.priors import carry_priors, priors_from
from lensim.inference.sampler_coordinates import SAMPLER_COORDINATES, without_coordinates
from lensim.inference.verdict import INCOMPLETE, Verdict, carry_verdict
from lensim.output import require_storable

CAREFUL_TARGET_ACCEPT = 0.99
CAREFUL_DRAWS = 4  # times those of the attempt before
MOST_ATTEMPTS = 5


def fit_with_care(
    data: xr.Dataset,
    model: str,
    settings: FitSettings,
    seed: int,
    *,
    judged: Callable[[xr.DataTree], xr.Dataset],
    priors: object | None = None,
    attempts: int = 2,
    progress: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> xr.DataTree:
    """Fit a catalogue model to data; where the gate does not pass, once more and with more care.

    A further attempt has four times the draws and a target acceptance of 0.99, and a seed of its own. The result
    carries the verdict over every parameter and estimand, and how many attempts it took; a result that failed every
    time is handed over with its verdict, not withheld. The verdict looks at all draws; of a further attempt, whose
    draws hang together, every fourth is then kept (attrs["kept_every"]), so that results do not grow.

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
    attempts
        How often to sample at most; each further attempt has four times the draws of the one before.
    progress
        Show the sampler's progress bar.
    tell
        Called with a sentence on the progress.

    Raises
    ------
    InputError
        If the model is unknown, the data do not suit it, or the priors are faulty.
    """
    checks.between("attempts", attempts, 1, MOST_ATTEMPTS)
    require_storable(data)
    entry = find_model(model)
    chosen = entry.priors() if priors is None else priors_from(entry, priors)
    built = entry.build(data) if priors is None else entry.build(data, chosen)
    started = time.perf_counter()
    compiled = compile_model(built)
    compile_seconds = time.perf_counter() - started
    for attempt in range(1, attempts + 1):
        root = seed if attempt == 1 else seeding.sampler_seed(seed, "attempt", attempt)
        drawn = draw(compiled, settings, root, progress=progress)
        attach_observations(drawn, data)
        verdict, fault = _verdict(drawn, judged, settings.gate)
        carry_verdict(drawn, verdict)
        carry_priors(drawn, chosen)
        drawn.attrs |= {name: data.attrs[name] for name in (v.ASSAY,) if name in data.attrs}
        drawn.attrs |= {"model": model, "attempts": attempt, "compile_seconds": compile_seconds}
        if verdict.passed or fault or attempt == attempts or not _may_grow(settings.sampler):
            break
        with suppress(Exception):  # a closed terminal ends no fit
            tell(f"attempt {attempt} {verdict.sentence()}; sampling again with more care")
        careful = replace(
            settings.sampler,
            draws=CAREFUL_DRAWS * settings.sampler.draws,
            target_accept=max(CAREFUL_TARGET_ACCEPT, settings.sampler.target_accept),
        )
        settings = replace(settings, sampler=careful)
    kept = _every_nth(drawn, CAREFUL_DRAWS ** (attempt - 1))
    try:
        return complete(built, kept, settings, root)
    except Exception as error:
        return _without_predictive(built, kept, error)


def _may_grow(sampler: SamplerSettings) -> bool:
    """Whether a further attempt, with more draws, stays within the bounds."""
    draws = CAREFUL_DRAWS * sampler.draws
    return draws <= limits.SAMPLER_STEPS and draws * sampler.chains <= limits.SAMPLER_DRAWS


def _verdict(
    drawn: xr.DataTree, judged: Callable[[xr.DataTree], xr.Dataset], gate: GateSettings
) -> tuple[Verdict, str]:
    """The verdict over parameters and estimands, and why there are no estimands; empty where there are some."""
    try:
        return diagnose(drawn, judged(drawn), gate), ""
    except Exception as error:
        fault = f"estimands must be computed, got {checks.fault_of(error)}"
    try:
        of_parameters = diagnose(drawn, gate=gate)
    except Exception:  # so few draws that nothing can be said of them
        of_parameters = Verdict(False, (), nan, nan, nan, "", 0, nan, nan)
    return replace(of_parameters, passed=False, reasons=(*of_parameters.reasons, fault)), fault


def _without_predictive(model: pm.Model, drawn: xr.DataTree, error: Exception) -> xr.DataTree:
    """A posterior as far as it came, where what is drawn from it failed."""
    own, coordinates = without_coordinates(drawn["posterior"].to_dataset(), model)
    drawn["posterior"] = xr.DataTree(own)
    if coordinates.data_vars:
        drawn[SAMPLER_COORDINATES] = xr.DataTree(coordinates)
    drawn.attrs[INCOMPLETE] = f"without predictive draws and log likelihood, which failed: {checks.fault_of(error)}"
    return drawn


def _every_nth(drawn: xr.DataTree, step: int) -> xr.DataTree:
    for name in ("posterior", "sample_stats"):
        drawn[name] = xr.DataTree(drawn[name].to_dataset().isel(draw=slice(None, None, step)))
    drawn.attrs["kept_every"] = step
    return drawn
