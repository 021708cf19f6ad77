"""The work of one chunk, as a worker does it: simulate, analyse, decide; a pure function of scenario and path."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from lensim.inference.settings import SamplerSettings
from lensim.power.diagnosands import EXACT, audit_table
from lensim.power.expression import engine_exact
from lensim.power.expression.answer import MEAN_MCSE, PairAnswer
from lensim.power.expression.decisions import decisions, rows_of_rule
from lensim.power.expression.engine import find_engine, name_differences, questions_of
from lensim.power.expression.rule import PairVerdicts, evidence_of
from lensim.power.expression.scenario import ExpressionScenario
from lensim.power.expression.study import PairBatch, simulate_chunk
from lensim.power.spec import stream_path


def run_chunk(scenario: ExpressionScenario, setting: Mapping[str, Any], chunk: int, studies: int) -> pd.DataFrame:
    """Every decision of a chunk: a row each study, rule and target, with its number, `COLUMNS` and `SCORES`."""
    batch = simulate_chunk(scenario, stream_path(setting, chunk), studies)
    needs = any(rule.needs_posterior for rule in scenario.rules)
    answer = find_engine(scenario.analysis.engine)(batch, questions_of(scenario)) if needs else None
    return decide(batch, answer, chunk * scenario.studies.chunk)


def decide(batch: PairBatch, answer: PairAnswer | None, first_study: int = 0) -> pd.DataFrame:
    """The verdict of every rule on every study of a batch."""
    scenario = batch.scenario
    posterior = None if answer is None else name_differences(answer.posterior, scenario)
    evidence = evidence_of(batch.pairs, posterior)
    kinds = list(scenario.design.subjects)
    parts = []
    for number, rule in enumerate(scenario.rules):
        verdicts: PairVerdicts = rule.apply(evidence)
        truth, spread = rule.true_effect(batch.true_mu, kinds), rule.of_cell_type(batch.true_sigma, kinds)
        answered_by = None
        if rule.needs_posterior and answer is not None:
            answered_by = np.repeat(answer.answered_by[:, None], truth.shape[1], axis=1)
        parts.append(rows_of_rule(number, rule, verdicts, truth, spread, answered_by))
    return decisions(parts, first_study)


def run_audit(
    scenario: ExpressionScenario, setting: Mapping[str, Any], chunk: int, size: int, studies: Sequence[int]
) -> pd.DataFrame:
    """Some studies of a chunk again, by NUTS on the pairs that the exact engine had; decisions of both side by side.

    Only studies that the exact engine answered are looked at. Columns as `audit_table` has them, and
    fast_mean, nuts_mean, mean_mcse, fast_sd, nuts_sd of the population mean of the first cell type. Errors are those
    of NUTS, by its effective number of draws.
    """
    batch = simulate_chunk(scenario, stream_path(setting, chunk), size)
    questions = questions_of(scenario)
    asked = np.asarray(studies, dtype=int)
    exact = engine_exact.answer(_part(batch, asked), questions)
    kept = np.flatnonzero(exact.answered_by == EXACT)
    if not len(kept):
        return pd.DataFrame()
    from lensim.power.expression import engine_nuts  # which loads samplers

    picked = asked[kept]
    settings = scenario.audit.sampler
    nuts = engine_nuts.answer_pairs(batch, questions, picked, settings)
    part = _part(batch, picked)
    ours = PairAnswer(exact.posterior.isel(study=kept), exact.answered_by[kept])
    both = audit_table(
        decide(part, ours), decide(part, nuts), _of_rules(_independent(nuts.posterior, settings), scenario)
    )
    both["study"] = picked[both["study"]] + chunk * scenario.studies.chunk
    for name, posterior in (("fast", ours.posterior), ("nuts", nuts.posterior)):
        for what in ("mean", "sd"):
            both[f"{name}_{what}"] = _of_rules(posterior[what].isel(group=0).to_numpy(), scenario)
    both["mean_mcse"] = _of_rules(nuts.posterior[MEAN_MCSE].isel(group=0).to_numpy(), scenario)
    needs = [rule.needs_posterior for rule in scenario.rules]
    return both[both["rule"].map(dict(enumerate(needs)))].reset_index(drop=True)


def _part(batch: PairBatch, studies: np.ndarray) -> PairBatch:
    """Some studies of a batch, as pairs."""
    return PairBatch(
        batch.scenario,
        batch.pairs.isel(study=studies),
        None,
        batch.true_mu[studies],
        batch.true_sigma[studies],
        batch.path,
    )


def _of_rules(values: np.ndarray, scenario: ExpressionScenario) -> np.ndarray:
    """Values (study, target) in the order of `decide`'s rows: the same for every rule."""
    return np.tile(values.reshape(-1), len(scenario.rules))


def _independent(posterior: xr.Dataset, settings: SamplerSettings) -> np.ndarray:
    """Independent draws that say as much of a target's means as those of NUTS (study, target), no more than these."""
    effective = (posterior["sd"] / posterior[MEAN_MCSE]) ** 2
    return np.asarray(effective.min("group").clip(1.0, settings.chains * settings.draws).to_numpy())
