"""The study as one page: claims, systems, the power of designs, verdicts, and versions and seeds."""

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

import pandas as pd

from lensim.checks import InputError
from lensim.report.claims_section import FILE, claims_section, count_inside, count_strong
from lensim.report.folder import (
    Choice,
    Made,
    folder_section,
    is_results_folder,
    read_made,
    said_of,
    state_of,
)
from lensim.report.numbers import NONE
from lensim.report.own_files import read_table
from lensim.report.page import Mark, Page, PageTable, Section, Tile
from lensim.report.study_contents import CLAIMS, GROUPS
from lensim.report.study_systems import Group

TITLE: Final = "Lenalidomide in multiple myeloma: a study simulated, fitted and judged"
LEAD: Final = (
    "Maïga et al. (2013, British Journal of Cancer) tested lenalidomide on 23 myeloma cell lines, primary samples and "
    "stromal cultures. This page compares each number of that paper with simulated twins of the study, and says what "
    "its designs could show and what they could not.",
)


def study_page(results: Path) -> Page:
    """The page of a folder of results; it names the parts that are absent.

    Parameters
    ----------
    results
        Holds one folder for each experiment, named as the experiment.

    Raises
    ------
    InputError
        If there is no result at all, or one can't be read.
    """
    if not results.is_dir():
        raise InputError(
            f"{results} must be a folder of results, got {'a file' if results.exists() else 'nothing there'}"
        )
    known = [CLAIMS, *(part for group in GROUPS for part in group.parts)]
    present = [part for part in known if is_results_folder(results / part.folder)]
    if not present:
        raise InputError(f"{results} must hold the results of an experiment, got none of {_names(known)}")
    made = {part.folder: read_made(results / part.folder) for part in present}
    missing = [part for part in known if part.folder not in made]
    claims = claims_section(results / CLAIMS.folder, CLAIMS) if CLAIMS in present else _absent(CLAIMS)
    return Page(
        TITLE,
        LEAD,
        _tiles(results, made),
        (
            _summary(present, missing),
            claims,
            *(_group(group, results) for group in GROUPS),
            _verdicts(present, made),
            _making(present, made),
        ),
        f"Made by lensim {version('lensim')}. Needs no network and no script.",
    )


def _names(parts: Sequence[Choice]) -> str:
    return ", ".join(part.folder for part in parts)


def _absent(part: Choice) -> Section:
    command = f"python -m experiments.{part.folder} --out results/{part.folder}"
    return Section(part.folder.replace("_", "-"), part.title, missing=command)


def _group(group: Group, results: Path) -> Section:
    return Section(
        group.key,
        group.title,
        sections=tuple(
            folder_section(results / part.folder, part) if is_results_folder(results / part.folder) else _absent(part)
            for part in group.parts
        ),
    )


def _tiles(results: Path, made: dict[str, Made]) -> tuple[Tile, ...]:
    tiles = []
    path = results / CLAIMS.folder / FILE
    if path.is_file():
        claims = read_table(path)
        for (good, of), label in (
            (count_inside(claims), "stated numbers lie in the central 90% of twins"),
            (count_strong(claims), "findings are strong evidence when they are made"),
        ):
            if of:
                tiles.append(Tile(f"{good} of {of}", label))
    states = [state_of(sentence) for one in made.values() for _, sentence in one.verdicts]
    if states:
        passed = states.count("yes")
        tiles.append(
            Tile(
                f"{passed} of {len(states)}",
                "fits passed the convergence gate",
                "yes" if passed == len(states) else "no",
            )
        )
    tiles.append(Tile(f"{len(made)}", "experiments on this page"))
    return tuple(tiles)


def _summary(present: Sequence[Choice], missing: Sequence[Choice]) -> Section:
    lead = [
        "Everything here is computed from simulated data whose truth is known, and from what the paper prints. "
        "Intervals are equal-tailed 90% intervals if nothing else is said; a figure from simulation has its Monte "
        "Carlo error behind ±.",
        "Three kinds of number are kept apart: what the paper states, what follows from that by arithmetic, and what "
        "is assumed because the paper does not say it. The verdict is above each fit. Where it is not passed, do "
        "not use the numbers below it.",
    ]
    if missing:
        lead.append(
            f"Not on this page, because there are no results of them: {', '.join(part.title for part in missing)}."
        )
    return Section("summary", "How to read this page", lead=tuple(lead))


def _verdicts(present: Sequence[Choice], made: dict[str, Made]) -> Section:
    rows = [
        {
            "part": part.title,
            "fit": name,
            "verdict": Mark(state_of(sentence), {"yes": "passed", "no": "not passed"}[state_of(sentence)]),
            "figures": said_of(sentence),
        }
        for part in present
        for name, sentence in made[part.folder].verdicts
    ]
    if not rows:
        return Section("diagnostics", "Verdicts of the diagnostics", lead=("No part of this page has a sampled fit.",))
    return Section(
        "diagnostics",
        "Verdicts of the diagnostics",
        lead=(
            "A fit passes where R-hat is at most 1.01 and the effective sample size at least 400 for every parameter "
            "and every quantity of interest, without divergences, saturated trees or a low energy fraction.",
        ),
        tables=(PageTable(pd.DataFrame(rows), "Every sampled fit behind this page", is_open=True),),
    )


def _making(present: Sequence[Choice], made: dict[str, Made]) -> Section:
    rows = [
        {
            "part": part.title,
            "command": f"python -m experiments.{part.folder}",
            "seed": made[part.folder].seed or NONE,
            "commit": _short(made[part.folder].commit),
            "seconds": made[part.folder].seconds,
        }
        for part in present
    ]
    versions: dict[str, set[str]] = {}
    for one in made.values():
        for name, number in (("Python", one.python), *one.versions):
            versions.setdefault(name, set()).add(number)
    of_versions = [
        {"library": name, "version": ", ".join(sorted(filter(None, found)))}
        for name, found in versions.items()
        if any(found)
    ]
    tables = [PageTable(pd.DataFrame(rows), "Commands, seeds and durations", is_open=True)]
    if of_versions:
        tables.append(PageTable(pd.DataFrame(of_versions), "Versions", is_open=True))
    return Section(
        "making",
        "How this was made",
        lead=(
            "make reproduce runs every command below with the config beside its script and then writes this page. The "
            "same seed gives the same numbers with any number of workers.",
        ),
        tables=tuple(tables),
    )


def _short(commit: str) -> str:
    """A commit's first letters, and whether files were changed."""
    name, _, rest = commit.partition(" ")
    return f"{name[:10]} {rest}".strip() or NONE
