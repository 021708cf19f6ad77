"""Every kind of thing that a path can lead to: regular files are read, all else is refused at once in one sentence."""

import errno
import os
import re
import socket
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lensim import input_file
from lensim.checks import InputError
from lensim.input_file import check_file, read_bytes

POSIX = pytest.mark.skipif(os.name != "posix", reason="pipes and devices of POSIX")


def refused(path, **asked) -> str:
    with pytest.raises(InputError) as caught:
        read_bytes(path, **asked)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_file_is_read_whole(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"x" * (3 << 20))
    assert read_bytes(path) == path.read_bytes()
    assert read_bytes(str(path), at_most=3 << 20) == path.read_bytes()
    (tmp_path / "empty").touch()
    assert read_bytes(tmp_path / "empty") == b""


def test_a_file_beyond_the_bound(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"x" * 1001)
    assert refused(path, at_most=1000) == (
        f"{path} must be a file of at most 1,000 bytes, got 1,001: leave out what is not needed, or divide it into "
        "several files"
    )
    with open(path, "r+b") as hole:
        hole.truncate(1 << 40)  # takes no place on the disk
    assert "of at most 100,000,000 bytes, got 1,099,511,627,776: " in refused(path)


def test_what_is_not_there(tmp_path):
    assert refused(tmp_path / "a", what="a plan") == f"{tmp_path / 'a'} must be a plan, got nothing there"
    (tmp_path / "f").touch()
    assert refused(tmp_path / "f" / "a") == f"{tmp_path / 'f' / 'a'} must be a file, got nothing there"
    assert refused("-") == "- must be a file, got nothing there"
    assert refused(tmp_path) == f"{tmp_path} must be a file, got a folder"


@POSIX
def test_links(tmp_path):
    dangling, loop = tmp_path / "dangling", tmp_path / "loop"
    dangling.symlink_to(tmp_path / "no")
    loop.symlink_to(loop)
    assert refused(dangling) == f"{dangling} must be a file, got a link to what is not there"
    assert refused(loop).startswith(f"{loop} must be a file, got one that cannot be opened (")


@POSIX
def test_pipes_devices_and_sockets_are_refused_at_once(tmp_path, monkeypatch):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert refused(pipe) == (f"{pipe} must be a file, got a pipe: save what comes out of it to a file, and name that")
    reader, writer = os.pipe()
    try:
        assert "got a pipe: " in refused(f"/dev/fd/{reader}")  # what `<(...)` of a shell is
    finally:
        os.close(reader)
        os.close(writer)
    for device in ("/dev/zero", "/dev/full", "/dev/null", "/dev/tty"):
        assert refused(device) == (
            f"{device} must be a file, got a device: save what it gives to a file, and name that"
        )
    monkeypatch.chdir(tmp_path)  # the name of a socket is short
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind("s")
        assert refused("s") == "s must be a file, got a socket: save what comes out of it to a file, and name that"


@POSIX
def test_a_pipe_that_takes_the_place_of_a_file_is_not_waited_for(tmp_path, monkeypatch):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    monkeypatch.setattr(input_file, "check_file", lambda *_, **__: None)
    told = []
    thread = threading.Thread(target=lambda: told.append(refused(pipe)), daemon=True)
    thread.start()
    thread.join(20)
    assert told == [f"{pipe} must be a file, got a pipe: save what comes out of it to a file, and name that"]


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="files of the Linux kernel")
def test_files_of_the_system_that_state_no_size():
    assert read_bytes("/proc/self/status").startswith(b"Name:")
    assert "of at most 10 bytes, got more than 10: " in refused("/proc/self/status", at_most=10)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="who may read everything is refused nothing")
def test_a_file_without_permission(tmp_path):
    path = tmp_path / "a"
    path.touch(mode=0)
    assert refused(path) == f"{path} must be a file, got one that cannot be opened (Permission denied)"


@pytest.mark.parametrize("code", [errno.EIO, errno.EACCES, errno.EAGAIN, errno.ESTALE])
@pytest.mark.parametrize(
    ("call", "done"), [("open", "opened"), ("read", "read"), ("stat", "opened"), ("fstat", "read")]
)
def test_a_failing_disk(tmp_path, monkeypatch, code, call, done):
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    real = getattr(os, call)

    def fails(first, *rest, **named):
        if isinstance(first, int) or first == path:
            raise OSError(code, os.strerror(code), str(path))
        return real(first, *rest, **named)

    with monkeypatch.context() as patch:
        patch.setattr(os, call, fails)
        told = refused(path)
    assert told == f"{path} must be a file, got one that cannot be {done} ({os.strerror(code)})"


@pytest.mark.parametrize("size", [2, 3, 9])
def test_a_file_that_changes_while_it_is_read(tmp_path, monkeypatch, size):
    path = tmp_path / "a"
    path.write_bytes(b"12345")
    real = os.read

    def read_and_write(handle, number):
        part = real(handle, number)
        if part:
            path.write_bytes(b"x" * size)
        return part

    monkeypatch.setattr(os, "read", read_and_write)
    assert re.fullmatch(
        r".*a must be a file that stays as it is, got one that changed while it was read \(5 bytes, then \d+\): wait "
        "until it is written, and try again",
        refused(path),
    )


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("a\0b", r"a\x00b must be a file, got one that cannot be opened ("),
        ("a\nb", r"a\nb must be a file, got nothing there"),
        ("a\x1b[31mb", r"a\x1b[31mb must be a file, got nothing there"),
        ("a\udcffb", r"a\udcffb must be a file, got nothing there"),
        ("n" * 300, " must be a file, got one that cannot be opened (File name too long)"),
        ("n" * 5000, f"{'n' * 134}...(5,000 characters)...{'n' * 134} must be a file, got one that cannot be opened ("),
    ],
)
def test_odd_names(name, part):
    assert part in refused(name)
    with pytest.raises(InputError):
        check_file(name)


@given(content=st.binary(max_size=300), bound=st.integers(0, 300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_within_the_bound_is_read_and_the_rest_is_not(tmp_path, content, bound):
    path = tmp_path / "a"
    path.write_bytes(content)
    if len(content) <= bound:
        assert read_bytes(path, at_most=bound) == content
        check_file(path, at_most=bound)
    else:
        assert f"at most {bound} bytes, got {len(content)}: " in refused(path, at_most=bound)
        with pytest.raises(InputError):
            check_file(path, at_most=bound)
