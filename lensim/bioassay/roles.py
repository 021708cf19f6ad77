"""What a well of a bioassay is for: the words of the variable `role`."""

from typing import Final

STANDARD: Final = "standard"
"""Indicator cells with a known concentration of TNF, which may be 0."""

SAMPLE: Final = "sample"
"""Indicator cells with conditioned medium."""

BLANK: Final = "blank"
"""No cells."""
