"""Every option, parameter and meaning of a column that a message names is there, at the command that prints it."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
import typer

import lensim
from lensim.bioassay.columns import COLUMNS as BIOASSAY_COLUMNS
from lensim.cell_cycle.read import columns as cell_cycle_columns
from lensim.cli import main
from lensim.cli.remedies import OWN_OPTIONS, SWITCHES, options_of
from lensim.dose_response.read.columns import COLUMNS as DOSE_RESPONSE_COLUMNS
from lensim.expression.read.columns import COLUMNS as EXPRESSION_COLUMNS
from lensim.expression.read.columns import RATIO_COLUMNS

PACKAGE: Final = Path(lensim.__file__).parent
CHOICE: Final = re.compile(r"(?<=[ (])([a-z_]+)=(?=[\"'{\[\d\0]|True|False|$|[ ,;:).])")
OPTION: Final = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
MEANING: Final = re.compile(r"columns=\{[\"'](\w+)[\"']")
READERS: Final = {
    "dose_response": ("fit dose-response", "read dose-response"),
    "expression": ("fit expression", "read expression"),
    "bioassay": ("fit bioassay", "read bioassay"),
    "cell_cycle": ("fit cell-cycle", "read cell-cycle"),
}
"""The commands that print what a reader of an assay says."""
TYPED: Final = ("cli", "doctor", "app")
"""Folders whose messages are for who types commands; all others are Python's as well."""
OF_PIP: Final = {"--python", "--force-reinstall"}
OTHER_COMMANDS: Final = {
    "power": ("power",),
    "plan": ("plan",),
    "summaries": ("published",),
    "selection": ("simulate selection",),
}
COLUMNS: Final = {
    "dose_response": set(DOSE_RESPONSE_COLUMNS),
    "expression": {*EXPRESSION_COLUMNS, *RATIO_COLUMNS},
    "bioassay": set(BIOASSAY_COLUMNS),
    "cell_cycle": {
        *cell_cycle_columns.COUNT_COLUMNS,
        *cell_cycle_columns.EVENT_COLUMNS,
        *cell_cycle_columns.FCS_COLUMNS,
        *cell_cycle_columns.TUBE_COLUMNS,
    },
}
NO_CHOICES: Final = {"class", "id", "href", "src", "alt", "width", "style", "charset", "name", "content", "lang"}
"""Attributes of HTML, which a page writes."""


def _commands() -> dict[str, dict[str, str]]:
    """The options of every command by parameter."""
    groups = [("", main.app), *((f"{one.name} ", one.typer_instance) for one in main.app.registered_groups)]
    return {
        f"{prefix}{one.name}": options_of(one.callback)
        for prefix, group in groups
        for one in group.registered_commands  # type: ignore[union-attr]
        if one.callback is not None and not one.hidden
    }


COMMANDS: Final = _commands()
SWITCHED: Final = {name for name, _ in SWITCHES} | set(OWN_OPTIONS)


def _texts(path: Path) -> Iterator[tuple[int, str]]:
    """Texts of a module with their line, docstrings left out; NUL where a value is put in."""
    tree = ast.parse(path.read_text())
    left_out = {
        id(one.value)
        for node in ast.walk(tree)
        for one in (getattr(node, "body", None) or [] if isinstance(getattr(node, "body", None), list) else [])
        if isinstance(one, ast.Expr)
    }
    pieces = {id(one) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for one in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = (one.value if isinstance(one, ast.Constant) else "\0" for one in node.values)
            yield node.lineno, "".join(str(one) for one in parts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in left_out | pieces:
            yield node.lineno, node.value


def _said(pattern: re.Pattern[str], *folders: str) -> list[tuple[str, str]]:
    """Where in these folders of lensim a text fits, and what it names."""
    paths = [path for folder in folders for path in sorted((PACKAGE / folder).rglob("*.py"))]
    return [
        (f"{path.relative_to(PACKAGE)}:{line}", name)
        for path in paths
        for line, text in _texts(path)
        for name in pattern.findall(text)
    ]


@pytest.mark.parametrize("assay", READERS)
def test_choices_in_messages_of_readers_are_options_of_their_commands(assay):
    unknown = [
        (place, name, command)
        for place, name in _said(CHOICE, assay)
        for command in READERS[assay]
        if name not in COMMANDS[command] and not _is_switch(name, command)
    ]
    assert unknown == []


def _is_switch(name: str, command: str) -> bool:
    """Whether a command has an option of its own for a value, or for a name, of this parameter."""
    own = OWN_OPTIONS.get(name)
    if own is not None:
        return any(re.fullmatch(own.format("[a-z]+"), option) for option in COMMANDS[command].values())
    return any(one == name and option in COMMANDS[command].values() for (one, _), option in SWITCHES.items())


def test_choices_in_messages_of_tables_are_options_of_a_reader():
    everywhere = set.union(*(set(COMMANDS[command]) for commands in READERS.values() for command in commands))
    assert [said for said in _said(CHOICE, "tables") if said[1] not in everywhere | SWITCHED] == []


def test_choices_in_other_messages_are_options_of_their_commands():
    for folder, commands in OTHER_COMMANDS.items():
        options = set.union(*(set(COMMANDS[command]) for command in commands))
        assert [said for said in _said(CHOICE, folder) if said[1] not in options] == []


def test_choices_in_messages_of_all_commands_are_options_of_some():
    every = set.union(*map(set, COMMANDS.values())) | SWITCHED
    roots = [path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name not in ("cli", "__pycache__")]
    said = _said(CHOICE, *roots)
    assert [one for one in said if one[1] not in every | NO_CHOICES] == []


def test_options_in_messages_are_options_of_some_command():
    every = {option for options in COMMANDS.values() for option in options.values()} | {
        "--help",
        "--version",
        "--no-join-names",
        "--no-browser",
        *OF_PIP,
    }
    assert [said for said in _said(OPTION, *TYPED) if said[1] not in every] == []


def test_messages_outside_the_command_line_name_parameters_not_options():
    roots = [path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name not in (*TYPED, "__pycache__")]
    said = [one for one in _said(OPTION, *roots) if one[1] not in ("--out", "--porcelain")]
    assert said == []


@pytest.mark.parametrize("assay", COLUMNS)
def test_meanings_of_columns_in_messages_are_known(assay):
    assert [said for said in _said(MEANING, assay) if said[1] not in COLUMNS[assay]] == []


def test_the_walk_finds_a_choice_that_does_not_exist(tmp_path):
    module = tmp_path / "module.py"
    module.write_text('raise InputError(f"{place}: choose one with no_such_choice={name!r} or --no-such-option")\n')
    [(line, text)] = _texts(module)
    assert (line, CHOICE.findall(text), OPTION.findall(text)) == (1, ["no_such_choice"], ["--no-such-option"])


def test_every_command_was_walked():
    assert {"fit dose-response", "power", "simulate selection"} <= set(COMMANDS)
    assert all(inspect.isfunction(one.callback) for one in main.app.registered_commands)
    assert isinstance(main.app, typer.Typer)
