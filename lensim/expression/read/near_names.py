"""Columns that are near ratios or levels by their names: the inverse (-log2FC, 2^ddCt), or a summary (RQ ±)."""

from collections.abc import Sequence
from typing import Final

from lensim.expression.read.columns import LEVEL_SCALES, RATIO_COLUMNS, SCALES
from lensim.expression.read.near import quoted
from lensim.tables.names import is_inverted
from lensim.tables.summary_words import summarised

_SIGNS: Final = "-\u2212\u2013 "


def way_of_inverted(header: Sequence[str]) -> str:
    """The sentence about a name that would be that of a ratio or a level without its sign; empty where there is none.

    Parameters
    ----------
    header
        Names of the columns.
    """
    for name in header:
        if not is_inverted(name):
            continue
        bare = name.lstrip(_SIGNS)
        is_power = bare == name.strip()
        usual = name.replace("^", "^-").replace("**", "^-") if is_power else bare
        scale = next((one for one in (*SCALES, *LEVEL_SCALES) if RATIO_COLUMNS[one].rank(usual) is not None), "")
        if not scale:
            continue
        if is_power:
            said, other = "2 to a power without a minus", f"{scale} = 1 / {name}"
        elif scale in ("log2_ratio", "log2_level"):
            said, other = "a minus before its name", f"{scale}, in which each number has the other sign"
        else:
            said, other = "a minus before its name", scale
        return (
            f"the column {name!r} has {said}: if it holds {usual}, state "
            f'columns={{"{scale}": {quoted(name)}}}; else write a column {other}'
        )
    return ""


def way_of_summary(header: Sequence[str]) -> str:
    """The sentence about a name of a mean or an error of ratios or levels; empty where there is none."""
    for name in header:
        of = summarised(name)
        scales = [
            one for one in (*SCALES, *LEVEL_SCALES) if any(RATIO_COLUMNS[one].rank(each) is not None for each in of)
        ]
        if scales:
            return (
                f"the column {name!r} is a mean or an error by its name, and no column holds the numbers themselves: "
                f'name the one that is read, columns={{"{scales[0]}": "NAME"}}'
            )
    return ""
