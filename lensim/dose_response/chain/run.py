"""The posterior of a panel: chains side by side, as long as it takes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import numpy as np
import xarray as xr

from lensim import seeding
from lensim.bounds import usable_cores
from lensim.dose_response.chain.adapt import adapted, first_bases
from lensim.dose_response.chain.panel import Panel, panel_of
from lensim.dose_response.chain.posterior import posterior_of
from lensim.dose_response.chain.start import chain_start, start_of
from lensim.dose_response.chain.state import Bases, parts_of, shapes_of, state_of, work_of
from lensim.dose_response.chain.sweep import run_chain, schedule_of
from lensim.dose_response.panel_checks import require_for
from lensim.dose_response.priors import DoseResponsePriors
from lensim.inference.convergence import convergence_of
from lensim.inference.engine import LIBRARY, library_of
from lensim.inference.settings import SamplerSettings

STAGES: Final = (60, 100, 160, 250)
"""Sweeps of the warm-up, after each of which bases are found anew."""
_GONE: Final = 0.3


SMALLEST_ESS: Final = 500.0
LARGEST_R_HAT: Final = 1.008
"""Chains are made longer until every number that is looked at reaches these, with a margin to the gate's."""
SHARE_OF_DRAWS: Final = 0.4
"""Of few draws: the share that the smallest ESS must be."""
_NOISE_OF_R_HAT: Final = 32.0
"""R-hat less 1, times the number of draws, that chance alone gives to the worst of many numbers."""
USUAL: Final = SamplerSettings()
MOST_REPEATS: Final = 3
"""Times that the own moves of a line are made in a sweep at most.

More gained nothing: with 12, one of eight compounds of a screen took 118 s of processor time in place of 47, because a
spread that is slow does not gain by them. The other compounds and the panels of GDSC2 took the same time with both.
"""
LONGEST: Final = 12
"""Times that chains are made longer by a half or a third at most; once twice as long, every second draw is let go."""


def _run_all(
    panel: Panel,
    bases: Bases,
    states: list[Any],
    works: list[Any],
    rngs: list[Any],
    draws: int,
    thin: int,
    cores: int,
    repeats: np.ndarray,
) -> np.ndarray:
    """Draws (chain, draw, number) of all chains."""
    record = np.empty((len(states), draws, len(states[0].flat)))
    schedule = schedule_of(panel, bases.is_known, repeats)

    def one(i: int) -> None:
        run_chain(panel, bases, states[i], works[i], schedule, thin, record[i], rngs[i])

    if cores == 1:
        for i in range(len(states)):
            one(i)
    else:
        with ThreadPoolExecutor(min(cores, len(states))) as pool:
            list(pool.map(one, range(len(states))))
    return record


def _names_looked_at(panel: Panel) -> list[str]:
    names = ["line", "spread", "wells", "curve", "top"]
    names += ["mu", "group"] if panel.is_pooled else []
    names += ["background", "over_background"] if panel.has_blanks else []
    names += ["shift", "share"] if panel.experiments else []
    names += ["day", "share"] if panel.days else []
    names += ["place", "over_place"] if panel.has_places else []
    return list(dict.fromkeys(names))


def looked_at(panel: Panel, record: np.ndarray) -> np.ndarray:
    """What is looked at to see whether chains are long enough (chain, draw, number)."""
    parts = parts_of(record, panel)
    chosen = [parts[name].reshape(*record.shape[:2], -1) for name in _names_looked_at(panel)]
    return np.concatenate(chosen, axis=2)


