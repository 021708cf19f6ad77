"""One input, and a door that takes it."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

Options = dict[str, Any]


@dataclass(frozen=True)
class File:
    """Stands in the options for a file of the case."""

    name: str


@dataclass(frozen=True)
class Case:
    """Files by name, and what a door is called with; `said` tells how it came to be."""

    files: dict[str, bytes]
    options: Options = field(default_factory=dict)
    said: tuple[str, ...] = ()

    def with_file(self, name: str, content: bytes, said: str) -> "Case":
        return replace(self, files={**self.files, name: content}, said=(*self.said, f"{name}: {said}"))

    def with_options(self, options: Options, said: str) -> "Case":
        return replace(self, options=options, said=(*self.said, said))

    @property
    def size(self) -> int:
        return sum(map(len, self.files.values()))


def placed(options: Options, folder: Path) -> Options:
    """The options with paths in a folder where they name files of the case."""
    return {name: _placed(value, folder) for name, value in options.items()}


def _placed(value: Any, folder: Path) -> Any:
    if isinstance(value, File):
        return folder / value.name
    if isinstance(value, list):
        return [_placed(one, folder) for one in value]
    return value


@dataclass(frozen=True)
class Door:
    """A place where input enters.

    Attributes
    ----------
    name
        As on the command line.
    bases
        Sound cases by name; made once, the same every time.
    enter
        What is called: the folder with the files, and the case.
    choices
        Values that an option may be given, the odd ones too.
    changes
        Mutations of its own, besides those of files and options.
    table_of
        The lines of a table that say the same as a result, in any order; None where there is none.
    may_write
        Whether it writes into its folder.
    """

    name: str
    bases: Callable[[], dict[str, Case]]
    enter: Callable[[Path, Case], Any]
    choices: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    changes: tuple[Callable[[random.Random, Case], Case | None], ...] = ()
    table_of: Callable[[Any, Path], list[str]] | None = None
    may_write: bool = False


def rng_of(root: int, door: str, base: str, number: int) -> random.Random:
    """The stream of one mutation, whichever process draws it."""
    return random.Random(f"{root}/{door}/{base}/{number}")
