"""Draw a posterior, judge it, and draw again with more care where the gate does not pass; whatever draws."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from math import nan
from typing import Final

import xarray as xr

from lensim import checks, limits, seeding
from lensim import vocabulary as v
from lensim.inference.densities import SAMPLER_COORDINATES
from lensim.inference.gate import diagnose
from lensim.inference.observations import attach_observations
from lensim.inference.priors import carry_priors
from lensim.inference.settings import FitSettings, GateSettings, SamplerSettings
from lensim.inference.verdict import INDEPENDENT_DRAWS, Verdict, carry_verdict

CAREFUL_TARGET_ACCEPT: Final = 0.99
CAREFUL_DRAWS: Final = 4  # times those of the attempt before
MOST_ATTEMPTS: Final = 5
IS_INDEPENDENT: Final = "draws_are_independent"
"""In the attrs of sample_stats: 1 where the draws are independent, and nothing can fail to converge."""


@dataclass(frozen=True)
class Asking:
    """What a posterior is drawn of, and how it is judged.

    Attributes
    ----------
    data
        Observations of an assay; they travel in the result, as group `observations`.
    model
        Name in the catalogue.
    priors
        The model's dataclass of priors; they travel in the result.
    judged
        From a result to the estimands that the gate looks at beside the parameters.
    attempts
        How often to draw at most.
    tell
        Called with a sentence on the progress.
    """

    data: xr.Dataset
    model: str
    priors: object
    judged: Callable[[xr.DataTree], xr.Dataset]
    attempts: int = 2
    tell: Callable[[str], None] = lambda _: None

    def __post_init__(self) -> None:
        checks.between("attempts", self.attempts, 1, MOST_ATTEMPTS)


@dataclass(frozen=True)
class Drawn:
    """The draws of the last attempt, with its verdict, settings and seed."""

    tree: xr.DataTree
    verdict: Verdict
    settings: FitSettings
    seed: int


def draw_with_care(
    draw: Callable[[FitSettings, int], xr.DataTree], asking: Asking, settings: FitSettings, seed: int
) -> Drawn:
    """Draw, and where the gate does not pass, once more with more care.

    A further attempt has four times the draws and a target acceptance of 0.99, and a seed of its own. The verdict looks
    at all draws; of a further attempt, whose draws hang together, every fourth is then kept (attrs["kept_every"]), so
    that results do not grow. Where the estimands cannot be computed, the verdict is that of the parameters, does not
    pass, and says why.

    Parameters
    ----------
    draw
        `draw(settings, seed)`: groups posterior and sample_stats.
    asking
        What is drawn of.
    settings, seed
        As for `lensim.inference.retry.fit_with_care`.
    """
    for attempt in range(1, asking.attempts + 1):
        root = seed if attempt == 1 else seeding.sampler_seed(seed, "attempt", attempt)
        started = time.perf_counter()
        drawn = draw(settings, root)
        if "sampling_seconds" not in drawn.attrs:
            carry_settings(drawn, settings, root, time.perf_counter() - started)
        attach_observations(drawn, asking.data)
        carry_priors(drawn, asking.priors)
        verdict, fault = _verdict(drawn, asking.judged, settings.gate)
        carry_verdict(drawn, verdict)
        drawn.attrs |= {name: asking.data.attrs[name] for name in (v.ASSAY,) if name in asking.data.attrs}
        drawn.attrs |= {"model": asking.model, "attempts": attempt}
        if verdict.passed or fault or attempt == asking.attempts or not _may_grow(settings.sampler):
            break
        with suppress(Exception):  # a closed terminal ends no fit
            asking.tell(f"attempt {attempt} {verdict.sentence()}; sampling again with more care")
        careful = replace(
            settings.sampler,
            draws=CAREFUL_DRAWS * settings.sampler.draws,
            target_accept=max(CAREFUL_TARGET_ACCEPT, settings.sampler.target_accept),
        )
        settings = replace(settings, sampler=careful)
    return Drawn(_every_nth(drawn, CAREFUL_DRAWS ** (attempt - 1)), verdict, settings, root)


def carry_settings(drawn: xr.DataTree, settings: FitSettings, seed: int, seconds: float) -> None:
    """Write lensim_version, settings, seed and sampling_seconds into the attrs of a result."""
    drawn.attrs |= {
        "lensim_version": version("lensim"),
        "seed": seed,
        "settings": json.dumps(asdict(settings)),
        "sampling_seconds": seconds,
    }


def _may_grow(sampler: SamplerSettings) -> bool:
    """Whether a further attempt, with more draws, stays within the bounds."""
    draws = CAREFUL_DRAWS * sampler.draws
    return draws <= limits.SAMPLER_STEPS and draws * sampler.chains <= limits.SAMPLER_DRAWS


def _verdict(
    drawn: xr.DataTree, judged: Callable[[xr.DataTree], xr.Dataset], gate: GateSettings
) -> tuple[Verdict, str]:
    """The verdict over parameters and estimands, and why there are no estimands; empty where there are some."""
    is_independent = bool(drawn["sample_stats"].attrs.get(IS_INDEPENDENT, 0))
    try:
        estimands = judged(drawn)
        return INDEPENDENT_DRAWS if is_independent else diagnose(drawn, estimands, gate), ""
    except Exception as error:
        fault = f"estimands must be computed, got {checks.fault_of(error)}"
    try:
        of_parameters = diagnose(drawn, gate=gate)
    except Exception:  # so few draws that nothing can be said of them
        of_parameters = Verdict(False, (), nan, nan, nan, "", 0, nan, nan)
    return replace(of_parameters, passed=False, reasons=(*of_parameters.reasons, fault)), fault


def _every_nth(drawn: xr.DataTree, step: int) -> xr.DataTree:
    for name in {"posterior", "sample_stats", SAMPLER_COORDINATES} & set(drawn.children):
        drawn[name] = xr.DataTree(drawn[name].to_dataset().isel(draw=slice(None, None, step)))
    drawn.attrs["kept_every"] = step
    return drawn
