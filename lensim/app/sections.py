"""Parts of a report as parts of the page: verdict, sentences, tables, figures with the tables beside them."""

from collections.abc import Mapping
from typing import Any, Final

from htmltools import Tag, TagList
from shiny.ui import tags

from lensim.app.results import Image, ShownFit
from lensim.app.spoken import spoken
from lensim.plain_text import visible
from lensim.report.html import SIGNS, grid
from lensim.report.page import PageTable, Picture, Section, State

WORDS: Final[Mapping[State, str]] = {"yes": "Passed", "no": "Not passed", "open": "Not judged"}

SHORT: Final = 24
"""Letters of a cell that stays on one line."""


def mark(state: State, word: str) -> Tag:
    """A sign with its word, so that it is read without colour."""
    return tags.span(tags.span(SIGNS[state], aria_hidden="true"), f" {word}", class_=f"mark {state}")


def page_table(table: PageTable, *, is_open: bool | None = None) -> Tag:
    """A table of a report; a long one is folded."""
    made = grid(table)
    body = [
        tags.tr(
            tags.th(_cell(row[0]), scope="row"),
            *[
                tags.td(_cell(one), class_="number" if kind == "number" else "short" if len(one.text) < SHORT else None)
                for one, (_, kind) in zip(row[1:], made.heads[1:], strict=True)
            ],
        )
        for row in made.rows
    ]
    whole = tags.div(
        tags.table(
            tags.caption(visible(made.caption)),
            tags.thead(
                tags.tr(
                    *[
                        tags.th(visible(head), scope="col", class_="number" if kind == "number" else None)
                        for head, kind in made.heads
                    ]
                )
            ),
            tags.tbody(*body),
        ),
        class_="scroll",
        tabindex="0",
        role="region",
        aria_label=f"Table: {visible(made.caption)}",
    )
    more = len(made.rows) < made.rows_in_all
    note = tags.p(f"The first {len(made.rows)} of {made.rows_in_all} rows; the files have all.") if more else None
    if made.is_folded if is_open is None else not is_open:
        return tags.details(tags.summary(f"{visible(made.caption)} ({made.rows_in_all} rows)"), whole, note)
    return tags.div(whole, note)


def _cell(cell: Any) -> Any:
    text = visible(cell.text)
    if cell.kind == "mark":
        return mark(cell.state, text)
    return TagList(text, tags.span(visible(cell.remark), class_="remark")) if cell.remark else text


def picture(shown: Picture, image: Image, numbers: Tag | None) -> Tag:
    """A figure with its caption, and the table of its numbers."""
    address, width, height = image
    return tags.figure(
        tags.img(src=address, alt=visible(shown.alt), width=width or None, height=height or None),
        tags.figcaption(visible(shown.caption)),
        tags.details(tags.summary("The numbers as a table"), numbers) if numbers is not None else None,
        class_="drawn",
    )


def verdict(state: State | None, sentence: str) -> Tag:
    """The verdict of a fit."""
    own: State = state or "open"
    return tags.p(mark(own, f"{WORDS[own]}."), f" {spoken(sentence)}", class_=f"verdict {own}")


def section_parts(section: Section, images: Mapping[str, Image], level: int = 3) -> TagList:
    """A section of a report: sentences, tables, figures, settings, and the sections in it."""
    numbers = page_table(section.tables[0], is_open=True) if section.tables else None
    parts: list[Any] = [tags.p(spoken(one)) for one in section.lead]
    if section.findings:
        parts.append(tags.ul(*[tags.li(spoken(one)) for one in section.findings]))
    parts += [page_table(one) for one in section.tables]
    parts += [picture(one, images[one.name], numbers) for one in section.pictures if one.name in images]
    if section.facts:
        facts = [tags.div(tags.dt(visible(name)), tags.dd(visible(value))) for name, value in section.facts]
        parts.append(tags.details(tags.summary("Settings, seed and versions"), tags.dl(*facts, class_="facts")))
    for inner in section.sections:
        parts += [Tag(f"h{level}", visible(inner.title)), section_parts(inner, images, level + 1)]
    return TagList(*parts)


def fit_parts(shown: ShownFit) -> TagList:
    """A fit: its verdict first, then all that `lensim report` shows."""
    return TagList(
        verdict(shown.section.state, shown.section.verdict or shown.verdict),
        section_parts(shown.section, shown.images),
    )
