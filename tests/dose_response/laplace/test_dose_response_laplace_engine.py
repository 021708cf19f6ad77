"""The Laplace engine's parts against integrals by quadrature, and what it may not depend on."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from scipy import special, stats

import lensim
from lensim import vocabulary as v
from lensim.dose_response.laplace.days import (
    DayPriors,
    heights_less,
    log_weights,
    no_shifts,
)
from lensim.dose_response.laplace.engine import LaplaceSettings, PanelPosterior, analyse_panel
from lensim.dose_response.laplace.line import KEPT, OF_CELL, PROFILE, START, Wells
from lensim.dose_response.laplace.means import CurveHyperpriors
from lensim.dose_response.laplace.pareto import pareto_shapes
from lensim.dose_response.laplace.population import sweep_population
from lensim.dose_response.laplace.proposals import even_numbers
from lensim.dose_response.laplace.rows import rows_of
from lensim.dose_response.laplace.ways import WAYS
from lensim.dose_response.laplace.weighing import weigh
from lensim.dose_response.laplace.wells import sheet_of, wells_of
from lensim.dose_response.priors import DoseResponsePriors, WellPriors
from lensim.inference.compiled import cache_folder
from lensim.power.dose_response.scenario import DoseResponseScenario
from lensim.power.dose_response.spec import CURVE_NAMES
from lensim.power.dose_response.study import PanelBatch, simulate_chunk
from lensim.power.scenario import scenario_of
from lensim.seeding import stream
from tests.dose_response.laplace.test_dose_response_laplace_days import alone

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


def posterior(data: xr.Dataset, settings: LaplaceSettings = QUICK, study: int = 0) -> PanelPosterior:
    signal, blank = data[v.SIGNAL].to_numpy()[study], data[v.BLANK_SIGNAL].to_numpy()[study]
    return analyse_panel(sheet_of(data), signal, blank, DoseResponsePriors(), stream(3, "laplace"), settings)


def test_kernels_are_kept_under_a_name_of_their_sources_and_take_none_of_another_folder():
    library = Path(lensim.__path__[0])
    compiles = re.compile(r"^@compiled\(", re.MULTILINE)
    kernels = [path for path in library.rglob("*.py") if compiles.search(path.read_text())]
    assert {path.parent.name for path in kernels} == {"chain", "laplace", "exact", "kernel", "diagnostics", "inference"}
    modules = {".".join(path.relative_to(library.parent).with_suffix("").parts): path.parent for path in kernels}
    for path in kernels:
        taken = [name for name in modules if f"from {name} import" in path.read_text()]
        shared = "lensim.inference.vectors"  # its source names every cache
        assert {modules[name] for name in taken if name != shared} <= {path.parent}
    sources = "".join(path.read_text() for path in library.rglob("*.py") if path.name != "compiled.py")
    assert "numba.njit" not in sources


def test_another_source_names_another_cache(tmp_path):
    (tmp_path / "kernel.py").write_text("a = 1")
    first = cache_folder.__wrapped__(tmp_path)
    (tmp_path / "kernel.py").write_text("a = 2")
    assert first != cache_folder.__wrapped__(tmp_path)


def kept_around(wells: Wells, points: np.ndarray, starts: np.ndarray, spreads: tuple[float, ...]) -> np.ndarray:
    """Paraboloids of the cultures of the first line around some curves."""
    cultures = int(wells.lines[1])
    kept = np.zeros((cultures, KEPT, len(points)))
    begins = np.pad(starts, ((0, 0), (0, START - starts.shape[1])))
    weigh(wells, 0, points, begins, spreads, np.zeros((20 + WAYS, OF_CELL)), np.zeros((cultures, PROFILE)), kept)
    return kept


def likelihoods(kept: np.ndarray, spreads: np.ndarray, shifts: np.ndarray) -> np.ndarray:
    """Log likelihoods of the curves of one line, from the paraboloids of its cultures, each in an experiment."""
    cultures, draws = kept.shape[0], kept.shape[2]
    panel = alone(kept[None], np.arange(cultures)[None], cultures)
    days = np.array([*np.log(spreads), -30.0, 0.0])  # all of the spread is each culture's own
    base = np.zeros((1, draws))
    moved = no_shifts(panel)
    moved.of_experiment[:] = shifts
    log_weights(panel, heights_less(panel, np.zeros((1, draws))), days, moved, rows_of(draws), base)
    return base[0]


def test_likelihood_of_a_curve_is_an_integral_over_deviations_and_level():
    """One culture: the curve's likelihood, up to a factor, by sums over its midpoint, log slope, effect and log top."""
    data = panel(lines=2, experiments=1, replicates=3).data
    priors, sd, nu, spreads = WellPriors(), 0.15, 5.0, np.array([0.15, 0.1, 0.1])
    sheet = sheet_of(data)
    wells = wells_of(sheet, data[v.SIGNAL].to_numpy()[0], data[v.BLANK_SIGNAL].to_numpy()[0], priors)
    cells = wells.bounds[1]
    start = float(np.median(wells.log_signal[: wells.edges[1]]))
    truth = np.array([panel(lines=2, experiments=1).truth[name].to_numpy()[0, 0] for name in CURVE_NAMES])
    curves = truth + np.array([[0.0, 0.0, 0.0], [0.1, 0.0, 0.0], [-0.15, 0.1, 0.1], [0.0, -0.2, -0.1]])
    exact = []
    for curve in curves:
        x = (curve[0] + np.linspace(-5, 5, 41) * spreads[0])[:, None, None, None]
        h = (curve[1] + np.linspace(-4, 4, 13) * spreads[1])[:, None, None]
        a = (curve[2] + np.linspace(-4, 4, 17) * spreads[2])[:, None]
        top = start + np.linspace(-0.5, 0.5, 41)
        log_p = -0.5 * (((x - curve[0]) / spreads[0]) ** 2 + ((h - curve[1]) / spreads[1]) ** 2)
        log_p = log_p - 0.5 * ((a - curve[2]) / spreads[2]) ** 2 - 0.5 * ((top - wells.mean_top[0]) / wells.sd_top) ** 2
        for cell in range(cells):
            occupancy = special.expit(np.exp(h) * (wells.log_dose[cell] - np.log(10) * x))
            mean = np.log(wells.background[0] + np.exp(top) * (1 + np.expm1(-a) * occupancy))
            variance = sd**2 + wells.per_count * np.exp(-mean)
            for y in wells.log_signal[wells.edges[cell] : wells.edges[cell + 1]]:
                log_p -= 0.5 * np.log(variance) + 0.5 * (nu + 1) * np.log1p((y - mean) ** 2 / (variance * nu))
        exact.append(special.logsumexp(log_p))
    found = likelihoods(
        kept_around(wells, curves, np.array([[0.0, 0.0, 0.0, start]]), (sd, nu, *spreads)), spreads, np.zeros(1)
    )
    apart, expected = found - found.max(), np.array(exact) - max(exact)
    near = expected > -8
    assert near.sum() >= 2
    np.testing.assert_allclose(apart[near], expected[near], atol=0.25)  # the error of second order, with 24 wells


