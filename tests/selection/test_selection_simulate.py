"""Simulated selections against closed forms, an integrator, cells one event at a time, and themselves in chunks."""

from itertools import pairwise

import numpy as np
import pytest
import xarray as xr
from scipy import stats
from scipy.integrate import solve_ivp

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.seeding import stream
from lensim.selection import (
    Clone,
    ClonePair,
    Culture,
    DoseSchedule,
    expected,
    lay_out,
    rates_at,
    simulate,
    simulate_chunks,
    truth_of,
)
from lensim.selection.branching import extinction_probability, no_mutation_probability
from lensim.selection.simulate import CHUNK, simulate_chunk
from tests.selection.event_by_event import event_by_event

FALSE_ALARM = 1e-6
HUGE = 10**9
CLONE = Clone(
    division_per_day=0.5, death_per_day=0.1, log10_ec50_um=0.0, effect_at_saturation=0.6, death_rise_per_day=0.3
)
BOLD = Clone(division_per_day=0.45, death_per_day=0.15)
NO_MUTATION = ClonePair(sensitive=CLONE, resistant=BOLD, mutation_probability=0.0)
MUTATING = NO_MUTATION.model_copy(update={"mutation_probability": 0.01})
ONE_CELL = Culture(sensitive_cells=1, split_cells=HUGE, capacity_cells=HUGE)
TWO_DOSES = DoseSchedule.of_steps("two", [(0.3, 4.0), (3.0, 3.3)])


def rng(*name):
    return stream(1, "test selection", *name)


def extinct_at_the_end(data):
    return int((data[v.CELLS].to_numpy()[:, :, -1].sum(axis=1) == 0).sum())


def over_two_doses(truth):
    """Extinction of one sensitive cell over two doses: generating functions composed."""
    own = truth.isel(study=[0])
    (b, d), (b2, d2) = ([float(rate[0, 0]) for rate in rates_at(own, step.dose_um)] for step in TWO_DOSES.all_steps)
    later = float(extinction_probability(b2, d2, 3.3))
    e = np.expm1((b - d) * 4.0) / (b - d)
    alpha, beta = d * e / (1 + b * e), b * e / (1 + b * e)
    return alpha + (1 - alpha) * (1 - beta) * later / (1 - beta * later)


# --- chance ---


def test_a_single_clone_dies_out_as_often_as_the_closed_form_says():
    studies = 20_000
    truth = truth_of(NO_MUTATION, studies)
    data = simulate(lay_out(DoseSchedule.of_steps("one", [(1.0, 10.0)]), ONE_CELL), truth, rng("extinct"))
    division, death = (rate[0, 0] for rate in rates_at(truth.isel(study=[0]), 1.0))
    closed = float(extinction_probability(division, death, 10.0))
    found = extinct_at_the_end(data)
    assert stats.binomtest(found, studies, closed).pvalue > FALSE_ALARM
    without_rise = float(extinction_probability(division, 0.1, 10.0))  # deaths as without drug: told apart
    assert stats.binomtest(found, studies, without_rise).pvalue < FALSE_ALARM


def test_the_resistant_clone_alone_dies_out_as_often_too():
    studies = 20_000
    culture = Culture(sensitive_cells=0, resistant_cells=2, split_cells=HUGE, capacity_cells=HUGE)
    data = simulate(lay_out(TWO_DOSES, culture), truth_of(NO_MUTATION, studies), rng("resistant"))
    closed = float(extinction_probability(0.45, 0.15, 7.3, 2))
    assert stats.binomtest(extinct_at_the_end(data), studies, closed).pvalue > FALSE_ALARM


def test_doses_that_change_compose_extinction_as_generating_functions_do():
    studies = 20_000
    truth = truth_of(NO_MUTATION, studies)
    data = simulate(lay_out(TWO_DOSES, ONE_CELL), truth, rng("two doses"))
    closed = over_two_doses(truth)
    assert stats.binomtest(extinct_at_the_end(data), studies, closed).pvalue > FALSE_ALARM


def test_mutants_come_as_the_closed_form_says():
    studies, days = 20_000, 8.0
    culture = Culture(sensitive_cells=20, split_cells=HUGE, capacity_cells=HUGE, step_days=0.25)
    few = MUTATING.model_copy(update={"mutation_probability": 1e-3})
    data = simulate(lay_out(DoseSchedule.of_steps("none", [(0.0, days)]), culture), truth_of(few, studies), rng("new"))
    without = int((data[v.MUTANTS] == 0).sum())
    closed = no_mutation_probability(0.5, 0.1, 1e-3, days, 20)
    assert 0.1 < closed < 0.9
    assert stats.binomtest(without, studies, closed).pvalue > FALSE_ALARM
    assert stats.binomtest(without, studies, no_mutation_probability(0.5, 0.1, 2e-3, days, 20)).pvalue < FALSE_ALARM


