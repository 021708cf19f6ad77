"""From the data of a simulation to its posterior, by each engine that answers a model."""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Final

import xarray as xr

from benchmarks.calibration.simulated import design_of
from lensim import vocabulary as v
from lensim.assay import assay_of
from lensim.dose_response.chain.engine import NAME as LAPLACE
from lensim.inference.catalogue import find_model
from lensim.inference.engine import Engine, HandedOn
from lensim.inference.engine_nutpie import CompiledModel, compile_model, sample
from lensim.inference.gate import diagnose
from lensim.inference.settings import GateSettings, SamplerSettings
from lensim.inference.verdict import carry_verdict

SETTINGS: Final = SamplerSettings(draws=1000, tune=500, chains=2, target_accept=0.95, cores=1)
GATE: Final = GateSettings(largest_r_hat=1.05, smallest_ess=100.0, largest_divergences=5, smallest_e_bfmi=0.2)
"""Half of the usual draws, so a wider gate."""
CHAIN_SETTINGS: Final = SamplerSettings(draws=250, chains=2, cores=1)
"""Of the chain of panels, which makes its draws longer until 0.4 of their number are effective: 99 are ranked."""
NUTS: Final = "nuts"
Drawn = Callable[[str, xr.Dataset, int], xr.DataTree]


def by_nuts(model: str, data: xr.Dataset, seed: int) -> xr.DataTree:
    """Draws of the PyMC model, compiled once on its design; judged by a gate for few draws."""
    entry, slots = find_model(model), _slots(model)
    drawn = sample(_compiled(model).with_data(dict(entry.arrays(data, *slots))), SETTINGS, seed)
    carry_verdict(drawn, diagnose(drawn, gate=GATE))
    return drawn


@lru_cache(maxsize=16)
def _compiled(model: str) -> CompiledModel:
    return compile_model(find_model(model).build(design_of(model), None, *_slots(model)))


def _slots(model: str) -> tuple[int, ...]:
    """As many latent values as there are genes in samples, so that one compiled model takes every simulation."""
    data = design_of(model)
    return (data.sizes[v.GENE] * data.sizes[v.SAMPLE],) if find_model(model).slots else ()


def by_fast_engine(engine: Engine, model: str, data: xr.Dataset, seed: int) -> xr.DataTree:
    """Draws of a fast engine of the assay, judged by the same gate.

    Raises
    ------
    HandedOn
        If the engine does not take the data.
    """
    priors = find_model(model).priors()
    if reason := engine.refuses(data, model, None):
        raise HandedOn(reason)
    settings = CHAIN_SETTINGS if engine.name == LAPLACE else SETTINGS
    drawn = engine.draw(data, model, priors, settings, seed)
    carry_verdict(drawn, diagnose(drawn, gate=GATE))
    return drawn


def engines_of(model: str) -> dict[str, Drawn]:
    """What answers a model, by name; fast ones first."""
    data = design_of(model)
    found: dict[str, Drawn] = {
        engine.name: partial(by_fast_engine, engine)
        for engine in assay_of(data).engines
        if engine.is_of(model) and not engine.refuses(data, model, None)
    }
    return found | {NUTS: by_nuts}
