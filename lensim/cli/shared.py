"""Consoles and options that all commands share."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from lensim import limits
from lensim.checks import InputError, one_of
from lensim.cli.console import PlainConsole
from lensim.plain_text import message_text

INTERVALS: Final = (0.01, 0.999)
"""Probabilities that an interval may have; refused at once, since summaries come after minutes of sampling."""
MOST_REPEATS: Final = 1_000_000
"""Of experiments, replicates or tubes; how large a design may be is checked as a whole."""
LOG_WIDTH: Final = 120
"""Where there is no terminal whose width could be asked."""

_asked = PlainConsole()
out = _asked if _asked.is_terminal or "COLUMNS" in os.environ else PlainConsole(width=LOG_WIDTH)
err = PlainConsole(stderr=True)

# --- of every command that makes something ---
Seed = Annotated[
    int,
    typer.Option("--seed", min=0, max=limits.LARGEST_WHOLE, help="Root seed; the same seed gives the same numbers."),
]
Force = Annotated[bool, typer.Option("--force", help="Replace what is there.")]
Draws = Annotated[int, typer.Option(min=1, max=limits.SAMPLER_STEPS, help="Kept draws of each chain.")]
Tune = Annotated[int, typer.Option(min=1, max=limits.SAMPLER_STEPS, help="Warm-up steps of each chain.")]
Chains = Annotated[int, typer.Option(min=1, max=limits.CHAINS, help="Chains.")]
TargetAccept = Annotated[float, typer.Option(min=0.5, max=0.999, help="Higher is slower and more careful.")]
CiProb = Annotated[
    float, typer.Option("--ci", min=INTERVALS[0], max=INTERVALS[1], help="Probability inside the intervals.")
]
ThresholdUm = Annotated[
    float | None,
    typer.Option(
        min=limits.SMALLEST_NUMBER, max=limits.LARGEST_NUMBER, help="Resistant: IC50 above this; else the top dose."
    ),
]
Levels = Annotated[
    list[float] | None,
    typer.Option(
        "--level",
        min=limits.LOWEST_LEVEL,
        max=limits.HIGHEST_LEVEL,
        help="Also the dose of this level of effect, percent: 90 for IC90 and EC90. May be repeated.",
    ),
]
DoseUm = Annotated[
    float | None,
    typer.Option(
        min=limits.SMALLEST_NUMBER,
        max=limits.LARGEST_NUMBER,
        help="Also the inhibition at this dose, and its difference between conditions.",
    ),
]
Experiments = Annotated[int, typer.Option(min=1, max=MOST_REPEATS, help="Independent experiments.")]
Csv = Annotated[
    Path | None,
    typer.Option(help="Write the main table here (.csv), or every table into this folder (a name without suffix)."),
]
FigureFolder = Annotated[Path | None, typer.Option("--figures", help="Write figures (PNG) into this folder.")]

# --- of every command that reads a user's files ---
Column = Annotated[
    list[str] | None,
    typer.Option(
        help="MEANING=NAME, such as signal=rlu; MEANING==VALUE for a constant. A pattern with * names a column for "
        'each replicate: "signal=Rep *" (dose-response). May be repeated.'
    ),
]
Decimal = Annotated[
    Literal[".", ","] | None, typer.Option(help="Decimal mark of the files, where numbers leave a doubt.")
]
GridNumber = Annotated[
    list[int] | None,
    typer.Option(
        min=1,
        max=limits.TABLE_LINES,
        help="Which grid of each file, where a plate has several. May be repeated: a plate each.",
    ),
]
Reading = Annotated[
    str, typer.Option(help="Part of the text over a grid or behind its rows, where a plate has several readings.")
]
WellOrder = Annotated[
    Literal["rows", "columns"] | None, typer.Option(help="How a map numbers wells: along rows or down columns.")
]
DropSaturated = Annotated[
    bool, typer.Option("--drop-saturated", help="Leave out wells in which the reader was saturated.")
]
PlateWells = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=limits.PLATE_SIDE**2,
        help="Wells of a plate: 96, 384 or 1536; else from the grid or the largest well.",
    ),
]
PlateMap = Annotated[Path | None, typer.Option(help="Map of plate grids: a row a well with what it holds.")]
Worksheet = Annotated[
    list[str] | None,
    typer.Option(
        help="Sheet of workbooks that is read, or its cells (Day 1!B3:F40), where several could be; may be repeated "
        'for those that belong together, or be a pattern of their names ("Plate *").'
    ),
]
Exclude = Annotated[
    Path | None,
    typer.Option(
        help="Table of wells or reactions to leave out, a line each: plate, well (or cell_line, compound, dose_um; or "
        "target, sample) and reason."
    ),
]
Control = Annotated[str, typer.Option(help="Condition that others are compared with.")]
Where = Annotated[
    list[str] | None,
    typer.Option("--where", help="COLUMN=VALUE: read these rows alone. Repeated for a column, any of the values."),
]
By = Annotated[str, typer.Option("--by", help="Column, each of whose values is a study by itself.")]
Ignore = Annotated[list[str] | None, typer.Option(help="Column that may vary within what is pooled; may be repeated.")]
JoinNames = Annotated[
    bool | None,
    typer.Option(
        "--join-names/--no-join-names",
        help="Names that differ by case, blanks, hyphens or underscores alone are one, or are different.",
    ),
]


def pairs_of(option: str, values: Iterable[str] | None) -> dict[str, list[str]]:
    """Values of an option of the form NAME=VALUE, by name.

    Raises
    ------
    InputError
        If one is of another form.
    """
    pairs: dict[str, list[str]] = {}
    for value in values or ():
        key, mark, rest = value.partition("=")
        if not mark or not key or not rest:
            raise InputError(f"{option} must be NAME=VALUE, got {value!r}")
        pairs.setdefault(key, []).append(rest)
    return pairs


def once_by(arguments: Iterable[str]) -> None:
    """Refuse a second --by, of which the last alone would count.

    Raises
    ------
    InputError
        If there are several.
    """
    if sum(one == "--by" or one.startswith("--by=") for one in arguments) > 1:
        raise InputError("--by must be given once: write the values of both columns into one column, and give that")


def where_of(values: Iterable[str] | None) -> dict[str, list[str]] | None:
    """The rows that --where keeps, as readers take them; an empty value is one of its own. None without any.

    Raises
    ------
    InputError
        If a value is not COLUMN=VALUE.
    """
    kept: dict[str, list[str]] = {}
    for said in values or ():
        column, mark, value = said.partition("=")
        if not mark or not column:
            raise InputError(f"--where must be COLUMN=VALUE, got {said!r}")
        kept.setdefault(column, []).append(value)
    return kept or None


def time_zero_of(values: Iterable[str] | None) -> dict[str, list[str]] | Literal["ignore"] | None:
    """Which wells --time-zero names, as readers take them; None without any.

    Raises
    ------
    InputError
        If a value is neither COLUMN=VALUE nor ignore, or ignore is not alone.
    """
    given = list(values or ())
    if "ignore" in given:
        if len(given) > 1:
            raise InputError("--time-zero ignore must be given alone, since it leaves out all wells of time zero")
        return "ignore"
    return dict(pairs_of("--time-zero", given)) or None


def columns_of(values: Iterable[str] | None) -> dict[str, str] | None:
    """The columns that --column names, by their meaning; None without any.

    Raises
    ------
    InputError
        If a value is not NAME=VALUE, or a meaning is given twice.
    """
    named = pairs_of("--column", values)
    for name, given in named.items():
        if len(given) > 1:
            raise InputError(f"--column {name} must be given once, got {', '.join(given)}")
    return {name: given[0] for name, given in named.items()} or None


def paths_in(given: Mapping[str, object]) -> list[Path]:
    """The paths among options, also of open files, single or in lists: a command reads them and must not overwrite."""
    from lensim.tables.source import Source

    values = [one for value in given.values() for one in (value if isinstance(value, list | tuple) else [value])]
    paths = [one.path if isinstance(one, Source) else one for one in values]
    return [one for one in paths if isinstance(one, Path)]


def table_suffix(path: Path) -> None:
    """Refuse a table that is neither .csv nor .tsv."""
    one_of("--out suffix", path.suffix.lower(), (".csv", ".tsv"))


def csv_suffix(path: Path | None) -> None:
    """Refuse a table for --csv that does not end on .csv."""
    if path is not None:
        one_of("--csv suffix", path.suffix.lower(), (".csv",))


def say(sentence: str, *, quietly: bool = False, style: str = "") -> None:
    """Print a sentence, on one line however narrow the terminal; to standard error if `quietly`."""
    (err if quietly else out).print(message_text(sentence), style=style, soft_wrap=True)
