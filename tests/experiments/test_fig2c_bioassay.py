import json
from pathlib import Path

import pandas as pd
import pytest

from experiments import fig2c_bioassay
from lensim.checks import InputError
from lensim.output import load_result

CONFIG = Path(fig2c_bioassay.__file__).with_suffix(".toml")


def test_an_unknown_key_is_refused_by_name(tmp_path):
    path = tmp_path / "odd.toml"
    path.write_text(CONFIG.read_text() + "\ncolour = 1\n")
    with pytest.raises(InputError, match=r"odd\.toml: sampler\.colour: there is no such key here; the keys are "):
        fig2c_bioassay.run(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.sampling
def test_one_folder_holds_config_manifest_tables_and_figures(tmp_path):
    text = CONFIG.read_text().replace("attempts = 2", "attempts = 1")
    text = text.replace("draws = 1000", "draws = 150").replace("tune = 1000", "tune = 300")
    config, out = tmp_path / "small.toml", tmp_path / "out"
    config.write_text(text.replace("chains = 4", "chains = 2"))
    # 150 draws: the gate may refuse them, and the folder says so
    fig2c_bioassay.run(config, out)
    tables = {"media.csv", "changes.csv", "classical.csv", "classical_changes.csv", "wells.csv"}
    figures = {f"{name}.png" for name in fig2c_bioassay.FIGURES}
    assert {path.name for path in out.iterdir()} == tables | figures | {
        "small.toml",
        "manifest.json",
        "findings.txt",
        "fit.nc",
        "truth.nc",
    }
    assert "converged" in json.loads((out / "manifest.json").read_text())["verdicts"]["bioassay_calibration"]
    media = pd.read_csv(out / "media.csv")
    assert len(media) == 12
    assert media["true_pg_per_ml"].notna().all()
    # readings drawn from the prior are optical densities: nine of ten between 0.02 and 6
    drawn = load_result(out / "fit.nc")["prior_predictive"]["od_observed"].to_numpy()
    assert ((drawn > 0.02) & (drawn < 6.0)).mean() > 0.9
    # a plain number never stands beyond the standards
    told = media.dropna(subset=["tnf_pg_per_ml"])
    assert told["tnf_pg_per_ml"].between(12.5, 800).all()
    assert (pd.read_csv(out / "changes.csv")["true_percent"] > 100).all()
