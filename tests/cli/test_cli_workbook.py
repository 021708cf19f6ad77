"""--xlsx of every command that prints a table: every table, the verdict and the seed, and no formula."""

from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import typer
from python_calamine import CalamineWorkbook

from lensim.cli.main import app
from lensim.output import save_result
from tests.cli.test_cli import run
from tests.faults.commands import write_inputs
from tests.report.made_up_fits import made_up_fit, renamed

ASSAYS = ("dose_response", "expression", "bioassay", "cell_cycle")


def sheets(path: Path) -> list[str]:
    return CalamineWorkbook.from_path(path).sheet_names


def about(path: Path) -> dict[tuple[object, object], object]:
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name("about").to_python()
    return {(row[0], row[-2]): row[-1] for row in rows[1:]}


def no_formula(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    assert all(cell.data_type != "f" for sheet in book.worksheets for row in sheet.iter_rows() for cell in row)


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for assay in ASSAYS:
        save_result(made_up_fit(assay), Path(f"{assay}.nc"))
    return tmp_path


@pytest.mark.parametrize("assay", ASSAYS)
def test_summarize_writes_every_table(capsys, place, assay):
    status, said, error = run(capsys, "summarize", f"{assay}.nc", "--xlsx", "all.xlsx", "--csv", "tables")
    assert (status, "workbook in all.xlsx" in said) == (0, True), error
    path = place / "all.xlsx"
    assert sorted(sheets(path)[:-1]) == sorted(one.stem for one in (place / "tables").glob("*.csv"))
    for name in sheets(path)[:-1]:
        header, *rows = CalamineWorkbook.from_path(path).get_sheet_by_name(name).to_python()
        table = pd.read_csv(place / "tables" / f"{name}.csv")
        assert len(rows) == len(table)
        plain = [str(one).partition(" [")[0] for one in header]
        assert [one for one in plain if not one.endswith(("_number", "_flag"))] == list(table)
    assert about(path)["fit", "assay"] == assay
    assert ("verdict", "sentence") in about(path)
    no_formula(path)


def test_the_same_result_gives_the_same_file(capsys, place):
    for name in ("a.xlsx", "b.xlsx"):
        assert run(capsys, "summarize", "dose_response.nc", "--xlsx", name)[0] == 0
    assert (place / "a.xlsx").read_bytes() == (place / "b.xlsx").read_bytes()


def test_names_that_spreadsheets_would_read_stay_names(capsys, place):
    lines = made_up_fit("dose_response")["posterior"]["cell_line"].to_numpy().astype(str)
    odd = ["=1+1", "MARCH1", "2310009E13", "@SUM(1)", "-1", "1-2", "#N/A"][: len(lines)]
    save_result(renamed(made_up_fit("dose_response"), dict(zip(lines, odd, strict=False))), Path("odd.nc"))
    status, _, error = run(capsys, "summarize", "odd.nc", "--xlsx", "odd.xlsx", "--csv", "odd.csv")
    assert status == 0
    assert (
        "note: a spreadsheet takes '=1+1' in the column 'cell_line' of the CSV for a date, a number or a formula: open "
        "a workbook (--xlsx)"
    ) in error
    rows = CalamineWorkbook.from_path(place / "odd.xlsx").get_sheet_by_name("lines").to_python()
    assert [row[0] for row in rows[1 : len(odd) + 1]] == odd
    no_formula(place / "odd.xlsx")


def test_compare_writes_its_tables(capsys, place):
    status, said, error = run(capsys, "compare", "expression.nc", "--xlsx", "compared.xlsx")
    assert (status, "workbook in compared.xlsx" in said) == (0, True), error
    assert sheets(place / "compared.xlsx")[-1] == "about"
    assert len(sheets(place / "compared.xlsx")) > 1


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("a.xls", "--xlsx suffix must be one of .xlsx, got '.xls'"),
        ("mine.xlsx", "mine.xlsx must be free or a file that lensim wrote there, got another"),
    ],
)
def test_a_target_that_cannot_be_is_refused_before_the_work(capsys, place, target, message):
    (place / "mine.xlsx").write_text("mine")
    status, said, error = run(capsys, "summarize", "dose_response.nc", "--xlsx", target)
    assert (status, said) == (2, "")
    assert message in error


