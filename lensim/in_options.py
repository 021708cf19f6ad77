"""Choices as Python writes them, in messages and for a command line, as options of a command: grid_number=2."""

import ast
import re
import shlex
from collections.abc import Mapping
from typing import Final

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


def as_options(message: str, options: Mapping[str, str]) -> str:
    """A message whose choices are written as options of a command; choices that it does not have stay as they are."""

    def written(match: re.Match[str]) -> str:
        name, text = match["name"], match["value"] or ""
        value = _value(text)
        if (switch := SWITCHES.get((name, str(value)))) and switch.lstrip("-").replace("-", "_") in options:
            return switch
        if name in OWN_OPTIONS and isinstance(value, dict):
            return " ".join(option_text(OWN_OPTIONS[name].format(key), one) for key, one in value.items())
        return option_text(options[name], value) if name in options else match[0]

    def placed(match: re.Match[str]) -> str:
        name = match["name"] if match["name"] in options else FIELDS.get(match["name"], "")
        return options.get(name, match[0])

    return _CHOICE.sub(written, _PLACE.sub(placed, message))


def _value(text: str) -> object:
    """The value that a text writes; the text itself where it is no value of Python."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def option_text(option: str, value: object) -> str:
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
