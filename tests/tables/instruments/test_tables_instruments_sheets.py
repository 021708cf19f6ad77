"""Grids in sheets of readers' workbooks: plates and reads as SkanIt, Smart Control and Magellan name them."""

from lensim.tables.instruments.sheets import sheet_grids
from lensim.tables.workbook import workbook_of
from tests.workbooks import workbook_bytes


def grid_rows(first: float, head: object = None) -> list[list[object]]:
    return [
        [head, *range(1, 13)],
        *([row, *(first + 12 * n + column for column in range(12))] for n, row in enumerate("ABCDEFGH")),
    ]


def found_in(sheets: dict[str, list[list[object]]], build=None):
    return sheet_grids(workbook_of(workbook_bytes(sheets, build), "reader.xlsx"))


def test_skanit_names_step_wavelength_and_plate():
    top = [["Measurement results"], ["run.skax"], ["2025-06-27"], [" "], ["Absorbance 1"]]
    plates = [
        line
        for plate, first in (("Plate 1", 1), ("Plate 2", 500))
        for wave, more in (("214 nm", 0), ("280 nm", 0.5))
        for line in [[f"Wavelength: {wave}"], [" "], [plate], [" "], *grid_rows(first + more, "Abs"), [None]]
    ]
    found = found_in({"Absorbance 1_01": [*top, *plates]})
    assert [(grid.plates, grid.label) for grid in found] == [
        (("Plate 1",), "Absorbance 1, 214 nm"),
        (("Plate 1",), "Absorbance 1, 280 nm"),
        (("Plate 2",), "Absorbance 1, 214 nm"),
        (("Plate 2",), "Absorbance 1, 280 nm"),
    ]
    assert found[3].cells[0, 0][0] == "500.5"


def test_grids_of_what_was_put_into_the_wells_are_no_reads():
    sheet = [
        ["ID1: P7"],
        ["Fluorescence (FI)"],
        [None, "2. Standard Concentrations in ng/mL"], *grid_rows(1), [None],
        [None, "3. Dilutions"], *grid_rows(2), [None],
        [None, "4. Raw Data (480-14/520-30)"], *grid_rows(3000),
    ]  # fmt: skip
    (found,) = found_in({"Microplate End point": sheet})
    assert (found.title, found.plates, found.cells[0, 0][0]) == ("Raw Data (480-14/520-30)", ("P7",), "3000")


def test_a_plate_named_in_the_first_rows_of_a_list_is_that_of_the_rest():
    wells = [f"{row}{column}" for column in range(1, 13) for row in "ABCDEFGH"]
    rows = [[n / 10, well, "P1" if n < 45 else None] for n, well in enumerate(wells)]
    (found,) = found_in({"Magellan Sheet 1": [["Raw data", "Well positions", "Plate"], *rows]})
    assert (found.plates, len(found.cells), found.cells[7, 11][0]) == (("P1",), 96, "9.5")


def test_labels_have_the_name_of_the_sheet_where_several_have_grids():
    found = found_in({"450 nm": grid_rows(1), "notes": [["mine"]], "650 nm": grid_rows(2)})
    assert [grid.label for grid in found] == ["450 nm", "650 nm"]


def test_a_sheet_that_is_hidden_is_not_read():
    def hide(book):
        book["old"].sheet_state = "hidden"

    (found,) = found_in({"old": grid_rows(1), "new": grid_rows(2)}, hide)
    assert found.cells[0, 0][0] == "2"


def test_a_grid_without_letters_is_as_wide_as_its_own_rows():
    wide = [[f"setting {n}" for n in range(20)]]
    bare = [[1000 + 12 * row + column for column in range(12)] for row in range(8)]
    (found,) = found_in({"plate": [*wide, [None], *bare]})
    assert (len(found.cells), found.fault) == (96, "")


def test_a_sheet_with_a_short_name_does_not_make_a_raw_read_computed():
    sheets = {name: [["Absorbance"], *grid_rows(first)] for name, first in (("MTT", 1), ("CV", 500))}
    assert [grid.kind for grid in found_in(sheets)] == ["raw", "raw"]
    sheets = {name: [["Absorbance"], *grid_rows(first)] for name, first in (("Raw", 1), ("Mean", 500))}
    assert [grid.kind for grid in found_in(sheets)] == ["raw", "computed"]
