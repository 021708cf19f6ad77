"""The mean response of references, against numbers that need no quadrature."""

import numpy as np
import pytest

from lensim.expression.pair_references import sd_of_mean_response
from lensim.expression.priors import LOG_SD_SD_OF_RESPONSE, MEDIAN_SD_OF_RESPONSE

NO_ERROR = np.zeros((1, 2))


def changes(apart: float, pairs: int = 12) -> np.ndarray:
    """Two references that differ by `apart` in every pair, whatever their input."""
    of_input = np.linspace(-1.0, 1.0, pairs)
    return np.stack([of_input, of_input + apart])[None]


def test_one_reference_says_nothing():
    assert sd_of_mean_response(changes(0.5)[:, :1], NO_ERROR[:, :1]).tolist() == [0.0]


def test_without_pairs_it_is_the_prior():
    """E[s^2] of a log-normal is median^2 * exp(2 * log sd^2); the grid ends at 3.5 sds of the log."""
    prior = MEDIAN_SD_OF_RESPONSE * np.exp(LOG_SD_SD_OF_RESPONSE**2) / np.sqrt(2.0)
    found = sd_of_mean_response(np.full((1, 2, 3), np.nan), NO_ERROR)
    assert found[0] == pytest.approx(prior, rel=0.05)


def test_references_that_move_apart_may_both_be_wrong_by_half_of_it():
    agree, apart, far = (sd_of_mean_response(changes(by), NO_ERROR)[0] for by in (0.0, 0.5, 1.0))
    assert agree < 0.11
    assert apart == pytest.approx(0.25, abs=0.05)
    assert far == pytest.approx(0.45, abs=0.1)


def test_the_error_of_a_factor_is_no_response():
    known, unknown = (sd_of_mean_response(changes(0.3), np.full((1, 2), error))[0] for error in (0.0, 0.5))
    assert unknown < known


def test_a_pair_in_which_a_reference_lacks_is_left_out():
    gap = changes(0.5)
    gap[0, 0, 3:] = np.nan
    assert sd_of_mean_response(gap, NO_ERROR)[0] == pytest.approx(
        sd_of_mean_response(changes(0.5, 12)[..., :3], NO_ERROR)[0]
    )
