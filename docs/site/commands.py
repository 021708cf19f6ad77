"""A page of every command and its options, from the command line itself."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import typer

from docs.site.evidence_rows import markdown
from lensim.cli.main import app


def write_commands(path: Path) -> None:
    """Write the commands as Markdown, only where the text differs."""
    text = "\n".join(_command(typer.main.get_command(app), "lensim"))
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def _command(command: Any, name: str) -> Iterator[str]:
    if hasattr(command, "commands"):
        for below, one in sorted(command.commands.items()):
            yield from _command(one, f"{name} {below}")
        return
    yield f"## {name}\n\n{_plain(command.help)}\n"
    rows = [
        {
            "option": ", ".join(f"`{one}`" for one in (*option.opts, *option.secondary_opts)),
            "takes": _takes(option),
            "meaning": _plain(getattr(option, "help", "")),
        }
        for option in command.params
        if option.name != "help"
    ]
    yield markdown(rows, ("option", "takes", "meaning")) + "\n"


def _takes(option: Any) -> str:
    """What is typed after an option: a number, a path, or one of some words."""
    kind = option.type_descriptor.annotation
    if getattr(option, "is_bool_flag", False) or kind is bool:
        return ""
    parts = get_args(kind)
    if parts and all(isinstance(one, str) for one in parts):
        return ", ".join(_plain(one) for one in parts)
    names = [one.__name__.lower() for one in (parts or (kind,)) if isinstance(one, type) and one is not type(None)]
    return " or ".join("text" if one == "str" else one for one in names)


def _plain(text: str | None) -> str:
    """On one line, without what Markdown or a table would read."""
    words = " ".join((text or "").replace("\b", " ").split())
    for sign in ("*", "|", "_", "<", "[", "]"):
        words = words.replace(sign, f"\\{sign}")
    return words