def test_likelihood_of_a_curve_is_an_integral_over_ways_in_which_places_move_its_cells():
    """One culture without deviations: by sums over its log top and the sizes of two ways."""
    data = panel(lines=2, experiments=1, replicates=3).data
    priors, sd, nu, spreads = WellPriors(), 0.15, 50.0, np.array([1e-4, 1e-4, 1e-4])
    sheet = sheet_of(data)
    wells = wells_of(sheet, data[v.SIGNAL].to_numpy()[0], data[v.BLANK_SIGNAL].to_numpy()[0], priors)
    cells = int(wells.bounds[1])
    doubt = np.zeros((len(wells.log_dose), 2))
    doubt[:cells, 0], doubt[0, 1] = np.linspace(-0.2, 0.2, cells), 0.3  # along the doses, and of the controls alone
    wells = wells._replace(doubt=doubt)
    start = float(np.median(wells.log_signal[: wells.edges[1]]))
    truth = np.array([panel(lines=2, experiments=1).truth[name].to_numpy()[0, 0] for name in CURVE_NAMES])
    curves = truth + np.array([[0.0, 0.0, 0.0], [0.1, 0.0, 0.0], [-0.15, 0.1, 0.1], [0.0, -0.2, -0.1]])
    first, second = np.linspace(-4, 4, 81)[:, None, None], np.linspace(-4, 4, 81)[:, None]
    top = start + np.linspace(-1.2, 1.2, 241)
    exact = []
    for x, h, a in curves:
        log_p = -0.5 * first**2 - 0.5 * second**2 - 0.5 * ((top - wells.mean_top[0]) / wells.sd_top) ** 2
        for cell in range(cells):
            occupancy = special.expit(np.exp(h) * (wells.log_dose[cell] - np.log(10) * x))
            mean = np.log(wells.background[0] + np.exp(top) * (1 + np.expm1(-a) * occupancy))
            mean = mean + first * doubt[cell, 0] + second * doubt[cell, 1]
            variance = sd**2 + wells.per_count * np.exp(-mean)
            for y in wells.log_signal[wells.edges[cell] : wells.edges[cell + 1]]:
                log_p -= 0.5 * np.log(variance) + 0.5 * (nu + 1) * np.log1p((y - mean) ** 2 / (variance * nu))
        exact.append(special.logsumexp(log_p))
    kept = kept_around(wells, curves, np.array([[0.0, 0.0, 0.0, start]]), (sd, nu, *spreads))
    found = likelihoods(kept, spreads, np.zeros(1))
    np.testing.assert_allclose(found - found.max(), np.array(exact) - max(exact), atol=0.1)
    flat = wells_of(sheet, data[v.SIGNAL].to_numpy()[0], data[v.BLANK_SIGNAL].to_numpy()[0], priors)
    sure = likelihoods(
        kept_around(flat, curves, np.array([[0.0, 0.0, 0.0, start]]), (sd, nu, *spreads)), spreads, np.zeros(1)
    )
    assert np.ptp(found) < np.ptp(sure)  # places that are open leave curves open


