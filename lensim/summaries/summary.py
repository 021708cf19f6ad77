"""A published summary as a value: n, and what was printed of the changes of n lines or donors."""

import itertools
from typing import Annotated, Any, Final, Literal

import numpy as np
from pydantic import Field, model_validator

from lensim.config import FrozenConfig
from lensim.summaries.printed import Printed, PrintedNumber

Scale = Literal["ratio", "percent_of_control", "percent_change", "log2"]
Test = Literal[
    "t",
    "t_ratio",
    "t_log2",
    "t_ratio_unpaired",
    "t_log2_unpaired",
    "t_level",
    "wilcoxon",
    "wilcoxon_normal",
    "sign",
    "not named",
]
Sides = Literal["two", "greater", "less", "not named"]
ORDERED: Final = ("minimum", "lower_quartile", "median", "upper_quartile", "maximum")
LARGEST_N: Final = 1000
QUARTILE_RULE: Final = "quartiles are those of type 7 (linear between order statistics), as numpy and R have them"


class PublishedP(FrozenConfig):
    """A printed P value.

    Attributes
    ----------
    value
        As printed; exactly one of value and below.
    below
        The limit where it is printed as P < limit.
    test
        t_ratio, t_log2: paired, one-sample t of the changes; t_level: paired t of treated against untreated levels; t:
        one of these, scale not said; unpaired: of treated against controls that are all set to no change, with 2 n - 2
        degrees of freedom; wilcoxon: exact;
        wilcoxon_normal: by its normal approximation, without continuity correction; sign: binomial. "not named" where
        the paper does not say.
    sides
        "two", or the alternative of one side; "not named" too.
    """

    value: PrintedNumber | None = None
    below: Annotated[float, Field(gt=0, le=1)] | None = None
    test: Test = "not named"
    sides: Sides = "not named"

    @model_validator(mode="after")
    def _one_of_two(self) -> "PublishedP":
        if (self.value is None) == (self.below is None):
            raise ValueError("p must have exactly one of value and below")
        if self.value is not None and not (0.0 < self.value.middle <= 1.0):
            raise ValueError(
                f"p.value must lie above 0 and be at most 1, got {self.value.text}: print P < limit as below"
            )
        return self

    @property
    def is_of_one_test(self) -> bool:
        """Whether test, scale and sides are all said, so that the P value says something of the changes.

        That of levels depends on untreated levels, which are not printed.
        """
        return self.test not in ("t", "t_level", "not named") and self.sides != "not named"

    @property
    def text(self) -> str:
        """The P value as it is printed, with its sign."""
        return f"P < {self.below:g}" if self.value is None else f"P = {self.value.text}"

    @property
    def interval(self) -> tuple[float, float]:
        """Lowest and highest P value that would be printed so."""
        if self.value is None:
            return 0.0, float(self.below or 1.0)
        return max(self.value.low, 0.0), min(self.value.high, 1.0)


