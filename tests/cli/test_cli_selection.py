"""`lensim simulate selection` from the command line: whole runs, and everything that it must refuse."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from lensim import vocabulary as v
from lensim.output import save_result
from tests.cli.test_cli import run

TOML = """
cultures = 20
last_day = 90
[culture]
sensitive_cells = 2000
split_cells = 2000
capacity_cells = 10000
[clones]
mutation_probability = 1e-5
[clones.sensitive]
division_per_day = 0.4
death_per_day = 0.05
log10_ec50_um = -0.4
effect_at_saturation = 0.57
death_rise_per_day = 0.25
[clones.resistant]
division_per_day = 0.36
death_per_day = 0.05
[[schedule]]
name = "rising"
[schedule.escalation]
first_dose_um = 0.1
last_dose_um = 10
factor = 10
days_per_step = 20
[[schedule]]
name = "at once"
steps = [{dose_um = 30, days = 1}]
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "clones.toml"
    path.write_text(text)
    return path


def fit_of(folder: Path) -> Path:
    rng = np.random.default_rng(1)
    posterior = xr.Dataset(
        {
            name: (("chain", "draw", v.CELL_LINE), value + 0.05 * rng.standard_normal((2, 10, 2)))
            for name, value in ((v.LOG10_EC50, 0.0), (v.LOG_HILL, 0.2), (v.EFFECT, 0.8))
        },
        coords={v.CELL_LINE: ["LP-1", "XG-1"]},
    )
    path = folder / "fit.nc"
    save_result(xr.DataTree.from_dict({"posterior": posterior}), path)
    return path


def test_a_file_becomes_tables_figures_and_sentences(capsys, tmp_path):
    folder = tmp_path / "out"
    status, said, _ = run(capsys, "simulate", "selection", write(tmp_path, TOML), "--out", folder, "--seed", 3)
    assert status == 0
    assert "rising" in said
    assert "at once" in said
    assert "±" in said
    tables = {"outcomes.csv", "paths.csv", "cultures.csv"}
    names = tables | {"clones.toml", "findings.txt", "paths.png", "outcomes.png", "manifest.json"}
    assert {path.name for path in folder.iterdir()} == names
    table = pd.read_csv(folder / "outcomes.csv")
    assert table["days"].tolist() == [90, 90]
    status, _, error = run(capsys, "simulate", "selection", write(tmp_path, TOML), "--out", folder)
    assert status == 2
    assert "must not exist yet" in error
    again = tmp_path / "again"
    arguments = ("--out", again, "--seed", 3, "--no-figures")
    assert run(capsys, "simulate", "selection", write(tmp_path, TOML), *arguments)[0] == 0
    pd.testing.assert_frame_equal(pd.read_csv(again / "outcomes.csv"), table)
    assert not (again / "paths.png").exists()


def test_curves_come_from_a_fit(capsys, tmp_path):
    arguments = ("--out", tmp_path / "out", "--no-figures", "--from", fit_of(tmp_path), "--line")
    status, _, _ = run(capsys, "simulate", "selection", write(tmp_path, TOML), *arguments, "LP-1")
    assert status == 0
    status, _, error = run(capsys, "simulate", "selection", write(tmp_path, TOML), *arguments, "LP1", "--force")
    assert status == 2
    assert "cell line of the fit must be one of LP-1, XG-1, got 'LP1'" in error
    status, _, error = run(capsys, "simulate", "selection", write(tmp_path, TOML), *arguments[:-1], "--force")
    assert status == 2
    assert "--from and --line must be given together, got --from alone" in error


BAD = {
    "no TOML": ("cultures = ", "clones.toml must be TOML: "),
    "unknown key": ("colour = 1\n" + TOML, "clones.toml: colour: there is no such key here; the keys are "),
    "no clones": ("[[schedule]]\nname = 'a'\nsteps = [{dose_um = 1, days = 1}]", "clones: Field required"),
    "no schedule": (TOML.split("[[schedule]]")[0], "must have at least one table [[schedule]], got none"),
    "negative dose": (
        TOML.replace("dose_um = 30", "dose_um = -30"),
        "schedule.1.steps.0.dose_um: Input should be greater than or equal to 0, got -30",
    ),
    "empty schedule": (TOML.replace("[{dose_um = 30, days = 1}]", "[]"), "steps must hold 1 to 1000 steps, got 0"),
    "last dose after the end": (
        TOML.replace("last_day = 90", "last_day = 30"),
        "the end of schedule rising, whose last step begins on day 40, must be above 40, got 30",
    ),
    "names twice": (
        TOML.replace('"at once"', '"rising"'), "names of schedules must not name anything twice, got rising",
    ),
    "too few cultures": (TOML.replace("cultures = 20", "cultures = 2"), "cultures must be at least 10, got 2"),
    "too much to hold": (
        TOML.replace("cultures = 20", "cultures = 1000000"), "cultures times days of all schedules (",
    ),
    "dying without drug": (
        TOML.replace("death_per_day = 0.05", "death_per_day = 0.5", 1),
        "clones.sensitive: death_per_day must be below division_per_day (0.4) without drug, got 0.5",
    ),
    "mutation above 1": (TOML.replace("1e-5", "2"), "clones.mutation_probability: Input should be less than or equal"),
    "growth beyond numbers": (
        TOML.replace("_per_day = 0.4", "_per_day = 20").replace("[culture]", "[culture]\nstep_days = 3"),
        "step_days must let cells grow by a factor of at most",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_files_have_one_clear_error(capsys, tmp_path, name):
    text, message = BAD[name]
    status, _, error = run(capsys, "simulate", "selection", write(tmp_path, text), "--out", tmp_path / "out")
    assert status == 2
    assert message in error
    assert "Traceback" not in error
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_not_there_is_refused(capsys, tmp_path):
    status, _, error = run(capsys, "simulate", "selection", tmp_path / "no.toml", "--out", tmp_path / "out")
    assert status == 2
    assert "no.toml must be a file of selections, got nothing there" in error
