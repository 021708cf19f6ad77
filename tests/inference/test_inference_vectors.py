"""Exponentials and logarithms of kernels against NumPy's."""

import numpy as np
import pytest

from lensim.inference.vectors import exponential, logarithm


def test_exponentials_are_those_of_numpy():
    x = np.concatenate([np.linspace(-708.0, 709.0, 20_001), np.linspace(-1.0, 1.0, 2_001)])
    np.testing.assert_allclose([exponential(one) for one in x], np.exp(x), rtol=1e-15)


def test_logarithms_are_those_of_numpy():
    x = np.concatenate([10.0 ** np.linspace(-307.0, 308.0, 20_001), np.linspace(0.5, 2.0, 2_001)])
    np.testing.assert_allclose([logarithm(one) for one in x], np.log(x), rtol=1e-15, atol=1e-15)


@pytest.mark.parametrize(("x", "bound"), [(-1e6, -708.0), (1e6, 709.0)])
def test_exponentials_of_far_numbers_are_those_of_bounds(x, bound):
    assert exponential(x) == exponential(bound)
