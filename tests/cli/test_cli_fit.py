"""A fit is saved before anything is said of it, and one study of several that fails does not end the others."""

import subprocess
import sys
from dataclasses import replace

import pandas as pd
import pytest
import xarray as xr

from lensim.assay import find_assay
from lensim.checks import InputError
from lensim.face.fit import Fit
from lensim.inference.verdict import carry_verdict, verdict_of
from lensim.output import load_result
from tests.cli.test_cli import run
from tests.cli.test_cli_studies import wells
from tests.report.made_up_fits import made_up_fit


def fit(capsys, *options):
    return run(capsys, "fit", "dose-response", *options)


@pytest.fixture
def unsampled(monkeypatch):
    """Every fit is a made-up one, by the value of its study; an error stands for a study that cannot be fitted."""
    results: dict[str, xr.DataTree | Exception] = {}

    def made_up(name, study, **_):
        result = results.get(study.value, made_up_fit("dose_response"))
        if isinstance(result, Exception):
            raise result
        return Fit(result)

    monkeypatch.setattr("lensim.cli.fit._fit", made_up)
    return results


def same(path, result):
    """Whether a file holds the draws and the data of a result."""
    loaded = load_result(path)
    return all(loaded[name].to_dataset().equals(result[name].to_dataset()) for name in ("posterior", "observations"))


def unconverged():
    result = made_up_fit("dose_response")
    carry_verdict(result, replace(verdict_of(result), passed=False, reasons=("R-hat",)))
    return result


@pytest.mark.parametrize(
    ("step", "error"),
    [
        ("said_of", RuntimeError("odd")),
        ("print_said", InputError("odd")),
        ("print_said", SystemExit(1)),
        ("write_csv", RuntimeError("odd")),
        ("write_figures", InputError("odd")),
    ],
)
def test_what_fails_behind_the_save_costs_no_fit(step, error, unsampled, capsys, tmp_path, monkeypatch):
    drawn = []

    def fail(*_, **__):
        raise error

    monkeypatch.setattr("lensim.cli.summarize.write_figures", lambda *_, **__: drawn.append(1))
    monkeypatch.setattr(f"lensim.cli.summarize.{step}", fail)
    monkeypatch.chdir(tmp_path)
    status, _, told = fit(
        capsys, wells(tmp_path), "--where", "time_h=24", "--out", "r.nc", "--csv", "o.csv", "--figures", "f"
    )
    assert same(tmp_path / "r.nc", made_up_fit("dose_response"))
    if isinstance(error, SystemExit):  # a reader that has seen enough
        assert status == 0
    else:
        assert status == 2
        assert told.endswith("odd); the result in r.nc is whole, so go on with: lensim summarize r.nc"), told
    assert step in ("write_csv", "said_of") or (tmp_path / "o.csv").exists()
    assert step == "write_figures" or drawn


def test_a_name_that_looks_like_markup_is_fitted_and_told(unsampled, capsys, tmp_path):
    odd = made_up_fit("dose_response")
    lines = odd["posterior"]["cell_line"].to_numpy().astype(object)
    lines[0] = "[/x]"
    for group in ("posterior", "observations"):
        odd[group] = xr.DataTree(odd[group].to_dataset().assign_coords(cell_line=lines))
    unsampled[""] = odd
    status, said, _ = fit(capsys, wells(tmp_path), "--where", "time_h=24", "--out", tmp_path / "r.nc")
    assert status == 0
    assert "[/x]" in said


def test_fits_by_a_column_are_one_command(unsampled, capsys, tmp_path):
    unsampled["72"] = unconverged()
    out = tmp_path / "r.nc"
    status, said, _ = fit(capsys, wells(tmp_path), "--by", "time_h", "--out", out)
    assert status == 3
    assert sorted(one.name for one in tmp_path.glob("*.nc")) == ["r.time_h-24.nc", "r.time_h-72.nc"]
    assert said.splitlines()[0] == f"time_h = 24: result in {tmp_path / 'r.time_h-24.nc'}"
    assert "time_h = 72: NOT converged: R-hat" in said


