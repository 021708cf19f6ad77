"""Digests of the files that data were read from, in attrs and on the last sheet of workbooks."""

import hashlib
import zipfile

import pytest
import xarray as xr

import lensim
from lensim.input_digests import FILES_READ, digests_in, digests_of, with_digests
from lensim.result_workbook import INPUT, Entry, input_files
from tests.workbooks import workbook_bytes

WELLS = [["cell_line", "dose_um", "signal"], *[["K562", dose, 900 / (1 + dose)] for dose in (0, 0.1, 1, 10)]]


def sha(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_what_is_noted_comes_back():
    files = [("a b.csv", "00ff"), ("a b.csv", "11ff"), ("plan  two.csv", "22ff")]
    data = with_digests(xr.Dataset(), files)
    assert digests_in(data.attrs) == files
    assert digests_in(with_digests(data, files[:1]).attrs) == files
    assert FILES_READ not in with_digests(xr.Dataset(), []).attrs
    assert input_files(files[:1]) == [Entry(INPUT, "a b.csv", "SHA-256 00ff")]


def test_of_each_kind_of_file(tmp_path):
    table, book = tmp_path / "wells.csv", tmp_path / "more.xlsx"
    table.write_text("\n".join(",".join(map(str, row)) for row in WELLS))
    book.write_bytes(workbook_bytes({"a": WELLS, "b": [["x", "y"], [1, 2]]}))
    data = lensim.read.dose_response([table, book])
    assert digests_in(data.attrs) == [("wells.csv", sha(table)), ("more.xlsx", sha(book))]


def test_a_part_of_an_archive_has_the_digest_of_the_archive(tmp_path):
    rows = [f",A0{at},SYBR,{gene},Unkn,{one},{20 + at},NaN" for at, one in enumerate(("s0", "s1"), 1) for gene in "AB"]
    path, sheet = tmp_path / "run.zip", tmp_path / "samples.csv"
    with zipfile.ZipFile(path, "w") as file:
        header = ",Well,Fluor,Target,Content,Sample,Cq,Starting Quantity (SQ)"
        file.writestr("Quantification Cq Results.csv", "\n".join([header, *rows]))
    sheet.write_text("sample,subject,condition\ns0,d,control\ns1,d,drug\n")
    data = lensim.read.expression(path, sheet=sheet, references=["A"])
    assert digests_in(data.attrs) == [("run.zip", sha(path)), ("samples.csv", sha(sheet))]


def test_of_paths(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text("x = 1")
    assert digests_of([path, tmp_path, tmp_path / "none"]) == [("a.toml", sha(path))]


@pytest.mark.parametrize("text", ["", "odd", "00ff  a.csv\n\n"])
def test_odd_attrs_are_no_fault(text):
    assert all(len(one) == 2 for one in digests_in({FILES_READ: text}))
