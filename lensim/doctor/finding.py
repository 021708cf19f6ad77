"""One finding about a machine: how it stands, in words, and what to do."""

from dataclasses import dataclass
from typing import Literal

from lensim.checks import one_of

State = Literal["ok", "slow", "not installed", "missing"]
STATES: tuple[State, ...] = ("ok", "slow", "not installed", "missing")


@dataclass(frozen=True)
class Finding:
    """What was looked at on a machine.

    Attributes
    ----------
    what
        It is called.
    state
        "ok"; "slow": all works, and takes longer than it need; "not installed": an extra, without which lensim works;
        "missing": not there, or not usable.
    said
        What was found, as a clause.
    remedy
        What to do, as a command or a clause; empty where nothing is to be done.
    is_needed
        Whether lensim does not work without it.
    """

    what: str
    state: State
    said: str
    remedy: str = ""
    is_needed: bool = False

    def __post_init__(self) -> None:
        one_of("Finding.state", self.state, STATES)
        if (self.state == "ok") is bool(self.remedy):
            raise ValueError(f"a finding must have a remedy unless it is ok, got {self}")

    @property
    def is_broken(self) -> bool:
        """Whether lensim does not work for want of it."""
        return self.is_needed and self.state == "missing"
