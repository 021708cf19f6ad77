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
