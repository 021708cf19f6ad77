"""The door of the public functions: each argument is of the kind that the function's own annotation says.

    @checked
    def load(path: str | Path) -> Fit: ...

`load(1)` then ends with one `InputError` that names the parameter, the rule, the value and what to write instead. The
signature, the help and the types of the function stay as they are. An annotation that is text, since its class is
imported late, is met by a value whose class has that name.
"""

import difflib
import inspect
import io
import numbers
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import wraps
from pathlib import Path, PurePath
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, cast, get_args, get_origin

import numpy as np

from lensim.checks import InputError
from lensim.plain_text import shown, shown_kind

_MARK: Final = "__has_checked_arguments__"

EXAMPLES: Final[Mapping[str, str]] = {
    "by": '"time_h"',
    "calibrator": '"subject 1"',
    "channels": '{"brdu": "FL1-H"}',
    "columns": '{"condition": "NAME"}',
    "control": '"untreated"',
    "dose_unit": '"uM"',
    "factors": '{"GENE": (1.95, 0.02)}',
    "force": "True",
    "grid_number": "2",
    "ignore": '["plate"]',
    "join_names": "True",
    "levels": "[50, 90]",
    "out": '"results"',
    "plate_map": '"map.csv"',
    "plate_wells": "96",
    "prior": '"fit.nc"',
    "question": '"next.toml"',
    "reading": '"570"',
    "references": '["GENE"]',
    "roles": '{"untreated": "DMSO"}',
    "scenario": '"study.toml"',
    "scheduler": '"tcp://127.0.0.1:8786"',
    "seed": "1",
    "sheet": '"samples.csv"',
    "so_far": '"ratios.csv"',
    "summaries": '"paper.toml"',
    "tell": "print",
    "unit": '"pg/ml"',
    "warn": "print",
    "where": '{"time_h": "72"}',
    "workers": "4",
    "worksheet": '"Results"',
}
"""What can be written for a parameter, as Python writes it."""

REMEDIES: Final[Mapping[str, str]] = {
    "files": 'write the path of the file, "wells.csv", or a list of paths',
    "path": 'write the path of the file, "fit.nc"',
    "data": "take what lensim.read or lensim.simulate gives",
    "tree": 'read a fit with lensim.load("fit.nc")',
    "design": "leave it out for the design of the paper",
    "population": "leave it out for the usual one",
    "faults": "leave it out for the usual ones",
    "cytometer": "leave it out for the usual one",
    "name": "take one of fit.figures",
}
"""What to do about a parameter, where no value can be written as it is."""


def checked[F: Callable[..., Any]](function: F) -> F:
    """A function that takes only arguments of the kinds that its annotations say.

    Parameters
    ----------
    function
        With an annotation at every parameter that is to be checked.

    Raises
    ------
    InputError
        When it is called: if a value is of another kind, an option is unknown, or a value is missing.
    """
    if hasattr(function, _MARK):
        return function
    signature = inspect.signature(function)

    @wraps(function)
    def door(*given: Any, **named: Any) -> Any:
        bound = _bound(signature, given, named)
        for name, value in bound.arguments.items():
            if isinstance(value, Iterator) and not isinstance(value, io.IOBase):
                bound.arguments[name] = value = list(value)
            require_kind(name, value, signature.parameters[name].annotation)
        return function(*bound.args, **bound.kwargs)

    setattr(door, _MARK, True)
    return cast("F", door)


def _bound(signature: inspect.Signature, given: tuple[Any, ...], named: Mapping[str, Any]) -> inspect.BoundArguments:
    """The arguments by the names of their parameters."""
    known = [name for name in signature.parameters if name != "self"]
    for name in named:
        if name not in signature.parameters:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f" (closest: {close[0]!r})" if close else ""
            there = f"one of {', '.join(known)}" if known else "left out, there is none"
            raise InputError(f"an option must be {there}, got {shown(name)}{hint}")
    try:
        return signature.bind(*given, **named)
    except TypeError as error:
        raise InputError(_fault_of_call(signature, given, named) or str(error)) from None


