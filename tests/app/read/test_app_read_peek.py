"""What dropped files have: the assay, columns, names, sheets."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from lensim.app.read.peek import Has, assay_of_files, look_at

WELLS = "cell_line,compound,dose_um,role,time_h,cpm\n" + "".join(
    f"{line},{drug},{dose},{'DMSO' if dose == 0 else 'treated'},{hour},{1000 - 90 * dose}\n"
    for line in ("A", "B")
    for drug in ("bortezomib",)
    for hour in (24, 72)
    for dose in (0, 1, 10)
)
CTS = "gene,subject,condition,ct\n" + "".join(
    f"{gene},P{subject},{condition},{20 + subject}\n"
    for gene in ("TNF", "RPL37A")
    for subject in (1, 2)
    for condition in ("untreated", "LPS")
)
ELISA = "well,role,concentration_pg_per_ml,od570\nA1,standard,10,0.5\nA2,blank,,0.1\n"
CYCLE = "cell_line,condition,phase,events\nA,untreated,G0/G1,10\nA,drug,S,20\n"


def _file(folder: Path, text: str, name: str = "table.csv") -> tuple[Path, ...]:
    path = folder / name
    path.write_text(text)
    return (path,)


@pytest.mark.parametrize(
    ("text", "assay"),
    [
        (WELLS, "dose_response"),
        (CTS, "expression"),
        (ELISA, "bioassay"),
        (CYCLE, "cell_cycle"),
        ("x\n", "dose_response"),
    ],
)
def test_the_content_shows_the_assay(tmp_path, text, assay):
    assert assay_of_files(_file(tmp_path, text)) == assay


def test_choices_are_filled_with_what_the_file_has(tmp_path):
    has = look_at(_file(tmp_path, WELLS), None)
    assert has.of("compound") == ("bortezomib",)
    assert has.of("role") == ("DMSO", "treated")
    assert has.columns["signal"] == "cpm"
    assert "time_h=24" in has.of("pairs")
    assert has.of("names")[0] == "cell_line"
    assert has.of("condition") == ()


def test_genes_conditions_and_subjects_of_cts(tmp_path):
    has = look_at(_file(tmp_path, CTS), None)
    assert has.of("gene") == ("TNF", "RPL37A")
    assert has.of("condition") == ("untreated", "LPS")
    assert has.of("subject") == ("P1", "P2")


def test_a_sheet_gives_what_the_export_lacks(tmp_path):
    [export] = _file(tmp_path, "gene,sample,ct\nTNF,1,20\nTNF,2,21\n", "run.csv")
    [sheet] = _file(tmp_path, "sample,subject,condition\n1,P1,untreated\n2,P1,LPS\n", "sheet.csv")
    assert look_at((export,), sheet).of("condition") == ("untreated", "LPS")


def test_the_header_of_a_sheet_is_the_row_of_known_names_under_titles_and_groups(tmp_path):
    book = Workbook()
    sheet = book.active
    sheet.append(["Experiments of March"])
    sheet.append(["Line", "Treatment", None, "Reading"])
    sheet.append(["cell_line", "drug", "dose (uM)", "signal (RLU)"])
    for dose in (0, 1, 10):
        sheet.append(["U266", "lenalidomide", dose, 1000 - dose])
    sheet.merge_cells("A1:D1")
    sheet.merge_cells("B2:C2")
    book.save(tmp_path / "panel.xlsx")
    has = look_at((tmp_path / "panel.xlsx",), None)
    assert has.columns["cell_line"] == "cell_line"
    assert has.of("cell_line") == ("U266",)
    assert has.of("compound") == ("lenalidomide",)
    assert has.of("condition") == ()


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"PK\x03\x04 no workbook", b"\xff" * 50, b'"a,b\n1'])
def test_a_file_that_cannot_be_read_has_nothing(tmp_path, content):
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    for assay in ("", "dose_response", "expression", "bioassay", "cell_cycle"):
        assert look_at((path,), None, assay).sheets == ()


@given(
    st.lists(
        st.text("abc xyz", min_size=1).map(lambda one: " ".join(one.split())).filter(bool), min_size=1, unique=True
    )
)
def test_a_column_that_is_chosen_for_a_meaning_gives_its_values(conditions):
    with TemporaryDirectory() as folder:
        rows = "".join(f"TNF,P1,{one},20\n" for one in conditions)
        has = look_at(_file(Path(folder), f"gene,subject,Time point,ct\n{rows}"), None)
    assert has.of("condition") == ()
    assert replace(has, chosen={"condition": "Time point"}).of("condition") == tuple(conditions)


def test_values_that_the_reader_lists_are_offered_beside_those_of_the_column():
    has = Has(values={"condition": ("pre", "post")})
    assert replace(has, asked={"condition": ("none", "pre")}).of("condition") == ("none", "pre", "post")
    assert replace(has, values={"condition": ("a, b", "c")}, asked={"condition": ("a", "b", "c")}).of("condition") == (
        "a, b",
        "c",
    )
