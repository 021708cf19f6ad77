"""A user's own results as one page: fits, and folders of power, plan and published summaries."""

import platform
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Final

import pandas as pd

from lensim.assay import Asked, has_levels
from lensim.checks import FaultReport, InputError
from lensim.output import load_result
from lensim.report.fits import fit_section
from lensim.report.folder import Choice, ListedTable, folder_section
from lensim.report.numbers import NONE
from lensim.report.page import Mark, Page, PageTable, Section, Tile, key_of
from lensim.results_folder import LIBRARIES
from lensim.screen.store import is_screen, read_record
from lensim.screen.table import COMPOUNDS, SUMMARY

MOST_COMPOUNDS: Final = 2_000
"""Of a screen with more, a page has no row each: its findings name those that failed."""
PAGE_MARK: Final = b'<meta name="generator" content="lensim">'
PAGE_HEAD: Final = 2_000
"""Bytes at the start of a page that hold the mark."""


def without_pages(paths: Sequence[Path]) -> list[Path]:
    """The paths that are no pages of `lensim report`: `results/*` also names the page that was made of them before."""
    return [path for path in paths if not _is_page(path)]


def _is_page(path: Path) -> bool:
    if path.suffix.lower() not in (".html", ".htm") or not path.is_file():
        return False
    with path.open("rb") as opened:
        return PAGE_MARK in opened.read(PAGE_HEAD)


def results_page(
    paths: Sequence[Path],
    title: str,
    ci_prob: float = 0.9,
    *,
    levels: tuple[float, ...] = (),
    figures: bool = True,
    tell: Callable[[str], None] = lambda _: None,
) -> Page:
    """A page of results in the order in which they are named.

    Parameters
    ----------
    paths
        Fits (.nc) and results folders.
    title
        Heading.
    ci_prob
        Probability inside the intervals of fits.
    levels
        Levels of effect whose doses the fits of assays with levels tell [percent].
    figures
        Whether figures of fits are drawn.
    tell
        Called with a sentence on the progress.

    Raises
    ------
    InputError
        If something is no result, or named twice; all such faults together.
    """
    asked = Asked(ci_prob, levels=levels)
    faults = FaultReport("results of a page")
    sections: list[Section] = []
    seen: set[Path] = set()
    names = [path.name for path in paths]
    for number, path in enumerate(paths, start=1):
        if path.resolve() in seen:
            faults.add("must be named once, got it twice", place=str(path))
            continue
        seen.add(path.resolve())
        tell(f"{path}: reading{' and drawing' if figures and not path.is_dir() else ''}")
        try:
            name = path.name if names.count(path.name) == 1 else str(path)
            sections.append(_section(path, name, f"result-{number}-{key_of(path.stem)}", asked, figures=figures))
        except InputError as error:
            for line in str(error).removeprefix(f"{path} ").splitlines():
                faults.add(line, place=str(path))
    faults.raise_if_any()
    return Page(
        title,
        (_summary(sections),),
        _tiles(sections),
        (*sections, _making(sections)),
        f"Made by lensim {version('lensim')}. Needs no network and no script.",
    )


def _section(path: Path, name: str, key: str, asked: Asked, *, figures: bool) -> Section:
    if path.is_dir():
        return folder_section(path, _choice_of(path, name), key)
    if not path.exists():
        raise InputError("must be a fit (.nc) or a results folder, got nothing there")
    result = load_result(path)
    if asked.levels and not has_levels(result):
        asked = replace(asked, levels=())
    return fit_section(result, name, key, asked, figures=figures)


def _choice_of(folder: Path, name: str) -> Choice:
    """What a page shows of a folder: of a screen one row a compound, and not the long table."""
    if not is_screen(folder):
        return Choice(folder.name, name, "")
    short = ListedTable(COMPOUNDS, "One row each: rows in the long table, model, engine, verdict, and why one failed")
    if len(read_record(folder).names) > MOST_COMPOUNDS:
        return Choice(folder.name, name, "", left_out=(SUMMARY, COMPOUNDS))
    return Choice(folder.name, name, "", tables=(short,), left_out=(SUMMARY,))


def _summary(sections: Sequence[Section]) -> str:
    failed = [section.title for section in sections if section.state == "no"]
    if failed:
        return f"Not converged, so not to be read as an answer: {', '.join(failed)}."
    judged = sum(section.state == "yes" for section in sections)
    return {0: "No result here was sampled, so none needed a verdict."}.get(
        judged, "Every sampled fit on this page has passed its convergence gate."
    )


def _tiles(sections: Sequence[Section]) -> tuple[Tile, ...]:
    judged = [section.state for section in sections if section.state is not None]
    tiles = [Tile(f"{len(sections)}", "result" if len(sections) == 1 else "results")]
    if judged:
        passed = judged.count("yes")
        tiles.append(
            Tile(
                f"{passed} of {len(judged)}",
                "fits passed the convergence gate",
                "yes" if passed == len(judged) else "no",
            )
        )
    return tuple(tiles)


def _making(sections: Sequence[Section]) -> Section:
    rows = [
        {
            "result": section.title,
            "verdict": Mark(
                section.state or "open", {"yes": "passed", "no": "not passed"}.get(section.state or "", "none")
            ),
            "seed": dict(section.facts).get("Seed", NONE),
        }
        for section in sections
    ]
    versions = [
        {"library": "Python", "version": platform.python_version()},
        *({"library": name, "version": version(name)} for name in LIBRARIES),
    ]
    return Section(
        "making",
        "Verdicts, seeds and versions",
        tables=(
            PageTable(pd.DataFrame(rows), "Results on this page", is_open=True),
            PageTable(pd.DataFrame(versions), "Versions with which this page was made", is_open=True),
        ),
    )
