"""One simulation of posterior calibration: a draw of a fit, a further run from it, a fit of both, ranks of the draw."""

import time
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import xarray as xr

from lensim import checks, seeding
from lensim import vocabulary as v
from lensim.assay import Asked, Assay, find_assay
from lensim.inference.calibration import randomised_rank
from lensim.inference.engine import HandedOn
from lensim.inference.gate import diagnose
from lensim.inference.observations import attach_observations
from lensim.inference.settings import GateSettings, SamplerSettings

SETTINGS: Final = SamplerSettings(draws=1000, tune=500, chains=2, target_accept=0.95, cores=1)
GATE: Final = GateSettings(largest_r_hat=1.05, smallest_ess=100.0, largest_divergences=5, smallest_e_bfmi=0.2)
"""Half of the draws of a fit, so a wider gate."""
THINNED: Final = 99
"""Draws among which a truth is ranked: so far apart that they hardly hang together, which ranks assume."""
OK, HANDED_ON, FAILED = "ok", "handed on", "failed"
OBSERVED: Final = (v.WELL, v.BLANK, v.CULTURE, v.PLATE, v.EXPERIMENT, v.REACTION, v.SAMPLE, v.PAIR, "line_experiment")
"""Dims of which a further run has more."""


@dataclass(frozen=True)
class Setup:
    """What all simulations of a fit have in common.

    Attributes
    ----------
    assay, model, engine
        By name; the engine is the fast one that fits the joined studies.
    priors
        The model's dataclass, as the fit had it.
    data
        The observations that were fitted.
    seed
        Root of all streams.
    """

    assay: str
    model: str
    engine: str
    priors: Any
    data: xr.Dataset
    seed: int


@dataclass(frozen=True)
class Truth:
    """One draw of the fit (no dims chain and draw): parameters to simulate from, and quantities to be ranked."""

    number: int
    draw: xr.Dataset
    quantities: xr.Dataset


def quantities_of(assay: Assay, result: xr.DataTree, moved: tuple[str, ...]) -> xr.Dataset:
    """What is compared: estimands of the tables, and parameters that a further run does not have anew (chain, draw).

    Parameters
    ----------
    assay
        Of the result.
    result
        Posterior and observations.
    moved
        Names that are left out.
    """
    estimands = assay.estimands(result, Asked()).reset_coords(drop=True)
    posterior = result["posterior"].to_dataset()
    found = {str(name): values for name, values in {**posterior.data_vars, **estimands.data_vars}.items()}
    kept = {
        name: values.astype(float).drop_vars(values.coords)
        for name, values in found.items()
        if name not in moved and not set(values.dims) & set(OBSERVED) and not np.isnan(values.to_numpy()).any()
    }
    return xr.Dataset(kept)


def measure(setup: Setup, truth: Truth) -> dict[str, Any]:
    """The record of a simulation.

    Returns
    -------
    dict
        number; outcome ("ok", "handed on" or "failed") and why; converged; seconds; ranks by quantity, a list over its
        items.
    """
    assay, started = find_assay(setup.assay), time.perf_counter()
    record: dict[str, Any] = {"number": truth.number, "outcome": OK, "why": "", "converged": False, "ranks": {}}
    assert assay.further_run is not None
    rng = seeding.stream(setup.seed, "posterior calibration", truth.number, "run")
    run = assay.further_run.make(setup.data, truth.draw, setup.model, setup.priors, rng)
    seed = seeding.sampler_seed(setup.seed, "posterior calibration", truth.number, "fit")
    try:
        with np.errstate(all="ignore"):
            drawn = fitted(setup, assay, assay.further_run.join(setup.data, run), seed)
    except HandedOn as error:
        return record | {"outcome": HANDED_ON, "why": str(error), "seconds": time.perf_counter() - started}
    except Exception as error:  # a simulation without an answer is a row
        return record | {"outcome": FAILED, "why": checks.fault_of(error), "seconds": time.perf_counter() - started}
    found = quantities_of(assay, drawn, assay.further_run.moved(setup.data))
    verdict = diagnose(drawn, gate=GATE)
    ranks = ranks_of(truth.quantities, found, seeding.stream(setup.seed, "posterior calibration", truth.number, "ties"))
    record |= {"converged": bool(verdict.passed), "why": "; ".join(verdict.reasons)}
    return record | {"ranks": ranks, "seconds": time.perf_counter() - started}


def fitted(setup: Setup, assay: Assay, data: xr.Dataset, seed: int) -> xr.DataTree:
    """Draws of the joined study by the fast engine, with its observations.

    Raises
    ------
    HandedOn
        If the engine does not take it.
    """
    engine = next(one for one in assay.engines if one.name == setup.engine)
    data = assay.prepared(data)
    if reason := engine.refuses(data, setup.model, setup.priors):
        raise HandedOn(reason)
    drawn = engine.draw(data, setup.model, setup.priors, SETTINGS, seed)
    attach_observations(drawn, data)
    drawn.attrs |= {v.ASSAY: assay.name, "model": setup.model, "seed": seed}
    return drawn


def ranks_of(truth: xr.Dataset, found: xr.Dataset, rng: np.random.Generator) -> dict[str, list[float]]:
    """Rank of each item of each quantity that both have, in the order of the truth's items."""
    ranks = {}
    for name, true in truth.data_vars.items():
        if name not in found or any(found.sizes.get(dim) != size for dim, size in true.sizes.items()):
            continue
        draws = found[name].transpose(*true.dims, "chain", "draw").to_numpy().reshape(true.size, -1)
        at = np.linspace(0, draws.shape[1] - 1, min(THINNED, draws.shape[1])).round().astype(int)
        rank = randomised_rank(draws[:, at], true.to_numpy().astype(float).ravel(), rng)
        ranks[str(name)] = [round(float(one), 5) for one in rank]
    return ranks
