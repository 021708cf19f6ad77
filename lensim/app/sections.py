"""Parts of a report as parts of the page: verdict, sentences, tables, figures with the tables beside them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from htmltools import Tag, TagList
from shiny.ui import tags

from lensim.app.results import Image, ShownFit
from lensim.app.spoken import spoken
from lensim.plain_text import counted, visible
from lensim.report.html import SIGNS, grid
from lensim.report.page import PageTable, Picture, Section, State

WORDS: Final[Mapping[State, str]] = {"yes": "Passed", "no": "Not passed", "open": "Not judged"}

SHORT: Final = 24
"""Letters of a cell that stays on one line."""
NARROW: Final = 3
"""Columns of a table that fits on the narrowest page; rows of a wider one become blocks there."""


def mark(state: State, word: str) -> Tag:
    """A sign with its word, so that it is read without colour."""
    return tags.span(tags.span(SIGNS[state], aria_hidden="true"), f" {word}", class_=f"mark {state}")


def page_table(table: PageTable, *, is_open: bool | None = None) -> Tag:
    """A table of a report; a long one is folded. What a wide one has in all rows alike goes into its caption."""
    made = grid(table)
    alike = _alike(made.heads, made.rows)
    kept = [at for at in range(len(made.heads)) if at not in alike]
    heads = [made.heads[at] for at in kept]
    caption = visible(
        "; ".join([made.caption, *[f"{made.heads[at][0]} of all: {made.rows[0][at].text}" for at in alike]])
    )
    body = [
        tags.tr(
            tags.th(tags.div(_cell(row[0])), {"data-head": visible(heads[0][0])}, scope="row", role="rowheader"),
            *[
                tags.td(
                    tags.div(_cell(row[at])),
                    {"data-head": visible(head)},
                    role="cell",
                    class_="number" if kind == "number" else "short" if len(row[at].text) < SHORT else None,
                )
                for at, (head, kind) in zip(kept[1:], heads[1:], strict=True)
            ],
            role="row",
        )
        for row in made.rows
    ]
    titles = [
        tags.th(visible(head), scope="col", role="columnheader", class_="number" if kind == "number" else None)
        for head, kind in heads
    ]
    whole = tags.div(
        tags.table(
            tags.caption(caption),
            tags.thead(tags.tr(*titles, role="row"), role="rowgroup"),
            tags.tbody(*body, role="rowgroup"),
            role="table",
        ),
        class_="scroll rows" if len(kept) > NARROW else "scroll",
        tabindex="0",
        role="region",
        aria_label=f"Table: {visible(made.caption)}",
    )
    more = len(made.rows) < made.rows_in_all
    note = tags.p(f"The first {len(made.rows)} of {made.rows_in_all} rows; the files have all.") if more else None
    if made.is_folded if is_open is None else not is_open:
        return tags.details(tags.summary(f"{visible(made.caption)} ({made.rows_in_all} rows)"), whole, note)
    return tags.div(whole, note)


def _alike(heads: Sequence[tuple[str, str]], rows: Sequence[Sequence[Any]]) -> list[int]:
    """Columns of a wide table whose cells are all alike; none of marks, and not those of a single row."""
    if len(heads) <= NARROW or len(rows) < 2:
        return []
    alike = [
        at
        for at in range(1, len(heads))
        if rows[0][at].kind != "mark" and len({(row[at].text, row[at].remark) for row in rows}) == 1
    ]
    return alike if len(alike) < len(heads) - 1 else []


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


def section_parts(
    section: Section, images: Mapping[str, Image], level: int = 3, *, folds_notes: bool = False
) -> TagList:
    """A section of a report: sentences, tables, figures, settings, and the sections in it.

    Parameters
    ----------
    section, images
        What is shown.
    level
        Of the headings of the sections in it.
    folds_notes
        Whether the tables stand before all sentences but the first and the cautions, which are folded below them.
    """
    numbers = page_table(section.tables[0], is_open=True) if section.tables else None
    folded = section.lead[1:] if folds_notes and section.tables else ()
    notes = [one for one in folded if one not in section.cautions]
    parts: list[Any] = [tags.p(spoken(one)) for one in section.lead if one not in notes]
    if section.findings:
        parts.append(tags.ul(*[tags.li(spoken(one)) for one in section.findings]))
    parts += [page_table(one) for one in section.tables]
    if notes:
        parts.append(tags.details(tags.summary(counted(len(notes), "note")), *[tags.p(spoken(one)) for one in notes]))
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
        section_parts(shown.section, shown.images, folds_notes=True),
    )