def test_a_workbook_is_replaced_with_force_alone(capsys, place):
    assert run(capsys, "summarize", "dose_response.nc", "--xlsx", "one.xlsx")[0] == 0
    status, _, error = run(capsys, "summarize", "expression.nc", "--xlsx", "one.xlsx")
    assert (status, "one.xlsx must not exist yet, got a file of that name: add --force" in error) == (2, True)
    assert run(capsys, "summarize", "expression.nc", "--xlsx", "one.xlsx", "--force")[0] == 0
    assert about(place / "one.xlsx")["fit", "assay"] == "expression"


MADE = {
    "associate fit.nc": ["associations", "variance_shares"],
    "published paper.toml --out paper --no-figures": ["posterior", "audit"],
    "simulate selection selection.toml --out selection --no-figures": ["outcomes", "paths", "cultures"],
    "power power.toml --out power --no-figures": ["power"],
    "read dose-response wells.csv --where time_h=24": ["data"],
    "read dose-response wells.csv --by time_h": ["24", "72"],
    "models": ["models"],
}
"""Commands on small inputs, and the sheets that they write."""


@pytest.mark.parametrize("line", MADE)
def test_each_command_writes_its_tables(capsys, tmp_path, monkeypatch, line):
    write_inputs(tmp_path / "inputs")
    monkeypatch.chdir(tmp_path / "inputs")
    status, said, error = run(capsys, *line.split(), "--xlsx", "made.xlsx")
    assert (status, "workbook in made.xlsx" in said) == (0, True), error
    path = tmp_path / "inputs" / "made.xlsx"
    assert [name for name in sheets(path) if name != "audit" or "audit" in MADE[line]] == [*MADE[line], "about"]
    assert all(len(CalamineWorkbook.from_path(path).get_sheet_by_name(name).to_python()) > 1 for name in sheets(path))
    no_formula(path)
    seeds = [value for (_, name), value in about(path).items() if str(name).endswith("seed")]
    assert seeds or line.startswith(("read", "models"))


def test_a_plan_writes_its_tables(capsys, tmp_path, monkeypatch):
    write_inputs(tmp_path / "inputs")
    monkeypatch.chdir(tmp_path / "inputs")
    status, said, error = run(capsys, *["plan", "plan.toml", "--out", "plan", "--no-figures", "--xlsx", "plan.xlsx"])
    assert (status, "workbook in plan.xlsx" in said) == (0, True), error
    path = tmp_path / "inputs" / "plan.xlsx"
    assert set(sheets(path)[:-1]) == {one.stem for one in (path.parent / "plan").glob("*.csv")}
    assert [value for (_, name), value in about(path).items() if str(name).endswith("seed")]


def test_what_is_read_comes_back_from_its_workbook(capsys, place):
    pd.DataFrame(
        [
            {"cell_line": line, "dose_um": dose, "signal": 1000.5 - dose}
            for line in ("MARCH1", "=1+1", "007")
            for dose in (0, 0.5, 1)
        ]
    ).to_csv("wells.csv", index=False)
    assert run(capsys, *["read", "dose-response", "wells.csv", "--xlsx", "wells.xlsx", "--out", "tidy.csv"])[0] == 0
    header, *rows = CalamineWorkbook.from_path(place / "wells.xlsx").get_sheet_by_name("data").to_python()
    tidy = pd.read_csv(place / "tidy.csv", dtype={"cell_line": str})
    assert header == list(tidy)
    table = pd.DataFrame(rows, columns=header)
    assert table["cell_line"].tolist() == tidy["cell_line"].tolist()
    assert table["dose_um"].tolist() == tidy["dose_um"].tolist()
    assert table["signal"].tolist() == tidy["signal"].tolist()
    no_formula(place / "wells.xlsx")


def test_every_command_that_prints_a_table_takes_the_option():
    expected = {name for name in commands() if name.split()[0] in ("fit", "read")}
    expected |= {"summarize", "compare", "associate", "power", "plan", "published", "calibrate", "models"}
    expected |= {"simulate selection"}
    assert {name for name in expected if "--xlsx" not in commands()[name]} == set()


def commands() -> dict[str, set[str]]:
    """Options of every command, by its words."""
    found = {}
    for name, command in typer.main.get_command(app).commands.items():
        inner = getattr(command, "commands", None)
        for words, one in [(f"{name} {own}", one) for own, one in inner.items()] if inner else [(name, command)]:
            if not one.hidden:
                found[words] = {option for parameter in one.params for option in parameter.opts}
    return found
