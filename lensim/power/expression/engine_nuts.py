"""The engine of reference: NUTS on the models of the catalogue, compiled once per shape, the data swapped.

Pairs go to `fold_change_hierarchical`, the model that the exact engine integrates; studies with few copies or without
Cts go to `expression_hierarchical` with all their reactions. A fit that does not pass the gate is a failed one.
"""

from dataclasses import asdict
from typing import Any, Final

import arviz as az
import numpy as np
import xarray as xr

from lensim import checks, seeding
from lensim import vocabulary as v
from lensim.expression.exact.engine import Questions, group_names
from lensim.expression.pair_factors import FactorUse
from lensim.expression.pairs import one_study_of_pairs
from lensim.expression.simulate import one_study
from lensim.expression.standard_curve import amplification_factors
from lensim.inference.catalogue import ModelEntry, find_model
from lensim.inference.engine_nutpie import CompiledModel, compile_model, sample
from lensim.inference.gate import diagnose
from lensim.inference.settings import GateSettings, SamplerSettings
from lensim.power.diagnosands import FAILED, NUTS
from lensim.power.expression.answer import MEAN_MCSE, PairAnswer
from lensim.power.expression.scenario import ExpressionScenario
from lensim.power.expression.study import PairBatch

PAIR_MODEL: Final = "fold_change_hierarchical"
REACTION_MODEL: Final = "expression_hierarchical"
SETTINGS: Final = SamplerSettings(draws=500, tune=500, chains=2, target_accept=0.95, cores=1)
GATE: Final = GateSettings(largest_r_hat=1.03, smallest_ess=100.0, largest_divergences=2, smallest_e_bfmi=0.2)
"""A tenth of the usual length, so a wider gate: errors of a posterior mean of a tenth of its sd are small beside those
of deciding."""
EXACTLY_SD: Final = 1e-4
_SPARE_SLOTS: Final = 8

_compiled: dict[tuple[Any, ...], CompiledModel] = {}


def answer(batch: PairBatch, questions: Questions, settings: SamplerSettings = SETTINGS) -> PairAnswer:
    """Posteriors of every study: of its pairs where it is Gaussian or there is nothing else, else of its reactions."""
    gaussian = batch.pairs[v.IS_GAUSSIAN].to_numpy()
    if batch.reactions is None or gaussian.all():
        return answer_pairs(batch, questions, np.arange(len(gaussian)), settings)
    first = answer_pairs(batch, questions, np.flatnonzero(gaussian), settings)
    second = answer_reactions(batch, questions, np.flatnonzero(~gaussian), settings)
    order = np.argsort(np.concatenate([np.flatnonzero(gaussian), np.flatnonzero(~gaussian)]))
    both = xr.concat([first.posterior, second.posterior], dim=v.STUDY, join="override")
    return PairAnswer(both.isel({v.STUDY: order}), np.concatenate([first.answered_by, second.answered_by])[order])


def answer_pairs(
    batch: PairBatch, questions: Questions, studies: np.ndarray, settings: SamplerSettings = SETTINGS
) -> PairAnswer:
    """Posteriors of some studies of a batch from their pairs."""
    entry = find_model(PAIR_MODEL)
    found = []
    for study in studies:
        data = one_study_of_pairs(batch.pairs, int(study))
        key = (PAIR_MODEL, _shape(data), v.TECHNICAL_SHARE in data, _priors(batch.scenario))
        found.append(_fit(entry, data, key, batch, int(study), questions, settings))
    return _together(found, batch, questions)


def answer_reactions(
    batch: PairBatch, questions: Questions, studies: np.ndarray, settings: SamplerSettings = SETTINGS
) -> PairAnswer:
    """Posteriors of some studies of a batch from all their reactions."""
    if batch.reactions is None:
        raise checks.InputError("answer_reactions needs reactions, got ratios")
    entry = find_model(REACTION_MODEL)
    use = batch.scenario.analysis.factors
    each = [with_factors(one_study(batch.reactions, int(study)), use) for study in studies]
    slots = max((entry.slots(data) for data in each), default=0) if entry.slots else 0  # one compiling for all
    found = []
    for study, data in zip(studies, each, strict=True):
        key = (REACTION_MODEL, _shape(data), _priors(batch.scenario))
        found.append(_fit(entry, data, key, batch, int(study), questions, settings, slots))
    return _together(found, batch, questions)


