"""Records (JSON) that lensim wrote and reads back: manifests, scenarios, verdicts, priors, settings.

They are not trusted: a file may be damaged or another's, and what stands in it goes onto pages and into sums.
"""

import json
from pathlib import Path
from typing import Any

from lensim import input_file, limits
from lensim.checks import InputError, shown, shown_name


def object_in(path: Path, what: str) -> dict[str, Any]:
    """The object in a JSON file.

    Parameters
    ----------
    path
        Of the file.
    what
        What the file is to be, for messages: "a manifest written by lensim".

    Raises
    ------
    InputError
        If there is no such file, it is too large, no text in UTF-8, no JSON, nested too deep, or no object.
    """
    content = input_file.read_bytes(path, what, at_most=limits.TEXT_BYTES)
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise InputError(f"{shown_name(path)} must be {what}, got bytes that are no text in UTF-8") from None
    return object_of(text, shown_name(path), what)


def object_of(text: object, place: str, what: str) -> dict[str, Any]:
    """The object that a text says in JSON; errors as `object_in`, with the place before them.

    Examples
    --------
    >>> object_of('{"seed": 1}', "manifest.json", "a manifest")
    {'seed': 1}
    """
    if not isinstance(text, str):
        raise InputError(f"{place} must be {what}, got {type(text).__name__}")
    if len(text) > limits.TEXT_BYTES:
        raise InputError(f"{place} must be {what} of at most {limits.TEXT_BYTES:,} characters, got {len(text):,}")
    try:
        found = json.loads(text)
    except RecursionError:
        raise InputError(f"{place} must be {what}, got brackets within brackets without an end") from None
    except ValueError as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        raise InputError(f"{place} must be {what}, got text that is no JSON ({reason})") from None
    if not isinstance(found, dict):
        raise InputError(f"{place} must be {what}, got {shown(found)}")
    if _depth(found) > limits.RECORD_DEPTH:
        raise InputError(f"{place} must be {what}, got more than {limits.RECORD_DEPTH} brackets within brackets")
    return found


def _depth(content: object) -> int:
    """Levels of lists and objects within each other, counted without recursion."""
    depth, level = 0, [content]
    while level and depth <= limits.RECORD_DEPTH:
        inner = [one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list)]
        depth += bool(inner)
        level = [one for values in inner for one in values if isinstance(one, dict | list)]
    return depth
