"""A fit of what was read, with its files, in the process of the session."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lensim.app.bench import Tell
from lensim.app.read.options import ASSAYS
from lensim.app.read.reading import data_of
from lensim.app.read.wanted import OUT, Wanted
from lensim.app.results import ShownFit, keep_result, shown_fit, write_page, write_workbook
from lensim.assay import ResultTable, assay_names, find_assay
from lensim.checks import InputError, shown
from lensim.face.fit import fit
from lensim.first_answer import first_answer_shown
from lensim.report.text import text_table

MOST_ROUGH: Final = 40
"""Rows of a first answer."""
FILES: Final = {OUT: "the result (.nc)", "fit.xlsx": "its tables (.xlsx)", "fit.html": "the page (.html)"}


@dataclass(frozen=True)
class Fitted:
    """A fit of the files that were wanted.

    Attributes
    ----------
    key
        Of what was wanted.
    assay
        Its name.
    shown
        Verdict, tables, figures.
    files
        Path of each file, by its name for a download.
    seconds
        From the click to the figures.
    """

    key: str
    assay: str
    shown: ShownFit
    files: dict[str, Path]
    seconds: float


def warm_up(tell: Tell) -> None:
    """Import what reading and a fit need, before a file is there."""
    for name in assay_names():
        find_assay(name)


def fit_wanted(wanted: Wanted, assay: str, seed: str, folder: Path, tell: Tell) -> Fitted:
    """Fit the files by the fastest engine that takes them, and write the files of the result.

    Parameters
    ----------
    wanted
        Files and choices.
    assay
        As they were read.
    seed
        Root seed, as typed.
    folder
        Of the session; it gets a folder for this fit.
    tell
        Gets sentences on the way.

    Raises
    ------
    InputError
        As the reader and `lensim.fit`; if the seed is no whole number.
    """
    began = time.monotonic()
    number = _whole(seed)
    data = data_of(assay, wanted)
    own = find_assay(assay)
    tell(f"Fitting {own.counts(data)} …")
    with first_answer_shown(own, data, number, lambda table: tell(rough_words(table))):
        result = fit(data, seed=number, tell=lambda said: tell(f"{said} …")).tree
    tell("Drawing tables and figures …")
    place = _new_folder(folder)
    paths = {name: place / name for name in FILES}
    keep_result(result, paths[OUT])
    shown = shown_fit(result, paths[OUT], f"{ASSAYS.get(assay, assay)}: {', '.join(one.name for one in wanted.files)}")
    write_workbook(result, paths["fit.xlsx"])
    write_page(shown, paths["fit.html"], shown.section.title)
    return Fitted(wanted.key, assay, shown, paths, time.monotonic() - began)


def _whole(seed: str) -> int:
    try:
        return int(seed)
    except ValueError:
        raise InputError(f"--seed must be a whole number, got {shown(seed)}") from None


def _new_folder(folder: Path) -> Path:
    number = 1 + sum(one.name.startswith("fit") for one in folder.iterdir())
    return _made(folder / f"fit{number}")


def _made(place: Path) -> Path:
    place.mkdir()
    return place


def rough_words(table: ResultTable) -> str:
    """The first two columns of a table in a sentence that says that it is preliminary."""
    frame = text_table(table).iloc[:MOST_ROUGH, :2]
    rows = "; ".join(": ".join(map(str, row)) for row in frame.itertuples(index=False))
    return f"Preliminary, each row by itself: {rows}. The final table follows."
