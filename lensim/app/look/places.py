"""Which places on this machine the room opens: a path that a user types, below the home folder or the app's folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lensim.checks import InputError, shown
from lensim.screen.store import is_screen, read_record

MOST_FITS: Final = 500
ENDING: Final = ".nc"


@dataclass(frozen=True)
class Found:
    """What lies at a place: one fit, a folder of fits, a screen, or another folder of lensim.

    Attributes
    ----------
    path
        The place.
    fits
        Names of the fits in a folder, or of the compounds of a screen.
    is_screen
        Whether it is one.
    """

    path: Path
    fits: tuple[str, ...] = ()
    is_screen: bool = False

    @property
    def is_fit(self) -> bool:
        """Whether it is the file of a fit."""
        return self.path.is_file()


def roots() -> tuple[Path, ...]:
    """The home folder, and the folder in which the app was started."""
    return Path.home().resolve(), Path.cwd().resolve()


def place_of(typed: str, allowed: Sequence[Path]) -> Found:
    """What lies at a typed path.

    Parameters
    ----------
    typed
        As typed; ~ is the home folder, and a path without a beginning is in the folder of the app.
    allowed
        Folders below which it must lie, links followed.

    Raises
    ------
    InputError
        If it lies elsewhere, nothing is there, or it is neither a fit nor a folder.
    """
    if not typed.strip() or "\0" in typed:
        raise InputError("a path must be typed, got none: type that of a fit (.nc) or of a folder of lensim")
    try:
        path = Path(typed.strip()).expanduser()
        path = (allowed[-1] / path).resolve()
        inside = any(path.is_relative_to(one) for one in allowed)
        there = inside and path.exists()
    except (OSError, RuntimeError, ValueError) as error:
        raise InputError(f"a path must name a fit or a folder, got {shown(typed)} ({error})") from None
    if not inside:
        raise InputError(
            f"a path must lie in your home folder or in the folder in which lensim app was started, got "
            f"{shown(typed)}: start lensim app in that folder"
        )
    if not there:
        raise InputError(f"a path must name a fit (.nc) or a folder of lensim, got nothing at {shown(typed)}")
    if path.is_file():
        if path.suffix.lower() != ENDING:
            raise InputError(f"a result must be a fit of lensim (.nc), got {shown(path.name)}: drop tables in Read")
        return Found(path)
    if is_screen(path):
        return Found(path, read_record(path).names, is_screen=True)
    fits = sorted(one.name for one in path.glob(f"*{ENDING}") if one.is_file())
    return Found(path, tuple(fits[:MOST_FITS]))
