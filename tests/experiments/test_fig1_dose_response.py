import json
from pathlib import Path

import pandas as pd
import pytest

from experiments import fig1_dose_response
from lensim.checks import InputError

CONFIG = Path(fig1_dose_response.__file__).with_suffix(".toml")


def small(tmp_path: Path) -> Path:
    text = CONFIG.read_text().replace("experiments = 3", "experiments = 1").replace("replicates = 3", "replicates = 2")
    text = (
        text.replace("attempts = 2", "attempts = 1")
        .replace("draws = 1500", "draws = 100")
        .replace("tune = 1000", "tune = 300")
    )
    path = tmp_path / "small.toml"
    path.write_text(text.replace("chains = 4", "chains = 2"))
    return path


def test_an_unknown_key_is_refused_by_name(tmp_path):
    path = tmp_path / "odd.toml"
    path.write_text(CONFIG.read_text() + "\ncolour = 1\n")
    with pytest.raises(InputError, match=r"odd\.toml: sampler\.colour: there is no such key here; the keys are "):
        fig1_dose_response.run(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.sampling
def test_one_folder_holds_config_manifest_tables_and_figures(tmp_path):
    config, out = small(tmp_path), tmp_path / "out"
    # 100 draws: the gate refuses them, and the folder says so
    fig1_dose_response.run(config, out)
    names = {path.name for path in out.iterdir()}
    assert names == {
        "small.toml",
        "manifest.json",
        "wells.csv",
        "truth.nc",
        "fit.nc",
        "lines.csv",
        "panel.csv",
        "findings.txt",
        "curves.png",
        "ic50_forest.png",
        "posterior_predictive.png",
    }
    lines = pd.read_csv(out / "lines.csv")
    assert len(lines) == 23
    assert (lines["published_call"] == "sensitive").sum() == 13
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["seed"] == 2013
    assert "NOT converged" in manifest["verdicts"]["dose_response_hierarchical"]
    with pytest.raises(InputError, match="must not exist yet"):
        fig1_dose_response.run(config, out)
