"""Logarithms and exponentials, against NumPy's."""

import numpy as np

from lensim.dose_response.laplace.rows import FARTHEST, exponential, logarithm, rows_of, take_half_log


def test_exponentials_are_those_of_numpy_to_a_share_of_1e_11():
    x = np.concatenate([np.linspace(-FARTHEST, FARTHEST, 5_001), np.linspace(-1.0, 1.0, 1_001)])
    np.testing.assert_allclose([exponential(one) for one in x], np.exp(x), rtol=1e-11)


def test_exponentials_of_numbers_farther_out_are_those_of_the_farthest():
    assert exponential(-1e200) == exponential(-FARTHEST) < 1e-303
    assert exponential(1e200) == exponential(FARTHEST)


def test_logarithms_are_those_of_numpy_to_2e_10():
    x = np.concatenate([[1.0, np.nextafter(2.0, 1.0), 2.0], np.geomspace(1e-300, 1e300, 5_001)])
    np.testing.assert_allclose([logarithm(one) for one in x], np.log(x), atol=2e-10, rtol=1e-13)


def test_half_a_logarithm_is_taken_off():
    product = np.concatenate([[1.0, np.nextafter(2.0, 1.0), 2.0], np.geomspace(1.0, 1e300, 5_001)])
    work = rows_of(len(product))
    work.product[:] = product
    take_half_log(work.product, work.total)
    np.testing.assert_allclose(work.total, -0.5 * np.log(product), atol=2e-10, rtol=1e-13)
    np.testing.assert_array_equal(work.product, 1.0)
