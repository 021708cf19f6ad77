"""Exponentials and logarithms of rows, against NumPy's."""

import numpy as np
import pytest

from lensim.expression.exact.rows import exponential, logarithms, soft_max
from lensim.seeding import stream


@pytest.mark.parametrize("x", [0.0, -1e-9, -0.3, -5.0, -20.0, -59.0])
def test_exponentials_are_those_of_numpy(x):
    assert exponential(x) == pytest.approx(np.exp(x), rel=3e-8)


def test_exponentials_of_less_than_the_lowest_are_those_of_the_lowest():
    assert exponential(-1000.0) == exponential(-60.0)


def test_logarithms_are_those_of_numpy():
    values = np.exp(stream(5, "logarithms").uniform(-600.0, 600.0, 1000))
    logs, mantissa = np.empty(1000), np.empty(1000, np.int64)
    logarithms(values, mantissa, logs)
    np.testing.assert_allclose(logs, np.log(values), rtol=1e-12, atol=2e-10)


def test_soft_max_is_the_largest_and_the_shares_of_it():
    logs = stream(5, "soft max").normal(0.0, 9.0, (6, 5))
    shares, top, total = np.empty((6, 5)), np.empty(5), np.empty(5)
    soft_max(logs, shares, top, total)
    np.testing.assert_array_equal(top, logs.max(axis=0))
    np.testing.assert_allclose(shares, np.exp(logs - top), rtol=1e-7)
    np.testing.assert_allclose(total, shares.sum(axis=0))
