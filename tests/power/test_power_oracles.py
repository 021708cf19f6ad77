"""Published and closed-form answers, by the general machinery: truth, simulated studies, rule, tally."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from lensim.power.run import run_power
from lensim.power.scenario import Scenario, scenario_of

STUDIES = 100_000
SURE = 4.0  # Monte Carlo standard errors
T_LOG2 = {"rule": "test", "test": "t_log2"}


def ratios(
    subjects: int,
    mu: Any,
    sigma: float,
    rule: dict[str, Any],
    *,
    experiments: int = 1,
    sd_pair: float = 0.0,
    **rest: Any,
) -> Scenario:
    """A scenario of log ratios: one population, one target."""
    return scenario_of(
        {
            "name": "oracle",
            "seed": 7,
            "design": {"assay": "ratios", "subjects": {"line": subjects}, "experiments": experiments},
            "truth": {
                "sd_log2_pair": sd_pair,
                "expression": [{"mu_log2_fold_change": mu, "sigma_log2_fold_change": sigma}],
            },
            "rules": [rule],
            "studies": {"count": STUDIES, "chunk": 5000},
            "audit": {"studies": 0},
        }
        | rest
    )


def share(scenario: Scenario, folder: Path) -> tuple[float, float]:
    row = run_power(scenario, folder).table.iloc[0]
    assert row["failed"] == 0
    return float(row["share"]), float(row["share_mcse"])


def agrees(scenario: Scenario, folder: Path, oracle: float) -> None:
    found, error = share(scenario, folder)
    print(f"{oracle:.6f}: {found:.5f} (± {error:.5f}, z {(found - oracle) / error:+.2f})")
    assert abs(found - oracle) < SURE * error


@pytest.mark.parametrize(("d", "n", "oracle"), [(1.0, 10, 0.803097), (0.5, 34, 0.807778), (1.5, 6, 0.832529)])
def test_paired_t(tmp_path, d, n, oracle):
    agrees(ratios(n, d, 1.0, T_LOG2), tmp_path / "s", oracle)


@pytest.mark.parametrize(("d", "oracle"), [(0.5, 33.367), (0.8, 14.303), (1.0, 9.938)])
def test_pairs_for_a_power_of_80_percent(tmp_path, d, oracle):
    """Between the numbers on either side power is straight; the number by a z test is not what is found."""
    fewer = int(oracle)
    scenario = ratios(fewer, d, 1.0, T_LOG2, grid={"design.subjects.line": [fewer, fewer + 1]})
    low, high = (row for _, row in run_power(scenario, tmp_path / "s").table.iterrows())
    rise = high["share"] - low["share"]
    part = (0.8 - low["share"]) / rise
    error = np.hypot((1 - part) * low["share_mcse"], part * high["share_mcse"]) / rise
    found = fewer + part
    print(f"{oracle}: {found:.3f} (± {error:.3f}, z {(found - oracle) / error:+.2f})")
    assert abs(found - oracle) < SURE * error
    by_z = ((stats.norm.isf(0.025) + stats.norm.isf(0.2)) / d) ** 2
    assert abs(found - by_z) > SURE * error


@pytest.mark.parametrize(("pairs", "replicates", "oracle"), [(6, 3, 0.5659), (9, 1, 0.6728)])
def test_pairs_against_replicates(tmp_path, pairs, replicates, oracle):
    """Variance of the mean: (0.5^2 + 2 * 0.3^2 / replicates) / pairs; a pair's own spread is sqrt(2) * 0.3."""
    scenario = ratios(pairs, 0.6, 0.5, T_LOG2, experiments=replicates, sd_pair=0.3 * np.sqrt(2.0))
    agrees(scenario, tmp_path / "s", oracle)


@pytest.mark.parametrize(("n", "oracle"), [(6, 0.50543), (10, 0.69278), (20, 0.83888)])
def test_assurance_of_the_paired_t(tmp_path, n, oracle):
    scenario = ratios(n, {"normal": (1.0, 0.5)}, 1.0, T_LOG2 | {"sides": "greater", "alpha": 0.025})
    result = run_power(scenario, tmp_path / "s").table.iloc[0]
    assert result["quantity"] == "assurance"
    assert abs(result["share"] - oracle) < SURE * result["share_mcse"]


@pytest.mark.parametrize(("sd_mu", "oracle"), [(1000.0, 0.739779), (1.0, 0.722917)])
@pytest.mark.calibrate
def test_assurance_with_and_without_an_analysis_prior(tmp_path, sd_mu, oracle):
    """A known sd of 1 is an analysis prior that is sure of it; the exact engine integrates what is left."""
    priors = {
        "sd_mu_log2_fold_change": sd_mu,
        "median_sigma_log2_fold_change": 1.0,
        "log_sd_sigma_log2_fold_change": 1e-4,
        "median_sd_log2_pair": 1e-4,
        "log_sd_sd_log2_pair": 1e-4,
    }
    rule = {"rule": "posterior", "above": 0.0, "probability": 0.975}
    scenario = ratios(10, {"normal": (1.0, 0.5)}, 1.0, rule, analysis={"engine": "exact", "priors": priors})
    agrees(scenario, tmp_path / "s", oracle)


def test_type_one_error_is_counted_as_one(tmp_path):
    """Without an effect a two-sided test finds one in alpha of studies, and there is no sign to get wrong."""
    row = run_power(ratios(8, 0.0, 1.0, T_LOG2), tmp_path / "s").table.iloc[0]
    assert abs(row["type_1"] - 0.05) < SURE * row["type_1_mcse"]
    assert np.isnan(row["power_where_true"])
    assert np.isnan(row["type_s"])


def test_errors_of_sign_and_size(tmp_path):
    """Gelman and Carlin's normal case, here with a t of many degrees of freedom; the closed form is the check."""
    n, d = 60, 0.1
    row = run_power(ratios(n, d, 1.0, T_LOG2), tmp_path / "s").table.iloc[0]
    z, shift = stats.t.isf(0.025, n - 1), d * np.sqrt(n)
    up, down = stats.nct.sf(z, n - 1, shift), stats.nct.cdf(-z, n - 1, shift)
    assert abs(row["share"] - (up + down)) < SURE * row["share_mcse"]
    assert abs(row["type_s"] - down / (up + down)) < SURE * row["type_s_mcse"]
    assert row["type_m"] > 2.5


def test_a_wrong_answer_would_be_noticed(tmp_path):
    found, error = share(ratios(10, 1.0, 1.0, T_LOG2), tmp_path / "s")
    assert abs(found - 0.79) > SURE * error
