"""Questions about the next experiment of a panel: where to put the doses, and which lines to test."""

from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field, model_validator

from lensim import limits
from lensim.config import FrozenConfig
from lensim.dose_response.worlds import WORLDS
from lensim.plan.doses_criteria import Goal
from lensim.power.dose_response.spec import Curve

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Fold = Annotated[float, Field(gt=1, le=1000, allow_inf_nan=False)]
Some = Annotated[int, Field(ge=1, le=limits.PLATE_SIDE)]
TRIED_WORLDS: Final = ("plateau by day 6 points", "one dilution series a day", "edges randomised", "outlying wells")
MOST_DOSES, MOST_LINES, MOST_MORE, MOST_SERIES = 48, 2000, 100, 1000
"""Bounds of a question: doses of a series, draws of lines, lines to be tested, and combinations of what is tried."""
FITTING_WORLDS: Final = tuple(
    name for name, world in WORLDS.items() if not world.as_percent and world.curves != "between_doses"
)
"""Worlds with raw signals whose lines do not depend on the doses."""


class DosesQuestion(FrozenConfig):
    """Where to put the doses of a panel: start, spacing, number, replicates and untreated wells.

    Attributes
    ----------
    goal
        "ic50": the error of absolute IC50s shall be small; "calls": lines shall be called rightly as resistant or
        sensitive, at the threshold and probability of the deciding rule.
    wells_per_line
        Of one line in one experiment, untreated ones among them; by default as many as the design has.
    top_dose_um_at_most
        Highest dose that may be used, such as the solubility [uM]; by default that of the design. Lines with an IC50 up
        to it count for the error of IC50s.
    top_doses_um
        Top doses to try [uM]; by default the highest, its half, third, fifth and tenth.
    dose_ratios
        Folds between neighbouring doses to try.
    replicates
        Wells of a dose to try. A single well of a dose shows no outlier, so it is not tried unless asked for.
    below_at_most
        Share of the lines with an IC50 that may have it below the lowest dose, where tables give a bound and no number;
        of goal "ic50".
    dose_count_at_least, dose_count_at_most
        Doses above 0. Fewer than five show no shape but that of a curve, so they are not tried unless asked for.
    lines
        Draws of lines that series are judged by.
    studies
        Simulated for the check, of each series and in each world; 0 for no check.
    worlds
        Worlds of the page on worlds in which the found series is tried too.
    """

    advice: ClassVar = {
        "wells": "wells_per_line has the wells of one line in one experiment",
        "top_dose_um": "top_dose_um_at_most has the highest dose that may be used",
        "experiments": "it belongs to [scenario.design]",
        "threshold_um": 'it belongs to the rule, as in rules = [{ rule = "call", threshold_um = 10 }]',
    }
    goal: Goal = "ic50"
    wells_per_line: Annotated[int, Field(ge=4, le=limits.PLATE_SIDE**2)] | None = None
    top_dose_um_at_most: Positive | None = None
    top_doses_um: tuple[Positive, ...] = ()
    dose_ratios: tuple[Fold, ...] = (1.5, 2.0, 2.5, 10**0.5, 4.0, 5.0, 10.0)
    replicates: tuple[Some, ...] = (2, 3, 4, 6)
    below_at_most: float = Field(default=0.05, gt=0, le=1)
    dose_count_at_least: int = Field(default=5, ge=2, le=MOST_DOSES)
    dose_count_at_most: int = Field(default=16, ge=2, le=MOST_DOSES)
    lines: int = Field(default=400, ge=20, le=MOST_LINES)
    studies: int = Field(default=100, ge=0, le=limits.GRID_POINTS)
    worlds: tuple[str, ...] = TRIED_WORLDS

    @model_validator(mode="after")
    def _can_be(self) -> "DosesQuestion":
        highest = self.top_dose_um_at_most
        if highest is not None and any(top > highest for top in self.top_doses_um):
            raise ValueError(
                f"top_doses_um must be at most top_dose_um_at_most ({highest:g}), got {max(self.top_doses_um):g}"
            )
        if self.dose_count_at_most < self.dose_count_at_least:
            raise ValueError(
                f"dose_count_at_most must be at least dose_count_at_least ({self.dose_count_at_least}), "
                f"got {self.dose_count_at_most}"
            )
        if not self.dose_ratios or not self.replicates:
            raise ValueError("dose_ratios and replicates must have a value at least, got none")
        combinations = max(len(self.top_doses_um), 1) * len(self.dose_ratios) * len(self.replicates)
        if combinations > MOST_SERIES:
            raise ValueError(
                f"top_doses_um, dose_ratios and replicates must make at most {MOST_SERIES:,} combinations, "
                f"got {combinations:,}: give fewer values"
            )
        for name in self.worlds:
            if name not in FITTING_WORLDS:
                raise ValueError(f"worlds must be of {', '.join(FITTING_WORLDS)}, got {name!r}")
        return self


class LinesQuestion(FrozenConfig):
    """Which lines to test next, to learn how molecular groups differ.

    Attributes
    ----------
    first, second
        Groups of the fit that are compared; "others" is the mean of all others.
    quantity
        Of the groups' mean curves.
    more
        How many lines may be tested, each in as many experiments as the design has.
    again
        Lines of the fit that may be tested again; by default all.
    draws
        Of the posterior, over which variances are averaged.
    studies
        Simulated for the check, of each choice; 0 for no check.
    """

    advice: ClassVar = {
        "groups": "first and second name the groups that are compared",
        "lines": "more is how many lines may be tested, and again names lines of the fit",
        "experiments": "it belongs to [scenario.design]",
    }
    first: str
    second: str = "others"
    quantity: Curve = "log10_ec50_um"
    more: int = Field(default=6, ge=1, le=MOST_MORE)
    again: tuple[str, ...] | Literal["all"] = "all"
    draws: int = Field(default=200, ge=20, le=MOST_LINES)
    studies: int = Field(default=40, ge=0, le=limits.GRID_POINTS)
