from pathlib import Path

import pandas as pd
import pytest

from experiments import selection_lp1_lr
from lensim.checks import InputError

CONFIG = Path(selection_lp1_lr.__file__).with_suffix(".toml")


def small(tmp_path: Path) -> Path:
    text = CONFIG.read_text().replace("cultures = 1000", "cultures = 20").replace("worlds = 250", "worlds = 20")
    text = text.replace("[0.1, 10]", "[10]").replace("[0.7, 1.5]", "[]")
    path = tmp_path / "small.toml"
    path.write_text(text.replace("results/fig1_dose_response/fit.nc", str(tmp_path / "no_fit.nc")))
    return path


def test_an_unknown_key_is_refused_by_name(tmp_path):
    path = tmp_path / "odd.toml"
    path.write_text(CONFIG.read_text() + "\ncolour = 1\n")
    with pytest.raises(InputError, match=r"odd\.toml: colour: there is no such key here; the keys are "):
        selection_lp1_lr.run(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_one_folder_holds_tables_figures_and_findings(tmp_path):
    out = tmp_path / "out"
    selection_lp1_lr.run(small(tmp_path), out)
    figures = {f"{name}.png" for name in selection_lp1_lr.FIGURES}
    tables = {"outcomes.csv", "paths.csv", "cultures.csv", "worlds.csv"}
    assert {path.name for path in out.iterdir()} == figures | tables | {"small.toml", "manifest.json", "findings.txt"}
    said = (out / "findings.txt").read_text()
    assert "no_fit.nc is not there, so the curve of LP-1 is assumed too" in said
    assert "three times slower: on day" in said
    assert pd.read_csv(out / "outcomes.csv")["days"].nunique() == 1
    assert pd.read_csv(out / "worlds.csv")["world"].unique().tolist() == ["10 times the mutations"]
