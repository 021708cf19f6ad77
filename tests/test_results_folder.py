"""A results folder is replaced whole, by its own kind, and the old one stays until then."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lensim import ownership, placing, unfinished
from lensim.checks import InputError
from lensim.results_folder import Manifest, results_folder


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


def no_exchange(monkeypatch):
    """A system that cannot swap two names in one step."""
    monkeypatch.setattr(placing, "_function", lambda: None)


@pytest.mark.parametrize("can_swap", [True, False])
def test_the_old_results_come_back_where_the_new_ones_cannot_be_put(config, monkeypatch, can_swap):
    fill("out", config)
    rename = Path.rename
    if not can_swap:
        no_exchange(monkeypatch)

    def fail_at_the_name(self, to):
        if Path(to).name == "out" and (self / "new.csv").exists():
            raise OSError(28, "No space left on device", str(to))
        return rename(self, to)

    def fail(*_):
        raise OSError(28, "No space left on device", "out")

    if can_swap:
        monkeypatch.setattr(placing, "exchange", fail)
    else:
        monkeypatch.setattr(Path, "rename", fail_at_the_name)

    def again():
        with results_folder(Path("out"), config, force=True) as folder:
            (folder / "new.csv").write_text("a\n")

    with pytest.raises(InputError, match=r"No space left on device.*; the new results are in .*out-[0-9a-f]{8}$"):
        again()
    assert names("out") == ["manifest.json", "small.toml", "table.csv"]
    (kept,) = Path().glob("out-*")
    assert names(kept) == ["manifest.json", "new.csv", "small.toml"]
    assert names(".") == ["notes.txt", "out", kept.name, "small.toml"]


@pytest.mark.parametrize("can_swap", [True, False])
def test_a_file_that_comes_as_names_are_swapped_is_not_lost(config, monkeypatch, can_swap):
    fill("out", config)
    if not can_swap:
        no_exchange(monkeypatch)
    own = ownership.require_own

    def put_in(folder):
        (folder / "mine.csv").write_text("mine")
        own(folder)

    monkeypatch.setattr(ownership, "require_own", put_in)
    with pytest.raises(InputError, match=r"\(mine\.csv\): move that away.*; the new results are in .*out-[0-9a-f]{8}$"):
        fill("out", config, "a\n2\n")
    assert Path("out/mine.csv").read_text() == "mine"
    assert Path("out/table.csv").read_text() == "a\n1\n"
    assert (next(Path().glob("out-*")) / "table.csv").read_text() == "a\n2\n"


@pytest.mark.parametrize("can_swap", [True, False])
def test_results_are_replaced_on_every_system(config, monkeypatch, can_swap):
    if not can_swap:
        no_exchange(monkeypatch)
    fill("out", config)
    fill("out", config, "a\n2\n")
    assert Path("out/table.csv").read_text() == "a\n2\n"
    assert names(".") == ["notes.txt", "out", "small.toml"]


def test_what_comes_to_be_there_while_the_run_works_is_not_replaced_without_force(config):
    def meanwhile():
        with results_folder(Path("out"), config, force=False):
            Path("out").mkdir()

    with pytest.raises(InputError, match=r"^.*out must not exist yet, got a folder of that name: add force=True to"):
        meanwhile()
    assert names("out") == []


RUN = """
import sys
from pathlib import Path
from lensim.results_folder import results_folder
with results_folder(Path("out"), Path("small.toml"), force=True) as folder:
    (folder / "table.csv").write_text("half")
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def run():
    """A run that has begun to fill the folder `out`, in another process."""
    process = subprocess.Popen([sys.executable, "-c", RUN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline().strip().endswith("/.out.lensim-unfinished/filling/out")
    yield process
    process.kill()
    process.communicate()


def test_what_a_killed_run_left_is_removed_by_the_next(config, run):
    run.send_signal(signal.SIGKILL)
    run.communicate()
    assert names(".") == [".out.lensim-unfinished", "notes.txt", "small.toml"]
    fill("out", config)
    assert names(".") == ["notes.txt", "out", "small.toml"]


def test_a_second_run_of_one_folder_is_refused_and_the_first_is_let_be(config, run):
    with pytest.raises(
        InputError,
        match=r"^.*out must not be written by two runs at once, got another one at work there: wait until it has "
        r"ended, or choose another name$",
    ):
        fill("out", config)
    run.communicate()
    assert run.returncode == 0
    assert Path("out/table.csv").read_text() == "half"
    assert names(".") == ["notes.txt", "out", "small.toml"]


def left_by_a_killed_run(*places):
    """The hidden folder of a run for `out` that was killed, with results of that name in it."""
    hidden = Path(".out.lensim-unfinished")
    hidden.mkdir()
    (hidden / "lock").write_bytes(unfinished.MARK)
    for place in places:
        (hidden / place).mkdir()
    return hidden


def test_old_results_that_a_killed_run_left_aside_are_removed_by_the_next(config):
    fill("aside", config)
    Path("aside").rename(left_by_a_killed_run("whole") / "whole" / "out")
    fill("out", config)
    assert names(".") == ["notes.txt", "out", "small.toml"]


def test_old_results_in_which_someone_has_put_a_file_are_kept(config):
    fill("aside", config)
    Path("aside/mine.csv").write_text("mine")
    hidden = left_by_a_killed_run("whole")
    Path("aside").rename(hidden / "whole" / "out")
    with pytest.raises(
        InputError,
        match=r"whole/out must be a folder that lensim may delete, got one with what lensim did not write, or what was "
        r"changed since \(mine\.csv\): move that away, or name another folder$",
    ):
        fill("out", config)
    assert (hidden / "whole" / "out" / "mine.csv").read_text() == "mine"


@pytest.mark.parametrize("moment", ["both aside", "old aside", "new whole"])
def test_results_have_their_name_again_after_a_kill_between_two_renames(config, moment):
    fill("old", config)
    fill("new", config, "a\n2\n")
    hidden = left_by_a_killed_run("whole", "old")
    if moment != "new whole":
        Path("old").rename(hidden / "old" / "out")
    if moment != "old aside":
        Path("new").rename(hidden / "whole" / "out")
    unfinished.recover(Path("out"))
    expected = {"both aside": "a\n2\n", "old aside": "a\n1\n", "new whole": None}[moment]
    assert (Path("out/table.csv").read_text() if Path("out").exists() else None) == expected
    fill("out", config, "a\n3\n")
    assert Path("out/table.csv").read_text() == "a\n3\n"
    assert not hidden.exists()


def test_results_are_not_given_a_name_that_something_has(config):
    fill("old", config)
    hidden = left_by_a_killed_run("old")
    Path("old").rename(hidden / "old" / "out")
    Path("out").write_text("mine")
    unfinished.recover(Path("out"))
    assert Path("out").read_text() == "mine"


def test_a_link_is_no_leftover(config):
    fill("elsewhere", config)
    Path(".out.lensim-unfinished").symlink_to("elsewhere")
    with pytest.raises(
        InputError,
        match=r"/\.out\.lensim-unfinished must be free for what lensim makes there, got something else of that name: "
        r"move it away$",
    ):
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
    assert [folder.parts[-3:] for folder in removed] == [(".out.lensim-unfinished", "whole", "out")]
