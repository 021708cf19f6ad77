"""Values that come from a file: strict data that does not change, and every fault of it told."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, ValidationError

from lensim.checks import InputError


class Strict(BaseModel):
    """A value that refuses unknown keys and does not change.

    Attributes
    ----------
    about
        What it is of, in words, where messages should say it.
    """

    about: ClassVar[str] = ""
    model_config = ConfigDict(extra="forbid", frozen=True)


def checked[S: BaseModel](kind: type[S], content: Mapping[str, Any], place: str) -> S:
    """A checked value from nested content.

    Raises
    ------
    InputError
        With every fault: an unknown key, a value out of its range, a rule that the design cannot answer.
    """
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        faults = []
        for e in error.errors():
            if e["loc"][-1:] == ("float",) and isinstance(e["input"], Mapping):
                continue  # a number or a distribution: it was meant as the latter, whose own fault is told
            where = ".".join(str(part) for part in e["loc"] if not str(part).startswith(("function-", "Distribution")))
            message = _untagged(e, kind) or e["msg"].removeprefix("Value error, ")
            got = "" if "got" in message or isinstance(e["input"], dict | BaseModel) else f", got {e['input']!r}"
            faults.append(f"{place}: {where + ': ' if where else ''}{message}{got}")
        raise InputError("\n".join(dict.fromkeys(faults))) from None


def _untagged(error: Any, kind: type[BaseModel]) -> str:
    """The fault of an entry whose key does not say of which kind it is; '' where the fault is another."""
    context = error.get("ctx", {})
    key = str(context.get("discriminator", "")).strip("'")
    of = f" ({about})" if (about := getattr(kind, "about", "")) else ""
    if error["type"] == "union_tag_invalid":
        allowed = context["expected_tags"].replace("'", "")
        return f"{key} must be one of {allowed}{of}, got {context['tag']!r}"
    if error["type"] == "union_tag_not_found":
        return f"must have the key {key}, which says of which kind it is, got none"
    return ""
