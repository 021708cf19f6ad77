"""Values from a file: strict, frozen data. All faults of a file are reported at once."""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, ValidationError

from lensim.checks import InputError


def read_toml(path: str | Path, what: str, *, parse_float: Callable[[str], Any] = float) -> dict[str, Any]:
    """The content of a TOML file, which is `what` in messages: "a scenario", "a plan".

    Raises
    ------
    InputError
        If there is no such file, it is a folder, it cannot be opened, or it is no TOML in UTF-8.
    """
    path = Path(path)
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"), parse_float=parse_float)
    except FileNotFoundError:
        raise InputError(f"{path} must be {what}, got nothing there") from None
    except IsADirectoryError:
        raise InputError(f"{path} must be {what}, got a folder") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path} must be TOML in UTF-8, got {_odd_byte(error)}") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path} must be TOML: {error}") from None
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL in it
        raise InputError(f"{path} must be {what}, which cannot be opened ({error})") from None


def _odd_byte(error: UnicodeDecodeError) -> str:
    line = error.object[: error.start].count(b"\n") + 1
    return f"the byte {error.object[error.start]:#04x} in line {line}"


class FrozenConfig(BaseModel):
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
                continue  # a table is meant as a distribution, and the fault of the distribution is reported
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
