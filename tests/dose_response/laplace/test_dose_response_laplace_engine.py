"""The Laplace engine's parts against integrals by quadrature, and what it may not depend on."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from scipy import integrate, stats

import lensim
from lensim import vocabulary as v
from lensim.dose_response.laplace.engine import LaplaceSettings, PanelPosterior, analyse_panel
from lensim.dose_response.laplace.line import weigh
from lensim.dose_response.laplace.pareto import pareto_shapes
from lensim.dose_response.laplace.population import CurveHyperpriors, sweep_population
from lensim.dose_response.laplace.wells import sheet_of, wells_of
from lensim.dose_response.priors import DoseResponsePriors, WellPriors
from lensim.inference.compiled import cache_folder
from lensim.power.dose_response.scenario import DoseResponseScenario
from lensim.power.dose_response.spec import CURVE_NAMES
from lensim.power.dose_response.study import PanelBatch, simulate_chunk
from lensim.power.scenario import scenario_of
from lensim.seeding import stream

FALSE_ALARM = 1e-6
QUICK = LaplaceSettings(sweeps=300, first_sweeps=80, warm=30, rounds=3)


def panel(lines: int = 4, experiments: int = 2, studies: int = 1, **design: object) -> PanelBatch:
    scenario = scenario_of(
        {
            "name": "panel",
            "seed": 5,
            "design": {"assay": "dose_response", "groups": {"a": lines}, "experiments": experiments} | design,
            "truth": {"faults": "none"},
            "rules": [{"rule": "call"}],
        }
    )
    assert isinstance(scenario, DoseResponseScenario)
    return simulate_chunk(scenario, ("test",), studies)


def posterior(data: xr.Dataset, settings: LaplaceSettings = QUICK) -> PanelPosterior:
    signal, blank = data[v.SIGNAL].to_numpy()[0], data[v.BLANK_SIGNAL].to_numpy()[0]
    return analyse_panel(sheet_of(data), signal, blank, DoseResponsePriors(), stream(3, "laplace"), settings)


def test_kernels_are_kept_under_a_name_of_their_sources_and_take_none_of_another_folder():
    library = Path(lensim.__path__[0])
    compiles = re.compile(r"^@compiled\(", re.MULTILINE)
    kernels = [path for path in library.rglob("*.py") if compiles.search(path.read_text())]
    assert {path.parent.name for path in kernels} == {"laplace", "exact"}
    modules = {".".join(path.relative_to(library.parent).with_suffix("").parts): path.parent for path in kernels}
    for path in kernels:
        taken = [name for name in modules if f"from {name} import" in path.read_text()]
        assert {modules[name] for name in taken} <= {path.parent}
    sources = "".join(path.read_text() for path in library.rglob("*.py") if path.name != "compiled.py")
    assert "numba.njit" not in sources


def test_another_source_names_another_cache(tmp_path):
    (tmp_path / "kernel.py").write_text("a = 1")
    first = cache_folder.__wrapped__(tmp_path)
    (tmp_path / "kernel.py").write_text("a = 2")
    assert first != cache_folder.__wrapped__(tmp_path)


def test_likelihood_of_a_curve_is_an_integral_over_midpoint_and_level():
    """One culture: the curve's likelihood, up to a factor, by quadrature over the culture's midpoint and log top."""
    batch = panel(lines=2, experiments=1, replicates=3)
    data = batch.data
    priors, sd, nu, day = WellPriors(), 0.15, 5.0, 0.15
    sheet = sheet_of(data)
    wells = wells_of(sheet, data[v.SIGNAL].to_numpy()[0], data[v.BLANK_SIGNAL].to_numpy()[0], priors)
    first, last = wells.edges[0], wells.edges[wells.bounds[1]]
    dose = np.repeat(wells.log_dose[: wells.bounds[1]], np.diff(wells.edges[: wells.bounds[1] + 1]))
    log_signal = wells.log_signal[first:last]

    def log_density(x: float, top: float, curve: np.ndarray) -> float:
        occupancy = stats.logistic.cdf(np.exp(curve[1]) * (dose - np.log(10) * x))
        mean = np.log(wells.background[0] + np.exp(top) * (1 + (np.exp(-curve[2]) - 1) * occupancy))
        spread = np.sqrt(sd**2 + wells.per_count * np.exp(-mean))
        return (
            stats.t.logpdf(log_signal, nu, mean, spread).sum()
            + stats.norm.logpdf(x, curve[0], day)
            + stats.norm.logpdf(top, wells.mean_top[0], wells.sd_top)
        )

    truth = np.array([batch.truth[name].to_numpy()[0, 0] for name in CURVE_NAMES])
    curves = truth + np.array([[0.0, 0.0, 0.0], [0.1, 0.0, 0.0], [-0.15, 0.1, 0.1], [0.0, -0.2, -0.1]])
    start = float(np.median(log_signal[dose < -100]))
    exact = []
    for curve in curves:
        highest = max(log_density(curve[0] + a, start + b, curve) for a in (-0.2, 0, 0.2) for b in (-0.2, 0, 0.2))
        value, _ = integrate.dblquad(
            lambda top, x, curve=curve, highest=highest: np.exp(log_density(x, top, curve) - highest),
            curve[0] - 6 * day, curve[0] + 6 * day, start - 0.8, start + 0.8, epsabs=1e-6, epsrel=1e-4,
        )  # fmt: skip
        exact.append(np.log(value) + highest)
    found = np.zeros((1, len(curves)))
    starts = np.array([[0.0, start]])
    work, profiles = np.zeros((20, 5)), np.zeros((1, 15))
    weigh(wells, 0, curves, starts, (sd, nu, day), np.array([day]), work, profiles, found)
    apart, expected = found[0] - found[0].max(), np.array(exact) - max(exact)
    near = expected > -8
    assert near.sum() >= 2
    np.testing.assert_allclose(apart[near], expected[near], atol=0.25)  # the error of second order, with 24 wells


def population_draws(replicate: int, y: np.ndarray, s: float, hyper: CurveHyperpriors) -> tuple[np.ndarray, np.ndarray]:
    """Draws of mean and spread (draw, 3) of a population of lines known as Normal(y, s), from draws of its own."""
    lines, draws = len(y), 400
    rng = stream(4, "population", replicate)
    points = np.stack([y[:, None] + 2 * s * rng.standard_normal((lines, draws)) for _ in range(3)], axis=-1)
    away = points - y[:, None, None]
    base = (-0.5 * (away / s) ** 2 + 0.5 * (away / (2 * s)) ** 2).sum(axis=-1)[None]
    start = np.array([[0.0] * 3, [0.5] * 3])
    _, _, mu, _, sigma, _, weights = sweep_population(
        points, base, np.zeros(1), np.zeros(lines, np.int64), 1, start, hyper, 2_000, 200, rng
    )
    np.testing.assert_allclose(weights.sum(axis=1), 1.0)
    return mu, sigma


def test_population_of_normal_lines_is_a_double_integral():
    """Lines known as Normal(y, s): mean and spread of their population by a grid.

    Null: over replicates with draws of their own, means of the draws scatter around the integral.
    """
    y, s = np.array([-0.4, 0.1, 0.5, 0.9, 0.2, 1.4]), 0.2
    hyper = CurveHyperpriors(
        np.zeros(3), np.ones(3), np.ones(3), np.array([0.7, 0.0, 0.7]), np.log(np.full(3, 0.3)), np.full(3, 0.5)
    )
    drawn = [population_draws(replicate, y, s, hyper) for replicate in range(12)]
    mu_mean, mu_sd, sigma_mean = (
        np.array([what(mu, sigma) for mu, sigma in drawn])
        for what in (lambda mu, _: mu.mean(axis=0), lambda mu, _: mu.std(axis=0), lambda _, sigma: sigma.mean(axis=0))
    )
    m, t = np.linspace(-2, 3, 400)[:, None], np.geomspace(1e-3, 4, 400)[None]
    log_p = stats.norm.logpdf(y[:, None, None], m, np.sqrt(t**2 + s**2)).sum(axis=0) + stats.norm.logpdf(m) + np.log(t)
    for k, prior in enumerate(
        (stats.halfnorm.logpdf(t, scale=0.7), stats.norm.logpdf(np.log(t / 0.3), 0, 0.5) - np.log(t))
    ):
        p = np.exp(log_p + prior - (log_p + prior).max())
        p /= p.sum()
        mean, spread = (p * m).sum(), (p * t).sum()
        for found, exact in ((mu_mean, mean), (sigma_mean, spread), (mu_sd, np.sqrt((p * (m - mean) ** 2).sum()))):
            assert stats.ttest_1samp(found[:, k], exact).pvalue > FALSE_ALARM
            assert stats.ttest_1samp(found[:, k], 1.3 * exact).pvalue < FALSE_ALARM  # the check can fail


def means_of_curves(data: xr.Dataset, name: str) -> np.ndarray:
    """Posterior means of the curves (replicate, line, 3), each replicate with draws of its own."""
    sheet, signal, blank = sheet_of(data), data[v.SIGNAL].to_numpy()[0], data[v.BLANK_SIGNAL].to_numpy()[0]
    return np.array(
        [
            analyse_panel(sheet, signal, blank, DoseResponsePriors(), stream(3, name, k), QUICK).curves.mean(axis=0)
            for k in range(10)
        ]
    )


def test_order_of_wells_does_not_matter_and_lost_wells_are_left_out():
    """Null: means of the curves are the same but for the noise of their own draws."""
    data = panel().data
    order = stream(8, "order").permutation(data.sizes[v.WELL])
    lost = data.copy(deep=True)
    lost[v.SIGNAL][0, ::7] = np.nan
    kept = np.flatnonzero(np.arange(data.sizes[v.WELL]) % 7)
    whole, left = means_of_curves(data, "whole"), means_of_curves(lost, "lost")
    of_order, of_kept = (
        means_of_curves(data.isel({v.WELL: at}), name) for at, name in ((order, "order"), (kept, "kept"))
    )
    assert stats.ttest_ind(whole, of_order).pvalue.min() > FALSE_ALARM
    assert stats.ttest_ind(left, of_kept).pvalue.min() > FALSE_ALARM
    dimmed = data.copy(deep=True)
    dimmed[v.SIGNAL] = dimmed[v.SIGNAL] * (1 - 0.3 * (np.arange(data.sizes[v.WELL]) % 7 == 0))
    assert stats.ttest_ind(whole, means_of_curves(dimmed, "dimmed")).pvalue.min() < FALSE_ALARM  # the check can fail


def test_posterior_is_around_the_truth_of_a_clear_panel():
    """Six lines, five experiments in sextuplicate. Null: a true log10 EC50 is a draw of its nearly normal posterior.

    The scale of Student's t with nu = 5 has the information 2 nu / (nu + 3) per well over its square.
    """
    batch = panel(lines=6, experiments=5, replicates=6)
    found = posterior(batch.data)
    true = batch.truth[v.LOG10_EC50].to_numpy()[0]
    away = (found.curves[..., 0].mean(axis=0) - true) / found.curves[..., 0].std(axis=0)
    assert stats.chi2.sf((away**2).sum(), len(away)) > FALSE_ALARM
    assert stats.chi2.sf(((away + 5) ** 2).sum(), len(away)) < FALSE_ALARM  # the check can fail
    sd, wells = float(batch.truth[v.SD_WELL][0]), int(np.isfinite(batch.data[v.SIGNAL]).sum())
    z = np.log(found.sd_well / sd) * np.sqrt(2 * 5 / (5 + 3) * wells)
    assert 2 * stats.norm.sf(abs(z)) > FALSE_ALARM
    assert 2 * stats.norm.sf(abs(z + np.log(1.3) * np.sqrt(1.25 * wells))) < FALSE_ALARM  # the check can fail


def test_doubt_of_one_line_is_doubt_of_the_study():
    found = posterior(panel().data)
    fine = replace(found, shapes=np.full(4, 0.2), counts=np.full(4, 100.0))
    assert fine.trusted
    assert not replace(fine, shapes=np.array([0.2, 0.71, 0.2, 0.2])).trusted
    assert not replace(fine, counts=np.array([100.0, 100.0, 20.0, 100.0])).trusted


@pytest.mark.parametrize("shape", [0.3, 0.9])
def test_pareto_shape_is_found(shape):
    """Null: shapes of Pareto tails scatter around the true one, drawn to 0.5 by a prior of ten weights."""
    draws = 5000
    weights = stats.genpareto.rvs(shape, size=(100, draws), random_state=stream(1, "pareto"))
    tail = min(0.2 * draws, 3 * np.sqrt(draws))
    found = pareto_shapes(weights)
    assert stats.ttest_1samp(found, (tail * shape + 10 * 0.5) / (tail + 10)).pvalue > FALSE_ALARM
    assert stats.ttest_1samp(found, (tail * (shape + 0.1) + 10 * 0.5) / (tail + 10)).pvalue < FALSE_ALARM  # it can fail
    assert np.isneginf(pareto_shapes(np.ones((1, 100)))).all()
