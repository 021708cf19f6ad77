"""Every kind of bad RT-qPCR input from the command line: one message, exit status 2, nothing written."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from lensim.checks import InputError
from lensim.expression import classical_comparison as inference_compare
from lensim.expression.read import read_cts
from lensim.inference.observations import attach_observations
from lensim.inference.verdict import Verdict, carry_verdict
from lensim.output import save_result
from tests.cli.test_cli import run

GENES = {"TNF": (27.0, 0), "R": (22.0, 1)}


def refused(capsys: pytest.CaptureFixture[str], folder: Path, *arguments: object) -> str:
    """What a command says that must refuse its input: one message, exit status 2, no file more or less."""
    before = sorted(folder.rglob("*"))
    status, _, err = run(capsys, *map(str, arguments))
    assert (status, sorted(folder.rglob("*"))) == (2, before)
    assert "Traceback" not in err
    assert err.count("error: ") == 1
    return err


def table() -> pd.DataFrame:
    """Two subjects, two conditions, duplicates; a dilution series of three points for each gene."""
    rows = []
    for gene, (ct, is_reference) in GENES.items():
        for subject in ("a", "b"):
            for condition in ("untreated", "drug"):
                for replicate in range(2):
                    shift = -1.0 if condition == "drug" and not is_reference else 0.0
                    rows.append(
                        ("unknown", gene, is_reference, subject, condition, ct + shift + 0.1 * replicate, np.nan)
                    )
        for quantity in (10.0, 1.0, 0.1):
            rows.append(("standard", gene, is_reference, "", "", ct - 3.4 * np.log10(quantity), quantity))
    names = ["task", "gene", "is_reference", "subject", "condition", "ct_cycles", "quantity"]
    made = pd.DataFrame(rows, columns=names)
    made.insert(0, "well", [f"{'ABCDEFGH'[k // 12]}{k % 12 + 1}" for k in range(len(made))])
    made["is_control"] = (made["condition"] == "untreated").astype(float)  # as pandas writes a column with gaps
    made.loc[made["task"] == "standard", "is_control"] = np.nan
    return made


def without_reference(data: pd.DataFrame) -> pd.DataFrame:
    return data.assign(is_reference=0)


def silent_reference(data: pd.DataFrame) -> pd.DataFrame:
    return data.assign(ct_cycles=data["ct_cycles"].where(data["gene"] != "R", "Undetermined"))


def no_control(data: pd.DataFrame) -> pd.DataFrame:
    return data[~((data["subject"] == "b") & (data["condition"] == "untreated"))]


def well_twice(data: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([data, data.iloc[[3]]])


def two_dilutions(data: pd.DataFrame) -> pd.DataFrame:
    return data[data["quantity"] != 0.1]


def wrong_slope(data: pd.DataFrame) -> pd.DataFrame:
    return data.assign(ct_cycles=data["ct_cycles"].where(data["task"] != "standard", 55 - data["ct_cycles"]))


def above_limit(data: pd.DataFrame) -> pd.DataFrame:
    return data.assign(ct_cycles=data["ct_cycles"].where(data.index != 1, 45.2))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (without_reference, "references must name at least one reference gene, got none; the genes are TNF, R"),
        (silent_reference, "the reference gene R must be detected at least once, got no Ct in 8 wells"),
        (no_control, "subject b under drug in experiment 1 has no control sample (untreated, same subject"),
        (well_twice, "well A4, TNF is also on line 5"),
        (
            two_dilutions,
            "the dilution series of TNF must have at least 3 different quantities with a Ct, got 2 (10, 1)",
        ),
        (wrong_slope, "Ct must fall with quantity in the dilution series of TNF, got a slope of +3.4 cycles per"),
        (
            above_limit,
            "ct_cycles must be at most 40 cycles, got 45.2; if more cycles were run, state them: --cycle-limit 50",
        ),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_spoilt_table_is_one_message(tmp_path, capsys, spoil, message):
    path = tmp_path / "cts.csv"
    spoil(table()).to_csv(path, index=False)
    err = refused(capsys, tmp_path, "fit", "expression", path, "--out", tmp_path / "fit.nc")
    assert message in err
    assert "error: cts.csv" in err


def reached(*arguments: object, **options: object) -> None:
    raise InputError("the fit was reached")


@pytest.mark.parametrize("decimal", [".", ","])
def test_a_good_table_is_counted_and_fitted(tmp_path, capsys, monkeypatch, decimal):
    """Points and commas alike; pandas' 1.0 for a flag is a flag."""
    monkeypatch.setattr("lensim.face.fit.fit_study", reached)
    path = tmp_path / "cts.csv"
    table().to_csv(path, index=False, sep=";", decimal=decimal)
    status, _, err = run(capsys, "fit", "expression", str(path), "--out", str(tmp_path / "fit.nc"))
    assert (status, "the fit was reached" in err) == (2, True)
    assert "16 reactions of 2 genes in 4 samples of 2 subjects, 0 not detected" in " ".join(err.split())
    assert "neither a dilution series" not in err


