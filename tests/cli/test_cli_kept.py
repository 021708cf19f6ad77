import errno
import os
import re
import tempfile
from pathlib import Path

import pytest

from lensim import output
from lensim.checks import InputError
from lensim.cli import kept
from lensim.cli.kept import going_on, keep, tell
from lensim.output import load_result
from tests.report.made_up_fits import made_up_fit


@pytest.fixture
def result():
    return made_up_fit("bioassay")


@pytest.fixture
def refused(monkeypatch):
    """Folders that take no file, and the reason."""
    folders: dict[Path, int] = {}
    write = output.write_image

    def fail(image, path, *, force):
        if path.parent.resolve() in folders:
            number = folders[path.parent.resolve()]
            raise OSError(number, os.strerror(number), str(path))
        write(image, path, force=force)

    monkeypatch.setattr("lensim.output.write_image", fail)
    return folders


@pytest.fixture
def places(tmp_path, monkeypatch):
    """A target, a working folder and a folder for temporary files."""
    for name in ("target", "working", "temporary"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "working")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return tmp_path / "target", tmp_path / "working", tmp_path / "temporary"


def test_a_fit_is_kept_where_it_was_asked_for(result, places):
    found = keep(result, places[0] / "r.nc", force=False)
    assert (found.path, found.fault) == (places[0] / "r.nc", "")
    assert load_result(found.path).identical(result)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EACCES, errno.EROFS, errno.EFBIG])
def test_a_disk_that_fails_costs_no_fit(number, result, places, refused):
    target, working, _ = places
    refused[target] = number
    found = keep(result, target / "r.nc", force=False)
    assert found.path.parent == working
    assert re.fullmatch(r"r-[0-9a-f]{8}\.nc", found.path.name)
    why = os.strerror(number)
    assert found.fault == (
        f"{target / 'r.nc'} was not written: {why}; the fit is whole in {found.path}: move it from there"
    )
    assert load_result(found.path).identical(result)
    assert list(target.iterdir()) == []


def test_the_folder_for_temporary_files_comes_next(result, places, refused):
    target, working, temporary = places
    refused |= {target: errno.ENOSPC, working: errno.ENOSPC}
    assert keep(result, target / "r.nc", force=False).path.parent == temporary


def test_a_file_that_came_meanwhile_costs_no_fit(result, places):
    target, working, _ = places
    (target / "r.nc").write_text("another's")
    found = keep(result, target / "r.nc", force=False)
    assert found.path.parent == working
    assert (
        "r.nc must be free or a file that lensim wrote, got another: move it away, or choose another name; the fit is"
        in found.fault
    )
    assert (target / "r.nc").read_text() == "another's"


def test_where_no_place_takes_it_the_places_are_named(result, places, refused):
    refused |= dict.fromkeys(places, errno.ENOSPC)
    message = (
        f"{places[0] / 'r.nc'} was not written: No space left on device; nor could the fit be saved in {places[1]}, "
        f"{places[2]}, so it is lost"
    )
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        keep(result, places[0] / "r.nc", force=False)
    assert [list(place.iterdir()) for place in places] == [[], [], []]


def test_someone_at_a_terminal_is_asked(result, places, refused, monkeypatch, capsys):
    target, working, _ = places
    refused[target] = errno.ENOSPC
    answers = iter(["r.txt", str(target / "again.nc"), "new/r.nc"])
    monkeypatch.setattr(kept.err, "_force_terminal", True)
    monkeypatch.setattr("sys.stdin", type("Terminal", (), {"isatty": lambda self: True})())
    monkeypatch.setattr("typer.prompt", lambda *_, **__: next(answers))
    found = keep(result, target / "r.nc", force=False)
    assert (found.path, found.fault) == (Path("new/r.nc"), "")
    assert load_result(working / "new" / "r.nc").identical(result)


@pytest.mark.parametrize("answer", ["", "abort"])
def test_who_gives_no_answer_gets_another_folder(answer, result, places, refused, monkeypatch):
    target, working, _ = places
    refused[target] = errno.ENOSPC

    def prompt(*_, **__):
        if answer:
            raise kept.typer.Abort
        return ""

    monkeypatch.setattr(kept.err, "_force_terminal", True)
    monkeypatch.setattr("sys.stdin", type("Terminal", (), {"isatty": lambda self: True})())
    monkeypatch.setattr("typer.prompt", prompt)
    assert keep(result, target / "r.nc", force=False).path.parent == working


def test_without_memory_for_the_file_it_is_told(result, places, monkeypatch):
    def fail(_):
        raise MemoryError

    monkeypatch.setattr("lensim.output.image_of_result", fail)
    with pytest.raises(InputError, match=r"r\.nc must have memory to be written, got less than the \d+ MB of the fit$"):
        keep(result, places[0] / "r.nc", force=False)


def test_what_fails_later_is_noted_with_the_way_on(capsys):
    faults: list[str] = []
    with going_on("tables could not be made", Path("my fit.nc"), faults):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "t.csv")
    assert faults == [
        "tables could not be made (t.csv cannot be used: No space left on device: make room there, or name a place on "
        "another disk); the result in my fit.nc is whole, so go on with: lensim summarize 'my fit.nc'"
    ]
    assert " ".join(capsys.readouterr().err.split()) == f"error: {faults[0]}"


@pytest.mark.parametrize("error", [OSError, SystemExit, UnicodeEncodeError("ascii", "é", 0, 1, "no")])
def test_a_terminal_that_is_closed_ends_nothing(error, monkeypatch):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr("lensim.cli.kept.say", fail)
    tell("result in r.nc")
