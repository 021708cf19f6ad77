import pandas as pd
import pytest

from experiments import power_dose_response as experiment
from lensim.checks import InputError

SMALL = "seed = 2013\nstudies = 2\naudit = 0\nworkers = 1\n"


def test_panel_and_differences_are_asked_and_the_findings_are_told(tmp_path):
    config, out = tmp_path / "small.toml", tmp_path / "out"
    config.write_text(SMALL)
    experiment.run(config, out)
    names = {path.name for path in out.iterdir()}
    questions = {"panel", "midpoint", "effect"}
    assert names == questions | {"small.toml", "findings.txt", "manifest.json", "group_differences.png"}
    for name in questions:
        table = pd.read_csv(out / name / "summary.csv")
        assert (table["studies"] == 2).all()
    found = (out / "findings.txt").read_text()
    for part in (
        "Of lines that are resistant",
        "A difference in log10 EC50 between the 5 MMSET lines",
        "of 20 studies",
    ):
        assert part in found
    assert "nan" not in found


def test_an_unknown_key_is_refused(tmp_path):
    config = tmp_path / "odd.toml"
    config.write_text(SMALL + "colour = 1\n")
    with pytest.raises(InputError, match=r"odd\.toml: colour: Extra inputs are not permitted, got 1"):
        experiment.run(config, tmp_path / "out")
