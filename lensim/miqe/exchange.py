"""The reactions of a fit as RDML and RDES, with the efficiencies that the fit found."""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import xarray as xr

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.expression.read.rdml_write import Curve, Exchange, numbered_plates, rdes_of, reactions_of, write_rdml
from lensim.miqe.study import Study
from lensim.plain_text import shown_kind

__all__ = [
    "exchange_of",
    "numbered_plates",
    "plates_named_otherwise",
    "rdes_files",
    "sample_sheet_of",
    "write_rdml",
]

METHOD: Final = "posterior mean and sd by lensim"
RDES_SUFFIX: Final = ".tsv"
SHEET_NAME: Final = "samples.csv"
SHEET_COLUMNS: Final = ("subject", "cell type", "condition", "is control", "experiment")
_PLAIN_NAME: Final = re.compile(r"\w(?:[\w .,()+-]{0,78}[\w)])?")
_RESERVED: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)
"""Names of devices, which are no files on some systems."""


def exchange_of(result: xr.DataTree) -> Exchange:
    """The reactions that were fitted, and the posterior of each efficiency.

    Raises
    ------
    InputError
        If the fit is of ratios, or of another assay.
    """
    if (assay := result.attrs.get(v.ASSAY, "")) != v.EXPRESSION:
        raise InputError(f"RDML and RDES are of fits of {v.EXPRESSION}, got one of {shown_kind(assay)}")
    study = Study(result)
    found = reactions_of(study.data)
    factor = study.draws(v.FACTOR, v.GENE)
    if factor is None:
        return found
    curves = {
        gene: Curve(float(own.mean()), float(own.std(ddof=1)), METHOD)
        for gene, own in zip(study.genes, factor, strict=True)
    }
    return replace(found, curves=curves)


def rdes_files(exchange: Exchange) -> dict[str, str]:
    """The tables of RDES by names of files, which are those of the plates: a reader names the plate after the file.

    A plate whose name is none for a file has a number, plate_1.tsv and so on; see `plates_named_otherwise`.
    """
    return dict(zip(_file_names(list(exchange.plates)), rdes_of(exchange).values(), strict=True))


def plates_named_otherwise(exchange: Exchange) -> list[str]:
    """Plates whose table has not their name, each with the name of its file."""
    plates = list(exchange.plates)
    return [
        f"{plate} in {name}"
        for plate, name in zip(plates, _file_names(plates), strict=True)
        if name != f"{plate}{RDES_SUFFIX}"
    ]


def _file_names(plates: Sequence[str]) -> list[str]:
    """A name of a file for each plate, no two the same where case does not count."""
    taken = Counter(plate.casefold() for plate in plates)
    names = []
    for number, plate in enumerate(plates, start=1):
        name = f"plate_{number}"
        if _PLAIN_NAME.fullmatch(plate) and taken[plate.casefold()] == 1 and not _RESERVED.fullmatch(plate):
            name = plate
        while name != plate and name in taken:
            name += "_"
        names.append(f"{name}{RDES_SUFFIX}")
    return names


def sample_sheet_of(exchange: Exchange) -> str:
    """A sample sheet with which the readers make a study of the files of RDML or RDES; CSV."""
    used = dict.fromkeys(
        name for name, one in zip(exchange.samples, exchange.reactions.reactions, strict=True) if one.task == "unknown"
    )
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([what.replace(" ", "_") for what in ("sample", *SHEET_COLUMNS)])
    for name in used:
        about = exchange.about_sample.get(name, {})
        writer.writerow([name, *(about.get(what, "") for what in SHEET_COLUMNS)])
    return text.getvalue()
