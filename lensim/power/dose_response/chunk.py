"""The work of one chunk of panels, as a worker does it: simulate, analyse, decide."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from lensim import vocabulary as v
from lensim.inference.settings import SamplerSettings
from lensim.power.diagnosands import COLUMNS, EXACT, FAILED, LAPLACE, audit_table
from lensim.power.dose_response import engine_laplace
from lensim.power.dose_response.answer import PanelAnswer, gathered, with_rest
from lensim.power.dose_response.rule import PanelDraws, PanelEvidence
from lensim.power.dose_response.scenario import DoseResponseScenario
from lensim.power.dose_response.study import PanelBatch, simulate_chunk
from lensim.power.spec import stream_path


def run_chunk(scenario: DoseResponseScenario, setting: Mapping[str, Any], chunk: int, studies: int) -> pd.DataFrame:
    """Every decision of a chunk: one row for each study and rule, and for each line where the rule is on lines."""
    batch = simulate_chunk(scenario, stream_path(setting, chunk), studies)
    return decide(batch, answer(batch), chunk * scenario.studies.chunk)


def answer(batch: PanelBatch) -> PanelAnswer:
    """Posteriors by the engine that the scenario names; none where no rule is about one."""
    if not any(rule.needs_posterior for rule in batch.scenario.rules):
        studies = batch.data.sizes[v.STUDY]
        return PanelAnswer(gathered([None] * studies, batch), np.full(studies, EXACT))
    engine = batch.scenario.analysis.engine
    if engine == "nuts":
        return _by_nuts(batch)
    first = engine_laplace.answer(batch)
    doubtful = np.flatnonzero(first.answered_by == FAILED)
    if engine == "laplace" or not len(doubtful):
        return first
    return with_rest(first, _by_nuts(batch, doubtful), doubtful)


def _by_nuts(
    batch: PanelBatch, studies: np.ndarray | None = None, settings: SamplerSettings | None = None
) -> PanelAnswer:
    """Posteriors by NUTS, whose samplers are loaded only now."""
    from lensim.power.dose_response import engine_nuts

    return engine_nuts.answer(batch, studies, settings or engine_nuts.SETTINGS)


def decide(batch: PanelBatch, answer: PanelAnswer, first_study: int = 0) -> pd.DataFrame:
    """The verdict of every rule on every study of a batch."""
    evidence = PanelEvidence(batch.scenario.design, answer.draws, batch.truth, batch.data)
    parts = []
    for number, rule in enumerate(batch.scenario.rules):
        verdicts = rule.apply(evidence)
        decided = verdicts.decided.reshape(len(answer.answered_by), -1)
        study = np.repeat(np.arange(len(decided))[:, None], decided.shape[1], axis=1)
        columns = {"rule": np.full(study.size, number), "target": np.zeros(study.size)} | {
            name: np.asarray(getattr(verdicts, name)).ravel()
            for name in ("decided", "estimate", "low", "high", "probability", "truth", "is_null")
        }
        columns["answered_by"] = answer.answered_by[study.ravel()]
        if not rule.needs_posterior:  # a test fails where it has no P value
            columns["answered_by"] = np.where(np.isfinite(columns["probability"]), EXACT, FAILED)
        rows = pd.DataFrame({"study": study.ravel() + first_study, **{name: columns[name] for name in COLUMNS}})
        parts.append(rows if verdicts.counts is None else rows[verdicts.counts.ravel()])
    return pd.concat(parts, ignore_index=True).astype(
        {"study": "int64", "rule": "int16", "target": "int16", "decided": bool, "is_null": bool, "answered_by": "int8"}
    )


def run_audit(
    scenario: DoseResponseScenario, setting: Mapping[str, Any], chunk: int, size: int, studies: Sequence[int]
) -> pd.DataFrame:
    """Some studies of a chunk again by NUTS; decisions of both side by side, see `audit_table`.

    The mean that is compared is that of the panel's mean log10 EC50. Errors are those of NUTS, by its effective number
    of draws.
    """
    needs = [rule.needs_posterior for rule in scenario.rules]
    if not any(needs):
        return pd.DataFrame()
    batch = simulate_chunk(scenario, stream_path(setting, chunk), size)
    picked = np.asarray(studies, dtype=int)
    fast = engine_laplace.answer(batch, picked)
    kept = np.flatnonzero(fast.answered_by == LAPLACE)
    if not len(kept):
        return pd.DataFrame()
    picked, fast, part = picked[kept], _of(fast, kept), _part(batch, picked[kept])
    settings = scenario.audit.sampler
    nuts = _by_nuts(batch, picked, settings)
    panel = [answer.draws.curves[..., 0].mean(axis=2) for answer in (fast, nuts)]
    mean, sd = [x.mean(axis=1) for x in panel], [x.std(axis=1) for x in panel]
    error = np.array([_mean_mcse(draws, settings.chains) for draws in panel[1]])
    first, second = (_of_posterior(decide(part, one), needs) for one in (fast, nuts))
    at = first["study"].to_numpy()
    independent = np.clip((sd[1] / error) ** 2, 1.0, panel[1].shape[1])
    both = audit_table(first, second, independent[at]).assign(
        fast_mean=mean[0][at], nuts_mean=mean[1][at], fast_sd=sd[0][at], nuts_sd=sd[1][at], mean_mcse=error[at]
    )
    return both.assign(study=picked[at] + chunk * scenario.studies.chunk)


def _of_posterior(rows: pd.DataFrame, needs: Sequence[bool]) -> pd.DataFrame:
    """The rows of rules that are about a posterior."""
    return rows[rows["rule"].map(dict(enumerate(needs)))].reset_index(drop=True)


def _mean_mcse(draws: np.ndarray, chains: int) -> float:
    """Monte Carlo standard error of a mean, from draws in order of chains; NaN where there are none."""
    import arviz as az

    return float(az.mcse(draws.reshape(chains, -1), method="mean")) if np.isfinite(draws).all() else np.nan


def _part(batch: PanelBatch, studies: np.ndarray) -> PanelBatch:
    def of(data: xr.Dataset) -> xr.Dataset:
        return data.isel({v.STUDY: studies})

    return PanelBatch(batch.scenario, of(batch.data), of(batch.truth), batch.path)


def _of(answer: PanelAnswer, studies: np.ndarray) -> PanelAnswer:
    draws = PanelDraws(**{name: values[studies] for name, values in vars(answer.draws).items()})
    return PanelAnswer(draws, answer.answered_by[studies])
