"""Former names in scenarios, and the present ones."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from lensim.checks import InputError

ASSAYS: Final = {"qpcr": "expression", "proliferation": "dose_response"}
"""Values of design.assay, by their former name."""

COUNTS: Final = ("_cpm", "_signal")
"""What fields of a scenario had in their name, and what they have now."""


def new_name(name: str) -> str:
    """The present name of a field or a figure."""
    return name.replace(*COUNTS)


def require_new_names(content: Mapping[str, Any], place: str) -> None:
    """Refuse an assay or a field under its former name, in a scenario or in its grid.

    Raises
    ------
    InputError
        With each former name and the new one.
    """
    faults = dict.fromkeys(f"{place}: {fault}" for fault in (*_former_assays(content), *_former_fields(content, "")))
    if faults:
        raise InputError("\n".join(faults))


def _former_assays(content: Mapping[str, Any]) -> Iterator[str]:
    design, grid = content.get("design"), content.get("grid")
    named = [design.get("assay")] if isinstance(design, Mapping) else []
    varied = grid.get("design.assay") if isinstance(grid, Mapping) else None
    for name in [*named, *(varied if isinstance(varied, list | tuple) else [])]:
        if isinstance(name, str) and name in ASSAYS:
            yield f"design.assay {name!r} is now called {ASSAYS[name]!r}"


def _former_fields(content: Any, above: str) -> Iterator[str]:
    if not isinstance(content, Mapping):
        return
    for name, value in content.items():
        if COUNTS[0] in str(name):
            yield f"{above}{name} is now called {new_name(str(name))}"
        yield from _former_fields(value, f"{above}{name}.")


def renamed(content: Any) -> Any:
    """Nested content of a stored scenario with every former name replaced by the new one."""
    if isinstance(content, Mapping):
        return {
            new_name(str(name)): ASSAYS.get(value, value)
            if name == "assay" and isinstance(value, str)
            else renamed(value)
            for name, value in content.items()
        }
    return [renamed(one) for one in content] if isinstance(content, list | tuple) else content