def _fault_of_call(signature: inspect.Signature, given: tuple[Any, ...], named: Mapping[str, Any]) -> str:
    """What is wrong with a call whose arguments do not go to the parameters one each."""
    parameters = signature.parameters.values()
    by_place = [one.name for one in parameters if one.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
    if len(given) > len(by_place):
        selves = "self" in by_place
        most, options = len(by_place) - selves, ", ".join(one for one in signature.parameters if one != "self")
        rule = f"at most {most} without the name of its option" if most else "left out"
        return f"values must be {rule}, got {len(given) - selves}{f': the options are {options}' if options else ''}"
    if twice := [name for name in by_place[: len(given)] if name in named]:
        return f"{twice[0]} must be given once, got two values"
    lacking = [one for one in by_place[len(given) :] if one not in named]
    missing = [one for one in lacking if signature.parameters[one].default is inspect.Parameter.empty]
    return f"{missing[0]} must be given, got none{_remedy(missing[0], None, None)}" if missing else ""


def require_kind(name: str, value: Any, kind: Any) -> None:
    """Refuse a value that is not of the kind that an annotation says.

    Raises
    ------
    InputError
        With the parameter, the rule, the value and what to write.
    """
    if not _fits(value, kind):
        raise InputError(f"{name} must be {_words(kind)}, got {shown_kind(value)}{_remedy(name, value, kind)}")


def _fits(value: Any, kind: Any) -> bool:
    """Whether a value is of a kind."""
    if kind is Any or kind is inspect.Parameter.empty:
        return True
    if isinstance(kind, str):
        return any(_is_called(value, one.strip()) for one in kind.split("|"))
    if kind is None or kind is NoneType:
        return value is None
    if kind in _SIMPLE:
        return _SIMPLE[kind](value)
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        is_no_path = Path in parts and isinstance(value, str) and (not value.strip() or "\0" in value)
        return not is_no_path and any(_fits(value, one) for one in parts)
    if origin is Literal:
        return isinstance(value, str) and value in parts
    if origin in _NESTED:
        return _NESTED[origin](value, parts)
    return isinstance(value, kind)


def _is_called(value: Any, name: str) -> bool:
    """Whether a value is None, or its class or one of its bases has this name."""
    return value is None if name == "None" else any(one.__name__ == name for one in type(value).__mro__)


def _is_path(value: Any) -> bool:
    return isinstance(value, PurePath) or (isinstance(value, os.PathLike) and isinstance(os.fspath(value), str))


def _is_mapping(value: Any, parts: tuple[Any, ...]) -> bool:
    return isinstance(value, Mapping) and all(
        _fits(key, parts[0]) and _fits(one, parts[1]) for key, one in value.items()
    )


def _is_list(value: Any, parts: tuple[Any, ...]) -> bool:
    """Whether a value is a list, or an array or another collection of one dim, of what its kind says."""
    is_none = isinstance(value, str | bytes | bytearray | Mapping | io.IOBase) or getattr(value, "ndim", 1) != 1
    return not is_none and isinstance(value, Iterable) and all(_fits(one, parts[0]) for one in value)


def _is_tuple(value: Any, parts: tuple[Any, ...]) -> bool:
    is_whole = isinstance(value, tuple | list) and len(value) == len(parts)
    return is_whole and all(map(_fits, value, parts))


_SIMPLE: Final[Mapping[Any, Callable[[Any], bool]]] = {
    bool: lambda value: isinstance(value, bool | np.bool_),
    int: lambda value: isinstance(value, numbers.Integral) and not isinstance(value, bool),
    float: lambda value: isinstance(value, numbers.Real | Decimal) and not isinstance(value, bool),
    Path: _is_path,
}
_NESTED: Final[Mapping[Any, Callable[[Any, tuple[Any, ...]], bool]]] = {
    Callable: lambda value, _: callable(value),
    Mapping: _is_mapping,
    Sequence: _is_list,
    tuple: _is_tuple,
}
_AS_A_PATH: Final = ("str", "Source")
"""Classes that a parameter takes beside a path, of which its words say nothing: an opened file is for readers."""
_NAMES: Final[Mapping[Any, str]] = {
    bool: "True or False",
    int: "a whole number",
    float: "a number",
    str: "a text",
    Path: "a path",
    Callable: "a function",
    Mapping: "a mapping",
    tuple: "a pair of numbers",
}


def _words(kind: Any) -> str:
    """A kind in words; None, which every option may be where it has no value, is not named."""
    if isinstance(kind, str):
        return " or ".join(_a(one.strip()) for one in kind.split("|") if one.strip() != "None")
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Literal:
        return f"one of {', '.join(map(str, parts))}"
    if origin is Sequence:
        return f"a list of {_words_of_many(parts[0])}"
    if origin is Mapping:
        return f"a mapping of names to {_words_of_many(parts[1])}"
    if origin in (Union, UnionType):
        hidden = _AS_A_PATH if Path in parts else ()
        own = [one for one in parts if one is not NoneType and getattr(one, "__name__", "") not in hidden]
        return " or ".join(dict.fromkeys(_words(one) for one in own))
    if getattr(kind, "_is_protocol", False):
        return f"what has a {' and a '.join(name for name in vars(kind) if not name.startswith('_'))}, as a Fit has"
    return _NAMES.get(origin or kind) or _a(kind.__name__)


def _a(name: str) -> str:
    return f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"


def _words_of_many(kind: Any) -> str:
    words = {_words(one) for one in get_args(kind) if one is not NoneType} if get_origin(kind) else {_words(kind)}
    if "a path" in words:
        return "paths"
    return "texts" if words == {"a text"} else "whole numbers" if words == {"a whole number"} else "values"


def _remedy(name: str, value: Any, kind: Any) -> str:
    """What to write instead, from what was meant where that can be seen; '' where there is nothing to say."""
    meant = _meant(value, kind)
    if meant or name in EXAMPLES:
        return f": write {name}={meant or EXAMPLES[name]}"
    return f": {REMEDIES[name]}" if name in REMEDIES else ""


def _meant(value: Any, kind: Any) -> str:
    """The value of a mapping or a list that a text stands for: "signal=RLU", ["signal=RLU"] or "plate"."""
    origins = {get_origin(one) for one in (kind, *get_args(kind))}
    texts = [value] if isinstance(value, str) else value if isinstance(value, list | tuple) else []
    if not texts or not all(isinstance(one, str) and one.strip() for one in texts):
        return ""
    if Mapping in origins:
        pairs = [one.partition("=") for one in texts]
        if all(key.strip() and mark and text.strip() for key, mark, text in pairs):
            return f"{{{', '.join(f'{_quoted(key)}: {_quoted(text)}' for key, _, text in pairs)}}}"
        return ""
    return f"[{_quoted(value)}]" if Sequence in origins and isinstance(value, str) else ""


def _quoted(text: str) -> str:
    """A text in double quotes, as the messages of lensim write choices."""
    text = shown(text.strip())
    return text if '"' in text or "\\" in text else f'"{text[1:-1]}"'
