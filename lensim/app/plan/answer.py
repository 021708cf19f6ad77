"""The answer of the room as parts of the page, from what was found."""

from collections.abc import Sequence
from typing import Any

from htmltools import Tag, TagList
from shiny.ui import tags

from lensim.app.fields import folded, table
from lensim.app.plan.asked import Asked
from lensim.app.plan.charts import curve_figure, curve_rows, study_figure, study_rows
from lensim.app.plan.found import Found
from lensim.app.plan.look import Look
from lensim.app.plan.said import (
    design_in_words,
    gain_rows,
    gains_in_words,
    look_in_words,
    nouns,
    share_in_words,
    word_of,
)
from lensim.plan.tables import VERDICTS
from lensim.plan.words import designs_tried_in_words, field_in_words, frontier_in_words
from lensim.tables.records import records

MOST_DESIGNS = 12
"""Rows of designs that are shown."""


def curve_part(found: Found, asked: Asked) -> Tag:
    """The curve, its table, and of which inputs it is."""
    size = None if found.result is None else found.result.plan.size
    word = word_of(found)
    figure = curve_figure(
        found.curve, found.number, found.question.target, nouns(asked), word, None if size is None else size.n
    )
    chosen = found.chosen
    caption = f"{word.capitalize()} against the number of {nouns(asked)}; the band is the 95% Monte Carlo error. "
    caption += f"Chosen: {design_in_words(asked)}" + (f", {share_in_words(chosen)}." if chosen else ".")
    rows = curve_rows(found.curve)
    return tags.figure(
        figure,
        tags.figcaption(caption),
        folded("The same in numbers", table(f"{word.capitalize()} by number", ("number", word, "studies"), rows)),
    )


def gains_part(found: Found, asked: Asked) -> TagList | None:
    """What one more of each thing buys."""
    if not found.gains:
        return None
    currency = asked.prices.currency
    return TagList(
        tags.p(gains_in_words(found.gains, currency)),
        table("One more of each thing", ("change", "points", "money"), gain_rows(found.gains, currency)),
    )


def cheapest_part(found: Found) -> TagList | None:
    """The cheapest design that reaches the goal, and those that no cheaper one beats."""
    plan = None if found.result is None else found.result.plan
    if plan is None or plan.frontier is None:
        return None
    said = f"{frontier_in_words(plan)}{designs_tried_in_words(plan)}"
    frame = plan.frontier.table
    names = list(frame.columns[: list(frame.columns).index("cost")])
    best = [row for row in records(frame) if row["is_best"]][:MOST_DESIGNS]
    rows = [
        (
            " x ".join(f"{row[name]}" for name in names),
            f"{row['cost']:,.0f}",
            f"{100 * row['share']:.1f}% ± {196 * row['share_mcse']:.1f}",
        )
        for row in best
    ]
    head = (" x ".join(field_in_words(name) for name in names), "cost", word_of(found))
    return TagList(
        tags.p(f"{said[0].upper()}{said[1:]}."),
        folded("Best designs for the money", table("Designs that no cheaper one beats", head, rows)),
    )


def worlds_part(found: Found, asked: Asked) -> TagList | None:
    """The recommended number in other worlds."""
    plan = None if found.result is None else found.result.plan
    if plan is None or not plan.robustness or plan.size is None or plan.size.n is None:
        return None
    rows = [
        (
            trial.shift.name,
            share_in_words(trial.share),
            VERDICTS[trial.verdict],
            "" if trial.size is None else "more than can be" if trial.size.n is None else f"{trial.size.n}",
        )
        for trial in plan.robustness
    ]
    enough = sum(trial.verdict > 0 for trial in plan.robustness)
    worlds = f"{enough or 'none'} of {len(rows)} other worlds"
    said = f"The {plan.size.n} {nouns(asked)} that are needed are enough in {worlds}."
    head = ("if", f"{word_of(found)} of {plan.size.n}", "the goal", "needed then")
    return TagList(tags.p(said), table("Other worlds", head, rows))


def look_part(look: Look, number: int, asked: Asked) -> TagList:
    """A simulated study: its figure, its verdict and its numbers."""
    return TagList(
        tags.p(look_in_words(look, number, asked)),
        tags.figure(
            study_figure(look.rows, look.quantity),
            folded(
                "The same in numbers", table("A simulated study", ("subject", look.quantity), study_rows(look.rows))
            ),
        ),
    )


def paragraph_part(found: Found, id: str) -> TagList | None:
    """The paragraph for a grant, to copy."""
    if found.result is None:
        return None
    note = (
        None
        if found.is_final
        else tags.p("From a first, small number of studies; wait for the last one.", class_="hint")
    )
    return TagList(
        note,
        tags.blockquote(found.result.text, id=id),
        tags.button("Copy", {"data-copies": id}, type="button"),
    )


def part(title: str, content: Any) -> Tag | None:
    """A part of the answer under its heading; nothing where there is nothing."""
    return None if content is None else tags.section(tags.h2(title), content, class_="part", aria_label=title)


def all_parts(parts: Sequence[Tag | None]) -> TagList:
    """Parts that there are."""
    return TagList(*[one for one in parts if one is not None])
