"""No command erases a folder that lensim did not write, whatever `--out` leads to it, also with `--force`."""

import pytest

from tests.cli.test_cli import run
from tests.cli.test_cli_plan import TOML as PLAN
from tests.cli.test_cli_selection import TOML as SELECTION
from tests.summaries.test_summaries_posterior import PAPER

COMMANDS = {"published": PAPER, "plan": PLAN, "simulate selection": SELECTION}


@pytest.fixture
def study(tmp_path, monkeypatch):
    """A working folder with someone's data, in a folder with more of them."""
    folder = tmp_path / "project" / "study"
    folder.mkdir(parents=True)
    (folder / "wells.csv").write_text("mine")
    (tmp_path / "project" / "raw").mkdir()
    (tmp_path / "project" / "raw" / "wells.csv").write_text("mine")
    (folder / "link").symlink_to("../raw")
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("path", [".", "./", "..", "new/..", "../study", "../raw", "link", "link/", "wells.csv"])
@pytest.mark.parametrize("command", COMMANDS)
def test_force_erases_no_folder_of_someone_else(command, path, study, capsys):
    (study / "small.toml").write_text(COMMANDS[command])
    before = sorted(study.parent.rglob("*"))
    status, _, error = run(capsys, *command.split(), "small.toml", "--out", path, "--force")
    assert status == 2, error
    assert "must be a new folder or one that lensim wrote, got" in error
    assert sorted(study.parent.rglob("*")) == before


@pytest.mark.parametrize("force", [(), ("--force",)])
@pytest.mark.parametrize(
    ("option", "path", "reason"),
    [
        ("--csv", "/", "the root of the file system"),
        ("--figures", "/", "the root of the file system"),
        ("--csv", "..", "a folder that holds the working folder"),
        ("--figures", "..", "a folder that holds the working folder"),
        ("--figures", "../..", "a folder that holds the home folder"),
        ("--figures", "../raw", "the home folder"),
        ("--csv", "../raw", "the home folder"),
    ],
)
def test_many_files_go_into_no_folder_of_all_else(option, path, reason, force, study, monkeypatch, capsys):
    monkeypatch.setenv("HOME", str(study.parent / "raw"))
    monkeypatch.setenv("USERPROFILE", str(study.parent / "raw"))
    if reason == "a folder that holds the working folder":
        monkeypatch.setenv("HOME", str(study.parents[1] / "elsewhere"))
        monkeypatch.setenv("USERPROFILE", str(study.parents[1] / "elsewhere"))
    status, _, error = run(capsys, "fit", "dose-response", "no.csv", "--out", "fit.nc", option, path, *force)
    assert status == 2
    assert f"error: {option} must be a folder for these files, got {path}, {reason}: name a new folder in it" in error


TAKEN = "must be free or a file that lensim wrote there, got another, or one that was changed since: move it away, or"
OF_SOMEONE = {
    "fit dose-response no.csv --out fit.nc --csv notes.csv": TAKEN,
    "fit expression no.csv --out fit.nc --csv notes.csv": TAKEN,
    "fit bioassay no.csv --out notes.nc": "must be free or a file that lensim wrote, got another: move it away, or",
    "read cell-cycle no.csv --out notes.csv": TAKEN,
    "read expression no.csv --out notes.tsv": TAKEN,
    "simulate bioassay --out notes.csv": TAKEN,
    "simulate bioassay --out new.csv": "must be free or a file that lensim wrote, got another: move it away, or",
    "summarize no.nc --csv notes.csv": TAKEN,
    "compare no.nc --csv notes.csv": TAKEN,
    "associate no.nc --csv notes.csv": TAKEN,
    "associate no.nc --figure notes.png": TAKEN,
    "report no.nc --out notes.html": TAKEN,
}


@pytest.mark.parametrize("command", OF_SOMEONE)
def test_force_replaces_no_file_of_someone_and_says_so_before_the_work(command, study, capsys):
    for name in ("notes.csv", "notes.tsv", "notes.nc", "notes.png", "notes.html", "new.truth.nc"):
        (study / name).write_text("mine")
    before = {path.name: path.read_bytes() for path in study.iterdir() if path.is_file()}
    status, _, error = run(capsys, *command.split(), "--force")
    assert status == 2
    assert OF_SOMEONE[command] in error
    assert "no.csv" not in error
    assert {path.name: path.read_bytes() for path in study.iterdir() if path.is_file()} == before
