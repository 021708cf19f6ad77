"""A fit as a section of a page: verdict, sizes of the data, tables, figures, settings, seed."""

from typing import Any, Final

import numpy as np
import xarray as xr

from lensim.assay import Asked, ResultTable
from lensim.checks import InputError
from lensim.inference.engine import ENGINE, engine_in_words
from lensim.inference.observations import OBSERVATIONS, observations_of
from lensim.inference.verdict import verdict_of
from lensim.record import object_of
from lensim.report.compact import compacted
from lensim.report.figures.catalogue import ResultFigure, figures_of
from lensim.report.folder import said_of
from lensim.report.numbers import number_text
from lensim.report.page import PageTable, Picture, Section, State
from lensim.report.pictures import picture_of
from lensim.report.run_qc import run_qc_section
from lensim.report.shown import parameters_alone, shown_of

SETTINGS: Final = {
    "model": "Model",
    "seed": "Seed",
    "attempts": "Attempts",
    "kept_every": "Kept of the draws: every",
    "sampling_seconds": "Seconds of sampling",
    "compile_seconds": "Seconds of compiling",
    "lensim_version": "lensim",
    "earlier_result": "As it was read",
}


def fit_section(
    result: xr.DataTree, name: str, key: str, asked: Asked | None = None, *, figures: bool = True
) -> Section:
    """A fit with its verdict: the tables that `lensim summarize` prints, and the figures of its assay.

    Parameters
    ----------
    result
        As `lensim fit` writes it.
    name
        What the page calls it: the file's name.
    key
        Address of the section.
    asked
        Probability inside intervals, and the threshold of resistance.
    figures
        Whether figures are drawn.

    Raises
    ------
    InputError
        If it carries no verdict, and its draws are no independent ones.
    """
    asked = asked or Asked()
    state, verdict = _judged(result)
    title, tables, remarks, lacks = shown_of(result, asked)
    pictures: tuple[Picture, ...] = ()
    if figures and not lacks:
        try:
            pictures = tuple(map(_picture, figures_of(result, asked.ci_prob, asked.threshold_um)))
        except KeyError as error:
            title, tables, remarks, lacks = parameters_alone(result, asked, error)
    model = str(result.attrs.get("model", ""))
    lead = f"{title}{f', by the model {model}' if model else ''}. {_data_in_words(result)}{lacks}"
    return Section(
        key,
        name,
        state=state,
        verdict=verdict,
        lead=(lead.strip(), *map(_sentence, remarks)),
        tables=tuple(map(page_table, tables)),
        pictures=pictures,
        facts=_facts(result),
        sections=tuple(one for one in (run_qc_section(result, f"{key}-qc"),) if one is not None),
    )


def page_table(table: ResultTable) -> PageTable:
    """A table as a page shows it."""
    return PageTable(compacted(table.shown), table.caption, dict(table.units))


def _picture(figure: ResultFigure) -> Picture:
    return picture_of(figure.draw(), figure.name, figure.caption, figure.alt)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


def _judged(result: xr.DataTree) -> tuple[State | None, str]:
    verdict = verdict_of(result)
    if verdict.kind == "independent":
        return None, said_of(verdict.sentence())
    return "yes" if verdict.passed else "no", said_of(verdict.sentence())


def _data_in_words(result: xr.DataTree) -> str:
    """Sizes of the data along the dims that have names, and the file where it is known."""
    if OBSERVATIONS not in result.children:
        return ""
    data = observations_of(result)
    sizes = [f"{number_text(size)} {_plural(str(dim), size)}" for dim, size in data.sizes.items() if size]
    return f"Data: {', '.join(sizes)}."


def _plural(dim: str, size: int) -> str:
    word = {"cdna": "sample"}.get(dim, dim.replace("_", " "))
    if size == 1:
        return word
    return {"study": "studies", "assay": "assays"}.get(word, f"{word}s")


def _facts(result: xr.DataTree) -> tuple[tuple[str, str], ...]:
    facts = [(words, _fact(result.attrs[name])) for name, words in SETTINGS.items() if name in result.attrs]
    if ENGINE in result.attrs:
        facts.insert(0, ("Engine", engine_in_words(result)))
    library = result["posterior"].attrs.get("inference_library")
    if library:
        facts.append(("Sampler", str(library)))
    sizes = result["posterior"].sizes
    facts.append(("Draws kept", f"{sizes['chain']} chains of {sizes['draw']}"))
    try:
        settings = object_of(result.attrs.get("settings", "{}"), "attrs['settings'] of a result", "settings of a fit")
    except InputError:  # of another program
        settings = {}
    for name, value in settings.items():
        for inner, one in value.items() if isinstance(value, dict) else [("", value)]:
            facts.append((f"{name} {inner}".replace("_", " ").strip().capitalize(), _fact(one)))
    return tuple(facts)


def _fact(value: Any) -> str:
    """A whole number is one to be copied, such as a seed."""
    if isinstance(value, bool | int | np.integer):
        return str(value)
    return number_text(float(value)) if isinstance(value, float | np.floating) else str(value)
