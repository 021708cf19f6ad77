"""Commands of all assays take the same options where the thing is the same; former names are refused with the new."""

import pytest
import typer

from lensim.cli.main import FORMER_NAMES, app
from lensim.output import save_result
from tests.cli.test_cli import run
from tests.cli.test_cli_bioassay import fitted

ASSAYS = ("dose-response", "expression", "bioassay", "cell-cycle")
OF_EVERY_FIT = {
    "--out", "--model", "--priors", "--figures", "--csv", "--ci", "--seed", "--draws", "--tune", "--chains",
    "--target-accept", "--force", "--engine", "--workers", "--scheduler", "--trust-network", "--keep", "--xlsx",
}  # fmt: skip
OF_COMPOUNDS = {"--every-compound"}
OF_WELLS = {"--exclude"}  # a file read for a fit keeps all of its wells
OF_EVERY_FILE = {"--column", "--decimal"}
OF_SOME = {
    "--plate-map": {"dose-response", "bioassay"},
    "--grid-number": {"dose-response", "bioassay"},
    "--reading": {"dose-response", "bioassay"},
    "--well-order": {"dose-response", "bioassay"},
    "--drop-saturated": {"dose-response", "bioassay"},
    "--control": {"expression", "bioassay", "cell-cycle"},
}


def options_of(group: str, name: str) -> set[str]:
    command = typer.main.get_command(app).commands[group].commands[name]  # type: ignore[attr-defined]
    return {option for parameter in command.params for option in parameter.opts}


@pytest.mark.parametrize("name", ASSAYS)
def test_fits_and_readings_of_every_assay_take_the_same_options(name):
    fit, read = options_of("fit", name), options_of("read", name)
    assert fit >= OF_EVERY_FIT | OF_EVERY_FILE | OF_WELLS
    assert read >= {"--out", "--xlsx", "--force"} | OF_EVERY_FILE
    assert fit - OF_EVERY_FIT - OF_COMPOUNDS - OF_WELLS == read - {
        "--out",
        "--xlsx",
        "--force",
    }  # what says how files are read
    assert {option for option, assays in OF_SOME.items() if name in assays} <= fit
    assert "files" in fit


@pytest.mark.parametrize("group", ["simulate", "fit", "read"])
@pytest.mark.parametrize(("former", "now"), FORMER_NAMES.items())
def test_a_former_name_is_told_with_the_new_one(capsys, group, former, now):
    status, said, error = run(capsys, group, former, "a.csv", "--out", "b.nc", "--draws", "5")
    assert status == 2
    assert error == f"error: lensim {group} {former} is now called: lensim {group} {now} a.csv --out b.nc --draws 5"
    status, said, _ = run(capsys, group, "--help")
    assert (status, f" {former} " in said) == (0, False)


def test_a_table_is_read_and_written_as_a_fit_takes_it(capsys, tmp_path):
    odd = tmp_path / "odd.csv"
    rows = [
        f"K{k};{dose};{1000 - 90 * dose + k + 5 * well},5"
        for k in range(2)
        for dose in (0, 1, 3, 10)
        for well in range(2)
    ]
    odd.write_text("Zelllinie;Dosis;RLU\n" + "\n".join(rows) + "\n", encoding="utf-16")
    options = ("--column", "cell_line=Zelllinie", "--column", "dose=Dosis", "--column", "signal=RLU")
    status, said, error = run(
        capsys, "read", "dose-response", odd, *options, "--dose-unit", "uM", "--out", tmp_path / "tidy.csv"
    )
    assert status == 0, error
    assert "16 wells, 2 lines" in said
    status, said, error = run(capsys, "read", "dose-response", tmp_path / "tidy.csv", "--out", tmp_path / "again.csv")
    assert status == 0, error
    assert (tmp_path / "again.csv").read_text() == (tmp_path / "tidy.csv").read_text()