def test_places_are_in_the_engine_where_doses_have_theirs_and_cost_nothing_elsewhere():
    in_order = panel(lines=2, experiments=2, plate_map="by_column").data
    factor = np.where(in_order[v.PLATE_COLUMN] == 0, 0.8, 1.0)  # all controls, at the edge
    sheet, blank = sheet_of(in_order), in_order[v.BLANK_SIGNAL].to_numpy()[0]
    wells = wells_of(sheet, in_order[v.SIGNAL].to_numpy()[0] * factor, blank, WellPriors())
    assert 1 <= wells.doubt.shape[1] <= WAYS
    assert (wells.doubt[sheet.log_dose < -1e3] ** 2).sum() > 0.0
    chance = panel(lines=2, experiments=2).data
    assert sheet_of(chance).places is None
    alike = wells_of(
        sheet_of(chance), chance[v.SIGNAL].to_numpy()[0], chance[v.BLANK_SIGNAL].to_numpy()[0], WellPriors()
    )
    assert alike.doubt.shape == (len(sheet_of(chance).log_dose), 0)
    nowhere = in_order.drop_vars([v.PLATE_ROW, v.PLATE_COLUMN])
    assert sheet_of(nowhere).places is None


def test_deviations_of_paraboloids_integrate_to_a_normal_density():
    """A culture known as Normal(m, S) in its deviation z ~ Normal((d, 0, 0), D) has likelihood Normal(m; d, S + D)."""
    rng = stream(6, "paraboloids")
    spreads, shifts, kept, expected = np.array([0.2, 0.3, 0.15]), rng.normal(0, 0.2, 11), np.zeros((11, KEPT, 2)), 0.0
    upper = np.triu_indices(3)
    for culture, shift in enumerate(shifts):
        root = rng.normal(0, 0.2, (3, 3))
        known, mean = np.linalg.inv(root @ root.T + 0.01 * np.eye(3)), rng.normal(0, 0.3, 3)
        kept[culture, 0] = -0.5 * mean @ known @ mean + 0.5 * np.linalg.slogdet(known / (2 * np.pi))[1]
        kept[culture, 1:4] = (known @ mean)[:, None]
        kept[culture, 4:] = known[upper][:, None]
        expected += stats.multivariate_normal.logpdf(
            mean, [shift, 0, 0], np.linalg.inv(known) + np.diag(spreads**2)
        )  # fmt: skip
    np.testing.assert_allclose(likelihoods(kept, spreads, shifts), expected, rtol=1e-9)


