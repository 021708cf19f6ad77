"""Values from a file: strict, frozen data. All faults of a file are reported at once."""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import is_dataclass
from types import UnionType
from typing import Annotated, Any, ClassVar, Final, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError

from lensim.bounds import BoundedModel, require_bounded
from lensim.checks import InputError
from lensim.plain_text import shown


class FrozenConfig(BoundedModel):
    """A value that refuses unknown keys and does not change.

    Attributes
    ----------
    about
        What it is of, in words, where messages should say it.
    advice
        What to write in place of a key that people try and that is none ("fold_change"), or of a value of a key
        ("test=t_test"): a sentence without capital and end.
    """

    about: ClassVar[str] = ""
    advice: ClassVar[Mapping[str, str]] = {}
    model_config = ConfigDict(extra="forbid", frozen=True)


MOST_FAULTS: Final = 20
"""Faults of a file that are told; the others are counted."""

_KINDS: Final = {
    "path_type": "must be a path",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "dataclass_type": "must be a table",
    "dict_type": "must be a table",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
}
"""What a value must be, by the library's name of the fault."""


def checked[S: BaseModel](kind: type[S], content: Mapping[str, Any], place: str) -> S:
    """A checked value from nested content.

    Raises
    ------
    InputError
        With every fault: an unknown key, a value out of its range, a rule that the design cannot answer.
    """
    require_bounded(content, place)
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        faults = []
        for e in error.errors():
            if e["loc"][-1:] == ("float",) and isinstance(e["input"], Mapping):
                continue  # a table is meant as a distribution, and the fault of the distribution is reported
            where = ".".join(str(part) for part in e["loc"] if not str(part).startswith(("function-", "Distribution")))
            message = _unknown(e, kind) or _untagged(e, kind) or _in_words(e)
            got = "" if "got" in message or isinstance(e["input"], dict | BaseModel) else f", got {shown(e['input'])}"
            faults.append(f"{place}: {where + ': ' if where else ''}{message}{got}")
        faults = list(dict.fromkeys(faults))
        more = [f"{place}: and {len(faults) - MOST_FAULTS} more faults"] if len(faults) > MOST_FAULTS else []
        raise InputError("\n".join([*faults[:MOST_FAULTS], *more])) from None


def _in_words(error: Any) -> str:
    """What the fault is, without names of code."""
    message = str(error["msg"])
    return _KINDS.get(str(error["type"]), message.removeprefix("Value error, "))


def _untagged(error: Any, kind: type[BaseModel]) -> str:
    """The fault of an entry whose key does not say of which kind it is; '' where the fault is another."""
    context = error.get("ctx", {})
    key = str(context.get("discriminator", "")).strip("'")
    of = f" ({about})" if (about := getattr(kind, "about", "")) else ""
    if error["type"] == "union_tag_invalid":
        allowed = context["expected_tags"].replace("'", "")
        return f"{key} must be one of {allowed}{of}, got {shown(context['tag'])}"
    if error["type"] == "union_tag_not_found":
        return f"must have the key {key}, which says of which kind it is, got none"
    return ""


ALIKE: Final = 0.5
"""From this likeness on a name is shown first among those that there are."""


def closest_first(name: str, known: Iterable[str]) -> list[str]:
    """Names that there are, those most alike to one that is not first; the others in their own order."""
    names = list(known)

    def likeness(other: str) -> float:
        ratio = difflib.SequenceMatcher(None, name.lower(), other.lower()).ratio()
        return ratio if ratio >= ALIKE else 0.0

    return sorted(names, key=likeness, reverse=True)


def _unknown(error: Any, kind: type[BaseModel]) -> str:
    """The fault of a key that is none, or of a value that is none of those allowed; '' where the fault is another."""
    if error["type"] not in ("extra_forbidden", "unexpected_keyword_argument", "literal_error"):
        return ""
    *above, key = error["loc"]
    owners = list(_within(kind, above))
    if error["type"] == "literal_error":
        value = error["input"]
        known = [str(one) for one in _values_of(owners, str(key))]
        if not known:
            return ""
        said = f"must be one of {', '.join(closest_first(str(value), known))}, got {shown(value)}"
        return f"{said}: {advice}" if (advice := _advice(owners, f"{key}={value}")) else said
    known = [name for owner in owners for name in _fields_of(owner)]
    said = "there is no such key here"
    if advice := _advice(owners, str(key)):
        said += f": {advice}"
    if known:
        said += f"; the keys are {', '.join(closest_first(str(key), dict.fromkeys(known)))}"
    return f"{said}; got {shown(error['input'])}" if not isinstance(error["input"], dict) else said


def _advice(owners: Sequence[Any], what: str) -> str:
    """What is told of a key, or of a value as key=value, by the class that it stands in."""
    return next((text for owner in owners if (text := getattr(owner, "advice", {}).get(what, ""))), "")


def _fields_of(owner: Any) -> dict[str, Any]:
    """The fields of a pydantic model or a dataclass with their annotations."""
    if isinstance(owner, type) and issubclass(owner, BaseModel):
        return {name: field.annotation for name, field in owner.model_fields.items()}
    if is_dataclass(owner):
        return {name: kind for name, kind in get_type_hints(owner).items() if get_origin(kind) is not ClassVar}
    return {}


def _values_of(owners: Sequence[Any], key: str) -> Iterator[Any]:
    for owner in owners:
        for choice in _parts(_fields_of(owner).get(key)):
            if get_origin(choice) is Literal:
                yield from get_args(choice)


def _within(kind: Any, above: Sequence[Any]) -> Iterator[Any]:
    """The classes that a place of an error can be in: a path of keys, positions, and tags of unions."""
    if not above:
        yield from (part for part in _parts(kind) if _fields_of(part))
        return
    first, *rest = above
    if str(first).startswith("function-"):
        yield from _within(kind, rest)
        return
    for part in _parts(kind):
        fields, arguments = _fields_of(part), get_args(part)
        if first in fields:
            yield from _within(fields[first], rest)
        if getattr(part, "__name__", "") == first or any(
            first in get_args(value) for value in fields.values() if get_origin(value) is Literal
        ):
            yield from _within(part, rest)  # the name or the tag of one of several classes
        if arguments and isinstance(first, int) and get_origin(part) in (tuple, list):
            yield from _within(arguments[0], rest)
        if len(arguments) == 2 and get_origin(part) is dict:
            yield from _within(arguments[1], rest)


def _parts(annotation: Any) -> Iterator[Any]:
    """What an annotation stands for: each of a union, without what is annotated."""
    if get_origin(annotation) is Annotated:
        yield from _parts(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, UnionType):
        for one in get_args(annotation):
            yield from _parts(one)
    elif annotation is not None:
        yield annotation
