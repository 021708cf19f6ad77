"""One simulation: a truth from the priors, data from it, a posterior, ranks of the truth among its draws."""

import time
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import xarray as xr

from benchmarks.calibration.engines import engines_of
from benchmarks.calibration.likelihood import log_likelihoods
from benchmarks.calibration.quantities import as_read, quantities_of
from benchmarks.calibration.simulated import simulated
from benchmarks.calibration.twins import RIGHT, priors_of_twin
from lensim import seeding
from lensim.checks import InputError
from lensim.inference.calibration import randomised_rank
from lensim.inference.catalogue import find_model
from lensim.inference.verdict import verdict_of

THINNED: Final = 99
"""Draws among which a truth is ranked: so far apart that they hardly hang together, which ranks assume."""
LIKELIHOOD: Final = "log likelihood"


@dataclass(frozen=True)
class Task:
    """Which simulation is to be made, and how it is analysed; names the streams of its random numbers."""

    model: str
    engine: str
    twin: str
    seed: int
    number: int


def measure(task: Task) -> dict[str, Any]:
    """The record of a simulation.

    Returns
    -------
    dict
        outcome ("ok", "handed on", "refused" or "failed") and why; converged; seconds of the processor; ranks by
        quantity (of an array, of one element picked at random, and of the mean over elements); stated (by statement a
        list of probability and truth).
    """
    root = task.seed if task.twin == RIGHT else seeding.sampler_seed(task.seed, "wrong twin")
    truth, data = simulated(task.model, priors_of_twin(task.model, task.twin), root, task.number)
    engine = engines_of(task.model)[task.engine]
    seed = seeding.sampler_seed(task.seed, "calibration", task.model, task.engine, task.twin, task.number)
    record: dict[str, Any] = {"outcome": "ok", "why": "", "converged": False, "ranks": {}, "stated": {}}
    started = time.process_time()
    try:
        with np.errstate(all="ignore"):
            drawn = engine(task.model, data, seed)
    except (InputError, RuntimeError, ValueError, ArithmeticError, np.linalg.LinAlgError) as error:
        outcome = "handed on" if type(error).__name__ == "HandedOn" else "refused"
        outcome = outcome if isinstance(error, InputError) else "failed"
        return record | {"outcome": outcome, "why": str(error)[:200], "seconds": time.process_time() - started}
    record |= {"seconds": time.process_time() - started, "converged": bool(verdict_of(drawn).passed)}
    posterior = drawn["posterior"].to_dataset()
    with np.errstate(all="ignore"):
        return record | ranks_of(task.model, data, truth, posterior, seed)


def ranks_of(model: str, data: xr.Dataset, truth: xr.Dataset, posterior: xr.Dataset, seed: int) -> dict[str, Any]:
    """Ranks and statements of a posterior (chain, draw, ...) whose truth (chain and draw of size 1) is known."""
    shared = [name for name in truth.data_vars if name in posterior]
    truth, posterior = truth[shared], posterior[shared]
    known, happened = quantities_of(data, truth, seeding.sampler_seed(seed, "truth"))
    found, stated = quantities_of(data, posterior, seed)
    found |= as_read(data, posterior)
    rng = seeding.stream(seed, "ranks")
    ranks: dict[str, float] = {}
    for name, true in known.items():
        ranks |= _ranked(name, _flat(found[name]), _flat(true)[:, 0], rng)
    kept, priors = thinned(posterior), find_model(model).priors()
    if (likelihood := log_likelihoods(model, data, kept, priors)) is not None:
        own = log_likelihoods(model, data, truth, priors)
        assert own is not None
        if np.isfinite(likelihood).all() and np.isfinite(own).all():
            ranks[LIKELIHOOD] = float(randomised_rank(likelihood[None], own, rng)[0])
    told = {
        name: [
            [round(float(p), 5), float(yes)]
            for p, yes in zip(_flat(stated[name]).mean(axis=1), _flat(happened[name])[:, 0], strict=True)
        ]
        for name in happened
    }
    return {"ranks": {name: round(rank, 5) for name, rank in ranks.items()}, "stated": told}


def thinned(draws: xr.Dataset) -> xr.Dataset:
    """So many draws, evenly spread over chains, along a single chain."""
    flat = draws.stack(sample_=("chain", "draw"), create_index=False).drop_vars(["chain", "draw"], errors="ignore")
    at = np.linspace(0, flat.sizes["sample_"] - 1, min(THINNED, flat.sizes["sample_"])).round().astype(int)
    return flat.isel(sample_=at).rename(sample_="draw").expand_dims("chain").transpose("chain", "draw", ...)


def _flat(values: xr.DataArray) -> np.ndarray:
    """(case, draw)."""
    stacked = values.stack(sample_=("chain", "draw"), create_index=False).transpose(..., "sample_").to_numpy()
    return np.asarray(stacked, dtype=float).reshape(-1, stacked.shape[-1])


def _ranked(name: str, draws: np.ndarray, true: np.ndarray, rng: np.random.Generator) -> dict[str, float]:
    """Rank of one element picked at random, and where there are several finite ones of their mean."""
    at = np.linspace(0, draws.shape[1] - 1, min(THINNED, draws.shape[1])).round().astype(int)
    draws = draws[:, at]
    pick = int(rng.integers(len(true)))
    if np.isnan(draws).any() or np.isnan(true).any():
        return {}
    if draws.shape[1] > 1 and (draws == draws[:, :1]).all() and (draws[:, 0] == true).all():
        return {}  # the model fixes it
    found = {name: float(randomised_rank(draws[[pick]], true[[pick]], rng)[0])}
    if len(true) > 1 and np.isfinite(draws).all() and np.isfinite(true).all():
        mean = draws.mean(axis=0, keepdims=True)
        found[f"{name}, mean"] = float(randomised_rank(mean, true.mean(keepdims=True), rng)[0])
    return found
