import numpy as np
import pytest
from scipy import stats

from lensim.qc import evidence


def test_the_quantile_of_many_places_holds_for_the_largest_of_them():
    quantile = evidence.sure_quantile(96, np.inf, 0.05)
    assert (1.0 - 2.0 * stats.norm.sf(quantile)) ** 96 == pytest.approx(0.95)
    assert evidence.sure_quantile(1, 10.0, 0.05) == pytest.approx(stats.t.isf(0.025, 10.0))


def test_an_interval_of_an_sd_is_that_of_chi_squared():
    found = evidence.spread_of(2.0, 10.0)
    assert found.low == pytest.approx(2.0 * np.sqrt(10.0 / stats.chi2.isf(0.025, 10.0)))
    assert evidence.spread_of(2.0, 0.0)[2:] == (0.0, np.inf)


def test_outlying_deviations_do_not_move_a_robust_spread():
    deviations = np.random.default_rng(1).standard_normal(400)
    clean = evidence.robust_spread(deviations, 400.0)
    deviations[:10] = 50.0
    assert evidence.robust_spread(deviations, 400.0).sd == pytest.approx(clean.sd, rel=0.05)
    assert clean.low < 1.0 < clean.high
    assert np.isnan(evidence.robust_spread(np.empty(0), 0.0).sd)


def test_a_clipped_regression_is_least_squares_without_the_outlier():
    rng = np.random.default_rng(2)
    design = np.column_stack([np.ones(50), rng.standard_normal(50)])
    response = design @ [1.0, 2.0] + 0.1 * rng.standard_normal(50)
    response[3] += 100.0
    own = np.arange(50) != 3
    found = evidence.clipped_regression(design, response)
    assert found.value == pytest.approx(np.linalg.lstsq(design[own], response[own], rcond=None)[0])
    assert found.degrees_of_freedom == 47.0


def test_a_coefficient_that_rows_do_not_tell_is_nan():
    assert np.isnan(evidence.clipped_regression(np.zeros((10, 1)), np.ones(10)).value).all()
    assert np.isnan(evidence.clipped_regression(np.ones((2, 1)), np.ones(2)).error).all()


def test_a_typical_sd_of_triplicates_is_not_too_small():
    spreads = np.random.default_rng(3).standard_normal((4000, 3)).std(axis=1, ddof=1)
    found, error = evidence.typical_sd(spreads, np.full(4000, 2.0))
    assert abs(np.log(found)) < 4.0 * error
    assert np.median(spreads) < 0.9


def test_moderated_variances_lie_between_their_own_and_the_median():
    found, freedom = evidence.moderated(np.array([1.0, 2.0, 9.0]), np.full(3, 4.0))
    assert found.tolist() == [1.5, 2.0, 5.5]
    assert freedom.tolist() == [8.0] * 3


def test_pooled_mean_and_percent():
    assert evidence.pooled(np.array([1.0, 2.0, 3.0, 4.0, 5.0])).mean == pytest.approx(3.0)
    assert evidence.percent_of_log(np.log(1.2)) == pytest.approx(20.0)
