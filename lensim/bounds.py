"""Bounds on numbers, texts and lists that a user gives, the same for files and for Python.

A number that no experiment has (1e308, 10^30) does no good later: products overflow, memory runs out, or a fit gives
nonsense without a word. So a number without bounds of its own is 0, or from 1e-30 to 1e12 in size.
"""

import math
import numbers
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any, Final

from pydantic import BaseModel, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from lensim import limits
from lensim.checks import InputError, above, at_least
from lensim.plain_text import shown, shown_kind, shown_name

BEYOND_64_BITS: Final = "must fit into 64 bits, got a whole number beyond 1e18 in size"


def number_fault(value: Any, *, largest: float = limits.LARGEST_NUMBER, may_be_infinite: bool = False) -> str:
    """The rule that a value breaks if it is no number, not finite, or of a size that none has; '' for a good one.

    The rule is the sentence behind a place, with the value: 'must be a number, got True'.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Real | Decimal):
        return f"must be a number, got {shown(value)}"
    if isinstance(value, int) and abs(value) > limits.LARGEST_WHOLE:
        return BEYOND_64_BITS
    number = float(value)
    if math.isnan(number) or (math.isinf(number) and not may_be_infinite):
        return f"must be a finite number, got {shown(value)}"
    if math.isfinite(number) and abs(number) > largest:
        return f"must be at most {largest:g} in size, got {shown(value)}"
    if value != 0 and abs(number) < limits.SMALLEST_NUMBER:
        return f"must be 0 or at least {limits.SMALLEST_NUMBER:g} in size, got {shown(value)}"
    return ""


def require_number(place: str, value: Any, *, above: float | None = None, may_be_infinite: bool = False) -> None:
    """Refuse what is no number, not finite, of a size that none has, or not above a bound.

    Raises
    ------
    InputError
        With the place, the rule and the value.
    """
    if fault := number_fault(value, may_be_infinite=may_be_infinite):
        raise InputError(f"{place} {fault}")
    if above is not None and not value > above:
        raise InputError(f"{place} must be above {above:g}, got {shown(value)}")


def require_bounded(content: Any, place: str) -> None:
    """Refuse nested content with whole numbers beyond 64 bits, long texts, or too much of anything.

    Raises
    ------
    InputError
        With the first fault.
    """
    for count, (path, value, level) in enumerate(all_of(content, "", 0)):
        if fault := _fault(value, level, count):
            raise InputError(f"{shown_name(f'{place}: {path}' if path else place)} {fault}")


def _fault(value: Any, level: int, count: int) -> str:
    """The rule that a part of nested content breaks; '' for none."""
    if count > limits.ENTRIES_IN_ALL:
        return f"must be within the first {limits.ENTRIES_IN_ALL:,} values of the whole, got more"
    if level > limits.LEVELS:
        return f"must have at most {limits.LEVELS} levels within each other, got more"
    if isinstance(value, int) and abs(value) > limits.LARGEST_WHOLE:
        return BEYOND_64_BITS
    if isinstance(value, str) and len(value) > limits.TEXT_CHARACTERS:
        return f"must have at most {limits.TEXT_CHARACTERS:,} characters, got {len(value):,}"
    if isinstance(value, Mapping | list | tuple) and len(value) > limits.ENTRIES:
        return f"must have at most {limits.ENTRIES:,} entries, got {len(value):,}"
    if (
        isinstance(value, Mapping)
        and (longest := max((len(str(key)) for key in value), default=0)) > limits.TEXT_CHARACTERS
    ):
        return f"must have keys of at most {limits.TEXT_CHARACTERS:,} characters, got {longest:,}"
    return ""


def all_of(content: Any, path: str, level: int) -> Iterator[tuple[str, Any, int]]:
    """Every value with its dotted place and level; nothing below a value that is refused."""
    yield path, content, level
    if isinstance(content, Mapping):
        pairs: Any = content.items()
    elif isinstance(content, list | tuple):
        pairs = enumerate(content)
    else:
        return
    for key, value in pairs:
        yield from all_of(value, f"{path}.{key}" if path else str(key), level + 1)


_NOT_WITHIN: Final = ("metadata", "serialization", "config", "default", "cls", "expected")


def _bound(node: Any, handler: GetCoreSchemaHandler, seen: set[int]) -> None:
    """Give bounds to every part of a schema, in place."""
    if isinstance(node, list | tuple):
        for one in node:
            _bound(one, handler, seen)
    if not isinstance(node, dict) or id(node) in seen:
        return
    seen.add(id(node))
    kind = node.get("type")
    if kind in ("int", "float"):
        _bound_number(node)
        return
    if kind == "definition-ref":
        _bound(handler.resolve_ref_schema(node), handler, seen)
    if kind == "str":
        node.setdefault("max_length", limits.TEXT_CHARACTERS)
    if kind in ("list", "dict", "set", "frozenset") or (kind == "tuple" and "variadic_item_index" in node):
        node.setdefault("max_length", limits.ENTRIES)
    if kind == "union":
        # a number's place in a message is its own, also where something looks at it before
        node["choices"] = [(one, one["type"]) if _is_number(one) else one for one in node["choices"]]
    for name, part in node.items():
        if name not in _NOT_WITHIN:
            _bound(part, handler, seen)


def _is_number(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.get("type") in ("int", "float")


def _bound_number(node: dict[str, Any]) -> None:
    own = {**node}
    may_be_infinite = own.get("allow_inf_nan") is True
    has_end = "le" in own or "lt" in own
    largest = float(limits.LARGEST_WHOLE) if has_end else limits.LARGEST_NUMBER
    if not may_be_infinite:
        if own["type"] == "float":
            own.setdefault("allow_inf_nan", False)
        if not has_end:
            own["le"] = int(limits.LARGEST_NUMBER) if own["type"] == "int" else limits.LARGEST_NUMBER
        if "ge" not in own and "gt" not in own:
            own["ge"] = -own["le"] if "le" in own else -limits.LARGEST_NUMBER
    node.clear()
    node |= core_schema.no_info_before_validator_function(_checker(largest, may_be_infinite), own)


def _checker(largest: float, may_be_infinite: bool) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if value is None or isinstance(value, Mapping | list | tuple | BaseModel):
            return value  # pydantic says of which kind it must be
        if fault := number_fault(value, largest=largest, may_be_infinite=may_be_infinite):
            raise ValueError(fault)
        return value

    return check


class BoundedModel(BaseModel):
    """A pydantic model in which every number, text, list and table has bounds, its own or the general ones.

    A number is no truth value and no text; one that may be infinite says so, `Field(allow_inf_nan=True)`.
    """

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The schema of pydantic, with bounds where it has none."""
        schema = handler(source)
        _bound(schema, handler, set())
        return schema


