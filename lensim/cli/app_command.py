"""The command `lensim app`: an interactive planner in the browser of this machine."""

from importlib.util import find_spec
from typing import Annotated, Final

import typer

from lensim.checks import InputError
from lensim.cli.shared import say

NEEDED: Final = ("shiny", "starlette", "uvicorn")
"""Packages of the extra `app`."""
HIGHEST_PORT: Final = 65_535


def app_command(
    port: Annotated[int, typer.Option(min=0, max=HIGHEST_PORT, help="Port on 127.0.0.1; 0 takes a free one.")] = 0,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page, or print its address alone.")
    ] = True,
) -> None:
    """Plan a study, fit your files and look at results in the browser: drop exports, move sliders, save what comes out.

    This machine serves the page to the browser that opens it first; no request leaves the machine. Ctrl-C ends it.
    """
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise InputError(
            f"lensim app must have the packages {', '.join(NEEDED)}, found no {', '.join(missing)}: "
            "`lensim doctor` prints the command that installs the extra app"
        )
    from lensim.app.serve import serve

    serve(port, say, opens_browser=browser)
