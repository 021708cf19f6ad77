"""`lensim.plan(...)`: the command `lensim plan`, from Python."""

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

import xarray as xr

from lensim.arguments import checked
from lensim.checks import instance
from lensim.ownership import require_replaceable
from lensim.plan.question import Question, read_question
from lensim.plan.result import PlanResult
from lensim.plan.run import Draw, FirstPairs, run_plan
from lensim.power.design_prior import DesignPrior, design_prior_at, posterior_of, saved_design_prior
from lensim.qc.study import failures_of
from lensim.result_parts import OBSERVATIONS

GIVEN: Final = "the fit that was given"
"""What sentences call a posterior that came without a file."""


@runtime_checkable
class HasTree(Protocol):
    """What holds a DataTree with a posterior, such as a `Fit` or a `PublishedResult`."""

    @property
    def tree(self) -> xr.DataTree:
        """With the group posterior."""
        ...


@checked
def plan(
    question: str | Path | Question,
    prior: str | Path | xr.DataTree | HasTree | None = None,
    out: str | Path | None = None,
    *,
    so_far: str | Path | xr.Dataset | None = None,
    trust: bool = False,
    workers: int = 1,
    scheduler: str = "",
    trust_network: bool = False,
    figures: bool = True,
    force: bool = False,
    tell: Callable[[str], None] = lambda said: None,
) -> PlanResult:
    """The best next study: sample size, cost, plate map, and the truths under which this advice fails.

    Parameters
    ----------
    question
        A file (TOML), or a question from `lensim.plan.question.question_of`.
    prior
        Design prior: a fit, its DataTree, the file of a result (.nc) or of published summaries (.toml).
    out
        Folder for the paragraph, tables, figures and the manifest, as the command leaves it. Nothing is kept without
        it.
    so_far
        Ratios of the subjects known by now, as a file or from `lensim.expression.read.read_ratios`: an interim look.
    trust
        Take a fit that did not pass its convergence gate.
    workers, scheduler
        Processes on this machine, or the address of a dask scheduler that someone started. Results do not depend on
        them. Whoever can reach a scheduler can run code here and there: see `lensim.power.scheduler`.
    trust_network
        Take a scheduler on another machine without encryption.
    figures
        Draw figures into the folder.
    force
        Replace a folder that lensim wrote.
    tell
        Called with a sentence as soon as there is one.

    Returns
    -------
    PlanResult
        With plan, text, tables and folder.

    Raises
    ------
    InputError
        With every fault of the question; if the prior did not converge or lacks a figure, a part does not suit the
        scenario, no study could be analysed, or the folder is there and `force` is false.

    Examples
    --------
    >>> lensim.plan("next.toml", prior=fit).text
    """
    read_here = [Path(one) for one in (prior, so_far) if isinstance(one, str | Path)]
    if out is not None:
        asked_here = [Path(question)] if isinstance(question, str | Path) else []
        require_replaceable(Path(out), force=force, inputs=[*asked_here, *read_here])
    known = _first_pairs(so_far)
    with ExitStack() as stack:
        fit, found = None, None
        if isinstance(prior, str | Path):
            found = design_prior_at(Path(prior))
            fit = posterior_of(found)
        elif prior is not None:
            fit = prior if isinstance(prior, xr.DataTree) else prior.tree
            instance("prior.tree", fit, xr.DataTree)
            place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lensim-prior-")))
            found = saved_design_prior(fit, place, GIVEN)
        if fit is not None and found is not None and OBSERVATIONS in fit.children:
            for said in failures_of(fit[OBSERVATIONS].to_dataset()):
                tell(f"note: {found.name}: {said}")
        asked_in = Path(question) if isinstance(question, str | Path) else None
        asked = (
            read_question(Path(question), found) if isinstance(question, str | Path) else _with_prior(question, found)
        )
        return run_plan(
            asked,
            None if out is None else Path(out),
            fit=fit,
            so_far=known,
            trust=trust,
            workers=workers,
            scheduler=scheduler,
            trust_network=trust_network,
            tell=tell,
            draw=_drawing() if figures and out is not None else None,
            asked_in=asked_in,
            read_here=read_here,
            force=force,
        )


def _drawing() -> Draw:
    """The report's figures; what draws is imported only where something is drawn."""
    from lensim.report.plan_folder import draw_plan

    return draw_plan


def _first_pairs(so_far: str | Path | xr.Dataset | None) -> FirstPairs | None:
    if so_far is None or isinstance(so_far, xr.Dataset):
        return None if so_far is None else FirstPairs(so_far, "the study so far")
    from lensim.expression.read import read_ratios

    return FirstPairs(read_ratios(Path(so_far)), Path(so_far).name)


def _with_prior(question: Question, prior: DesignPrior | None) -> Question:
    if prior is None:
        return question
    return question.model_copy(update={"scenario": question.scenario.at({"truth.posterior": prior})})
