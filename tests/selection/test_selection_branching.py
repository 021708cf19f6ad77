"""The closed-form birth-death process against cells one event at a time, an integrator, and known limits."""

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import solve_ivp

from lensim.checks import InputError
from lensim.seeding import stream
from lensim.selection.branching import descendants, elapsed, extinction_probability, no_mutation_probability
from tests.selection.event_by_event import event_by_event

FALSE_ALARM = 1e-6
CASES = [(0.6, 0.4, 5.0), (0.4, 0.4, 5.0), (0.3, 0.5, 4.0), (0.5, 0.0, 3.0), (0.0, 0.3, 3.0)]


def families(division, death, days, number, name):
    """Descendants of single cells, one event at a time."""
    rng = stream(1, "test", name, str((division, death, days)))
    return np.array([event_by_event(1, 0, (division, death, 0, 0), 0.0, days, rng)[0] for _ in range(number)])


@pytest.mark.parametrize(("division", "death", "days"), CASES)
def test_extinction_of_a_single_cell_is_that_of_cells_one_event_at_a_time(division, death, days):
    extinct = int((families(division, death, days, 3000, "extinct") == 0).sum())
    closed = float(extinction_probability(division, death, days))
    assert stats.binomtest(extinct, 3000, closed).pvalue > FALSE_ALARM


def test_extinction_in_the_end_is_not_extinction_by_a_day():
    extinct = int((families(0.6, 0.4, 2.0, 3000, "short") == 0).sum())
    assert stats.binomtest(extinct, 3000, float(extinction_probability(0.6, 0.4, np.inf))).pvalue < FALSE_ALARM


@pytest.mark.parametrize(("division", "death", "days"), CASES)
def test_numbers_of_descendants_are_those_of_cells_one_event_at_a_time(division, death, days):
    slow = families(division, death, days, 3000, "numbers")
    fast = descendants(np.ones(30_000, dtype=np.int64), division, death, days, stream(1, "test", "fast"))
    assert counts_agree(slow, fast) > FALSE_ALARM


def test_descendants_of_a_wrong_rate_are_told_apart():
    slow = families(0.6, 0.4, 5.0, 3000, "numbers")
    assert counts_agree(slow, descendants(np.ones(30_000, np.int64), 0.5, 0.3, 5.0, stream(1, "wrong"))) < FALSE_ALARM


def counts_agree(first, second):
    """P of one law behind two samples of small whole numbers, the large ones together."""
    most = int(np.quantile(second, 0.98))
    table = np.array([np.bincount(np.minimum(one, most), minlength=most + 1) for one in (first, second)])
    table = table[:, table.sum(axis=0) > 0]
    return 1.0 if table.shape[1] < 2 else stats.chi2_contingency(table).pvalue


def test_many_cells_have_the_mean_and_variance_of_independent_families():
    b, d, t, n, draws = 0.7, 0.5, 3.0, 500, 20_000
    found = descendants(np.full(draws, n), b, d, t, stream(1, "test", "many"))
    mean = n * np.exp((b - d) * t)
    variance = n * (b + d) / (b - d) * np.exp((b - d) * t) * (np.exp((b - d) * t) - 1)
    assert 2 * stats.norm.sf(abs(found.mean() - mean) / np.sqrt(variance / draws)) > FALSE_ALARM
    ratio = found.var(ddof=1) * (draws - 1) / variance
    assert 2 * min(stats.chi2(draws - 1).cdf(ratio), stats.chi2(draws - 1).sf(ratio)) > FALSE_ALARM


def test_no_cells_have_no_descendants():
    assert descendants(np.zeros(3, dtype=np.int64), 1.0, 0.1, 5.0, stream(1, "none")).tolist() == [0, 0, 0]
    found = descendants(np.array([[0, 5], [7, 0]]), 0.4, 0.0, 1.0, stream(1, "some"))
    assert found.dtype == np.int64
    assert ((found > 0) == [[False, True], [True, False]]).all()


def test_extinction_in_the_end_and_known_limits():
    assert extinction_probability(0.4, 0.1, np.inf) == pytest.approx(0.25)
    assert extinction_probability(0.4, 0.1, np.inf, 3) == pytest.approx(0.25**3)
    assert extinction_probability([0.1, 0.2, 0.0], [0.4, 0.2, 0.1], np.inf).tolist() == [1.0, 1.0, 1.0]
    assert extinction_probability(0.4, 0.0, np.inf) == 0.0
    assert extinction_probability(0.4, 0.1, 0.0) == 0.0
    assert extinction_probability(0.5, 0.5, 4.0) == pytest.approx(2.0 / 3.0)  # bt / (1 + bt)
    assert extinction_probability(0.0, 0.3, 2.0) == pytest.approx(-np.expm1(-0.6))
    assert extinction_probability(5.0, 1.0, 1e4) == pytest.approx(0.2)  # exp(4e4) is no number
    assert elapsed(0.0, 3.0) == 3.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((-0.1, 0.1, 1.0), "division_per_day must be at least 0, got -0.1"),
        ((0.1, -0.1, 1.0), "death_per_day must be at least 0, got -0.1"),
        ((0.1, 0.1, -1.0), "days must be at least 0, got -1"),
        ((0.1, 0.1, 1.0, -1), "cells must be at least 0, got -1"),
    ],
)
def test_what_is_no_rate_is_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        extinction_probability(*arguments)


@pytest.mark.parametrize(
    ("division", "death", "mutation", "days"),
    [(0.5, 0.1, 0.01, 8.0), (0.3, 0.4, 0.1, 20.0), (0.4, 0.0, 1e-3, 10.0), (0.4, 0.4, 0.02, 9.0), (0.4, 0.1, 1.0, 2.0)],
)
def test_no_mutation_solves_the_backward_equation(division, death, mutation, days):
    def backward(_, q):
        return death + division * (1 - mutation) * q**2 - (division + death) * q

    found = solve_ivp(backward, (0, days), [1.0], rtol=1e-11, atol=1e-13).y[0, -1]
    assert no_mutation_probability(division, death, mutation, days, 3) == pytest.approx(found**3, rel=1e-8)


def test_few_mutations_of_many_cells_are_luria_and_delbruecks():
    cells, b, days, m = 10_000, 0.5, 8.0, 1e-6
    expected = np.exp(-m * cells * np.expm1(b * days))
    assert no_mutation_probability(b, 0.0, m, days, cells) == pytest.approx(expected, rel=1e-3)
    assert no_mutation_probability(b, 0.0, 0.0, days, cells) == 1.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0.0, 0.1, 0.1, 1.0), "division_per_day must be above 0"),
        ((0.1, -0.1, 0.1, 1.0), "death_per_day must be at least 0"),
        ((0.1, 0.1, 1.5, 1.0), "mutation_probability must lie between 0 and 1, got 1.5"),
        ((0.1, 0.1, 0.1, -1.0), "days must be at least 0"),
    ],
)
def test_what_no_mutation_can_have_is_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        no_mutation_probability(*arguments)
