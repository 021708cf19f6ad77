"""The fields of the form as they were filled in."""

import math
from dataclasses import dataclass, field
from typing import Final, Literal

from lensim.app.plan.names import DIGITS
from lensim.app.plan.start import Start
from lensim.checks import InputError

Unit = Literal["percent", "fold"]
SUBJECTS: Final = ("patient", "donor", "line", "mouse")
PLURAL: Final = {"mouse": "mice", "all": "subjects"}


OF_PERSONS: Final = ("patient", "donor")
"""Subjects of whom a study has one sample under each condition; a line is grown and treated anew."""


def usual_experiments(subject: str) -> int:
    """How many experiments a study of such subjects has where nothing else is said."""
    return 1 if subject in OF_PERSONS else 2


def plural(noun: str) -> str:
    """'patients', 'mice'."""
    return PLURAL.get(noun, noun if noun.endswith("s") else f"{noun}s")


@dataclass(frozen=True)
class Prices:
    """What everything costs, in one currency."""

    currency: str = "EUR"
    subject: float = 300.0
    culture: float = 20.0
    reverse_transcription: float = 8.0
    well: float = 1.5
    plate: float = 30.0


@dataclass(frozen=True)
class Fields:
    """Every field of the form.

    Attributes
    ----------
    design
        A name of `DESIGNS`.
    unit, effect
        The expected effect, in percent of control or as a fold change.
    spread
        Between subjects: sd of log2 fold changes, of groups of log2 levels.
    doubt
        Of the effect itself: sd of its log2; 0 for none.
    subject, target
        Who is studied, and the gene.
    number, experiments, replicates, doses, top_dose_um
        The chosen design, as far as it has them.
    ic50_um, ic50_spread, ic50_doubt
        Of a panel whose lines are called: median IC50 of lines, sd of its log10 between lines, and of the median's own.
    dose_um, certainty
        Of a panel whose lines are called: a line is resistant where its IC50 is above this dose, and is called so where
        the probability of that is above this one.
    rule
        When a study counts as a find, a name of `RULES`.
    goal
        Share of studies that shall be a find; of lines that shall be called, of a panel whose lines are called.
    prices
        Of everything.
    seed
        Root of every stream.
    start
        A fit, a paper or ratios, in whose place effects, IC50s, their spreads and doubts do not count.
    contrast
        Of a start with several treatments.
    """

    design: str = "expression"
    unit: Unit = "percent"
    effect: float = 200.0
    spread: float = 0.7
    doubt: float = 0.0
    subject: str = "patient"
    target: str = "TNF"
    number: int = 6
    experiments: int = 2
    replicates: int = 2
    doses: int = 7
    top_dose_um: float = 10.0
    ic50_um: float = 1.0
    ic50_spread: float = 0.4
    ic50_doubt: float = 0.1
    dose_um: float = 1.0
    certainty: float = 0.9
    rule: str = "tail_975"
    goal: float = 0.8
    prices: Prices = field(default_factory=Prices)
    seed: int = 1
    start: Start | None = None
    contrast: str = ""

    @property
    def log2_effect(self) -> float:
        """The effect as log2 of a fold change.

        Raises
        ------
        InputError
            If it is not above 0.
        """
        if not self.effect > 0:
            raise InputError(
                f"Effect must be above 0, got {self.effect:g}: no change is 100% of control, or a fold change of 1"
            )
        return round(math.log2(self.effect / (100.0 if self.unit == "percent" else 1.0)), DIGITS)

    @property
    def about(self) -> tuple[float, float]:
        """Effect and spread [log2], of a start their medians."""
        if self.start is None:
            return self.log2_effect, self.spread
        return self.start.effect_of(self.target, self.subject, self.contrast)

    @property
    def is_decrease(self) -> bool:
        """Whether a decrease is expected, so that this is what a study looks for."""
        return self.about[0] < 0
