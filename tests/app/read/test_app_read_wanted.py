"""Choices as arguments of a reader, and as a command line that says the same."""

import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from lensim.app.read.wanted import Wanted, arguments_of, command_of
from lensim.checks import InputError
from lensim.cli import sources
from lensim.cli.main import app

PANEL = Wanted(
    files=(Path("x/plate 1.csv"), Path("x/-2.csv")),
    table=Path("x/map's.csv"),
    chosen={
        "dose_unit": "nM",
        "compound": "a;b $HOME",
        "columns": {"signal": "RLU (raw)", "cell_line": ""},
        "roles": {"untreated": ("DMSO", "NC 1"), "blank": ()},
        "lost": "drop",
        "saturated": "keep",
        "normalise": True,
        "grid_number": "2",
        "where": ("time_h=24", "time_h=72"),
        "join_names": "no",
        "scale": "",
    },
)


def test_choices_are_arguments_of_the_reader():
    assert arguments_of("dose_response", PANEL) == {
        "plate_map": Path("x/map's.csv"),
        "dose_unit": "nM",
        "compound": "a;b $HOME",
        "roles": {"untreated": ["DMSO", "NC 1"]},
        "columns": {"signal": "RLU (raw)"},
        "lost": "drop",
        "saturated": "keep",
        "normalise": True,
        "grid_number": 2,
        "where": {"time_h": ["24", "72"]},
        "join_names": False,
    }


def _typed(assay: str, line: str) -> dict[str, Any]:
    """The options that the command of a line reads from it."""
    words = shlex.split(line)
    assert words[:3] == ["lensim", "fit", assay.replace("_", "-")]
    group: Any = typer.main.get_command(app)
    context = group.make_context("lensim", ["fit"], resilient_parsing=True)
    fit = group.get_command(context, "fit")
    command = fit.get_command(context, words[2])
    return dict(command.make_context("fit", words[3:]).params)


def test_the_command_line_is_read_as_the_choices_were(monkeypatch):
    typed = _typed("dose_response", command_of("dose_response", PANEL))
    own = {name: value for name, value in typed.items() if name in sources._wells.__annotations__}
    files, options = sources._wells(**own)
    assert [Path(one).name for one in files] == ["plate 1.csv", "-2.csv"]
    wanted = arguments_of("dose_response", PANEL)
    assert str(options["plate_map"]) == "map's.csv"
    for name in ("dose_unit", "compound", "lost", "saturated", "normalise", "where", "columns", "join_names"):
        assert options[name] == wanted[name], name
    assert list(options["roles"].untreated) == ["DMSO", "NC 1"]
    assert list(options["grid_number"]) == [2]


def test_the_command_line_of_rt_qpcr():
    wanted = Wanted(
        files=(Path("run.txt"),),
        table=Path("sheet.csv"),
        exclude=Path("out.csv"),
        chosen={"references": ("RPL37A", "B2M"), "control": "untreated", "unpaired": "keep", "cycle_limit": "45"},
    )
    line = command_of("expression", wanted, seed=7)
    assert line == (
        "lensim fit expression run.txt --sheet sheet.csv --reference RPL37A --reference B2M --control untreated "
        "--unpaired keep --cycle-limit 45 --exclude out.csv --seed 7 --out fit.nc"
    )
    assert _typed("expression", line)["reference"] == ["RPL37A", "B2M"]


def test_faults_of_choices_are_told():
    with pytest.raises(InputError, match=r"--grid-number must be a number, got 'two'"):
        arguments_of("dose_response", Wanted(chosen={"grid_number": "two"}))
    with pytest.raises(InputError, match="sample sheet must be left out"):
        arguments_of("cell_cycle", Wanted(table=Path("a.csv")))


def test_the_key_differs_with_each_choice():
    keys = {Wanted((Path("a"),)).key, Wanted((Path("b"),)).key, Wanted((Path("a"),), chosen={"control": "x"}).key}
    assert len(keys) == 3
    assert Wanted((Path("a"),), chosen={"control": ""}).key == Wanted((Path("a"),)).key
