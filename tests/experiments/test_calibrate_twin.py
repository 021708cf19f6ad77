import pandas as pd

from experiments import calibrate_twin as experiment


def test_what_is_in_use_is_what_is_found(tmp_path):
    config, out = tmp_path / "small.toml", tmp_path / "out"
    config.write_text("seed = 5\nrounds = 4\nstudies = 150\ncheck_studies = 200\n")
    experiment.run(config, out)
    assert {path.name for path in out.iterdir()} == {
        "small.toml", "findings.txt", "manifest.json", "figures.csv", "readings.csv"
    }  # fmt: skip
    figures = pd.read_csv(out / "figures.csv")
    assert (figures["found"] - figures["in_use"]).abs().max() < 0.15
    assert "stated numbers" in (out / "findings.txt").read_text()
