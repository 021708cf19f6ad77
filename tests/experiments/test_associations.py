from pathlib import Path

import pandas as pd
import pytest

from experiments import associations
from lensim.checks import InputError
from lensim.dose_response.fisher_power import fisher_power, shares_at
from lensim.maiga2013 import PUBLISHED_CALL
from lensim.output import save_result
from tests.dose_response.made_up_panel import made_up_panel

CONFIG = Path(associations.__file__).with_suffix(".toml")


@pytest.fixture(scope="module")
def fits(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("fits")
    save_result(made_up_panel(0.05, 50), folder / "panel.nc")
    return folder


def config_of(folder: Path, fits: Path, *lines: str) -> Path:
    text = CONFIG.read_text().replace("results/fig1_dose_response/fit.nc", str(fits / "panel.nc"))
    text = text.replace("results/fig2_expression/fit.nc", str(folder / "no_fit.nc"))
    text = text.replace("results/power_dose_response", str(folder / "no_power"))
    path = folder / "small.toml"
    path.write_text("\n".join([text, *lines]))
    return path


def test_what_is_missing_is_said(tmp_path, fits):
    out = tmp_path / "out"
    associations.run(config_of(tmp_path, fits), out)
    tables = {"labels.csv", "variance_shares.csv", "fisher_power.csv", "fisher_reach.csv"}
    figures = {"labels.png", "fisher_power.png"}
    assert {path.name for path in out.iterdir()} == tables | figures | {"small.toml", "manifest.json", "findings.txt"}
    said = (out / "findings.txt").read_text()
    assert "p53: no table of labels is given, and the paper shows none" in said
    assert "no_fit.nc is not there, so nothing is said of fold changes" in said
    assert "panel.nc: the fit carries no verdict of convergence." in said
    assert "docs/paper/power.md has the difference between groups" in said
    reach = pd.read_csv(out / "fisher_reach.csv").set_index("lines")
    assert reach.loc[1, "above"] == float("inf")
    nearest, resistant = int(reach["above"].idxmin()), float(PUBLISHED_CALL.count("resistant"))
    shares = shares_at(float(reach["above"].min()), nearest, 23 - nearest, resistant)
    assert fisher_power(nearest, 23 - nearest, *shares) == pytest.approx(0.8, abs=1e-3)
    closer = shares_at(0.9 * float(reach["above"].min()), nearest, 23 - nearest, resistant)
    assert fisher_power(nearest, 23 - nearest, *closer) < 0.8
    assert len(pd.read_csv(out / "labels.csv")) == 5


def test_a_table_of_labels_is_asked_as_the_groups_are(tmp_path, fits):
    (tmp_path / "made_up.csv").write_text("cell_line,p53\nLP-1,a\nXG-1,a\nXG-6,b\nU266,b\nMDN,b\n")
    out = tmp_path / "out"
    associations.run(config_of(tmp_path, fits, f'labels = "{tmp_path / "made_up.csv"}"'), out)
    assert pd.read_csv(out / "labels.csv")["label"].tolist() == ["molecular group"] * 5 + ["p53"] * 2
    assert "p53 explains" in (out / "findings.txt").read_text()


def test_faults_are_told_before_anything_is_written(tmp_path, fits):
    with pytest.raises(InputError, match=r"small\.toml: colour: there is no such key here; the keys are "):
        associations.run(config_of(tmp_path, fits, "colour = 1"), tmp_path / "out")
    with pytest.raises(InputError, match=r"no\.csv"):
        associations.run(config_of(tmp_path, fits, f'labels = "{tmp_path / "no.csv"}"'), tmp_path / "out")
    (tmp_path / "bad.csv").write_text("cell_line,p53\nHeLa,a\nXG-1,a\n")
    with pytest.raises(InputError, match=r"bad\.csv line 2: cell_line must be one of"):
        associations.run(config_of(tmp_path, fits, f'labels = "{tmp_path / "bad.csv"}"'), tmp_path / "out")
    assert not (tmp_path / "out").exists()
