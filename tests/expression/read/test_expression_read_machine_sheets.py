"""Workbooks of cyclers' programs: the sheet with the results is found, whatever the order of the sheets."""

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
    assert found.paths == ("run.dat sheet 'Results'",)
    assert found.reactions[0].plate == "run"


def test_a_table_without_targets_has_its_dyes(tmp_path):
    path = tmp_path / "run.xlsx"
    rows = [["Well Position", "Task", "Reporter", "Cq", "Threshold"], ["A1", "UNKNOWN", "VIC", 21.5, 0.1]]
    path.write_bytes(workbook_bytes({"Results": rows}))
    found = read_reactions(path)
    assert [(one.gene, one.ct_cycles) for one in found.reactions] == [("VIC", 21.5)]
    assert found.notes == (
        "run.xlsx sheet 'Results': the table has no column for the target, so Reporter is read as it",
    )


def test_a_fault_names_the_sheet_and_its_row(tmp_path):
    path = tmp_path / "run.xlsx"
    path.write_bytes(workbook_bytes({"Results": [*RESULTS, [3, "Z99", "false", "S1", "MYC", "UNKNOWN", "FAM", 20]]}))
    with pytest.raises(InputError, match=r"^run\.xlsx sheet 'Results' line 6: Well Position must be a well such as A1"):
        read_reactions(path)


def test_other_files_stay_as_they_are(tmp_path):
    path = tmp_path / "notes.xlsx"
    path.write_bytes(workbook_bytes({"Sheet1": [["a", "b"], [1, 2]]}))
    (source,) = opened([path])
    assert source.raw == path.read_bytes()
