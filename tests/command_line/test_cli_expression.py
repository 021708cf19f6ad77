from pathlib import Path

import pytest

from lensim.maiga2013.expression_twin import expression_design
from tests.command_line.test_cli import run

SHEET = "sample,subject,cell_type,condition,experiment\nc1,a,line,untreated,1\nt1,a,line,drug,1\n"
EXPORT = (
    "Well\tWell Name\tWell Type\tReplicate\tThreshold (dRn)\tCt (dRn)\t\r\n"
    "A1\tc1\tUnknown\t1\t0.2\t22.50\t\r\n"
    "A2\tt1\tUnknown\t1\t0.2\tNo Ct\t\r\n"
)
TIDY = "gene,is_reference,subject,condition,is_control,ct_cycles\n"
ROWS = ["R,1,a,untreated,1,22\n", "R,1,a,drug,0,22.1\n", "T,0,a,untreated,1,27\n", "T,0,a,drug,0,26\n"]


def saved(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def test_a_twin_is_written_once(tmp_path, capsys):
    path = tmp_path / "cts.csv"
    status, said, _ = run(capsys, "simulate", "qpcr", "--out", str(path), "--seed", "3")
    assert status == 0
    assert "22 subjects" in said
    rows = path.read_text().count("\n") - 1
    assert rows > len(expression_design().subjects) * 4 * 2 * 2 * 2 * 0.95
    status, _, err = run(capsys, "simulate", "qpcr", "--out", str(path))
    assert status == 2
    assert "--force" in err


def test_an_export_becomes_a_tidy_table(tmp_path, capsys):
    export, out = saved(tmp_path, "run1.txt", EXPORT), tmp_path / "cts.csv"
    status, said, _ = run(capsys, "read", "qpcr", str(export), "--out", str(out))
    assert status == 0
    assert "not detected" in said
    assert out.read_text().count("\n") == 3


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (TIDY + "".join(ROWS[2:]), (), "reference"),
        (TIDY + "".join(ROWS), ("--calibrator", "z"), "--calibrator must be one of a, got 'z'"),
        (TIDY + ROWS[1] + ROWS[3], (), "control"),
        (TIDY + "".join(ROWS) + "T,0,a,drug,0,41\n", (), "line 6"),
        (TIDY + "".join(ROWS) + "T,0,a,drug,0,late\n", (), "line 6"),
        ("", (), "empty"),
        (EXPORT, (), "--sheet must say which sample is which, got none: cts.csv is of the format mxpro"),
    ],
)
def test_a_faulty_file_is_one_message(tmp_path, capsys, text, options, message):
    file, out = saved(tmp_path, "cts.csv", text), tmp_path / "fit.nc"
    status, _, err = run(capsys, "fit", "expression", str(file), "--out", str(out), *options)
    assert (status, out.exists()) == (2, False)
    assert message in err
    assert "Traceback" not in err


def test_exports_need_a_reference_and_a_control(tmp_path, capsys):
    export, sheet = saved(tmp_path, "run1.txt", EXPORT), saved(tmp_path, "samples.csv", SHEET)
    arguments = ("fit", "expression", str(export), "--sheet", str(sheet), "--out", str(tmp_path / "fit.nc"))
    status, _, err = run(capsys, *arguments)
    assert (status, "--reference must name at least one gene" in err) == (2, True)
    status, _, err = run(capsys, *arguments, "--reference", "R")
    assert (status, "--control must name the condition" in err) == (2, True)
    status, _, err = run(capsys, *arguments, "--reference", "R", "--control", "untreated")
    assert status == 2
    assert "gene" in err


def test_compare_wants_a_result(tmp_path, capsys):
    status, _, err = run(capsys, "compare", str(saved(tmp_path, "cts.csv", TIDY)))
    assert (status, "must be a netCDF file written by lensim" in err) == (2, True)
