"""Compiling and sampling leave nothing in the temporary folder."""

from pathlib import Path

import pymc as pm
import pytensor
import pytest

from lensim.inference.fit import fit
from lensim.inference.generated_sources import FOLDER, sources_kept_in_one_folder
from lensim.inference.settings import FitSettings, SamplerSettings

SETTINGS = FitSettings(SamplerSettings(draws=20, tune=20, chains=2), prior_draws=5, predictive_draws=5)


@pytest.mark.sampling
def test_a_fit_leaves_nothing_in_the_temporary_folder(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pm.Model() as model:
        x = pm.Normal("x", 0.0, 1.25)
        pm.Normal("y", x, 0.75, observed=[1.0, 2.0])
    fit(model, SETTINGS, seed=1)
    assert list(tmp_path.iterdir()) == []
    assert list((Path(pytensor.config.base_compiledir) / FOLDER).glob("*.py"))


def test_a_folder_that_someone_has_set_stays(tmp_path):
    with pytensor.config.change_flags(generated_src_dir=str(tmp_path)), sources_kept_in_one_folder():
        assert pytensor.config.generated_src_dir == str(tmp_path)


def test_where_no_folder_can_be_made_nothing_is_set(monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError("read-only")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with sources_kept_in_one_folder():
        assert pytensor.config.generated_src_dir == ""


@pytest.mark.parametrize("fails", [False, True])
def test_the_setting_is_as_before_afterwards(fails):
    try:
        with sources_kept_in_one_folder():
            assert Path(pytensor.config.generated_src_dir).name == FOLDER
            if fails:
                raise RuntimeError
    except RuntimeError:
        pass
    assert pytensor.config.generated_src_dir == ""