def _shape(data: xr.Dataset) -> tuple[Any, ...]:
    """What a compiled model cannot swap: sizes of its parameters, and which subjects are of which cell type."""
    dims = (v.TARGET, v.GENE, v.SUBJECT, v.CONTRAST, v.CONDITION, v.CELL_TYPE, v.SAMPLE, v.PLATE)
    sizes = tuple((dim, data.sizes[dim]) for dim in dims if dim in data.sizes)
    flags = tuple(name in data for name in (v.CT_CHANGE, v.REPLICATE_CONTRAST, v.DOUBLINGS_SD))
    flags += (v.REFERENCE_RESPONSE_SD in data and bool((data[v.REFERENCE_RESPONSE_SD] > 0).all()),)
    uncertain = v.DOUBLINGS_SD in data and bool((data[v.DOUBLINGS_SD] > 0).all())
    return sizes, flags, uncertain, tuple(data[v.CELL_TYPE_OF_SUBJECT].to_numpy().tolist())


def _priors(scenario: ExpressionScenario) -> tuple[tuple[str, float], ...]:
    return tuple(asdict(scenario.analysis.priors).items())


def with_factors(data: xr.Dataset, use: FactorUse) -> xr.Dataset:
    """The study with factors as the analysis takes them: stated without error where the analysis assumes none."""
    if use == "uncertain":
        return data
    known = amplification_factors(data)
    perfect = use == "perfect"
    factors = [2.0 if perfect else known[str(gene)].value for gene in data[v.GENE].to_numpy()]
    return data.assign(
        {v.STATED_FACTOR: (v.GENE, factors), v.STATED_FACTOR_SD: (v.GENE, np.full(len(factors), EXACTLY_SD))}
    )


def _fit(
    entry: ModelEntry,
    data: xr.Dataset,
    key: tuple[Any, ...],
    batch: PairBatch,
    study: int,
    questions: Questions,
    settings: SamplerSettings,
    slots: int = 0,
) -> xr.Dataset | None:
    """What is asked of one study; None where the model does not take it, or the gate refuses the fit."""
    seed = seeding.sampler_seed(batch.scenario.seed, *batch.path, "nuts", study)
    posterior = drawn_posterior(entry, data, key, seed, settings, slots)
    if posterior is None:
        return None
    rng = seeding.stream(batch.scenario.seed, *batch.path, "new subject", study)
    return _describe(posterior, questions, rng)


def drawn_posterior(
    entry: ModelEntry, data: xr.Dataset, key: tuple[Any, ...], seed: int, settings: SamplerSettings, slots: int = 0
) -> xr.Dataset | None:
    """Draws of one study by NUTS; None where the model does not take it, or the gate refuses the fit.

    Parameters
    ----------
    entry, data
        Model and study.
    key
        What a compiled model cannot swap; the last is names and values of priors, of which those of the model are
        taken.
    seed, settings
        Of the sampler.
    slots
        Places for dim cells, of a model that has them.
    """
    try:
        compiled, arrays = _ready(entry, data, key, slots)
        drawn = sample(compiled.with_data(arrays), settings, seed)
        if not diagnose(drawn, gate=GATE).passed:
            return None
    except (checks.InputError, RuntimeError):
        return None
    return drawn["posterior"].to_dataset()


