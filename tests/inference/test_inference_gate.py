from dataclasses import replace

import arviz as az
import numpy as np
import pytest
import xarray as xr

from lensim.inference.gate import convergence_table, diagnose
from lensim.inference.settings import GateSettings
from lensim.inference.verdict import Verdict
from lensim.seeding import stream

CHAINS, DRAWS = 4, 1000


def normal_draws(*shape: int, name: str = "draws") -> np.ndarray:
    return stream(5, "diagnose", name).normal(size=(CHAINS, DRAWS, *shape))


def statistics(**replaced: np.ndarray) -> xr.Dataset:
    """What nutpie writes of a good run: energies that move freely, no divergence, no tree at its largest depth."""
    stats = {
        "energy": normal_draws(name="energy"),
        "diverging": np.zeros((CHAINS, DRAWS), dtype=bool),
        "maxdepth_reached": np.zeros((CHAINS, DRAWS), dtype=bool),
    } | replaced
    return xr.Dataset({name: (("chain", "draw"), values) for name, values in stats.items()})


def result_of(values: np.ndarray, **replaced: np.ndarray) -> xr.DataTree:
    posterior = xr.Dataset(
        {"mu": (("chain", "draw"), values), "x": (("chain", "draw", "cell_line"), normal_draws(2, name="x"))},
        coords={"cell_line": ["NCI-H929", "Z138"]},
    )
    return xr.DataTree.from_dict({"posterior": posterior, "sample_stats": statistics(**replaced)})


def autocorrelated(rho: float) -> np.ndarray:
    steps = normal_draws(name="steps")
    chain = steps.copy()
    for draw in range(1, DRAWS):
        chain[:, draw] = rho * chain[:, draw - 1] + np.sqrt(1 - rho**2) * steps[:, draw]
    return chain


def test_independent_normal_draws_pass():
    verdict = diagnose(result_of(normal_draws()))
    assert verdict.passed
    assert verdict.reasons == ()
    assert verdict.largest_r_hat < 1.01
    assert min(verdict.smallest_ess_bulk, verdict.smallest_ess_tail) > 2000
    assert (verdict.divergences, verdict.saturated_share) == (0, 0.0)
    assert verdict.smallest_e_bfmi == pytest.approx(2.0, abs=0.3)
    assert verdict.sentence().startswith("converged: R-hat at most 1.0")


def test_figures_are_those_of_arviz():
    draws = result_of(normal_draws())["posterior"].to_dataset()
    table = convergence_table(draws)
    assert table.index.tolist() == ["mu", "x[NCI-H929]", "x[Z138]"]
    one = draws["x"].sel(cell_line="Z138").to_numpy()
    assert table.loc["x[Z138]", "r_hat"] == float(az.rhat(one, method="rank"))
    assert table.loc["x[Z138]", "ess_bulk"] == pytest.approx(float(az.ess(one, method="bulk")), rel=1e-9)


def rejection(verdict: Verdict) -> str:
    """The one reason of a rejection."""
    assert not verdict.passed
    assert len(verdict.reasons) == 1, verdict.reasons
    assert verdict.reasons[0] in verdict.sentence()
    assert verdict.sentence().startswith("NOT converged: ")
    return verdict.reasons[0]


def test_a_shifted_chain_is_rejected_for_its_r_hat():
    shifted = normal_draws()
    shifted[2] += 0.4
    gate = GateSettings(smallest_ess=1.0)  # a shift costs effective draws too; here R-hat alone is asked
    assert rejection(diagnose(result_of(shifted), gate=gate)).startswith("R-hat of mu must be below 1.01, got 1.0")


def test_a_chain_of_another_spread_is_rejected_though_its_mean_is_right():
    wide = normal_draws()
    wide[1] *= 3.0
    verdict = diagnose(result_of(wide))
    assert any(reason.startswith("R-hat of mu must be below 1.01") for reason in verdict.reasons)


def test_an_autocorrelated_chain_is_rejected_for_its_ess():
    gate = GateSettings(largest_r_hat=2.0)
    verdict = diagnose(result_of(autocorrelated(0.95)), gate=gate)
    assert rejection(verdict).startswith("ESS of mu must be at least 400, got ")
    assert verdict.worst_variable == "mu"


