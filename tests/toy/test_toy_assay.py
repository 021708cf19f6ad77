"""An assay outside lensim, in one file that other packages could hold: read, fitted, summarised, drawn, put on a page.

No line of lensim knows of it; entry points of a distribution on the path are all that joins them.
"""

import os
import shutil
import subprocess
import sys
import tomllib
from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENTRY_POINTS = """
[lensim.assays]
toy = toy_assay:ASSAY

[lensim.models]
toy = toy_assay:CATALOGUE

[lensim.figures]
toy = toy_assay:figures
"""
COUNTS = {"LP-1": (30, 41, 33, 38), "U266": (4, 7, 5, 2), "a$b": (102, 95, 110, 99)}
FEW = ("--draws", "500", "--tune", "300", "--chains", "2")
SCRIPT = """
import lensim
data = lensim.read.toy("dishes.csv")
fit = lensim.fit(data, seed=2, draws=500, tune=300, chains=2)
print(fit.assay, fit.verdict.passed, fit.figures)
print(fit.summary()["mean_colonies"].round().astype(int).tolist())
print(fit.plot("colonies").axes[0].get_ylabel())
print("Colonies of each line" in fit._repr_html_(), lensim.load("fit.nc").assay)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A folder with the toy as an installed distribution in packages/, a table, and a fit by the command line."""
    folder = tmp_path_factory.mktemp("toy")
    info = folder / "packages" / "toy_assay-0.1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: toy-assay\nVersion: 0.1\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    shutil.copy(Path(__file__).with_name("toy_assay.py"), folder / "packages")
    rows = [f"{line},{count}" for line, counts in COUNTS.items() for count in counts]
    (folder / "dishes.csv").write_text("\n".join(["cell_line,colonies", *rows]))
    return folder


def run(folder: Path, *command: str) -> str:
    """What a Python command prints with the toy on its path."""
    environment = os.environ | {"PYTHONPATH": str(folder / "packages"), "COLUMNS": "200"}
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def lensim(folder: Path, *command: str) -> str:
    """What a command of lensim prints, in one line: captions are broken where their table ends."""
    return " ".join(run(folder, "-m", "lensim.cli.main", *command).split())


@pytest.fixture(scope="module")
def fitted(folder) -> str:
    files = ("--out", "fit.nc", "--csv", "colonies.csv", "--figures", "figures")
    return lensim(folder, "fit", "toy", "dishes.csv", *files, "--seed", "2", *FEW)


@pytest.mark.sampling
def test_the_command_fits_it_with_table_and_figure(folder, fitted):
    assert "Colonies of each line, medians and 90% intervals" in fitted
    assert (folder / "colonies.csv").read_text().startswith("cell_line,mean_colonies,")
    assert [path.name for path in (folder / "figures").glob("[!.]*")] == ["colonies.png"]


@pytest.mark.sampling
def test_its_result_is_summarised(folder, fitted):
    said = lensim(folder, "summarize", "fit.nc", "--ci", "0.5")
    assert "Colonies of each line, medians and 50% intervals" in said
    assert "a$b" in said


@pytest.mark.sampling
def test_its_result_is_put_on_a_page(folder, fitted):
    lensim(folder, "report", "fit.nc", "--out", "page.html")
    page = (folder / "page.html").read_text(encoding="utf-8")
    assert "Colonies of cell lines, by the model toy_colonies" in page
    assert "Colonies of each line, medians and 90% intervals" in page
    assert "Mean number of colonies of each line." in page
    assert "Bars of colonies, one a line" in page


@pytest.mark.sampling
def test_python_reads_fits_and_draws_it(folder, fitted):
    said = run(folder, "-c", SCRIPT).splitlines()
    assert said[0] == "toy True ('colonies',)"
    means = [int(one) for one in said[1].strip("[]").split(", ")]
    assert means == pytest.approx([35, 5, 101], abs=3)
    assert said[2:4] == ["colonies in a dish", "True toy"]


def test_the_docs_name_the_entry_points_that_it_has():
    block = (ROOT / "docs" / "guide" / "python.md").read_text(encoding="utf-8").split("```toml")[-1].split("```")[0]
    said = tomllib.loads(block)["project"]["entry-points"]
    own = ConfigParser()
    own.read_string(ENTRY_POINTS)
    assert said == {group: dict(own[group]) for group in own.sections()}


def test_lensim_does_not_know_it():
    sources = [*(ROOT / "lensim").rglob("*.py"), *(ROOT / "models").rglob("*.py"), ROOT / "pyproject.toml"]
    assert [str(path) for path in sources if "toy_" in path.read_text(encoding="utf-8")] == []


def test_without_its_package_it_is_not_there(folder):
    done = subprocess.run(
        [sys.executable, "-m", "lensim.cli.main", "fit", "toy", "dishes.csv"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "toy" in done.stderr
