"""Controls and parts that the rooms Read and Look share: dropped files, buttons, progress, boxes to tick."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from htmltools import HTMLDependency, Tag, TagList
from shiny import Inputs
from shiny.module import resolve_id
from shiny.types import SilentException
from shiny.ui import tags

from lensim import limits
from lensim.app.fields import button
from lensim.app.shelf import LARGEST_MB, Dropped
from lensim.app.spoken import spoken
from lensim.plain_text import visible

ASSETS: Final = HTMLDependency(
    "lensim-rooms",
    "1",
    source={"package": "lensim.app", "subdir": "assets"},
    script={"src": "rooms.js"},
    stylesheet={"href": "rooms.css"},
    all_files=False,
)


def value_of(input: Inputs, id: str, default: Any = "") -> Any:
    """The value of a control, or a default as long as the page has no such control."""
    try:
        found = input[id]()
    except SilentException:
        return default
    return default if found is None else found


def drop(id: str, label: str, hint: str, *, several: bool = False) -> Tag:
    """A place for files: they are dropped there, or chosen with the browser's button."""
    own = resolve_id(id)
    control = tags.input(
        {"data-most": str(limits.TABLE_BYTES), "data-most-mb": str(LARGEST_MB)},
        type="file",
        id=own,
        class_="shiny-input-file",
        multiple="multiple" if several else None,
        aria_describedby=f"{own}-hint {own}-refused",
    )
    return tags.div(
        tags.label(label, for_=own),
        tags.div(control, class_="input-group drop"),
        tags.div(tags.div(class_="progress-bar"), id=f"{own}_progress", class_="shiny-file-input-progress"),
        tags.p(hint, id=f"{own}-hint", class_="hint"),
        tags.p(id=f"{own}-refused", class_="fault", role="alert", hidden=""),
        class_="field",
    )


def path_typed(id: str, label: str, hint: str) -> Tag:
    """A path that is typed."""
    own = resolve_id(id)
    return tags.div(
        tags.label(label, for_=own),
        tags.input(
            type="text", id=own, class_="lensim-field", value="", maxlength="1000", autocomplete="off",
            spellcheck="false", aria_describedby=f"{own}-hint",
        ),
        tags.p(hint, id=f"{own}-hint", class_="hint"),
        class_="field",
    )  # fmt: skip


def sends(id: str, value: str, label: str, spoken: str, then: str = "") -> Tag:
    """A button that sends its value; `then` is what has the focus when it is gone."""
    data: dict[str, Any] = {
        "data-sends": resolve_id(id),
        "data-value": value,
        "data-then": resolve_id(then) if then else "",
    }
    return tags.button(data, label, type="button", class_="small", aria_label=spoken)


def copied(id: str, text: str, label: str) -> Tag:
    """A text in one line of its own, with a button that copies it."""
    own = resolve_id(id)
    return tags.div(
        tags.pre(tags.code(visible(text), id=own), tabindex="0", role="region", aria_label=label, class_="command"),
        tags.button({"data-copies": own}, "Copy", type="button", aria_label=f"Copy: {label}"),
        class_="copied",
    )


def ticks(id: str, label: str, options: Mapping[str, str], chosen: Sequence[str] = (), hint: str = "") -> Tag:
    """Any number of several, as boxes to tick."""
    own = resolve_id(id)
    boxes = [
        tags.div(
            tags.label(
                tags.input(
                    type="checkbox", name=own, value=name, checked="checked" if name in chosen else None
                ),
                tags.span(visible(said)),
            ),
            class_="checkbox",
        )
        for name, said in options.items()
    ]  # fmt: skip
    return tags.fieldset(
        tags.legend(label),
        tags.div(tags.div(*boxes, class_="shiny-options-group"), id=own, class_="shiny-input-checkboxgroup ticks"),
        tags.p(hint, class_="hint") if hint else None,
        class_="field plain",
    )


def tick(id: str, label: str, *, is_on: bool = False, hint: str = "") -> Tag:
    """One box to tick."""
    own = resolve_id(id)
    return tags.div(
        tags.label(
            tags.input(type="checkbox", id=own, class_="shiny-input-checkbox", checked="checked" if is_on else None),
            tags.span(label),
        ),
        tags.p(hint, class_="hint") if hint else None,
        class_="field",
    )


def file_list(files: Iterable[Dropped], label: str, remove: str, then: str) -> Tag | None:
    """The files that are there, each with a button that takes it away."""
    rows = [
        tags.li(
            tags.span(visible(one.name)),
            tags.span(_size(one.size), class_="hint"),
            sends(remove, one.key, "Remove", f"Remove {visible(one.name)}", then),
        )
        for one in files
    ]
    return tags.ul(*rows, class_="files", aria_label=label) if rows else None


def _size(size: int) -> str:
    return f"{size / limits.MEGABYTE:.1f} MB" if size >= limits.MEGABYTE // 10 else f"{max(size // 1000, 1)} kB"


def working(sentence: str, stop: str) -> TagList:
    """Work that goes on: a bar that moves, seconds, and a button that stops it."""
    return TagList(
        tags.div(tags.div(class_="moving"), class_="bar", aria_hidden="true"),
        tags.p(visible(sentence), " ", tags.span({"data-since": ""}, class_="elapsed", aria_hidden="true")),
        button(stop, "Stop", kind="small"),
    )


def fault(text: str) -> TagList:
    """What is wrong, a paragraph a line."""
    return TagList(*[tags.p(spoken(line), class_="fault") for line in text.splitlines()])