def test_a_stated_factor_stands_in_for_a_short_series(tmp_path, capsys, monkeypatch):
    """The remedy that the message names."""
    monkeypatch.setattr("lensim.face.fit.fit_study", reached)
    path, factors = tmp_path / "cts.csv", tmp_path / "factors.csv"
    two_dilutions(table()).to_csv(path, index=False)
    factors.write_text("gene,amplification_factor\nTNF,1.95\nR,1.97\n")
    err = refused(capsys, tmp_path, "fit", "expression", path, "--factors", factors, "--out", tmp_path / "fit.nc")
    assert "the fit was reached" in err


@pytest.mark.parametrize(
    ("limit", "message"), [("46", "the fit was reached"), ("-1", "--cycle-limit must be a number from 1 to 1,000")]
)
def test_a_stated_limit_counts(tmp_path, capsys, monkeypatch, limit, message):
    monkeypatch.setattr("lensim.face.fit.fit_study", reached)
    path = tmp_path / "cts.csv"
    above_limit(table()).to_csv(path, index=False)
    options = ("--cycle-limit", limit, "--out", tmp_path / "fit.nc")
    assert message in refused(capsys, tmp_path, "fit", "expression", path, *options)


def test_genes_of_unknown_efficiency_are_told(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("lensim.face.fit.fit_study", reached)
    path, factors = tmp_path / "cts.csv", tmp_path / "factors.csv"
    made = table()
    made[made["task"] != "standard"].to_csv(path, index=False)
    factors.write_text("gene,amplification_factor\nR,1.97\n")
    _, _, err = run(capsys, "fit", "expression", str(path), "--out", str(tmp_path / "fit.nc"))
    assert "neither a dilution series nor a stated factor for TNF, R: the fit takes the prior" in err
    stated = ("--factors", str(factors))
    _, _, err = run(capsys, "fit", "expression", str(path), "--out", str(tmp_path / "fit.nc"), *stated)
    assert "neither a dilution series nor a stated factor for TNF: the fit takes the prior" in err
    factors.write_text("gene,amplification_factor\nIL6,1.97\n")
    status, _, err = run(capsys, "fit", "expression", str(path), "--out", str(tmp_path / "fit.nc"), *stated)
    assert (status, "an amplification factor is stated for 'IL6', which is none of TNF, R" in err) == (2, True)


SHEET = (
    "sample,subject,cell_type,condition,experiment\nc1,a,line,untreated,1\nt1,a,line,drug,1\n"
    "c2,b,line,untreated,1\nt2,b,line,drug,1\n"
)
HEADER = "Well\tWell Name\tWell Type\tTarget\tCt (dRn)\tQuantity (copies)\t\n"
ROLES = ("--reference", "R", "--control", "untreated")


def export() -> str:
    """A text report of MxPro of four samples and two genes in duplicate, three dilutions of each gene."""
    rows = [
        ("Unknown", sample, gene, ct - shift + 0.1 * replicate, "")
        for sample, shift in (("c1", 0), ("t1", 1), ("c2", 0), ("t2", 1))
        for gene, ct in (("TNF", 27.0), ("R", 22.0))
        for replicate in range(2)
    ]
    rows += [
        ("Standard", f"std{step}", gene, ct + 3.4 * step, 10 ** (3 - step))
        for gene, ct in (("TNF", 25.0), ("R", 20.0))
        for step in range(3)
    ]
    return HEADER + "".join(
        f"{'ABCDEFGH'[at // 12]}{at % 12 + 1}\t{sample}\t{task}\t{gene}\t{ct:.2f}\t{quantity}\t\n"
        for at, (task, sample, gene, ct, quantity) in enumerate(rows)
    )


def lines(text: str, change: Callable[[str], str]) -> str:
    return "".join(change(line) for line in text.splitlines(keepends=True))


def silenced(line: str) -> str:
    return re.sub(r"\tR\t[0-9.]+", r"\tR\tNo Ct", line) if "Unknown" in line else line


def turned(line: str) -> str:
    told = re.compile(r"(?<=\tTNF\t)[0-9.]+")
    return told.sub(lambda ct: f"{60 - float(ct.group()):.2f}", line) if "Standard" in line else line


NO_CONTROL = SHEET.replace("c2,b,line,untreated,1", "c2,a,line,untreated,2")
SPOILT_EXPORTS = {
    "no reference named": (
        export(), SHEET, ROLES[2:], "references must name at least one reference gene, got none; the genes are TNF, R",
    ),
    "no control named": (
        export(), SHEET.replace("untreated", "mock"), ROLES[:2],
        "error: sheet.csv: one of the conditions mock, drug must be the control that the others are compared with, "
        "got none: name it, such as --control mock, or mark it in a column is_control",
    ),
    "reference of another study": (
        export(), SHEET, ("--reference", "ACTB", *ROLES[2:]),
        "error: run1.txt: the reference gene 'ACTB' has no reaction; the genes are TNF, R",
    ),
    "reference never amplifies": (
        lines(export(), silenced), SHEET, ROLES,
        "error: run1.txt: the reference gene R must be detected at least once, got no Ct in 8 wells",
    ),
    "treated without control": (
        export(), NO_CONTROL, ROLES,
        "error: run1.txt line 14: subject b under drug in 1 has no control sample (untreated, same subject and",
    ),
    "well twice in the export": (
        export().replace("A2\t", "A1\t"), SHEET, ROLES,
        "error: run1.txt line 3: plate run1, well A1, TNF is also on line 2",
    ),
    "sample twice in the sheet": (
        export(), SHEET + "c1,b,line,drug,2\n", ROLES,
        "error: sheet.csv line 6: plate run1, well A1, TNF (sample 'c1') is assigned twice, by this row and by line 2, "
        "and so are 3 more",
    ),
    "well twice in the sheet": (
        export(),
        "well,sample,subject,condition\nA1,,a,untreated\nA1,,a,drug\n,c1,a,untreated\n,t1,a,drug\n"
        ",c2,b,untreated\n,t2,b,drug\n",
        ROLES,
        "error: sheet.csv line 3: plate run1, well A1, TNF (sample 'c1') is assigned twice, by this row and by line 2",
    ),
    "two dilutions": (
        lines(export(), lambda line: "" if "std2\tStandard\tTNF" in line else line), SHEET, ROLES,
        "error: run1.txt line 18: the dilution series of TNF must have at least 3 different quantities with a Ct, "
        "got 2 (1000, 100); state its amplification factor instead",
    ),
    "slope of the wrong sign": (
        lines(export(), turned), SHEET, ROLES,
        "error: run1.txt line 18: Ct must fall with quantity in the dilution series of TNF, got a slope of +3.4 cycles",
    ),
    "Ct above the limit": (
        export().replace("27.00", "44.10"), SHEET, ROLES,
        "got 44.1 (lines 2, 10, up to 44.1); if more cycles were run, state them: --cycle-limit 45",
    ),
    "cut off": (
        export()[:-9], SHEET, ROLES,
        "error: run1.txt line 23: the row must have 7 fields, got 5; is the file cut off?",
    ),
    "both decimal marks": (
        export().replace("27.00", "27,00"), SHEET, ROLES,
        "error: run1.txt: Ct has both decimal points ('27.10') and decimal commas ('27,00'): write one kind",
    ),
    "of another instrument": (
        export(), SHEET, (*ROLES, "--format", "sds"),
        "error: run1.txt: no header of ABI SDS was found, a row that names well_position/well",
    ),
    "of no known instrument": (
        export(), SHEET, (*ROLES, "--format", "excel"),
        "error: --format must be one of sds, quantstudio, cfx, lightcycler, mxpro, rotorgene, tidy, rdml",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("command", "out"), [(("read", "expression"), "cts.csv"), (("fit", "expression"), "fit.nc")], ids=["read", "fit"]
)
@pytest.mark.parametrize(("text", "sheet", "options", "message"), SPOILT_EXPORTS.values(), ids=SPOILT_EXPORTS)
def test_a_spoilt_export_is_one_message(tmp_path, capsys, command, out, text, sheet, options, message):
    """From reading and from fitting alike; the fit would take minutes, so that it was not begun is told by the time."""
    path, samples = tmp_path / "run1.txt", tmp_path / "sheet.csv"
    path.write_text(text)
    samples.write_text(sheet)
    err = refused(capsys, tmp_path, *command, path, "--sheet", samples, *options, "--out", tmp_path / out)
    assert message in err


@pytest.mark.parametrize("decimal", [".", ","])
def test_a_good_export_is_read(tmp_path, capsys, decimal):
    path, sheet, out = tmp_path / "run1.txt", tmp_path / "sheet.csv", tmp_path / "cts.csv"
    path.write_text(export().replace(".", decimal))
    sheet.write_text(SHEET)
    status, _, err = run(capsys, "read", "expression", path, "--sheet", sheet, *ROLES, "--out", out)
    assert (status, err) == (0, "note: columns used: sample, subject, cell_type, condition, experiment")
    assert pd.read_csv(out)["ct_cycles"].tolist()[:2] == [27.0, 27.1]


def test_an_export_of_genes_of_unknown_efficiency_is_read_and_told(tmp_path, capsys):
    path, sheet, out = tmp_path / "run1.txt", tmp_path / "sheet.csv", tmp_path / "cts.csv"
    path.write_text(lines(export(), lambda line: "" if "Standard" in line else line))
    sheet.write_text(SHEET)
    status, _, err = run(capsys, "read", "expression", path, "--sheet", sheet, *ROLES, "--out", out)
    assert (status, out.exists()) == (0, True)
    assert "neither a dilution series nor a stated factor for TNF, R: the fit takes the prior" in err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "Well\tWell Name\tWell Type\tCt (dRn)\nA1\tc1\tUnknown\t22.5\nA2\tt",
            "run1.txt line 3: the row must have 4 fields, got 2; is the file cut off?",
        ),
        (
            "hello\nworld\n",
            "run1.txt: the file must be an export of ABI SDS, QuantStudio, Bio-Rad CFX, LightCycler 480,",
        ),
        ("cell_line,dose_um,signal\na,0,100\n", "run1.txt: the file must be an export of ABI SDS, QuantStudio"),
        (
            "Well Position,Sample Name,Target Name,Reporter,Task,CT,Note\nA1,c1,TNF,FAM,UNKNOWN,27,51,\n",
            "run1.txt line 2: the row must have 7 fields, got 8: a comma both parts fields and marks decimals in ",
        ),
    ],
)
def test_a_file_that_is_cut_off_or_no_export(tmp_path, capsys, text, message):
    path = tmp_path / "run1.txt"
    path.write_text(text)
    assert message in refused(capsys, tmp_path, "read", "expression", path, "--out", tmp_path / "cts.csv")


