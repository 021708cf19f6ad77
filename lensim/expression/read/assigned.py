"""A reaction with its sample: subject, cell type, condition and experiment."""

from dataclasses import dataclass
from typing import Final

from lensim.expression.read.reactions import Reaction

DEFAULT_CELL_TYPE: Final = "all"
"""The cell type of every subject where the user names none."""

DEFAULT_EXPERIMENT: Final = "experiment 1"
"""The experiment of every sample where the user names none."""

SampleKey = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Assigned:
    """A reaction and its sample; the names are empty, and of no account, for a standard or without template.

    `is_named` tells that the reaction's sample name means one cDNA, so that two names are two. `is_control` is the word
    in that column, if there is one, and `said_at` the file and the line that say all this.
    """

    reaction: Reaction
    subject: str
    cell_type: str
    condition: str
    experiment: str
    is_named: bool = False
    is_control: str = ""
    said_at: tuple[str, int] = ("", 0)

    @property
    def sample(self) -> SampleKey:
        """Subject, condition and experiment, which identify a sample."""
        return self.subject, self.condition, self.experiment
