"""Words that plate readers write in place of a number: a saturated well, and a lost one."""

import re
from functools import lru_cache
from typing import Final, Literal

from lensim.tables.number_text import is_missing

Saturated = Literal["refuse", "drop", "keep"]
"""What becomes of a well in which the reader was saturated: the file is refused, the well left out and counted, or a
number at which readers stop read as it is."""

_SATURATED: Final = re.compile(
    r">+|>=?\s?[0-9.,]+(?:e[+-]?[0-9]+)?|\++"
    r"|[#*]?\s?(?:over[\s_-]?(?:flow|range|load|limit|scale)?|ove?r?fl?o?w?|ovld?|sat(?:ur(?:ated|ation)?|d)?|high)[.!*?]*",
    re.IGNORECASE,
)
_LOST: Final = re.compile(
    r"(?:path|range|mask(?:ed)?|invalid\w*|err(?:or)?\w*|fail\w*|exclu\w*|flag\w*|outlier|void|empty|blank\?"
    r"|out of range|no\s?(?:read(?:ing)?|data|value|result)|not\s?(?:read|measured)|n\.?\s?[dmr]\.?|bad|unread\w*"
    r"|low|under\w*|undr\w*|unf\w*|below\w*|ud[fr]|skip\w*|pending|div/?0)\s?[!?*.]*"
    r"|<+|<=?\s?-?[0-9.,]+(?:e[+-]?[0-9]+)?|\*+|\?+|#+|-{2,}|\.{1,3}|[~!]|#[a-z0-9/!?_ ]+",
    re.IGNORECASE,
)


@lru_cache(maxsize=65_536)
def is_saturated(text: str) -> bool:
    """Whether a cell says that the signal was above what the reader can measure: OVER, OVRFLW, #SAT, >>>>, >99999."""
    return bool(_SATURATED.fullmatch(text.strip()))


@lru_cache(maxsize=65_536)
def is_lost(text: str) -> bool:
    """Whether a cell is empty or says that there is no reading: Path?, Invalid, Masked, *, #N/A, ERROR, <0.000."""
    text = text.strip()
    return is_missing(text) or (bool(_LOST.fullmatch(text)) and not is_saturated(text))


def is_reader_word(text: str) -> bool:
    """Whether a cell is no number, yet what a reader writes in a well."""
    return is_lost(text) or is_saturated(text)
