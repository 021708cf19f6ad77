"""What a user says about Cts and factors where files leave it open."""

from dataclasses import dataclass
from typing import Final, Literal

from lensim import checks
from lensim.expression.read.empty_cts import EMPTY, Empty
from lensim.expression.read.factors import EFFICIENCY_SCALES, EfficiencyScale
from lensim.expression.read.understand import check_stated
from lensim.tables.number_text import DecimalMark

Unpaired = Literal["refuse", "drop", "keep", "groups"]
UNPAIRED: Final = ("refuse", "drop", "keep", "groups")


@dataclass(frozen=True)
class Choices:
    """Choices for tables of Cts; None where the file decides, or where a doubt is refused.

    Attributes
    ----------
    cycle_limit
        Cycles run; a Ct that equals it means not detected.
    decimal
        The decimal mark.
    empty
        What an empty Ct means, see `settle_empty`.
    efficiency_scale
        What numbers for amplification are: "fraction" (0.97), "percent" (97) or "fold" (1.97).
    unpaired
        What becomes of a sample without its partner, the control or a treated sample of the same subject and
        experiment: "refuse", "drop", "keep" to compare groups of different subjects (pairs that exist stay pairs), or
        "groups": conditions have different subjects throughout, also where names are alike (1, 2, 3 in each).

    Raises
    ------
    InputError
        If a choice is unknown.
    """

    cycle_limit: float | None = None
    decimal: DecimalMark | None = None
    empty: Empty | None = None
    efficiency_scale: EfficiencyScale | None = None
    unpaired: Unpaired = "refuse"

    def __post_init__(self) -> None:
        check_stated(self.cycle_limit, self.decimal)
        if self.empty is not None:
            checks.one_of("empty", self.empty, EMPTY)
        if self.efficiency_scale is not None:
            checks.one_of("efficiency_scale", self.efficiency_scale, EFFICIENCY_SCALES)
        checks.one_of("unpaired", self.unpaired, UNPAIRED)
