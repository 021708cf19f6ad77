import json
from pathlib import Path

import pandas as pd
import pytest

from experiments import fig3a_cell_cycle
from lensim.checks import InputError
from tests.cell_cycle.test_cell_cycle_estimands import made_up

CONFIG = Path(fig3a_cell_cycle.__file__).with_suffix(".toml")


def test_an_unknown_key_is_refused_by_name(tmp_path):
    path = tmp_path / "odd.toml"
    path.write_text(CONFIG.read_text() + "\ncolour = 1\n")
    with pytest.raises(InputError, match=r"odd\.toml: sampler\.colour: there is no such key here; the keys are "):
        fig3a_cell_cycle.run(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_one_folder_holds_config_manifest_tables_and_figures(tmp_path, monkeypatch):
    config, out = tmp_path / "small.toml", tmp_path / "out"
    config.write_text(CONFIG.read_text().replace("events_per_tube = 10000", "events_per_tube = 1000"))
    # made-up draws take the place of three fits; the fit itself is tested from the command line
    monkeypatch.setattr(
        fig3a_cell_cycle, "fit_all", lambda _, studies, __: {name: made_up(data, 0.1) for name, data in studies.items()}
    )
    fig3a_cell_cycle.run(config, out)
    tables = {"tubes", "confusion", "shares", "effects", "line_differences", "classical"}
    fits = {"fit.nc", "fit_one_experiment.nc", "fit_as_stated.nc", "truth.nc"}
    figures = {f"{name}.png" for name in fig3a_cell_cycle.FIGURES}
    expected = {f"{name}.csv" for name in tables} | fits | figures | {"small.toml", "manifest.json", "findings.txt"}
    assert {path.name for path in out.iterdir()} == expected
    assert json.loads((out / "manifest.json").read_text())["seed"] == 2013
    assert set(pd.read_csv(out / "effects.csv")["data"]) == {
        fig3a_cell_cycle.AS_STATED,
        "twin, one experiment",
        "twin, 3 experiments",
    }
    found = (out / "findings.txt").read_text()
    assert "Gates: 9" in found
    assert "cells as experiments, LP-1" in found
