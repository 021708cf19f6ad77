"""A compound of a screen: its table says what its file says, and a worker takes one core; approximate answers."""

import multiprocessing
from dataclasses import replace

import numpy as np
import pytest

from lensim.assay import Asked, assay_of, find_assay, read_result
from lensim.dose_response.priors import DoseResponsePriors
from lensim.dose_response.read import read_compounds
from lensim.inference.approximation import APPROXIMATE, Approximation
from lensim.inference.single import in_single, is_single
from lensim.output import load_result
from lensim.screen import one
from lensim.screen.part import rows_of
from lensim.screen.settings import ScreenSettings
from tests.screen.made_up_screen import made_up, table_of


@pytest.fixture(name="asked")
def _asked(monkeypatch):
    """What the fit of a study was asked for; its draws are made up."""
    asked = {}

    def fit_study(data, settings, seed, *, take_estimands, **rest):
        asked.update(settings=settings, seed=seed, **rest)
        result = made_up(data, ScreenSettings(), seed)
        if settings.in_single:
            result["posterior"] = type(result)(in_single(result["posterior"].to_dataset()))
        take_estimands(assay_of(result).estimands(result, Asked()))
        return result

    monkeypatch.setattr(one, "fit_study", fit_study)
    return asked


@pytest.fixture(name="data")
def _data(tmp_path):
    return read_compounds(table_of(tmp_path, ["A"]))["A"]


@pytest.mark.parametrize("keep", [0, 20])
def test_the_table_says_what_the_file_says(tmp_path, asked, data, keep):
    done = one.fit_one("A", data, ScreenSettings(keep=keep))
    (tmp_path / "fit.nc").write_bytes(done.image)
    kept = load_result(tmp_path / "fit.nc")
    assert rows_of(read_result(kept, Asked()).tables[0].frame) == done.part.rows
    assert is_single(kept["posterior"].to_dataset())
    assert asked["seed"] == ScreenSettings().seed_of("A")


def test_estimands_are_taken_over_where_all_draws_are_kept(asked, data):
    assert one.fitted_study(data, ScreenSettings(), 1).estimands is not None
    assert one.fitted_study(data, ScreenSettings(keep=20), 1).estimands is None


def test_a_worker_takes_one_core(asked, data, monkeypatch):
    one.fitted_study(data, ScreenSettings(), 1)
    assert asked["settings"].sampler.cores == 0
    monkeypatch.setattr(multiprocessing, "parent_process", lambda: "another")
    one.fitted_study(data, ScreenSettings(), 1)
    assert asked["settings"].sampler.cores == 1


def test_numbers_in_single_precision_keep_seven_digits(data):
    draws = made_up(data, ScreenSettings(), 1)["posterior"].to_dataset()
    assert not is_single(draws)
    for name, values in in_single(draws).data_vars.items():
        assert values.dtype == np.float32
        assert values.attrs == draws[name].attrs
        np.testing.assert_allclose(values, draws[name], rtol=1e-7)


@pytest.fixture(name="said")
def _said(monkeypatch):
    """What an approximate answer was asked for; its draws are made up."""
    said = {}

    def approximate(data, model, priors, seed):
        said.update(model=model, priors=priors, seed=seed)
        return Approximation(made_up(data, ScreenSettings(), seed), "figures", said.get("doubts", ()))

    assay = find_assay("dose_response")
    monkeypatch.setattr(one, "assay_of", lambda data: replace(assay, approximate=approximate))
    return said


def test_an_approximate_answer_has_rows_and_no_draws(said, data):
    done = one.fit_one("A", data, ScreenSettings(engine=APPROXIMATE, priors={"curves": {"sd_mu_log10_ec50_um": 2.0}}))
    assert done.image == b""
    assert len(done.part.rows) == 3
    assert done.part.told["converged"] == done.part.told["engine"] == "approximate"
    assert done.part.verdict == "approximate, and trusted: figures"
    assert said["model"] == done.part.model == "dose_response_hierarchical"
    assert said["seed"] == ScreenSettings().seed_of("A")
    assert isinstance(said["priors"], DoseResponsePriors)
    assert said["priors"].curves.sd_mu_log10_ec50_um == 2.0


def test_an_approximate_answer_in_doubt_has_rows_and_is_not_trusted(said, data):
    said["doubts"] = ("k must be small, got 0.9",)
    part = one.fit_one("A", data, ScreenSettings(engine=APPROXIMATE)).part
    assert part.told["converged"] == "no"
    assert "NOT trusted" in part.verdict
    assert len(part.rows) == 3


def test_what_has_no_approximate_answer_fails_with_the_engine_that_takes_it(data, monkeypatch):
    part = one.fit_one("A", data, ScreenSettings(engine=APPROXIMATE, model="dose_response_separate")).part
    assert 'got the model dose_response_separate; engine="auto" takes the first engine that does' in part.error
    monkeypatch.setattr(one, "assay_of", lambda data: find_assay("expression"))
    part = one.fit_one("A", data, ScreenSettings(engine=APPROXIMATE)).part
    assert part.error == (
        'engine="approximate" does not take these data: assay expression has no such answers; engine="auto" takes the '
        "first engine that does"
    )
