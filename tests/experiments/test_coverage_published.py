"""The table of coverage, in small, with a sample that fails and is counted."""

import numpy as np
import pandas as pd
import pytest

from experiments import coverage_published as experiment
from lensim.checks import InputError

SMALL = """seed = 1
samples = 3
draws = 200
sizes = [4]
kinds = ["range, median, count"]
"""


def test_a_row_a_kind_and_a_size(tmp_path):
    config, out = tmp_path / "small.toml", tmp_path / "out"
    config.write_text(SMALL)
    experiment.run(config, out)
    assert {path.name for path in out.iterdir()} == {
        "small.toml", "coverage.csv", "samples.csv", "findings.txt", "manifest.json"
    }  # fmt: skip
    (row,) = pd.read_csv(out / "coverage.csv").to_dict("records")
    assert (row["samples"], row["failed"]) == (3, 0)
    assert row["width_mu"] == pytest.approx(1.0, abs=0.25)  # four values and their range and median say the same


def test_failed_samples_are_counted(monkeypatch):
    def refuse(z: np.ndarray) -> dict[str, object]:
        return {"scale": "ratio", "median": -1}

    monkeypatch.setitem(experiment.KINDS, "refused", refuse)
    found = experiment.samples_of("refused", 4, 2, 100, 1)
    row = experiment.row_of("refused", 4, found)
    assert row["failed"] == 2
    assert row["mu_90"] == 0
    assert "median must be above nothing left" in found["error"].iloc[0]


def test_widths_of_the_full_data_are_those_of_a_known_case():
    """With very many values mu is normal around their mean, with their sd over the root of n."""
    z = np.random.default_rng(2).normal(0.3, 0.5, 300)
    mu, tau = experiment.full_data_width(z, 0.9)
    assert mu == pytest.approx(2 * 1.645 * z.std(ddof=1) / np.sqrt(300), rel=0.05)
    assert tau == pytest.approx(2 * 1.645 * z.std(ddof=1) / np.sqrt(600), rel=0.1)


def test_an_unknown_kind_is_refused(tmp_path):
    config = tmp_path / "small.toml"
    config.write_text(SMALL.replace("range, median, count", "ranges"))
    with pytest.raises(InputError, match="kinds must be one of range, median, count"):
        experiment.run(config, tmp_path / "out")