class PublishedSummary(FrozenConfig):
    """What was printed of the changes of n lines or donors, treated against control.

    Attributes
    ----------
    name
        In tables.
    source
        The place in the paper.
    target, cell_type
        What was measured, and in whom; summaries with both the same are of one kind and are combined.
    n
        Lines or donors.
    scale
        Of the numbers: ratio (1 is no change), percent_of_control (100), percent_change (0), log2 (0).
    median, mean, sd, sem, minimum, maximum, lower_quartile, upper_quartile
        As printed. A number's digits count: 58 is 57.5 to 58.5; give "58.0" as text, or [low, high].
    increases
        How many changes were increases.
    p
        A P value against no change.
    measurement_sd
        How far a line's printed change lies from its true one [log2], by experiments and reactions: a standard error,
        given or assumed. 0 leaves it in the spread between lines.
    """

    name: str = Field(min_length=1)
    source: str = ""
    target: str = "target"
    cell_type: str = "line"
    n: int = Field(ge=2)
    scale: Scale
    median: PrintedNumber | None = None
    mean: PrintedNumber | None = None
    sd: PrintedNumber | None = None
    sem: PrintedNumber | None = None
    minimum: PrintedNumber | None = None
    maximum: PrintedNumber | None = None
    lower_quartile: PrintedNumber | None = None
    upper_quartile: PrintedNumber | None = None
    increases: Annotated[int, Field(ge=0)] | None = None
    p: PublishedP | None = None
    measurement_sd: Annotated[float, Field(ge=0)] = 0.0

    @model_validator(mode="after")
    def _can_be(self) -> "PublishedSummary":
        if self.n > LARGEST_N:
            raise ValueError(
                f"n must be at most {LARGEST_N:,}, as all values behind a summary are drawn, got {self.n:,}"
            )
        if self.increases is not None and self.increases > self.n:
            raise ValueError(f"increases must be at most n ({self.n}), got {self.increases}")
        for name in (*ORDERED, "mean"):
            value = getattr(self, name)
            if value is not None and self.scale != "log2" and self.on_scale(value.high) <= 0:
                hint = "; is the scale percent_change or log2?" if value.middle < 0 else ""
                raise ValueError(f"{name} must be above nothing left on the scale {self.scale}, got {value.text}{hint}")
        for name in ("sd", "sem"):
            value = getattr(self, name)
            if value is not None and value.high <= 0:
                raise ValueError(f"{name} must be above 0, got {value.text}")
        if self.sd is not None and self.sem is not None:
            raise ValueError("sd and sem say the same: give one of them, got both")
        given = [(name, getattr(self, name)) for name in ORDERED if getattr(self, name) is not None]
        for (first, low), (second, high) in itertools.pairwise(given):
            if low.low > high.high:
                raise ValueError(f"{first} must not lie above {second}, got {low.text} and {high.text}")
        if self.mean is not None and self.minimum is not None and self.mean.high < self.minimum.low:
            raise ValueError(f"mean must not lie below minimum, got {self.mean.text} and {self.minimum.text}")
        if self.mean is not None and self.maximum is not None and self.mean.low > self.maximum.high:
            raise ValueError(f"mean must not lie above maximum, got {self.mean.text} and {self.maximum.text}")
        self._increases_fit()
        if not self.says_something:
            raise ValueError("summary must have a median, mean, range, quartile or sd, got none")
        return self

    def _increases_fit(self) -> None:
        if self.increases is None:
            return
        minimum, maximum, one = self.minimum, self.maximum, self.no_change
        if minimum is not None and minimum.low >= one and self.increases < self.n:
            other = ""
            if self.scale == "percent_change":
                other = f"; is the scale percent_of_control? A minimum of {minimum.text} would then be a decrease"
            raise ValueError(
                f"minimum must be a decrease where only {self.increases} of {self.n} increased, "
                f"got {minimum.text}{other}"
            )
        if maximum is not None and maximum.high <= one and self.increases > 0:
            raise ValueError(f"maximum must be an increase where {self.increases} increased, got {maximum.text}")
        if minimum is not None and minimum.high <= one and self.increases == self.n:
            raise ValueError(f"minimum must be an increase where all {self.n} increased, got {minimum.text}")
        if maximum is not None and maximum.low >= one and self.increases == 0:
            raise ValueError(f"maximum must be a decrease where none increased, got {maximum.text}")

    @property
    def says_something(self) -> bool:
        """Whether anything but n and a count is given."""
        return any(getattr(self, name) is not None for name in (*ORDERED, "mean", "sd", "sem"))

    @property
    def no_change(self) -> float:
        """The value that means no change, on the scale of the summary."""
        return {"ratio": 1.0, "percent_of_control": 100.0, "percent_change": 0.0, "log2": 0.0}[self.scale]

    @property
    def is_log(self) -> bool:
        """Whether values are log2 fold changes."""
        return self.scale == "log2"

    def on_scale(self, value: float) -> float:
        """A printed number as a ratio; on the log2 scale as it is."""
        if self.scale == "percent_of_control":
            return value / 100.0
        if self.scale == "percent_change":
            return 1.0 + value / 100.0
        return value

    def interval(self, name: str) -> tuple[float, float] | None:
        """Ends of what is printed, as ratios, or log2 ratios on the log2 scale; None where it is not given."""
        value: Printed | None = getattr(self, name)
        if value is None:
            return None
        return self.on_scale(value.low), self.on_scale(value.high)

    def sd_interval(self) -> tuple[float, float] | None:
        """Ends of the sd, from sd or sem, as of ratios or log2 ratios; None where neither is given."""
        value, times = (self.sd, 1.0) if self.sd is not None else (self.sem, float(np.sqrt(self.n)))
        if value is None:
            return None
        unit = 0.01 if self.scale in ("percent_of_control", "percent_change") else 1.0
        return max(value.low, 0.0) * unit * times, value.high * unit * times

    @property
    def unit(self) -> str:
        """Unit of values, for axes."""
        return {"ratio": "ratio", "percent_of_control": "% of control", "percent_change": "% change", "log2": "log2"}[
            self.scale
        ]


def warnings_of(summary: PublishedSummary) -> list[str]:
    """Warnings of values that look like an error but may be correct."""
    found = []
    minimum: Any = summary.minimum
    all_up = summary.increases in (None, summary.n)
    if summary.scale == "percent_change" and minimum is not None and minimum.low > 0 and all_up:
        other = "a decrease" if minimum.high < 100 else f"an increase of {minimum.middle - 100:g} percent"
        found.append(
            f"{summary.name}: a minimum of {minimum.text} percent change says that all {summary.n} increased; as "
            f"percent of control it would be {other}: which of the two was printed?"
        )
    if summary.scale == "percent_of_control" and summary.median is not None and summary.median.high < 5:
        found.append(f"{summary.name}: a median of {summary.median.text} percent of control: was it a ratio?")
    if summary.scale == "ratio" and summary.median is not None and summary.median.low > 20:
        found.append(f"{summary.name}: a median ratio of {summary.median.text}: was it percent of control?")
    return found
