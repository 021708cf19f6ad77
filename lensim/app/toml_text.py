"""TOML of nested content, as `lensim plan` reads it."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


def toml_text(content: Mapping[str, Any], notes: Sequence[str] = ()) -> str:
    """A file with tables for tables, and one line for everything else.

    Parameters
    ----------
    content
        Tables, lists, texts, numbers and truth values.
    notes
        Lines of comment at the top.
    """
    lines = [f"# {note}".rstrip() for note in notes]
    _put(lines, content, ())
    return "\n".join(lines).strip() + "\n"


def _put(lines: list[str], content: Mapping[str, Any], path: tuple[str, ...]) -> None:
    """The lines of a table: its own values, then the tables in it."""
    plain = {name: value for name, value in content.items() if not isinstance(value, Mapping)}
    if path and (plain or not content):
        lines += ["", f"[{'.'.join(map(_key, path))}]"]
    lines += [f"{_key(name)} = {_value(value)}" for name, value in plain.items()]
    for name, value in content.items():
        if isinstance(value, Mapping):
            _put(lines, value, (*path, name))


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _value(name)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(name)} = {_value(one)}" for name, one in value.items()) + " }"
    if isinstance(value, Sequence):
        return f"[{', '.join(map(_value, value))}]"
    return repr(value)
