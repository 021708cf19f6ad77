import numpy as np
import pytest

from lensim.dose_response.dose_words import ic50_in_words


@pytest.mark.parametrize(
    ("interval", "words"),
    [
        ((0.8, 1.2, 1.9), "1.2 (0.80 to 1.9)"),
        ((0.8, 1.2, 40.0), "1.2 (0.80 to > 10)"),
        ((0.001, 1.2, 1.9), "1.2 (< 0.01 to 1.9)"),
        ((0.001, 1.2, np.inf), "1.2 (< 0.01 to > 10)"),
        ((4.1, 12.0, np.inf), "> 10 (from 4.1)"),
        ((0.001, 12.0, np.inf), "> 10 (from < 0.01)"),
        ((11.0, 12.0, 13.0), "> 10"),
        ((np.inf, np.inf, np.inf), "> 10"),
        ((0.001, 0.002, 0.5), "< 0.01 (to 0.50)"),
        ((0.001, 0.002, 20.0), "< 0.01 (to > 10)"),
        ((0.001, 0.002, 0.003), "< 0.01"),
        ((0.01, 0.01, 10.0), "0.010 (0.010 to 10)"),
    ],
)
def test_ic50_in_words(interval, words):
    assert ic50_in_words(*interval, 0.01, 10.0) == words
