"""Dropped files: safe names, a folder that goes with the session."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lensim import limits
from lensim.app.shelf import LONGEST_NAME, Shelf, safe_name
from lensim.checks import InputError


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("wells.csv", "wells.csv"),
        ("plate 1 (µM).XLSX", "plate 1 (µM).XLSX"),
        ("../../etc/passwd", "passwd"),
        ("C:\\data\\run.txt", "run.txt"),
        ("..", "file"),
        ("", "file"),
        (".hidden.csv", "hidden.csv"),
        ("con.csv", "_con.csv"),
        ('a"b<c>|?*.csv', "a_b_c____.csv"),
    ],
)
def test_a_name_keeps_its_words_and_loses_its_path(name, kept):
    assert safe_name(name) == kept


@given(st.text(max_size=300), st.lists(st.text(max_size=20), max_size=3))
def test_any_name_is_that_of_a_file_in_the_folder(name, taken):
    found = safe_name(name, taken)
    assert Path("folder", found).parent == Path("folder")
    assert found not in (".", "..")
    assert not found.startswith(".")
    assert len(found.encode()) <= LONGEST_NAME
    assert all(letter.isprintable() and letter not in '/\\:*?"<>|' for letter in found)
    assert found.casefold() not in {one.casefold() for one in taken}


def test_a_name_that_is_taken_gets_a_number():
    assert safe_name("a.csv", ["A.csv", "a (2).csv"]) == "a (3).csv"


def _info(folder: Path, name: str, size: int = 3) -> dict[str, str]:
    folder.mkdir(exist_ok=True)
    path = folder / f"{len(list(folder.iterdir()))}.part"
    with path.open("wb") as file:
        file.truncate(size)
    return {"name": name, "datapath": str(path)}


def test_files_are_in_a_folder_that_is_deleted(tmp_path):
    shelf = Shelf()
    first = shelf.take([_info(tmp_path / "up", "../a.csv")])
    [second] = shelf.take([_info(tmp_path / "up", "a.csv")], first)
    assert [one.name for one in (*first, second)] == ["a.csv", "a (2).csv"]
    assert all(one.path.is_relative_to(shelf.folder) and one.path.is_file() for one in (*first, second))
    folder = shelf.folder
    shelf.close()
    assert not folder.exists()


def test_a_file_that_is_too_large_is_told_in_one_sentence(tmp_path):
    shelf = Shelf()
    with pytest.raises(InputError, match=r"^a.csv must be at most 100 MB, got 101 MB: export fewer plates"):
        shelf.take([_info(tmp_path / "up", "a.csv", limits.TABLE_BYTES + limits.MEGABYTE)])
    shelf.close()
