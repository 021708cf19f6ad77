"""The work of one chunk of studies of groups: simulate, analyse, decide; a pure function of scenario and path."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from lensim.power.diagnosands import EXACT, audit_table
from lensim.power.expression.answer import MEAN_MCSE
from lensim.power.expression.decisions import decisions, rows_of_rule
from lensim.power.groups.answer import ITEM, GroupAnswer, questions_of
from lensim.power.groups.engine import ENGINES, by_quadrature
from lensim.power.groups.rules import GroupEvidence, GroupRule
from lensim.power.groups.scenario import GroupsScenario
from lensim.power.groups.spec import frame_of
from lensim.power.groups.study import GroupBatch, simulate_chunk
from lensim.power.spec import stream_path


def run_chunk(scenario: GroupsScenario, setting: Mapping[str, Any], chunk: int, studies: int) -> pd.DataFrame:
    """Every decision of a chunk: a row each study, rule and item, with its number, `COLUMNS` and `SCORES`."""
    batch = simulate_chunk(scenario, stream_path(setting, chunk), studies)
    needs = any(rule.needs_posterior for rule in scenario.rules)
    answer = ENGINES[scenario.analysis.engine](batch, questions_of(scenario)) if needs else None
    return decide(batch, answer, chunk * scenario.studies.chunk)


def decide(batch: GroupBatch, answer: GroupAnswer | None, first_study: int = 0) -> pd.DataFrame:
    """The verdict of every rule on every study of a batch."""
    scenario, weights = batch.scenario, frame_of(batch.scenario.design).weights
    effect = np.einsum("stg,cg->stc", batch.true_mean, weights)
    parts = []
    for number, rule in enumerate(scenario.rules):
        places = scenario.places(rule)
        target, comparison = (np.array(own, dtype=int) for own in zip(*places, strict=True))
        own = _items(scenario, rule)
        posterior = None if answer is None else answer.posterior.isel({ITEM: own})
        evidence = GroupEvidence(batch.level, batch.group_of_subject, posterior, places, weights)
        verdicts, truth = rule.apply(evidence), effect[:, target, comparison]
        answered_by = answer.answered_by[:, own] if rule.needs_posterior and answer is not None else None
        parts.append(rows_of_rule(number, rule, verdicts, truth, np.zeros(truth.shape), answered_by))
    return decisions(parts, first_study)


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
    settings = scenario.audit.sampler
    nuts = engine_nuts.answer_levels(batch, questions, picked, settings)
    ours = GroupAnswer(fast.posterior.isel(study=kept), fast.answered_by[kept])
    part = batch.part(picked)
    draws = ((nuts.posterior["sd"] / nuts.posterior[MEAN_MCSE]) ** 2).clip(1.0, 2 * settings.draws)
    both = audit_table(decide(part, ours), decide(part, nuts), _of_rules(draws, scenario))
    both["study"] = picked[both["study"]] + chunk * scenario.studies.chunk
    for name, posterior in (("fast", ours.posterior), ("nuts", nuts.posterior)):
        for what in ("mean", "sd"):
            both[f"{name}_{what}"] = _of_rules(posterior[what], scenario)
    both["mean_mcse"] = _of_rules(nuts.posterior[MEAN_MCSE], scenario)
    needs = [rule.needs_posterior for rule in scenario.rules]
    return both[both["rule"].map(dict(enumerate(needs)))].reset_index(drop=True)


def _of_rules(values: xr.DataArray, scenario: GroupsScenario) -> np.ndarray:
    """Values (study, item of all comparisons) in the order of `decide`'s rows: of the items of each rule."""
    return np.concatenate([values.to_numpy()[:, _items(scenario, rule)].reshape(-1) for rule in scenario.rules])


def _items(scenario: GroupsScenario, rule: GroupRule) -> list[int]:
    """Positions of the items of a rule among those of all comparisons."""
    comparisons = len(scenario.design.comparisons)
    return [t * comparisons + c for t, c in scenario.places(rule)]
