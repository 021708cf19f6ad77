"""The command of planning."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from lensim.checks import InputError
from lensim.cli.shared import Force, err, out

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure

    from lensim.plan.result import Plan

VERDICTS: Final = {1: "holds", 0: "undecided", -1: "breaks"}


def plan(
    plan_file: Annotated[Path, typer.Argument(metavar="FILE", help="Planning question (TOML).")],
    folder: Annotated[Path, typer.Option("--out", help="Folder for tables, figures and the paragraph.")],
    start: Annotated[
        Path | None, typer.Option("--from", help="Design prior: result of a fit (.nc), or published summaries (.toml).")
    ] = None,
    so_far: Annotated[
        Path | None, typer.Option("--so-far", help="Ratios of the subjects known by now: an interim look.")
    ] = None,
    trust: Annotated[bool, typer.Option(help="Take a fit that did not pass its convergence gate.")] = False,
    workers: Annotated[int, typer.Option(min=1, help="Processes on this machine.")] = 1,
    scheduler: Annotated[str, typer.Option(help="Address of a dask scheduler that is running.")] = "",
    figures: Annotated[bool, typer.Option(help="Draw figures.")] = True,
    force: Force = False,
) -> None:
    """The best next study: how many, at what cost, on which plates, and where the answer breaks.

    A first answer comes in seconds, and is refined. Results do not depend on the number of workers.
    """
    from lensim.ownership import require_replaceable
    from lensim.plan.answer import answer, require_trusted
    from lensim.plan.interim import require_look
    from lensim.plan.question import read_question
    from lensim.plan.words import paragraph
    from lensim.power.design_prior import design_prior
    from lensim.power.pool import pool_of
    from lensim.results_folder import results_folder

    read_here = [path for path in (plan_file, start, so_far) if path is not None]
    require_replaceable(folder, force=force, inputs=read_here)
    known = _ratios(so_far) if so_far is not None else None
    result = None
    if start is not None:
        result = design_prior(start)
        require_trusted(result, start.name, trust=trust)
    question = read_question(plan_file, start.resolve() if start else None)
    if result is None and question.scenario.truth.posterior is not None:
        result = design_prior(question.scenario.truth.posterior)
        require_trusted(result, question.scenario.truth.posterior.name, trust=trust)
    if known is not None:
        size, most = question.size, question.scenario
        require_look(most if size is None else most.at({size.field: size.high}), known)
    if (posterior := question.scenario.truth.posterior) is not None:
        read_here.append(posterior)
    with (
        results_folder(folder, plan_file, force=force, inputs=read_here) as partial,
        pool_of(workers, scheduler) as pool,
    ):
        found = answer(question, result, pool=pool, tell=lambda said: out.print(said, soft_wrap=True, markup=False))
        said = paragraph(found)
        if so_far is not None and known is not None:
            said += " " + _look(found, known, so_far.name)
        (partial / "plan.txt").write_text(said + "\n")
        for name, table in tables_of(found).items():
            table.to_csv(partial / f"{name}.csv", index=False)
        if figures:
            draw_figures(found, partial)
    out.print()
    out.print(said, soft_wrap=True, markup=False)
    seconds = ", ".join(f"{name} {took:.0f} s" for name, took in found.seconds.items())
    err.print(f"seconds to each answer: {seconds}", soft_wrap=True, markup=False)
    out.print(f"tables, figures and this paragraph in {folder}", soft_wrap=True, markup=False)


def _ratios(path: Path) -> "xr.Dataset":
    from lensim.expression.read import read_ratios

    return read_ratios(path)


def _look(found: "Plan", known: "xr.Dataset", name: str) -> str:
    from lensim.plan.interim import look_at

    question = found.question
    scenario = question.scenario
    if found.size is not None and found.size.n is not None and question.size is not None:
        scenario = scenario.at({question.size.field: found.size.n})
    try:
        subjects, p, error = look_at(scenario, known, question.rule_number, question.item_number)
    except InputError as fault:  # the plan came out smaller than what is there by now
        return f"There is no look at {name}: {fault}."
    planned = sum(scenario.design.subjects.values())
    return (
        f"After the {subjects} subjects of {name}, the predictive probability of success with {planned} is "
        f"{100 * p:.0f}% (± {196 * error:.0f})."
    )


def tables_of(found: "Plan") -> dict[str, "pd.DataFrame"]:
    """Every table of a plan, by name."""
    import pandas as pd

    from lensim.power.assays import assay_of

    tables: dict[str, pd.DataFrame] = {}
    if found.size is not None:
        rows = [{"number": n, **vars(share)} for n, share in sorted(found.size.shares.items())]
        tables["size"] = pd.DataFrame(rows)
    if found.frontier is not None:
        tables["frontier"] = found.frontier.table
    if found.robustness is not None:
        tables["robustness"] = pd.DataFrame(
            [
                {
                    "world": trial.shift.name,
                    **vars(trial.share),
                    "verdict": VERDICTS[trial.verdict],
                    "needs": trial.size.n if trial.size else None,
                }
                for trial in found.robustness
            ]
        )
    if found.designs_tried:
        tables["designs_tried"] = pd.DataFrame(
            [
                {
                    "world": trial.shift.name,
                    **vars(trial.share),
                    "verdict": VERDICTS[trial.verdict],
                    "instead": " x ".join(map(str, trial.instead.values())) if trial.instead else None,
                    "cost": trial.cost,
                }
                for trial in found.designs_tried
            ]
        )
    for name in ("interim", "detection", "bracketing", "layouts"):
        if getattr(found, name) is not None:
            tables[name] = getattr(found, name)
    plate_map = assay_of(found.question.scenario).plate_map
    if plate_map is not None:
        tables["plate_map"] = plate_map(found.question.scenario)
    return tables


def draw_figures(found: "Plan", folder: Path) -> None:
    """Every figure of a plan."""
    from lensim.power.assays import assay_of
    from lensim.report.figures import plan as report
    from lensim.report.figures.style import save_figure

    drawn: dict[str, Figure] = {}
    question = found.question
    word = "power" if question.scenario.is_conditional else "assurance"
    if found.size is not None:
        drawn["size"] = report.plot_search(found)
    if found.frontier is not None and question.costs is not None:
        drawn["frontier"] = report.plot_frontier(found.frontier, question.target, question.costs.currency, word)
    if found.robustness and found.size is not None and found.size.n is not None:
        drawn["robustness"] = report.plot_robustness(found.robustness, found.size.n, question.target, word)
    if found.bracketing is not None:
        drawn["bracketing"] = report.plot_bracketing(found.bracketing)
    if found.layouts is not None:
        drawn["layouts"] = report.plot_layouts(found.layouts)
    plate_map = assay_of(question.scenario).plate_map
    if plate_map is not None:
        table = plate_map(question.scenario)
        for number, plate in enumerate(dict.fromkeys(table["plate"])):
            drawn[f"plate_map_{number + 1}"] = report.plot_plate_map(table, plate)
    for name, figure in drawn.items():
        save_figure(figure, folder / f"{name}.png")
