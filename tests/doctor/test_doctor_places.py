"""Folders in which lensim writes, or cannot."""

import os
import tempfile
from types import SimpleNamespace

import pytest

from lensim.doctor import places


def test_folders_of_this_machine_are_looked_at(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    found = {one.what: one for one in places.of_places()}
    assert set(found) == {"cache", "temporary folder", "results here"}
    assert str(tmp_path / "cache" / "lensim") in found["cache"].said
    assert str(tmp_path) in found["results here"].said


def test_what_cannot_be_written_to_is_told(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    for cache in (None, tmp_path / "file"):
        found = places.of_cache(cache)
        assert (found.state, found.is_broken) == ("missing", False)
        assert found.remedy.endswith("to a folder of yours")
    monkeypatch.setattr(places, "takes_files", lambda folder: False)
    assert places.of_temporary().is_broken
    here = places.of_results(tmp_path)
    assert (here.state, here.is_broken) == ("missing", False)


def test_no_folder_for_temporary_files_is_told(monkeypatch):
    def none() -> str:
        raise FileNotFoundError("no usable temporary directory")

    monkeypatch.setattr(tempfile, "gettempdir", none)
    assert places.of_temporary().is_broken


@pytest.mark.parametrize(("free", "state"), [(2e9, "ok"), (1e8, "slow")])
def test_a_disk_that_is_nearly_full_is_slow(monkeypatch, tmp_path, free, state):
    monkeypatch.setattr(places.shutil, "disk_usage", lambda folder: SimpleNamespace(free=free))
    found = places.of_results(tmp_path)
    assert found.state == state
    assert os.fspath(tmp_path) in found.said