def require_spreads(value: Any) -> None:
    """Refuse a spread below 0 among the fields of a dataclass: those named sd_ or sigma_ and what spreads.

    Raises
    ------
    InputError
        With the class, the field, the rule and the value.
    """
    for item in fields(value):
        if item.name.startswith(("sigma_", "sd_")):
            at_least(f"{type(value).__name__}.{item.name}", getattr(value, item.name), 0)


def require_figures(value: Any, *, infinite: tuple[str, ...] = ()) -> None:
    """Refuse numbers of a dataclass that are none, texts that are none or long, and long lists.

    Parameters
    ----------
    value
        An instance whose fields are annotated as int, float, bool, str, or sequences and mappings of them.
    infinite
        Fields that may be infinite.

    Raises
    ------
    InputError
        With the class, the field, the rule and the value.
    """
    for item in fields(value):
        place, own, kind = f"{type(value).__name__}.{item.name}", getattr(value, item.name), _word_of(item.type)
        if own is None and kind.endswith(_OR_NONE):
            continue
        kind = kind.removesuffix(_OR_NONE)
        if is_dataclass(item.type) and isinstance(item.type, type) and not isinstance(own, item.type):
            raise InputError(f"{place} must be of the class {kind}, got {shown_kind(own)}")
        if fault := _fault_of_kind(kind, own, may_be_infinite=item.name in infinite):
            raise InputError(f"{place} {fault}")
        content = list(own) if kind.startswith(_LISTS) else own
        require_bounded(content, place)
        for at, one in _entries(content) if kind.startswith((*_LISTS, *_TABLES)) else ():
            if fault := _fault_of_kind("float" if "float" in kind else "str" if kind.endswith("str]") else "", one):
                raise InputError(f"{shown_name(f'{place}[{at}]')} {fault}")


