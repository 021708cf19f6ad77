"""Workbooks that lensim writes, against what Excel needs of their parts and as three other readers see them."""

import io
import zipfile

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from lensim.result_workbook import Entry, NamedTable, write_result_workbook
from lensim.workbook_file import SheetTable, workbook_bytes
from tests.workbook_rules import broken_rules

ODD = ["=1+1", "+2", "-3", "@SUM(A1)", "=cmd|' /C calc'!A0", "2026-03-01", "MARCH1", "1e5", "007", "#N/A", "_x0041_"]
HARD = ["\x00\x1b", "\ud800", "µM", "a\r\nb", "\t=1", "x" * 40_000, "\U0001f9ec"]
TEXT = st.text(max_size=40) | st.sampled_from([*ODD, *HARD])
CELL = TEXT | st.floats() | st.integers(-(10**18), 10**18) | st.booleans() | st.none()


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(TEXT, st.lists(CELL, max_size=4)), min_size=1, max_size=4))
def test_whatever_tables_hold_the_parts_are_as_excel_needs_them(tmp_path_factory, tables):
    path = tmp_path_factory.mktemp("book") / "book.xlsx"
    sheets = [SheetTable(name, pd.DataFrame({name: pd.Series(cells, dtype=object)})) for name, cells in tables]
    path.write_bytes(workbook_bytes(sheets))
    assert broken_rules(path) == []
    book, other = openpyxl.load_workbook(path), CalamineWorkbook.from_path(path)
    assert book.sheetnames == other.sheet_names == list(pd.read_excel(path, sheet_name=None, header=None))
    for name in book.sheetnames:
        seen = [one for row in book[name].iter_rows(values_only=True) for one in row if one is not None]
        others = [one for row in other.get_sheet_by_name(name).to_python() for one in row if one != ""]
        assert [type(one) in (int, float) for one in seen] == [type(one) in (int, float) for one in others]


def test_a_result_as_three_readers_see_it(tmp_path):
    frame = pd.DataFrame(
        {"line": ["=1+1", "MARCH1"], "ic50": ["> 10 (from 4.1)", "1.2 (0.80 to 1.9)"], "ic50_um": [float("nan"), 1.234]}
    )
    path = tmp_path / "result.xlsx"
    write_result_workbook(
        path, [NamedTable("lines", frame, "IC50s", {"ic50": "µM"})], [Entry("fit", "seed", 1)], inputs=[]
    )
    assert broken_rules(path) == []
    header = ["line", "ic50 [µM]", "ic50_number [µM]", "ic50_flag", "ic50_um [µM]"]
    rows = [["=1+1", "> 10 (from 4.1)", 10.0, "above", None], ["MARCH1", "1.2 (0.80 to 1.9)", 1.2, None, 1.234]]
    sheet = openpyxl.load_workbook(path)["lines"]
    found = [list(row) for row in sheet.iter_rows(values_only=True)][: len(rows) + 1]
    assert found[0] == header
    assert [[row[at] for at in (0, 1, 3)] for row in found[1:]] == [[row[at] for at in (0, 1, 3)] for row in rows]
    assert [type(row[2]) in (int, float) for row in found[1:]] == [True, True]
    by_calamine = CalamineWorkbook.from_path(path).get_sheet_by_name("lines").to_python()
    assert by_calamine[1][:2] == rows[0][:2]
    assert isinstance(by_calamine[1][2], float)
    by_pandas = pd.read_excel(path, sheet_name="lines")
    assert list(by_pandas.columns) == header
    assert by_pandas[header[2]].dtype.kind == "f"
    assert by_pandas[header[0]].tolist()[:2] == ["=1+1", "MARCH1"]


def changed(raw: bytes, name: str, old: bytes, new: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as archive, zipfile.ZipFile(made, "w") as other:
        for one in archive.namelist():
            content = archive.read(one)
            if one == name:
                assert old in content
                content = content.replace(old, new)
            other.writestr(one, content)
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "old", "new", "rule"),
    [
        ("xl/workbook.xml", b'name="lines"', b'name="a/b"', "name of a sheet: 'a/b'"),
        ("xl/workbook.xml", b'name="lines"', b'name="ABOUT"', "names of sheets are not unique"),
        ("[Content_Types].xml", b"/xl/styles.xml", b"/xl/other.xml", "no content type: xl/styles.xml"),
        ("xl/_rels/workbook.xml.rels", b"styles.xml", b"none.xml", "points to"),
        ("xl/worksheets/sheet1.xml", b"<v>1.5</v>", b"<f>1+1</f><v>1.5</v>", "cell A2 has a formula"),
        ("xl/worksheets/sheet1.xml", b"<v>1.5</v>", b"<v>nan</v>", "cell A2 has the number 'nan'"),
        ("xl/worksheets/sheet1.xml", b'r="A2"', b'r="A1"', "is there twice"),
    ],
)
def test_each_rule_can_be_broken(tmp_path, name, old, new, rule):
    raw = workbook_bytes([SheetTable(one, pd.DataFrame({"x": [1.5]})) for one in ("lines", "about")])
    path = tmp_path / "book.xlsx"
    path.write_bytes(changed(raw, name, old, new))
    assert rule in "\n".join(broken_rules(path))
