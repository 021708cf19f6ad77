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
from lensim.inference.engine import as_asked
from lensim.inference.gate import diagnose
from lensim.inference.observations import attach_observations
from lensim.inference.priors import carry_priors
from lensim.inference.settings import FitSettings, GateSettings, SamplerSettings
from lensim.inference.verdict import INDEPENDENT_DRAWS, Verdict, carry_verdict

CAREFUL_TARGET_ACCEPT: Final = 0.99
CAREFUL_DRAWS: Final = 4  # times those of the attempt before
LONGER_DRAWS: Final = 2
"""Times the draws where chains nearly passed: their steps are right, and there were too few of them."""
_NEARLY_R_HAT: Final = 3.0
"""Of R-hat less 1: so many times the gate's limit at most, where chains nearly passed."""
_NEARLY_ESS: Final = 0.5
"""Of the effective sample size that the gate asks for."""
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
    draw: Callable[[FitSettings, int], xr.DataTree],
    asking: Asking,
    settings: FitSettings,
    seed: int,
    *,
    start: Callable[[SamplerSettings, xr.Dataset], SamplerSettings] = as_asked,
) -> Drawn:
    """Draw, and where the gate does not pass, once more with more care.

    A further attempt has four times the draws and a target acceptance of 0.99, and a seed of its own. Chains that
    nearly passed (only R-hat or effective sample sizes fail, and by little) are first drawn once with twice the draws
    and the same care. Where two attempts or more are allowed, this one does not count, and neither does a first one
    with less care than asked for. The verdict looks at all draws; where they are more than asked for, they hang
    together, and every n-th is then kept (attrs["kept_every"]), so that results do not grow. Where the estimands cannot
    be computed, the verdict is that of the parameters, does not pass, and says why.

    Parameters
    ----------
    draw
        `draw(settings, seed)`: groups posterior and sample_stats.
    asking
        What is drawn of.
    settings, seed
        As for `lensim.inference.retry.fit_with_care`.
    start
        From the settings of the sampler and the data to the settings of the first attempt (`Engine.first`), where
        further ones are allowed.
    """
    careful = kept = settings.sampler
    allowed, attempt, was_longer = asking.attempts, 0, False
    first = start(kept, asking.data) if allowed > 1 else kept
    settings = replace(settings, sampler=first if _is_within_bounds(first) else kept)
    while True:
        attempt += 1
        root = seed if attempt == 1 else seeding.sampler_seed(seed, "attempt", attempt)
        clock = time.perf_counter()
        drawn = draw(settings, root)
        if "sampling_seconds" not in drawn.attrs:
            carry_settings(drawn, settings, root, time.perf_counter() - clock)
        attach_observations(drawn, asking.data)
        carry_priors(drawn, asking.priors)
        verdict, fault = _verdict(drawn, asking.judged, settings.gate)
        carry_verdict(drawn, verdict)
        drawn.attrs |= {name: asking.data.attrs[name] for name in (v.ASSAY,) if name in asking.data.attrs}
        drawn.attrs |= {"model": asking.model, "attempts": attempt}
        own = settings.sampler
        if allowed > 1 and not was_longer and own in (first, kept) and _nearly_passed(verdict, settings.gate):
            further, how, was_longer = replace(own, draws=LONGER_DRAWS * own.draws), "with twice the draws", True
            allowed += 1
        elif attempt == 1 and own != kept:
            further, how = kept, "with shorter steps"
            allowed += 1
        else:
            further, how = _with_more_care(careful), "with more care"
            careful = further
        if verdict.passed or fault or attempt == allowed or not _is_within_bounds(further):
            break
        with suppress(Exception):  # a closed terminal ends no fit
            asking.tell(f"attempt {attempt} {verdict.sentence()}; sampling again {how}")
        settings = replace(settings, sampler=further)
    return Drawn(_every_nth(drawn, settings.sampler.draws // kept.draws), verdict, settings, root)


def _nearly_passed(verdict: Verdict, gate: GateSettings) -> bool:
    """Whether only R-hat or effective sample sizes fail, and by little."""
    smallest = min(verdict.smallest_ess_bulk, verdict.smallest_ess_tail)
    failing = (verdict.largest_r_hat >= gate.largest_r_hat) + (smallest < gate.smallest_ess)
    return (
        0 < len(verdict.reasons) == failing
        and verdict.largest_r_hat - 1.0 < _NEARLY_R_HAT * (gate.largest_r_hat - 1.0)
        and smallest >= _NEARLY_ESS * gate.smallest_ess
    )


def _with_more_care(sampler: SamplerSettings) -> SamplerSettings:
    target = max(CAREFUL_TARGET_ACCEPT, sampler.target_accept)
    return replace(sampler, draws=CAREFUL_DRAWS * sampler.draws, target_accept=target)


def carry_settings(drawn: xr.DataTree, settings: FitSettings, seed: int, seconds: float) -> None:
    """Write lensim_version, settings, seed and sampling_seconds into the attrs of a result."""
    drawn.attrs |= {
        "lensim_version": version("lensim"),
        "seed": seed,
        "settings": json.dumps(asdict(settings)),
        "sampling_seconds": seconds,
    }


def _is_within_bounds(sampler: SamplerSettings) -> bool:
    return sampler.draws <= limits.SAMPLER_STEPS and sampler.draws * sampler.chains <= limits.SAMPLER_DRAWS


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
