"""Names of the readings in exports of Kaleido."""

from pathlib import Path

from lensim.tables.instruments.plates import grids_of
from lensim.tables.source import Source

HEAD = ",1,2,3\n"
ROWS = "".join(f"{letter},{at},{at + 1},{at + 2}\n" for at, letter in enumerate("ABC", 5))


def labels(text):
    return [grid.label for grid in grids_of(Source(Path("k.csv"), "k.csv", text.encode()))]


def test_measurements_and_repeats_name_readings():
    text = "".join(
        f"Results for {name}\n\nBarcode: B1, PlateRepeat: {repeat}, WellRepeat: 1{more}\n{HEAD}{ROWS}\n"
        for name, repeat, more in (("LUM 1", 1, ""), ("LUM 1", 2, ""), ("IMG 1", 1, ", AnalysisParameter: Objects"))
    )
    assert labels(text + "\nSoftware version:,,Kaleido 2.0.3058.126\n") == [
        "LUM 1",
        "LUM 1, plate repeat 2",
        "IMG 1, Objects",
    ]


def test_the_table_above_a_grid_names_filters():
    text = (
        "EnSight Results from\n\nResult for Fluorescence intensity 1\nBarcode,Repeat,Exc wl / filter,Ems wl,\n"
        f"B1,1,485,535,\n\n{HEAD}{ROWS}"
    )
    assert labels(text) == ["Fluorescence intensity 1, 485/535"]


def test_another_program_has_no_such_names():
    assert labels(f"Results for LUM 1\nBarcode: B1\n{HEAD}{ROWS}") == [""]
