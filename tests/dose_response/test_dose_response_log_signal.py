"""Signals on the log scale: zeros as half a count, or half of the smallest signal."""

import numpy as np
import pytest

from lensim.dose_response.log_signal import log_signal


@pytest.mark.parametrize(
    ("signal", "minutes", "floor"), [([0.0, 4.0, 9.0], np.inf, 2.0), ([0.0, 4.0, 9.0], 5.0, 0.1), ([0.0], np.inf, 1.0)]
)
def test_a_well_without_signal_is_half_a_count_or_half_of_the_smallest(signal, minutes, floor):
    found = log_signal(np.array(signal), minutes)
    assert np.exp(found) == pytest.approx([floor, *signal[1:]])