def test_a_divergence_is_rejected():
    diverging = np.zeros((CHAINS, DRAWS), dtype=bool)
    diverging[0, :3] = True
    reason = rejection(diagnose(result_of(normal_draws(), diverging=diverging)))
    assert reason == "divergences must be at most 0, got 3"


def test_energy_that_creeps_is_rejected():
    energy = normal_draws(name="energy")
    energy[3] = np.cumsum(energy[3]) / 5
    verdict = diagnose(result_of(normal_draws(), energy=energy))
    assert rejection(verdict).startswith("E-BFMI must be at least 0.3, got 0.0")
    assert verdict.smallest_e_bfmi == pytest.approx(np.min(az.bfmi(energy)))


def test_saturated_trees_are_rejected():
    reached = np.zeros((CHAINS, DRAWS), dtype=bool)
    reached[:, :10] = True
    reason = rejection(diagnose(result_of(normal_draws(), maxdepth_reached=reached)))
    assert reason == "share of draws at the largest tree depth must be at most 0, got 0.01"


def test_every_fault_is_told():
    diverging = np.ones((CHAINS, DRAWS), dtype=bool)
    bad = autocorrelated(0.99)
    bad[0] += 3.0
    energy = np.cumsum(normal_draws(name="energy"), axis=1)
    verdict = diagnose(result_of(bad, diverging=diverging, maxdepth_reached=diverging, energy=energy))
    assert [reason.split(" must ")[0] for reason in verdict.reasons] == [
        "R-hat of mu",
        "ESS of mu",
        "divergences",
        "E-BFMI",
        "share of draws at the largest tree depth",
    ]


def test_constant_draws_are_ignored():
    result = result_of(np.ones((CHAINS, DRAWS)))
    assert diagnose(result).passed
    assert np.isnan(convergence_table(result["posterior"].to_dataset()).loc["mu"]).all()


def test_constant_infinite_draws_are_ignored():
    assert diagnose(result_of(np.full((CHAINS, DRAWS), np.inf))).passed


def test_infinite_draws_are_ranked_above_all_others():
    values = normal_draws()
    infinite = np.where(values > 0.5, np.inf, values)
    verdict = diagnose(result_of(infinite))
    assert verdict.passed
    assert np.isfinite([verdict.largest_r_hat, verdict.smallest_ess_bulk, verdict.smallest_ess_tail]).all()


def test_a_chain_that_is_infinite_on_its_own_is_rejected():
    values = normal_draws()
    values[0] = np.inf
    verdict = diagnose(result_of(values))
    assert not verdict.passed
    assert verdict.largest_r_hat > 1.1


def test_negative_infinities_are_ranked_below():
    values = normal_draws()
    values[values < -1] = -np.inf
    assert diagnose(result_of(values)).passed


def test_estimands_are_judged_too():
    estimands = xr.Dataset({"log10_ic50_um": (("chain", "draw"), autocorrelated(0.98))})
    verdict = diagnose(result_of(normal_draws()), estimands)
    assert not verdict.passed
    assert verdict.worst_variable == "log10_ic50_um"


def test_a_sampler_that_tells_no_depth_is_judged_by_the_rest():
    result = result_of(normal_draws())
    result["sample_stats"] = result["sample_stats"].to_dataset().drop_vars("maxdepth_reached")
    assert diagnose(result).passed


@pytest.mark.parametrize("replaced", [{}, {"diverging": np.ones((CHAINS, DRAWS), dtype=bool)}])
def test_verdict_survives_the_way_through_text(replaced):
    verdict = diagnose(result_of(normal_draws(), **replaced))
    assert Verdict.from_json(verdict.to_json()) == verdict
    assert Verdict.from_json(verdict.to_json()) != replace(verdict, passed=not verdict.passed)


def test_a_large_posterior_is_judged_in_parts(monkeypatch):
    draws = result_of(autocorrelated(0.5))["posterior"].to_dataset()
    whole = convergence_table(draws)
    monkeypatch.setattr("lensim.inference.gate.NUMBERS_AT_ONCE", 1)
    parts = convergence_table(draws)
    assert list(parts.index) == list(whole.index) == ["mu", "x[NCI-H929]", "x[Z138]"]
    np.testing.assert_array_equal(parts, whole)
