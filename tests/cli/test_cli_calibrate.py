import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

import lensim
from lensim.cli.main import app
from tests.calibrate.test_calibrate_run import narrow, ratios


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fits")
    fit = lensim.fit(ratios(), seed=1)
    fit.save(folder / "fit.nc")
    narrow(fit).save(folder / "narrow.nc")
    return folder


def run(*words):
    return CliRunner().invoke(app, ["calibrate", *map(str, words)])


def test_a_right_fit_is_believed_and_its_folder_told(folder):
    out = folder / "calibration"
    found = run(folder / "fit.nc", "--simulations", 25, "--out", out, "--xlsx", folder / "found.xlsx")
    assert found.exit_code == 0, found.output
    assert (
        "the intervals can be believed for these data: 25 further runs (the same subjects, new samples)" in found.output
    )
    assert "90% intervals hold" in found.output
    assert f"table and figure in {out}" in found.output
    assert (out / "ranks.png").exists()
    book = CalamineWorkbook.from_path(folder / "found.xlsx")
    assert book.sheet_names == ["calibration", "about"]
    assert ["calibration", "seed", 1.0] in book.get_sheet_by_name("about").to_python()


def test_a_narrow_fit_is_not_believed_by_exit_status_3(folder):
    found = run(folder / "narrow.nc", "--simulations", 25)
    assert found.exit_code == 3
    assert "the intervals cannot be believed for these data" in found.output


def test_few_simulations_say_nothing_by_exit_status_3(folder):
    found = run(folder / "fit.nc", "--simulations", 2)
    assert found.exit_code == 3
    assert "nothing can be said of the intervals" in found.output
