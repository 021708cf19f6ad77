"""Names of standards that state their quantity, for formats in which a sample has a name and no quantity.

A name such as "pool, quantity 0.1 ng". Only this form counts: the number in "Std 3" is that of a standard, no quantity.
"""

import math
import re
from dataclasses import dataclass
from typing import Final

_MARK: Final = ", quantity "
_STATED: Final = re.compile(r"(?P<quantity>[0-9.]{1,40}(?:e[+-]?[0-9]{1,4})?)(?: (?P<unit>\S.*))?")


@dataclass(frozen=True)
class StandardName:
    """A name, and the quantity that was behind it: as text, as a number above 0, and its unit (empty if not stated)."""

    name: str
    text: str
    quantity: float
    unit: str


def with_quantity(name: str, quantity: float, unit: str) -> str:
    """The name of a standard with its quantity, which `stated_in` takes apart again.

    Examples
    --------
    >>> with_quantity("pool", 0.1, "ng")
    'pool, quantity 0.1 ng'
    """
    return f"{name}{_MARK}{float(quantity)!r} {unit}".rstrip()


def stated_in(name: str) -> StandardName | None:
    """The parts of a name as `with_quantity` writes it; None of any other name."""
    own, mark, behind = name.rpartition(_MARK)
    found = _STATED.fullmatch(behind)
    if not mark or found is None:
        return None
    try:
        quantity = float(found["quantity"])
    except ValueError:
        return None
    if not (math.isfinite(quantity) and quantity > 0.0):
        return None
    return StandardName(own, found["quantity"], quantity, found["unit"] or "")
