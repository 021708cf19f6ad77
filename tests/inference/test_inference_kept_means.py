import numpy as np
import pytest
import xarray as xr

from lensim.inference.kept_means import POSTERIOR_MEANS, has_mean, mean_of

POSTERIOR = xr.Dataset({"a": (("chain", "draw"), [[1.0, 3.0]])})


def test_the_mean_is_that_of_the_draws_or_the_one_that_was_kept():
    result = xr.DataTree.from_dict({"posterior": POSTERIOR, POSTERIOR_MEANS: xr.Dataset({"b": ("line", [4.0, 5.0])})})
    assert mean_of(result, "a") == 2.0
    np.testing.assert_array_equal(mean_of(result, "b"), [4.0, 5.0])
    assert [has_mean(result, name) for name in "abc"] == [True, True, False]


def test_what_is_not_there_is_a_key_error():
    with pytest.raises(KeyError):
        mean_of(xr.DataTree.from_dict({"posterior": POSTERIOR}), "b")
