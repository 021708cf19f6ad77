"""`lensim associate` from the command line: groups, labels of one's own, and everything that it must refuse."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lensim.output import save_result
from tests.cli.test_cli import run
from tests.dose_response.made_up_panel import made_up_panel
from tests.expression.test_expression_sensitivity import result as expression_result

P53 = "cell_line,p53\nLP-1,mutated\nXG-1,wild type\nxg-6,wild type\nU266,mutated\nMDN,wild type\nKMM-1,mutated\n"


@pytest.fixture(scope="module")
def fit(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("fit") / "fit.nc"
    save_result(made_up_panel(0.05, 50), path)
    return path


def labels(folder: Path, text: str = P53) -> Path:
    path = folder / "p53.csv"
    path.write_text(text)
    return path


def test_molecular_groups_are_asked_where_no_label_is_given(capsys, fit, tmp_path):
    csv, figure = tmp_path / "groups.csv", tmp_path / "groups.png"
    status, said, _ = run(capsys, "associate", fit, "--csv", csv, "--figure", figure, "--threshold-um", 10)
    assert status == 0
    table = pd.read_csv(csv)
    assert table["value"].tolist() == ["MMSET", "MAF/MAFB", "CCND1", "CCND3", "nonrecurrent"]
    assert set(table["label"]) == {"molecular group"}
    assert figure.stat().st_size > 10_000
    assert "molecular group explains" in said
    assert (
        "note: lines and groups are partially pooled in the fit, so differences between groups are drawn towards 0: "
        "where groups really differ, 90% intervals held the difference in 74 to 81% of simulated studies"
    ) in said
    status, _, error = run(capsys, "associate", fit, "--csv", csv)
    assert status == 2
    assert "must not exist yet" in error


def test_labels_of_ones_own(capsys, fit, tmp_path):
    status, said, _ = run(capsys, "associate", fit, "--labels", labels(tmp_path), "--csv", tmp_path / "a.csv")
    assert status == 0
    table = pd.read_csv(tmp_path / "a.csv")
    assert table[["label", "value", "lines", "other_lines"]].to_numpy().tolist() == [
        ["p53", "mutated", 3, 3], ["p53", "wild type", 3, 3],
    ]  # fmt: skip
    assert np.allclose(table["log2_odds_ratio"].sum(), 0.0, atol=1.0)
    assert "between 6 lines (90% interval)" in said


BAD = {
    "no cell_line": (
        "line_name,p53\nLP-1,a\n",
        "p53.csv line 1: the column 'cell_line' is missing; there are 'line_name', 'p53'",
    ),
    "no label": ("cell_line\nLP-1\n", "p53.csv: the first line must hold the names of columns"),
    "unknown line": (P53 + "HeLa,mutated\n", "p53.csv line 8: cell_line must be one of"),
    "a line twice": (P53 + "LP-1,mutated\n", "p53.csv line 8: cell_line must appear once, got LP-1 again"),
    "one value": (
        P53.replace("wild type", "mutated"),
        "error: p53: labels must have at least two values, got mutated for all 6",
    ),
    "too few": ("cell_line,p53\nLP-1,a\nXG-1,b\n", "labels, lines that have one, must be at least 4, got 2"),
    "empty": ("", "p53.csv"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_tables_have_one_clear_error(capsys, fit, tmp_path, name):
    text, message = BAD[name]
    status, _, error = run(capsys, "associate", fit, "--labels", labels(tmp_path, text), "--csv", tmp_path / "a.csv")
    assert status == 2
    assert message in error
    assert "Traceback" not in error
    assert not (tmp_path / "a.csv").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--label", "p53"), "--label must come with --labels FILE, got it alone"),
        (("--odds-ratio", "1"), "--odds-ratio must be above 1, got 1"),
        (("--inhibition-percent", "-3"), "must be a number from 1e-30 to 100, got '-3'"),
        (("--threshold-um", "0"), "--threshold-um must be a number from 1e-30 to 1e+12, got '0'"),
        (("--ci", "1.5"), "--ci must be a number from 0.01 to 0.999, got '1.5'"),
        (("--labels", "no_such.csv"), "no_such.csv"),
        (("--figure", "effects.jpg"), "--figure suffix must be one of .png, got '.jpg'"),
    ],
)
def test_bad_options_are_refused(capsys, fit, arguments, message):
    status, _, error = run(capsys, "associate", fit, *arguments)
    assert status == 2
    assert message in error
    assert "Traceback" not in error


def test_what_is_no_dose_response_fit_is_refused(capsys, tmp_path):
    path = tmp_path / "expression.nc"
    save_result(expression_result(), path)
    status, _, error = run(capsys, "associate", path)
    assert status == 2
    assert "associations of sensitivity must be asked of a dose-response fit, got one of a model without name" in error
    status, _, error = run(capsys, "associate", tmp_path / "no.nc")
    assert status == 2
    assert "no.nc must be a result file, got nothing there" in error
