"""Workbooks as an independent reader opens them: types, units, no formula, and the same bytes each time."""

import datetime
import io
import sys
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from lensim import workbook_file
from lensim.checks import InputError
from lensim.workbook_file import SheetTable, sheet_names, workbook_bytes, write_workbook

ACTING = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", "'=1", "#N/A", "{=1}")
LIKE_DATES = ("MARCH1", "SEPT2", "DEC1", "1-2", "3/4", "2310009E13", "1e5", "TRUE", "007")
ILLEGAL = ("\x00", "\x01", "\x0b", "\x1f", "\ufffe", "\uffff", "\ud800")


def read(content: bytes, sheet: int = 0) -> list[list[object]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(sheet).to_python()


def cells(content: bytes):
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]


def one_column(values) -> bytes:
    return workbook_bytes([SheetTable("one", pd.DataFrame({"value": pd.Series(values, dtype=object)}))])


def test_numbers_truths_dates_and_units_keep_their_types():
    table = pd.DataFrame(
        {
            "cell_line": ["K-562", "HL-60"],
            "ic50_um": [1.5, np.nan],
            "wells": [3, 4],
            "is_bound": [False, True],
            "day": [datetime.date(2024, 2, 29), pd.Timestamp("2024-03-01 12:30")],
        }
    )
    rows = read(workbook_bytes([SheetTable("lines", table, {"ic50_um": "uM"}, "one line a row")]))
    assert rows == [
        ["cell_line", "ic50_um [uM]", "wells", "is_bound", "day"],
        ["K-562", 1.5, 3.0, False, datetime.date(2024, 2, 29)],
        ["HL-60", "", 4.0, True, datetime.datetime(2024, 3, 1, 12, 30)],
        ["", "", "", "", ""],
        ["one line a row", "", "", "", ""],
    ]


@pytest.mark.parametrize("text", [*ACTING, *LIKE_DATES])
def test_text_stays_text(text):
    content = one_column([text])
    held = cells(workbook_bytes([SheetTable(text, pd.DataFrame({text: [text]}), {text: text}, text)]))
    assert {cell.data_type for cell in held if cell.value is not None} == {"s"}
    assert read(content)[1:] == [[text.replace("\r", "\n")]]
    assert cells(content)[1].number_format == "@"


def test_what_a_sheet_has_no_value_for_is_text_or_empty():
    zoned = pd.Timestamp("2024-01-02", tz="UTC")
    values = [np.inf, -np.inf, np.nan, None, pd.NA, pd.NaT, 2**60, datetime.date(1850, 1, 1), zoned, (1, "a"), b"x", ""]
    assert [row[0] for row in read(one_column([*values, "end"]))[1:]] == [
        "inf", "-inf", "", "", "", "", "1152921504606846976", "1850-01-01", "2024-01-02T00:00:00+00:00", "(1, 'a')",
        "b'x'", "", "end",
    ]  # fmt: skip


def test_signs_that_xml_lacks_are_written_as_escapes():
    assert [row[0] for row in read(one_column([f"a{sign}b" for sign in ILLEGAL]))[1:]] == [
        r"a\x00b", r"a\x01b", r"a\x0bb", r"a\x1fb", r"a\ufffeb", r"a\uffffb", r"a\ud800b",
    ]  # fmt: skip


def test_what_looks_like_an_escape_of_a_spreadsheet_is_kept():
    assert read(one_column(["_x0041_ _x_"]))[1] == ["_x0041_ _x_"]


def test_text_longer_than_a_cell_loses_its_middle():
    at_bound, beyond = (read(one_column(["x" * size]))[1][0] for size in (32_767, 32_768))
    assert at_bound == "x" * 32_767
    assert len(beyond) <= 32_767
    assert "...(32,768 characters)..." in beyond


def test_names_of_sheets_are_those_that_spreadsheets_take():
    assert sheet_names(["a/b", "A?b", "", "'quoted'", "x" * 40, "x" * 40, "History", "a\tb", "\U0001f9ec" * 20]) == [
        "a_b", "A_b 2", "sheet", "quoted", "x" * 31, "x" * 29 + " 2", "History 2", "a_tb", "\U0001f9ec" * 15,
    ]  # fmt: skip


def test_the_same_tables_give_the_same_bytes():
    sheet = SheetTable("one", pd.DataFrame({"a": ["b"], "c": [1.5]}))
    first = workbook_bytes([sheet])
    assert first == workbook_bytes([sheet])
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2000-01-01T00:00:00Z" in archive.read("docProps/core.xml")


def test_a_workbook_is_replaced_by_force_alone_and_only_if_it_is_lensims(tmp_path):
    sheet, path = SheetTable("one", pd.DataFrame({"a": [1]})), tmp_path / "tables.xlsx"
    write_workbook(path, [sheet])
    with pytest.raises(InputError, match="must not exist yet"):
        write_workbook(path, [sheet])
    write_workbook(path, [sheet, sheet], force=True)
    assert openpyxl.load_workbook(path).sheetnames == ["one", "one 2"]
    path.write_bytes(b"mine")
    with pytest.raises(InputError, match="must be free or a file that lensim wrote there"):
        write_workbook(path, [sheet], force=True)


def test_other_endings_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"path suffix must be one of \.xlsx, got '\.xls'"):
        write_workbook(tmp_path / "tables.xls", [SheetTable("one", pd.DataFrame({"a": [1]}))])


@pytest.mark.parametrize(("bound", "what"), [("SHEET_ROWS", "rows"), ("SHEET_COLUMNS", "columns")])
def test_tables_larger_than_a_sheet_are_refused(monkeypatch, bound, what):
    monkeypatch.setattr(workbook_file, bound, 3)
    table = pd.DataFrame(np.zeros((4, 4)))
    with pytest.raises(InputError, match=rf"^sheet 'all' must have at most 3 {what}, got \d: write a CSV file$"):
        workbook_bytes([SheetTable("all", table)])


CELLS = st.one_of(
    st.text(max_size=40),
    st.text(st.sampled_from("=+-@\t\r\n'\"\x00_x0041_#"), max_size=12),
    st.floats(),
    st.integers(),
    st.booleans(),
    st.none(),
    st.dates(),
    st.datetimes(),
)


@settings(deadline=None, max_examples=30)
@given(st.lists(CELLS, min_size=1, max_size=12), st.text(max_size=50))
@example([sys.float_info.max, -sys.float_info.max, workbook_file.LARGEST], "largest")
def test_whatever_is_written_is_read_by_others_without_a_formula(values, name):
    content = workbook_bytes([SheetTable(name, pd.DataFrame({name: pd.Series(values, dtype=object)}), {}, name)])
    assert all(cell.data_type != "f" for cell in cells(content))
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert book.sheet_names == sheet_names([name])
    column = [row[0] for row in book.get_sheet_by_index(0).to_python(skip_empty_area=False)]
    for value, held in zip(values, column[1:], strict=False):
        if isinstance(value, bool | int) and abs(value) < 10**15:
            assert held == value
        if isinstance(value, float) and np.isfinite(value) and (value == 0 or abs(value) > 1e-300):
            assert held == pytest.approx(value, rel=1e-15, abs=0)
