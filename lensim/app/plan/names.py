"""Names and digits that modules of the room share."""

from typing import Final

DIGITS: Final = 4
"""Of numbers that are computed from others, in a TOML."""
PAIRED: Final = ("expression", "ratios")
"""Designs of pairs."""
IC50: Final = "IC50"
LINE: Final = "line"
"""Target and kind of subjects of a panel."""
