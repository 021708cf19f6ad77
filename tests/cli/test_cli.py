import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import lensim
from lensim.cli.main import main

HEADER = "cell_line,molecular_group,plate,dose_um,signal\n"
GOOD = [
    f"{line},g,p1,{dose},{1000 + 10 * replicate}\n"
    for line in "ab"
    for dose in (0, 0.1, 1, 10)
    for replicate in range(3)
]


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of one command, in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["lensim", *map(str, arguments)])
        patch.setenv("COLUMNS", "200")
        try:
            main()
            status = 0
        except SystemExit as stop:
            status = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    said = capsys.readouterr()
    return status, said.out, " ".join(said.err.split())


def fit(capsys: pytest.CaptureFixture[str], folder: Path, text: str | bytes, *options: str) -> tuple[int, str, str]:
    file = folder / "wells.csv"
    if isinstance(text, bytes):
        file.write_bytes(text)
    else:
        file.write_text(text)
    return run(capsys, "fit", "dose-response", file, "--out", folder / "fit.nc", *options)


BAD = {
    "missing column": (HEADER.replace("signal", "reading_a") + "".join(GOOD), "is missing; there are"),
    "text in a number": (HEADER + "a,g,p1,ten,1000\n" + "".join(GOOD), "line 2: dose_um must be a number, got 'ten'"),
    "negative dose": (HEADER + "a,g,p1,-3,1000\n" + "".join(GOOD), "line 2: dose_um must be 0 or more"),
    "no untreated well": (
        HEADER + "".join(row for row in GOOD if not row.startswith("b,g,p1,0,")),
        "cell line b on plate p1 has no untreated well",
    ),
    "empty file": ("", "is empty"),
    "only a header": (HEADER, "has a header"),
    "binary file": (b"PK\x03\x04\x00\x00" + bytes(200), "zip"),
    "bytes of nothing known": (bytes(range(256)) * 4, "binary"),
    "one line only": (
        HEADER + "".join(GOOD[:12]),
        "needs at least 2 cell lines, got only a: use dose_response_separate",
    ),
    "one dose only": (
        HEADER + "".join(row for row in GOOD if ",0," in row or ",1," in row),
        "cell line a: a curve needs at least 2 different doses above 0, got only 1",
    ),
    "all counts zero": (HEADER + "".join(",".join([*row.split(",")[:4], "0\n"]) for row in GOOD), "signals are 0"),
    "a NaN": (HEADER + "a,g,p1,1,NaN\n" + "".join(GOOD), "line 2: signal must be given, got 'NaN'"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_message_without_a_traceback(name, capsys, tmp_path):
    text, expected = BAD[name]
    status, _, error = fit(capsys, tmp_path, text, "--model", "dose_response_hierarchical")
    assert status == 2
    assert "error: " in error
    assert expected in error
    assert "Traceback" not in error
    assert not (tmp_path / "fit.nc").exists()


def test_duplicate_wells_name_both_lines(capsys, tmp_path):
    rows = "well,cell_line,plate,dose_um,signal\nA1,a,p,0,9\nA1,a,p,1,8\nA2,a,p,10,7\n"
    status, _, error = fit(capsys, tmp_path, rows)
    assert status == 2
    assert "line 3: well A1 of plate p is also on line 2" in error


def test_unknown_unit_is_told_the_units(capsys, tmp_path):
    status, _, error = fit(capsys, tmp_path, HEADER.replace("dose_um", "dose") + "".join(GOOD), "--dose-unit", "uMol")
    assert status == 2
    assert "--dose-unit must be one of M, mM, uM" in error


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (
            ("--model", "probit"),
            "model must be one of bioassay_calibration, cell_cycle_phases, dose_response_hierarchical",
        ),
        (("--column", "signal"), "--column must be NAME=VALUE, got 'signal'"),
        (("--column", "colour=red"), "column must say which is cell_line, dose, dose_unit, signal, "),
        (("--draws", "0"), "--draws must be a whole number from 1 to 1,000,000, got '0'"),
        (("--target-accept", "1.5"), "--target-accept must be a number from 0.5 to 0.999, got '1.5'"),
        (("--compound", "aspirin"), "aspirin"),
    ],
)
def test_bad_options_are_told_so(options, expected, capsys, tmp_path):
    status, _, error = fit(capsys, tmp_path, HEADER + "".join(GOOD), *options)
    assert status == 2
    assert expected in error


