"""A results folder is replaced whole, by its own kind, and the old one stays until then."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lensim import ownership
from lensim.checks import InputError
from lensim.results_folder import UNFINISHED, Manifest, results_folder


@pytest.fixture
def config(tmp_path, monkeypatch):
    """A config in a working folder that also holds someone's work."""
    work = tmp_path / "study"
    work.mkdir()
    monkeypatch.chdir(work)
    (work / "notes.txt").write_text("mine")
    path = work / "small.toml"
    path.write_text("seed = 1\n")
    return path


def fill(target, config, text="a\n1\n", **options):
    with results_folder(Path(target), config, **{"force": True, **options}) as folder:
        (folder / "table.csv").write_text(text)


def names(folder):
    return sorted(path.name for path in Path(folder).iterdir())


@pytest.mark.parametrize("path", [".", "./", "..", "new/..", "../study", "/"])
def test_out_here_with_force_erases_nothing(config, path):
    started = []
    with (
        pytest.raises(InputError, match="must be a new folder or one that lensim wrote, got"),
        results_folder(Path(path), config, force=True),
    ):
        started.append(path)
    assert not started
    assert names(config.parent) == ["notes.txt", "small.toml"]
    assert names(config.parents[1]) == ["study"]


def test_a_folder_with_the_config_is_not_replaced(config):
    fill("out", config)
    copy = Path("out") / "small.toml"
    with pytest.raises(InputError, match=r"got a folder that holds out/small\.toml, which is read here: name another"):
        fill("out", copy)
    with pytest.raises(InputError, match=r"got a folder that holds out/table\.csv, which is read here: name another"):
        fill("out", config, inputs=[Path("out/table.csv")])
    assert names("out") == ["manifest.json", "small.toml", "table.csv"]


def test_own_results_are_replaced_and_nothing_else_is_touched(config):
    fill("out", config)
    fill("out/", config, "a\n2\n")
    assert Path("out/table.csv").read_text() == "a\n2\n"
    assert names("out") == ["manifest.json", "small.toml", "table.csv"]
    assert names(".") == ["notes.txt", "out", "small.toml"]
    with pytest.raises(
        InputError,
        match=r"^out must not exist yet, got a folder of that name: add force=True to",
    ):
        fill("out", config, force=False)


def test_the_manifest_says_who_wrote_what(config):
    manifest = Manifest(2013)
    with results_folder(Path("out"), config, force=False) as folder:
        manifest.write(folder)
        (folder / "late.csv").write_text("a\n")
    content = json.loads(Path("out/manifest.json").read_text())
    assert content["written_by"] == "lensim"
    assert content["seed"] == 2013
    assert sorted(content["files"]) == ["late.csv", "small.toml"]


def test_the_old_results_stay_until_the_new_ones_are_whole(config):
    fill("out", config)

    def broken():
        with results_folder(Path("out"), config, force=True) as folder:
            (folder / "table.csv").write_text("a\n2\n")
            assert Path("out/table.csv").read_text() == "a\n1\n"
            raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        broken()
    assert Path("out/table.csv").read_text() == "a\n1\n"
    assert names(".") == ["notes.txt", "out", "small.toml"]


def test_what_someone_puts_in_while_the_run_works_is_not_lost_nor_is_the_run(config):
    fill("out", config)

    def meanwhile():
        with results_folder(Path("out"), config, force=True) as folder:
            (folder / "table.csv").write_text("a\n2\n")
            Path("out/mine.csv").write_text("mine")

    with pytest.raises(InputError, match=r"\(mine\.csv\): move that away.*; the new results are in .*out-[0-9a-f]{8}$"):
        meanwhile()
    assert Path("out/mine.csv").read_text() == "mine"
    assert Path("out/table.csv").read_text() == "a\n1\n"
    (kept,) = Path().glob("out-*")
    assert (kept / "table.csv").read_text() == "a\n2\n"


def test_the_old_results_come_back_where_the_new_ones_cannot_be_put(config, monkeypatch):
    fill("out", config)
    rename = Path.rename

    def fail_at_the_name(self, to):
        if Path(to).name == "out" and (self / "new.csv").exists():
            raise OSError(28, "No space left on device", str(to))
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", fail_at_the_name)

    def again():
        with results_folder(Path("out"), config, force=True) as folder:
            (folder / "new.csv").write_text("a\n")

    with pytest.raises(InputError, match=r"No space left on device.*; the new results are in .*out-[0-9a-f]{8}$"):
        again()
    assert names("out") == ["manifest.json", "small.toml", "table.csv"]
    assert names(next(iter(Path().glob("out-*")))) == ["manifest.json", "new.csv", "small.toml"]


KILLED = """
import os, signal, sys
from pathlib import Path
from lensim.results_folder import results_folder
with results_folder(Path("out"), Path("small.toml"), force=True) as folder:
    (folder / "table.csv").write_text("half")
    print(folder, flush=True)
    sys.stdin.read()
"""


def test_what_a_killed_run_left_is_removed_by_the_next_and_a_living_one_is_let_be(config):
    killed, living = (
        subprocess.Popen([sys.executable, "-c", KILLED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    )
    folders = [Path(run.stdout.readline().strip()) for run in (killed, living)]
    assert all((folder / UNFINISHED).is_file() for folder in folders)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    fill("out", config)
    assert [folder.exists() for folder in folders] == [False, True]
    living.communicate()
    assert living.returncode == 0
    assert Path("out/table.csv").read_text() == "half"
    assert names(".") == ["notes.txt", "out", "small.toml"]


def test_old_results_that_a_killed_run_left_aside_are_removed_by_the_next(config):
    fill("aside", config)
    Path("aside").rename(".out-0123abcd")
    Path(".out-mine").mkdir()
    Path(".out-89abcdef").mkdir()
    Path(".out-89abcdef/mine.csv").write_text("mine")
    fill("out", config)
    assert names(".") == [".out-89abcdef", ".out-mine", "notes.txt", "out", "small.toml"]


def test_a_link_is_no_leftover(config):
    fill("elsewhere", config)
    Path(".out-0123abcd").symlink_to("elsewhere")
    fill("out", config)
    assert names("elsewhere") == ["manifest.json", "small.toml", "table.csv"]


@pytest.mark.parametrize("umask", [0o022, 0o002, 0o027, 0o077, 0o000])
def test_folder_and_files_have_the_rights_that_the_umask_leaves(config, umask):
    before = os.umask(umask)
    try:
        fill("out", config)
    finally:
        os.umask(before)
    assert Path("out").stat().st_mode & 0o777 == 0o777 & ~umask
    assert {path.stat().st_mode & 0o777 for path in (Path("out/table.csv"), Path("out/manifest.json"))} == {
        0o666 & ~umask
    }


def test_the_folder_is_where_it_was_asked_for_though_the_block_goes_elsewhere(config, tmp_path):
    with results_folder(Path("out"), Path("small.toml"), force=False) as folder:
        (folder / "table.csv").write_text("a\n")
        os.chdir(tmp_path)
    assert names(config.parent / "out") == ["manifest.json", "small.toml", "table.csv"]


def test_each_deletion_is_of_a_folder_that_lensim_wrote(config, monkeypatch):
    """No other function of the module deletes what is there."""
    removed = []
    monkeypatch.setattr(ownership, "remove_own", removed.append)
    fill("out", config)
    fill("out", config)
    assert len(set(removed)) == 1
    assert re.fullmatch(r"\.out-[0-9a-f]{8}", removed[0].name)
