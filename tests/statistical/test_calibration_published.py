"""Posteriors of published summaries over samples drawn from their priors, and NUTS on the model of the catalogue.

Null: with truths from the prior, intervals of 50% and 90% hold mu and tau in 50% and 90% of samples.
"""

import arviz as az
import numpy as np
import pytest
from scipy import stats

from experiments.coverage_published import KINDS, row_of, samples_of
from lensim import vocabulary as v
from lensim.inference.catalogue import find_model
from lensim.inference.engine_nutpie import compile_model, sample
from lensim.inference.settings import SamplerSettings
from lensim.summaries.model_data import summary_data
from lensim.summaries.posterior import OMEGA, summary_posterior
from lensim.summaries.priors import SummaryPriors
from lensim.summaries.summary import PublishedSummary

pytestmark = [pytest.mark.calibrate, pytest.mark.sampling]

SAMPLES = 500
DRAWS = 1000
SEED = 13
PRIORS = SummaryPriors()
FALSE_ALARM = 1e-6
FAR = 4.0


@pytest.mark.parametrize("n", [4, 7, 12, 30])
@pytest.mark.parametrize("kind", KINDS)
def test_intervals_hold_the_truth(kind, n):
    found = samples_of(kind, n, SAMPLES, DRAWS, SEED)
    row = row_of(kind, n, found)
    assert row["failed"] <= SAMPLES // 100, found["error"].unique()
    for name in ("mu", "tau"):
        for level in (0.5, 0.9):
            covered = round(row[f"{name}_{100 * level:.0f}"] * SAMPLES / 100)
            assert stats.binomtest(covered, SAMPLES, level).pvalue > FALSE_ALARM
        assert stats.kstest(found[f"below_{name}"].dropna(), "uniform").pvalue > FALSE_ALARM


CASES = {
    "even n": {"n": 12, "scale": "percent_of_control", "median": 179, "minimum": 58, "maximum": 369, "increases": 10},
    "few": {"n": 4, "scale": "percent_of_control", "median": 292, "minimum": 170, "maximum": 509, "increases": 4},
    "quartiles": {"n": 30, "scale": "ratio", "median": "1.5", "lower_quartile": "1.1", "upper_quartile": "2.3"},
    "moments": {"n": 9, "scale": "log2", "mean": "0.80", "sd": "0.60", "measurement_sd": 0.3},
}


@pytest.mark.parametrize("name", CASES)
def test_nuts_finds_the_same(name):
    summary = PublishedSummary.model_validate({"name": name, **CASES[name]})
    ours = summary_posterior([summary], 1, 20_000)["posterior"]
    compiled = compile_model(find_model("published_summary").build(summary_data(summary)))
    theirs = sample(compiled, SamplerSettings(draws=4000, tune=1000, chains=4, target_accept=0.95), 3)["posterior"]
    for variable in (v.MU_FOLD_CHANGE, v.SIGMA_FOLD_CHANGE):
        draws = theirs[variable].to_numpy()
        error = np.hypot(draws.std() / np.sqrt(az.ess(draws)), ours[variable].to_numpy().std() / np.sqrt(20_000))
        assert abs(draws.mean() - ours[variable].to_numpy().mean()) < FAR * error


def test_spread_between_studies_is_covered():
    """Null: omega from its prior lies in its 90% interval in 90% of kinds of four studies each."""
    inside, kinds = 0, 60
    for k in range(kinds):
        rng = np.random.default_rng([17, k])
        omega = PRIORS.sd_omega * abs(rng.standard_normal())
        mu = PRIORS.sd_mu * rng.standard_normal()
        tau = PRIORS.median_tau * np.exp(PRIORS.log_sd_tau * rng.standard_normal())
        summaries = []
        for study in range(4):
            z = mu + omega * rng.standard_normal() + tau * rng.standard_normal(10)
            content = {"mean": f"{z.mean():.3f}", "sd": f"{z.std(ddof=1):.3f}"}
            summaries.append(PublishedSummary(name=f"study {study}", n=10, scale="log2", **content))
        drawn = summary_posterior(summaries, k, 300)["posterior"][OMEGA].to_numpy()
        low, high = np.quantile(drawn, (0.05, 0.95))
        inside += low <= omega <= high
    assert stats.binomtest(inside, kinds, 0.9).pvalue > FALSE_ALARM
