import numpy as np
import pytest

from lensim.qc.finding import Finding
from lensim.qc.words import measured


@pytest.mark.parametrize(
    ("value", "low", "high", "words"),
    [
        (97.12, 93.0, 101.4, "97.1 (93 to 101) %"),
        (97.12, np.nan, np.nan, "97.1 %"),
        (12.0, 12.0, np.inf, "above 12 %"),
        (np.nan, 0.0, 0.04, "at most 0.04 %"),
        (np.inf, np.nan, np.nan, ""),
        (np.nan, np.nan, np.nan, ""),
    ],
)
def test_a_value_with_its_interval_or_bound(value, low, high, words):
    assert measured(Finding("a", "b", "pass", value, "%", "", "", low, high)) == words
