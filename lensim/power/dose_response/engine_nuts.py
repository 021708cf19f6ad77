"""The engine of reference: NUTS on the pooled model of raw signals, compiled once per shape, the data swapped.

A study is fitted as a user's data are: with places on the plate in the model where these matter.
"""

from dataclasses import asdict
from typing import Any, Final

import numpy as np
import xarray as xr

from lensim import checks, seeding
from lensim import vocabulary as v
from lensim.dose_response.places import shift_of
from lensim.dose_response.simulate import one_study
from lensim.inference.catalogue import find_model
from lensim.inference.engine_nutpie import CompiledModel, compile_model, sample
from lensim.inference.gate import diagnose
from lensim.inference.settings import GateSettings, SamplerSettings
from lensim.power.diagnosands import FAILED, NUTS
from lensim.power.dose_response.answer import DRAWS, PanelAnswer, gathered
from lensim.power.dose_response.rule import PanelDraws
from lensim.power.dose_response.spec import CURVE_NAMES
from lensim.power.dose_response.study import PanelBatch

MODEL: Final = "dose_response_hierarchical"
WITH_PLACES: Final = "dose_response_plate_position"
SETTINGS: Final = SamplerSettings(draws=500, tune=500, chains=2, target_accept=0.95, cores=1)
GATE: Final = GateSettings(largest_r_hat=1.05, smallest_ess=60.0, largest_divergences=5, smallest_e_bfmi=0.2)
"""A tenth of the usual length, so a wider gate: an error of a tenth of a posterior sd is small beside that of
deciding. The worst of some hundred parameters is judged."""

_compiled: dict[tuple[Any, ...], CompiledModel] = {}


def answer(batch: PanelBatch, studies: np.ndarray | None = None, settings: SamplerSettings = SETTINGS) -> PanelAnswer:
    """Posteriors of some studies of a batch, or of all."""
    picked = np.arange(batch.data.sizes[v.STUDY]) if studies is None else studies
    found = [_fit(batch, int(study), settings) for study in picked]
    return PanelAnswer(gathered(found, batch), np.array([FAILED if one is None else NUTS for one in found]))


def _fit(batch: PanelBatch, study: int, settings: SamplerSettings) -> PanelDraws | None:
    """Draws of one study; None where the model does not take it or the gate refuses the fit."""
    data = one_study(batch.data, study)
    model = MODEL if shift_of(data) is None else WITH_PLACES
    entry = find_model(model)
    priors = batch.scenario.analysis.priors
    design = batch.scenario.design
    sizes = (tuple(design.groups.items()), design.experiments, design.plates.plates_per_experiment)
    key = (model, *sizes, design.conditions, repr(asdict(priors)))
    try:
        if key not in _compiled:
            _compiled[key] = compile_model(entry.build(data, priors))
        seed = seeding.sampler_seed(batch.scenario.seed, *batch.path, "nuts", study)
        drawn = sample(_compiled[key].with_data(entry.arrays(data)), settings, seed)
    except (checks.InputError, RuntimeError):
        return None
    if not diagnose(drawn, gate=GATE).passed:
        return None
    return _draws(drawn["posterior"].to_dataset())


def _draws(posterior: xr.Dataset) -> PanelDraws:
    """`DRAWS` draws, taken at even steps from all chains."""
    flat = posterior.stack(sample_=("chain", "draw"), create_index=False).transpose("sample_", ...)
    pick = np.linspace(0, flat.sizes["sample_"] - 1, DRAWS).round().astype(int)
    flat = flat.isel(sample_=pick)

    def of(prefix: str) -> np.ndarray:
        return np.stack([flat[f"{prefix}{name}"].to_numpy() for name in CURVE_NAMES], axis=-1)

    if f"sigma_group_{CURVE_NAMES[0]}" in flat:
        return PanelDraws(of(""), of("group_"), of("sigma_group_"), of("sigma_"))
    mu = of("mu_")  # one group is the population
    return PanelDraws(of(""), mu[:, None], np.zeros_like(mu), of("sigma_"))
