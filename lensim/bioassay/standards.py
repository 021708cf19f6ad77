"""Concentrations of standards that are written as logarithms: known by name, doubted by pattern, or chosen."""

from typing import Final

from lensim.bioassay.columns import ROLE_WORDS
from lensim.bioassay.roles import STANDARD
from lensim.checks import FaultReport, one_of
from lensim.tables.columns import Found
from lensim.tables.log_scale import DOSE_SCALES, DoseScale, bases_by_steps, scale_in_name
from lensim.tables.logarithms import Series, look_like_logarithms
from lensim.tables.names import plain_name
from lensim.tables.number_text import DecimalMark, is_missing, parse_number
from lensim.tables.table import TextTable

_FEWEST_BELOW_ZERO: Final = 2


def scale_of_standards(
    table: TextTable, found: Found, stated: DoseScale | None, mark: DecimalMark, faults: FaultReport
) -> DoseScale:
    """The scale of concentrations: the user's word, or the column's name; a pattern of logarithms alone is a fault.

    Raises
    ------
    InputError
        With all the faults so far, if the scale is in doubt.
    """
    one_of("concentration_scale", stated or "linear", DOSE_SCALES)
    if stated is not None or not found.has("concentration"):
        return stated or "linear"
    numbers, without = _numbers(table, found, mark)
    column = found.column("concentration")
    named = scale_in_name(column)
    if named is not None:
        scales = [scale for scale in named.scales if scale.lstrip("-") in bases_by_steps(numbers)] or named.scales
        if len(scales) == 1:
            return scales[0]
        choices = " or ".join(f'concentration_scale="{scale}"' for scale in scales or DOSE_SCALES[:1])
        faults.add(f"the column {column!r} does not say which logarithm it has: say {choices}", line=1)
        faults.raise_if_any()
    below = [number for number in numbers if number < 0]
    if len(below) >= _FEWEST_BELOW_ZERO or look_like_logarithms(Series(tuple(numbers), not without)):
        shown = ", ".join(f"{number:g}" for number in [*numbers[:3], *numbers[-1:]])
        faults.add(
            f'{column} of standards has numbers as logarithms have ({shown}): say concentration_scale="log10" (or '
            '"ln", "-log10"), or concentration_scale="linear" if they are concentrations',
        )
        faults.raise_if_any()
    return "linear"


def _numbers(table: TextTable, found: Found, mark: DecimalMark) -> tuple[list[float], bool]:
    """The numbers of standards that differ, rising, and whether other standards have none."""
    numbers, without = set(), False
    for row in table.rows:
        word, text = plain_name(found.cell("role", row)), found.cell("concentration", row)
        if found.has("role") and word not in (*ROLE_WORDS[STANDARD], *ROLE_WORDS["untreated"]):
            continue
        number = None if is_missing(text) else parse_number(text, mark)
        if number is not None and abs(number) < float("inf"):
            numbers.add(number)
        without = without or (found.has("role") and number is None)
    return sorted(numbers), without
