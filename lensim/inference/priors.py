"""Priors of a model from Python or from a TOML file: checked, with all faults reported at once."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

import numpy as np
import xarray as xr
from pydantic import TypeAdapter, ValidationError

from lensim import checks
from lensim.config import closest_first
from lensim.record import object_of
from lensim.toml_file import read_toml

if TYPE_CHECKING:
    from lensim.inference.catalogue import ModelEntry


def priors_from(entry: "ModelEntry", content: object) -> Any:
    """Priors of a model, from whatever someone gives as such.

    Parameters
    ----------
    entry
        The model, whose `priors` is a dataclass; its fields are the names that may be given, and what is not given
        keeps its default. A field that is a dataclass itself is a mapping, or a table of the TOML.
    content
        An instance of that dataclass; a mapping of names to numbers; or the path of a TOML file.

    Returns
    -------
    An instance of `entry.priors`.

    Raises
    ------
    InputError
        If a name is unknown, a value is no finite number, or the priors refuse it; with every fault and, for a file,
        its name.
    """
    kind = entry.priors
    if isinstance(content, kind):
        return content
    if isinstance(content, str | Path):
        place = Path(content).name
        content = read_toml(content, "a file of priors")
    else:
        place = "priors"
    if not isinstance(content, Mapping):
        raise checks.InputError(
            f"priors must be {kind.__name__}, a mapping of its names to numbers or a TOML file, "
            f"got {type(content).__name__}"
        )
    faults = list(_faults(kind, content, place, ""))
    if faults:
        raise checks.InputError("\n".join(faults))
    with checks.told_of(place):
        return _built(kind, content)


def _faults(kind: Any, content: Mapping[str, object], place: str, within: str) -> Iterator[str]:
    hints = get_type_hints(kind)
    allowed = [item.name for item in fields(kind) if item.init]
    for name, value in content.items():
        where = f"{place}: {within}{name}"
        if name not in allowed:
            yield f"{where} must be one of {', '.join(within + one for one in closest_first(name, allowed))}"
        elif is_dataclass(hints[name]):
            if isinstance(value, Mapping):
                yield from _faults(hints[name], value, place, f"{within}{name}.")
            elif not isinstance(value, hints[name]):
                known = ", ".join(one.name for one in fields(hints[name]))
                yield f"{where} must be a table of {known}, got {checks.shown(value)}"
        elif hints[name] is float:
            if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not _is_finite(value):
                yield f"{where} must be a finite number, got {checks.shown(value)}"
        else:
            try:
                TypeAdapter(hints[name]).validate_python(value)
            except ValidationError as error:
                yield from (f"{where}: {one['msg']}, got {checks.shown(one['input'])}" for one in error.errors())


def _is_finite(value: float | np.number) -> bool:
    """Whether a number is finite; a whole number that no float can hold is not."""
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def _built(kind: Any, content: Mapping[str, object]) -> Any:
    hints = get_type_hints(kind)
    given: dict[str, object] = {}
    for name, value in content.items():
        if is_dataclass(hints[name]) and isinstance(value, Mapping):
            value = _built(hints[name], value)
        given[name] = float(value) if hints[name] is float and isinstance(value, int | np.number) else value
    return kind(**given)


def carry_priors(result: xr.DataTree, priors: object) -> None:
    """Write the priors of a fit into the attrs of its result, as JSON, where `priors_of` finds them."""
    if is_dataclass(priors) and not isinstance(priors, type):
        result.attrs["priors"] = json.dumps(asdict(priors))


def priors_of(result: xr.DataTree) -> dict[str, Any]:
    """The priors that a result was fitted with, by name; a mapping within where they are grouped.

    Raises
    ------
    InputError
        If it carries none, or something else.
    """
    if "priors" not in result.attrs:
        raise checks.InputError("result must carry its priors, got none: it was written before they were kept")
    return object_of(result.attrs["priors"], "attrs['priors'] of a result", "the priors of a fit")
