"""Posteriors of published summaries over samples drawn from their priors, and NUTS on the model of the catalogue.

Null: with truths from the prior, intervals of 50% and 90% hold mu and tau in 50% and 90% of samples.
"""

from decimal import Decimal

import arviz as az
import numpy as np
import pytest
from scipy import stats

from lensim.inference.catalogue import find_model
from lensim.inference.engine_nutpie import SamplerSettings, compile_model, sample
from lensim.qpcr.truth import MU_FOLD_CHANGE, SIGMA_FOLD_CHANGE
from lensim.summaries.posterior import summary_posterior
from lensim.summaries.priors import SummaryPriors
from lensim.summaries.sheet import summary_data
from lensim.summaries.summary import PublishedSummary

pytestmark = pytest.mark.calibrate

SAMPLES = 100
DRAWS = 1000
FALSE_ALARM = 1e-6
FAR = 4.0
PRIORS = SummaryPriors()


def _digits(value: float) -> str:
    """As papers print: three digits, or all before the point."""
    return f"{value:.0f}" if value >= 100 else f"{Decimal(value):.3g}"


def _range(z: np.ndarray) -> dict:
    y = 100 * 2.0**z
    content = {"median": np.median(y), "minimum": y.min(), "maximum": y.max()}
    printed = {name: _digits(value) for name, value in content.items()}
    return {"scale": "percent_of_control", "increases": int((z > 0).sum())} | printed


def _quartiles(z: np.ndarray) -> dict:
    names = ("lower_quartile", "median", "upper_quartile")
    each = zip(names, np.quantile(100 * 2.0**z, (0.25, 0.5, 0.75)), strict=True)
    return {"scale": "percent_of_control"} | {name: _digits(value) for name, value in each}


def _ratio_moments(z: np.ndarray) -> dict:
    y = 2.0**z
    return {"scale": "ratio", "mean": _digits(y.mean()), "sd": _digits(y.std(ddof=1))}


def _log_moments(z: np.ndarray) -> dict:
    return {"scale": "log2", "mean": f"{z.mean():.2f}", "sem": f"{z.std(ddof=1) / np.sqrt(len(z)):.3f}"}


def _range_and_p(z: np.ndarray) -> dict:
    p = {"value": f"{stats.ttest_1samp(z, 0).pvalue:.1g}", "test": "t_log2", "sides": "two"}
    return _range(z) | {"p": p}


KINDS = {
    "range": _range,
    "quartiles": _quartiles,
    "mean and sd of ratios": _ratio_moments,
    "mean and sem of logs": _log_moments,
    "range and P": _range_and_p,
}


@pytest.mark.parametrize("n", [4, 7, 12, 30])
@pytest.mark.parametrize("kind", KINDS)
def test_intervals_hold_the_truth(kind, n):
    below = np.empty((SAMPLES, 2))
    for k in range(SAMPLES):
        rng = np.random.default_rng([13, n, k])
        mu = PRIORS.sd_mu * rng.standard_normal()
        tau = PRIORS.median_tau * np.exp(PRIORS.log_sd_tau * rng.standard_normal())
        summary = PublishedSummary.model_validate(
            {"name": "a", "n": n, **KINDS[kind](mu + tau * rng.standard_normal(n))}
        )
        posterior = summary_posterior([summary], k, DRAWS)["posterior"]
        below[k] = [
            (posterior[name].to_numpy() < true).mean()
            for name, true in ((MU_FOLD_CHANGE, mu), (SIGMA_FOLD_CHANGE, tau))
        ]
    for level in (0.5, 0.9):
        for column in (0, 1):
            covered = int((np.abs(below[:, column] - 0.5) < level / 2).sum())
            assert stats.binomtest(covered, SAMPLES, level).pvalue > FALSE_ALARM
    assert stats.kstest(below[:, 0], "uniform").pvalue > FALSE_ALARM
    assert stats.kstest(below[:, 1], "uniform").pvalue > FALSE_ALARM


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
    for variable in (MU_FOLD_CHANGE, SIGMA_FOLD_CHANGE):
        draws = theirs[variable].to_numpy()
        error = np.hypot(draws.std() / np.sqrt(az.ess(draws)), ours[variable].to_numpy().std() / np.sqrt(20_000))
        assert abs(draws.mean() - ours[variable].to_numpy().mean()) < FAR * error
