"""From choices as Python writes them, in messages, to the options of the command that prints the message.

A message of a reader names a choice as its parameter, `grid_number=2`. A command prints it as its own option,
`--grid-number 2`, so that what a message names can be used where it is read.
"""

import ast
import inspect
import re
import shlex
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import wraps
from types import MappingProxyType
from typing import Any, Final, get_args

from typer.models import OptionInfo

from lensim.checks import InputError

PARAMETERS: Final[Mapping[str, str]] = {
    "columns": "column",
    "levels": "level",
    "references": "reference",
    "roles": "role",
    "prior": "start",
}
"""Parameters in Python whose option is called otherwise in the function behind a command."""

SWITCHES: Final[Mapping[tuple[str, str], str]] = {
    ("lost", "drop"): "--drop-lost",
    ("saturated", "drop"): "--drop-saturated",
    ("saturated", "keep"): "--keep-saturated",
}
"""Values of a parameter for which a command has an option without a value."""

OWN_OPTIONS: Final[Mapping[str, str]] = {"channels": "--{}-channel"}
"""Parameters that are mappings in Python, and for each of whose names a command has an option."""

_VALUE: Final = r""" "[^"]*" | '[^']*' | \{[^{}]*\} | \[[^][]*\] | [\w.+-]*\w """
_CHOICE: Final = re.compile(rf"(?<=[\ (])(?P<name>[a-z_]+)=(?!=)(?P<value>{_VALUE})?", re.VERBOSE)
"""A choice behind a blank or a bracket: at the start of a line, and in paths, names of a user begin."""

FIELDS: Final[Mapping[str, str]] = {
    "technical_replicates": "replicates",
    "standard_replicates": "replicates",
    "events_per_tube": "events",
    "ci_prob": "ci",
}
"""Fields of designs and settings that an option has set under another name."""

_PLACE: Final = re.compile(r"^(?:[A-Z]\w+\.)?(?P<name>[a-z_]+)(?= must | is for )", re.MULTILINE)
"""What a line of a message is about: a parameter, or a field of the design or the settings that it becomes."""

_options: Final[ContextVar[Mapping[str, str]]] = ContextVar("options", default=MappingProxyType({}))


def options_of(command: Callable[..., Any]) -> dict[str, str]:
    """The options of a command by the name of their parameter in Python: grid_number to --grid-number."""
    options = {}
    for name, parameter in inspect.signature(command).parameters.items():
        declared = [one for one in get_args(parameter.annotation) if isinstance(one, OptionInfo)]
        if declared or parameter.default is not inspect.Parameter.empty:
            # typer.Option("--out") has its first name as its default
            texts = [str(text) for one in declared for text in (one.default, *(one.param_decls or ()))]
            named = [text for text in texts if text.startswith("--")]
            options[name] = named[0].partition("/")[0] if named else f"--{name.replace('_', '-')}"
    for python, own in PARAMETERS.items():
        if own in options:
            options.setdefault(python, options[own])
    return options


def as_options(message: str, options: Mapping[str, str]) -> str:
    """A message whose choices are written as options of a command; choices that it does not have stay as they are."""

    def written(match: re.Match[str]) -> str:
        name, text = match["name"], match["value"] or ""
        value = _value(text)
        if (switch := SWITCHES.get((name, str(value)))) and switch.lstrip("-").replace("-", "_") in options:
            return switch
        if name in OWN_OPTIONS and isinstance(value, dict):
            return " ".join(_option(OWN_OPTIONS[name].format(key), one) for key, one in value.items())
        return _option(options[name], value) if name in options else match[0]

    def placed(match: re.Match[str]) -> str:
        name = match["name"] if match["name"] in options else FIELDS.get(match["name"], "")
        return options.get(name, match[0])

    return _CHOICE.sub(written, _PLACE.sub(placed, message))


def speaking_options[**P, T](command: Callable[P, T]) -> Callable[P, T]:
    """A command whose errors name its own options."""
    options = options_of(command)

    @wraps(command)
    def spoken(*given: P.args, **named: P.kwargs) -> T:
        before = _options.set(options)
        try:
            return command(*given, **named)
        except InputError as error:
            raise InputError(as_options(str(error), options)) from error
        finally:
            _options.reset(before)

    return spoken


def in_own_options(note: str) -> str:
    """A note of a reader, with its choices as options of the command that runs."""
    return as_options(note, _options.get())


def _value(text: str) -> object:
    """The value that a text writes; the text itself where it is no value of Python."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _option(option: str, value: object) -> str:
    """An option with its value; once for each item of a list, and NAME=VALUE for each item of a mapping."""
    if value is True or value == "":
        return option
    if value is False:
        return f"{option[:2]}no-{option[2:]}"
    if isinstance(value, dict):
        items = [(key, one) for key, many in value.items() for one in (many if isinstance(many, list) else [many])]
        return " ".join(f"{option} {shlex.quote(f'{key}={one}')}" for key, one in items)
    if isinstance(value, list):
        return " ".join(f"{option} {shlex.quote(str(one))}" for one in value)
    return f"{option} {shlex.quote(str(value))}"
