"""`lensim fit dose-response --every-compound`: one store, one table, exit status as of --by; and what reads it."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import xarray as xr

import lensim
from lensim.screen import one
from lensim.screen.settings import ScreenSettings
from tests.cli.test_cli import run
from tests.screen.made_up_screen import fitted_of, table_of

NAMES = ["A", "B", "C"]
FIT = ("fit", "dose-response", "screen.csv", "--every-compound", "--out", "screen")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder, in which fits are made up."""

    def fit_study(data: xr.Dataset, settings: Any, seed: int, **of_fit: Any) -> xr.DataTree:
        return fitted_of(data.attrs.get("compound", "a value"))(data, ScreenSettings(), seed).result

    monkeypatch.setattr(one, "fit_study", fit_study)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_compound_goes_into_one_store(capsys, folder):
    table_of(folder, NAMES)
    status, said, _ = run(capsys, *FIT)
    assert status == 0
    assert said.splitlines() == [
        "3 values of compound: 3 converged, 0 not converged, 0 failed",
        "drawn 3 by made up",
        "table of all in screen/summary.csv, one row each in screen/compounds.csv",
    ]
    assert len(pd.read_csv("screen/summary.csv")) == 9
    status, _, error = run(capsys, *FIT)
    assert status == 0
    assert "3 of 3 were done before, and are not done again" in error


@pytest.mark.parametrize(("names", "status"), [(["A", "doubtful"], 3), (["A", "doubtful", "ill"], 2)])
def test_the_exit_status_is_that_of_by(capsys, folder, names, status):
    table_of(folder, names)
    assert run(capsys, *FIT)[0] == status


def test_a_compound_with_faulty_rows_has_a_row_that_says_why(capsys, folder):
    path = table_of(folder, NAMES)
    path.write_text(path.read_text().replace("B,L1,E0,B-0,1,", "B,L1,E0,B-0,one,"))
    status, said, _ = run(capsys, *FIT)
    assert status == 2
    why = "screen.csv line 32: dose_um must be a number, got 'one'"
    assert f"failed: B: {why}" in said
    found = pd.read_csv("screen/summary.csv").set_index("compound")["error"]
    assert found["B"] == why
    assert found[["A", "C"]].isna().all()


def test_by_a_column_goes_into_one_store_where_out_is_a_folder(capsys, folder):
    path = table_of(folder, ["A"])
    rows = path.read_text().splitlines()
    timed = [f"{rows[0]},time_h", *(f"{row},{hours}" for hours in (24, 72) for row in rows[1:])]
    path.write_text("\n".join(timed) + "\n")
    status, said, _ = run(capsys, "fit", "dose-response", path, "--by", "time_h", "--out", "times")
    assert status == 0
    assert "2 values of time_h: 2 converged" in said
    assert pd.read_csv("times/summary.csv")["time_h"].unique().tolist() == [24, 72]


def test_the_store_is_read_by_summarize_report_and_python(capsys, folder):
    table_of(folder, ["A", "doubtful", "ill"])
    run(capsys, *FIT)
    status, said, _ = run(capsys, "summarize", "screen")
    assert status == 0
    assert said.splitlines()[0] == "3 values of compound: 1 converged, 1 not converged, 1 failed"
    status, said, _ = run(capsys, "summarize", "screen", "--compound", "A", "--csv", "a.csv", "--figures", "figures")
    assert status == 0
    assert "compound = A: converged" in said
    assert {path.name for path in Path("figures").glob("A-*/*.png")} == {"curves.png", "ic50_forest.png"}
    screen = lensim.load("screen")
    assert isinstance(screen, lensim.Screen)
    assert screen.compounds == ("A", "doubtful", "ill")
    assert screen.failed == {"ill": "RuntimeError: no such curve"}
    assert list(screen.not_converged) == ["doubtful"]
    long = pd.read_csv("screen/summary.csv")
    own = pd.read_csv("a.csv")
    assert own["ic50_um"].tolist() == long.loc[long["compound"] == "A", "ic50_um"].tolist()
    assert screen.fit("A").summary()["ic50"].tolist() == own["ic50"].tolist()
    status, _, _ = run(capsys, "report", "screen", "--out", "page.html")
    assert status == 3
    page = Path("page.html").read_text()
    assert "no such curve" in page
    assert "1 not converged" in page


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--compound", "D"), "compound must be one of the 3 of screen, got 'D'"),
        (("--compound", "ill"), "screen has no fit of 'ill', which failed: RuntimeError: no such curve"),
    ],
)
def test_what_a_store_does_not_have_is_told(capsys, folder, options, message):
    table_of(folder, ["A", "doubtful", "ill"])
    run(capsys, *FIT)
    status, _, error = run(capsys, "summarize", "screen", *options)
    assert status == 2
    assert message in error


def test_approximate_answers_are_counted_as_such_and_have_no_draws(capsys, folder):
    table_of(folder, NAMES[:2])
    status, said, _ = run(capsys, *FIT, "--engine", "approximate")
    table = pd.read_csv("screen/summary.csv")
    trusted = table.groupby("compound")["converged"].first().eq("approximate").sum()
    assert status == (0 if trusted == 2 else 3)
    assert said.splitlines()[:2] == [
        f"2 values of compound: {trusted} approximate and trusted, {2 - trusted} not trusted, 0 failed",
        "drawn 2 by approximate",
    ]
    assert len(table) == 6
    assert not list(folder.glob("screen/compounds/*.nc"))
    assert run(capsys, "summarize", "screen", "--figures", "figures")[0] == 0
    status, _, error = run(capsys, "summarize", "screen", "--compound", "A")
    assert status == 2
    assert "screen has no draws of 'A', which has an approximate answer" in error
    status, _, error = run(capsys, *FIT)
    assert status == 2
    assert "got one with engine 'approximate' and not 'auto'" in error


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ("--every-compound", "--out", "screen", "--engine", "approximate", "--figures", "figures"),
            "--figures must be left out with --engine approximate, which keeps no draws",
        ),
        (
            ("--out", "fit.nc", "--engine", "approximate"),
            "--engine approximate must go with several fits: add --every-compound, or --by with a folder as --out, a "
            "name without .nc",
        ),
        (
            ("--every-compound", "--by", "plate", "--out", "screen"),
            "--by must be left out with --every-compound, whose studies are the compounds",
        ),
        (
            ("--every-compound", "--out", "fit.nc"),
            "--out must be a folder with --every-compound, got the file fit.nc: leave out .nc",
        ),
        (
            ("--out", "fit.nc", "--workers", "2"),
            "--workers must go with several fits: add --every-compound, or --by with a folder as --out, a name without "
            ".nc",
        ),
        (
            ("--every-compound", "--out", "."),
            ". must be a new folder or one of a screen, got the working folder: name another folder",
        ),
    ],
)
def test_options_that_do_not_go_together_are_refused(capsys, folder, options, message):
    table_of(folder, NAMES)
    status, _, error = run(capsys, "fit", "dose-response", "screen.csv", *options)
    assert status == 2
    assert message in error


def test_a_table_without_compounds_is_refused(capsys, folder):
    path = table_of(folder, ["A"])
    path.write_text(path.read_text().replace("compound,", "drug_name_unknown,").replace("A,L", "x,L"))
    status, _, error = run(capsys, *FIT)
    assert status == 2
    assert "error: " in error
