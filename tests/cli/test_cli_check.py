import sys

import numpy as np
import pandas as pd
import pytest

import lensim
from lensim.assay import find_assay
from lensim.cli.main import main
from lensim.dose_response import DoseResponseDesign
from tests.qc.test_qc_run import table_of
from tests.qc_runs import sample_rows
from tests.workbooks import workbook_bytes


def run(monkeypatch, capsys, *arguments: str) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["lensim", *arguments])
    with pytest.raises(SystemExit) as stop:
        main()
    said = capsys.readouterr()
    return int(stop.value.code or 0), said.out, said.err


@pytest.fixture
def cts(tmp_path):
    rows = sample_rows(np.random.default_rng(1))
    path = tmp_path / "cts.csv"
    names = ["plate", "well", "sample", "gene", "task", "ct", "quantity"]
    table = pd.DataFrame(rows, columns=names).drop(columns=["quantity", "task"])
    table["well"] = [f"{'ABCDEFGH'[k // 12]}{1 + k % 12}" for k in range(len(table))]
    table.to_csv(path, index=False)
    return path


def test_a_table_of_cts_without_a_sheet_is_known_by_its_content(monkeypatch, capsys, cts):
    status, out, err = run(monkeypatch, capsys, "check", str(cts))
    assert status == 0
    assert "run QC: 2 pass, 0 to look at, 0 fail" in out
    assert "not checked: no-template margin: the files name no wells without template" in err


def test_a_run_that_fails_ends_with_3_and_writes_its_findings(monkeypatch, capsys, cts, tmp_path):
    table = pd.read_csv(cts)
    table.loc[4, "ct"] += 3.0
    table.to_csv(cts, index=False)
    csv, xlsx = tmp_path / "qc.csv", tmp_path / "qc.xlsx"
    status, out, _ = run(monkeypatch, capsys, "check", "expression", str(cts), "--csv", str(csv), "--xlsx", str(xlsx))
    assert status == 3
    assert "p A5, TNF, s1" in out
    found = pd.read_csv(csv)
    assert found["status"].tolist() == ["pass", "fail"]
    assert pd.read_excel(xlsx)["status"].tolist() == ["pass", "fail"]
    assert run(monkeypatch, capsys, "check", "expression", str(cts), "--csv", str(csv))[0] in (2, 3)


def test_plates_of_several_compounds_are_checked_whole(monkeypatch, capsys, tmp_path):
    design = DoseResponseDesign(["K562", "HL60"], ["all"] * 2, experiments=2)
    _, data = lensim.simulate.dose_response(design, seed=1)
    find_assay("dose_response").write(data, tmp_path / "wells.csv")
    table = pd.read_csv(tmp_path / "wells.csv")
    table["compound"] = np.where(table["dose_um"] == 0, "", np.where(np.arange(len(table)) % 2, "a", "b"))
    table.to_csv(tmp_path / "wells.csv", index=False)
    status, out, _ = run(monkeypatch, capsys, "check", str(tmp_path / "wells.csv"))
    assert status in (0, 3)
    assert "untreated against plateau" in out


def test_ratios_have_nothing_to_check(monkeypatch, capsys, tmp_path):
    path = tmp_path / "ratios.csv"
    path.write_text("target,subject,condition,ratio\nTNF,s1,drug,2.0\n", encoding="utf-8")
    status, _, err = run(monkeypatch, capsys, "check", "expression", str(path))
    assert status == 2
    assert "ratios.csv: a table of ratios has no Ct, reactions are needed" in err
    path.write_text("target,subject,condition,log2_level\nTNF,s1,drug,2.0\nTNF,s2,none,1.0\n", encoding="utf-8")
    status, _, err = run(monkeypatch, capsys, "check", "expression", str(path))
    assert status == 2
    assert "ratios.csv: a table of levels has no Ct, reactions are needed" in err


def test_candidates_of_studies_of_by_say_which_study_and_are_read_back(monkeypatch, capsys, tmp_path):
    rng = np.random.default_rng(1)
    lines = ["plate,well,cell_line,dose_um,signal,time_h"]
    for hours in (48, 72):
        for row, dose in enumerate([0, 0.01, 0.1, 1, 10, 100]):
            for column in range(4):
                signal = 1000.0 * np.exp(0.02 * rng.standard_normal()) / (1.0 + dose)
                signal *= 8.0 if (hours, row, column) == (72, 3, 1) else 1.0
                lines.append(f"P1,{'ABCDEF'[row]}{column + 1},K562,{dose},{signal:.3f},{hours}")
    wells, out = tmp_path / "wells.csv", tmp_path / "out.csv"
    wells.write_text("\n".join(lines))
    given = ["check", "dose-response", str(wells), "--by", "time_h"]
    run(monkeypatch, capsys, *given, "--exclusions-out", str(out))
    table = pd.read_csv(out, dtype=str)
    assert ("D2", "72") in set(zip(table["well"], table["time_h"], strict=True))
    table[table["well"] == "D2"].assign(reason="tip").to_csv(out, index=False)
    status, text, err = run(monkeypatch, capsys, *given, "--exclude", str(out))
    assert status in (0, 3)
    assert "time_h = 72: note: 1 excluded before the fit by out.csv" in text + err


