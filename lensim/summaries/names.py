"""Names of the variables of a summary as a Dataset."""

from typing import Final

FIRST, SECOND = "first_seen", "second_seen"
PRINTED_LOW: Final = "printed_low"
"""(printed) ends of what is printed, as ratios or log2 ratios."""
PRINTED_HIGH: Final = "printed_high"
FREE_LOW: Final = "free_low"
"""(seen) ends of what order and ties leave of each value."""
FREE_HIGH: Final = "free_high"
