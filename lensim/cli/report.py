"""The command `lensim report`: fits and results folders as one HTML page."""

from pathlib import Path
from typing import Annotated

import typer

from lensim.cli.shared import CiProb, Force, Levels, say


def report(
    results: Annotated[
        list[Path],
        typer.Argument(metavar="RESULT...", help="Fits (.nc), and folders of lensim power, plan or published."),
    ],
    path: Annotated[Path, typer.Option("--out", help="Page to write: .html.")],
    title: Annotated[str, typer.Option(help="Heading of the page.")] = "Results",
    level: Levels = None,
    ci: CiProb = 0.9,
    figures: Annotated[bool, typer.Option(help="Draw figures of fits.")] = True,
    force: Force = False,
) -> None:
    """One HTML page of your results: verdicts, tables, figures, settings, seeds. It needs no network to be read.

    Exit status 0 where every fit converged, 3 where one did not: the page is written all the same, and says so.
    """
    from lensim.added_files import added_file, require_added
    from lensim.checks import InputError, one_of
    from lensim.report.html import render
    from lensim.report.own_results import results_page, without_pages

    one_of("--out suffix", path.suffix.lower(), (".html", ".htm"))
    named, results = results, without_pages(results)
    for one in (one for one in named if one not in results):
        say(f"note: {one} is a page of lensim report, so it is passed over", quietly=True)
    if not results:
        raise InputError("results must name at least one fit (.nc) or results folder, got pages of lensim report alone")
    require_added(path, force=force, inputs=results)
    page = results_page(
        results, title, ci, levels=tuple(level or ()), figures=figures, tell=lambda said: say(said, quietly=True)
    )
    text = render(page)
    with added_file(path, force=force, inputs=results) as partial:
        partial.write_text(text, encoding="utf-8", newline="\n")
    for section in page.sections:
        for caution in section.cautions:
            say(f"note: {section.title}: {caution.removesuffix('.')}; the page says so", quietly=True)
    say(f"page of {len(text.encode()) / 1e6:.1f} MB in {path}")
    if any(section.state == "no" for section in page.sections):
        say("a fit on it has not converged", quietly=True)
        raise typer.Exit(3)