def test_a_choice_of_rows_needs_samples(monkeypatch, capsys, cts):
    status, _, err = run(monkeypatch, capsys, "check", "expression", str(cts), "--by", "plate")
    assert status == 2
    assert "--by and --where need a table or a --sheet that says which sample is which" in err


CTS = [["gene", "ct", "subject", "condition"]] + [
    [gene, ct + 0.1 * number, f"s{number}", condition]
    for number in range(3)
    for condition in ("control", "drug")
    for gene, ct in (("GAPDH", 18), ("MYC", 22))
    for _ in range(2)
]


def test_a_run_in_a_workbook_is_opened_as_the_readers_open_it(monkeypatch, capsys, tmp_path):
    path = tmp_path / "run.xlsx"
    path.write_bytes(workbook_bytes({"Notes": [["about", "x"], ["me", 1]], "Cts": CTS}))
    status, out, err = run(monkeypatch, capsys, "check", str(path), "--reference", "GAPDH")
    assert (status, "replicate spread" in out) == (0, True), err


def test_the_sheet_of_a_run_is_named_where_several_may_be_it(monkeypatch, capsys, tmp_path):
    path = tmp_path / "run.xlsx"
    path.write_bytes(workbook_bytes({"Plate 1": CTS, "Plate 2": CTS}))
    status, _, err = run(monkeypatch, capsys, "check", str(path), "--reference", "GAPDH")
    assert (
        status,
        "run.xlsx: the sheets 'Plate 1', 'Plate 2' may each be a table of Cts, of ratios or of levels" in err,
    ) == (
        2,
        True,
    )
    named = ("--worksheet", "Plate 2", "--reference", "GAPDH")
    status, out, err = run(monkeypatch, capsys, "check", str(path), *named)
    assert (status, "replicate spread" in out) == (0, True), err


def test_from_candidates_to_a_run_without_them(monkeypatch, capsys, cts, tmp_path):
    table = pd.read_csv(cts)
    table.loc[4, "ct"] += 3.0
    table.to_csv(cts, index=False)
    out = tmp_path / "candidates.csv"
    status, said, _ = run(monkeypatch, capsys, "check", str(cts), "--exclusions-out", str(out))
    assert (status, "1 well in" in said) == (3, True)
    status, _, err = run(monkeypatch, capsys, "check", str(cts), "--exclude", str(out))
    assert (status, "candidates.csv line 2: reason must say why" in err) == (2, True)
    filled = pd.read_csv(out, keep_default_na=False).assign(reason="air bubble")
    filled.to_csv(tmp_path / "out.csv", index=False)
    status, _, err = run(monkeypatch, capsys, "check", str(cts), "--exclude", str(tmp_path / "out.csv"))
    assert (status, "1 of 60 reactions are left out, as out.csv says" in err) == (0, True)


def test_a_clean_run_writes_no_candidates(monkeypatch, capsys, cts, tmp_path):
    out = tmp_path / "candidates.csv"
    _, said, _ = run(monkeypatch, capsys, "check", str(cts), "--exclusions-out", str(out))
    assert "no check names a single well" in said
    assert not out.exists()


def test_a_well_without_rt_that_is_excluded_has_no_margin(monkeypatch, capsys, tmp_path):
    path, out = tmp_path / "cts.csv", tmp_path / "out.csv"
    table_of(np.full((4, 2), 22.0), np.array([30.0, 0.0, 0.0, 23.0]), "as -RT").to_csv(path, index=False)
    given = ["check", str(path), "--reference", "GAPDH"]
    status, said, _ = run(monkeypatch, capsys, *given)
    assert (status, "P1, MYC, s2, drug" in said) == (3, True)
    out.write_text("plate,well,reason\nP1,H4,drop on the lid\n", encoding="utf-8")
    status, said, _ = run(monkeypatch, capsys, *given, "--exclude", str(out))
    assert (status, "no-RT margin" in said, "P1, MYC, s2, drug" in said) == (0, True, False)
