"""The variance of a difference of groups against closed forms and against an explicit Gaussian model."""

import numpy as np
import pytest

from lensim.dose_response.information import line_information
from lensim.dose_response.priors import CurvePriors
from lensim.inference.observations import observations_of
from lensim.plan.lines_information import Difference, difference_of, draws_of_fit, of_fitted_lines, of_tests
from lensim.seeding import stream
from tests.plan.panel_fits import panel_fit


def difference(tau: float, groups: int = 2, sd_mu: float = 1.0) -> Difference:
    weight = np.zeros((groups, 3))
    weight[0, 0], weight[1:, 0] = 1.0, -1.0 / (groups - 1)
    prior = np.zeros((1, 3 * groups, 3 * groups))
    for k in range(3):
        prior[0, k::3, k::3] = np.linalg.inv(tau**2 * np.eye(groups) + sd_mu**2)
    return Difference(weight, prior)


@pytest.mark.parametrize(("first", "second"), [(4, 4), (1, 7), (5, 18)])
def test_with_wide_priors_it_is_the_sum_of_the_variances_of_two_means(first, second):
    """(tau^2 + s^2) / n summed over the groups."""
    tau, s = 0.4, 0.15
    each = line_information(np.eye(3)[None] / s**2, np.full((1, 3), tau))
    known = np.stack([first * each, second * each], axis=1)
    expected = (tau**2 + s**2) * (1 / first + 1 / second)
    assert difference(1e4).variance(known)[0] == pytest.approx(expected, rel=1e-6)


def test_of_others_it_is_that_of_one_mean_and_the_mean_of_means():
    tau, s, sizes = 0.3, 0.2, np.array([5, 7, 7, 1, 3])
    each = line_information(np.eye(3)[None] / s**2, np.full((1, 3), tau))
    known = np.stack([n * each for n in sizes], axis=1)
    expected = (tau**2 + s**2) * (1 / 5 + (1 / sizes[1:]).sum() / 16)
    assert difference(1e4, 5).variance(known)[0] == pytest.approx(expected, rel=1e-6)


def test_it_is_that_of_the_whole_gaussian_model():
    """Lines, groups and mean as one normal vector, conditioned on estimates of the lines with correlated errors."""
    rng = stream(1, "whole")
    groups, of_group = 3, np.array([0, 0, 1, 1, 1, 2])
    n, tau_group, sd_mu = len(of_group), np.array([0.2, 0.1, 0.3]), np.array([1.0, 0.4, 1.0])
    sigma = np.array([0.4, 0.2, 0.5])
    root = rng.standard_normal((n, 3, 3))
    errors = 0.05 * (root @ np.swapaxes(root, 1, 2)) + 0.01 * np.eye(3)
    between = np.kron(np.eye(groups), np.diag(tau_group**2)) + np.kron(np.ones((groups, groups)), np.diag(sd_mu**2))
    member = np.kron(np.eye(groups)[of_group], np.eye(3))
    noise = np.zeros((3 * n, 3 * n))
    for i in range(n):
        noise[3 * i : 3 * i + 3, 3 * i : 3 * i + 3] = errors[i] + np.diag(sigma**2)
    gain = between @ member.T @ np.linalg.inv(member @ between @ member.T + noise)
    after = between - gain @ member @ between
    weight = np.zeros((groups, 3))
    weight[0, 0], weight[1:, 0] = 1.0, -0.5
    prior = np.linalg.inv(between)[None]
    of_line = line_information(np.linalg.inv(errors), np.tile(sigma, (n, 1)))
    known = np.stack([of_line[of_group == g].sum(axis=0) for g in range(groups)])[None]
    expected = weight.reshape(-1) @ after @ weight.reshape(-1)
    assert Difference(weight, prior).variance(known)[0] == pytest.approx(expected, rel=1e-9)


def test_a_fit_is_taken_with_its_wells_and_days():
    result = panel_fit()
    fit = draws_of_fit(result["posterior"].to_dataset(), observations_of(result), 50)
    assert fit.curve.shape == (50, 6, 3)
    assert fit.groups == ("A", "B")
    assert fit.group_of_line.tolist() == [0, 0, 0, 1, 1, 1]
    known = of_fitted_lines(fit)
    lines = fit.to_treat(fit.curve[:, 0], fit.group[:, 0], None, 0.0)
    doses = sorted(set(fit.data["dose_um"].to_numpy()) - {0.0})
    again = of_tests(lines, tuple(doses), 3, 3, 2)
    # the same wells on as many days tell as much, but for levels of cultures
    np.testing.assert_allclose(again, known[:, 0], rtol=0.05, atol=1e-3 * np.abs(known[:, 0]).max())


def test_a_difference_is_made_of_the_groups_that_it_names():
    result = panel_fit()
    fit = draws_of_fit(result["posterior"].to_dataset(), observations_of(result), 20)
    found = difference_of(fit, "B", "others", "effect_at_saturation", CurvePriors())
    assert found.weight.tolist() == [[0, 0, -1.0], [0, 0, 1.0]]
    other = difference_of(fit, "B", "A", "effect_at_saturation", CurvePriors())
    np.testing.assert_array_equal(other.prior, found.prior)
