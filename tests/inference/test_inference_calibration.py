import numpy as np
import pytest
from scipy import stats

from lensim import seeding
from lensim.checks import InputError
from lensim.inference.calibration import (
    coverage_pvalue,
    is_covered,
    randomised_rank,
    recalibration,
    reliability_table,
    spiegelhalter_pvalue,
)

FALSE_ALARM = 1e-6


def conjugate_normal(studies: int, draws: int):
    """theta ~ Normal(0, 1), y ~ Normal(theta, 1): the posterior is Normal(y / 2, 1 / 2), known exactly."""
    rng = seeding.stream(1, "conjugate normal")
    theta = rng.normal(size=studies)
    y = theta + rng.normal(size=studies)
    return theta, y[:, None] / 2 + np.sqrt(0.5) * rng.normal(size=(studies, draws))


def test_ranks_of_an_exact_posterior_are_uniform_and_cover():
    theta, draws = conjugate_normal(4000, 200)
    ranks = randomised_rank(draws, theta, seeding.stream(1, "ties"))
    assert stats.kstest(ranks, "uniform").pvalue > FALSE_ALARM
    for probability in (0.5, 0.9):
        assert coverage_pvalue(is_covered(ranks, probability), probability) > FALSE_ALARM


def test_ties_among_infinities_keep_ranks_uniform():
    theta, draws = conjugate_normal(4000, 200)
    beyond = 0.3  # all that lies above is infinite, in truth and draws
    theta, draws = np.where(theta > beyond, np.inf, theta), np.where(draws > beyond, np.inf, draws)
    ranks = randomised_rank(draws, theta, seeding.stream(1, "ties"))
    assert stats.kstest(ranks, "uniform").pvalue > FALSE_ALARM


def test_a_posterior_too_narrow_is_rejected():
    theta, draws = conjugate_normal(4000, 200)
    middle = np.median(draws, axis=1, keepdims=True)
    ranks = randomised_rank(middle + 0.5 * (draws - middle), theta, seeding.stream(1, "ties"))
    for probability in (0.5, 0.9):
        assert coverage_pvalue(is_covered(ranks, probability), probability) < FALSE_ALARM


def test_stated_probabilities_are_judged():
    rng = seeding.stream(1, "events")
    p = rng.beta(0.5, 0.5, size=4000)
    happened = rng.random(4000) < p
    assert spiegelhalter_pvalue(p, happened) > FALSE_ALARM
    assert spiegelhalter_pvalue(p**2, happened) < FALSE_ALARM
    rows = reliability_table(p, happened, (0.0, 0.5, 1.0))
    assert sum(row["events"] for row in rows) == 4000
    assert rows[0]["stated"] < 0.5 < rows[1]["stated"]


def test_bad_input_is_told_so():
    with pytest.raises(InputError, match="got NaN"):
        randomised_rank(np.array([[np.nan]]), np.array([1.0]), seeding.stream(1, "x"))
    with pytest.raises(InputError, match=r"truth must have the shape \(1,\) of the draws, got \(2,\)"):
        randomised_rank(np.zeros((1, 3)), np.zeros(2), seeding.stream(1, "x"))
    with pytest.raises(InputError, match="between 0 and 1, got 2 to 2"):
        spiegelhalter_pvalue(np.array([2.0]), np.array([1.0]))
    with pytest.raises(InputError, match="other than 0, 1/2 and 1"):
        spiegelhalter_pvalue(np.array([0.0, 1.0]), np.array([0.0, 1.0]))


def events(stated, studies=2000, seed="recalibration"):
    """Stated probabilities, and events that happen as often as `stated` makes of them."""
    rng = seeding.stream(1, seed)
    p = rng.beta(1.0, 1.0, studies)
    return p, (rng.random(studies) < stated(p)).astype(float)


def test_recalibration_is_the_logistic_regression_on_stated_log_odds():
    import statsmodels.api as sm

    p, happened = events(lambda p: p)
    log_odds = np.log(p / (1 - p))
    keep = np.abs(log_odds) < 7
    found = recalibration(p[keep], happened[keep])
    model = sm.Logit(happened[keep], sm.add_constant(log_odds[keep]))
    fitted, plain = model.fit(disp=0, cov_type="HC1"), model.fit(disp=0)
    assert found.slope == pytest.approx(fitted.params[1], rel=1e-6)
    assert found.slope_error == pytest.approx(max(fitted.bse[1], plain.bse[1]), rel=0.01)
    assert abs(found.slope - 1) < 5 * found.slope_error
    assert abs(found.intercept) < 5 * found.intercept_error


def test_recalibration_finds_a_common_bias_that_spiegelhalter_cannot():
    """All odds are twice what is stated: an intercept of log 2."""
    p, happened = events(lambda p: 2 * p / (1 + p))
    found = recalibration(p, happened)
    assert abs(found.intercept - np.log(2)) < 5 * found.intercept_error
    assert found.intercept > 5 * found.intercept_error


def test_recalibration_finds_statements_that_are_too_sure():
    p, happened = events(lambda p: 1 / (1 + np.sqrt((1 - p) / p)))
    found = recalibration(p, happened)
    assert abs(found.slope - 0.5) < 5 * found.slope_error


def test_events_that_depend_on_each_other_count_once():
    p, happened = events(lambda p: p, 300)
    once = recalibration(p, happened, np.arange(300))
    thrice = recalibration(np.repeat(p, 3), np.repeat(happened, 3), np.repeat(np.arange(300), 3))
    assert (thrice.intercept, thrice.slope) == pytest.approx((once.intercept, once.slope))
    assert thrice.slope_error == pytest.approx(once.slope_error, rel=0.2)
    alone = recalibration(np.repeat(p, 3), np.repeat(happened, 3))
    assert alone.slope_error == pytest.approx(once.slope_error / np.sqrt(3), rel=0.2)


def test_recalibration_knows_how_little_events_without_doubt_say():
    p = np.r_[np.full(90, 0.001), 0.2, 0.3]
    found = recalibration(p, np.r_[np.zeros(91), 1.0], np.repeat(np.arange(46), 2))
    assert found.intercept_error > 1.0


def test_recalibration_has_no_number_where_there_is_none():
    assert np.isnan(recalibration(np.array([0.1, 0.4, 0.9]), np.zeros(3))).all()
    apart = recalibration(np.array([0.1, 0.2, 0.8, 0.9]), np.array([0.0, 0.0, 1.0, 1.0]))
    assert np.isnan(apart.slope)
    assert np.isfinite(apart.intercept)
    with pytest.raises(InputError) as error:
        recalibration(np.array([1.2]), np.array([1.0]))
    assert str(error.value) == "a probability must lie between 0 and 1, got 1.2 to 1.2"
