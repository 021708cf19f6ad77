"""Options of the command in sentences, as the form of the room names them: by the label of the control."""

import re
import shlex
from collections.abc import Iterator
from typing import Final

from lensim.app.read.options import OPTIONS, ROLES, TABLES, Option

COLUMNS: Final = "Which column is which"
MORE: Final = "More choices"
"""Titles of what is folded in the form."""
DROPS: Final = {"--exclude": "Table of exclusions"}
SHEET: Final = "Sample sheet or plate map"
_OPTION: Final = re.compile(r"(?<![\w-])--(?P<name>[a-z]+(?:-[a-z]+)*)(?P<value> '[^']*'| [^\s,;:()'\"“]+)?")
_SWITCHES: Final = {
    "drop-lost": ("lost", "drop"),
    "drop-saturated": ("saturated", "drop"),
    "keep-saturated": ("saturated", "keep"),
    "join-names": ("join_names", "yes"),
    "no-join-names": ("join_names", "no"),
}
"""Options without a value: the choice, and its value."""
_WORDS: Final = frozenset({"or", "and", "if", "to", "as", "for", "of", "in", "with", "instead", "must", "is", "are"})
"""Words behind an option that are none of its value."""
_ANY: Final = frozenset({"NAME", "COLUMN", "VALUE"})


def labelled(text: str, assay: str) -> str:
    """A sentence with the options that the form has as its labels: --control pre becomes “Control”: pre."""
    return _OPTION.sub(lambda found: _said(found, assay), text)


def choices_named(text: str, assay: str) -> tuple[str, ...]:
    """The controls of the form that a sentence names by their options, as ids within the assay."""
    found = dict.fromkeys(id for one in _OPTION.finditer(text) for id in _ids(one, assay))
    return tuple(found)


def _of(found: re.Match[str], assay: str) -> tuple[Option | None, str, str]:
    """The choice, its value, and what stands behind it and is none of its value."""
    name, text = found["name"], found["value"] or ""
    if name in _SWITCHES:
        own, value = _SWITCHES[name]
        option = next((one for one in OPTIONS[assay] if one.name == own), None)
        return option, value, text
    option = next((one for one in OPTIONS[assay] if one.option == f"--{name}"), None)
    if (option is not None and option.kind == "switch") or text.strip() in _WORDS:
        return option, "", text
    return option, _unquoted(text.strip()), ""


def _unquoted(text: str) -> str:
    try:
        return " ".join(shlex.split(text))
    except ValueError:
        return text


def _said(found: re.Match[str], assay: str) -> str:
    name = found["name"]
    if TABLES.get(assay, "").replace("_", "-") == name:
        return f"“{SHEET}”{found['value'] or ''}"
    if f"--{name}" in DROPS:
        return f"“{DROPS[f'--{name}']}”{found['value'] or ''}"
    option, value, behind = _of(found, assay)
    if option is None:
        return found[0]
    what, is_pair, given = value.partition("=")
    if option.kind == "columns" and what:
        label, value = f"“{column_label(what)}” under “{COLUMNS}”", given
    elif option.kind == "roles" and is_pair:
        label, value = f"“{ROLES.get(what, what)}” under “{option.label}”", given
    else:
        label = f"“{option.label}”{_under(option)}"
        value = option.values.get(value, value)
    return f"{label}{f': {value}' if value and value not in _ANY else ''}{behind}"


def _under(option: Option) -> str:
    return "" if option.is_main or option.kind == "columns" else f" under “{MORE}”"


def column_label(meaning: str) -> str:
    """The label of the control for a column's meaning."""
    return meaning.replace("_", " ").capitalize()


def _ids(found: re.Match[str], assay: str) -> Iterator[str]:
    option, value, _ = _of(found, assay)
    if option is None:
        return
    what = value.partition("=")[0]
    if option.kind == "columns":
        yield f"column_{what}"
    elif option.kind == "roles":
        yield from (f"role_{role}" for role in ROLES if role == what or what not in ROLES)
    else:
        yield option.name
