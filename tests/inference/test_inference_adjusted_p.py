"""Holm's steps against a case by hand, and what stays as it is."""

import numpy as np
from scipy.stats import binomtest

from lensim.inference.adjusted_p import holm

FALSE_ALARM = 1e-6


def test_each_is_multiplied_by_the_number_that_is_left_and_none_is_below_a_smaller_one():
    assert np.allclose(holm(np.array([0.01, 0.04, 0.03])), [0.03, 0.06, 0.06])


def test_none_is_above_1_and_what_is_not_known_is_not_counted():
    found = holm(np.array([0.4, np.nan, 0.9]))
    assert np.allclose(found[[0, 2]], [0.8, 0.9])
    assert np.isnan(found[1])
    assert holm(np.array([0.7, 0.8])).max() == 1.0


def test_5_percent_of_studies_in_which_nothing_is_have_one_below_5_percent():
    studies = np.random.default_rng(1).random((4000, 12))
    told = sum(holm(p).min() <= 0.05 for p in studies)
    assert binomtest(told, len(studies), 1.0 - 0.95 ** (1.0)).pvalue > FALSE_ALARM
