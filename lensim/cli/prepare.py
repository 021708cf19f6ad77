"""The command `lensim prepare`: compile what engines need, once."""

from typing import Annotated, Final

import typer

from lensim import limits
from lensim.cli.shared import say

SIDE_BY_SIDE: Final = 2
"""Processes without --workers: what takes longest takes half of the time, so more gain little."""


def prepare(
    workers: Annotated[
        int | None,
        typer.Option(
            min=1, max=limits.WORKERS, help="Processes that compile side by side; 2 where there are two cores."
        ),
    ] = None,
) -> None:
    """Compile the engines of fits and of power once, so that first fits start at once; some minutes, once."""
    from lensim.bounds import usable_cores
    from lensim.face.prepare import prepare as compile_all

    say(
        "engines are compiled once, in two to eight minutes, those that are not yet; a fit that is begun meanwhile "
        "compiles what it needs too, and both take longer",
        quietly=True,
    )
    compile_all(lambda sentence: say(sentence, quietly=True), workers=workers or min(SIDE_BY_SIDE, usable_cores()))
    say("engines are compiled and kept: fits start at once")
