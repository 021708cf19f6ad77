"""Workbooks of cyclers' programs: the sheet with the results is found, whatever the order of the sheets."""

import io
import zipfile

import pytest

from lensim.checks import InputError
from lensim.expression.read import opened, read_reactions
from tests.workbooks import workbook_bytes

RESULTS = [
    ["Block Type", "96-Well Block"],
    [None],
    ["Well", "Well Position", "Omit", "Sample Name", "Target Name", "Task", "Reporter", "CT"],
    [1, "A1", "false", "S1", "GAPDH", "UNKNOWN", "FAM", 18.25],
    [2, "A2", "false", "S1", "MYC", "UNKNOWN", "FAM", "Undetermined"],
]
SETUP = [
    ["Well", "Well Position", "Sample Name", "Target Name", "Task", "Reporter"],
    [1, "A1", "S1", "X", "UNKNOWN", "FAM"],
]
CURVES = [["Well", "Cycle", "Target Name", "Rn"], [1, 1, "GAPDH", 0.1]]


@pytest.mark.parametrize(
    "order", [("Results", "Sample Setup", "Amplification"), ("Amplification", "Sample Setup", "Results")]
)
def test_the_sheet_with_the_results_is_found(tmp_path, order):
    sheets = {"Results": RESULTS, "Sample Setup": SETUP, "Amplification": CURVES}
    path = tmp_path / "run.dat"
    path.write_bytes(workbook_bytes({name: sheets[name] for name in order}))
    found = read_reactions(path)
    assert [(one.well, one.gene, one.ct_cycles) for one in found.reactions] == [
        ("A1", "GAPDH", 18.25),
        ("A2", "MYC", None),
    ]
    assert found.paths == ("run.dat, sheet 'Results'",)
    assert found.reactions[0].plate == "run"


def test_a_table_without_targets_has_its_dyes(tmp_path):
    path = tmp_path / "run.xlsx"
    rows = [["Well Position", "Task", "Reporter", "Cq", "Threshold"], ["A1", "UNKNOWN", "VIC", 21.5, 0.1]]
    path.write_bytes(workbook_bytes({"Results": rows}))
    found = read_reactions(path)
    assert [(one.gene, one.ct_cycles) for one in found.reactions] == [("VIC", 21.5)]
    assert found.notes == (
        "run.xlsx, sheet 'Results': the table has no column for the target, so Reporter is read as it",
    )


def test_a_fault_names_the_sheet_and_its_row(tmp_path):
    path = tmp_path / "run.xlsx"
    path.write_bytes(workbook_bytes({"Results": [*RESULTS, [3, "Z99", "false", "S1", "MYC", "UNKNOWN", "FAM", 20]]}))
    with pytest.raises(
        InputError, match=r"^run\.xlsx, sheet 'Results', cell B6: Well Position must be a well such as A1"
    ):
        read_reactions(path)


def test_other_files_stay_as_they_are(tmp_path):
    path = tmp_path / "notes.xlsx"
    path.write_bytes(workbook_bytes({"Sheet1": [["a", "b"], [1, 2]]}))
    (source,) = opened([path])
    assert source.raw == path.read_bytes()


CFX = ",Well,Fluor,Target,Content,Sample,Cq,Starting Quantity (SQ)\n,A01,SYBR,GAPDH,Unkn,S1,18.25,NaN\n"
SUMMARY = ",Well,Fluor,Content,Cq\n,A01,SYBR,Unkn,18.25\n"


def archive(members: dict[str, str | bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    return packed.getvalue()


def test_an_archive_of_cfx_is_read_by_its_table_of_cqs(tmp_path):
    path = tmp_path / "run.zip"
    members = {
        "r - Quantification Summary_0.csv": SUMMARY,
        "r - Quantification Cq Results_0.csv": CFX,
        "r.png": b"\x89PNG",
    }
    path.write_bytes(archive({**members, "r - Run Information.csv": "File Name,run.pcrd\n"}))
    found = read_reactions(path)
    assert [(one.well, one.gene, one.sample, one.ct_cycles) for one in found.reactions] == [
        ("A01", "GAPDH", "S1", 18.25)
    ]
    assert found.paths == ("run.zip file 'r - Quantification Cq Results_0.csv'",)
    assert found.instrument == "Bio-Rad CFX"


def test_a_summary_of_all_wells_does_not_count_beside_the_results(tmp_path):
    path = tmp_path / "run.zip"
    whole = SUMMARY.replace("Content,Cq", "Target,Content,Sample,Cq,SQ").replace(
        "Unkn,18.25", "GAPDH,Unkn,S1,18.25,NaN"
    )
    path.write_bytes(archive({"r - Quantification Summary_0.csv": whole, "r - Quantification Cq Results_0.csv": CFX}))
    assert read_reactions(path).paths == ("run.zip file 'r - Quantification Cq Results_0.csv'",)


def test_a_workbook_in_an_archive_is_read_by_its_sheet(tmp_path):
    path = tmp_path / "run.zip"
    path.write_bytes(archive({"results.xlsx": workbook_bytes({"Results": RESULTS})}))
    assert read_reactions(path).paths == ("run.zip file 'results.xlsx', sheet 'Results'",)


def test_several_tables_of_results_in_an_archive_are_refused(tmp_path):
    path = tmp_path / "runs.zip"
    path.write_bytes(archive({"a.csv": CFX, "b.csv": CFX}))
    with pytest.raises(InputError) as told:
        read_reactions(path)
    assert str(told.value) == (
        "runs.zip: several files in the archive have results, 'a.csv' and 'b.csv': unpack it, and name one"
    )


def test_an_archive_without_results_is_told_to_be_one(tmp_path):
    path = tmp_path / "other.zip"
    path.write_bytes(archive({"a.csv": "x,y\n1,2\n"}))
    with pytest.raises(InputError, match=r"^other\.zip: the file is a zip archive, .*: unpack it first"):
        read_reactions(path)


def test_a_damaged_archive_is_refused(tmp_path):
    path = tmp_path / "run.zip"
    raw = bytearray(archive({"a.csv": CFX}))
    raw[45] ^= 255
    path.write_bytes(bytes(raw))
    with pytest.raises(InputError, match=r"^run\.zip: the zip archive is damaged, its archive cannot be unpacked"):
        read_reactions(path)


TIDY = [["gene", "ct_cycles", "subject", "condition"], ["MYC", 21.5, "s1", "untreated"]]


def test_a_table_in_a_workbook_is_read_as_in_a_file_of_text(tmp_path):
    path = tmp_path / "run.xlsx"
    path.write_bytes(workbook_bytes({"Notes": [["about", "x"], ["me", 1]], "Cts": TIDY}))
    found = read_reactions(path)
    assert [(one.gene, one.ct_cycles) for one in found.reactions] == [("MYC", 21.5)]
    assert found.paths == ("run.xlsx, sheet 'Cts'",)