def require_above_zero(value: Any, *, but: str = "") -> None:
    """Refuse what `require_figures` refuses, and numbers of a dataclass that are not above 0.

    Parameters
    ----------
    value
        An instance whose fields are numbers.
    but
        Fields whose names begin like this may be 0 or less; '' for none.

    Raises
    ------
    InputError
        With the class, the field, the rule and the value.
    """
    require_figures(value)
    for item in fields(value):
        if not but or not item.name.startswith(but):
            above(f"{type(value).__name__}.{item.name}", getattr(value, item.name), 0.0)


def require_size(place: str, estimate: float, bound: float, what: str, change: str) -> None:
    """Refuse something too large before memory or time is taken for it.

    Parameters
    ----------
    place
        What is too large: a class, a file, a key.
    estimate, bound
        How large it would be, and the most that it may be.
    what
        Of which both are numbers: "wells".
    change
        What to make smaller: "lower experiments or replicates".

    Raises
    ------
    InputError
        With all of it.
    """
    if not estimate <= bound:
        raise InputError(f"{place} must have at most {bound:,} {what}, got {estimate:,.0f}: {change}")


_LISTS: Final = ("tuple[", "Sequence[", "collections.abc.Sequence[")
_TABLES: Final = ("Mapping[", "collections.abc.Mapping[")
_OR_NONE: Final = " | None"


def _entries(content: Any) -> Iterator[tuple[Any, Any]]:
    """Every entry of a list or table of a dataclass with its position or key; those of a list in a table too."""
    for key, one in content.items() if isinstance(content, Mapping) else enumerate(content):
        if isinstance(content, Mapping) and isinstance(one, list | tuple):
            yield from ((f"{key!r}][{position}", part) for position, part in enumerate(one))
        else:
            yield (repr(key) if isinstance(content, Mapping) else key), one


def _word_of(kind: Any) -> str:
    """An annotation as text: 'float', 'tuple[float, ...]'."""
    return kind if isinstance(kind, str) else kind.__name__ if type(kind) is type else str(kind)


def _fault_of_kind(kind: str, value: Any, *, may_be_infinite: bool = False) -> str:
    """The rule that a field of a dataclass breaks by its annotation; '' for none."""
    if kind in ("int", "float") and (fault := number_fault(value, may_be_infinite=may_be_infinite)):
        return fault
    if kind == "int" and value != int(value):
        return f"must be a whole number, got {shown(value)}"
    if kind == "bool" and not isinstance(value, bool):
        return f"must be True or False, got {shown(value)}"
    if kind == "str" and not isinstance(value, str):
        return f"must be a text, got {shown(value)}"
    is_list = isinstance(value, Sized) and isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping)
    if kind.startswith(_LISTS) and not is_list:
        return f"must be a list, got {shown(value)}"
    if kind.startswith(_TABLES) and not isinstance(value, Mapping):
        return f"must be a mapping of names, got {shown(value)}"
    return ""


def usable_cores() -> int:
    """Cores that this process may use, of those that the machine has."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1
