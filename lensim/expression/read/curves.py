"""Tables of amplification curves, which have the fluorescence of each cycle and no Ct."""

import re
from typing import Final

from lensim.tables.names import plain_name
from lensim.tables.table import first_rows
from lensim.tables.well_names import parse_well_name

FEWEST_WELLS: Final = 3
_CYCLE: Final = frozenset({"cycle", "cycles", "cycle_number"})
_SECTION: Final = re.compile(r"^\[?(?:multicomponent|amplification) data\]?", re.IGNORECASE)


def is_table_of_curves(text: str) -> bool:
    """Whether a text has a column for the cycle, and wells as columns or a column for the fluorescence."""
    if _SECTION.match(text.strip()):
        return True
    for header in first_rows(text):
        names = [plain_name(name) for name in header]
        wells = sum(parse_well_name(name) is not None for name in header)
        if _CYCLE & set(names) and (wells >= FEWEST_WELLS or {"rn", "delta_rn", "rfu", "fluorescence"} & set(names)):
            return True
    return False
