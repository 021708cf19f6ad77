"""Parts of the docstring of a model's builder: what it answers, its equations, and its lists."""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

LIST: Final = re.compile(r"^(Needs|Declares|Raises|Source)\s{2,}", re.MULTILINE)
PATTERN: Final = re.compile(r'\*(?=")')
"""The star of a pattern such as "Plate *", which would begin words in italics."""
SECTION: Final = re.compile(r"^\w[\w ]*\n-{3,}$", re.MULTILINE)


@dataclass(frozen=True)
class Parts:
    """A docstring in parts.

    Attributes
    ----------
    summary
        Its first sentence.
    equations
        What follows it, with line breaks as they are.
    lists
        Needs, Declares, Raises and Source, where they are there, on one line each.
    """

    summary: str
    equations: str
    lists: dict[str, str]


def parts_of(function: Callable[..., Any]) -> Parts:
    """The docstring of a builder in parts."""
    text = inspect.getdoc(function) or ""
    summary, _, rest = text.partition("\n\n")
    text = SECTION.split(rest)[0]
    pieces = LIST.split(text)
    lists = dict(zip(pieces[1::2], (" ".join(one.split()) for one in pieces[2::2]), strict=True))
    return Parts(" ".join(summary.split()), pieces[0].strip("\n"), lists)


def reasons_of(priors: type[Any]) -> str:
    """What the docstring of a dataclass of priors says of them, without its sections."""
    return SECTION.split(inspect.getdoc(priors) or "")[0].strip()


def with_literal_blocks(lines: list[str]) -> list[str]:
    """The text before the first section with its indented blocks, such as equations, marked to be shown as typed."""
    found: list[str] = []
    lines = [PATTERN.sub(r"\\*", line) for line in lines]
    for number, line in enumerate(lines):
        if number + 1 < len(lines) and SECTION.match(f"{line}\n{lines[number + 1]}"):
            return [*found, *lines[number:]]
        before = next((one for one in reversed(found) if one.strip()), "")
        if (
            line.startswith("    ")
            and found
            and not found[-1].strip()
            and not before.startswith((" ", "*", "-", ">>>"))
        ):
            found += ["::", ""]
        found.append(line)
    return found
