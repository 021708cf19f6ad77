"""What the room is asked: files and choices; as arguments of a reader, and as the command line that does the same."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from lensim.app.read.options import OPTIONS, TABLES, Option, option_of
from lensim.checks import InputError
from lensim.in_options import SWITCHES, option_text

Chosen = str | bool | tuple[str, ...] | Mapping[str, str] | Mapping[str, tuple[str, ...]]
"""The value of a control: a text, a switch, several texts, the column of each meaning, the words of each role."""

OUT: Final = "fit.nc"


@dataclass(frozen=True)
class Wanted:
    """Files, and what was chosen.

    Attributes
    ----------
    files
        Exports and tables.
    table
        Sample sheet or plate map.
    exclude
        Table of wells to leave out.
    assay
        Its name; empty for the one that the files show.
    chosen
        Value of each control that is not as the files say, by the name of the reader's parameter.
    """

    files: tuple[Path, ...] = ()
    table: Path | None = None
    exclude: Path | None = None
    assay: str = ""
    chosen: Mapping[str, Chosen] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """A text that differs where anything does; files of a session never change."""
        parts = (*self.files, None, self.table, self.exclude, self.assay)
        return repr((*map(str, parts), sorted((name, repr(value)) for name, value in self.chosen.items() if value)))


def arguments_of(assay: str, wanted: Wanted) -> dict[str, Any]:
    """The arguments of the reader of an assay, beside the files.

    Raises
    ------
    InputError
        If a number is none, or a table goes with no file of the assay.
    """
    found: dict[str, Any] = {}
    if wanted.table is not None:
        if assay not in TABLES:
            raise InputError("the sample sheet must be left out: a cell cycle has its conditions in its files")
        found[TABLES[assay]] = wanted.table
    for option in OPTIONS[assay]:
        value = wanted.chosen.get(option.name)
        if value not in (None, "", (), {}, False):
            found[option.name] = _argument(option, value)
    return found


def _argument(option: Option, value: Any) -> Any:
    if option.kind == "number":
        return _number(option, str(value))
    if option.name == "join_names":
        return value == "yes"
    if option.of == "pairs":
        return _by_name(value)
    if option.kind == "many":
        return list(value)
    if option.kind == "roles":
        return {role: list(words) for role, words in value.items() if words}
    if option.kind == "columns":
        return {meaning: name for meaning, name in value.items() if name}
    return value


def _number(option: Option, text: str) -> int | float:
    try:
        number = float(text)
    except ValueError:
        raise InputError(f"{option.option} must be a number, got {text!r}") from None
    return int(number) if number.is_integer() else number


def _by_name(pairs: tuple[str, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for pair in pairs:
        name, _, value = pair.partition("=")
        found.setdefault(name, []).append(value)
    return found


def options_of(assay: str) -> dict[str, str]:
    """The option of the command for each parameter of a reader, as messages name them."""
    own = {one.name: one.option for one in OPTIONS[assay]}
    own |= {name: f"--{name.replace('_', '-')}" for name in ("saturated", "lost", "drop_lost", "drop_saturated")}
    own["keep_saturated"] = "--keep-saturated"
    others = ("plate_map", "sheet", "factors", "plate_wells", "well_order", "counting_minutes", "time_zero", "by",
              "assay_hours", "exclude")  # fmt: skip
    return own | {name: f"--{name.replace('_', '-')}" for name in others}


def command_of(assay: str, wanted: Wanted, seed: int = 1) -> str:
    """The command line that does the same, in the folder of the files."""
    parts = ["lensim", "fit", assay.replace("_", "-"), *[_file(path) for path in wanted.files]]
    for name, value in arguments_of(assay, wanted).items():
        parts.append(_written(assay, name, value))
    if wanted.exclude is not None:
        parts.append(f"--exclude {_file(wanted.exclude)}")
    if seed != 1:
        parts.append(f"--seed {seed}")
    return " ".join([*parts, "--out", OUT])


def _written(assay: str, name: str, value: Any) -> str:
    if isinstance(value, Path):
        return f"--{name.replace('_', '-')} {_file(value)}"
    if isinstance(value, str) and (name, value) in SWITCHES:
        return SWITCHES[name, value]
    return option_text(option_of(assay, name).option, value)


def _file(path: Path) -> str:
    """The name of a file as a shell reads it, and no command as an option."""
    return shlex.quote(f"./{path.name}" if path.name.startswith("-") else path.name)
