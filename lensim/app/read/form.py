"""The choices of the room as controls that are filled with what the files have, and their values."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from htmltools import Tag, TagList
from shiny import Inputs
from shiny.ui import output_ui, tags

from lensim.app.fields import choice, folded, group, word
from lensim.app.read.labels import COLUMNS, MORE, column_label
from lensim.app.read.options import OPTIONS, ROLES, Option, with_command
from lensim.app.read.peek import MEANINGS, Has
from lensim.app.read.wanted import Chosen
from lensim.app.room_parts import tick, ticks, value_of

AS_FILE: Final = "as the files say"
OF_FILES: Final = ("", "sheets", "names", "pairs")
"""What gives the values of a choice and is no column's meaning."""
FILLED: Final = tuple(
    dict.fromkeys(one.name for options in OPTIONS.values() for one in options if one.of not in OF_FILES)
)
"""Choices of a value of a column: they are filled anew where another column is chosen for the meaning."""


def id_of(assay: str, name: str) -> str:
    """The id of a control."""
    return f"{assay}_{name}"


def choices_form(has: Has, chosen: Mapping[str, Chosen]) -> TagList:
    """The controls of an assay.

    Parameters
    ----------
    has
        What the files have.
    chosen
        Values that stay, where the files have them.
    """
    options = OPTIONS[has.assay]
    main = [control for one in options if one.is_main and (control := _placed(one, has, chosen)) is not None]
    more = [
        control
        for one in options
        if not one.is_main and one.kind != "columns" and (control := _placed(one, has, chosen)) is not None
    ]
    columns = [control for one in options if one.kind == "columns" and (control := _control(one, has, chosen))]
    return TagList(
        group("Choices", *main) if main else None,
        folded(COLUMNS, *columns) if columns else None,
        folded(MORE, *more) if more else None,
    )


def _placed(option: Option, has: Has, chosen: Mapping[str, Chosen]) -> Tag | TagList | None:
    """The control of a choice, or the place that `filled` fills."""
    return output_ui(f"filled_{option.name}") if option.name in FILLED else _control(option, has, chosen)


def offered_by(name: str, has: Has) -> tuple[str, ...]:
    """What the files offer for a choice of `FILLED`."""
    return next((has.of(one.of) for one in OPTIONS[has.assay] if one.name == name), ())


def filled(name: str, has: Has, chosen: Mapping[str, Chosen]) -> Tag | TagList | None:
    """The control of a choice of `FILLED`; None where the assay has none, or the files have nothing to choose from."""
    return next((_control(one, has, chosen) for one in OPTIONS[has.assay] if one.name == name), None)


def _control(option: Option, has: Has, chosen: Mapping[str, Chosen]) -> Tag | TagList | None:
    """The control of a choice; None where the files have nothing to choose from."""
    own, now = id_of(has.assay, option.name), chosen.get(option.name)
    label: Any = option.label
    hint = with_command(option.hint, option.option)
    if option.kind == "columns":
        return _columns(has, now if isinstance(now, Mapping) else {})
    if option.kind == "roles":
        return _roles(has, now if isinstance(now, Mapping) else {})
    if option.kind == "switch":
        return tick(own, label, is_on=bool(now), hint=hint)
    if option.kind in ("number", "word"):
        return word(own, label, str(now or ""), hint=hint)
    values = option.values or {one: one for one in has.of(option.of)}
    if option.kind == "many":
        kept = tuple(one for one in now if one in values) if isinstance(now, tuple) else ()
        return ticks(own, label, values, kept, hint) if values else None
    if not values:
        return None
    return choice(own, label, {"": AS_FILE, **values}, str(now) if now in values else "", hint=hint)


def _columns(has: Has, now: Mapping[str, Any]) -> TagList | None:
    """A select of the files' columns for each meaning."""
    if not has.names:
        return None
    names = {name: name for name in has.names if name}
    controls = [tags.p(with_command("What a column means, where its name does not say it.", "--column"), class_="hint")]
    for meaning in MEANINGS[has.assay]:
        found = has.columns.get(meaning)
        first = {"": f"found: {found}" if found else "none found"}
        own = id_of(has.assay, f"column_{meaning}")
        controls.append(choice(own, column_label(meaning), {**first, **names}, now.get(meaning, "")))
    return TagList(*controls)


def _roles(has: Has, now: Mapping[str, Any]) -> TagList | None:
    """The words of the column role, to be ticked for each role."""
    words = {one: one for one in has.of("role")}
    if not words:
        return None
    boxes = [ticks(id_of(has.assay, f"role_{role}"), said, words, now.get(role, ())) for role, said in ROLES.items()]
    hint = with_command("Where nothing is ticked, usual words count: untreated, DMSO, blank, treated.", "--role")
    return TagList(folded("What the words of the column role mean", tags.p(hint, class_="hint"), *boxes))


def columns_in(input: Inputs, has: Has) -> dict[str, str]:
    """The columns that were chosen, by meaning."""
    names = {one: str(value_of(input, id_of(has.assay, f"column_{one}"))) for one in MEANINGS[has.assay]}
    return {one: name for one, name in names.items() if name}


def chosen_in(input: Inputs, has: Has) -> dict[str, Chosen]:
    """The values of the controls that are not as the files say.

    The page keeps the value of a control that is gone, so values of columns count only as far as the files have them.
    """
    found: dict[str, Chosen] = {}
    for option in OPTIONS[has.assay]:
        if option.kind == "columns":
            value: Chosen = columns_in(input, has)
        elif option.kind == "roles":
            words = {role: _there(option, has, value_of(input, id_of(has.assay, f"role_{role}"), ())) for role in ROLES}
            value = {role: own for role, own in words.items() if own}
        elif option.kind == "many":
            value = _there(option, has, value_of(input, id_of(has.assay, option.name), ()))
        elif option.kind == "switch":
            value = bool(value_of(input, id_of(has.assay, option.name), False))
        else:
            value = str(value_of(input, id_of(has.assay, option.name))).strip()
            if option.name in FILLED:
                value = "".join(_there(option, has, [value]))
        if value:
            found[option.name] = value
    return found


def _there(option: Option, has: Has, values: Iterable[object]) -> tuple[str, ...]:
    """Those of some values that the files have."""
    there = set(has.of(option.of))
    return tuple(value for value in map(str, values) if value in there)
