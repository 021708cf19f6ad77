"""What a workbook does not show: hidden rows and columns are data, hidden sheets are not, and all are told."""

from functools import partial

import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import lensim
from lensim.tables.workbook import column_name
from tests.other_workbooks import Hidden, ods_bytes, xls_bytes, xlsb_bytes
from tests.tables.book_tables import DOORS, of_csv, of_sheets
from tests.workbooks import workbook_bytes

WRITERS = {"ods": ods_bytes, "xlsb": xlsb_bytes, "xls": xls_bytes}


@pytest.mark.parametrize("door", DOORS)
@settings(max_examples=8)
@given(data=st.data())
def test_whatever_is_hidden_is_read_and_told(tmp_path_factory, door, data):
    folder, rows = tmp_path_factory.mktemp("hidden"), DOORS[door][1]
    hidden = data.draw(st.sets(st.integers(1, len(rows) - 1), max_size=5))
    columns = data.draw(st.sets(st.integers(0, len(rows[0]) - 1)))
    old = data.draw(st.booleans())

    def hide(book):
        for at in hidden:
            book["Day 1"].row_dimensions[at + 1].hidden = True
        for at in columns:
            book["Day 1"].column_dimensions[column_name(at)].hidden = True
        if "Old" in book.sheetnames:
            book["Old"].sheet_state = data.draw(st.sampled_from(["hidden", "veryHidden"]))

    found = of_sheets(door, folder, {"Day 1": rows, **({"Old": rows} if old else {})}, hide)
    xr.testing.assert_equal(found, of_csv(door, folder, rows))
    told = found.attrs.get("sheets_read", "")
    assert ("hidden and read as well" in told) == bool(hidden or columns)
    assert all(column_name(at) in told.split("column")[-1] for at in columns)
    assert not hidden or f"{min(hidden) + 1}" in told
    assert ("the hidden sheet 'Old' is not read" in told) == old


@pytest.mark.parametrize("suffix", WRITERS)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_other_formats_tell_what_xlsx_tells(tmp_path_factory, suffix, data):
    folder, rows = tmp_path_factory.mktemp("hidden"), DOORS["dose_response"][1]
    hidden = Hidden(
        data.draw(st.frozensets(st.integers(1, len(rows) - 1), max_size=6)),
        data.draw(st.frozensets(st.integers(0, len(rows[0]) - 1))),
    )
    old = data.draw(st.booleans())

    def hide(book):
        for at in hidden.rows:
            book["Day 1"].row_dimensions[at + 1].hidden = True
        for at in hidden.columns:
            book["Day 1"].column_dimensions[column_name(at)].hidden = True
        book["Old"].sheet_state = "hidden" if old else "visible"

    sheets = {"Day 1": rows, "Old": [["who"], ["AB"]]}
    path = folder / f"table.{suffix}"
    path.write_bytes(WRITERS[suffix](sheets, {"Day 1": hidden, "Old": Hidden(is_whole=old)}))
    found = lensim.read.dose_response(path)
    if suffix == "xls":
        hide = partial(_hide_the_sheet, is_hidden=old)
    expected = of_sheets("dose_response", folder, sheets, hide)
    xr.testing.assert_equal(found, expected)
    assert found.attrs["sheets_read"] == expected.attrs["sheets_read"].replace("table.xlsx", f"table.{suffix}")


def _hide_the_sheet(book, *, is_hidden):
    book["Old"].sheet_state = "hidden" if is_hidden else "visible"


def test_a_grid_with_hidden_rows_tells_them(tmp_path):
    grid = [[None, *range(1, 13)], *[[row, *[1000 - 50 * at for at in range(12)]] for row in "ABCDEFGH"]]
    doses = (0, 0, 0, 0, 0.1, 0.1, 1, 1, 10, 10, 100, 100)
    wells = [[f"{row}{at + 1}", "K562", doses[at]] for row in "ABCDEFGH" for at in range(12)]
    layout = [["well", "cell_line", "dose_um"], *wells]

    def hide(book):
        book["Reader"].row_dimensions[3].hidden = True
        book["Reader"].column_dimensions["C"].hidden = True
        for name in ("Old", "Older"):
            book[name].sheet_state = "hidden"

    path, plates = tmp_path / "reader.xlsx", tmp_path / "map.xlsx"
    path.write_bytes(workbook_bytes({"Reader": grid, "Old": grid, "Older": [["x", "y"]]}, hide))
    plates.write_bytes(workbook_bytes({"Map": layout}))
    data = lensim.read.dose_response(path, plate_map=plates)
    assert data.sizes["well"] == 96
    assert data.attrs["sheets_read"] == (
        "reader.xlsx, sheet 'Reader': read as what a plate reader wrote, of 3 sheets; the hidden sheets 'Old', 'Older' "
        "are not read; row 3 is hidden and read as well; column C is hidden and read as well"
    )
