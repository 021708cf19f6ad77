"""The command `lensim plan`: the next study, from a plan file."""

from itertools import count
from pathlib import Path
from typing import Annotated

import typer

from lensim.cli.progress import progress_bar
from lensim.cli.shared import Force, out, say
from lensim.cli.workbook import Xlsx, require_workbook, say_workbook
from lensim.cli.workers import Scheduler, TrustNetwork, Workers, interrupted_in_one_sentence, say_what_is_trusted


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
    workers: Workers = 1,
    scheduler: Scheduler = "",
    trust_network: TrustNetwork = False,
    figures: Annotated[bool, typer.Option(help="Draw figures.")] = True,
    xlsx: Xlsx = None,
    force: Force = False,
) -> None:
    """The best next study: how many, at what cost, on which plates, and where the answer breaks.

    A first answer comes in seconds, and is refined. Results do not depend on the number of workers.
    """
    from lensim.face.plan import plan as run

    read_here = [one for one in (plan_file, start, so_far) if one is not None]
    require_workbook(xlsx, force=force, inputs=read_here)
    say_what_is_trusted(scheduler, trust_network=trust_network)
    with interrupted_in_one_sentence(f"nothing was written to {folder}"), progress_bar("answers") as progress:
        answers = count(1)

        def tell(said: str) -> None:
            say(said)
            progress(next(answers), 0)

        result = run(
            plan_file,
            start,
            folder,
            so_far=so_far,
            trust=trust,
            workers=workers,
            scheduler=scheduler,
            trust_network=trust_network,
            figures=figures,
            force=force,
            tell=tell,
        )
    out.print()
    say(result.text)
    seconds = ", ".join(f"{name} {took:.0f} s" for name, took in result.plan.seconds.items())
    say(f"seconds to each answer: {seconds}", quietly=True)
    if xlsx is not None:
        result.to_excel(xlsx, force=force)
        say_workbook(xlsx)
    say(f"tables, figures and this paragraph in {folder}")