def test_both_clones_are_as_cells_one_event_at_a_time():
    studies, days = 1500, 5.0
    culture = Culture(sensitive_cells=30, split_cells=HUGE, capacity_cells=HUGE, step_days=0.25)
    data = simulate(
        lay_out(DoseSchedule.of_steps("none", [(0.0, days)]), culture), truth_of(MUTATING, 10 * studies), rng("fast")
    )
    slow_rng, rates = rng("slow"), (0.5, 0.1, 0.45, 0.15)
    slow = np.array([event_by_event(30, 0, rates, 0.01, days, slow_rng) for _ in range(studies)])
    last = data[v.CELLS].to_numpy()[:, :, -1]
    for k, fast in enumerate((last[:, 0], last[:, 1], data[v.MUTANTS].to_numpy())):
        assert same_law(slow[:, k], fast) > FALSE_ALARM
    assert same_law(slow[:, 1], np.maximum(last[:, 1] - 1, 0)) < FALSE_ALARM


def same_law(first, second):
    """P of one law behind two samples of whole numbers, in up to ten classes of like size."""
    edges = np.unique(np.quantile(second, np.linspace(0, 1, 11)[1:-1]))
    table = np.array([np.bincount(np.searchsorted(edges, one), minlength=len(edges) + 1) for one in (first, second)])
    return stats.chi2_contingency(table[:, table.sum(axis=0) > 0]).pvalue


def test_the_mean_of_many_cultures_is_the_course_without_chance():
    studies = 4000
    culture = Culture(sensitive_cells=2000, resistant_cells=3, split_cells=HUGE, capacity_cells=HUGE)
    sheet, truth = lay_out(TWO_DOSES, culture), truth_of(MUTATING, studies)
    last = simulate(sheet, truth, rng("mean"))[v.CELLS].to_numpy()[:, :, -1]
    without = expected(sheet, truth.isel(study=[0]))[v.CELLS].to_numpy()[0, :, -1]
    for k in range(2):
        assert stats.ttest_1samp(last[:, k], without[k]).pvalue > FALSE_ALARM
    assert stats.ttest_1samp(last[:, 1], 3 * np.exp(0.3 * 7.3)).pvalue < FALSE_ALARM  # mutants are not forgotten


def test_a_passage_keeps_each_cell_of_either_clone_alike():
    studies = 4000
    still = Clone(division_per_day=1e-9, death_per_day=0.0)
    culture = Culture(
        sensitive_cells=600, resistant_cells=400, passage_days=1, split_cells=100, capacity_cells=1000, step_days=1
    )
    pair = ClonePair(sensitive=still, resistant=still, mutation_probability=0.0)
    data = simulate(lay_out(DoseSchedule.of_steps("one", [(0.0, 1.0)]), culture), truth_of(pair, studies), rng("split"))
    last = data[v.CELLS].to_numpy()[:, :, -1].sum(axis=0)
    for kept, cells in zip(last, (600, 400), strict=True):
        assert stats.binomtest(int(kept), studies * cells, 0.1).pvalue > FALSE_ALARM


def test_a_culture_stays_within_its_capacity_and_an_empty_one_stays_empty():
    culture = Culture(sensitive_cells=1000, passage_days=5, split_cells=1000, capacity_cells=3000)
    sheet = lay_out(DoseSchedule.of_steps("grow, then kill", [(0.0, 20.0), (1e4, 60.0)]), culture)
    deadly = CLONE.model_copy(update={"death_rise_per_day": 2.0})
    cells = simulate(sheet, truth_of(NO_MUTATION.model_copy(update={"sensitive": deadly}), 200), rng("full"))[v.CELLS]
    total = cells.sum(v.CLONE).to_numpy()
    assert total.max() < 3000 + 6 * np.sqrt(3000)
    assert np.median(total[:, sheet[v.DAY].to_numpy() == 19.0]) == pytest.approx(3000, rel=0.05)
    assert (total[:, -1] == 0).all()
    assert (np.diff((total == 0).astype(int), axis=1) >= 0).all()


# --- without chance ---