def test_nothing_is_overwritten_without_force(capsys, tmp_path):
    target = tmp_path / "fit.nc"
    target.write_text("mine")
    status, _, error = fit(capsys, tmp_path, HEADER + "".join(GOOD))
    assert status == 2
    assert "fit.nc must be free or a file that lensim wrote, got another: move it away, or choose another name" in error
    assert target.read_text() == "mine"
    target.write_text("")
    status, _, error = fit(capsys, tmp_path, HEADER + "".join(GOOD))
    assert status == 2
    assert "fit.nc must not exist yet, got a file of that name: add --force to replace it" in error


def test_simulate_writes_a_table_and_its_truth_and_a_seed_repeats_it(capsys, tmp_path):
    tables = []
    for name in ("one.csv", "two.csv"):
        status, said, _ = run(capsys, "simulate", "dose-response", "--out", tmp_path / name, "--seed", "7")
        assert status == 0
        assert "23 lines" in said
        tables.append((tmp_path / name).read_text())
    assert tables[0] == tables[1]
    assert (tmp_path / "one.truth.nc").exists()
    status, _, error = run(capsys, "simulate", "dose-response", "--out", tmp_path / "one.csv")
    assert status == 2
    assert "must not exist yet" in error
    assert (tmp_path / "one.csv").read_text() == tables[0]


def test_summarize_refuses_what_is_no_result(capsys, tmp_path):
    file = tmp_path / "notes.nc"
    file.write_text("notes")
    for target, expected in ((file, "must be a netCDF file"), (tmp_path / "no.nc", "must be a result file")):
        status, _, error = run(capsys, "summarize", target)
        assert status == 2
        assert expected in error


def test_the_version_is_that_of_the_package(capsys):
    assert run(capsys, "--version") == (0, f"lensim {lensim.__version__}\n", "")


def test_every_command_shows_an_example(capsys):
    for command in (("simulate", "dose-response"), ("fit", "dose-response"), ("summarize",)):
        status, said, _ = run(capsys, *command, "--help")
        assert status == 0
        assert "Example" in said


def test_help_does_not_wait_for_heavy_libraries():
    loaded = "import sys, lensim.cli.main; print([m for m in ('pymc', 'matplotlib', 'arviz') if m in sys.modules])"
    said = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


@pytest.mark.sampling
def test_a_users_file_goes_through_to_tables_and_figures(capsys, tmp_path):
    rng = np.random.default_rng(5)
    rows = []
    for line, ic50 in (("K1", 0.3), ("K2", 2.0), ("K3", np.inf)):
        for plate in ("p1", "p2"):
            for dose in (0, 30, 300, 3000, 30000):  # nM
                signal = 5000 / (1 + dose / 1000 / ic50) * np.exp(rng.normal(0, 0.1, 3))
                rows += [(line, plate, dose, value) for value in signal]
    file = tmp_path / "mine.csv"
    pd.DataFrame(rows, columns=["Line", "plate", "Conc (nM)", "RLU"]).to_csv(file, index=False)
    out = tmp_path / "fit.nc"
    common = ("--column", "cell_line=Line", "--column", "dose=Conc (nM)", "--column", "signal=RLU")
    status, said, error = run(
        capsys, "fit", "dose-response", file, *common, "--out", out, "--draws", "400", "--chains", "2", "--seed", "3"
    )
    assert status in (0, 3), error  # short chains may fail the gate; the result is written and says so
    assert out.exists()
    assert "K3" in said
    assert "> 30" in said
    status, said, error = run(
        capsys, "summarize", out, "--threshold-um", "1", "--csv", tmp_path / "t.csv", "--figures", tmp_path / "f"
    )
    assert status == 0, error
    table = pd.read_csv(tmp_path / "t.csv", index_col="cell_line")
    assert table.loc["K1", "ic50_um_lower"] < 0.3 < table.loc["K1", "ic50_um_upper"]
    assert np.isnan(table.loc["K3", "ic50_um"])
    assert table.loc["K2", "p_resistant"] > 0.9 > 0.1 > table.loc["K1", "p_resistant"]
    assert sorted(path.name for path in (tmp_path / "f").glob("[!.]*")) == [
        "curves.png",
        "ic50_forest.png",
        "posterior_predictive.png",
    ]
    status, _, error = run(capsys, "report", out, "--out", tmp_path / "page.html")
    assert status in (0, 3), error
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.count("<img") == 3
    assert "so its parameters are shown" not in page


def test_a_fit_of_a_panel_does_without_what_takes_long_to_load():
    loaded = (
        "import sys, lensim.fit_study\n"
        "from lensim.assay import find_assay\n"
        "from lensim.inference.catalogue import catalogue\n"
        "find_assay('dose_response'), catalogue()\n"
        "print([m for m in ('pymc', 'pytensor', 'matplotlib', 'arviz', 'scipy.stats') if m in sys.modules])"
    )
    ended = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"
