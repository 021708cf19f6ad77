"""Selections from a TOML file: cultures, clones and schedules."""

from pathlib import Path
from typing import Any, Final

from pydantic import Field, model_validator

from lensim import checks
from lensim import vocabulary as v
from lensim.config import FrozenConfig, checked
from lensim.selection.design import Culture, lay_out
from lensim.selection.numbers import Positive
from lensim.selection.schedule import DoseSchedule
from lensim.selection.truth import ClonePair
from lensim.toml_file import read_toml

MOST_CULTURE_DAYS: Final = 30_000_000
"""Cultures times days of the sheet, over all schedules: half a gigabyte of cells."""


class Selections(FrozenConfig):
    """The content of a file: the same clones and culture under each of its schedules.

    Attributes
    ----------
    clones
        The two clones and the mutation between them.
    schedule
        The schedules, at least one, names that differ.
    culture
        How cells are kept; ours where left out.
    cultures
        How many to simulate under each schedule.
    last_day
        Where given, every schedule's last step ends on this day, so that schedules are compared at one time [days].

    Raises
    ------
    ValueError
        If there is no schedule, names repeat, a schedule has not come to its last step by `last_day`, or there would be
        more cells to keep in mind than a machine can.
    """

    clones: ClonePair
    schedule: tuple[DoseSchedule, ...] = ()
    culture: Culture = Field(default_factory=Culture)
    cultures: int = 1000
    last_day: Positive | None = None

    @model_validator(mode="after")
    def _together(self) -> "Selections":
        if not self.schedule:
            raise ValueError("must have at least one table [[schedule]], got none")
        checks.unique("names of schedules", [one.name for one in self.schedule])
        checks.at_least("cultures", self.cultures, 10)
        each = [lay_out(schedule, self.culture).sizes[v.DAY] for schedule in self.schedules]
        if self.cultures * sum(each) > MOST_CULTURE_DAYS:
            raise ValueError(
                f"cultures times days of all schedules ({sum(each)}) must be at most {MOST_CULTURE_DAYS}, "
                f"got {self.cultures * sum(each)}"
            )
        return self

    @property
    def schedules(self) -> list[DoseSchedule]:
        """The schedules of the file, as simulated."""
        if self.last_day is None:
            return list(self.schedule)
        return [one.until(self.last_day) for one in self.schedule]


def selections_of(content: dict[str, Any], place: str = "selection") -> Selections:
    """Checked selections from nested content.

    Raises
    ------
    InputError
        With every fault.
    """
    return checked(Selections, content, place)


def read_selections(path: Path) -> Selections:
    """Selections from a TOML file with tables [culture], [clones.sensitive], [clones.resistant] and [[schedule]].

    Raises
    ------
    InputError
        As `read_toml`, else as `selections_of`.
    """
    return selections_of(read_toml(path, "a file of selections"), path.name)
