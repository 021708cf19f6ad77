"""Logarithms and exponentials of rows, against NumPy's."""

import numpy as np

from lensim.dose_response.laplace.rows import LOWEST, exponential, rows_of, take_half_log


def test_exponentials_are_those_of_numpy_to_a_share_of_2e_5():
    x = np.linspace(LOWEST, 0.0, 5_001)
    np.testing.assert_allclose([exponential(one) for one in x], np.exp(x), rtol=2e-5)


def test_exponentials_below_the_lowest_are_next_to_nothing():
    assert exponential(-1e200) == exponential(LOWEST) < 1e-26


def test_half_a_logarithm_is_taken_off_to_3e_9():
    product = np.concatenate([[1.0, np.nextafter(2.0, 1.0), 2.0], np.geomspace(1.0, 1e300, 5_001)])
    work = rows_of(len(product))
    work.product[:] = product
    take_half_log(work.product, work.total, work.mantissa, work.exponent)
    np.testing.assert_allclose(work.total, -0.5 * np.log(product), atol=3e-9, rtol=0)
    np.testing.assert_array_equal(work.product, 1.0)
