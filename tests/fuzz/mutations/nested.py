"""TOML and JSON: values of other types and at extremes, keys away, twice and unknown, depth."""

import copy
import json
import random
import re
import tomllib
from collections.abc import Callable, Iterator
from typing import Any

from tests.fuzz.mutations.words import NUMBERS, WORDS

_ROOM = 100_000
"""Characters that a change may add at most."""
Place = tuple[Any, Any]  # a dict or list, and the key or position within
VALUES: tuple[Any, ...] = (
    0, 1, -1, 2, 3, 10, 100, 0.0, 0.5, -0.5, 1.5, 1e308, -1e308, 1e-308, 5e-324, float("nan"), float("inf"), float("-inf"), 2**31, 2**63,
    2**64, 10**30, 10**400, -(10**30), 10**7, 10**9, True, False, "", "a", [], {}, [1], [1, 2, 3], ["a"], [[]], [{}], {"a": 1}, {"": ""},
    {"mean": 0.0, "sd": 1.0}, {"distribution": "normal", "mean": 0.0, "sd": 1.0}, [0.0, 1.0], [1.0, 0.0], "nan", "1", "1e400", None, [None],
)  # fmt: skip


def _places(content: Any) -> Iterator[Place]:
    """Every value of nested content, by where it stands."""
    items = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, value in items:
        yield content, key
        yield from _places(value)


