"""What a series is expected to give, against the delta method and against draws of estimates."""

import numpy as np
import pytest
from scipy import stats

from lensim.dose_response.curve import log10_ic50_um
from lensim.dose_response.information import (
    LinesToTreat,
    culture_information,
    line_information,
    posterior_covariance,
)
from lensim.plan.doses_criteria import Judge, psi_of
from lensim.seeding import stream

DOSES = [0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0]


def judge(curve, sigma=(0.4, 0.2, 0.5), **more) -> Judge:
    curve = np.atleast_2d(np.asarray(curve, dtype=float))
    n = len(curve)
    lines = LinesToTreat(
        curve=curve,
        mean=np.tile([-0.4, 0.2, 0.85], (n, 1)),
        sigma=np.tile(sigma, (n, 1)),
        sd_experiment=np.tile([0.1, 0.08, 0.06], (n, 1)),
        log_top=np.full(n, 10.0),
        background=np.full(n, 50.0),
        sd_well=np.full(n, 0.12),
        nu_well=np.full(n, 5.0),
    )
    return Judge(lines, **{"experiments": 3, "threshold_um": 10.0, "probability": 0.9, "highest_um": 10.0, **more})


def covariance(asked: Judge, wells: int = 3) -> tuple[np.ndarray, np.ndarray]:
    total = asked.of_series(DOSES, [wells] * 7, wells)
    information = line_information(culture_information(total), asked.lines.sd_experiment, asked.experiments)
    return information, posterior_covariance(information, asked.lines.sigma)


def test_the_error_is_that_of_the_delta_method_where_a_curve_is_known_well():
    asked = judge([-0.5, 0.2, 2.0], experiments=300)
    _, found = covariance(asked)
    step, gradient = 1e-5, []
    for e in np.eye(3):
        ends = [log10_ic50_um(*(asked.lines.curve[0] + sign * step * e)) for sign in (1, -1)]
        gradient.append((ends[0] - ends[1]) / (2 * step))
    delta = np.sqrt(np.array(gradient) @ found[0] @ gradient)
    error = asked.expected(asked.of_series(DOSES, [3] * 7, 3)).error
    assert abs(error / delta - 1.0) < 0.1


def test_the_error_has_an_end_where_the_delta_method_has_none():
    """A plateau at one half but for a thousandth: the gradient of the IC50 is a thousand, and the error at most 1."""
    asked = judge([-0.5, 0.2, np.log(2.0) + 0.001], highest_um=1e9)
    error = asked.expected(asked.of_series(DOSES, [3] * 7, 3)).error
    assert 0.2 < error <= 1.0


def test_lines_without_an_ic50_do_not_count_for_the_error():
    total = judge([[-0.5, 0.2, 2.0], [-0.5, 0.2, 0.3]])
    alone = judge([-0.5, 0.2, 2.0])
    assert total.counted.tolist() == [True, False]
    pair = [one.expected(one.of_series(DOSES, [3] * 7, 3)).error for one in (total, alone)]
    assert pair[0] == pytest.approx(pair[1])


def test_psi_says_who_is_resistant_and_has_the_gradient_of_its_definition():
    rng = stream(1, "psi")
    curve = np.array([-0.4, 0.2, 0.85]) + rng.standard_normal((50, 3)) * [0.4, 0.2, 0.5]
    psi, gradient = psi_of(curve, 10.0)
    np.testing.assert_array_equal(psi > 0, log10_ic50_um(*curve.T) > 1.0)
    for k, e in enumerate(1e-6 * np.eye(3)):
        numeric = (psi_of(curve + e, 10.0)[0] - psi_of(curve - e, 10.0)[0]) / 2e-6
        np.testing.assert_allclose(gradient[:, k], numeric, rtol=1e-5, atol=1e-8)


def test_calls_are_those_of_estimates_that_are_drawn():
    """Null: a line is called rightly as often as the closed form says. P is compared with 1e-6."""
    asked = judge([-0.2, 0.2, 0.82])
    information, after = covariance(asked)
    rng = stream(1, "calls")
    repeats = 20_000
    noise = rng.multivariate_normal(np.zeros(3), information[0], repeats)
    prior = np.diag(asked.lines.sigma[0] ** -2.0)
    mean = (asked.lines.curve[0] @ information[0] + noise + asked.lines.mean[0] @ prior) @ after[0]
    psi, gradient = psi_of(asked.lines.curve, 10.0)
    drawn = psi[0] + (mean - asked.lines.curve[0]) @ gradient[0]
    p_resistant = stats.norm.cdf(drawn / np.sqrt(gradient[0] @ after[0] @ gradient[0]))
    called = int(((p_resistant > 0.9) if psi[0] > 0 else (p_resistant < 0.1)).sum())
    expected = asked.expected(asked.of_series(DOSES, [3] * 7, 3)).right
    assert 0.05 < expected < 0.95
    assert stats.binomtest(called, repeats, expected).pvalue > 1e-6
    assert stats.binomtest(called, repeats, min(expected + 0.05, 1.0)).pvalue < 1e-6  # so the check can fail


def test_more_wells_and_more_days_give_less_error():
    few, many, days = (
        judge([[-0.5, 0.2, 1.5], [0.2, 0.0, 1.0]], experiments=n).expected(
            judge([[-0.5, 0.2, 1.5], [0.2, 0.0, 1.0]]).of_series(DOSES, [wells] * 7, wells)
        )
        for wells, n in ((2, 3), (6, 3), (6, 9))
    )
    assert days.error < many.error < few.error