def test_a_ratio_of_conditions_is_sharper_where_they_share_their_days():
    """Four lines whose EC50s move by 0.4 between days, alike under both conditions. The ratio knows nothing of it."""
    scenario = {
        "name": "conditions", "seed": 5, "rules": [{"rule": "ratio"}],
        "design": {"assay": "dose_response", "groups": {"a": 4}, "conditions": ["none", "IL-6"]},
        "truth": {
            "faults": "none",
            "conditions": [{"condition": "IL-6", "fold": 2.0}],
            "population": {
                "sd_experiment_log10_ec50_um": 0.4, "day_share_of_experiment": 0.0, "shared_share_of_experiment": 1.0,
                "mu_effect_at_saturation": 2.5,
            },
        },
    }  # fmt: skip
    batch = simulate_chunk(scenario_of(scenario), ("x",), 2)
    for study in range(2):
        found = posterior(batch.data, QUICK, study)
        ec50 = found.curves[..., 0].reshape(-1, 4, 2)
        ratio = ec50[..., 1] - ec50[..., 0]
        assert ratio.std(axis=0).max() < 0.6 * ec50.std(axis=0).min()
        assert np.abs(ratio.mean(axis=0) - np.log10(2.0)).max() < 0.25
        assert found.shared_share.mean() > 0.7


def test_with_one_experiment_spreads_keep_their_priors():
    """Null: log spreads and the share scatter as their priors do; a line is known no better than cultures deviate."""
    found = posterior(panel(lines=4, experiments=1).data, LaplaceSettings(sweeps=2000, first_sweeps=80, warm=100))
    priors = DoseResponsePriors().curves
    log_spread = np.log(found.sd_experiment[:, 0])
    assert abs(log_spread.mean() - np.log(priors.median_sd_experiment_log10_ec50_um)) < 0.3
    assert 0.4 < log_spread.std() < 0.8
    assert abs(found.day_share.mean() - 0.5) < 0.15
    assert found.curves[..., 0].std(axis=0).min() > 0.1
    assert found.mu[:, 0].std() > 0.1


def population_draws(replicate: int, y: np.ndarray, s: float, hyper: CurveHyperpriors) -> tuple[np.ndarray, np.ndarray]:
    """Draws of mean and spread (draw, 3) of a population of lines known as Normal(y, s), from draws of its own."""
    lines, draws = len(y), 400
    rng = stream(4, "population", replicate)
    points = np.stack([y[:, None] + 2 * s * rng.standard_normal((lines, draws)) for _ in range(3)], axis=-1)
    away = points - y[:, None, None]
    kept = np.zeros((lines, 1, KEPT, draws))
    kept[:, 0, 0] = (-0.5 * (away / s) ** 2).sum(axis=-1)
    none = alone(kept, np.zeros((lines, 1), np.int64), 0)
    log_proposal = (-0.5 * (away / (2 * s)) ** 2).sum(axis=-1)
    start, of_days = np.array([[0.0] * 3, [0.5] * 3]), DayPriors(np.zeros(3), np.ones(3), np.ones(5))
    swept = sweep_population(
        points, log_proposal, none, np.zeros(lines, np.int64), 1, start, np.zeros(5), hyper, of_days,
        even_numbers(2_000, lines, rng), 2_000, 200,
        rows_of(draws), rows_of(lines), rng,
    )  # fmt: skip
    np.testing.assert_allclose(swept.weights.sum(axis=1), 1.0)
    return swept.mu, swept.sigma


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
    dimmed[v.SIGNAL] = dimmed[v.SIGNAL] * (1 - 0.6 * (np.arange(data.sizes[v.WELL]) % 7 == 0))
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
