"""Blocks of SoftMax Pro: plates side by side, wells in one row, kinetic reads and spectra."""

import pytest

from lensim.tables.export_lines import lines_of
from lensim.tables.grid import Grid
from lensim.tables.instruments.softmax import is_softmax, separator_of_softmax, softmax_grids

WELLS = [f"{row}{column}" for row in "ABCDEFGH" for column in range(1, 13)]


def plate_line(form: str, mode: str, waves: str, *, kind: str = "Endpoint", excited: str = "") -> str:
    more = ["FALSE"] if mode == "Fluorescence" else []
    count = str(len(waves.split()))
    after = ["1", "", "", "", "", "", count, waves, "1", "12", "96", excited, "", "", ""]
    return "\t".join(["Plate:", "P1", "1.3", form, kind, mode, *more, "Raw", "FALSE", *after])


def by_plate(reads: list[list[float]], first: str = "") -> list[str]:
    """Eight rows of reads side by side, a blank column between."""
    lines = []
    for row in range(8):
        cells = []
        for read in reads:
            cells += [*(str(read[12 * row + column]) for column in range(12)), ""]
        lines.append("\t".join([first if row == 0 else "", "25" if row == 0 else "", *cells]))
    return lines


def head(parts: int) -> str:
    return "\t".join(["", "Temperature(¡C)", *([*map(str, range(1, 13)), ""] * parts)])


def export(*blocks: list[str]) -> str:
    return "\n".join([f"##BLOCKS= {len(blocks)}", *(line for block in blocks for line in [*block, "~End"]), ""])


def grids(text: str) -> list[Grid]:
    return softmax_grids(lines_of(text, "\t"))


def values(grid: Grid) -> list[float]:
    return [float(text) for _, (text, _) in sorted(grid.cells.items())]


ONE = [n / 100 for n in range(96)]
TWO = [n / 10 for n in range(96)]


def test_wavelengths_side_by_side_are_reads_by_their_wavelength():
    block = [plate_line("PlateFormat", "Absorbance", "450 650 "), head(2), *by_plate([ONE, TWO]), ""]
    found = grids(export(block))
    assert [grid.label for grid in found] == ["Absorbance, 450 nm", "Absorbance, 650 nm"]
    assert [values(grid) for grid in found] == [ONE, TWO]
    assert all(grid.plates == ("P1",) for grid in found)


def test_wavelengths_one_below_the_other_in_rows_of_wells():
    rows = ["\t".join(["", "0", *map(str, read)]) for read in (ONE, TWO)]
    reduced = ["\t".join(["", "", *WELLS]), "\t".join(["", "", *["9"] * 96])]
    names = "\t".join(["", "Temperature(¡C)", *WELLS])
    block = [plate_line("TimeFormat", "Absorbance", "450 650"), names, rows[0], "", "", rows[1], "", *reduced]
    found = grids(export(block))
    assert [grid.label for grid in found] == ["Absorbance, 450 nm", "Absorbance, 650 nm"]
    assert [values(grid) for grid in found] == [ONE, TWO]


def test_fluorescence_has_both_wavelengths_and_luminescence_none():
    fluorescence = [plate_line("PlateFormat", "Fluorescence", "535 ", excited="485 "), head(1), *by_plate([ONE]), ""]
    luminescence = [plate_line("PlateFormat", "Luminescence", "0 "), head(1), *by_plate([TWO]), ""]
    assert [grid.label for grid in grids(export(fluorescence, luminescence))] == [
        "Fluorescence, 485/535 nm", "Luminescence",
    ]  # fmt: skip


def test_times_of_a_kinetic_read_are_reads_and_reduced_numbers_are_none():
    reduced = ["\t".join(["", "", *map(str, range(1, 13))]), *by_plate([ONE])]
    line = plate_line("PlateFormat", "Absorbance", "600 ", kind="Kinetic")
    block = [line, head(1), *by_plate([ONE], "00:00:00"), "", *by_plate([TWO], "00:01:30"), "", *reduced]
    found = grids(export(block))
    assert [grid.label for grid in found] == ["Absorbance, 600 nm, 00:00:00", "Absorbance, 600 nm, 00:01:30"]
    assert [values(grid) for grid in found] == [ONE, TWO]


def test_a_spectrum_is_a_read_a_wavelength():
    block = [plate_line("PlateFormat", "Absorbance", "", kind="Spectrum"), head(1)]
    block += [*by_plate([ONE], "520"), "", *by_plate([TWO], "522"), ""]
    assert [grid.label for grid in grids(export(block))] == ["Absorbance, 520 nm", "Absorbance, 522 nm"]


def test_two_blocks_of_one_name_and_read_are_told_apart():
    block = [plate_line("PlateFormat", "Absorbance", "450 "), head(1), *by_plate([ONE]), ""]
    assert [grid.label for grid in grids(export(block, block))] == ["Absorbance, 450 nm", "Absorbance, 450 nm, read 2"]


def test_wells_that_were_not_read_are_empty_and_a_plate_without_any_is_none():
    lines = by_plate([ONE])
    lines[7] = "\t".join([""] * 15)
    empty = ["\t".join([""] * 15)] * 8
    line = plate_line("PlateFormat", "Absorbance", "450 ")
    (found,) = grids(export([line, head(1), *lines, ""], [line, head(1), *empty, ""]))
    assert found.cells[7, 0][0] == ""
    assert found.cells[6, 11][0] == "0.83"


def test_a_row_shorter_than_its_head_is_a_fault():
    rows = ["\t".join(["", "0", *map(str, ONE[:10])])]
    names = "\t".join(["", "Temperature(¡C)", *WELLS])
    (found,) = grids(export([plate_line("TimeFormat", "Absorbance", "450"), names, *rows]))
    assert found.fault == "line 4 has 12 cells, but its head on line 3 has 98; is the file cut off?"


@pytest.mark.parametrize(
    ("text", "known"),
    [("##BLOCKS= 3\nPlate:", True), ('\ufeff"##BLOCKS=12"', True), ("Plate:\tP1", False), ("", False)],
)
def test_softmax_is_known_by_its_first_line(text, known):
    assert is_softmax(text) is known


@pytest.mark.parametrize("separator", ["\t", ",", ";", "|"])
def test_an_export_saved_again_by_a_spreadsheet_is_known(separator):
    read = [float(n) for n in range(96)]
    text = export([plate_line("PlateFormat", "Absorbance", "450"), head(1), *by_plate([read])])
    moved = "\n".join(["Exported by somebody", "", *(f"\t{line}" for line in text.splitlines())])
    for one in (text, moved):
        saved = one.replace("\t", separator)
        assert separator_of_softmax(saved) == separator
        (grid,) = softmax_grids(lines_of(saved, separator))
        assert [float(cell) for cell, _ in grid.cells.values()] == read


def test_another_export_has_no_separator_of_softmax():
    assert separator_of_softmax("Plate:\tP1\n\t1\t2\n") is None


def test_columns_that_were_not_read_may_be_cut_off():
    part = plate_line("PlateFormat", "Absorbance", "450").replace("\t1\t12\t96", "\t2\t10\t96")
    rows = ["\t".join(["", "", "", *[str(row + column) for column in range(10)]]) for row in range(8)]
    (grid,) = grids(export([part, head(1).rstrip(), *rows]))
    assert grid.fault == ""
    assert [grid.cells[0, column][0] for column in (0, 1, 10, 11)] == ["", "0", "9", ""]
    (short,) = grids(export([part, head(1).rstrip(), *rows[:7], rows[7].rpartition("\t")[0]]))
    assert "is the file cut off?" in short.fault
