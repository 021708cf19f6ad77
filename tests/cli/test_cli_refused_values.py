"""Every option of every command, with values that none has: one sentence with the option, its rule and the value."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from lensim.cli.main import app
from lensim.cli.refused_values import refusal_of, rule_of
from lensim.plain_text import shown
from tests.cli.test_cli import GOOD, HEADER, run

NO_NUMBERS = ("", "nan", "1e400", "-1e308", "x" * 100_000, "9" * 5000, "0x10", "\u0661\u0662", "1,5", "-1")
OTHER_NUMBERS = ("10" * 20, "inf", "1e308", "1e-320", "9223372036854775808")


def leaves(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, one in getattr(command, "commands", {}).items():
        yield from leaves(one, (*path, name))
    if not hasattr(command, "commands") and not command.hidden:
        yield path, command


OPTIONS = [
    (path, option)
    for path, command in leaves(typer.main.get_command(app))
    for option in command.params
    if option.param_type_name == "option" and "--help" not in option.opts
]
COMMANDS = dict(leaves(typer.main.get_command(app)))
NUMBERS = [(path, option) for path, option in OPTIONS if "number" in rule_of(option)]
TEXTS = {option.opts[0]: (path, option) for path, option in OPTIONS if not rule_of(option) and not option.is_flag}
CHOICES = {option.opts[0]: (path, option) for path, option in OPTIONS if rule_of(option).startswith("one of")}


def said_of(path: tuple[str, ...], option: Any) -> str:
    return f"{' '.join(path)} {option.opts[0]}"


@pytest.mark.parametrize(("path", "option"), NUMBERS, ids=lambda one: " ".join(one) if isinstance(one, tuple) else "")
def test_numbers_that_an_option_cannot_have_are_told_with_its_bounds(path, option):
    assert None not in (option.min, option.max), said_of(path, option)
    for value in (*NO_NUMBERS, *OTHER_NUMBERS):
        with pytest.raises(typer.BadParameter) as refused:
            COMMANDS[path].make_context(path[-1], [f"{option.opts[0]}={value}"])
        said = refusal_of(refused.value)
        assert said == f"{option.opts[0]} must be {rule_of(option)}, got {shown(value)}"
        assert len(said) < 300


@pytest.mark.parametrize("name", CHOICES)
def test_a_word_that_an_option_does_not_know_is_told_with_those_it_knows(capsys, name):
    path, _ = CHOICES[name]
    for value in ("", "x" * 100_000, "\x1b[2J", "nan"):
        status, _, error = run(capsys, *path, f"{name}={value}")
        assert status == 2
        assert f"error: {name} must be one of " in error
        assert "\x1b" not in error


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("power", "--workers", "1000000000"), "--workers must be a whole number from 1 to 1,000, got '1000000000'"),
        (
            ("published", "--seed", "1" + 40 * "0"),
            f"--seed must be a whole number from 0 to 9,223,372,036,854,775,807, got '1{40 * '0'}'",
        ),
        (("summarize", "--ci", "nan"), "--ci must be a number from 0.01 to 0.999, got 'nan'"),
        (("plan", "--from"), "--from must be followed by a value, got none: --help lists what each option takes"),
        (("fit", "bioassay", "--decimal", ";"), "--decimal must be one of '.', ',', got ';'"),
        (
            ("simulate", "bioassay", "--experiments", "1000000", "--out", "new.csv"),
            "BioassayDesign must have at most 1,000,000 wells",
        ),
        (
            ("simulate", "expression", "--replicates", "1000", "--out", "new.csv"),
            "error: --replicates must let a subject's 8000 reactions fit on a plate of 8 x 12 wells, got 1000",
        ),
        (
            ("read", "dose-response", "x.csv", "--plate-wells", "3"),
            "error: --plate-wells must be one of 96, 384, 1536, got 3",
        ),
    ],
)
def test_refusals_are_told_in_these_words(capsys, monkeypatch, tmp_path, argv, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.csv").write_text(HEADER + "".join(GOOD))
    status, _, error = run(capsys, *argv)
    assert status == 2
    assert said in error


@pytest.fixture
def odd_places(tmp_path: Path) -> Path:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "x.csv").write_text(HEADER + "".join(GOOD))
    return tmp_path


ODD_TEXTS = ("", "x" * 100_000, "\x1b[2J\u202e=\n")
ODD_PATHS = ("folder", "pipe", "x" * 100_000, "\x1b[2J\u202e.csv")


@pytest.mark.parametrize("name", TEXTS)
def test_odd_texts_and_places_give_one_sentence(capsys, monkeypatch, odd_places, name):
    monkeypatch.chdir(odd_places)
    path, option = TEXTS[name]
    is_path = "Path" in str(option.type_descriptor.annotation)
    needs_out = name != "--out" and path[0] not in ("read", "summarize", "compare", "associate", "published")
    for value in ODD_PATHS if is_path else ODD_TEXTS:
        out = {"fit": "a.nc", "report": "a.html"}.get(path[0], "a.csv" if path[-1] != "selection" else "a")
        arguments = ["x.csv"] if path[0] != "simulate" or path[-1] == "selection" else []
        status, _, error = run(
            capsys, *path, *arguments, f"{name}={value}", *(["--out", out] if needs_out else []),
        )  # fmt: skip
        assert status in (0, 2), (value[:20], error[-300:])
        assert len(error) < 3000
        assert not set(error) & {"\x1b", "\u202e"}
