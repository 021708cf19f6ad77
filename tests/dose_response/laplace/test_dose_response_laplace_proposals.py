"""Numbers from which draws of lines are picked."""

import numpy as np

from lensim.dose_response.laplace.proposals import even_numbers
from lensim.seeding import stream


def test_even_numbers_lie_evenly_on_each_line_and_in_each_pair():
    even = even_numbers(1000, 5, stream(1, "even"))
    assert even.shape == (1000, 5)
    for line in range(5):
        assert np.ptp(np.histogram(even[:, line], 50, (0, 1))[0]) <= 4
        assert np.ptp(np.histogram2d(even[:, line], even[:, line - 1], 5, [[0, 1], [0, 1]])[0]) <= 24
    other = even_numbers(1000, 5, stream(2, "even"))
    assert np.abs(np.sort(even[0]) - np.sort(other[0])).max() > 1e-3
