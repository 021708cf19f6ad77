"""From choices as Python writes them, in messages, to the options of the command that prints the message.

A message of a reader names a choice as its parameter, `grid_number=2`. A command prints it as its own option,
`--grid-number 2`, so that what a message names can be used where it is read.
"""

import inspect
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import wraps
from types import MappingProxyType
from typing import Any, Final, get_args

from typer.models import OptionInfo

from lensim.checks import InputError
from lensim.in_options import FIELDS, OWN_OPTIONS, SWITCHES, as_options

PARAMETERS: Final[Mapping[str, str]] = {
    "columns": "column",
    "levels": "level",
    "references": "reference",
    "roles": "role",
    "prior": "start",
}
"""Parameters in Python whose option is called otherwise in the function behind a command."""

__all__ = [
    "FIELDS", "OWN_OPTIONS", "PARAMETERS", "SWITCHES", "as_options", "in_own_options", "options_of", "speaking_options",
]  # fmt: skip

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
