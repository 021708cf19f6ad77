"""What lies in the folder where a command runs is neither run nor taken for settings."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lensim.working_folder import READ_FROM_HERE, pass_over_settings

MODULES = ("numpy", "random", "json", "typer", "rich", "pymc", "matplotlib", "numba", "sitecustomize", "usercustomize")
SETTINGS = {
    "matplotlibrc": "savefig.dpi: 12345\n",
    "arvizrc": "stats.ci_prob: 0.123\n",
    ".numba_config.yaml": "cache_dir: /nowhere\n",
}
COMMAND = """
import sys
sys.argv = ["lensim", "models"]
from lensim.cli.main import main
try:
    main()
except SystemExit as stop:
    assert stop.code == 0
import arviz, matplotlib, numba.core.config
print(matplotlib.rcParams["savefig.dpi"], arviz.rcParams["stats.ci_prob"], numba.core.config.CACHE_DIR == "/nowhere")
"""


@pytest.fixture
def hostile(tmp_path):
    """A folder with a module and a file of settings for each library that lensim uses."""
    for name in MODULES:
        (tmp_path / f"{name}.py").write_text(f"open('run-{name}', 'w').close()\nraise SystemExit(1)\n")
    for name, content in SETTINGS.items():
        (tmp_path / name).write_text(content)
    return tmp_path


def test_every_file_is_known():
    assert set(SETTINGS) == set(READ_FROM_HERE)


def test_without_such_a_file_nothing_is_imported(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("lensim.working_folder.import_module", pytest.fail)
    assert pass_over_settings() == []


def test_the_working_folder_is_what_it_was(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "matplotlibrc").touch()
    seen = []
    monkeypatch.setattr("lensim.working_folder.import_module", lambda name: seen.append((name, Path.cwd() == tmp_path)))
    assert pass_over_settings() == ["matplotlibrc"]
    assert seen == [("matplotlib", False)]
    assert Path.cwd() == tmp_path


def test_the_command_line_takes_no_settings_from_the_working_folder(hostile):
    ended = subprocess.run(
        [sys.executable, "-P", "-c", COMMAND],
        cwd=hostile,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "MPLCONFIGDIR": str(hostile / "none")},
    )
    assert ended.stdout.splitlines()[-1] == "figure 0.89 False"
    assert ended.stderr.splitlines()[:3] == [
        f"note: {name} in this folder is not read; settings of your own belong in your home folder"
        for name in ("matplotlibrc", "arvizrc", ".numba_config.yaml")
    ]
    assert not list(hostile.glob("run-*"))


@pytest.mark.skipif(not Path(sys.executable).with_name("lensim").exists(), reason="needs the installed command")
def test_the_installed_command_runs_no_module_of_the_working_folder(hostile):
    command = Path(sys.executable).with_name("lensim")
    simulated = [command, "simulate", "dose-response", "--out", "twin.csv", "--seed", "7"]
    subprocess.run(simulated, cwd=hostile, capture_output=True, check=True)
    assert (hostile / "twin.csv").exists()
    assert not list(hostile.glob("run-*"))
