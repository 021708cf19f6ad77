"""The door to readers' files: own readers first, the library where they find nothing."""

import sys

import pytest

from lensim.checks import FaultReport, InputError
from lensim.tables.instruments.plates import grids_of, has_points, headers_of, mark_of_grid
from lensim.tables.source import Source
from tests.workbooks import workbook_bytes

GRID = [[None, *range(1, 13)], *([row, *range(12)] for row in "ABCDEFGH")]


def source(tmp_path, raw: bytes, name: str = "reader.txt") -> Source:
    return Source(tmp_path / name, name, raw)


def test_a_workbook_is_known_by_its_content(tmp_path):
    book = source(tmp_path, workbook_bytes({"plate": GRID}))
    (grid,) = grids_of(book)
    assert len(grid.cells) == 96
    assert has_points(book, ["1.234"])
    assert not has_points(book, ["1,234"])
    assert mark_of_grid(book, grid, None, FaultReport("reader.txt")) == "."
    assert headers_of(book) is not None


def test_a_text_is_read_by_the_finder_of_grids(tmp_path):
    text = "\n".join("\t".join("" if cell is None else str(cell) for cell in row) for row in GRID)
    (grid,) = grids_of(source(tmp_path, text.encode("utf-16")))
    assert len(grid.cells) == 96


def test_a_known_program_in_an_unknown_layout_needs_the_library(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "allotropy", None)
    monkeypatch.setitem(sys.modules, "allotropy.allotrope.converter", None)
    with pytest.raises(InputError, match="`lensim doctor` prints for the extra instruments"):
        grids_of(source(tmp_path, b"Software Version\t3.12.08\nno numbers\n"))


def test_the_library_is_not_imported_for_a_file_that_lensim_reads(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "allotropy", None)
    text = "Software Version\t3.12\n" + "\n".join(
        "\t".join(map(str, ["" if x is None else x for x in r])) for r in GRID
    )
    assert len(grids_of(source(tmp_path, text.encode()))) == 1
