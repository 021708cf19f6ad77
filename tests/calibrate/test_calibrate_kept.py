import json

import numpy as np
import pytest
import xarray as xr

from lensim.calibrate.kept import KEPT, digest_of, keeping, read_kept
from lensim.checks import InputError


def record(number):
    return {"number": number, "outcome": "ok", "why": "", "converged": True, "ranks": {"x": [0.5]}, "seconds": 1.0}


def fit(value=1.0):
    posterior = xr.Dataset({"x": (("chain", "draw"), np.full((1, 3), value))})
    observations = xr.Dataset({"y": ("well", [1.0])}, coords={"well": ["a"]})
    return xr.DataTree.from_dict({"posterior": posterior, "observations": observations})


def test_what_is_kept_is_read_and_gone_on_with(tmp_path):
    done = {}
    assert list(keeping(tmp_path, "of", done, map(record, (0, 2)))) == [record(0), record(2)]
    assert read_kept(tmp_path, "of") == {0: record(0), 2: record(2)}
    assert list(keeping(tmp_path, "of", read_kept(tmp_path, "of"), [record(1)])) == [record(1)]
    assert sorted(read_kept(tmp_path, "of")) == [0, 1, 2]
    assert read_kept(None, "of") == {}


def test_a_run_that_is_stopped_keeps_what_is_finished(tmp_path):
    def coming():
        yield record(0)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(keeping(tmp_path, "of", {}, coming()))
    assert read_kept(tmp_path, "of") == {0: record(0)}


def test_simulations_of_another_fit_are_refused(tmp_path):
    list(keeping(tmp_path, "of", {}, [record(0)]))
    with pytest.raises(InputError) as error:
        read_kept(tmp_path, "another")
    assert str(error.value) == (
        f"{tmp_path / KEPT} must be of this very fit, engine and seed, got those of another: name another folder, or "
        "delete it"
    )


@pytest.mark.parametrize(
    "content",
    [
        {"of": 1, "simulations": []},
        {"of": "of", "simulations": [{"number": 1}]},
        {"of": "of"},
        {"of": "of", "simulations": [record(0) | {"ranks": {"x": [2.0]}}]},
    ],
)
def test_a_file_that_lensim_did_not_write_is_refused(tmp_path, content):
    (tmp_path / KEPT).write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_kept(tmp_path, "of")
    assert str(error.value) == f"{tmp_path / KEPT} must be simulations of lensim calibrate, got something else"


def test_the_digest_is_of_draws_data_engine_and_seed():
    same = digest_of(fit(), "exact", 1)
    assert digest_of(fit(), "exact", 1) == same
    assert (
        len({same, digest_of(fit(2.0), "exact", 1), digest_of(fit(), "kernel", 1), digest_of(fit(), "exact", 2)}) == 4
    )