def _value(rng: random.Random, old: Any) -> Any:
    draw = rng.random()
    if isinstance(old, int | float) and not isinstance(old, bool) and draw < 0.4:
        factor = rng.choice((-1, 0, 2, 10, 1e3, 1e6, 0.5, 1e-9))
        try:
            return type(old)(old * factor)
        except (OverflowError, ValueError):
            return old
    if draw < 0.55:
        return rng.choice(WORDS)
    if draw < 0.6:
        return [old] * min(rng.choice((0, 1, 2, 50, 3000)), _ROOM // (len(_text(old)) + 1))
    if draw < 0.64:
        return _deep(rng, old)
    if draw < 0.68:
        return {rng.choice(WORDS): old}
    return copy.deepcopy(rng.choice(VALUES))  # it is changed in its place later, for this input alone


def _deep(rng: random.Random, value: Any) -> Any:
    makes_lists = rng.random() < 0.5
    for _ in range(rng.choice((5, 60, 90))):
        value = [value] if makes_lists else {"a": value}
    return value


def changed(rng: random.Random, content: Any) -> str | None:
    """One change of nested content, in its place."""
    places = list(_places(content))
    if not places:
        return None
    holder, key = rng.choice(places)
    what = rng.random()
    if what < 0.5:
        old, holder[key] = holder[key], _value(rng, holder[key])
        return f"{str(key)[:30]}: {old!r:.30} is {_short(holder[key])}"
    if what < 0.65:
        del holder[key]
        return f"{str(key)[:30]} away"
    if what < 0.75 and isinstance(holder, dict):
        new = rng.choice(WORDS) if rng.random() < 0.5 else str(rng.choice(places)[1])
        holder[new] = holder.pop(key)
        return f"the key {key} is {new[:30]!r}"
    other, name = rng.choice(places)
    if what < 0.87:
        holder[key] = json.loads(json.dumps(other[name], default=str))
        return f"{key} has the value of {name}"
    if isinstance(holder, list):
        holder += [holder[key]] * min(rng.choice((1, 1, 20)), _ROOM // (len(_text(holder[key])) + 1))
        return "an entry twice"
    holder[rng.choice(WORDS) if rng.random() < 0.3 else str(name)] = _value(rng, holder[key])
    return "a key more"


def _text(value: Any) -> str:
    try:
        return str(value)
    except ValueError:
        return "1" * 5000


def _short(value: Any) -> str:
    try:
        return repr(value)[:40]
    except ValueError:
        return "a number of many digits"


def as_toml(content: dict[str, Any]) -> str:
    """TOML of nested content, with dotted keys quoted; None is a bare word, as users write it."""
    lines = [f"{_key(name)} = {_toml(value)}" for name, value in content.items() if not isinstance(value, dict)]
    for name, value in content.items():
        if isinstance(value, dict):
            lines += _tables(value, _key(name))
    return "\n".join(lines) + "\n"


def _tables(content: dict[str, Any], path: str) -> list[str]:
    lines = [f"[{path}]"]
    lines += [
        f"{_key(name)} = {_toml(value)}" for name, value in content.items() if not (isinstance(value, dict) and value)
    ]
    for name, value in content.items():
        if isinstance(value, dict) and value:
            lines += _tables(value, f"{path}.{_key(name)}")
    return lines


def _key(name: Any) -> str:
    text = str(name)
    return text if re.fullmatch(r"[A-Za-z0-9_-]+", text) else json.dumps(text)


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return "nan" if value != value else repr(value).replace("inf", "inf")
    if isinstance(value, int):
        return str(value) if abs(value) < 10**300 else "1" + "0" * 400
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_key(k)} = {_toml(v)}' for k, v in value.items())}}}"
    return str(value)


def toml_content(rng: random.Random, raw: bytes) -> tuple[bytes, str] | None:
    try:
        content = tomllib.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    said = _several(rng, content)
    try:
        return None if said is None else (as_toml(content).encode("utf-8", "replace"), said)
    except (RecursionError, ValueError):
        return None


def json_content(rng: random.Random, raw: bytes) -> tuple[bytes, str] | None:
    try:
        content = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if rng.random() < 0.05:
        content = rng.choice((None, [], {}, "a", 1, [content], {"a": content}))
    said = _several(rng, content) or "another value"
    try:
        return json.dumps(content).encode("utf-8", "replace"), said
    except (RecursionError, ValueError):
        return None


def _several(rng: random.Random, content: Any) -> str | None:
    said = [one for _ in range(rng.choice((1, 1, 1, 2, 3))) if (one := changed(rng, content))]
    return "; ".join(said) or None


def toml_line(rng: random.Random, raw: bytes) -> tuple[bytes, str] | None:
    """A value of a line written as TOML allows and no one expects."""
    lines = raw.decode("utf-8", "replace").splitlines()
    at = [n for n, line in enumerate(lines) if "=" in line]
    if not at:
        return None
    n = rng.choice(at)
    odd = ("0x" + "f" * 40, "1_0", "+inf", "-nan", "1979-05-27T07:32:00Z", "07:32:00", "'''a\nb'''", '"\\u0000"', "[" * 300 + "]" * 300, "{a.b.c=1}",
           "1" + "0" * 5000, "0o7", "0b1", "1e400", "-0", "{}", "[[[]]]", "true", '"\\u202e"', "1" * 310 + ".0", "[" * 5000 + "]" * 5000)  # fmt: skip
    new = rng.choice(odd) if rng.random() < 0.7 else rng.choice(NUMBERS)
    lines[n] = f"{lines[n].split('=', 1)[0]}= {new}"
    return "\n".join(lines).encode("utf-8", "replace"), f"{lines[n][:60]}"


def json_deep(rng: random.Random, raw: bytes) -> tuple[bytes, str]:
    depth = rng.choice((50, 900, 5000, 100_000))
    return (
        (b"[" * depth + b"]" * depth, "lists in lists")
        if rng.random() < 0.5
        else (b'{"a":' * depth + b"1" + b"}" * depth, "objects in objects")
    )


def json_number(rng: random.Random, raw: bytes) -> tuple[bytes, str] | None:
    found = list(re.finditer(rb"-?\d+(?:\.\d+)?", raw))
    if not found:
        return None
    at, new = (
        rng.choice(found),
        rng.choice(("1" + "0" * 5000, "NaN", "-Infinity", "1e999", "-1", "0.5", '"a"', "null", "[]", "{}", "true")),
    )
    return raw[: at.start()] + new.encode() + raw[at.end() :], f"a number is {new[:20]}"


Change = Callable[[random.Random, bytes], tuple[bytes, str] | None]
TOML: tuple[Change, ...] = (toml_content,) * 12 + (toml_line,) * 2
JSON: tuple[Change, ...] = (json_content,) * 10 + (json_number,) * 2 + (json_deep,)
