"""What the last sheet of a workbook says of a fit: verdict, seed, model, engine, settings, priors and data."""

from typing import Final

import xarray as xr

from lensim import vocabulary as v
from lensim.assay import Asked
from lensim.checks import InputError
from lensim.inference.engine import ENGINE, engine_in_words
from lensim.inference.observations import OBSERVATIONS, observations_of
from lensim.inference.priors import priors_of
from lensim.inference.verdict import Verdict, verdict_of
from lensim.input_digests import FILES_READ, NamedDigest, digests_in
from lensim.record import object_of
from lensim.report.shown import shown_of
from lensim.result_workbook import Entry, NamedTable, entries_of, input_files, sentences

FACTS: Final = {
    "assay": "assay",
    "model": "model",
    "seed": "seed",
    "attempts": "attempts",
    "kept_every": "kept of the draws: every",
    "lensim_version": "lensim that fitted it",
    "earlier_result": "as it was read",
}
"""Attrs of a result, and how the sheet calls them."""


def workbook_of_fit(result: xr.DataTree, asked: Asked) -> tuple[list[NamedTable], list[Entry]]:
    """Every table of a fit, and the rows of the last sheet.

    Parameters
    ----------
    result
        As `lensim fit` writes it.
    asked
        Intervals, threshold and levels of the tables.
    """
    _, tables, remarks, lacks = shown_of(result, asked)
    named = [NamedTable(table.name, table.frame, table.caption, table.units) for table in tables]
    notes = tuple(note for note in (*remarks, lacks.strip()) if note)
    return named, about_fit(result, asked, verdict_of(result), notes)


def about_fit(result: xr.DataTree, asked: Asked, verdict: Verdict, notes: tuple[str, ...], of: str = "") -> list[Entry]:
    """The rows of a fit on the last sheet.

    Parameters
    ----------
    result, asked
        As `workbook_of_fit`.
    verdict
        Of the fit.
    notes
        Sentences that are printed under its tables.
    of
        Names the fit, where a workbook is of several.
    """
    facts = {words: _plain(result.attrs[name]) for name, words in FACTS.items() if name in result.attrs}
    if ENGINE in result.attrs:
        facts["engine"] = engine_in_words(result)
    if "posterior" in result.children:
        sizes = result["posterior"].sizes
        facts["draws kept"] = f"{sizes.get('chain', 1)} chains of {sizes.get('draw', 0)}"
    tables: dict[str, object] = {"probability inside intervals": asked.ci_prob}
    tables |= {"threshold of resistance [µM]": asked.threshold_um} if asked.threshold_um is not None else {}
    tables |= {"levels of effect [%]": list(asked.levels)} if asked.levels else {}
    tables |= {"inhibition at the dose [µM]": asked.dose_um} if asked.dose_um is not None else {}
    judged = {"converged": verdict.passed, "sentence": verdict.sentence()}
    return [
        *entries_of("verdict", judged, of),
        *sentences("note", notes, of),
        *entries_of("fit", facts, of),
        *entries_of("tables", tables, of),
        *entries_of("settings", _settings(result), of),
        *entries_of("priors", _priors(result), of),
        *input_files(_files(result), of),
        *entries_of("data", _data(result), of),
    ]


def _settings(result: xr.DataTree) -> dict[str, object]:
    try:
        return object_of(result.attrs.get("settings", "{}"), "attrs['settings'] of a result", "settings of a fit")
    except InputError:  # of another program
        return {}


def _priors(result: xr.DataTree) -> dict[str, object]:
    try:
        return priors_of(result)
    except InputError:  # an earlier result, or one of another program
        return {}


def _files(result: xr.DataTree) -> list[NamedDigest]:
    """The files that the data were read from."""
    return digests_in(observations_of(result).attrs) if OBSERVATIONS in result.children else []


def _data(result: xr.DataTree) -> dict[str, object]:
    """How many of what there were, and what the reader noted: files, columns, units."""
    if OBSERVATIONS not in result.children:
        return {}
    data = observations_of(result)
    sizes = {f"number of {dim}".replace("_", " "): int(size) for dim, size in data.sizes.items()}
    own = (v.ASSAY, v.EXCLUSIONS, FILES_READ)  # which are told elsewhere
    said = {str(name).replace("_", " "): _plain(value) for name, value in data.attrs.items() if name not in own}
    return {**sizes, **said}


def _plain(value: object) -> object:
    """A value of attrs as a number or a text, and not as an array of one."""
    return value.item() if hasattr(value, "item") and getattr(value, "size", 0) == 1 else value
