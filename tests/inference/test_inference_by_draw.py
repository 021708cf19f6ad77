import numpy as np
import pytest
import xarray as xr

from lensim.inference import by_draw as module
from lensim.inference.by_draw import by_draw, parts_of_draws
from lensim.inference.laws import values_of

POSTERIOR = xr.Dataset(
    {
        "level": (("chain", "draw", "gene"), np.arange(30.0).reshape(2, 5, 3)),
        "sd": (("chain", "draw"), np.arange(10.0).reshape(2, 5)),
    },
    coords={"chain": [0, 1], "draw": [0, 2, 4, 6, 8], "gene": ["a", "b", "c"]},
)
SEEN = xr.Dataset({"ct": ("reaction", [20.0, 21.0]), "at": ("gene", [1, 2, 3])})


@pytest.mark.parametrize("values_at_a_time", [1, 7, 10_000])
def test_each_draw_has_its_own_values_whatever_the_size_of_parts(monkeypatch, values_at_a_time):
    monkeypatch.setattr(module, "VALUES_AT_A_TIME", values_at_a_time)
    said = by_draw(
        values_of(POSTERIOR),
        POSTERIOR,
        SEEN,
        lambda x: {"ct": np.array([[1.0], [2.0]]) * x["sd"], "at": x["level"].astype(int)},
    )
    assert said["ct"].dims == ("chain", "draw", "reaction")
    np.testing.assert_array_equal(said["ct"], POSTERIOR["sd"].to_numpy()[..., None] * [1.0, 2.0])
    np.testing.assert_array_equal(said["at"], POSTERIOR["level"])
    assert said["at"].dtype.kind == "i"
    assert said["at"]["gene"].to_numpy().tolist() == ["a", "b", "c"]
    assert said["ct"]["reaction"].to_numpy().tolist() == [0, 1]
    assert said["ct"]["draw"].to_numpy().tolist() == [0, 2, 4, 6, 8]


def test_last_dims_that_are_summed_over_are_left_out():
    seen = xr.Dataset({"events": (("culture", "phase"), np.ones((4, 3)))})
    said = by_draw(values_of(POSTERIOR), POSTERIOR, seen, lambda x: {"events": np.ones((4, 1)) * x["sd"]})
    assert said["events"].dims == ("chain", "draw", "culture")


def test_parts_hold_so_many_draws_that_their_values_fit(monkeypatch):
    monkeypatch.setattr(module, "VALUES_AT_A_TIME", 12)
    sizes = [x["sd"].shape[-1] for _, x in parts_of_draws(values_of(POSTERIOR), 4)]
    assert sizes == [3, 3, 3, 1]
    assert [x["sd"].shape[-1] for _, x in parts_of_draws(values_of(POSTERIOR), 0)] == [10]
