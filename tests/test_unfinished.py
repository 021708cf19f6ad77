import errno
from pathlib import Path

import pytest

from lensim import unfinished
from lensim.checks import InputError
from lensim.unfinished import FILLING, beside, inside, is_within, told_with


def test_what_is_in_a_hidden_folder_has_no_name_yet():
    assert is_within(beside(Path("a/fit.nc")) / FILLING / "fit.nc")
    assert is_within(inside(Path("a")) / FILLING / "table.csv")
    assert not is_within(Path("a/fit.nc"))
    assert not is_within(beside(Path("a/fit.nc")))


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (lambda place: beside(place) / FILLING / "fit.nc", "fit.nc"),
        (lambda place: beside(place), "fit.nc"),
        (lambda place: beside(place) / FILLING / "fit.nc" / "a.csv", "fit.nc/a.csv"),
        (lambda place: inside(place) / FILLING / "a.csv", "fit.nc/a.csv"),
        (lambda place: place.parent / "other.csv", "other.csv"),
    ],
)
def test_an_error_names_what_a_user_asked_for(tmp_path, monkeypatch, made, told):
    monkeypatch.chdir(tmp_path)
    target = tmp_path / "fit.nc"
    with pytest.raises(OSError, match="No space left") as found, told_with(target):
        raise OSError(errno.ENOSPC, "No space left on device", str(made(target)))
    assert (found.value.errno, found.value.filename) == (errno.ENOSPC, str(tmp_path / told))


def test_an_error_of_a_write_gets_a_path():
    with pytest.raises(OSError, match="error") as found, told_with(Path("fit.nc")):
        raise OSError(errno.EIO, "Input/output error")
    assert found.value.filename == "fit.nc"
    with pytest.raises(OSError, match="Broken pipe") as found, told_with(Path("fit.nc")):
        raise OSError(errno.EPIPE, "Broken pipe")
    assert found.value.filename is None


def test_a_sentence_names_what_a_user_asked_for(tmp_path):
    target = tmp_path / "fit.csv"
    with pytest.raises(InputError) as found, told_with(target):
        raise InputError(
            f"{beside(target) / FILLING / 'fit.csv'}: the file cannot be written (No space left on device)"
        )
    assert str(found.value) == f"{target}: the file cannot be written (No space left on device)"
    with pytest.raises(InputError, match=r"^draws must be positive$"), unfinished.told_with(target):
        raise InputError("draws must be positive")
