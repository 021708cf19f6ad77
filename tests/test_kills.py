"""Old or new results are whole under their name, whenever a run is killed, and the next run leaves nothing else.

A child process is forked, so that it starts in no time. It kills itself as it is about to run a line of the modules
that write: every line, one after the other, and so every moment that these modules know.
"""

import hashlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from lensim import ownership, placing, unfinished
from lensim.output import written_whole
from lensim.results_folder import results_folder

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")

WRITERS = {f"{name}.py" for name in ("placing", "unfinished", "ownership", "output", "results_folder")}
EVERY = int(os.environ.get("LENSIM_KILL_EVERY", "7"))
"""Each so many lines a kill; 1 for all of them."""
AT_RANDOM = int(os.environ.get("LENSIM_KILLS", "40"))
TABLE = {"old": "old\n" * 3_000, "new": "new\n" * 3_000}


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A working folder with a config and someone's work."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(placing, "_flush_one", lambda path: None)  # a kill takes nothing from the disk's memory
    Path("small.toml").write_text("seed = 1\n")
    Path("notes.txt").write_text("mine")
    return tmp_path


def write_folder(which: str) -> None:
    with results_folder(Path("out"), Path("small.toml"), force=True) as folder:
        (folder / "chunks").mkdir()
        for number in range(3):
            (folder / "chunks" / f"{number}.csv").write_text(TABLE[which])
        (folder / "table.csv").write_text(TABLE[which])


def is_folder_of(which: str) -> bool:
    """Whether all files of one result are there, as the manifest lists them."""
    files = json.loads(Path("out/manifest.json").read_text())["files"]
    for name, digest in files.items():
        if hashlib.blake2b((Path("out") / name).read_bytes(), digest_size=16).hexdigest() != digest:
            return False
    return len(files) == 5 and Path("out/table.csv").read_text() == TABLE[which]


def write_file(which: str) -> None:
    with written_whole(Path("out"), force=True) as partial:
        partial.write_text(TABLE[which])


def is_file_of(which: str) -> bool:
    return Path("out").read_text() == TABLE[which]


KINDS = {"folder": (write_folder, is_folder_of), "file": (write_file, is_file_of)}


def killed_at_line(write: Callable[[str], None], number: int) -> bool:
    """Whether a process that writes was killed at a line of the writers; it was through before where false."""
    left = number

    def trace(frame, event, argument):
        if os.path.basename(frame.f_code.co_filename) not in WRITERS:
            return None
        return at_line

    def at_line(frame, event, argument):
        nonlocal left
        if event == "line":
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return at_line

    child = os.fork()
    if child == 0:
        sys.settrace(trace)
        try:
            write("new")
        except BaseException:
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status in (0, signal.SIGKILL)
    return os.WIFSIGNALED(status)


def killed_after(write: Callable[[str], None], seconds: float) -> bool:
    child = os.fork()
    if child == 0:
        try:
            write("new")
        except BaseException:
            os._exit(1)
        os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert status in (0, signal.SIGKILL)
    return os.WIFSIGNALED(status)


def require_whole(write: Callable[[str], None], is_of: Callable[[str], bool], *, recovers: bool = False) -> str:
    """Which result is there after a kill; the next run then leaves its own and nothing else."""
    if recovers:
        unfinished.recover(Path("out"))
    found = [which for which in TABLE if is_of(which)]
    assert len(found) == 1
    write("old")
    assert is_of("old")
    assert sorted(path.name for path in Path().iterdir()) == ["notes.txt", "out", "small.toml"]
    return found[0]


@pytest.mark.parametrize("can_swap", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_a_kill_at_any_line_leaves_old_or_new_whole(place, monkeypatch, kind, can_swap):
    write, is_of = KINDS[kind]
    if not can_swap:
        monkeypatch.setattr(placing, "_function", lambda: None)
    write("old")
    found, number = [], 0
    while killed_at_line(write, number):
        found.append(require_whole(write, is_of, recovers=not can_swap))
        number += EVERY
    assert found == sorted(found, reverse=True)  # old, then new
    assert set(found) == {"old", "new"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_kill_at_a_random_moment_leaves_old_or_new_whole(place, kind):
    write, is_of = KINDS[kind]
    write("old")
    started = time.perf_counter()
    write("old")
    lasts = time.perf_counter() - started
    random = Random(16)
    kills = sum(
        killed_after(write, random.uniform(0.0, 1.5 * lasts)) and bool(require_whole(write, is_of))
        for _ in range(AT_RANDOM)
    )
    assert kills


def test_a_folder_that_was_not_there_is_there_whole_or_not_at_all(place):
    number, found = 0, set()
    while killed_at_line(write_folder, number):
        found.add(os.path.lexists("out"))
        assert not os.path.lexists("out") or is_folder_of("new")
        write_folder("old")
        assert sorted(path.name for path in Path().iterdir()) == ["notes.txt", "out", "small.toml"]
        ownership.remove_own(Path("out"))
        number += EVERY
    assert found == {True, False}
