"""The work of one chunk of studies of groups: simulate, analyse, decide; a pure function of scenario and path."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from lensim.inference.settings import SamplerSettings
from lensim.power.diagnosands import COLUMNS, EXACT, FAILED, SCORES, audit_table
from lensim.power.groups.answer import ITEM, GroupAnswer, questions_of
from lensim.power.groups.engine import by_quadrature, find_engine
from lensim.power.groups.rules import GroupEvidence, GroupRule
from lensim.power.groups.scenario import GroupsScenario
from lensim.power.groups.spec import frame_of
from lensim.power.groups.study import GroupBatch, simulate_chunk
from lensim.power.spec import stream_path


def run_chunk(scenario: GroupsScenario, setting: Mapping[str, Any], chunk: int, studies: int) -> pd.DataFrame:
    """Every decision of a chunk: a row each study, rule and item, with its number, `COLUMNS` and `SCORES`."""
    batch = simulate_chunk(scenario, stream_path(setting, chunk), studies)
    needs = any(rule.needs_posterior for rule in scenario.rules)
    answer = find_engine(scenario.analysis.engine)(batch, questions_of(scenario)) if needs else None
    return decide(batch, answer, chunk * scenario.studies.chunk)


def decide(batch: GroupBatch, answer: GroupAnswer | None, first_study: int = 0) -> pd.DataFrame:
    """The verdict of every rule on every study of a batch."""
    scenario, weights = batch.scenario, frame_of(batch.scenario.design).weights
    effect = np.einsum("stg,cg->stc", batch.true_mean, weights)
    parts = []
    for number, rule in enumerate(scenario.rules):
        places = scenario.places(rule)
        target, comparison = (np.array(own, dtype=int) for own in zip(*places, strict=True))
        own = target * len(weights) + comparison
        posterior = None if answer is None else answer.posterior.isel({ITEM: own})
        evidence = GroupEvidence(batch.level, batch.group_of_subject, posterior, places, weights)
        verdicts, truth = rule.apply(evidence), effect[:, target, comparison]
        if rule.needs_posterior and answer is not None:
            answered_by = answer.answered_by[:, own]
        else:  # a test fails where it has no P value
            answered_by = np.where(np.isfinite(verdicts.probability), EXACT, FAILED)
        study = np.repeat(np.arange(len(truth))[:, None] + first_study, len(own), axis=1)
        item = np.repeat(np.arange(len(own))[None], len(truth), axis=0)
        none = np.zeros(truth.shape)
        columns = (
            np.full(study.shape, number), item, verdicts.decided, verdicts.estimate, verdicts.low, verdicts.high,
            verdicts.probability, truth, rule.is_null(truth), answered_by,
            rule.covered(verdicts, truth, none), rule.is_so(truth, none),
        )  # fmt: skip
        table = {"study": study.ravel()} | {
            name: np.asarray(values).ravel() for name, values in zip((*COLUMNS, *SCORES), columns, strict=True)
        }
        parts.append(pd.DataFrame(table))
    return pd.concat(parts, ignore_index=True).astype(
        {name: bool for name in ("decided", "is_null", "is_so")}
        | {"study": "int64", "rule": "int16", "target": "int16", "answered_by": "int8"}
    )


def run_audit(
    scenario: GroupsScenario, setting: Mapping[str, Any], chunk: int, size: int, studies: Sequence[int]
) -> pd.DataFrame:
    """Some studies of a chunk again, by NUTS on the levels that the quadrature had; decisions of both side by side.

    Only studies that the quadrature answered are looked at. Columns as `audit_table` has them, and fast_mean,
    nuts_mean, mean_mcse, fast_sd, nuts_sd of the log2 ratio. Errors are those of NUTS, by its effective number of
    draws.
    """
    batch = simulate_chunk(scenario, stream_path(setting, chunk), size)
    questions, asked = questions_of(scenario), np.asarray(studies, dtype=int)
    fast = by_quadrature(batch.part(asked), questions)
    kept = np.flatnonzero((fast.answered_by == EXACT).any(axis=1))
    if not len(kept):
        return pd.DataFrame()
    from lensim.power.groups import engine_nuts  # which loads samplers

    picked = asked[kept]
    settings = SamplerSettings(draws=scenario.audit.draws, tune=600, chains=2, target_accept=0.95, cores=1)
    nuts = engine_nuts.answer_levels(batch, questions, picked, settings)
    ours = GroupAnswer(fast.posterior.isel(study=kept), fast.answered_by[kept])
    part = batch.part(picked)
    draws = ((nuts.posterior["sd"] / nuts.posterior[engine_nuts.MEAN_MCSE]) ** 2).clip(1.0, 2 * settings.draws)
    both = audit_table(decide(part, ours), decide(part, nuts), _of_rules(draws, scenario))
    both["study"] = picked[both["study"]] + chunk * scenario.studies.chunk
    for name, posterior in (("fast", ours.posterior), ("nuts", nuts.posterior)):
        for what in ("mean", "sd"):
            both[f"{name}_{what}"] = _of_rules(posterior[what], scenario)
    both["mean_mcse"] = _of_rules(nuts.posterior[engine_nuts.MEAN_MCSE], scenario)
    needs = both["rule"].map({number: rule.needs_posterior for number, rule in enumerate(scenario.rules)})
    return both[needs.to_numpy(dtype=bool)].reset_index(drop=True)


def _of_rules(values: xr.DataArray, scenario: GroupsScenario) -> np.ndarray:
    """Values (study, item of all comparisons) in the order of `decide`'s rows: of the items of each rule."""
    comparisons = len(scenario.design.comparisons)
    parts = [values.to_numpy()[:, _items(scenario, rule, comparisons)].reshape(-1) for rule in scenario.rules]
    return np.concatenate(parts)


def _items(scenario: GroupsScenario, rule: GroupRule, comparisons: int) -> list[int]:
    return [t * comparisons + c for t, c in scenario.places(rule)]
