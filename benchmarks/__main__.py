"""Run every benchmark, or the one named: `python -m benchmarks [name]`."""

import importlib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from lensim.checks import InputError, one_of


def names() -> list[str]:
    """Names of the benchmarks: bench_<name>.py beside this file, in alphabetical order."""
    return sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))


def chosen(arguments: Sequence[str]) -> list[str]:
    """The benchmarks to run: all without an argument, otherwise the one named.

    Raises
    ------
    InputError
        If there is more than one argument, or no benchmark of that name.
    """
    if len(arguments) > 1:
        raise InputError(f"benchmarks takes one name at most, got {', '.join(arguments)}")
    for name in arguments:
        one_of("name of a benchmark", name, names())
    return list(arguments) or names()


def as_table(title: str, rows: Sequence[Mapping[str, object]]) -> Table:
    """One table of a benchmark's rows; a column for every key that occurs, in order of its first row."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    table = Table(title=title)
    for column in columns:
        values = [row[column] for row in rows if column in row]
        is_number = all(isinstance(value, int | float) for value in values)
        table.add_column(column, justify="right" if is_number else "left")
    for row in rows:
        table.add_row(*(_shown(row.get(column, "")) for column in columns))
    return table


def _shown(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def main(arguments: Sequence[str]) -> int:
    """Print one table a benchmark; the exit status is 2 where the arguments are not as they must be."""
    try:
        to_run = chosen(arguments)
    except InputError as error:
        Console(stderr=True).print(str(error), markup=False)
        return 2
    console = Console(width=None if sys.stdout.isatty() else 180)  # a log has no width: show columns whole
    for name in to_run:
        with console.status(f"{name} ..."):
            rows: list[dict[str, object]] = importlib.import_module(f"benchmarks.bench_{name}").run()
        console.print(as_table(name, rows))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
