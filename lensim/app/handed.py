"""A fit that one room hands to another."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Handed:
    """A fit from which the room Plan starts: its file, in a folder of the session, and what the page calls it."""

    path: Path
    name: str
