"""Pareto smoothing gives the numbers of arviz_stats."""

import numpy as np
import pytest
from arviz_stats.base import array_stats

from lensim.inference.pareto_smoothing import smoothed


@pytest.mark.parametrize("draws", [40, 225, 226, 1000, 4000])
@pytest.mark.parametrize("spread", [0.01, 0.5, 3.0, 30.0])
def test_weights_and_shapes_are_those_of_arviz(draws, spread):
    rng = np.random.default_rng(draws)
    logs = spread * rng.standard_normal(draws) + 700.0
    before = logs.copy()
    weights, shape = smoothed(logs)
    expected, expected_shape = array_stats.psislw(-logs)
    np.testing.assert_allclose(weights, expected, rtol=0, atol=1e-9)
    assert shape == pytest.approx(float(expected_shape), rel=1e-9)
    np.testing.assert_array_equal(logs, before)


def test_with_few_draws_or_a_tail_of_one_value_nothing_can_be_told():
    for logs in (np.array([0.0, 1.0, 2.0, 3.0]), np.r_[np.zeros(1), np.full(99, 1.0)]):
        weights, shape = smoothed(logs)
        assert shape == np.inf
        np.testing.assert_allclose(weights, logs - np.log(np.exp(logs).sum()))
