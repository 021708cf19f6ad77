"""Exports given to the library allotropy: its measurements as grids, its faults in lensim's words."""

import sys

import pytest

from lensim.checks import InputError
from lensim.tables.instruments.allotrope import grids_by_library
from lensim.tables.instruments.programs import Program
from lensim.tables.source import Source

GEN5 = Program("Gen5", "AGILENT_GEN5", "txt")


def source(tmp_path, text: str) -> Source:
    return Source(tmp_path / "run.dat", "run.dat", text.encode())


def test_without_the_extra_one_sentence_says_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "allotropy", None)
    monkeypatch.setitem(sys.modules, "allotropy.allotrope.converter", None)
    with pytest.raises(InputError) as told:
        grids_by_library(source(tmp_path, "Software Version\t3\n"), GEN5, "Software Version\t3\n")
    assert str(told.value) == (
        "run.dat: the file is an export of Gen5 in a layout that lensim does not read by itself: the command "
        "that `lensim doctor` prints for the extra instruments installs the library allotropy, which reads more of them"
    )


def test_a_fault_of_the_library_is_told_as_one_of_the_file(tmp_path):
    pytest.importorskip("allotropy")
    text = "Software Version\t3.1\nnothing else\n"
    with pytest.raises(
        InputError, match=r"^run\.dat: the file seems to be an export of Gen5, but its layout is not"
    ) as told:
        grids_by_library(source(tmp_path, text), GEN5, text)
    assert str(told.value).endswith(": export the plate as a grid or a list of wells")


def test_measurements_are_grids_by_plate_and_read(tmp_path, monkeypatch):
    """The library's own words, without the library."""
    from lensim.tables.instruments import allotrope

    def one(well: str, wave: float, value: float) -> dict:
        control = {"detector wavelength setting": {"value": wave, "unit": "nm"}}
        return {
            "device control aggregate document": {"device control document": [control]},
            "sample document": {"location identifier": well, "well plate identifier": "P1"},
            "absorbance": {"value": value, "unit": "mAU"},
        }

    def group(well: str, *values: tuple[float, float]) -> dict:
        measured = [one(well, wave, value) for wave, value in values]
        return {"measurement aggregate document": {"measurement document": measured}}

    groups = [group("A1", (450.0, 1.5), (450.0, 2.0)), group("B12", (450.0, -0.0), (650.0, 3.0))]
    document = {"$asm.manifest": "text", "plate reader aggregate document": {"plate reader document": groups}}
    monkeypatch.setattr(allotrope, "_document", lambda *_: document)
    found = grids_by_library(source(tmp_path, "x"), GEN5, "x")
    assert {grid.label: {place: text for place, (text, _) in grid.cells.items()} for grid in found} == {
        "Absorbance, 450 nm": {(0, 0): "1.5", (1, 11): ""},
        "Absorbance, 450 nm, read 2": {(0, 0): "2"},
        "Absorbance, 650 nm": {(1, 11): "3"},
    }
    assert {grid.plates for grid in found} == {("P1",)}
