"""Expected information against gradients, integrals and draws that know nothing of its formulas."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from lensim.dose_response.information import (
    SD_LOG_TOP,
    LinesToTreat,
    culture_information,
    fault_variance,
    line_information,
    posterior_covariance,
    well_information,
)
from lensim.plate_faults import PlateFaults
from lensim.seeding import stream
from lensim.sigmoid import residual


def lines(curve, **more) -> LinesToTreat:
    curve = np.atleast_2d(np.asarray(curve, dtype=float))
    n = len(curve)
    known = {
        "mean": np.zeros((n, 3)),
        "sigma": np.ones((n, 3)),
        "sd_experiment": np.full((n, 3), 0.1),
        "log_top": np.full(n, 10.0),
        "background": np.full(n, 50.0),
        "sd_well": np.full(n, 0.12),
        "nu_well": np.full(n, 5.0),
    }
    return LinesToTreat(curve=curve, **{**known, **more})


def log_expected(one: LinesToTreat, theta: np.ndarray, dose: float) -> float:
    return float(np.log(one.background[0] + np.exp(theta[0]) * residual(dose, *theta[1:])))


@settings(max_examples=40, deadline=None)
@given(st.floats(-2, 1), st.floats(-1, 1), st.floats(-0.5, 3), st.sampled_from([0.0, 0.01, 0.3, 3.0, 100.0]))
def test_information_of_a_well_is_that_of_its_gradient(x, log_slope, effect, dose):
    one = lines([x, log_slope, effect], nu_well=np.array([np.inf]), minutes=np.inf)
    theta, step = np.array([10.0, x, log_slope, effect]), 1e-5
    gradient = [
        (log_expected(one, theta + step * e, dose) - log_expected(one, theta - step * e, dose)) / (2 * step)
        for e in np.eye(4)
    ]
    with np.errstate(divide="ignore"):
        found = well_information(one, np.log(np.array([dose])))[0, 0]
    np.testing.assert_allclose(found, np.outer(gradient, gradient) / 0.12**2, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("nu", [2.5, 5.0, 30.0])
def test_tails_and_counts_take_information_away(nu):
    """The expected square of the score of a Student t, by integration."""
    one = lines([0.0, 0.0, 1.0], nu_well=np.array([nu]), fault_variance=0.01, minutes=2.0, background=np.array([0.0]))
    scale = np.sqrt(0.12**2 + 0.01 + 1.0 / (2.0 * np.exp(10.0)))

    def score2(z: float) -> float:
        return ((nu + 1) * z / (nu + z**2)) ** 2 * stats.t.pdf(z, nu)

    square, _ = integrate.quad(score2, -np.inf, np.inf)
    found = well_information(one, np.array([-np.inf]))[0, 0, 0, 0]
    assert abs(found - square / scale**2) < 1e-6 * found


def test_a_culture_pays_for_its_untreated_level():
    """The Schur complement is the inverse of the block of the inverse."""
    one = lines([[0.0, 0.2, 1.0], [-0.5, -0.2, 2.0]])
    whole = (
        well_information(one, np.log([0.05, 0.3, 1.0, 10.0])).sum(axis=1)
        + 3 * well_information(one, np.array([-np.inf]))[:, 0]
    )
    with_prior = whole.copy()
    with_prior[:, 0, 0] += SD_LOG_TOP**-2
    inverse = np.linalg.inv(np.linalg.inv(with_prior)[:, 1:, 1:])
    np.testing.assert_allclose(culture_information(whole), inverse, rtol=1e-8)


def test_days_and_the_population_add_up():
    rng = stream(1, "information")
    root = rng.standard_normal((4, 3, 3))
    of_culture = root @ np.swapaxes(root, 1, 2) + 0.1 * np.eye(3)
    sd, sigma = rng.uniform(0.05, 0.3, (4, 3)), rng.uniform(0.2, 1.0, (4, 3))
    found = line_information(of_culture, sd, 3)
    for k in range(4):
        expected = 3 * np.linalg.inv(np.linalg.inv(of_culture[k]) + np.diag(sd[k] ** 2))
        np.testing.assert_allclose(found[k], expected, rtol=1e-8)
        np.testing.assert_allclose(
            posterior_covariance(found, sigma)[k], np.linalg.inv(expected + np.diag(sigma[k] ** -2.0)), rtol=1e-8
        )


def test_a_line_without_effect_is_known_as_well_as_its_population():
    flat = lines([0.0, 0.0, 0.0], sigma=np.array([[0.4, 0.2, 0.5]]))
    of_culture = culture_information(well_information(flat, np.log([0.1, 1.0, 10.0])).sum(axis=1))
    covariance = posterior_covariance(line_information(of_culture, flat.sd_experiment, 3), flat.sigma)
    assert np.isclose(covariance[0, 0, 0], 0.4**2)
    assert covariance[0, 2, 2] < 0.3**2


def test_variance_of_faults_is_that_of_wells_dealt_to_places():
    faults = replace(PlateFaults(), outlier_probability=0.0, lost_probability=0.0)
    rng = stream(1, "faults")
    plates = 4000
    row, column = np.divmod(np.arange(96), 12)
    edge = (row == 0) | (row == 7) | (column == 0) | (column == 11)
    z = rng.standard_normal((3, plates, 1))
    shift = (
        -(faults.mean_edge_log_loss + faults.sd_edge_log_loss * z[0]) * edge
        + faults.sd_row_log_gradient * z[1] * (2 * row / 7 - 1)
        + faults.sd_column_log_gradient * z[2] * (2 * column / 11 - 1)
        + faults.sd_dispensing_log * rng.standard_normal((plates, 96))
    )
    # trends over whole rows and columns have a mean square a little above a third
    assert abs(fault_variance(faults, edge.mean()) / shift.var() - 1.0) < 0.1
