"""Means over values of which some are not known."""

import numpy as np

from lensim.known import mean_of_known


def test_what_is_not_known_is_left_out_and_a_row_without_any_is_nan():
    values = np.array([[1.0, np.nan, 3.0], [np.nan, np.nan, np.inf]])
    np.testing.assert_array_equal(mean_of_known(values, axis=1), [2.0, np.nan])