@pytest.mark.parametrize("error", [InputError("needs 2 lines"), RuntimeError("no start")])
def test_a_study_that_cannot_be_fitted_is_a_row_with_its_error(error, unsampled, capsys, tmp_path):
    unsampled["24"] = error
    status, said, told = fit(
        capsys, wells(tmp_path), "--by", "time_h", "--out", tmp_path / "r.nc", "--csv", tmp_path / "o.csv"
    )
    words = "time_h = 24: needs 2 lines" if isinstance(error, InputError) else "RuntimeError: no start"
    assert status == 2
    assert f"error: {words}" in told
    assert words.split()[-1] in said
    assert [one.name for one in tmp_path.glob("*.nc")] == ["r.time_h-72.nc"]
    table = pd.read_csv(tmp_path / "o.csv", dtype={"time_h": str})
    assert set(table["time_h"]) == {"24", "72"}
    assert table.loc[table["time_h"] == "24", "error"].tolist() == [words]


def test_where_every_study_fails_nothing_is_written(unsampled, capsys, tmp_path):
    unsampled |= {"24": InputError("no"), "72": InputError("no")}
    status, _, told = fit(
        capsys, wells(tmp_path), "--by", "time_h", "--out", tmp_path / "r.nc", "--csv", tmp_path / "o.csv"
    )
    assert (status, told) == (2, "error: time_h = 24: no error: time_h = 72: no")
    assert [one.name for one in tmp_path.iterdir()] == ["t.csv"]  # the wells


def test_a_study_whose_tables_fail_is_a_row_and_its_result_whole(unsampled, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    odd = made_up_fit("dose_response")
    odd.attrs["model"] = "odd"
    unsampled["24"] = odd
    assay = find_assay("dose_response")

    def tables(estimands, asked):
        if estimands.attrs.get("model") == "odd":
            raise ZeroDivisionError("nothing")
        return assay.tables(estimands, asked)

    def estimands(result, asked):
        return assay.estimands(result, asked).assign_attrs(model=result.attrs["model"])

    monkeypatch.setattr("lensim.assay.find_assay", lambda _: replace(assay, tables=tables, estimands=estimands))
    status, said, told = fit(capsys, wells(tmp_path), "--by", "time_h", "--out", "r.nc")
    sentence = (
        "its tables could not be made (ZeroDivisionError: nothing); the result in r.time_h-24.nc is whole, so go on "
        "with: lensim summarize r.time_h-24.nc"
    )
    assert status == 2
    assert f"error: {sentence}" in told
    assert same(tmp_path / "r.time_h-24.nc", odd)
    assert "time_h = 72: converged" in said


def test_an_interrupt_between_studies_keeps_those_that_are_fitted(unsampled, capsys, tmp_path, monkeypatch):
    made_up = sys.modules["lensim.cli.fit"]._fit

    def interrupted(name, study, **options):
        if study.value == "72":
            raise KeyboardInterrupt
        return made_up(name, study, **options)

    monkeypatch.setattr("lensim.cli.fit._fit", interrupted)
    status, _, told = fit(capsys, wells(tmp_path), "--by", "time_h", "--out", tmp_path / "r.nc")
    assert (status, told) == (130, "stopped by Ctrl-C: no file is half-written")
    assert [one.name for one in tmp_path.glob("*.nc")] == ["r.time_h-24.nc"]


def test_a_standard_output_that_is_full_is_told(tmp_path):
    try:
        full = open("/dev/full", "w")  # noqa: SIM115
    except OSError:
        pytest.skip("there is no /dev/full here")
    with full:
        done = subprocess.run(
            [sys.executable, "-m", "lensim.cli.main", "simulate", "bioassay", "--out", str(tmp_path / "o.csv")],
            stdout=full, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == (
        "error: standard output cannot be used: No space left on device: send it to a disk that has room\n"
    )
    assert (tmp_path / "o.csv").exists()
