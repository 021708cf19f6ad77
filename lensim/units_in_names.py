"""Units that the names of columns say: `ic50_um_lower` is in µM."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from lensim import vocabulary as v

UNIT_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "pg_per_ml": "pg/ml",
        "um": "µM",
        "percent_points": "percentage points",
        "percent": "%",
        "cycles": "cycles",
        "seconds": "s",
        "minutes": "min",
        "hours": "h",
        "days": "d",
        "months": "months",
    }
)
"""Parts of a name that say a unit."""


def part_with_unit(name: str) -> str:
    """The part of a name that says its unit; empty where none does.

    Examples
    --------
    >>> part_with_unit("ic50_um_lower"), part_with_unit("um")
    ('um', '')
    """
    whole = f"_{name}_"
    return next((part for part in UNIT_WORDS if f"_{part}_" in whole and whole != f"_{part}_"), "")


def unit_of(name: str) -> str:
    """The unit of a column by its name; empty where the name says none.

    Examples
    --------
    >>> unit_of("ic50_um_lower"), unit_of("p_resistant")
    ('µM', '')
    """
    known = v.UNITS.get(name, "")
    return known if known not in ("1", "") else UNIT_WORDS.get(part_with_unit(name), "")