def _ready(
    entry: ModelEntry, data: xr.Dataset, key: tuple[Any, ...], needed: int
) -> tuple[CompiledModel, dict[str, np.ndarray]]:
    """A compiled model of the shape, from the shelf or new, and the arrays of the study.

    Models with slots for dim cells are compiled with some to spare, and again where a batch needs more.
    """
    names = {name: value for name, value in key[-1] if name in entry.priors.__dataclass_fields__}
    priors = entry.priors(**names)
    if entry.slots is None:
        if key not in _compiled:
            _compiled[key] = compile_model(entry.build(data, priors))
        return _compiled[key], dict(entry.arrays(data))
    held = [k[-1] for k in _compiled if k[:-1] == key and k[-1] >= needed]
    slots = min(held) if held else needed + _SPARE_SLOTS
    if not held:
        _compiled[*key, slots] = compile_model(entry.build(data, priors, slots))
    return _compiled[*key, slots], dict(entry.arrays(data, slots))


def _describe(posterior: xr.Dataset, questions: Questions, rng: np.random.Generator) -> xr.Dataset:
    """The draws as `analyse` would describe the posterior, for one study."""
    dims = (v.TARGET, v.CELL_TYPE, v.CONTRAST)
    mu, sigma = (
        posterior[f"{what}_{v.LOG2_FOLD_CHANGE}"].transpose(*dims, "chain", "draw").to_numpy()
        for what in ("mu", "sigma")
    )
    error = np.array([float(az.mcse(one, method="mean")) for one in mu.reshape(-1, *mu.shape[-2:])])
    mu, sigma = (x.reshape(x.shape[0], -1, x.shape[-2] * x.shape[-1]) for x in (mu, sigma))
    new = mu + sigma * rng.standard_normal(mu.shape)
    apart = (
        np.stack([mu[:, a] - mu[:, b] for a, b in questions.differences], axis=1)
        if questions.differences
        else mu[:, :0]
    )
    found = xr.Dataset({MEAN_MCSE: ((v.TARGET, "group"), error.reshape(mu.shape[:2]))})
    for prefix, dim, values in (
        ("", "group", mu),
        ("new_subject_", "group", new),
        ("difference_", "difference", apart),
    ):
        of = (v.TARGET, dim)
        found[f"{prefix}mean"] = (of, values.mean(axis=-1))
        found[f"{prefix}sd"] = (of, values.std(axis=-1))
        above = [(values > at).mean(axis=-1) for at in questions.thresholds]
        found[f"{prefix}p_above"] = (
            (*of, "threshold"),
            np.stack(above, axis=-1) if above else np.empty((*values.shape[:2], 0)),
        )
        quantiles = [
            np.quantile(values, p, axis=-1) if values.size else values[..., 0] for p in questions.probabilities
        ]
        found[f"{prefix}quantile"] = (
            (*of, "probability"),
            np.stack(quantiles, axis=-1) if quantiles else np.empty((*values.shape[:2], 0)),
        )
    return found


def _together(found: list[xr.Dataset | None], batch: PairBatch, questions: Questions) -> PairAnswer:
    """One Dataset along study, NaN where there was no fit."""
    some = next((one for one in found if one is not None), None)
    if some is None:
        some = _describe(_nothing(batch), questions, np.random.default_rng(0))
    nothing = some * np.nan
    posterior = xr.concat([nothing if one is None else one for one in found], dim=v.STUDY)
    posterior = posterior.assign_coords(
        {
            v.TARGET: batch.pairs[v.TARGET].to_numpy(),
            "group": group_names(batch.pairs),
            "threshold": list(questions.thresholds),
            "probability": list(questions.probabilities),
        }
    )
    return PairAnswer(posterior, np.array([FAILED if one is None else NUTS for one in found]))


def _nothing(batch: PairBatch) -> xr.Dataset:
    """A posterior of the right shape, to take the place of those that there are not."""
    dims = (v.TARGET, v.CELL_TYPE, v.CONTRAST, "chain", "draw")
    empty = np.zeros((*(batch.pairs.sizes[dim] for dim in dims[:3]), 1, 2))
    return xr.Dataset({f"{what}_{v.LOG2_FOLD_CHANGE}": (dims, empty) for what in ("mu", "sigma")})
