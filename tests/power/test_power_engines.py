"""Engines that sample: the audit of a run, and studies that are handed on because they are not Gaussian."""

import subprocess
import sys

import numpy as np
import pytest

from lensim.power.diagnosands import EXACT, FAILED, NUTS
from lensim.power.expression.chunk import run_chunk
from lensim.power.run import run_power
from lensim.power.scenario import scenario_of
from lensim.power.words import audit_sentences

RULE = {"rule": "posterior", "above": 0.0}
FEW_COPIES = {
    "name": "few copies",
    "seed": 3,
    "design": {"subjects": {"line": 4}, "experiments": 1},
    "truth": {"expression": [{"mu_log2_level": -5.5, "mu_log2_fold_change": 1.0}]},
    "rules": [RULE],
}


@pytest.mark.sampling
def test_a_run_audits_some_of_its_own_studies(tmp_path):
    scenario = scenario_of(
        {
            "name": "audited",
            "seed": 11,
            "design": {"assay": "ratios", "subjects": {"line": 5}},
            "truth": {"expression": [{"mu_log2_fold_change": 0.4}]},
            "rules": [RULE, {"rule": "interval", "low": -0.2, "high": 0.2}],
            "studies": {"count": 50},
            "audit": {"studies": 3, "draws": 1500},
        }
    )
    result = run_power(scenario, tmp_path / "out")
    audit = result.audit
    assert audit["study"].nunique() == 3
    assert len(audit) == 6
    fitted = audit[~audit["nuts_failed"]]
    assert len(fitted)
    assert ((fitted["fast_mean"] - fitted["nuts_mean"]).abs() < 6 * fitted["mean_mcse"]).all()
    known = fitted[fitted["probability_mcse"].notna()]
    assert ((known["fast_probability"] - known["nuts_probability"]).abs() < 6 * known["probability_mcse"] + 0.01).all()
    assert audit_sentences(audit)[0].startswith("Spot check: 3 studies were fitted again by NUTS: ")
    again = run_power(scenario, tmp_path / "out")
    assert again.audit.equals(audit)


@pytest.mark.calibrate
def test_studies_with_few_copies_are_handed_on():
    """Minutes of compiling: the model of reactions answers where the exact engine does not."""
    auto = run_chunk(scenario_of(FEW_COPIES), {}, 0, 6)
    exact = run_chunk(scenario_of(FEW_COPIES | {"analysis": {"engine": "exact"}}), {}, 0, 6)
    handed_on = exact["answered_by"].to_numpy() == FAILED
    assert 0 < handed_on.sum() < 6
    assert set(auto["answered_by"][handed_on]) <= {NUTS, FAILED}
    assert (auto["answered_by"][~handed_on] == EXACT).all()
    assert np.isfinite(auto["estimate"][auto["answered_by"] == NUTS]).all()
    assert auto[~handed_on].equals(exact[~handed_on])


def test_a_worker_loads_no_sampler_for_studies_that_a_fast_engine_answers():
    """Two seconds of each worker's start."""
    asked = "import sys, lensim.power.expression.chunk, lensim.power.dose_response.chunk; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.split()
    assert not {"nutpie", "arviz", "pytensor"} & {*loaded}
