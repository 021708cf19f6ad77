"""Sheets of workbooks as text: values, merged cells, marks, and workbooks that are refused."""

import datetime as dt
import io
import zipfile

import pytest

from lensim import limits
from lensim.checks import InputError
from lensim.tables.workbook import cell_name, is_workbook, read_workbook, workbook_of
from tests.workbooks import workbook_bytes


def read(**sheets):
    return {one.name: one for one in workbook_of(workbook_bytes(sheets), "book.xlsx").sheets}


def refusal(raw):
    with pytest.raises(InputError) as caught:
        workbook_of(raw, "book.xlsx")
    return str(caught.value)


def with_part(raw, name, change):
    """A workbook of which one part is changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for one in before.namelist():
            content = before.read(one)
            after.writestr(one, change(content) if one == name else content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3"),
        (-2.0, "-2"),
        (0.123456789012, "0.123456789012"),
        (1e-07, "1e-07"),
        (123456789012345, "123456789012345"),
        (True, "TRUE"),
        (False, "FALSE"),
        (dt.date(2026, 3, 1), "2026-03-01"),
        (dt.datetime(2026, 3, 1, 14, 30), "2026-03-01 14:30:00"),
        (dt.time(3, 4), "03:04:00"),
        (dt.timedelta(hours=30), "30:00:00"),
        ("  text\xa0", "text"),
        ("1,5", "1,5"),
        ("0012", "0012"),
    ],
)
def test_a_cell_is_the_text_of_a_csv(value, text):
    assert read(One=[["a"], [value]])["One"].rows == [["a"], [text]]


def test_rows_and_cells_stay_where_they_are():
    def build(book):
        book.active["C3"] = 1

    raw = workbook_bytes({"One": []}, build)
    assert workbook_of(raw, "b").sheets[0].rows == [["", "", ""], ["", "", ""], ["", "", "1"]]


def test_errors_formulas_and_percentages_are_marked():
    def build(book):
        sheet = book.active
        sheet["A2"], sheet["B2"], sheet["C2"] = "#DIV/0!", "=A1+1", 0.85
        sheet["C2"].number_format = "0.0%"
        sheet["D2"] = 0.5
        sheet["D2"].number_format = '0.0" % of it"'
        sheet.row_dimensions[2].hidden = True

    one = workbook_of(workbook_bytes({"One": [["a", "b", "c", "d"]]}, build), "b").sheets[0]
    assert one.rows == [["a", "b", "c", "d"], ["#DIV/0!", "", "0.85", "0.5"]]
    assert one.marks.errors == {(1, 0): "#DIV/0!"}
    assert one.marks.without_value == [(1, 1)]
    assert one.marks.percentages == [(1, 2)]
    assert one.marks.hidden_rows == [1]


def test_a_formula_has_its_saved_value():
    def build(book):
        book.active["A1"] = "=1+1"

    def saved(content):
        return content.replace(b"<v />", b"<v>2</v>").replace(b"<v></v>", b"<v>2</v>")

    raw = with_part(workbook_bytes({"One": []}, build), "xl/worksheets/sheet1.xml", saved)
    one = workbook_of(raw, "b").sheets[0]
    assert (one.rows, one.marks.without_value) == ([["2"]], [])


def test_hidden_sheets_are_told_and_charts_left_out():
    def build(book):
        book.create_chartsheet("Chart")
        book.create_sheet("Old").sheet_state = "veryHidden"

    sheets = workbook_of(workbook_bytes({"One": [["a"]]}, build), "b").sheets
    assert [(one.name, one.is_hidden) for one in sheets] == [("One", False), ("Old", True)]


def test_merged_cells_are_filled_but_titles_are_not():
    def build(book):
        for area in ("A1:D1", "A2:A3", "B2:C2", "A4:A5"):
            book.active.merge_cells(area)

    rows = [
        ["Growth", None, None, None],
        ["gene", "control", None, "note"],
        [None, "r1", "r2", None],
        ["MYC", 1, 2, None],
        [None, 3, 4, None],
    ]
    assert workbook_of(workbook_bytes({"One": rows}, build), "b").sheets[0].rows == [
        ["Growth", "", "", ""],
        ["gene", "control", "control", "note"],
        ["gene", "r1", "r2", ""],
        ["MYC", "1", "2", ""],
        ["MYC", "3", "4", ""],
    ]


def test_names_of_cells():
    assert [cell_name(11, at) for at in (0, 2, 25, 26, 701, 702)] == ["A12", "C12", "Z12", "AA12", "ZZ12", "AAA12"]


def test_a_workbook_is_known_by_content(tmp_path):
    path = tmp_path / "book.csv"
    path.write_bytes(workbook_bytes({"One": [["a", 1]]}))
    assert is_workbook(path.read_bytes())
    assert read_workbook(path).sheets[0].rows == [["a", "1"]]
    assert not is_workbook(b"a,b\n1,2\n")
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("rdml_data.xml", "<rdml/>")
    assert not is_workbook(other.getvalue())


def test_a_sheet_that_extends_too_far_is_refused():
    def build(book):
        book.active.cell(20_001, 1_000, 1)

    assert refusal(workbook_bytes({"One": []}, build)) == (
        "book.xlsx, sheet 'One' must have at most 10,000,000 cells, got 20,001,000: leave out columns that are not "
        "needed"
    )


def test_cells_without_content_extend_nothing():
    def build(book):
        book.active.cell(1_048_576, 16_384).number_format = "0.0"

    assert workbook_of(workbook_bytes({"One": [["a"]]}, build), "b").sheets[0].rows == [["a"]]


def test_an_archive_that_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(limits, "WORKBOOK_BYTES", 1_000)
    assert "book.xlsx: a workbook must unpack to at most 1,000 bytes, got more in " in refusal(
        workbook_bytes({"One": [["a"]]})
    )


def test_an_archive_with_too_many_parts_is_refused(monkeypatch):
    monkeypatch.setattr(limits, "WORKBOOK_MEMBERS", 3)
    assert "must have at most 3 parts in its archive, got " in refusal(workbook_bytes({"One": [["a"]]}))


def test_too_many_sheets_are_refused(monkeypatch):
    monkeypatch.setattr(limits, "WORKBOOK_SHEETS", 1)
    assert refusal(workbook_bytes({"One": [["a"]], "Two": [["a"]]})) == (
        "book.xlsx: a workbook must have at most 1 sheets, got 2: copy the sheets with the tables into a new workbook"
    )


def test_a_declared_document_type_is_refused():
    def declared(content):
        return content.replace(b"<worksheet", b'<!DOCTYPE w [<!ENTITY a "b">]><worksheet', 1)

    raw = with_part(workbook_bytes({"One": [["a"]]}), "xl/worksheets/sheet1.xml", declared)
    assert refusal(raw) == (
        "book.xlsx, sheet 'One': the workbook declares a document type (DTD), which none has: save it again"
    )


def test_damaged_workbooks_are_refused():
    raw = workbook_bytes({"One": [["a"]]})
    cut = with_part(raw, "xl/worksheets/sheet1.xml", lambda content: content[:-30])
    assert "book.xlsx, sheet 'One': the workbook is damaged, its XML cannot be read (" in refusal(cut)
    assert refusal(raw[: len(raw) // 2]).startswith("book.xlsx must be a workbook")


def test_passwords_are_told():
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    assert refusal(locked) == (
        "book.xlsx: the workbook is protected by a password: open it in the spreadsheet, save it without a password, "
        "and read that"
    )


def test_old_documents_are_told():
    other = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le")
    assert refusal(other) == (
        "book.xlsx: the file is of an old Office program, but no workbook: save the table as .xlsx"
    )


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(InputError, match="must be a file, got a folder"):
        read_workbook(tmp_path)
