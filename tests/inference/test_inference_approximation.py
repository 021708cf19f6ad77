"""What an approximate answer says of itself."""

import xarray as xr

from lensim.inference.approximation import Approximation


def test_the_sentence_says_whether_it_is_trusted_and_why_not():
    assert Approximation(xr.DataTree(), "k 0.1").sentence() == "approximate, and trusted: k 0.1"
    doubtful = Approximation(xr.DataTree(), "k 0.9", ("k must be below 0.7, got 0.9 in L1",))
    assert not doubtful.is_trusted
    assert doubtful.sentence() == (
        "approximate, and NOT trusted: k must be below 0.7, got 0.9 in L1 (k 0.9): fit it by itself"
    )
