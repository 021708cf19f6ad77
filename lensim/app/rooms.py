"""The rooms of the page: a new one is added here and nowhere else."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from lensim.app.desk import Desk
from lensim.app.look import room as look
from lensim.app.plan import room as plan
from lensim.app.read import room as read


@dataclass(frozen=True)
class Room:
    """A part of the page.

    Attributes
    ----------
    name
        Of its module, in the ids of what is in it: lower case letters.
    title
        In the navigation.
    ui
        From the name to the content; a Shiny module's `ui`.
    server
        From the name and the session's desk; a Shiny module's `server`.
    """

    name: str
    title: str
    ui: Callable[[str], Any]
    server: Callable[[str, Desk], None]


ROOMS: Final = (
    Room("plan", "Plan", plan.ui, plan.server),
    Room("read", "Read", read.ui, read.server),
    Room("look", "Look", look.ui, look.server),
)
