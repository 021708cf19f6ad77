"""A fit as values for the page: what `lensim report` shows of it, with its figures drawn, and its files.

All of this runs in the process of the session; `result_at` keeps what was opened last.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

import xarray as xr

from lensim.added_files import added_file
from lensim.assay import Asked
from lensim.inference.verdict import verdict_of
from lensim.output import load_result, save_result
from lensim.report.about import workbook_of_fit
from lensim.report.fits import fit_section
from lensim.report.html import render
from lensim.report.page import Page, Section, Tile
from lensim.report.pictures import embedded
from lensim.result_workbook import write_result_workbook

PICTURES: Final = 6_000_000
"""Bytes of the figures of a fit on the page."""
KEPT: Final = 2
Image = tuple[str, int, int]
"""Address (data:), width and height."""


@dataclass(frozen=True)
class ShownFit:
    """A fit as the page shows it.

    Attributes
    ----------
    path
        Of its file (.nc).
    passed
        Whether its gate passed; None where there was none.
    verdict
        As a sentence.
    section
        Tables, sentences, settings.
    images
        Of its figures, by name.
    """

    path: Path
    passed: bool | None
    verdict: str
    section: Section
    images: Mapping[str, Image]


@lru_cache(maxsize=KEPT)
def result_at(path: Path) -> xr.DataTree:
    """A result in a file of the session, which never changes.

    Raises
    ------
    InputError
        As `lensim.output.load_result`.
    """
    return load_result(path)


def keep_result(result: xr.DataTree, path: Path) -> None:
    """Write a result to a new file of the session."""
    save_result(result, path, force=False)


def shown_fit(result: xr.DataTree, path: Path, name: str, asked: Asked | None = None) -> ShownFit:
    """What the page shows of a result.

    Parameters
    ----------
    result, path
        The result, and its file.
    name
        Heading.
    asked
        Probability inside intervals.

    Raises
    ------
    InputError
        As `lensim.report.fits.fit_section`.
    """
    section = fit_section(result, name, "fit", asked)
    drawn, _ = embedded(section.pictures, PICTURES)
    images = {picture.name: image for picture, image in zip(section.pictures, drawn, strict=True)}
    verdict = verdict_of(result)
    return ShownFit(path, None if section.state is None else verdict.passed, verdict.sentence(), section, images)


def write_workbook(result: xr.DataTree, path: Path, asked: Asked | None = None) -> None:
    """Write every table of a result as one workbook."""
    tables, about = workbook_of_fit(result, asked or Asked())
    write_result_workbook(path, tables, about, force=False)


def write_page(shown: ShownFit, path: Path, title: str) -> None:
    """Write the page of a fit, as `lensim report` does."""
    page = Page(
        title,
        (shown.verdict,),
        (Tile("1", "result", shown.section.state),),
        (shown.section,),
        f"Made by lensim {version('lensim')}. Needs no network and no script.",
    )
    with added_file(path, force=False) as place:
        place.write_text(render(page), encoding="utf-8", newline="\n")
