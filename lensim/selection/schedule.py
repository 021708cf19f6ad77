"""A dose schedule: which dose for how many days, written out or as an escalation."""

from collections.abc import Iterable
from typing import Final

import numpy as np
from pydantic import model_validator

from lensim import checks
from lensim.config import FrozenConfig
from lensim.selection.numbers import NotNegative, Positive

MOST_STEPS: Final = 1000


class DoseStep(FrozenConfig):
    """One dose for some days; dose 0 is a time without drug.

    Attributes
    ----------
    dose_um
        Dose, 0 or more [uM].
    days
        For how long, above 0 [days].
    """

    dose_um: NotNegative
    days: Positive


class Escalation(FrozenConfig):
    """Doses that rise by a factor from step to step, then one that stays.

    Doses are first, first * factor, first * factor^2, ... below the last, and the last itself, whatever the factor.

    Attributes
    ----------
    first_dose_um, last_dose_um
        Ends of the rise [uM].
    factor
        Ratio of a dose to the one before, above 1.
    days_per_step
        Time at each dose of the rise [days].
    maintenance_dose_um, maintenance_days
        The dose after the rise [uM] and its time [days]; none where left out.
    """

    first_dose_um: Positive
    last_dose_um: Positive
    factor: Positive
    days_per_step: Positive
    maintenance_dose_um: Positive | None = None
    maintenance_days: Positive | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "Escalation":
        if self.last_dose_um < self.first_dose_um:
            raise ValueError(
                f"last_dose_um must not lie below first_dose_um ({self.first_dose_um:g}), got {self.last_dose_um:g}"
            )
        if self.factor <= 1:
            raise ValueError(f"factor must be above 1, got {self.factor:g}")
        if np.log(self.last_dose_um / self.first_dose_um) / np.log(self.factor) > MOST_STEPS:
            raise ValueError(f"factor must give at most {MOST_STEPS} steps, got {self.factor:g}")
        if (self.maintenance_dose_um is None) != (self.maintenance_days is None):
            raise ValueError("maintenance_dose_um and maintenance_days must be given together, got one of them")
        return self

    @property
    def steps(self) -> tuple[DoseStep, ...]:
        """Dose [uM] and days of each step."""
        rise = int(np.ceil(np.log(self.last_dose_um / self.first_dose_um) / np.log(self.factor) - 1e-9))
        doses = [*(self.first_dose_um * self.factor**k for k in range(rise)), self.last_dose_um]
        steps = [DoseStep(dose_um=dose, days=self.days_per_step) for dose in doses]
        if self.maintenance_dose_um is not None and self.maintenance_days is not None:
            steps.append(DoseStep(dose_um=self.maintenance_dose_um, days=self.maintenance_days))
        return tuple(steps)


class DoseSchedule(FrozenConfig):
    """A dose as a function of time, constant in steps.

    Attributes
    ----------
    name
        By which tables and figures call it; also the name of its random streams.
    steps
        Doses and days, in order of time. Doses may fall: a schedule may have times without drug.
    escalation
        Instead of steps, a rule that gives them.

    Raises
    ------
    ValueError
        If not exactly one of steps and escalation is given, or there is no step.
    """

    name: str
    steps: tuple[DoseStep, ...] | None = None
    escalation: Escalation | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "DoseSchedule":
        if not self.name.strip():
            raise ValueError("name must not be empty, got none")
        if (self.steps is None) == (self.escalation is None):
            raise ValueError(
                f"must have exactly one of steps and escalation, got {'none' if self.steps is None else 'both'}"
            )
        if self.steps is not None and not 1 <= len(self.steps) <= MOST_STEPS:
            raise ValueError(f"steps must hold 1 to {MOST_STEPS} steps, got {len(self.steps)}")
        return self

    @classmethod
    def of_steps(cls, name: str, steps: Iterable[tuple[float, float]]) -> "DoseSchedule":
        """From pairs of a dose [uM] and its days."""
        return cls(name=name, steps=tuple(DoseStep(dose_um=dose, days=days) for dose, days in steps))

    @property
    def all_steps(self) -> tuple[DoseStep, ...]:
        """Its steps, written out."""
        return self.escalation.steps if self.escalation is not None else self.steps or ()

    @property
    def ends_day(self) -> np.ndarray:
        """The day on which each step ends, rounded to 1e-9 [days]."""
        return np.round(np.cumsum([step.days for step in self.all_steps]), 9)

    @property
    def days(self) -> float:
        """The whole time [days]."""
        return float(self.ends_day[-1])

    @property
    def last_dose_um(self) -> float:
        """The dose of the last step: the one that a culture has to grow in [uM]."""
        return self.all_steps[-1].dose_um

    def dose_at(self, day: float | np.ndarray) -> np.ndarray:
        """The dose on a day; on the day of a change the new one, at the very end the last [uM].

        Raises
        ------
        InputError
            If a day lies outside the schedule.
        """
        day = np.asarray(day, dtype=float)
        if day.size:
            checks.between(f"day of schedule {self.name}", float(day.min()), 0.0, self.days)
            checks.between(f"day of schedule {self.name}", float(day.max()), 0.0, self.days)
        doses = np.array([step.dose_um for step in self.all_steps])
        return doses[np.minimum(np.searchsorted(self.ends_day, day, side="right"), len(doses) - 1)]

    def until(self, day: float) -> "DoseSchedule":
        """The same schedule with its last step made longer or shorter, so that it ends on `day`.

        Raises
        ------
        InputError
            If the last step begins on that day or after it.
        """
        steps = self.all_steps
        begins = float(self.ends_day[-2]) if len(steps) > 1 else 0.0
        checks.above(f"the end of schedule {self.name}, whose last step begins on day {begins:g},", day, begins)
        pairs = [(step.dose_um, step.days) for step in steps[:-1]]
        return DoseSchedule.of_steps(self.name, [*pairs, (steps[-1].dose_um, day - begins)])
