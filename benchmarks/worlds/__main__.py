"""Coverage, error, width and wrong calls in every world: `python -m benchmarks.worlds --studies 40 --engine fast`.

Each study is a line in a journal, so a run that was stopped goes on where it was; `--page` says where the page is
written. Results do not depend on the number of workers.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import track

from benchmarks.journal import append, sources_digest
from benchmarks.worlds.engines import ENGINES
from benchmarks.worlds.journal import current, entry_of, key_of, lacking, read_journal
from benchmarks.worlds.page import page_of
from benchmarks.worlds.rates import tables_of
from benchmarks.worlds.study import ASSAYS, Task, measure
from lensim.checks import InputError, one_of
from lensim.power.pool import pool_of

ROOT: Final = Path(__file__).parents[2]
JOURNAL: Final = "journal.jsonl"
BLOCK: Final = 8
"""Studies of a world that are made before those of the next one, so that a run that is stopped has some of each."""
console = Console()


def tasks_of(assays: list[str], worlds: list[str], engine: str, studies: int, seed: int) -> list[Task]:
    """Every study that is asked for, in blocks of each world; empty lists ask for all.

    Raises
    ------
    InputError
        If a name is unknown.
    """
    for name in assays:
        one_of("--assay", name, ASSAYS)
    for name in worlds:
        one_of("--world", name, [world for own in ASSAYS.values() for world in own])
    one_of("--engine", engine, ENGINES)
    asked = [
        (assay, world)
        for assay, own in ASSAYS.items()
        if not assays or assay in assays
        for world in own
        if not worlds or world in worlds
    ]
    return [
        Task(assay, world, engine, seed, study)
        for first in range(0, studies, BLOCK)
        for assay, world in asked
        for study in range(first, min(first + BLOCK, studies))
    ]


def entries(tasks: list[Task], workers: int) -> Iterator[dict[str, Any]]:
    """Records of tasks as they come, each with its task and the version of the sources."""
    sources = sources_digest(ROOT)
    with pool_of(workers, "") as pool:
        for task, record in pool(measure, ((task, (task,)) for task in tasks)):
            yield entry_of(task) | {"sources": sources} | record


def run(tasks: list[Task], journal: Path, workers: int, *, again: bool = False) -> list[dict[str, Any]]:
    """Records of all tasks, in their order: those of the journal, and those that it lacked, which are made now.

    Parameters
    ----------
    tasks, journal, workers
        What is asked for, where records are kept, how many processes.
    again
        Take no record that was made with other sources than those that lie here.
    """
    done: Mapping[Any, dict[str, Any]] = read_journal(journal)
    if again:
        sources = sources_digest(ROOT)
        done = {key: entry for key, entry in done.items() if entry.get("sources") == sources}
    to_do = lacking(tasks, done)
    found = track(
        append(journal, entries(to_do, workers)),
        "worlds",
        total=len(to_do),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    made = {key_of(entry): entry for entry in found} if to_do else {}
    return [(made.get(key) or done[key]) for key in (key_of(entry_of(task)) for task in tasks)]


def main(
    studies: Annotated[int, typer.Option(min=1, help="Studies of each world.")] = 40,
    engine: Annotated[list[str], typer.Option(help="nuts or fast; several times for both.")] = ["fast"],  # noqa: B006
    assay: Annotated[list[str], typer.Option(help="dose_response, expression or groups; all where not given.")] = [],  # noqa: B006
    world: Annotated[list[str], typer.Option(help="Name of a world; all where not given.")] = [],  # noqa: B006
    seed: Annotated[int, typer.Option(min=0)] = 2013,
    workers: Annotated[int, typer.Option(min=1)] = 1,
    folder: Annotated[Path, typer.Option(help="Where the journal and tables are kept.")] = Path("results/worlds"),
    page: Annotated[Path | None, typer.Option(help="Where the page is written.")] = None,
    again: Annotated[bool, typer.Option(help="Make studies of other versions of the sources anew.")] = False,
    most: Annotated[int, typer.Option(min=0, help="New studies at most; 0 for all that are asked for.")] = 0,
) -> None:
    """Measure what is lacking, then print the page of all that the journal holds, and write it."""
    try:
        tasks = [task for name in engine for task in tasks_of(assay, world, name, studies, seed)]
    except InputError as error:
        console.print(str(error), markup=False)
        raise typer.Exit(2) from None
    journal = folder / JOURNAL
    if most:
        done = read_journal(journal)
        left = set(islice((key_of(entry_of(task)) for task in lacking(tasks, done)), most))
        tasks = [task for task in tasks if (key := key_of(entry_of(task))) in done or key in left]
    run(tasks, journal, workers, again=again)
    intervals, calls, worlds = tables_of(current(read_journal(journal)))
    text = page_of(intervals, calls, worlds)
    for name, table in (("intervals", intervals), ("calls", calls), ("worlds", worlds)):
        table.to_csv(folder / f"{name}.csv", index=False)
    if page is not None:
        page.write_text(text, encoding="utf-8")
    console.print(text, markup=False, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    typer.run(main)
