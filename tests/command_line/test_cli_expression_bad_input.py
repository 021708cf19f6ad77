"""Every kind of bad RT-qPCR input from the command line: one message, exit status 2, nothing written."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lensim.checks import InputError
from lensim.inference import run as inference_run
from tests.command_line.test_cli import run

GENES = {"TNF": (27.0, 0), "R": (22.0, 1)}


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
    return data.assign(ct_cycles=data["ct_cycles"].where(data["gene"] != "R"))


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
        (well_twice, "well A4, TNF stands also on line 5"),
        (
            two_dilutions,
            "the dilution series of TNF must have at least 3 different quantities with a Ct, got 2 (10, 1)",
        ),
        (
            wrong_slope,
            "Ct must fall with quantity in the dilution series of TNF, got a slope of +3.4 cycles per tenfold",
        ),
        (above_limit, "line 3: ct_cycles must be above 0 and at most 40 cycles, got 45.2; state cycle_limit"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_spoilt_table_is_one_message(tmp_path, capsys, spoil, message):
    path, out = tmp_path / "cts.csv", tmp_path / "fit.nc"
    spoil(table()).to_csv(path, index=False)
    status, _, err = run(capsys, "fit", "expression", str(path), "--out", str(out))
    assert (status, out.exists()) == (2, False)
    assert message in err
    assert "cts.csv" in err
    assert "Traceback" not in err


def reached(*arguments: object, **options: object) -> None:
    raise InputError("the fit was reached")


@pytest.mark.parametrize("decimal", [".", ","])
def test_a_good_table_is_counted_and_fitted(tmp_path, capsys, monkeypatch, decimal):
    """Points and commas alike; pandas' 1.0 for a flag is a flag."""
    monkeypatch.setattr(inference_run, "fit_expression", reached)
    path = tmp_path / "cts.csv"
    table().to_csv(path, index=False, sep=";", decimal=decimal)
    status, _, err = run(capsys, "fit", "expression", str(path), "--out", str(tmp_path / "fit.nc"))
    assert (status, "the fit was reached" in err) == (2, True)
    assert "16 reactions of 2 genes in 4 samples of 2 subjects, 0 not detected" in " ".join(err.split())
    assert "neither a dilution series" not in err


def test_genes_of_unknown_efficiency_are_told(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(inference_run, "fit_expression", reached)
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
    assert (status, "factors, their genes, must be one of TNF, R, got 'IL6'" in err) == (2, True)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "Well\tWell Name\tWell Type\tCt (dRn)\nA1\tc1\tUnknown\t22.5\nA2\tt",
            "line 3: the row must have 4 fields, got 2",
        ),
        ("hello\nworld\n", "the file must be an export of MxPro, LightCycler 480, ABI SDS, QuantStudio or RDML"),
    ],
)
def test_a_file_that_is_cut_off_or_no_export(tmp_path, capsys, text, message):
    path, out = tmp_path / "run1.txt", tmp_path / "cts.csv"
    path.write_text(text)
    status, _, err = run(capsys, "read", "qpcr", str(path), "--out", str(out))
    assert (status, out.exists()) == (2, False)
    assert message in err


def test_two_instruments_are_not_mixed(tmp_path, capsys):
    mxpro, sds = tmp_path / "one.txt", tmp_path / "two.csv"
    mxpro.write_text("Well\tWell Name\tWell Type\tCt (dRn)\nA1\tc1\tUnknown\t22.5\n")
    table().to_csv(sds, index=False)
    status, _, err = run(capsys, "read", "qpcr", str(mxpro), str(sds), "--out", str(tmp_path / "cts.csv"))
    assert status == 2
    assert (
        "all files of one call must be of one kind of instrument, got MxPro (one.txt) and tidy table (two.csv)" in err
    )


def test_a_table_of_ratios_goes_through_whole(tmp_path, capsys):
    """500 draws of two short chains: the gate may refuse them, which is status 3 and no fault."""
    path, out = Path(tmp_path / "ratios.csv"), tmp_path / "fit.nc"
    rows = "".join(f"TNF,line {k},{1 + 0.2 * k}\n" for k in range(6))
    path.write_text("gene,subject,ratio\n" + rows)
    short = ("--draws", "250", "--tune", "300", "--chains", "2", "--figures", str(tmp_path / "figures"))
    status, said, _ = run(capsys, "fit", "expression", str(path), "--out", str(out), *short)
    assert status in (0, 3)
    assert out.exists()
    assert "line 5" in said
    assert [figure.name for figure in (tmp_path / "figures").iterdir()] == ["forest.png"]
    status, _, err = run(capsys, "compare", str(out))
    assert (status, "compare needs a fit to reactions, got one to ratios" in err) == (2, True)
