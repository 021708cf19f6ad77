"""Controls of a form: the browser's own, each with its label, its words and a hint, read by the page's script.

A control that only some choices need is wrapped in `shown_if`; the page's script shows and hides it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from htmltools import Tag
from shiny.module import resolve_id
from shiny.ui import tags

DIGITS: Final[Mapping[float, str]] = {1.0: "0", 0.1: "1", 0.05: "2", 0.01: "2"}
"""Behind the point, of values with such a step."""
LONGEST_WORD: Final = "40"


def slider(
    id: str,
    label: Any,
    low: float,
    high: float,
    value: float,
    *,
    step: float = 1.0,
    words: str = "{}",
    hint: str = "",
) -> Tag:
    """A range of numbers, with its value in words beside the label; `words` has {} for the number."""
    own = resolve_id(id)
    return tags.div(
        tags.div(tags.label(label, for_=own), tags.output(for_=own, id=f"{own}-said"), class_="field-head"),
        tags.input(
            {"data-words": words, "data-digits": DIGITS[step]},
            type="range", id=own, class_="lensim-field", min=f"{low:g}", max=f"{high:g}", step=f"{step:g}",
            value=f"{value:g}", aria_describedby=_described(own, hint),
        ),
        _hint(own, hint),
        class_="field",
    )  # fmt: skip


def number(
    id: str, label: Any, value: float, *, low: float = 0.0, high: float | None = None, unit: str = "", hint: str = ""
) -> Tag:
    """A number that is typed."""
    own = resolve_id(id)
    return tags.div(
        tags.label(label, for_=own),
        tags.div(
            tags.input(
                type="number", id=own, class_="lensim-field", value=f"{value:g}", min=f"{low:g}", step="any",
                max=None if high is None else f"{high:g}", aria_describedby=_described(own, hint),
            ),
            tags.span(unit, class_="unit") if unit else None,
            class_="with-unit",
        ),
        _hint(own, hint),
        class_="field",
    )  # fmt: skip


def choice(id: str, label: Any, options: Mapping[str, str], value: str = "", *, hint: str = "") -> Tag:
    """One of several."""
    own = resolve_id(id)
    given = value or next(iter(options), "")
    return tags.div(
        tags.label(label, for_=own),
        tags.select(
            *[tags.option(said, {"selected": ""} if name == given else {}, value=name)
              for name, said in options.items()],
            id=own, class_="lensim-field", aria_describedby=_described(own, hint),
        ),
        _hint(own, hint),
        class_="field",
    )  # fmt: skip


def word(id: str, label: Any, value: str, *, hint: str = "") -> Tag:
    """A text of one line."""
    own = resolve_id(id)
    return tags.div(
        tags.label(label, for_=own),
        tags.input(
            type="text", id=own, class_="lensim-field", value=value, maxlength=LONGEST_WORD, autocomplete="off",
            spellcheck="false", aria_describedby=_described(own, hint),
        ),
        _hint(own, hint),
        class_="field",
    )  # fmt: skip


def tick(id: str, label: Any, *, hint: str = "") -> Tag:
    """Yes or no."""
    own = resolve_id(id)
    box = tags.input(type="checkbox", id=own, class_="lensim-field", aria_describedby=_described(own, hint))
    return tags.div(tags.label(box, " ", label, for_=own, class_="tick"), _hint(own, hint), class_="field")


def file(id: str, label: Any, accept: Sequence[str], *, hint: str = "") -> Tag:
    """A file of the user's, which goes to lensim on this machine."""
    own = resolve_id(id)
    return tags.div(
        tags.label(label, for_=own),
        tags.input(
            type="file", id=own, class_="shiny-input-file", accept=",".join(accept),
            aria_describedby=_described(own, hint),
        ),
        tags.div(tags.div(class_="progress-bar"), {"hidden": ""}, id=f"{own}_progress", class_="progress"),
        _hint(own, hint),
        class_="field",
    )  # fmt: skip


def button(id: str, label: str, *, kind: str = "") -> Tag:
    """A button whose presses are counted."""
    return tags.button(label, id=resolve_id(id), type="button", class_=f"action-button {kind}".strip())


def group(title: str, *controls: Any) -> Tag:
    """Controls that belong together, under a title."""
    return tags.fieldset(tags.legend(title), *controls)


def folded(title: str, *content: Any) -> Tag:
    """What most leave as it is, shown on demand."""
    return tags.details(tags.summary(title), *content)


def shown_if(id: str, values: Sequence[str], *controls: Any) -> Tag:
    """Controls that are shown where another one has one of some values."""
    return tags.div(*controls, {"data-shown-if": resolve_id(id), "data-values": " ".join(values)})


def table(caption: str, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> Tag:
    """A table of numbers, with its caption; the first column names the rows. It scrolls where the page is narrow."""
    return tags.div(
        tags.table(
            tags.caption(caption),
            tags.thead(tags.tr(*[tags.th(one, scope="col") for one in head])),
            tags.tbody(
                *[tags.tr(tags.th(row[0], scope="row"), *[tags.td(one) for one in row[1:]]) for row in rows]
            ),
        ),
        class_="scroll",
        tabindex="0",
        role="group",
        aria_label=caption,
    )  # fmt: skip


def worded_table(caption: str, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> Tag:
    """A table of sentences: its cells wrap, and where the page is narrow each row is a block of named cells."""
    return tags.div(
        tags.table(
            tags.caption(caption),
            tags.thead(
                tags.tr(*[tags.th(one, scope="col", role="columnheader") for one in head], role="row"), role="rowgroup"
            ),
            tags.tbody(
                *[
                    tags.tr(
                        tags.th(tags.span(row[0]), {"data-head": head[0]}, scope="row", role="rowheader"),
                        *[
                            tags.td(tags.span(one), {"data-head": said}, role="cell")
                            for said, one in zip(head[1:], row[1:], strict=True)
                        ],
                        role="row",
                    )
                    for row in rows
                ],
                role="rowgroup",
            ),
            role="table",
        ),
        class_="scroll blocks",
        tabindex="0",
        role="group",
        aria_label=caption,
    )


def _described(own: str, hint: str) -> str | None:
    return f"{own}-hint" if hint else None


def _hint(own: str, hint: str) -> Tag | None:
    return tags.p(hint, id=f"{own}-hint", class_="hint") if hint else None
