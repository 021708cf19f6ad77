"""Every number of the paper under one name: `fact` for one, `number` for its value, `facts` for the table."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import pandas as pd

from lensim import checks
from lensim.maiga2013.assumed import ASSUMED
from lensim.maiga2013.derived import DERIVED
from lensim.maiga2013.fact import CountOf, Fact, Kind, StatedRange, Value, evaluate
from lensim.maiga2013.stated_methods import STATED_METHODS
from lensim.maiga2013.stated_results import STATED_RESULTS

FACTS: Final[tuple[Fact, ...]] = (*STATED_METHODS, *STATED_RESULTS, *DERIVED, *ASSUMED)
"""Stated facts in the order of the paper, then derived, then assumed ones."""

checks.unique("keys of facts", [entry.key for entry in FACTS])
_BY_KEY: Final[Mapping[str, Fact]] = MappingProxyType({entry.key: entry for entry in FACTS})


def fact(key: str) -> Fact:
    """The fact called `key`.

    Raises
    ------
    InputError
        If there is none; the message names the keys that begin alike.
    """
    if key not in _BY_KEY:
        prefix = key.split("_")[0]
        alike = [known for known in _BY_KEY if known.startswith(prefix)] or sorted({k.split("_")[0] for k in _BY_KEY})
        raise checks.InputError(f"key of a fact must be one of {', '.join(alike)}, got {key!r}")
    return _BY_KEY[key]


def number(key: str) -> float:
    """The value of a fact that is a number, in the fact's unit.

    Raises
    ------
    InputError
        If there is no such fact, or it is a range, a count or a text.
    """
    value = fact(key).value
    if not isinstance(value, int | float):
        raise checks.InputError(f"fact {key} must be a number, got {value}")
    return float(value)


def span(key: str) -> StatedRange:
    """The value of a fact that is a range, in the fact's unit.

    Raises
    ------
    InputError
        If there is no such fact, or it is no range.
    """
    value = fact(key).value
    if not isinstance(value, StatedRange):
        raise checks.InputError(f"fact {key} must be a range, got {value}")
    return value


def count_of(key: str) -> CountOf:
    """The value of a fact that is a count of a total.

    Raises
    ------
    InputError
        If there is no such fact, or it is no count.
    """
    value = fact(key).value
    if not isinstance(value, CountOf):
        raise checks.InputError(f"fact {key} must be a count of a total, got {value}")
    return value


def text(key: str) -> str:
    """The value of a fact that is a text.

    Raises
    ------
    InputError
        If there is no such fact, or it is no text.
    """
    value = fact(key).value
    if not isinstance(value, str):
        raise checks.InputError(f"fact {key} must be a text, got {value}")
    return value


def recompute(key: str) -> float:
    """A derived fact from its arithmetic, in full precision.

    Raises
    ------
    InputError
        If there is no such fact, or it is not derived.
    """
    entry = fact(key)
    if entry.kind != "derived":
        raise checks.InputError(f"fact {key} must be derived to be recomputed, got one that is {entry.kind}")
    values: dict[str, Value] = {name: known.value for name, known in _BY_KEY.items()}
    return evaluate(entry.basis, values)


def facts(kind: Kind | None = None) -> pd.DataFrame:
    """All facts as a table, or those of one kind.

    Returns
    -------
    pd.DataFrame
        Indexed by key: value (as words), unit, kind, where, basis, note, and for reckoning number, low, high, count,
        total, NaN where the value has no such part.

    Raises
    ------
    InputError
        If the kind is unknown.
    """
    if kind is not None:
        checks.one_of("kind of facts", kind, ("stated", "derived", "assumed"))
    rows = [_row(entry) for entry in FACTS if kind in (None, entry.kind)]
    return pd.DataFrame(rows).set_index("key")


def _row(entry: Fact) -> dict[str, str | float]:
    value = entry.value
    parts = dict.fromkeys(("number", "low", "high", "count", "total"), float("nan"))
    match value:
        case StatedRange():
            parts |= {"low": value.low, "high": value.high}
        case CountOf():
            parts |= {"count": float(value.count), "total": float(value.total)}
        case int() | float():
            parts |= {"number": float(value)}
    words = f"{value:g}" if isinstance(value, int | float) else str(value)
    return {
        "key": entry.key,
        "value": words,
        "unit": entry.unit,
        "kind": entry.kind,
        "where": entry.where,
        "basis": entry.basis,
        "note": entry.note,
        **parts,
    }
