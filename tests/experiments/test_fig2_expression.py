import json
from pathlib import Path

import pandas as pd
import pytest

from experiments import fig2_expression
from lensim.checks import InputError

CONFIG = Path(fig2_expression.__file__).with_suffix(".toml")


def test_an_unknown_key_is_refused_by_name(tmp_path):
    path = tmp_path / "odd.toml"
    path.write_text(CONFIG.read_text() + "\ncolour = 1\n")
    with pytest.raises(InputError, match=r"odd\.toml: sampler\.colour: there is no such key here; the keys are "):
        fig2_expression.run(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.sampling
def test_one_folder_holds_config_manifest_tables_and_figures(tmp_path):
    text = CONFIG.read_text().replace("experiments = 2", "experiments = 1").replace("attempts = 2", "attempts = 1")
    text = text.replace("draws = 2500", "draws = 100").replace("tune = 1000", "tune = 200")
    config, out = tmp_path / "small.toml", tmp_path / "out"
    text = text.replace("results/fig1_dose_response/fit.nc", str(tmp_path / "no_fit.nc"))
    config.write_text(text.replace("chains = 4", "chains = 2"))
    # 100 draws: the gate refuses them, and the folder says so
    fig2_expression.run(config, out)
    names = {path.name for path in out.iterdir()}
    tables = {"subjects.csv", "populations.csv", "classical_tests.csv", "comparison.csv", "reactions.csv"}
    tables |= {"sensitivity.csv", "contrasts.csv", "levels.csv"}
    figures = {f"{name}.png" for name in fig2_expression.FIGURES}
    assert names == tables | figures | {"small.toml", "manifest.json", "findings.txt", "fit.nc", "truth.nc"}
    assert json.loads((out / "manifest.json").read_text())["seed"] == 2013
    subjects = pd.read_csv(out / "subjects.csv")
    assert len(subjects) == 22 * 3
    assert subjects["true_percent"].notna().all()
    findings = (out / "findings.txt").read_text()
    assert "is not there, so no slopes" in findings
    assert "4 and 12 subjects that have it; published 23-fold" in findings
