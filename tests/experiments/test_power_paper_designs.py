import pandas as pd
import pytest

from experiments import power_paper_designs as experiment
from lensim.checks import InputError

SMALL = "seed = 2013\nstudies = 20\naudit = 0\nworkers = 1\n"


def test_every_design_is_asked_and_the_findings_are_told(tmp_path):
    config, out = tmp_path / "small.toml", tmp_path / "out"
    config.write_text(SMALL)
    experiment.run(config, out)
    names = {path.name for path in out.iterdir()}
    replication = {"replication_patients", "replication_lines"}
    designs = {
        "effect_lines",
        "effect_patients",
        "effect_stroma",
        "igf1_lines",
        "efficiency",
        "prior_patients",
    } | replication
    assert names == designs | {"small.toml", "findings.txt", "manifest.json"}
    for name in designs:
        table = pd.read_csv(out / name / "summary.csv")
        assert (table["studies"] == (40 if name in replication else 20)).all()
        assert table["share"].between(0, 1).all()
    found = (out / "findings.txt").read_text()
    assert "4 patients see that in" in found
    assert "another patient" in found
    assert "another line" in found
    assert "with a factor of 2" in found
    assert "part of what Bayes gains is the prior's" in found
    assert "No study was audited by NUTS." in found


def test_an_unknown_key_is_refused(tmp_path):
    config = tmp_path / "odd.toml"
    config.write_text(SMALL + "colour = 1\n")
    with pytest.raises(InputError, match=r"odd\.toml: colour: there is no such key here; the keys are "):
        experiment.run(config, tmp_path / "out")