@pytest.mark.parametrize("options", [(), ("--sheet", "sheet.csv", *ROLES)])
@pytest.mark.parametrize("command", [("read", "expression"), ("fit", "expression")])
def test_two_instruments_are_not_mixed(tmp_path, capsys, command, options, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("one.txt").write_text(export())
    Path("sheet.csv").write_text(SHEET)
    table().to_csv("two.csv", index=False)
    out = "cts.csv" if command[0] == "read" else "fit.nc"
    err = refused(capsys, tmp_path, *command, "one.txt", "two.csv", *options, "--out", out)
    assert (
        "all files of one call must be of one kind of instrument, got MxPro (one.txt) and tidy table (two.csv)" in err
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("read", "expression", "run1.txt", *ROLES, "--out", "cts.csv"),
            "--sheet must say which sample is which for --reference, --control, got none",
        ),
        (
            ("fit", "expression", "ratios.csv", *ROLES, "--cycle-limit", "45", "--out", "fit.nc"),
            "ratios.csv: a table of ratios must go without references, cycle limit: it has no Ct",
        ),
        (
            ("fit", "expression", "ratios.csv", "--ci", "1.5", "--out", "fit.nc"),
            "--ci must be a number from 0.01 to 0.999, got '1.5'",
        ),
        (("compare", "ratios.csv", "--ci", "0"), "--ci must be a number from 0.01 to 0.999, got '0'"),
        (("compare", "nothing.nc"), "nothing.nc must be a result file, got nothing there"),
        (("compare", "dose.nc"), "dose.nc must be of the assay expression, got dose_response_separate"),
    ],
)
def test_options_and_results_that_do_not_suit(tmp_path, capsys, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    Path("run1.txt").write_text(export())
    Path("ratios.csv").write_text("gene,subject,ratio\nTNF,a,2\nTNF,b,3\n")
    posterior = xr.Dataset({"log10_ic50_um": (("chain", "draw"), np.zeros((2, 3)))})
    result = xr.DataTree.from_dict({"posterior": posterior})
    result.attrs["model"] = "dose_response_separate"
    save_result(result, Path("dose.nc"))
    assert message in refused(capsys, tmp_path, *arguments)


def test_compare_tells_of_genes_of_unknown_efficiency(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(inference_compare, "comparison_tables", lambda result, ci: ())
    path, result = tmp_path / "cts.csv", tmp_path / "fit.nc"
    table().query("task != 'standard'").to_csv(path, index=False)
    read = read_cts(path)
    dims = {"chain": 2, "draw": 3, "target": 1, "subject": read.sizes["subject"], "contrast": 1}
    fold_change = (tuple(dims), np.zeros(tuple(dims.values())))
    attach_observations(
        tree := xr.DataTree.from_dict({"posterior": xr.Dataset({"log2_fold_change": fold_change})}), read
    )
    carry_verdict(tree, Verdict(True, (), 1.001, 900.0, 800.0, "mu", 0, 0.9, 0.0))
    save_result(tree, result)
    status, said, err = run(capsys, "compare", result)
    assert status == 0, err
    assert "converged: R-hat at most 1.001" in said
    assert "neither a dilution series nor a stated factor for TNF, R: the fit takes the prior" in err
