"""A fit that one room hands to another."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Handed:
    """A fit from which the room Plan starts.

    Attributes
    ----------
    path
        Of its file.
    name
        What the page, and a command line, call it.
    room
        That handed it over, by its title.
    """

    path: Path
    name: str
    room: str