@pytest.mark.parametrize(
    "command",
    [
        ("read", "dose-response", "wells.csv", "--out", "wells.csv"),
        ("read", "expression", "wells.csv", "--out", "./wells.csv"),
        ("read", "bioassay", "other.csv", "--plate-map", "wells.csv", "--out", "wells.csv"),
        ("summarize", "wells.csv", "--csv", "wells.csv"),
        ("compare", "wells.csv", "--csv", "wells.csv"),
        ("associate", "fit.nc", "--labels", "wells.csv", "--csv", "wells.csv"),
        ("fit", "dose-response", "other.csv", "--priors", "wells.csv", "--csv", "wells.csv", "--out", "fit.nc"),
    ],
)
def test_no_command_writes_over_what_it_reads_also_with_force(command, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wells.csv").write_text("mine")
    status, _, error = run(capsys, *command, "--force")
    assert status == 2
    assert "wells.csv must not be a file that is read here" in error or "must be a netCDF file" in error
    assert (tmp_path / "wells.csv").read_text() == "mine"


def test_names_are_never_read_as_markup(capsys, tmp_path):
    """A closing tag without an opening one is an error of rich, an opening one swallows the name."""
    from rich.table import Table

    from lensim.cli.shared import err, out

    table = Table("name [/x]")
    table.add_row("[red]line[/x] :smile:")
    for console in (out, err):
        console.print(table)
        console.print("[/x] of [bold]b")
    said = capsys.readouterr()
    for text in (said.out, said.err):
        assert "[red]line[/x] :smile:" in text
        assert "[/x] of [bold]b" in text


def test_a_folder_of_tables_is_refused_before_any_work(capsys, tmp_path):
    fit = tmp_path / "fit.nc"
    save_result(fitted(), fit)
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "lines.csv").write_text("mine")
    status, said, error = run(capsys, "summarize", fit, "--csv", tmp_path / "tables")
    assert (status, said) == (2, "")
    assert "must hold no tables yet, got some: add --force" in error
    wells = tmp_path / "tables" / "lines.csv"
    status, _, error = run(
        capsys, "fit", "dose-response", wells, "--csv", tmp_path / "tables", "--out", tmp_path / "f.nc", "--force"
    )
    assert status == 2
    assert "--csv must not be the folder of" in error
    assert wells.read_text() == "mine"


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("compare", "--csv must end on .csv or be a folder without suffix, got table.xlsx"),
        ("summarize", "--csv must end on .csv or be a folder without suffix, got table.xlsx"),
        ("associate", "--csv suffix must be one of .csv, got '.xlsx'"),
    ],
)
def test_a_table_that_would_be_no_csv_is_refused_before_the_result_is_read(
    capsys, monkeypatch, tmp_path, command, message
):
    monkeypatch.chdir(tmp_path)
    assert run(capsys, command, "no.nc", "--csv", "table.xlsx") == (2, "", f"error: {message}")


def test_plates_of_one_export_on_the_command_line(capsys, tmp_path):
    head = "\t" + "\t".join(map(str, range(1, 13)))
    grids = {
        name: "\n".join([head, *("\t".join([a, *[str(n + row)] * 12]) for row, a in enumerate("ABCDEFGH"))])
        for name, n in (("Day", 500), ("Night", 400))
    }
    export, plate_map = tmp_path / "run.txt", tmp_path / "map.csv"
    export.write_text("\n\n".join(f"{name}\n{grid}" for name, grid in grids.items()).replace("507", "OVER"))
    plate_map.write_text("well,cell_line,dose_um\nA1,a,0\nB1,a,1\nC1,a,2\nH1,a,3\n")
    status, _, err = run(capsys, "read", "dose-response", export, "--plate-map", plate_map)
    assert status == 2
    assert "choose one with --reading Day or --grid-number 1; where each is a plate of its own, say" in err
    assert err.rstrip().endswith("say --grid-number 1 --grid-number 2")
    status, _, err = run(capsys, "read", "dose-response", export, "--plate-map", plate_map, "--reading", "Day")
    assert (status, "to leave saturated wells out, say --drop-saturated" in err) == (2, True)
    export.write_text(export.read_text().replace("Day", "Raw data").replace("Night", "Blank corrected"))
    status, _, err = run(capsys, "read", "dose-response", export, "--plate-map", plate_map, "--drop-saturated")
    assert status == 0
    assert "others are computed ('Blank corrected'): for one of these say --reading" in err
    both = ("--grid-number", 1, "--grid-number", 2, "--drop-saturated")
    status, out, err = run(capsys, "read", "dose-response", export, "--plate-map", plate_map, *both)
    assert (status, "7 wells, 1 line" in out) == (0, True), err
