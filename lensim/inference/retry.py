"""From a Dataset to a judged result: compile once, sample, judge; with more draws if it has not converged."""

import time
from collections.abc import Callable
from dataclasses import replace

import xarray as xr

from lensim import checks, seeding
from lensim import vocabulary as v
from lensim.inference.catalogue import find_model
from lensim.inference.engine_nutpie import compile_model
from lensim.inference.fit import FitSettings, complete, draw
from lensim.inference.gate import diagnose
from lensim.inference.observations import attach_observations
from lensim.inference.priors import carry_priors, priors_from
from lensim.inference.verdict import carry_verdict

CAREFUL_TARGET_ACCEPT = 0.99
CAREFUL_DRAWS = 4  # times those of the attempt before


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
    checks.at_least("attempts", attempts, 1)
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
        verdict = diagnose(drawn, judged(drawn), settings.gate)
        carry_verdict(drawn, verdict)
        carry_priors(drawn, chosen)
        drawn.attrs |= {name: data.attrs[name] for name in (v.ASSAY,) if name in data.attrs}
        drawn.attrs |= {"model": model, "attempts": attempt, "compile_seconds": compile_seconds}
        if verdict.passed or attempt == attempts:
            break
        tell(f"attempt {attempt} {verdict.sentence()}; sampling again with more care")
        careful = replace(
            settings.sampler,
            draws=CAREFUL_DRAWS * settings.sampler.draws,
            target_accept=max(CAREFUL_TARGET_ACCEPT, settings.sampler.target_accept),
        )
        settings = replace(settings, sampler=careful)
    return complete(built, _every_nth(drawn, CAREFUL_DRAWS ** (attempt - 1)), settings, root)


def _every_nth(drawn: xr.DataTree, step: int) -> xr.DataTree:
    for name in ("posterior", "sample_stats"):
        drawn[name] = xr.DataTree(drawn[name].to_dataset().isel(draw=slice(None, None, step)))
    drawn.attrs["kept_every"] = step
    return drawn