def integrated(sheet, truth):
    """Cells of one culture by scipy's integrator, passages and capacity between its runs."""
    day, dose = sheet[v.DAY].to_numpy(), sheet[v.DOSE].to_numpy()
    limit = np.where(sheet[v.IS_PASSAGE], sheet[v.SPLIT_CELLS].item(), sheet[v.CAPACITY_CELLS].item())
    m = float(truth[v.MUTATION][0])
    cells = [sheet[v.INITIAL_CELLS].to_numpy().astype(float)]
    for k, (start, stop) in enumerate(pairwise(day), start=1):
        division, death = (rate[0] for rate in rates_at(truth, dose[k]))

        def slope(_, y, b=division, d=death):
            return [(b[0] * (1 - m) - d[0]) * y[0], (b[1] - d[1]) * y[1] + m * b[0] * y[0]]

        after = solve_ivp(slope, (start, stop), cells[-1], method="DOP853", rtol=1e-12, atol=1e-9).y[:, -1]
        cells.append(after * min(1.0, limit[k] / after.sum()))
    return np.array(cells).T


def test_the_course_without_chance_is_the_integrators():
    culture = Culture(sensitive_cells=100_000, capacity_cells=1_500_000, passage_days=3.4, split_cells=200_000)
    schedule = DoseSchedule.of_steps("up and down", [(0.0, 5.0), (0.3, 12.0), (0.0, 3.0), (10.0, 25.0), (30.0, 30.0)])
    pair = MUTATING.model_copy(update={"mutation_probability": 1e-4})
    sheet, truth = lay_out(schedule, culture), truth_of(pair)
    ours, theirs = expected(sheet, truth)[v.CELLS].to_numpy()[0], integrated(sheet, truth)
    assert theirs[1, -1] > theirs[0, -1] > 0
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)


def test_the_course_without_chance_does_not_depend_on_the_step():
    culture = Culture(sensitive_cells=100_000, capacity_cells=HUGE, split_cells=HUGE)
    truth = truth_of(MUTATING)
    coarse, fine = (
        expected(lay_out(TWO_DOSES, culture.model_copy(update={"step_days": step})), truth) for step in (2.0, 0.1)
    )
    np.testing.assert_allclose(coarse[v.CELLS][..., -1], fine[v.CELLS][..., -1], rtol=1e-11)
    np.testing.assert_allclose(coarse[v.MUTANTS], fine[v.MUTANTS], rtol=1e-11)


# --- streams ---


def test_cultures_are_the_same_in_whatever_chunks_and_company():
    sheet = lay_out(TWO_DOSES, Culture(sensitive_cells=50, split_cells=40, capacity_cells=200))
    truth = truth_of(MUTATING, 2 * CHUNK + 30)
    whole = simulate_chunks(sheet, truth, seed=5)
    few = simulate_chunks(sheet, truth.isel(study=slice(0, CHUNK)), seed=5)
    xr.testing.assert_identical(whole.isel(study=slice(0, CHUNK)), few)
    backwards = [simulate_chunk(sheet, truth, 5, c) for c in (2, 1, 0)][::-1]
    xr.testing.assert_identical(whole, xr.concat(backwards, v.STUDY, data_vars="minimal"))
    other = simulate_chunks(sheet, truth, seed=6)
    assert not np.array_equal(other[v.CELLS], whole[v.CELLS])
    with pytest.raises(InputError, match="chunk must lie between 0 and 2, got 3"):
        simulate_chunk(sheet, truth, 5, 3)


def test_what_is_no_sheet_or_truth_is_refused():
    sheet, truth = lay_out(TWO_DOSES, ONE_CELL), truth_of(NO_MUTATION)
    with pytest.raises(InputError, match="simulate needs the variable is_passage"):
        simulate(sheet.drop_vars("is_passage"), truth, rng("bad"))
    with pytest.raises(InputError, match="simulate needs the variable mutation_probability"):
        simulate(sheet, truth.drop_vars("mutation_probability"), rng("bad"))


def test_growth_beyond_exact_numbers_is_refused():
    fast = ClonePair(sensitive=Clone(division_per_day=15, death_per_day=0), resistant=BOLD, mutation_probability=0)
    sheet = lay_out(DoseSchedule.of_steps("one", [(0.0, 3.0)]), Culture(step_days=1.0))
    with pytest.raises(InputError, match=r"step_days must let cells grow .* got 1 days at a net growth of 15 per day"):
        simulate(sheet, truth_of(fast), rng("fast"))
