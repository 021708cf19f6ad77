"""Commands of an assay: the options that say how its files are read, beside those that all assays share."""

import inspect
from collections.abc import Callable
from typing import Any


def assay_command(
    name: str, source: Callable[..., Any], shared: Callable[..., Any], run: Callable[..., None], about: str
) -> Callable[..., None]:
    """A command with the parameters of two functions.

    Parameters
    ----------
    name
        Of the function that is made.
    source
        Files and options to data; its parameters reach `run` as one mapping, its first argument.
    shared
        Only its signature is used: the options of all assays, which reach `run` as keywords.
    run
        What the command does.
    about
        The text of its help.
    """
    own, common = inspect.signature(source).parameters, inspect.signature(shared).parameters
    keywords = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in {**own, **common}.values()]

    def command(**given: Any) -> None:
        run({key: given[key] for key in own}, **{key: given[key] for key in common})

    command.__name__ = name
    command.__doc__ = about
    command.__signature__ = inspect.Signature(keywords)  # type: ignore[attr-defined]
    command.__annotations__ = {one.name: one.annotation for one in keywords}
    return command


def joined(*functions: Callable[..., Any]) -> Callable[..., Any]:
    """A function with the parameters of several, which does nothing: `assay_command` takes its signature alone."""

    def shared(**given: Any) -> None:
        """The signature alone is used."""

    parameters = {name: one for function in functions for name, one in inspect.signature(function).parameters.items()}
    keywords = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in parameters.values()]
    shared.__signature__ = inspect.Signature(keywords)  # type: ignore[attr-defined]
    return shared
