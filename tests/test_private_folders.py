"""Folders for what libraries keep: never where another user can write, and none needed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lensim import private_folders
from lensim.private_folders import private_folder, provide_for_libraries, takes_files, user_cache

OF_SYSTEMS = {"linux": ".cache", "darwin": "Library/Caches", "win32": "AppData/Local"}
posix = pytest.mark.skipif(os.name != "posix", reason="owners and rights of POSIX")


def test_a_folder_is_made_for_its_owner_alone(tmp_path):
    folder = private_folder(tmp_path / "a" / "b")
    assert folder == tmp_path / "a" / "b"
    assert private_folder(folder) == folder
    if os.name == "posix":
        assert folder.stat().st_mode & 0o777 == 0o700


@posix
@pytest.mark.parametrize("rights", [0o720, 0o702, 0o777])
def test_a_folder_that_others_write_to_is_not_used(tmp_path, rights):
    (tmp_path / "a").mkdir()
    (tmp_path / "a").chmod(rights)
    assert private_folder(tmp_path / "a") is None


@posix
def test_a_link_and_a_file_are_not_used(tmp_path):
    (tmp_path / "there").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "there")
    (tmp_path / "file").touch()
    assert private_folder(tmp_path / "link") is None
    assert private_folder(tmp_path / "file") is None
    assert private_folder(tmp_path / "file" / "a") is None


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_user_is_not_used(tmp_path):
    (tmp_path / "a").mkdir(mode=0o700)
    os.chown(tmp_path / "a", 65534, 65534)
    assert private_folder(tmp_path / "a") is None


def test_the_cache_of_a_user_is_found(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert user_cache() == tmp_path
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    monkeypatch.setattr(private_folders, "_home", lambda: tmp_path)
    for system, expected in OF_SYSTEMS.items():
        monkeypatch.setattr(sys, "platform", system)
        monkeypatch.setattr(private_folders, "ON_WINDOWS", system == "win32")
        assert user_cache() == tmp_path / expected
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    assert user_cache() == tmp_path / "local"
    monkeypatch.delenv("LOCALAPPDATA")
    monkeypatch.setattr(private_folders, "_home", lambda: None)
    assert user_cache() is None


@pytest.mark.parametrize("on_windows", [True, False])
def test_whether_a_folder_takes_files_is_tried_where_the_system_does_not_say(monkeypatch, tmp_path, on_windows):
    monkeypatch.setattr(private_folders, "ON_WINDOWS", on_windows)
    assert takes_files(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert not takes_files(tmp_path / "nothing")

    def refused(*_: object) -> int:
        raise PermissionError(13, "Access is denied")

    monkeypatch.setattr(os, "open", refused)
    assert takes_files(tmp_path) is not on_windows


def test_with_a_home_nothing_is_set(monkeypatch, tmp_path):
    monkeypatch.setattr(private_folders, "_home", lambda: tmp_path)
    for name in ("MPLCONFIGDIR", "PYTENSOR_FLAGS", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    provide_for_libraries()
    assert "MPLCONFIGDIR" not in os.environ
    assert "PYTENSOR_FLAGS" not in os.environ


def test_without_a_home_there_are_folders_until_the_process_ends(tmp_path):
    environment = {name: value for name, value in os.environ.items() if name not in ("MPLCONFIGDIR", "XDG_CONFIG_HOME")}
    environment |= {
        "HOME": str(tmp_path / "file" / "home"),
        "TMPDIR": str(tmp_path),
        "PYTENSOR_FLAGS": "floatX=float64",
    }
    (tmp_path / "file").touch()
    script = "import lensim, os; print(os.environ['MPLCONFIGDIR']); print(os.environ['PYTENSOR_FLAGS'])"
    said = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment
    ).stdout.split()
    assert Path(said[0]).parent == tmp_path
    assert said[1] == f"floatX=float64,base_compiledir={said[0]}"
    assert not Path(said[0]).exists()