def line_of_numbers(panel: Panel) -> np.ndarray:
    """The line that each number of `looked_at` is of alone; -1 where it is of several."""
    shapes = shapes_of(panel)
    alone = {"line": np.arange(len(panel.group_of)), "curve": panel.line_of, "top": panel.line_of}
    found = []
    for name in _names_looked_at(panel):
        number = int(np.prod(shapes[name]))
        own = alone.get(name, np.array([-1]))
        found.append(np.repeat(own, number // len(own)))
    return np.concatenate(found)


def repeats_for(panel: Panel, ess: np.ndarray, repeats: np.ndarray, wanted: float) -> np.ndarray:
    """How often the own moves of each line are made, from effective sizes with what they were.

    More where a line is slower than what all lines share: else that is what holds it.
    """
    line = line_of_numbers(panel)
    wanted = min(wanted, float(ess[line < 0].min()))
    smallest = np.full(len(repeats), np.inf)
    np.minimum.at(smallest, line[line >= 0], ess[line >= 0])
    return np.clip(np.ceil(repeats * wanted / smallest), repeats, MOST_REPEATS).astype(np.int64)


def draw_chains(panel: Panel, settings: SamplerSettings, seed: int) -> tuple[np.ndarray, int]:
    """Draws (chain, draw, number) of flat states, and the sweeps between two of them."""
    cores = settings.cores or usable_cores()
    start = start_of(panel)
    rngs = [seeding.stream(seed, "posterior", "laplace", i) for i in range(settings.chains)]
    bases = first_bases(panel, start, seeding.stream(seed, "posterior", "laplace", "bases"))
    states = [state_of(chain_start(panel, start, rng), panel) for rng in rngs]
    works = [work_of(panel) for _ in rngs]
    repeats = np.ones(len(panel.group_of), np.int64)
    for sweeps in STAGES:
        record = _run_all(panel, bases, states, works, rngs, sweeps, 1, cores, repeats)
        kept = record[:, int(_GONE * sweeps) :].reshape(-1, record.shape[2])
        bases = adapted(panel, kept, start.log_top_dose)
    thin = 1
    record = _run_all(panel, bases, states, works, rngs, settings.draws, thin, cores, repeats)
    number = settings.draws * settings.chains
    wanted, largest = min(SMALLEST_ESS, SHARE_OF_DRAWS * number), max(LARGEST_R_HAT, 1.0 + _NOISE_OF_R_HAT / number)
    for _ in range(LONGEST):
        found = convergence_of(looked_at(panel, record))
        if np.isnan(found.r_hat).all():  # one chain, or next to no draws: nothing to judge by
            break
        ess, r_hat = np.nanmin([found.ess_bulk, found.ess_tail]), np.nanmax(found.r_hat)
        if ess >= wanted and r_hat <= largest:
            break
        with np.errstate(invalid="ignore"):
            each = np.fmin(found.ess_bulk, found.ess_tail)
        repeats = repeats_for(panel, np.where(np.isfinite(each), each, np.inf), repeats, wanted)
        more = _run_all(panel, bases, states, works, rngs, -(-settings.draws // 2), thin, cores, repeats)
        record = np.concatenate([record, more], axis=1)
        if record.shape[1] >= 2 * settings.draws:
            thin *= 2
            record = record[:, 1::2]
    places = np.linspace(0, record.shape[1] - 1, settings.draws).round().astype(np.int64)
    return record[:, places], thin


def draw_panel(
    data: xr.Dataset,
    model: str,
    priors: DoseResponsePriors | None = None,
    settings: SamplerSettings = USUAL,
    seed: int = 0,
    *,
    tell: Callable[[str], None] = lambda _: None,
    progress: bool = False,
) -> xr.DataTree:
    """Draws of the posterior of a panel.

    Parameters
    ----------
    data
        Prepared wells.
    model
        A dose-response model of the catalogue.
    priors
        Of the model; its own where None.
    settings
        Kept draws of each chain and chains; how many sweeps lie between draws, the chains find themselves.
    seed
        Of the chains; draws do not depend on the number of cores.
    tell
        Called with sentences on the progress; there are none.
    progress
        Not used.

    Returns
    -------
    xarray.DataTree
        Groups posterior, with every variable of the PyMC model less its coordinates (chain, draw, ...), and
        sample_stats, in which nothing diverges; attrs["thinning"] of the posterior are the sweeps between two draws.

    Raises
    ------
    InputError
        If the data do not suit the model.
    """
    require_for(data, model)
    panel = panel_of(data, model, priors or DoseResponsePriors())
    record, thin = draw_chains(panel, settings, seed)
    posterior = posterior_of(panel, data, record)
    posterior.attrs[LIBRARY] = library_of("laplace")
    posterior.attrs["thinning"] = thin
    stats = xr.Dataset({"diverging": (("chain", "draw"), np.zeros(record.shape[:2], bool))})
    return xr.DataTree.from_dict({"posterior": posterior, "sample_stats": stats})
