"""Choices of the roles of wells by the words of a column, as messages name them."""

from collections.abc import Mapping, Sequence


def choice_of_roles(column: str, untreated: str | Sequence[str], ignored: Sequence[str] = ()) -> str:
    """The choice by which the words of any column are the roles of wells."""
    roles: dict[str, str | list[str]] = {"untreated": untreated if isinstance(untreated, str) else list(untreated)}
    if ignored:
        roles |= {"ignored": ignored[0] if len(ignored) == 1 else list(ignored)}
    roles |= {"treated": "*"}
    return f"columns={written({'role': column})} and roles={written(roles)}"


def written(choice: Mapping[str, str | list[str]]) -> str:
    """A choice as Python writes it, with double quotes where that is possible."""
    text = repr(dict(choice))
    return text.replace("'", '"') if '"' not in text and "\\" not in text else text
