"""A complete run of a plan into one folder: answers, paragraph, tables, and a manifest."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

import xarray as xr

from lensim.csv_file import write_csv_file
from lensim.input_digests import digests_of
from lensim.ownership import require_replaceable
from lensim.plan.answer import answer, require_answerable, require_trusted
from lensim.plan.interim import require_look
from lensim.plan.plates import plate_map_files
from lensim.plan.question import Question
from lensim.plan.result import PlanResult
from lensim.plan.tables import tables_of
from lensim.plan.words import look_in_words, paragraph
from lensim.power.assays import assay_of
from lensim.power.design_prior import posterior_of
from lensim.power.pool import Pool, pool_of
from lensim.power.processes import require_workers
from lensim.results_folder import Manifest, results_folder

Draw = Callable[[PlanResult, Path], None]
"""A function that writes figures of a plan into a folder; `lensim.report.plan_folder.draw_plan` is one."""


@dataclass(frozen=True)
class FirstPairs:
    """Ratios of the subjects that are known by now.

    Attributes
    ----------
    ratios
        As `lensim.expression.read.read_ratios` gives them.
    name
        What sentences call them, such as the name of their file.
    """

    ratios: xr.Dataset
    name: str


def run_plan(
    question: Question,
    folder: Path | None = None,
    *,
    fit: xr.DataTree | None = None,
    so_far: FirstPairs | None = None,
    trust: bool = False,
    workers: int = 1,
    scheduler: str = "",
    trust_network: bool = False,
    pool: Pool | None = None,
    tell: Callable[[str], None] = lambda said: None,
    draw: Draw | None = None,
    asked_in: Path | None = None,
    read_here: Iterable[Path] = (),
    force: bool = False,
) -> PlanResult:
    """Answer every part of a question, and write the answers.

    Parameters
    ----------
    question
        What is asked; its truth may have the posterior of a fit.
    folder
        Gets plan.txt, a CSV a table, manifest.json, the question, and figures where `draw` is given. Nothing is kept
        without it.
    fit
        The fit that the plan starts from, for bracketing; by default the posterior of the question's truth.
    so_far
        Ratios of the subjects known by now: an interim look is added.
    trust
        Take a posterior that did not pass its convergence gate.
    workers, scheduler
        Processes on this machine, or the address of a dask scheduler that someone started. Results do not depend on
        them. Whoever can reach a scheduler can run code here and there: see `lensim.power.scheduler`.
    trust_network
        Take a scheduler on another machine without encryption.
    pool
        Where chunks are worked on, in the place of workers and a scheduler.
    tell
        Called with a sentence as soon as there is one.
    draw
        Draws figures into the folder.
    asked_in
        The file that the question was read from; a copy goes into the folder.
    read_here
        Other files that were read for the plan; a folder that holds one is not replaced.
    force
        Replace a folder that lensim wrote.

    Raises
    ------
    InputError
        If the posterior did not pass its gate, a part does not suit the scenario, the first pairs do not suit the
        design, no study could be analysed, or the folder is there and `force` is false.

    Examples
    --------
    >>> result = run_plan(read_question(Path("next.toml")), Path("results/plan"))
    >>> print(result.text)
    """
    require_workers(workers)
    prior = question.scenario.truth.posterior
    read_here = [*read_here, *([] if asked_in is None else [asked_in]), *([] if prior is None else [prior.path])]
    files = tuple(digests_of(dict.fromkeys(read_here)))
    if folder is not None:
        require_replaceable(folder, force=force, inputs=read_here)
    if fit is None and prior is not None:
        fit = posterior_of(prior)
    if fit is not None and prior is not None:
        require_trusted(fit, prior.name, trust=trust)
    if so_far is not None:
        size, scenario = question.size, question.scenario
        require_look(scenario if size is None else scenario.at({size.field: size.high}), so_far.ratios)
    require_answerable(question, fit)
    given = nullcontext(pool) if pool else pool_of(workers, scheduler, trust_network=trust_network)
    if folder is None:
        with given as used:
            return replace(_answered(question, fit, so_far, used, tell), files=files)
    manifest = Manifest(question.scenario.seed)
    with (
        _question_file(question, asked_in) as asked,
        results_folder(folder, asked, force=force, inputs=read_here) as partial,
        given as used,
    ):
        result = _answered(question, fit, so_far, used, tell)
        manifest.seconds |= _seconds_of_each(result)
        (partial / "plan.txt").write_text(result.text + "\n", encoding="utf-8", newline="\n")
        for name, table in result.tables.items():
            write_csv_file(table, partial / f"{name}.csv")
        if "plate_map" in result.tables:
            setups = plate_map_files(result.tables["plate_map"])
            for name, content in setups.items():
                (partial / name).write_bytes(content)
        if draw is not None:
            with manifest.timed("figures"):
                draw(result, partial)
        manifest.write(partial)
    return replace(result, folder=folder, files=files)


def _answered(
    question: Question, fit: xr.DataTree | None, so_far: FirstPairs | None, pool: Pool, tell: Callable[[str], None]
) -> PlanResult:
    if note := assay_of(question.scenario).compiling_note():
        tell(note)
    plan = answer(question, fit, pool=pool, tell=tell)
    said = paragraph(plan)
    if so_far is not None:
        said += " " + look_in_words(plan, so_far.ratios, so_far.name)
    return PlanResult(plan, said, tables_of(plan))


def _seconds_of_each(result: PlanResult) -> dict[str, float]:
    """How long each answer took; a plan notes the seconds from its start."""
    found, before = {}, 0.0
    for name, since_start in result.plan.seconds.items():
        found[name], before = round(since_start - before, 2), since_start
    return found


@contextmanager
def _question_file(question: Question, asked_in: Path | None) -> Iterator[Path]:
    """The file of a question, for its copy in the folder; one that was made in Python is written as JSON."""
    if asked_in is not None:
        yield asked_in
        return
    with tempfile.TemporaryDirectory(prefix="lensim-plan-") as place:
        path = Path(place) / "question.json"
        path.write_text(
            question.model_dump_json(indent=1, serialize_as_any=True) + "\n", encoding="utf-8", newline="\n"
        )
        yield path
