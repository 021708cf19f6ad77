"""Simulation-based calibration of every model by every engine: `python -m benchmarks.calibration --simulations 300`.

Each simulation is a line in a journal, so a run that was stopped goes on where it was; `--page` says where the page is
written. `--records` names a small file in the repository with what was made before, on whatever machine: nothing in it
is made again, and at the end it holds all. Results do not depend on the number of workers.
"""

import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import track

from benchmarks.calibration.designs import DESIGNS
from benchmarks.calibration.engines import engines_of
from benchmarks.calibration.figure import rank_figure
from benchmarks.calibration.journal import lacking, read_journal
from benchmarks.calibration.page import page_of
from benchmarks.calibration.rates import rows_of
from benchmarks.calibration.study import Task, measure
from benchmarks.calibration.twins import RIGHT
from benchmarks.journal import Key, append, keep, sources_digest
from lensim.checks import InputError, one_of
from lensim.power.pool import pool_of
from lensim.report.figures.style import save_figure

ROOT: Final = Path(__file__).parents[2]
JOURNAL: Final = "journal.jsonl"
BLOCK: Final = 50
"""Simulations of a model that are made before those of the next one, so that a run that is stopped has some of each."""
WRONG_TWIN: Final = "wrong"
console = Console()


def tasks_of(models: list[str], engines: list[str], simulations: int, wrong: int, seed: int) -> list[Task]:
    """Every simulation that is asked for, in blocks of each model; empty lists ask for all.

    Raises
    ------
    InputError
        If a name is unknown.
    """
    for name in models:
        one_of("--model", name, DESIGNS)
    for name in engines:
        one_of("--engine", name, {engine for model in DESIGNS for engine in engines_of(model)})
    asked = [
        (model, engine)
        for model in models or DESIGNS
        for engine in engines_of(model)
        if not engines or engine in engines
    ]
    return [
        Task(model, engine, twin, seed, number)
        for first in range(0, max(simulations, wrong), BLOCK)
        for model, engine in asked
        for twin, count in ((RIGHT, simulations), (WRONG_TWIN, wrong))
        for number in range(first, min(first + BLOCK, count))
    ]


def entries(tasks: list[Task], workers: int, until: float) -> Iterator[dict[str, Any]]:
    """Records of tasks as they come, each with its task and the version of the sources; none after `until`."""
    sources = sources_digest(ROOT)
    with pool_of(workers, "") as pool:
        for task, record in pool(measure, ((task, (task,)) for task in tasks if time.monotonic() < until)):
            yield asdict(task) | {"sources": sources} | record


def _made(records: Path | None, journal: Path, sources: str = "") -> dict[Key, dict[str, Any]]:
    """What was made before and what the journal holds, which is the later of the two."""
    return (read_journal(records, sources) if records is not None else {}) | read_journal(journal, sources)


def main(
    simulations: Annotated[int, typer.Option(min=1, help="Simulations of each model and engine.")] = 300,
    wrong: Annotated[int, typer.Option(min=0, help="Simulations of each wrong twin.")] = 100,
    model: Annotated[list[str], typer.Option(help="Name of a model; all where not given.")] = [],  # noqa: B006
    engine: Annotated[list[str], typer.Option(help="laplace, exact, kernel or nuts; all where not given.")] = [],  # noqa: B006
    seed: Annotated[int, typer.Option(min=0)] = 2018,
    workers: Annotated[int, typer.Option(min=1)] = 1,
    folder: Annotated[Path, typer.Option(help="Where the journal is kept.")] = Path("results/calibration"),
    records: Annotated[
        Path | None, typer.Option(help="File (.jsonl.gz) with what was made before; it is written anew with all.")
    ] = None,
    page: Annotated[
        Path | None, typer.Option(help="Where the page is written, its figure in figures/ beside it.")
    ] = None,
    again: Annotated[bool, typer.Option(help="Make simulations of other versions of the sources anew.")] = False,
    minutes: Annotated[float, typer.Option(min=0, help="Start no simulation after so long; 0 for no end.")] = 0.0,
) -> None:
    """Make the simulations that are lacking, then print the page of all that the journal holds, and write it."""
    try:
        tasks = tasks_of(model, engine, simulations, wrong, seed)
    except InputError as error:
        console.print(str(error), markup=False)
        raise typer.Exit(2) from None
    journal = folder / JOURNAL
    to_do = lacking(tasks, _made(records, journal, sources_digest(ROOT) if again else ""))
    until = time.monotonic() + 60.0 * minutes if minutes else float("inf")
    for _ in track(
        append(journal, entries(to_do, workers, until)),
        "calibration",
        total=len(to_do),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ):
        pass
    order = {name: place for place, name in enumerate(DESIGNS)}
    everything = _made(records, journal)
    if records is not None:
        keep(records, (everything[key] for key in sorted(everything)))
    made = [one for one in everything.values() if one["model"] in order and one["seed"] == seed]
    rows = rows_of(sorted(made, key=lambda one: (order[one["model"]], one["engine"], one["twin"], one["number"])))
    drawn = [row for row in rows if row.twin == RIGHT and row.quantities]
    name = ""
    if page is not None and drawn:
        name = "figures/calibration.png"
        (page.parent / name).parent.mkdir(parents=True, exist_ok=True)
        save_figure(
            rank_figure(drawn, {(row.model, row.engine): row for row in rows if row.twin != RIGHT}), page.parent / name
        )
    text = page_of(rows, name, [(one, engine) for one in DESIGNS for engine in engines_of(one)])
    if page is not None:
        page.write_text(text, encoding="utf-8")
    console.print(text, markup=False, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    typer.run(main)
